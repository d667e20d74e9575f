//! A report as JSON, for other programs. Comes in: a [`Report`]. Goes out: one object, its keys always the same and in the same
//! order; times in milliseconds with three places, sizes in bytes. Deliberately absent: reading it back.

use serde_json::{Value, json};

use super::Report;
use crate::tier::wasm::call::{CallError, Exit};
use crate::tier::wasm::limits::QuotaHit;

impl Report {
    /// The report as one JSON object.
    #[must_use]
    pub fn to_json(&self) -> Value {
        let lines = |text: String| text.lines().map(str::to_owned).collect::<Vec<_>>();
        let usage = &self.usage;
        let changes = self.changes.iter().map(|change| json!({ "path": change.path, "change": change.what.key() }));
        json!({
            "execution_id": self.execution,
            "plugin": self.plugin,
            "command": self.command,
            "user_id": self.user,
            "workspace": self.workspace,
            "success": self.succeeded(),
            "ended": ended(&self.ended),
            "quota": self.quota().map(quota),
            "value": self.value,
            "output": lines(self.stdout.to_string()),
            "errors": lines(self.stderr.to_string()).into_iter().chain(self.errors()).collect::<Vec<_>>(),
            "resource_usage": {
                "cpu_ms": milliseconds(usage.cpu),
                "peak_memory_bytes": usage.peak_memory,
                "file_read_bytes": usage.file_read,
                "file_written_bytes": usage.file_written,
                "network_received_bytes": usage.net_received,
                "network_sent_bytes": usage.net_sent,
                "host_calls": usage.host_calls,
            },
            "duration_ms": milliseconds(usage.wall),
            "file_changes": changes.collect::<Vec<_>>(),
            "more_file_changes": self.more_changes,
        })
    }

    /// The quota that ended it, or else the first that it lived with.
    fn quota(&self) -> Option<&QuotaHit> {
        match &self.ended {
            Err(CallError::Quota { hit, .. }) => Some(hit),
            _ => self.exceeded.first(),
        }
    }
}

/// In a word.
fn ended(ended: &Result<Exit, CallError>) -> &'static str {
    match ended {
        Ok(Exit::Success) => "success",
        Ok(Exit::Failure { .. }) => "failure",
        Err(CallError::Quota { .. }) => "quota",
        Err(CallError::Denied(_)) => "denied",
        Err(CallError::Trap(_)) => "trap",
        Err(CallError::Full) => "full",
        Err(CallError::Exited(_)) => "exited",
        Err(CallError::Export(_)) => "export",
        Err(CallError::Argument(_)) => "argument",
        Err(CallError::Resting(_)) => "resting",
        Err(CallError::Disabled) => "disabled",
        Err(CallError::Init(_)) => "init",
    }
}

fn quota(hit: &QuotaHit) -> Value {
    json!({
        "name": hit.quota.key(),
        "limit": hit.limit,
        "set_at": hit.place.as_ref().map(ToString::to_string),
        "of_this_execution": hit.narrowed,
    })
}

/// To a microsecond.
fn milliseconds(time: std::time::Duration) -> f64 {
    let micros = u32::try_from(time.as_micros()).unwrap_or(u32::MAX);
    f64::from(micros) / 1_000.0
}
