//! How grave rules are for this run. Comes in: `--allow`, `--warn`, `--deny`. Goes out: findings with their severity, without
//! those that are allowed. What forbids a plan stays an error: only the rules can say otherwise, and they do not.

use ambit_compiler::diag::{Code, Diagnostic, Severity};

use crate::CouldNot;
use crate::arguments;
use crate::explain::unknown_rule;

/// What the command line says of each rule.
#[derive(Debug)]
pub(crate) struct Levels(Vec<(Which, Level)>);

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Which {
    One(Code),
    All(Severity),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Level {
    Allow,
    Warn,
    Deny,
}

impl Levels {
    /// Reads the options.
    pub(crate) fn new(asked: &arguments::Levels) -> Result<Self, CouldNot> {
        let lists = [(&asked.allow, Level::Allow), (&asked.warn, Level::Warn), (&asked.deny, Level::Deny)];
        let mut levels = vec![];
        for (rules, level) in lists {
            for rule in rules {
                levels.push((which(rule, level)?, level));
            }
        }
        Ok(Levels(levels))
    }

    /// How grave a rule is; `None` where it is allowed.
    pub(crate) fn severity(&self, code: Code) -> Option<Severity> {
        let own = code.severity();
        if own == Severity::Error {
            return Some(own);
        }
        let of = |wanted: Which| self.0.iter().filter(|(which, _)| *which == wanted).map(|(_, level)| *level).max();
        match of(Which::One(code)).or_else(|| of(Which::All(own))) {
            None => Some(own),
            Some(Level::Allow) => None,
            Some(Level::Warn) => Some(Severity::Warning),
            Some(Level::Deny) => Some(Severity::Error),
        }
    }

    /// Findings as they are for this run.
    pub(crate) fn apply(&self, found: &mut Vec<Diagnostic>) {
        found.retain_mut(|found| {
            let severity = self.severity(found.code);
            found.severity = severity.unwrap_or(found.severity);
            severity.is_some()
        });
    }
}

fn which(rule: &str, level: Level) -> Result<Which, CouldNot> {
    match rule {
        "warnings" => return Ok(Which::All(Severity::Warning)),
        "notes" => return Ok(Which::All(Severity::Note)),
        _ => {}
    }
    let code = Code::find(rule).ok_or_else(|| unknown_rule(rule))?;
    if code.severity() == Severity::Error && level != Level::Deny {
        let (id, name) = (code.id(), code.name());
        return Err(format!("`{id}` {name} is an error: it forbids a plan, and cannot be made less"));
    }
    Ok(Which::One(code))
}
