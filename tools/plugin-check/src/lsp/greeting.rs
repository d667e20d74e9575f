//! How it begins. Comes in: the first messages of a client. Goes out: who it is, once it has been told what there is. Whatever
//! it asks before that is refused.

use lsp_server::{ErrorCode, Message, Request, Response};
use lsp_types::{
    ChangeNotifications, InitializeParams, Save, SaveOptions, ServerCapabilities, TextDocumentSyncKind,
    TextDocumentSyncOptions, WorkspaceFoldersServerCapabilities, WorkspaceOptions,
};
use serde_json::json;

use super::client::Client;
use super::dispatch;
use super::server::Server;
use super::wire::{Incoming, Outgoing, Wire};
use crate::config::NAME;
use crate::load::MANIFEST_NAMES;

/// Waits for a client to say who it is. `None`: it went before that.
pub(super) fn meet(wire: &Wire) -> Option<Client> {
    for incoming in &wire.incoming {
        let answer = match incoming {
            Incoming::Malformed(code, why) => Outgoing::Malformed(code, why),
            Incoming::Message(Message::Request(request)) if request.method == "initialize" => {
                match serde_json::from_value::<InitializeParams>(request.params) {
                    Ok(said) => {
                        let client = Client::new(&said);
                        let answer = Response::new_ok(request.id, told(&client));
                        drop(wire.outgoing.send(Outgoing::Message(answer.into())));
                        return Some(client);
                    }
                    Err(error) => refused(request.id, ErrorCode::InvalidParams, &error.to_string()),
                }
            }
            Incoming::Message(Message::Request(request)) => {
                refused(request.id, ErrorCode::ServerNotInitialized, "say `initialize` first")
            }
            Incoming::Message(Message::Notification(notification)) if notification.method == "exit" => return None,
            Incoming::Message(_) => continue,
        };
        drop(wire.outgoing.send(answer));
    }
    None
}

fn refused(id: lsp_server::RequestId, code: ErrorCode, why: &str) -> Outgoing {
    Outgoing::Message(Response::new_err(id, code as i32, why.to_owned()).into())
}

/// What there is.
fn told(client: &Client) -> serde_json::Value {
    let sync = TextDocumentSyncOptions {
        open_close: Some(true),
        change: Some(TextDocumentSyncKind::Incremental),
        save: Some(Save::SaveOptions(SaveOptions { include_text: Some(false) })),
        ..TextDocumentSyncOptions::default()
    };
    let folders = WorkspaceFoldersServerCapabilities {
        supported: Some(true),
        change_notifications: Some(ChangeNotifications::Bool(true)),
    };
    let capabilities = ServerCapabilities {
        position_encoding: Some(client.encoding.kind()),
        text_document_sync: Some(sync.into()),
        workspace: Some(WorkspaceOptions { workspace_folders: Some(folders), ..WorkspaceOptions::default() }),
        ..dispatch::capabilities(client)
    };
    let server = json!({ "name": "plugin-check", "version": env!("CARGO_PKG_VERSION") });
    json!({ "capabilities": capabilities, "serverInfo": server })
}

impl Server {
    /// The client is ready: from now on it can be asked, too.
    pub(super) fn start(&mut self) {
        if self.client.watches {
            self.watch();
        }
        self.load_all();
    }

    /// Asks to be told of files that others change: texts, what plugins run, recordings, locks.
    fn watch(&mut self) {
        let names = MANIFEST_NAMES.join(",");
        let texts = format!("**/{{{names},{NAME},host.kdl,index.kdl,grants.kdl,grants.*.kdl,grants.yaml,grants.json}}");
        let watchers =
            json!([{ "globPattern": texts }, { "globPattern": "**/{*.wasm,*.so,*.dylib,*.dll,*.jsonl,ambit.lock}" }]);
        let registration = json!({
            "id": "files",
            "method": "workspace/didChangeWatchedFiles",
            "registerOptions": { "watchers": watchers },
        });
        self.ask("client/registerCapability", json!({ "registrations": [registration] }));
    }

    /// Asks the client something. What it says to it is nothing that the server depends on.
    pub(super) fn ask(&mut self, method: &str, params: serde_json::Value) {
        self.asked += 1;
        let request = Request { id: self.asked.into(), method: method.to_owned(), params };
        self.send(Message::Request(request));
    }
}
