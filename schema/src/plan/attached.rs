//! Texts that belong to names: the schema that the argument of a tool fits, the text of a prompt, the schemas that requests to an
//! endpoint fit. Goes out: [`Slot`]s, and the proof that what stands in one can be used. Deliberately absent: files; the plan holds
//! the texts themselves.

use super::{ArgumentError, NameEntry, NameSort, Parameter, SealError, arguments};
use crate::value_schema::{Misfit, ValueSchema};

/// How long one of them may be, in bytes.
pub const MAX_ATTACHED: usize = 256 << 10;

/// What a text is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Slot {
    /// A JSON Schema that the one argument of a command or tool fits, a JSON text itself.
    Input,
    /// The text of a prompt.
    Template,
    /// A JSON Schema that bodies of requests fit.
    Body,
    /// A JSON Schema that the members of a query fit.
    Query,
    /// A JSON Schema that the parts of a path fit.
    Params,
}

impl Slot {
    /// Every slot.
    pub const ALL: [Slot; 5] = [Slot::Input, Slot::Template, Slot::Body, Slot::Query, Slot::Params];

    /// Its word in plans.
    #[must_use]
    pub fn key(self) -> &'static str {
        match self {
            Slot::Input => "input-schema",
            Slot::Template => "template",
            Slot::Body => "body",
            Slot::Query => "query",
            Slot::Params => "params",
        }
    }

    /// The slot with this word.
    #[must_use]
    pub fn find(key: &str) -> Option<Slot> {
        Self::ALL.into_iter().find(|slot| slot.key() == key)
    }

    /// Whether names of this sort have it.
    #[must_use]
    pub fn belongs_to(self, sort: NameSort) -> bool {
        match self {
            Slot::Input => matches!(sort, NameSort::Command | NameSort::Tool),
            Slot::Template => sort == NameSort::Prompt,
            Slot::Body | Slot::Query | Slot::Params => sort == NameSort::Endpoint,
        }
    }

    /// Whether the host holds requests to it before an endpoint answers.
    #[must_use]
    pub fn validates(self) -> bool {
        matches!(self, Slot::Body | Slot::Query | Slot::Params)
    }
}

impl NameEntry {
    /// The text for this, if it has one.
    #[must_use]
    pub fn attached(&self, slot: Slot) -> Option<&str> {
        self.attached.get(&slot).map(String::as_str)
    }
}

/// Reads the text of a schema.
///
/// # Errors
/// What is no JSON, no schema, or one whose work would not be bounded.
pub fn schema(text: &str) -> Result<ValueSchema, Misfit> {
    let read = serde_json::from_str(text).map_err(|error| Misfit { path: vec![], why: format!("no JSON: {error}") })?;
    ValueSchema::new(read, true)
}

/// What a command or tool is called with.
#[derive(Debug)]
pub enum Takes {
    /// It does not say: any arguments.
    Anything,
    /// These, in order.
    Parameters(Vec<Parameter>),
    /// One, a JSON text that fits.
    Json(ValueSchema),
}

impl Takes {
    /// What a name is called with. A schema that cannot be used is in no sealed plan.
    #[must_use]
    pub fn of(entry: &NameEntry) -> Takes {
        match entry.attached(Slot::Input).map(schema) {
            Some(Ok(schema)) => Takes::Json(schema),
            Some(Err(_)) | None if entry.parameters.is_empty() => Takes::Anything,
            Some(Err(_)) | None => Takes::Parameters(entry.parameters.clone()),
        }
    }

    /// The arguments of a call, held to this; defaults stand for those left out.
    ///
    /// # Errors
    /// The first thing that does not fit.
    pub fn hold(&self, given: &[&str]) -> Result<Vec<String>, ArgumentError> {
        match self {
            Takes::Anything => Ok(given.iter().map(|one| (*one).to_owned()).collect()),
            Takes::Parameters(parameters) => arguments(parameters, given),
            Takes::Json(schema) => json(schema, given),
        }
    }
}

fn json(schema: &ValueSchema, given: &[&str]) -> Result<Vec<String>, ArgumentError> {
    let [text] = given else { return Err(ArgumentError::Count { takes: 1, given: given.len() }) };
    let value = serde_json::from_str(text).map_err(|error| ArgumentError::NotJson(error.to_string()))?;
    match schema.check(&value).into_iter().next() {
        Some(misfit) => Err(ArgumentError::Misfit(misfit)),
        None => Ok(vec![(*text).to_owned()]),
    }
}

/// INVARIANT (attached): each stands where it belongs and can be used, and arguments are held to one thing only.
pub(super) fn check(entry: &NameEntry) -> Result<(), SealError> {
    for (slot, text) in &entry.attached {
        let whose = || format!("the {} of `{}`", slot.key(), entry.name);
        let is_misplaced = !slot.belongs_to(entry.sort) || *slot == Slot::Input && !entry.parameters.is_empty();
        let is_empty = *slot == Slot::Template && text.trim().is_empty();
        if is_misplaced || is_empty || *slot != Slot::Template && schema(text).is_err() {
            return Err(SealError::Dangling(whose()));
        }
        if text.len() > MAX_ATTACHED {
            return Err(SealError::TooMany(whose()));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::{ArgumentError, Takes, schema};

    #[test]
    fn an_argument_fits_its_schema_or_says_where_not() {
        let text = r#"{"type": "object", "required": ["at"], "properties": {"at": {"type": "object", "properties": {"line": {"type": "integer"}}}}}"#;
        let takes = Takes::Json(schema(text).unwrap());
        assert_eq!(takes.hold(&[r#"{"at": {"line": 3}}"#]).unwrap(), [r#"{"at": {"line": 3}}"#]);
        let wrong = takes.hold(&[r#"{"at": {"line": "3"}}"#]).unwrap_err();
        assert_eq!(
            wrong.to_string(),
            "the argument does not fit its schema at `at.line`: value is not of type \"integer\""
        );
        assert!(matches!(takes.hold(&["{}"]), Err(ArgumentError::Misfit(misfit)) if misfit.path.is_empty()));
        assert!(matches!(takes.hold(&["{"]), Err(ArgumentError::NotJson(_))));
        assert!(matches!(takes.hold(&[]), Err(ArgumentError::Count { takes: 1, given: 0 })));
        assert!(matches!(takes.hold(&["{}", "{}"]), Err(ArgumentError::Count { takes: 1, given: 2 })));
    }

    #[test]
    fn a_schema_that_leads_in_circles_is_none() {
        assert!(schema(r##"{"$ref": "#"}"##).is_err());
        assert!(schema("7").is_err());
        assert!(schema("{}").is_ok());
    }
}
