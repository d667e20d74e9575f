//! Answers in words, and as JSON. What a plugin's author may have chosen is escaped.

use std::process::ExitCode;

use ambit_compiler::consent::{Answer, Answers};
use plugin_check::print::{err as say, out};
use plugin_check::render::{json_safe, visible};

use super::{Kept, Lasts, patterns, word};

/// One line an answer, below the folder that it is about.
pub(super) fn list(all: &[Kept], as_json: bool) -> Result<ExitCode, String> {
    let text =
        if as_json { json(all) } else { all.iter().filter(|(_, one)| !one.answers.is_empty()).map(site).collect() };
    if text.is_empty() {
        say("ambit: nothing was answered yet\n");
    }
    out(&text).map_err(|error| error.to_string())?;
    Ok(ExitCode::SUCCESS)
}

fn site((lasts, answers): &Kept) -> String {
    let lines: String = answers.answers.iter().map(|answer| format!("  {}\n", line(*lasts, answer))).collect();
    format!("{} in {}\n{lines}", visible(&answers.host), visible(&answers.folder))
}

fn line(lasts: Lasts, answer: &Answer) -> String {
    let patterns: Vec<String> = patterns(answer).iter().map(|pattern| format!("`{}`", visible(pattern))).collect();
    let said = word(lasts, answer);
    let (plugin, version) = (answer.plugin.as_str(), &answer.version);
    format!("{said:7} {plugin} {version}: {} {}", visible(&answer.capability), patterns.join(", "))
}

fn json(all: &[Kept]) -> String {
    let one = |lasts: Lasts, answers: &Answers, answer: &Answer| {
        serde_json::json!({
            "host": answers.host,
            "folder": answers.folder,
            "plugin": answer.plugin.as_str(),
            "version": answer.version.to_string(),
            "digest": format!("sha256:{}", answer.digest),
            "answer": word(lasts, answer),
            "capability": answer.capability,
            "patterns": patterns(answer),
        })
    };
    let of = |(lasts, answers): &Kept| answers.answers.iter().map(|it| one(*lasts, answers, it)).collect::<Vec<_>>();
    let all: Vec<_> = all.iter().flat_map(of).collect();
    format!("{}\n", json_safe(&format!("{:#}", serde_json::Value::from(all))))
}

/// Everything about one plugin.
pub(super) fn show(all: &[Kept], plugin: &str) -> Result<ExitCode, String> {
    let about = |(lasts, answers): &Kept| -> String {
        let of_it = answers.answers.iter().filter(|answer| answer.plugin.as_str() == plugin);
        of_it.map(|answer| whole(*lasts, answers, answer)).collect()
    };
    let text: String = all.iter().map(about).collect();
    if text.is_empty() {
        let plugin = visible(plugin);
        say(&format!("ambit: nothing was answered about `{plugin}`; `ambit consent list` shows what was\n"));
        return Ok(ExitCode::from(1));
    }
    out(&text).map_err(|error| error.to_string())?;
    Ok(ExitCode::SUCCESS)
}

fn whole(lasts: Lasts, answers: &Answers, answer: &Answer) -> String {
    let patterns: String = patterns(answer).iter().map(|pattern| format!("    {}\n", visible(pattern))).collect();
    let said = word(lasts, answer);
    let until = match (answer.yes, lasts) {
        (true, Lasts::Always) => {
            "asked again for another file of this version, and for what an update wants beyond this"
        }
        (true, Lasts::Session) => "asked again in another session",
        (false, _) => "not asked again, whatever the file",
    };
    let (plugin, version, kind) = (answer.plugin.as_str(), &answer.version, visible(&answer.capability));
    let (host, folder, digest) = (visible(&answers.host), visible(&answers.folder), &answer.digest);
    format!("{said}: {plugin} {version}, {kind}\n{patterns}  in {folder}, {host}\n  file sha256:{digest}\n  {until}\n")
}
