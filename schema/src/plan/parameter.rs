//! What a command or tool is called with. Goes out: [`Parameter`]s, and the arguments of a call held to them: how many, of which
//! types, and what stands for those that are left out. Deliberately absent: what an argument means.

use std::collections::BTreeSet;
use std::fmt;

use super::{NameEntry, NameSort, SealError};
use crate::name::LocalName;
use crate::value_schema::Misfit;

/// How many parameters one name may have.
pub const MAX_PARAMETERS: usize = 32;

/// One parameter. Arguments are texts, in the order of the parameters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Parameter {
    /// What it is called.
    pub name: LocalName,
    /// What an argument for it reads as.
    pub of: ParameterType,
    /// What holds where a call leaves it out.
    pub otherwise: Otherwise,
    /// One line for people.
    pub summary: Option<String>,
}

/// What holds where a call leaves a parameter out. In this order parameters stand.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Otherwise {
    /// Nothing: there is no call without it.
    Required,
    /// This argument, which fits the type.
    Default(String),
    /// The plugin gets no argument for it, and none after it.
    Absent,
}

/// What an argument reads as.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum ParameterType {
    /// Any text.
    String,
    /// A whole number in digits, of 64 bits with its sign.
    Integer,
    /// A number in decimal digits, with a fraction or an exponent perhaps.
    Number,
    /// `true` or `false`.
    Boolean,
}

/// Why a call does not fit the parameters of what it calls.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ArgumentError {
    /// The call leaves this one out, and it is required.
    Missing(LocalName),
    /// There are more arguments than parameters.
    TooMany {
        /// How many parameters there are.
        takes: usize,
        /// How many arguments.
        given: usize,
    },
    /// One argument is called for, and there are so many.
    Count {
        /// How many it takes.
        takes: usize,
        /// How many arguments.
        given: usize,
    },
    /// The argument is no JSON, and why.
    NotJson(String),
    /// The argument does not fit its schema.
    Misfit(Misfit),
    /// This argument does not read as what the parameter takes.
    Type {
        /// The parameter.
        name: LocalName,
        /// What it takes.
        of: ParameterType,
        /// What it got.
        given: String,
    },
}

impl ParameterType {
    /// Every type.
    pub const ALL: [ParameterType; 4] =
        [ParameterType::String, ParameterType::Integer, ParameterType::Number, ParameterType::Boolean];

    /// Its word in manifests and plans.
    #[must_use]
    pub fn key(self) -> &'static str {
        match self {
            ParameterType::String => "string",
            ParameterType::Integer => "integer",
            ParameterType::Number => "number",
            ParameterType::Boolean => "boolean",
        }
    }

    /// The type with this word.
    #[must_use]
    pub fn find(key: &str) -> Option<ParameterType> {
        Self::ALL.into_iter().find(|of| of.key() == key)
    }

    /// Whether an argument reads as this.
    #[must_use]
    pub fn fits(self, argument: &str) -> bool {
        match self {
            ParameterType::String => true,
            ParameterType::Integer => argument.parse::<i64>().is_ok(),
            // No `inf` and no `NaN`: nobody writes those and means a number.
            ParameterType::Number => {
                argument.ends_with(|c: char| c.is_ascii_digit()) && argument.parse::<f64>().is_ok_and(f64::is_finite)
            }
            ParameterType::Boolean => matches!(argument, "true" | "false"),
        }
    }
}

impl Parameter {
    /// Whether a default is there and does not read as the type.
    #[must_use]
    pub fn has_bad_default(&self) -> bool {
        matches!(&self.otherwise, Otherwise::Default(default) if !self.of.fits(default))
    }
}

impl Otherwise {
    /// Where parameters of this sort stand among others.
    #[must_use]
    pub fn rank(&self) -> u8 {
        match self {
            Otherwise::Required => 0,
            Otherwise::Default(_) => 1,
            Otherwise::Absent => 2,
        }
    }
}

/// The arguments of a call, held to parameters: each reads as its type, and defaults stand for those left out.
///
/// # Errors
/// The first thing that does not fit.
pub fn arguments(parameters: &[Parameter], given: &[&str]) -> Result<Vec<String>, ArgumentError> {
    if given.len() > parameters.len() {
        return Err(ArgumentError::TooMany { takes: parameters.len(), given: given.len() });
    }
    let mut whole = Vec::with_capacity(parameters.len());
    let mut given = given.iter();
    for parameter in parameters {
        match (given.next(), &parameter.otherwise) {
            (Some(argument), _) if parameter.of.fits(argument) => whole.push((*argument).to_owned()),
            (Some(argument), _) => {
                let (name, given) = (parameter.name.clone(), (*argument).to_owned());
                return Err(ArgumentError::Type { name, of: parameter.of, given });
            }
            (None, Otherwise::Required) => return Err(ArgumentError::Missing(parameter.name.clone())),
            (None, Otherwise::Default(default)) => whole.push(default.clone()),
            (None, Otherwise::Absent) => break,
        }
    }
    Ok(whole)
}

