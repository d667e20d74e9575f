//! How far it is. Comes in: whether anything that takes long is being done. Goes out: one progress for all of it, from when it
//! begins until nothing is left. Deliberately absent: a percentage; nobody knows it.

use serde_json::json;

use super::server::Server;

/// What the client is shown.
#[derive(Debug, Default)]
pub(super) struct Progress {
    /// The token of what is shown now.
    shown: Option<String>,
    /// How many there were.
    count: u64,
}

impl Server {
    /// Shows that something takes long, or that nothing does any more.
    pub(super) fn show_progress(&mut self, is_long: bool) {
        if !self.client.shows_progress || is_long == self.progress.shown.is_some() {
            return;
        }
        let token = match self.progress.shown.take() {
            Some(token) => {
                return self.notify("$/progress", json!({ "token": token, "value": { "kind": "end" } }));
            }
            None => format!("plugin-check/{}", self.progress.count),
        };
        self.progress.count += 1;
        self.ask("window/workDoneProgress/create", json!({ "token": token }));
        let value =
            json!({ "kind": "begin", "title": "plugin-check", "message": "checking everything", "cancellable": false });
        self.notify("$/progress", json!({ "token": token, "value": value }));
        self.progress.shown = Some(token);
    }
}
