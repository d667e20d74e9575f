//! The loop. Comes in: what the client sends, what came of jobs, and time. Goes out: answers, diagnostics, progress. It does
//! nothing that takes long itself, so that whoever types never waits. Deliberately absent: what a text means.

use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Instant;

use ambit_compiler::source::FileId;
use crossbeam_channel::{Receiver, Sender, after, never, select};
use lsp_server::{Message, Notification, RequestId, Response};
use lsp_types::{MessageType, ShowMessageParams};

use super::answers::Answers;
use super::client::Client;
use super::dispatch::Now;
use super::documents::Documents;
use super::jobs::{self, Done, Job, Loaded};
use super::progress::Progress;
use super::publish::Published;
use super::site::Site;
use super::view::{Open, Settings};
use super::wire::{Incoming, Outgoing, Wire};
use crate::load::{self, MANIFEST_NAMES, Workspace};

/// Everything that the server knows.
pub(super) struct Server {
    pub(super) out: Sender<Outgoing>,
    jobs: Sender<Job>,
    pub(super) client: Arc<Client>,
    pub(super) documents: Documents,
    pub(super) sites: Vec<Site>,
    next_site: u64,
    pub(super) published: Published,
    pub(super) answers: Answers,
    /// Folders that are being read.
    loading: usize,
    /// Folders that were read before.
    read: BTreeSet<PathBuf>,
    pub(super) progress: Progress,
    /// Who waits until nothing is left to do.
    pub(super) settling: Vec<RequestId>,
    /// Requests of ours, counted.
    pub(super) asked: i32,
    /// Whether the client said that it will go.
    pub(super) is_shut: bool,
}

/// Whether to go on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Next {
    /// With the next message.
    On,
    /// Not at all.
    Exit,
}

impl Server {
    /// Serves a client that said who it is, until it goes. Whether it said that it would.
    pub(super) fn serve(wire: &Wire, client: Client) -> io::Result<bool> {
        let (jobs, done) = jobs::start()?;
        let (answers, answered) = Answers::start()?;
        let mut server = Server {
            out: wire.outgoing.clone(),
            jobs,
            client: Arc::new(client),
            documents: Documents::default(),
            sites: vec![],
            next_site: 0,
            published: Published::default(),
            answers,
            loading: 0,
            read: BTreeSet::new(),
            progress: Progress::default(),
            settling: vec![],
            asked: 0,
            is_shut: false,
        };
        while let Next::On = server.turn(&wire.incoming, &done, &answered) {}
        Ok(server.is_shut)
    }

    fn turn(&mut self, incoming: &Receiver<Incoming>, done: &Receiver<Done>, answered: &Receiver<Response>) -> Next {
        self.compile(Instant::now());
        let is_long = |site: &Site| site.is_compiling && site.takes_long();
        self.show_progress(self.loading > 0 || self.sites.iter().any(is_long));
        self.settled();
        // What was typed comes first; then what is to be told, a text at a time.
        if let Ok(incoming) = incoming.try_recv() {
            return self.incoming(incoming);
        }
        let due = self.sites.iter().filter(|site| !site.is_compiling).filter_map(|site| site.due).min();
        let wake = due.map_or_else(never, |due| after(due.saturating_duration_since(Instant::now())));
        let idle = if self.has_news() { after(std::time::Duration::ZERO) } else { never() };
        select! {
            recv(incoming) -> incoming => return incoming.map_or(Next::Exit, |incoming| self.incoming(incoming)),
            recv(answered) -> answer => if let Ok(answer) = answer { self.answered(answer) },
            recv(done) -> done => if let Ok(done) = done { self.done(done) },
            recv(wake) -> _ => {},
            recv(idle) -> _ => self.publish_next(),
        }
        Next::On
    }

    /// Everything as it is now.
    pub(super) fn now(&self) -> Now {
        let views = self.sites.iter().map(|site| Arc::clone(&site.view)).collect();
        Now { views, client: Arc::clone(&self.client) }
    }

    /// Tells those who wait that nothing is left to do.
    fn settled(&mut self) {
        let is_busy = self.loading > 0 || self.has_news() || self.answers.is_busy();
        if !is_busy && self.sites.iter().all(Site::is_quiet) {
            let settled = std::mem::take(&mut self.settling);
            settled.into_iter().for_each(|id| self.send(Response::new_ok(id, ()).into()));
        }
    }

    /// Starts the compilations that are due.
    fn compile(&mut self, now: Instant) {
        for site in &mut self.sites {
            if let Some((state, view)) = site.begin(now) {
                drop(self.jobs.send(Job::Compile(site.id, state, view)));
            }
        }
    }

    /// Reads every root.
    pub(super) fn load_all(&mut self) {
        let roots = self.client.roots.clone();
        roots.into_iter().for_each(|root| self.load(root));
    }

    /// Reads what is below a root, again or for the first time.
    pub(super) fn load(&mut self, root: PathBuf) {
        self.loading += 1;
        drop(self.jobs.send(Job::Load(root)));
    }

    fn done(&mut self, done: Done) {
        match done {
            Done::Loaded(root, read) => {
                self.loading = self.loading.saturating_sub(1);
                match read {
                    Ok(found) => self.loaded(&root, found),
                    Err(why) => self.say(MessageType::Error, why),
                }
            }
            Done::Compiled(id, state, compiled) => {
                let site = self.sites.iter_mut().find(|site| site.id == id);
                if site.is_some_and(|site| site.end(state, compiled)) {
                    self.tell_all(id);
                }
            }
            Done::Failed(what) => {
                self.loading = 0;
                self.sites.iter_mut().for_each(|site| site.is_compiling = false);
                self.say(MessageType::Error, format!("{what} failed: this is a defect of `plugin-check`"));
            }
        }
    }

