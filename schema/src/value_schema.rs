//! A JSON Schema that a plugin brings along. Comes in: JSON. Goes out: a [`ValueSchema`] that says what does not fit it. The work is bounded: references
//! lead to parts of the schema itself, never in a circle, and what they stand for is counted; patterns are matched in linear
//! time. Deliberately absent: any file or network.

use std::collections::BTreeMap;

use jsonschema::{PatternOptions, Validator};
use serde_json::Value;

/// How many subschemas a schema may have when each reference is replaced by what it stands for.
const MOST_SUBSCHEMAS: u64 = 4096;

/// How many references may follow each other.
const MOST_STEPS: usize = 64;

/// How many findings one value is worth.
const MOST_FINDINGS: usize = 16;

/// What holds values, and no schemas.
const DATA: [&str; 4] = ["const", "enum", "default", "examples"];

/// A schema that can be used. Holding one proves that asking it takes bounded work.
#[derive(Debug)]
pub struct ValueSchema(Validator);

/// What is wrong, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Misfit {
    /// The keys and places on the way to it.
    pub path: Vec<String>,
    /// Why, in the words of the schema; values are not repeated.
    pub why: String,
}

impl ValueSchema {
    /// Reads a schema. Where `additional` is not allowed and the schema does not speak of it, members that it does not name
    /// do not fit.
    ///
    /// # Errors
    /// What is not a schema, or one whose work would not be bounded.
    pub fn new(mut schema: Value, additional: bool) -> Result<Self, Misfit> {
        let mut sizes = Sizes { schema: &schema, known: BTreeMap::new(), open: vec![] };
        if sizes.of(&schema)? > MOST_SUBSCHEMAS {
            return Err(here(format!("its references stand for more than {MOST_SUBSCHEMAS} subschemas")));
        }
        if let (false, Value::Object(fields)) = (additional, &mut schema) {
            fields.entry("additionalProperties").or_insert(Value::Bool(false));
        }
        let options = jsonschema::options().with_pattern_options(PatternOptions::regex());
        options.build(&schema).map(ValueSchema).map_err(|error| wrong(&error))
    }

    /// What of a value does not fit: the first few of it.
    #[must_use]
    pub fn check(&self, value: &Value) -> Vec<Misfit> {
        self.0.iter_errors(value).take(MOST_FINDINGS).map(|error| wrong(&error)).collect()
    }
}

fn wrong(error: &jsonschema::ValidationError<'_>) -> Misfit {
    Misfit { path: steps(&error.instance_path().to_string()), why: error.masked().to_string() }
}

fn here(why: String) -> Misfit {
    Misfit { path: vec![], why }
}

/// The steps of a JSON pointer.
fn steps(pointer: &str) -> Vec<String> {
    pointer.split('/').skip(1).map(|step| step.replace("~1", "/").replace("~0", "~")).collect()
}

/// How many objects a schema has, with what its references stand for in their place.
struct Sizes<'s> {
    schema: &'s Value,
    known: BTreeMap<&'s str, u64>,
    open: Vec<&'s str>,
}

impl<'s> Sizes<'s> {
    fn of(&mut self, part: &'s Value) -> Result<u64, Misfit> {
        match part {
            Value::Object(fields) => {
                let mut size: u64 = 1;
                for (key, field) in fields.iter().filter(|(key, _)| !DATA.contains(&key.as_str())) {
                    let more = match (key.as_str(), field) {
                        ("$ref", Value::String(target)) => self.reference(target)?,
                        // An `$id` below the root would change what references mean.
                        ("$id" | "id", Value::String(_)) if !std::ptr::eq(part, self.schema) => {
                            return Err(here(format!("`{key}` is not read below the root")));
                        }
                        ("$anchor" | "$dynamicRef" | "$dynamicAnchor" | "$recursiveRef", Value::String(_)) => {
                            return Err(here(format!("`{key}` is not read")));
                        }
                        _ => self.of(field)?,
                    };
                    size = size.saturating_add(more);
                }
                Ok(size)
            }
            Value::Array(items) => items.iter().try_fold(0_u64, |sum, item| Ok(sum.saturating_add(self.of(item)?))),
            _ => Ok(0),
        }
    }

    fn reference(&mut self, target: &'s str) -> Result<u64, Misfit> {
        if let Some(size) = self.known.get(target) {
            return Ok(*size);
        }
        if self.open.contains(&target) || target == "#" {
            return Err(here(format!("the reference `{target}` leads to itself")));
        }
        if self.open.len() >= MOST_STEPS {
            return Err(here(format!("more than {MOST_STEPS} references follow each other")));
        }
        let pointer = target.strip_prefix('#').filter(|pointer| pointer.starts_with('/'));
        let found = pointer.and_then(|pointer| self.schema.pointer(pointer));
        let Some(found) = found else {
            return Err(here(format!("the reference `{target}` leads to nothing in it")));
        };
        self.open.push(target);
        let size = self.of(found)?;
        self.open.pop();
        self.known.insert(target, size);
        Ok(size)
    }
}
