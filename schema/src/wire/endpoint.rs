//! What a host does before an endpoint answers, in its written shape and back.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::json::Json;
use crate::limits::Unit;
use crate::name::PointName;
use crate::plan::{Auth, Conditions, Rate};

/// Callers that the host knows, and that have all of this.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct AuthForm {
    /// Always true: so that nobody takes a block without roles for none.
    pub required: bool,
    /// Roles, as the host calls them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub roles: Vec<String>,
    /// Permissions, as the host calls them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub permissions: Vec<String>,
}

/// So many requests in any stretch of so long.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct RateForm {
    pub requests: u64,
    /// How long, as in `1 min`.
    pub window: String,
}

pub(super) fn write(json: &mut Json, conditions: &Conditions) {
    if let Some(auth) = &conditions.auth {
        json.field("auth", |json| {
            json.object(|json| {
                json.flag("required", true);
                json.some_items("roles", &auth.roles, |json, name| json.string(name.as_str()));
                json.some_items("permissions", &auth.permissions, |json, name| json.string(name.as_str()));
            });
        });
    }
    if let Some(rate) = &conditions.rate {
        json.field("rate_limit", |json| {
            json.object(|json| {
                json.number("requests", rate.requests);
                json.text("window", &Unit::Milliseconds.show(rate.window));
            });
        });
    }
    json.some_items("middleware", &conditions.middleware, |json, name| json.string(name.as_str()));
}

pub(super) fn read(
    auth: Option<AuthForm>,
    rate: Option<RateForm>,
    middleware: &[String],
) -> Result<Conditions, String> {
    Ok(Conditions {
        auth: auth.map(callers).transpose()?,
        rate: rate.map(limit).transpose()?,
        middleware: names(middleware)?,
    })
}

fn callers(form: AuthForm) -> Result<Auth, String> {
    if !form.required {
        return Err("`auth` that is not required".into());
    }
    Ok(Auth { roles: names(&form.roles)?, permissions: names(&form.permissions)? })
}

fn limit(form: RateForm) -> Result<Rate, String> {
    let window =
        Unit::Milliseconds.parse(&form.window).map_err(|error| format!("window `{}`: {error}", form.window))?;
    Ok(Rate { requests: form.requests, window })
}

fn names(texts: &[String]) -> Result<Vec<PointName>, String> {
    texts.iter().map(|text| PointName::parse(text).map_err(|error| format!("name `{text}`: {error}"))).collect()
}

#[cfg(test)]
mod tests {
    use super::{AuthForm, RateForm, read};

    #[test]
    fn what_no_plan_is_written_with_is_not_read() {
        let auth = |required| AuthForm { required, roles: vec!["editor".into()], permissions: vec![] };
        let rate = |window: &str| RateForm { requests: 1, window: window.into() };
        assert!(read(Some(auth(true)), Some(rate("1 min")), &["log".into()]).is_ok());
        assert!(read(Some(auth(false)), None, &[]).is_err());
        assert!(read(None, Some(rate("60")), &[]).is_err());
        assert!(read(None, None, &["a b".into()]).is_err());
    }
}
