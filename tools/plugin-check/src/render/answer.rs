//! Answers: may a plugin do something, and which lines say so. Comes in: an [`Answer`]. Goes out: text for people,
//! or JSON. A step says `yes` or `no` in words, so that the text means the same in a terminal, a log and a test.

use ambit_compiler::explain::{Answer, Step};
use ambit_schema::capability::Kind;
use ambit_schema::plan::Place;
use serde::Serialize;

use super::change::{ChangeForm, change_form};
use super::{paint, visible};

/// How the path of a plan is shown.
pub type Shown<'s> = &'s dyn Fn(&str) -> String;

/// The verdict, the lines that decided it in the order in which they decide, and in short what each owner would change.
#[must_use]
pub fn human(shown: Shown<'_>, plugin: &str, kind: Kind, target: &str, answer: &Answer) -> String {
    let mut text = format!("{}\n", verdict(plugin, kind, target, answer));
    answer.steps.iter().for_each(|step| push_step(&mut text, shown, step));
    for (at, help) in answer.help.iter().enumerate() {
        let before = if at == 0 { "\n" } else { "" };
        text.push_str(&format!("{before}{} {}\n", paint::cyan("help:"), visible(help)));
    }
    text
}

/// `denied: …`, and a line end.
pub(super) fn verdict(plugin: &str, kind: Kind, target: &str, answer: &Answer) -> String {
    let (word, can) = if answer.allowed { (paint::green("allowed"), "can") } else { (paint::red("denied"), "cannot") };
    format!("{word}: `{}` {can} {} `{}`\n", visible(plugin), kind.phrase(), visible(target))
}

fn push_step(text: &mut String, shown: Shown<'_>, step: &Step) {
    let word = if step.passes { paint::green("yes") } else { paint::red("no ") };
    text.push_str(&format!("  {word}  {}\n", visible(&step.says)));
    // Several targets of one line are one line.
    let mut before = None;
    for (place, line) in &step.lines {
        if before.replace((&place.path, place.line)) != Some((&place.path, place.line)) {
            text.push_str(&format!("         {}\n           {}\n", at(shown, place), visible(line)));
        }
    }
}

pub(super) fn at(shown: Shown<'_>, place: &Place) -> String {
    format!("{}:{}:{}", visible(&shown(&place.path)), place.line, place.column)
}

/// The same as JSON: `{allowed, plugin, capability, target, steps: [{passes, says, lines: [{path, line, column, text}]}],
/// help, change}`; for `change` see [`super::change`].
#[must_use]
pub fn json(shown: Shown<'_>, plugin: &str, kind: Kind, target: &str, answer: &Answer) -> String {
    #[derive(Serialize)]
    struct Form<'a> {
        allowed: bool,
        plugin: &'a str,
        capability: &'static str,
        target: &'a str,
        steps: Vec<StepForm<'a>>,
        help: &'a [String],
        change: Option<ChangeForm<'a>>,
    }
    let change = answer.change.as_ref().map(|change| change_form(shown, change));
    let steps = answer.steps.iter().map(|step| step_form(shown, step)).collect();
    let (allowed, capability, help) = (answer.allowed, kind.key(), answer.help.as_slice());
    super::json::to_text(&Form { allowed, plugin, capability, target, steps, help, change })
}

#[derive(Serialize)]
struct StepForm<'a> {
    passes: bool,
    says: &'a str,
    lines: Vec<LineForm<'a>>,
}

#[derive(Serialize)]
struct LineForm<'a> {
    path: String,
    line: u32,
    column: u32,
    text: &'a str,
}

fn step_form<'a>(shown: Shown<'_>, step: &'a Step) -> StepForm<'a> {
    let line = |(place, text): &'a (Place, String)| line_form(shown, place, text);
    StepForm { passes: step.passes, says: &step.says, lines: step.lines.iter().map(line).collect() }
}

fn line_form<'a>(shown: Shown<'_>, place: &Place, text: &'a str) -> LineForm<'a> {
    LineForm { path: shown(&place.path), line: place.line, column: place.column, text }
}

#[cfg(test)]
mod tests {
    use ambit_compiler::explain::{Answer, Step};
    use ambit_schema::capability::Kind;
    use ambit_schema::plan::Place;

    fn denied() -> Answer {
        let place = |path: &str| Place { path: path.into(), line: 3, column: 13 };
        let asks = (place("plugins/a/plugin.kdl"), "fs.read \"./in/\"".to_owned());
        let denies = (place("grants.kdl"), "layer `user`: fs.read \"\u{1b}\"".to_owned());
        let steps = vec![
            Step { passes: true, says: "the manifest asks for it".to_owned(), lines: vec![asks] },
            Step { passes: false, says: "a grant denies it".to_owned(), lines: vec![denies] },
        ];
        Answer { allowed: false, steps, help: vec!["narrow the deny".to_owned()], change: None }
    }

    #[test]
    fn people_read_the_verdict_the_steps_and_the_edit() {
        let text = super::human(&|path| format!("app/{path}"), "a", Kind::FsRead, "./in/x", &denied());
        let expected = "\
denied: `a` cannot read `./in/x`

  yes  the manifest asks for it
         app/plugins/a/plugin.kdl:3:13
           fs.read \"./in/\"
  no   a grant denies it
         app/grants.kdl:3:13
           layer `user`: fs.read \"\\u{1b}\"

help: narrow the deny
";
        assert_eq!(anstream::adapter::strip_str(&text).to_string(), expected);
    }

    #[test]
    fn programs_read_the_same() {
        let text = super::json(&|path| format!("app/{path}"), "a", Kind::FsRead, "./in/x", &denied());
        let answer: serde_json::Value = serde_json::from_str(&text).unwrap();
        assert_eq!((&answer["allowed"], &answer["capability"]), (&false.into(), &"fs.read".into()));
        assert_eq!(answer["steps"][1]["lines"][0]["path"], "app/grants.kdl");
        assert_eq!(answer["help"], serde_json::json!(["narrow the deny"]));
    }
}
