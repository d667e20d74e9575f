//! What the client was told. Comes in: texts of which something may be new. Goes out: their diagnostics, a text at a time while
//! nothing else is to be done, and only where they are not what was told before.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use ambit_compiler::source::FileId;
use lsp_types::{Diagnostic, PublishDiagnosticsParams, Uri};

use super::server::Server;
use super::view::View;
use super::{client, diagnostics};

/// What was told, and what is to be.
#[derive(Debug, Default)]
pub(super) struct Published {
    /// What tells the diagnostics of each text that has any from others, by what the client calls it.
    told: BTreeMap<Uri, u64>,
    /// Texts of which something may be new, those that are open first.
    news: BTreeSet<(bool, u64, FileId)>,
    /// Texts that are gone, as far as is known.
    gone: BTreeSet<Uri>,
}

impl Server {
    /// Something of a text may be new.
    pub(super) fn tell(&mut self, site: u64, file: FileId) {
        if self.client.pulls {
            return;
        }
        let is_open = self.view(site).is_some_and(|view| view.open.contains_key(&file));
        self.published.news.insert((!is_open, site, file));
    }

    /// Something of any text of a workspace may be new.
    pub(super) fn tell_all(&mut self, site: u64) {
        for method in self.client.refreshes.clone() {
            self.ask(method, serde_json::Value::Null);
        }
        let Some(view) = self.view(site) else { return };
        let files: Vec<FileId> = view.found.keys().chain(view.open.keys()).copied().collect();
        let base = view.base().to_owned();
        let lock = view.lock();
        files.into_iter().for_each(|file| self.tell(site, file));
        self.forget_below(&base);
        // It is told of as what may be gone is: by what the client calls it.
        self.published.gone.extend(lock.filter(|_| !self.client.pulls));
    }

    /// Something of a text may be gone.
    pub(super) fn forget(&mut self, uri: &Uri) {
        if self.published.told.contains_key(uri) {
            self.published.gone.insert(uri.clone());
        }
    }

    /// Something of any text below a folder may be gone.
    pub(super) fn forget_below(&mut self, folder: &Path) {
        let below = |uri: &&Uri| client::path(uri).is_some_and(|path| path.starts_with(folder));
        let told: Vec<Uri> = self.published.told.keys().filter(below).cloned().collect();
        self.published.gone.extend(told);
    }

    /// Whether anything is to be told.
    pub(super) fn has_news(&self) -> bool {
        !self.published.news.is_empty() || !self.published.gone.is_empty()
    }

    /// Tells of one text.
    pub(super) fn publish_next(&mut self) {
        if let Some((_, site, file)) = self.published.news.pop_first() {
            let Some(view) = self.view(site) else { return };
            let Some(uri) = view.uri(file) else { return };
            let (version, found) = (view.open.get(&file).map(|open| open.version), diagnostics::of(view, file));
            self.published.gone.remove(&uri);
            return self.publish(uri, version, found);
        }
        let Some(uri) = self.published.gone.pop_first() else { return };
        let now = self.now();
        self.publish(uri.clone(), None, diagnostics::at(&now, &uri));
    }

    fn publish(&mut self, uri: Uri, version: Option<i32>, found: Vec<Diagnostic>) {
        let new = (!found.is_empty()).then(|| diagnostics::mark(&found));
        if self.published.told.get(&uri) == new.as_ref() && version.is_none() {
            return;
        }
        match new {
            Some(new) => drop(self.published.told.insert(uri.clone(), new)),
            None => drop(self.published.told.remove(&uri)),
        }
        let params = PublishDiagnosticsParams { uri, version, diagnostics: found };
        self.notify("textDocument/publishDiagnostics", params);
    }

    fn view(&self, site: u64) -> Option<&View> {
        self.sites.iter().find(|known| known.id == site).map(|site| &*site.view)
    }
}
