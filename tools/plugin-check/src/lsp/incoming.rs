//! What the client sends. Comes in: messages. Goes out: what they change, and answers to those that want one at once; the others
//! are for `answers`. What is none is answered as what it is, and the server goes on.

use ambit_compiler::lock::NAME;
use lsp_server::{ErrorCode, Message, Notification, Request, Response};
use lsp_types::{
    CancelParams, DidChangeTextDocumentParams, DidChangeWatchedFilesParams, DidChangeWorkspaceFoldersParams,
    DidCloseTextDocumentParams, DidOpenTextDocumentParams, DidSaveTextDocumentParams, FileChangeType, Id,
};
use serde::de::DeserializeOwned;

use super::client;
use super::server::{Next, Server};
use super::wire::{Incoming, Outgoing};
use crate::{config, load};

impl Server {
    pub(super) fn incoming(&mut self, incoming: Incoming) -> Next {
        match incoming {
            Incoming::Malformed(code, why) => drop(self.out.send(Outgoing::Malformed(code, why))),
            Incoming::Message(Message::Request(request)) => self.request(request),
            Incoming::Message(Message::Notification(notification)) => return self.notification(notification),
            // What the client says to requests of ours changes nothing: it was only told.
            Incoming::Message(Message::Response(_)) => {}
        }
        Next::On
    }

    pub(super) fn answered(&mut self, response: Response) {
        if let Some(response) = self.answers.arrived(response) {
            self.send(response.into());
        }
    }

    fn request(&mut self, request: Request) {
        let code = ErrorCode::InvalidRequest as i32;
        let refused = |why: &str| Some(Response::new_err(request.id.clone(), code, why.to_owned()));
        let answer = match request.method.as_str() {
            _ if self.is_shut => refused("the server is shut down"),
            "initialize" => refused("the server knows its client already"),
            "shutdown" => {
                self.is_shut = true;
                Some(Response::new_ok(request.id.clone(), ()))
            }
            // Asked by tests and benches: answered once nothing is left to do.
            "plugin-check/settled" => {
                self.settling.push(request.id);
                None
            }
            _ => {
                let now = self.now();
                self.answers.ask(request, now)
            }
        };
        answer.into_iter().for_each(|answer| self.send(answer.into()));
    }

    fn notification(&mut self, notification: Notification) -> Next {
        let Notification { method, params } = notification;
        match method.as_str() {
            "exit" => return Next::Exit,
            "initialized" => self.start(),
            "$/cancelRequest" => read(params).into_iter().for_each(|params| self.cancel(params)),
            "textDocument/didOpen" => read(params).into_iter().for_each(|params| self.did_open(params)),
            "textDocument/didChange" => read(params).into_iter().for_each(|params| self.did_change(params)),
            "textDocument/didClose" => read(params).into_iter().for_each(|params| self.did_close(params)),
            "textDocument/didSave" => read(params).into_iter().for_each(|params| self.did_save(params)),
            "workspace/didChangeWatchedFiles" => read(params).into_iter().for_each(|params| self.did_watch(params)),
            "workspace/didChangeWorkspaceFolders" => {
                read(params).into_iter().for_each(|params| self.did_reroot(params))
            }
            // Nobody waits for an answer: what is not known is left alone.
            _ => {}
        }
        Next::On
    }

    fn cancel(&mut self, params: CancelParams) {
        let id = match params.id {
            Id::Int(id) => id.into(),
            Id::String(id) => id.into(),
        };
        let answer = self.answers.cancel(&id);
        answer.into_iter().for_each(|answer| self.send(answer.into()));
    }

    fn did_open(&mut self, params: DidOpenTextDocumentParams) {
        let document = params.text_document;
        self.documents.open(document.uri.clone(), document.version, document.text);
        self.show(&document.uri);
    }

    fn did_change(&mut self, params: DidChangeTextDocumentParams) {
        let (document, encoding) = (params.text_document, self.client.encoding);
        let uri = document.text_document_identifier.uri;
        self.documents.change(&uri, document.version, params.content_changes, encoding);
        self.show(&uri);
    }

    /// A text that belongs to nothing is gone; any other is again what its file says, if there is one.
    fn did_close(&mut self, params: DidCloseTextDocumentParams) {
        let Some(path) = self.documents.close(&params.text_document.uri).and_then(|document| document.path) else {
            return;
        };
        self.sites.retain(|site| site.root.is_some() || site.file(&path).is_none());
        self.forget(&params.text_document.uri);
        let Some((site, file)) = self.site(&path) else { return };
        match load::again(&path) {
            Ok(bytes) => {
                site.close(file, &bytes);
                let id = site.id;
                self.tell(id, file);
            }
            Err(_) => self.reload(&path),
        }
    }

    /// A text that is saved for the first time may belong to a workspace now.
    fn did_save(&mut self, params: DidSaveTextDocumentParams) {
        let Some(path) = client::path(&params.text_document.uri) else { return };
        let belongs = self.site(&path).is_some_and(|(site, _)| site.root.is_some());
        if !belongs && path.file_name().and_then(|name| name.to_str()).is_some_and(super::server::is_ours) {
            self.reload(&path);
        }
    }

    /// Files that others changed. Of a text that is open the screen counts, not the file.
    fn did_watch(&mut self, params: DidChangeWatchedFilesParams) {
        let mut reread = std::collections::BTreeSet::new();
        for event in params.changes {
            let Some(path) = client::path(&event.uri) else { continue };
            if is_beside_host(&path) {
                self.touch_beside(&path);
                continue;
            }
            let is_open = self.documents.get(&event.uri).is_some();
            let known = self.site(&path);
            match (known, event.kind == FileChangeType::Changed, load::again(&path)) {
                (Some(_), true, _) if is_open => {}
                (Some((site, file)), true, Ok(bytes)) => site.write(file, &bytes),
                (None, true, _) if path.file_name().is_none_or(|name| name != config::NAME) => self.touch(&path),
                _ => reread.extend(self.client.root(&path).map(std::path::Path::to_owned)),
            }
        }
        reread.into_iter().for_each(|root| self.load(root));
    }

    fn did_reroot(&mut self, params: DidChangeWorkspaceFoldersParams) {
        let mut client = (*self.client).clone();
        client.reroot(&params.event.added, &params.event.removed);
        let gone: Vec<_> = self.client.roots.iter().filter(|root| !client.roots.contains(root)).cloned().collect();
        let new: Vec<_> = client.roots.iter().filter(|root| !self.client.roots.contains(root)).cloned().collect();
        self.client = std::sync::Arc::new(client);
        gone.iter().for_each(|root| self.leave(root));
        new.into_iter().for_each(|root| self.load(root));
    }

    /// Reads the root of a file again.
    fn reload(&mut self, path: &std::path::Path) {
        let root = self.client.root(path).map(std::path::Path::to_owned);
        root.into_iter().for_each(|root| self.load(root));
    }
}

/// Whether a file is none of a workspace's texts, and says something of it where it lies beside its host: a lock, a recording.
fn is_beside_host(path: &std::path::Path) -> bool {
    path.file_name().is_some_and(|name| name == NAME) || path.extension().is_some_and(|end| end == "jsonl")
}

/// Parameters that cannot be read are left alone, as the whole notification is: nobody waits for an answer.
fn read<T: DeserializeOwned>(params: serde_json::Value) -> Option<T> {
    serde_json::from_value(params).ok()
}
