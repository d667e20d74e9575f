//! THE TABLE of capability kinds: one line a kind, with the domain its sets are made of and what it lets a plugin do. Beside
//! it, the kinds that a host declares (`own`), how grave each is (`risk`), what each tier can hold (`tier`), and sets of any
//! kind (`set`).

use std::fmt;

mod own;
mod risk;
mod set;
mod terms;
mod tier;

pub use own::{Kinds, MAX_OWN_KINDS, MAX_PHRASE, OwnKind, OwnKindError};
pub use risk::Risk;
pub use set::{CapSet, CapTextError, Member};
pub use terms::Term;
pub use tier::{Enforcement, Tier, enforcement, is_of_hosts};

/// What a kind's sets are made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum DomainKind {
    /// Files and folders.
    Paths,
    /// Dotted names.
    Names,
    /// Scheme, host and port.
    Endpoints,
    /// Method and path of HTTP requests, as in `POST /plugins/example/webhook`.
    Routes,
    /// Whole numbers from 0.
    Numbers,
    /// A program and its arguments, as in `git log --oneline`.
    Commands,
}

impl DomainKind {
    /// Every domain.
    pub const ALL: &[DomainKind] = &[
        DomainKind::Paths,
        DomainKind::Names,
        DomainKind::Endpoints,
        DomainKind::Routes,
        DomainKind::Numbers,
        DomainKind::Commands,
    ];

    /// Its word in profiles and plans.
    #[must_use]
    pub fn key(self) -> &'static str {
        match self {
            DomainKind::Paths => "paths",
            DomainKind::Names => "names",
            DomainKind::Endpoints => "endpoints",
            DomainKind::Routes => "routes",
            DomainKind::Numbers => "numbers",
            DomainKind::Commands => "commands",
        }
    }

    /// The domain with this word.
    #[must_use]
    pub fn find(key: &str) -> Option<DomainKind> {
        Self::ALL.iter().copied().find(|domain| domain.key() == key)
    }

    /// A pattern as people write it, for advice where nothing better is known.
    #[must_use]
    pub fn example(self) -> &'static str {
        match self {
            DomainKind::Paths => "./data/",
            DomainKind::Names => "name",
            DomainKind::Endpoints => "https://api.example.com",
            DomainKind::Routes => "POST /webhook",
            DomainKind::Numbers => "1-100",
            DomainKind::Commands => "git log **",
        }
    }
}

macro_rules! kinds {
    ($($(#[doc = $doc:literal])* $name:ident $key:literal $domain:ident $phrase:literal;)*) => {
        /// A kind of right. What a right of this kind covers is a [`CapSet`].
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
        pub enum Kind {
            $($(#[doc = $doc])* $name,)*
            /// One that the host profile declares.
            Own(&'static OwnKind),
        }

        impl Kind {
            /// Every built-in kind, in the order of the table.
            pub const ALL: &[Kind] = &[$(Kind::$name,)*];

            /// Its key in manifests, profiles and grants.
            #[must_use]
            pub fn key(self) -> &'static str {
                match self { $(Kind::$name => $key,)* Kind::Own(own) => own.key() }
            }

            /// The built-in kind with this key; see [`Kinds::find`] for those of a host too.
            #[must_use]
            pub fn find(key: &str) -> Option<Kind> {
                match key { $($key => Some(Kind::$name),)* _ => None }
            }

            /// What its sets are made of.
            #[must_use]
            pub fn domain(self) -> DomainKind {
                match self { $(Kind::$name => DomainKind::$domain,)* Kind::Own(own) => own.domain() }
            }

            /// What it lets a plugin do, as in "can … `/etc/hosts`".
            #[must_use]
            pub fn phrase(self) -> &'static str {
                match self { $(Kind::$name => $phrase,)* Kind::Own(own) => own.phrase() }
            }
        }
    };
}

kinds! {
    /// Reading files and listing folders.
    FsRead "fs.read" Paths "read";
    /// Creating, changing and removing files.
    FsWrite "fs.write" Paths "write";
    /// Creating and removing folders.
    FsMkdir "fs.mkdir" Paths "create folders in";
    /// A private temporary folder that goes when the plugin does: `private`.
    FsTemp "fs.temp" Names "use a temporary folder that is";
    /// Outgoing connections.
    NetConnect "net.connect" Endpoints "connect to";
    /// Accepting connections.
    NetListen "net.listen" Endpoints "listen on";
    /// Environment variables of the host.
    EnvRead "env.read" Names "read the environment variable";
    /// Starting programs with arguments.
    ProcessSpawn "process.spawn" Commands "run";
    /// Real clocks: `wall`, `monotonic`. Without it a plugin sees clocks that stand still.
    ClockRead "clock.read" Names "read the clock";
    /// Real randomness: `secure`. Without it a plugin sees the same numbers at every start.
    RandomRead "random.read" Names "read random numbers that are";
    /// Receiving events of the host.
    EventSubscribe "event.subscribe" Names "receive the event";
    /// Sending events into the host.
    EventPublish "event.publish" Names "publish the event";
    /// Messages to other plugins, by id, or to the `host`.
    MessageSend "message.send" Names "send messages to";
    /// Reading tables.
    DbRead "db.read" Names "read the table";
    /// Changing tables.
    DbWrite "db.write" Names "write the table";
    /// Running stored procedures.
    DbExecute "db.execute" Names "run the procedure";
    /// Answering HTTP requests that reach the host.
    HttpServe "http.serve" Routes "answer";
    /// Using a model that the host runs or reaches.
    ModelUse "model.use" Names "use the model";
    /// Reading the state of a terminal.
    TerminalRead "terminal.read" Names "read of the terminal its";
    /// Making panes and other parts of the user interface.
    PaneCreate "pane.create" Names "create panes of kind";
    /// Reading keys of the host's key-value store.
    StorageRead "storage.read" Names "read the key";
    /// Changing keys of the host's key-value store.
    StorageWrite "storage.write" Names "write the key";
    /// Calling tools of other plugins or of the host, by their whole names.
    ToolUse "tool.use" Names "call the tool";
    /// Being linked to interfaces, by name and in whatever version: `acme:store/items`, `wasi:sockets/*`.
    InterfaceUse "interface.use" Names "use the interface";
    /// Standing on hook points, where a host gives them by right.
    HookAttach "hook.attach" Names "stand on the hook point";
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.key())
    }
}