/// INVARIANT (parameters): only what is called has them; no name twice, defaults fit, and a call can leave out only the last.
pub(super) fn check(entry: &NameEntry) -> Result<(), SealError> {
    if entry.parameters.is_empty() {
        return Ok(());
    }
    let names: BTreeSet<&LocalName> = entry.parameters.iter().map(|parameter| &parameter.name).collect();
    let is_called = matches!(entry.sort, NameSort::Command | NameSort::Tool);
    let in_order = entry.parameters.is_sorted_by_key(|parameter| parameter.otherwise.rank());
    if !is_called || !in_order || entry.parameters.iter().any(Parameter::has_bad_default) {
        return Err(SealError::Dangling(format!("a parameter of `{}`", entry.name)));
    }
    if names.len() < entry.parameters.len() {
        return Err(SealError::Order(format!("a parameter of `{}`", entry.name)));
    }
    match names.len() > MAX_PARAMETERS {
        true => Err(SealError::TooMany(format!("the parameters of `{}`", entry.name))),
        false => Ok(()),
    }
}

impl fmt::Display for ArgumentError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ArgumentError::Missing(name) => write!(f, "the argument `{name}` is missing"),
            ArgumentError::TooMany { takes, given } | ArgumentError::Count { takes, given } => {
                write!(f, "there are {given} arguments, and it takes {takes}")
            }
            ArgumentError::NotJson(why) => write!(f, "the argument is no JSON: {why}"),
            ArgumentError::Misfit(misfit) => {
                write!(f, "the argument does not fit its schema")?;
                if !misfit.path.is_empty() {
                    write!(f, " at `{}`", misfit.path.join(".").escape_debug())?;
                }
                write!(f, ": {}", misfit.why)
            }
            ArgumentError::Type { name, of, given } => {
                write!(f, "the argument `{name}` is of type `{}`, not `{}`", of.key(), given.escape_debug())
            }
        }
    }
}

impl std::error::Error for ArgumentError {}

#[cfg(test)]
mod tests {
    use super::{ArgumentError, Otherwise, Parameter, ParameterType, arguments};
    use crate::name::LocalName;

    fn parameter(name: &str, of: ParameterType, otherwise: Otherwise) -> Parameter {
        Parameter { name: LocalName::parse(name).unwrap(), of, otherwise, summary: None }
    }

    #[test]
    fn a_call_fits_or_says_why_not() {
        let all = [
            parameter("text", ParameterType::String, Otherwise::Required),
            parameter("times", ParameterType::Integer, Otherwise::Default("1".into())),
            parameter("loud", ParameterType::Boolean, Otherwise::Absent),
        ];
        assert_eq!(arguments(&all, &["a"]).unwrap(), ["a", "1"]);
        assert_eq!(arguments(&all, &["a", "2", "true"]).unwrap(), ["a", "2", "true"]);
        assert!(matches!(arguments(&all, &[]), Err(ArgumentError::Missing(name)) if name.as_str() == "text"));
        assert!(matches!(arguments(&all, &["a", "b"]), Err(ArgumentError::Type { .. })));
        assert_eq!(arguments(&all, &["a", "2", "true", "x"]), Err(ArgumentError::TooMany { takes: 3, given: 4 }));
    }

    #[test]
    fn arguments_read_as_their_types_and_as_nothing_near_them() {
        let fits = |of: ParameterType, good: &[&str], bad: &[&str]| {
            good.iter().for_each(|text| assert!(of.fits(text), "{text}"));
            bad.iter().for_each(|text| assert!(!of.fits(text), "{text}"));
        };
        fits(ParameterType::Integer, &["0", "-7", "9223372036854775807"], &["", "1.0", "9223372036854775808", "0x1"]);
        fits(ParameterType::Number, &["1", "-1.5", "1e3"], &["", "NaN", "inf", "-Infinity", "1e999", "1_000", " 1"]);
        fits(ParameterType::Boolean, &["true", "false"], &["", "yes", "True", "1"]);
        fits(ParameterType::String, &["", "anything"], &[]);
    }
}
