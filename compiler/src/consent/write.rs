//! Answers as a text, one on a line, so that people can read it and a line can be pointed at. Comes in: answers. Goes out:
//! JSON without its last line, which is for whoever vouches for the rest.

use ambit_schema::capability::Term;
use serde_json::{Value, json};

use super::{Answer, Answers, FORM};

/// The text up to where the seal stands, with the comma before it. What is read of it is equal to `answers`.
#[must_use]
pub fn write(answers: &Answers) -> String {
    let lines: Vec<String> = answers.answers.iter().map(|answer| format!("    {}", line(answer))).collect();
    let lines = if lines.is_empty() { String::new() } else { format!("\n{}\n  ", lines.join(",\n")) };
    format!(
        "{{\n  \"ambit_consents\": {FORM},\n  \"host\": {},\n  \"folder\": {},\n  \"answers\": [{lines}],\n",
        Value::from(answers.host.as_str()),
        Value::from(answers.folder.as_str()),
    )
}

fn line(answer: &Answer) -> Value {
    json!({
        "plugin": answer.plugin.as_str(),
        "version": answer.version.to_string(),
        "digest": format!("sha256:{}", answer.digest),
        "answer": if answer.yes { "yes" } else { "no" },
        "capability": answer.capability.as_str(),
        "set": answer.set.iter().map(term).collect::<Vec<Value>>(),
    })
}

fn term(term: &Term) -> Value {
    match (term.within.as_slice(), term.except.is_empty()) {
        ([only], true) => Value::from(only.as_str()),
        (within, true) => json!({ "within": within }),
        (within, false) => json!({ "within": within, "except": term.except }),
    }
}
