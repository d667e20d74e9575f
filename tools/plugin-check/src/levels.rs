//! How grave rules are for a run. Comes in: what was asked for, and what the configuration says. Goes out: findings with their severity,
//! without those that are allowed. What forbids a plan stays an error: only the rules can say otherwise, and they do not.

use ambit_compiler::diag::{Code, Diagnostic, Severity};

/// What is said of rules: first by whoever asks, then by the configuration.
#[derive(Debug, Default)]
pub struct Levels {
    /// What whoever asks says; where he says anything of a rule, the configuration says nothing.
    pub asked: Vec<(Which, Level)>,
    /// What the configuration says.
    pub configured: Vec<(Which, Level)>,
}

/// Which rules.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Which {
    /// One.
    One(Code),
    /// All that are as grave.
    All(Severity),
}

/// What becomes of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// What they find is left out.
    Allow,
    /// They are warnings.
    Warn,
    /// They are errors.
    Deny,
}

impl Level {
    /// The word for it.
    #[must_use]
    pub fn key(self) -> &'static str {
        match self {
            Level::Allow => "allow",
            Level::Warn => "warn",
            Level::Deny => "deny",
        }
    }
}

impl Which {
    /// The word for them: a code, `warnings` or `notes`.
    #[must_use]
    pub fn key(self) -> &'static str {
        match self {
            Which::One(code) => code.id(),
            Which::All(Severity::Error) => "errors",
            Which::All(Severity::Warning) => "warnings",
            Which::All(Severity::Note) => "notes",
        }
    }
}

impl Levels {
    /// How grave a rule is; `None` where it is allowed.
    #[must_use]
    pub fn severity(&self, code: Code) -> Option<Severity> {
        let own = code.severity();
        if own == Severity::Error {
            return Some(own);
        }
        match level(&self.asked, code).or_else(|| level(&self.configured, code)) {
            None => Some(own),
            Some(Level::Allow) => None,
            Some(Level::Warn) => Some(Severity::Warning),
            Some(Level::Deny) => Some(Severity::Error),
        }
    }

    /// Findings as they are for this run.
    pub fn apply(&self, found: &mut Vec<Diagnostic>) {
        found.retain_mut(|found| {
            let severity = self.severity(found.code);
            found.severity = severity.unwrap_or(found.severity);
            severity.is_some()
        });
    }
}

/// What is said of a rule: a code beats a group, and the graver of two wins.
fn level(said: &[(Which, Level)], code: Code) -> Option<Level> {
    let of = |wanted: Which| said.iter().filter(|(which, _)| *which == wanted).map(|(_, level)| *level).max();
    of(Which::One(code)).or_else(|| of(Which::All(code.severity())))
}

/// The rules of a word: a code, a name, `warnings` or `notes`.
#[must_use]
pub fn which(rule: &str) -> Option<Which> {
    match rule {
        "warnings" => Some(Which::All(Severity::Warning)),
        "notes" => Some(Which::All(Severity::Note)),
        _ => Code::find(rule).map(Which::One),
    }
}