    /// Workspaces take the place of those that were there. What is on the screen counts, not what was read.
    fn loaded(&mut self, root: &Path, found: Vec<Loaded>) {
        self.read.insert(root.to_owned());
        let is_old =
            |site: &Site| site.root.as_deref() == Some(root) || site.is_ahead && site.view.base().starts_with(root);
        self.sites.retain(|site| !is_old(site));
        for loaded in found {
            self.settle(Some(root.to_owned()), loaded);
        }
        let documents: Vec<_> = self.documents.iter().map(|document| document.uri.clone()).collect();
        documents.iter().for_each(|uri| self.show(uri));
        self.forget_below(root);
    }

    fn settle(&mut self, root: Option<PathBuf>, loaded: Loaded) {
        self.next_site += 1;
        let known = (loaded.workspace, loaded.declared);
        let mut site = Site::new(self.next_site, root, known, self.client.encoding);
        match loaded.settings {
            Ok(settings) => Arc::make_mut(&mut site.view).settings = Arc::new(settings),
            Err(why) => self.say(MessageType::Error, why),
        }
        self.sites.push(site);
    }

    /// The workspace of a file.
    pub(super) fn site(&mut self, path: &Path) -> Option<(&mut Site, FileId)> {
        self.sites.iter_mut().find_map(|site| site.file(path).map(|file| (site, file)))
    }

    /// Puts a text as it is on the screen where it belongs; one that belongs nowhere is looked at alone.
    pub(super) fn show(&mut self, uri: &lsp_types::Uri) {
        let Some(document) = self.documents.get(uri) else { return };
        let Some(path) = document.path.clone() else { return };
        let open = Open { uri: document.uri.clone(), version: document.version };
        let bytes = document.bytes().to_vec();
        self.drop_double(&path);
        if self.site(&path).is_none() {
            self.place(&path, &bytes);
        }
        if let Some((site, file)) = self.site(&path) {
            site.open(file, open, &bytes);
            let id = site.id;
            self.tell(id, file);
        }
    }

    /// Finds a place for a text that has none: in the workspace around it; or, until that is read, with its host alone; or alone.
    fn place(&mut self, path: &Path, bytes: &[u8]) {
        let (Some(folder), Some(name)) = (path.parent(), path.file_name().and_then(|name| name.to_str())) else {
            return;
        };
        if !is_ours(name) {
            return;
        }
        let mut around = self.sites.iter_mut().filter(|site| site.root.is_some() || site.is_ahead);
        if around.any(|site| path.starts_with(site.view.base()) && site.adopt(path).is_some()) {
            return;
        }
        let root = self.client.root(path).filter(|root| !self.read.contains(*root)).map(Path::to_owned);
        match root.and_then(|root| load::host_around(&root, path).map(|host| (root, host))) {
            Some((root, host)) => {
                self.next_site += 1;
                let mut site = Site::ahead(self.next_site, host, self.client.encoding);
                // What is wrong with a configuration is said once its root is read.
                let settings = jobs::settings(&root, site.view.base()).unwrap_or_default();
                Arc::make_mut(&mut site.view).settings = Arc::new(settings);
                if site.file(path).is_none() {
                    site.adopt(path);
                }
                self.sites.push(site);
            }
            None => {
                let workspace = Workspace::alone(folder, name, bytes);
                self.settle(None, Loaded { workspace, declared: BTreeMap::new(), settings: Ok(Settings::default()) });
            }
        }
    }

    /// A text that was looked at alone, and now belongs somewhere, is looked at there.
    fn drop_double(&mut self, path: &Path) {
        let belongs = self.sites.iter().any(|site| site.root.is_some() && site.file(path).is_some());
        self.sites.retain(|site| site.root.is_some() || !belongs || site.file(path).is_none());
    }

    /// Something that is no text has changed: the workspaces around it are compiled again.
    pub(super) fn touch(&mut self, path: &Path) {
        self.sites.iter_mut().filter(|site| path.starts_with(site.view.base())).for_each(Site::touch);
    }

    /// A lock or a recording has changed: the workspace whose host is beside it is compiled again.
    pub(super) fn touch_beside(&mut self, path: &Path) {
        self.sites.iter_mut().filter(|site| path.parent() == Some(site.view.base())).for_each(Site::touch);
    }

    /// Gives up a root.
    pub(super) fn leave(&mut self, root: &Path) {
        self.read.remove(root);
        self.sites.retain(|site| site.root.as_deref() != Some(root));
        self.forget_below(root);
        let documents: Vec<_> = self.documents.iter().map(|document| document.uri.clone()).collect();
        documents.iter().for_each(|uri| self.show(uri));
    }

    /// Says something to whoever sits there.
    pub(super) fn say(&self, kind: MessageType, message: String) {
        self.notify("window/showMessage", ShowMessageParams { kind, message });
    }

    pub(super) fn notify(&self, method: &str, params: impl serde::Serialize) {
        let Ok(params) = serde_json::to_value(params) else { return };
        let notification = Notification { method: method.to_owned(), params };
        self.send(Message::Notification(notification));
    }

    /// A client that is gone is noticed where it is read from.
    pub(super) fn send(&self, message: Message) {
        drop(self.out.send(Outgoing::Message(message)));
    }
}

/// Whether the server looks at files of this name.
pub(super) fn is_ours(name: &str) -> bool {
    let is_grants = name.strip_prefix("grants.").is_some_and(|rest| {
        matches!(rest.rsplit('.').next(), Some("kdl" | "yaml" | "yml" | "json")) && rest.split('.').count() <= 2
    });
    MANIFEST_NAMES.contains(&name) || matches!(name, "host.kdl" | "index.kdl") || is_grants
}
