//! What a command or tool is called with, in its written shape and back.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::json::Json;
use crate::name::LocalName;
use crate::plan::{Otherwise, Parameter, ParameterType};

/// One parameter.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ParameterForm {
    pub name: String,
    /// `string`, `integer`, `number` or `boolean`.
    #[serde(rename = "type")]
    pub of: String,
    /// Whether there is no call without it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub required: bool,
    /// The argument that stands for one that is left out, as text. Never beside `required`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub default: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub summary: Option<String>,
}

pub(super) fn write(json: &mut Json, parameter: &Parameter) {
    json.object(|json| {
        json.text("name", parameter.name.as_str());
        json.text("type", parameter.of.key());
        json.flag("required", parameter.otherwise == Otherwise::Required);
        if let Otherwise::Default(default) = &parameter.otherwise {
            json.text("default", default);
        }
        json.some_text("summary", parameter.summary.as_deref());
    });
}

pub(super) fn read(form: ParameterForm) -> Result<Parameter, String> {
    let name = LocalName::parse(&form.name).map_err(|error| format!("name `{}`: {error}", form.name))?;
    let otherwise = match (form.required, form.default) {
        (true, None) => Otherwise::Required,
        (false, Some(default)) => Otherwise::Default(default),
        (false, None) => Otherwise::Absent,
        (true, Some(_)) => return Err(format!("parameter `{name}` is required and has a default")),
    };
    let of = ParameterType::find(&form.of).ok_or_else(|| format!("type `{}`", form.of))?;
    Ok(Parameter { name, of, otherwise, summary: form.summary })
}

#[cfg(test)]
mod tests {
    use super::{ParameterForm, read};

    #[test]
    fn what_no_plan_is_written_with_is_not_read() {
        let form = |of: &str, required, default: Option<&str>| ParameterForm {
            name: "text".into(),
            of: of.into(),
            required,
            default: default.map(str::to_owned),
            summary: None,
        };
        assert!(read(form("string", true, None)).is_ok());
        assert!(read(form("string", true, Some("a"))).is_err());
        assert!(read(form("text", true, None)).is_err());
    }
}
