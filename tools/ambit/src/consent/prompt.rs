//! Asks on a terminal. Comes in: a question, and a line of text. Goes out: a reply; whatever is not understood, or not said, is
//! no. What authors wrote is escaped, and what cannot be shown whole cannot be said yes to.

use std::io::{BufRead, Read as _, Write};

use ambit_compiler::ask::{Question, Wish};
use ambit_compiler::consent::Standing;
use ambit_consent::{Ask, Reply};
use plugin_check::render::visible;

/// How often somebody may mistype.
const TRIES: usize = 3;
/// How many patterns, and how long ones, somebody can be expected to read.
const MOST_PATTERNS: usize = 40;
const LONGEST: usize = 400;

/// Whoever sits at a terminal.
pub(super) struct Prompt<R, W> {
    pub(super) from: R,
    pub(super) to: W,
    /// Whether the system has sessions.
    pub(super) has_session: bool,
    /// What stands before paths.
    pub(super) shown: Box<dyn Fn(&str) -> String>,
}

impl<R: BufRead, W: Write> Ask for Prompt<R, W> {
    fn ask(&mut self, question: &Question) -> Reply {
        // A terminal that is gone has nobody at it.
        self.attempt(question).unwrap_or(Reply::No)
    }
}

impl<R: BufRead, W: Write> Prompt<R, W> {
    fn attempt(&mut self, question: &Question) -> std::io::Result<Reply> {
        let patterns: Vec<String> = question.set.parts().iter().map(|part| part.show(question.kind)).collect();
        self.to.write_all(text(question, &patterns, &self.shown).as_bytes())?;
        if patterns.len() > MOST_PATTERNS || patterns.iter().any(|pattern| pattern.chars().count() > LONGEST) {
            self.to.write_all(
                b"  this is more than can be shown here, so the answer is no; write an `allow` to give it\n",
            )?;
            return Ok(Reply::No);
        }
        let session = if self.has_session { "this [s]ession, " } else { "" };
        for _ in 0..TRIES {
            write!(self.to, "Allow it? [o]nce, {session}[a]lways, [N]o, ne[v]er: ")?;
            self.to.flush()?;
            let mut line = String::new();
            if (&mut self.from).take(256).read_line(&mut line)? == 0 {
                self.to.write_all(b"no\n")?;
                return Ok(Reply::No);
            }
            match reply(line.trim(), self.has_session) {
                Some(reply) => return Ok(reply),
                None => self.to.write_all(b"  one letter, or nothing for no\n")?,
            }
        }
        Ok(Reply::No)
    }
}

/// What a line says. `None`: nobody knows.
fn reply(line: &str, has_session: bool) -> Option<Reply> {
    match line.to_ascii_lowercase().as_str() {
        "" | "n" | "no" => Some(Reply::No),
        "o" | "once" => Some(Reply::Once),
        "s" | "session" if has_session => Some(Reply::Session),
        "a" | "always" => Some(Reply::Always),
        "v" | "never" => Some(Reply::Never),
        _ => None,
    }
}

/// The question, line by line.
fn text(question: &Question, patterns: &[String], shown: &dyn Fn(&str) -> String) -> String {
    let (plugin, version, kind) = (question.plugin.as_str(), &question.version, question.kind);
    let cost = if question.required { "it does not run without" } else { "it runs without, and can do less" };
    let mut text = format!("\n{plugin} {version} asks to {} ({kind}); {cost}\n", kind.phrase());
    for pattern in patterns.iter().take(MOST_PATTERNS) {
        text += &format!("  {}\n", visible(pattern));
    }
    text += &format!("  risk:  {}{}\n", question.risk, example(question));
    for Wish { reason, place, text: line } in &question.claims {
        let says = match reason {
            Some(reason) => format!("\"{}\"", visible(reason)),
            None => format!("no reason is given: `{}`", visible(line)),
        };
        text += &format!("  why:   {says} ({})\n", visible(&shown(&place.to_string())));
    }
    for (place, line) in &question.asks {
        text += &format!("  asked: `{}` ({})\n", visible(line), visible(&shown(&place.to_string())));
    }
    let file = question.digest.get(..16).unwrap_or(&question.digest);
    text += &match &question.standing {
        Standing::New | Standing::Same => format!("  file:  sha256:{file}…\n"),
        Standing::Update(before) => format!("  file:  sha256:{file}…, an update of {before}; this is new in it\n"),
        Standing::Changed(before) => format!("  file:  sha256:{file}…, NOT the one of {before} that you said yes to\n"),
    };
    text
}

/// What tells a person most.
fn example(question: &Question) -> String {
    match &question.example {
        Some((example, what)) if !what.is_empty() => format!(", for `{}` is among it: {what}", visible(example)),
        _ => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use ambit_compiler::ask::Question;
    use ambit_compiler::consent::Standing;
    use ambit_consent::{Ask, Reply};
    use ambit_schema::capability::{CapSet, Kind, Risk};

    use super::Prompt;

    fn question(pattern: &str) -> Question {
        Question {
            plugin: ambit_schema::name::PluginId::parse("demo").unwrap(),
            version: "1.0.0".parse().unwrap(),
            digest: "ab".repeat(32),
            kind: Kind::EnvRead,
            set: CapSet::parse(Kind::EnvRead, pattern).unwrap(),
            example: None,
            risk: Risk::Medium,
            required: true,
            claims: vec![],
            asks: vec![],
            standing: Standing::New,
        }
    }

    fn asked(typed: &str, has_session: bool, pattern: &str) -> (Reply, String) {
        let mut to = vec![];
        let shown = Box::new(str::to_owned);
        let mut prompt = Prompt { from: typed.as_bytes(), to: &mut to, has_session, shown };
        let reply = prompt.ask(&question(pattern));
        (reply, String::from_utf8(to).unwrap())
    }

    #[test]
    fn whatever_is_no_yes_is_a_no() {
        for (typed, reply) in [
            ("", Reply::No),
            ("\n", Reply::No),
            ("n\n", Reply::No),
            ("o\n", Reply::Once),
            ("S\n", Reply::Session),
            ("always\n", Reply::Always),
            ("v", Reply::Never),
            ("y\n", Reply::No),
            ("y\nyes\na\n", Reply::Always),
            ("y\nyes\nyes\na\n", Reply::No),
            ("\u{1b}[Aa\n", Reply::No),
        ] {
            assert_eq!(asked(typed, true, "HOME").0, reply, "{typed:?}");
        }
        assert_eq!(asked("s\n", false, "HOME").0, Reply::No);
        assert!(!asked("\n", false, "HOME").1.contains("session"));
    }

    #[test]
    fn what_cannot_be_shown_whole_is_not_said_yes_to() {
        let (reply, text) = asked("a\n", true, &"x".repeat(500));
        assert!(reply == Reply::No && text.contains("more than can be shown"), "{text}");
    }
}
