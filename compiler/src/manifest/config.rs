//! `configuration`: what a plugin's `init` gets, and the schema that it fits. Goes out: a [`ConfigClaim`]. Deliberately absent:
//! files, merging and validation; see `resolve`.

use super::declare::inside_plugin;
use super::{Claim, Environment};
use crate::diag::Sink;
use crate::lower::{Field, Spanned, Value, block_once, boolean, fields, read_fields, text, unknown_field, value};
use crate::source::Span;
use crate::syntax::{Node, Shape};

/// What a manifest says of its configuration.
#[derive(Debug, Clone)]
pub struct ConfigClaim {
    /// The schema that it fits.
    pub schema: Option<Part>,
    /// What holds where no environment says otherwise.
    pub default: Option<Part>,
    /// What an environment says otherwise.
    pub environment: Vec<(Environment, Part)>,
    /// Whether what does not fit the schema is an error, and not a warning.
    pub strict: bool,
    /// Whether there may be members that the schema does not name.
    pub additional: bool,
    /// Whether the plugin takes a new configuration while it runs.
    pub hot_reload: bool,
}

impl Part {
    /// Where the manifest says it.
    #[must_use]
    pub fn span(&self) -> Span {
        match self {
            Part::File(claim) => claim.span(),
            Part::Here(claim) => claim.span(),
        }
    }
}

impl Default for ConfigClaim {
    fn default() -> Self {
        let (schema, default, environment) = (None, None, vec![]);
        ConfigClaim { schema, default, environment, strict: true, additional: true, hot_reload: false }
    }
}

/// A file of the plugin, or the value itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Part {
    /// A JSON file, relative to the manifest.
    File(Claim<String>),
    /// The value.
    Here(Claim<Value>),
}

/// THE TABLE of its fields.
pub(crate) const CONFIGURATION: &[Field<ConfigClaim>] = fields! {
    "schema" Once "a JSON Schema, as a file or here, that the configuration fits; `$ref` leads nowhere else"
        |to, node, sink| to.schema = part(node, sink);
    "default" Once "a JSON file, or the values: what `init` gets"
        |to, node, sink| to.default = part(node, sink);
    "environment" Once "`development`, `staging`, `production`: files or values that are merged over the default"
        |to, node, sink| to.environment = environments(node, sink);
    "validation" Once "`strict`: whether what does not fit is an error (the default) or a warning; `additionalProperties`: whether there may be members that the schema does not name"
        |to, node, sink| validation(to, node, sink);
    "hotReload" Once "whether the plugin takes a new configuration while it runs"
        |to, node, sink| to.hot_reload = boolean(node, sink).is_some_and(|flag| flag.value);
};

/// Reads the block.
pub(super) fn configuration(into: &mut ConfigClaim, node: Node<'_>, sink: &mut Sink) {
    drop(block_once(node, "a block with `schema` and `default`", sink));
    read_fields(node, "`configuration`", CONFIGURATION, into, sink);
}

/// A text is a file; anything else is the value.
pub(super) fn part(node: Node<'_>, sink: &mut Sink) -> Option<Part> {
    let is_block = node.shape() == Shape::Map || node.fields().next().is_some() && node.items().next().is_none();
    if is_block {
        return value(node, sink).map(|value| Part::Here(Spanned::new(value, node.key_span()).into()));
    }
    text(node, sink).filter(|path| inside_plugin(path, sink)).map(|path| Part::File(path.into()))
}

fn environments(node: Node<'_>, sink: &mut Sink) -> Vec<(Environment, Part)> {
    let mut found = vec![];
    for field in block_once(node, "a block of environments", sink) {
        match Environment::find(field.key().unwrap_or_default()) {
            Some(environment) => found.extend(part(field, sink).map(|part| (environment, part))),
            None => {
                let known = Environment::ALL.iter().map(|environment| environment.key());
                unknown_field(field, "`environment`", known, sink);
            }
        }
    }
    found
}

fn validation(to: &mut ConfigClaim, node: Node<'_>, sink: &mut Sink) {
    for field in block_once(node, "a block with `strict` and `additionalProperties`", sink) {
        match field.key().unwrap_or_default() {
            "strict" => to.strict = boolean(field, sink).is_none_or(|flag| flag.value),
            "additionalProperties" => to.additional = boolean(field, sink).is_none_or(|flag| flag.value),
            _ => unknown_field(field, "`validation`", ["strict", "additionalProperties"].into_iter(), sink),
        }
    }
}
