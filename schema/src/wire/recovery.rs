//! What becomes of a plugin whose calls fail, in its written shape and back.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::json::Json;
use crate::limits::Unit;
use crate::name::PluginId;
use crate::plan::{Growth, Place, Recovery};

/// What becomes of a plugin whose calls fail.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct RecoveryForm {
    /// How often it is started again within a window; one failure more, and it is disabled.
    pub restarts: u32,
    /// How long a failure counts, as in `10 min`.
    pub window: String,
    /// How long it rests after the first failure, as in `100 ms`.
    pub pause: String,
    /// `linear` or `exponential`: how the pause grows with each further failure in the window.
    pub growth: String,
    /// The plugin that is meant to be called in its place once it is disabled.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fallback: Option<String>,
    pub place: String,
}

pub(super) fn write(json: &mut Json, recovery: &Recovery, place: impl FnOnce(&mut Json, &Place)) {
    json.object(|json| {
        json.number("restarts", recovery.restarts);
        json.text("window", &Unit::Milliseconds.show(recovery.window));
        json.text("pause", &Unit::Milliseconds.show(recovery.pause));
        json.text("growth", recovery.growth.key());
        json.some_text("fallback", recovery.fallback.as_ref().map(PluginId::as_str));
        place(json, &recovery.place);
    });
}

pub(super) fn read(form: RecoveryForm, place: Place) -> Result<Recovery, String> {
    let time = |text: &str| Unit::Milliseconds.parse(text).map_err(|error| format!("time `{text}`: {error}"));
    let id = |text: String| PluginId::parse(&text).map_err(|error| format!("name `{text}`: {error}"));
    Ok(Recovery {
        restarts: form.restarts,
        window: time(&form.window)?,
        pause: time(&form.pause)?,
        growth: Growth::find(&form.growth).ok_or_else(|| format!("growth `{}`", form.growth))?,
        fallback: form.fallback.map(id).transpose()?,
        place,
    })
}
