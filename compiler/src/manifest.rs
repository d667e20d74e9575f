//! What a plugin's author says. Comes in: a tree. Goes out: [`Manifest`]s made of [`Claim`]s: allegations, from which
//! nothing but `resolve` can make a right. Deliberately absent: any decision about them.

use ambit_schema::capability::{Kind, Tier};
use ambit_schema::limits::Quota;
use ambit_schema::name::{LocalName, PluginId, PointName};
use ambit_schema::plan::{Condition, Conditions, NameSort, Parameter, Slot};
use semver::Version;

use crate::lower::{Block, Passage, Spanned};
use crate::source::{FileId, Span};

mod artifact;
mod config;
mod declare;
pub(crate) use declare::{inside_plugin, is_inside_plugin};
mod depend;
mod endpoint;
mod hook;
mod lower;
mod network;
mod parameter;
mod permission;
mod recovery;
mod request;
mod versions;

pub use config::{ConfigClaim, Part};
use depend::LISTED;
pub use depend::VersionRange;
pub(crate) use depend::{Ranges, Usual, dependencies, engines};
pub use lower::{Reader, lower};
pub use recovery::RecoveryClaim;
pub(crate) use recovery::{BOUNDS, recovery};
pub use versions::Versions;

/// The blocks of a manifest, for references: the outermost first.
pub(crate) fn blocks() -> Vec<Block> {
    vec![
        Block::of("a manifest", lower::FIELDS),
        Block::of("a hook", hook::HOOK),
        Block::of("`configuration`", config::CONFIGURATION),
        Block::of("`recovery`", recovery::RECOVERY),
        Block::of("an endpoint", endpoint::ENDPOINT),
        Block::of("`auth`", endpoint::AUTH),
        Block::of("`rateLimit`", endpoint::RATE),
        Block::of("`validation` of an endpoint", endpoint::VALIDATION),
        Block::of("a command or tool", declare::CALLED),
        Block::of("a prompt", declare::PROMPT),
        Block::of("an entry point", declare::ENTRY_POINT),
        Block::of("a parameter", parameter::PARAMETER),
        Block::of("a dependency", LISTED),
    ]
}

/// Something that a manifest says. It holds for nobody but its author until `resolve` has looked at it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Claim<T>(Spanned<T>);

impl<T> Claim<T> {
    /// What is said.
    pub fn said(&self) -> &T {
        &self.0.value
    }

    /// Where.
    pub fn span(&self) -> Span {
        self.0.span
    }

    /// What is said, and where.
    pub(crate) fn spanned(&self) -> &Spanned<T> {
        &self.0
    }

    /// What is said, for whoever binds it.
    pub(crate) fn into_spanned(self) -> Spanned<T> {
        self.0
    }
}

impl<T> From<Spanned<T>> for Claim<T> {
    fn from(spanned: Spanned<T>) -> Self {
        Claim(spanned)
    }
}

/// For what an application runs: plugins may be configured differently for each.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Environment {
    /// Being written.
    Development,
    /// Being tried.
    Staging,
    /// Being used.
    Production,
}

impl Environment {
    /// Every environment.
    pub const ALL: &[Environment] = &[Environment::Development, Environment::Staging, Environment::Production];

    /// Its word in manifests and on command lines.
    #[must_use]
    pub fn key(self) -> &'static str {
        match self {
            Environment::Development => "development",
            Environment::Staging => "staging",
            Environment::Production => "production",
        }
    }

    /// The environment with this word.
    #[must_use]
    pub fn find(key: &str) -> Option<Environment> {
        Self::ALL.iter().copied().find(|environment| environment.key() == key)
    }
}

/// One plugin, as its manifest tells it.
#[derive(Debug, Clone)]
pub struct Manifest {
    /// The text it stands in.
    pub file: FileId,
    /// Its id.
    pub id: Claim<PluginId>,
    /// Its version; `0.0.0` for entries of a `plugins` list, which name none.
    pub version: Claim<Version>,
    /// What people read. `None`, once the rules have: nothing else does.
    pub about: Option<Box<About>>,
    /// The host and engine versions it was made for.
    pub engines: Vec<Engine>,
    /// What runs, and where.
    pub artifact: Option<ArtifactClaim>,
    /// Commands, tools and endpoints.
    pub names: Vec<NameClaim>,
    /// Hooks it wants to stand on.
    pub hooks: Vec<HookClaim>,
    /// What it asks for, a target each. Once it is bound, what could not be.
    pub requests: Vec<Request>,
    /// The plugins it needs.
    pub dependencies: Vec<Dependency>,
    /// The quotas it asks for.
    pub quotas: Vec<(Quota, Claim<u64>)>,
    /// The configuration that its `init` gets. `None`: the manifest says nothing of it.
    pub config: Option<Box<ConfigClaim>>,
    /// What is to become of it when its calls fail.
    pub recovery: Option<Box<RecoveryClaim>>,
}

/// Manifests on their way into the model. They are sorted and handed on several times, and each stays where it is.
pub type Manifests = Vec<Box<Manifest>>;

/// What people read about a plugin. Decides nothing, and stays in the text.
#[derive(Debug, Clone, Default)]
pub struct About {
    /// A name for people.
    pub title: Option<Passage>,
    /// One paragraph.
    pub description: Option<Passage>,
    /// Who made it.
    pub authors: Vec<Passage>,
    /// An SPDX expression.
    pub license: Option<Passage>,
    /// Where to read more.
    pub homepage: Option<Passage>,
    /// Where the sources are.
    pub repository: Option<Passage>,
    /// For searches.
    pub keywords: Vec<Passage>,
    /// For shelves.
    pub categories: Vec<Passage>,
}

/// A version range of the host or of something that it provides.
#[derive(Debug, Clone)]
pub struct Engine {
    /// Whose version.
    pub name: Claim<String>,
    /// Which fit.
    pub range: Claim<VersionRange>,
}

/// Who names an artifact, and so where it may be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NamedBy {
    /// The plugin: below the folder of its manifest.
    Plugin,
    /// The host's list of plugins: wherever the list says.
    Host,
}

/// What runs.
#[derive(Debug, Clone)]
pub struct ArtifactClaim {
    /// Where it runs.
    pub tier: Tier,
    /// Who names it.
    pub named_by: NamedBy,
    /// The file, as written; for a process the program.
    pub path: Claim<String>,
    /// Arguments of a process.
    pub arguments: Vec<Claim<String>>,
}

/// A name that the plugin wants to answer to.
#[derive(Debug, Clone)]
pub struct NameClaim {
    /// What it is for.
    pub sort: NameSort,
    /// The name inside the plugin; the handler of an endpoint.
    pub local: Claim<LocalName>,
    /// The method and path of an endpoint.
    pub route: Option<Claim<String>>,
    /// What a command or tool is called with.
    pub parameters: Vec<Claim<Parameter>>,
    /// What the host is to do before an endpoint answers. `None`: it is no endpoint.
    pub conditions: Option<Box<Conditions>>,
    /// Texts that belong to it.
    pub attached: Vec<Attached>,
    /// One line for people.
    pub summary: Option<Claim<String>>,
}

/// A text that belongs to a name.
#[derive(Debug, Clone)]
pub struct Attached {
    /// What it is for.
    pub slot: Slot,
    /// The text of a prompt, or a schema as JSON; or the file that holds it.
    pub part: Part,
}

impl NameClaim {
    /// Whether it wants this of its host.
    #[must_use]
    pub fn wants(&self, condition: Condition) -> bool {
        let states = |stated: fn(&Conditions) -> bool| self.conditions.as_deref().is_some_and(stated);
        match condition {
            Condition::Auth => states(|stated| stated.auth.is_some()),
            Condition::RateLimit => states(|stated| stated.rate.is_some()),
            Condition::Middleware => states(|stated| !stated.middleware.is_empty()),
            Condition::Validation => self.attached.iter().any(|attached| attached.slot.validates()),
        }
    }
}

/// A hook that the plugin wants to stand on.
#[derive(Debug, Clone)]
pub struct HookClaim {
    /// The hook point.
    pub point: Claim<PointName>,
    /// Higher runs earlier. Where the manifest does not say, it stands where the point does.
    pub priority: Claim<i64>,
    /// Whether the host need not wait for it.
    pub detached: bool,
    /// How long the host waits for it, in milliseconds.
    pub timeout: Option<Claim<u64>>,
    /// How often the host tries again when it fails.
    pub retries: u8,
    /// The plugins that run after it.
    pub before: Vec<Claim<PluginId>>,
    /// The plugins that run before it.
    pub after: Vec<Claim<PluginId>>,
}

/// A right that the plugin asks for.
#[derive(Debug, Clone)]
pub struct Request {
    /// What kind.
    pub kind: Kind,
    /// What it is about, as written. `None`: the manifest does not say, so it asks for whatever the grants give.
    pub target: Option<Claim<String>>,
    /// Whether the plugin works without it.
    pub optional: bool,
    /// The author's reason.
    pub reason: Option<Claim<String>>,
    /// The path under which the plugin wants to see a folder.
    pub mount: Option<Claim<String>>,
    /// The text that asks.
    pub span: Span,
}

/// A plugin or package that this one needs.
#[derive(Debug, Clone)]
pub struct Dependency {
    /// Which.
    pub id: Claim<PluginId>,
    /// Which versions fit.
    pub range: Claim<VersionRange>,
    /// Whether the plugin works without it.
    pub optional: bool,
    /// When it is needed, and who has to have it.
    pub scope: Scope,
}

/// When a dependency is needed, and who has to have it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Scope {
    /// When the plugin runs.
    #[default]
    Runtime,
    /// When the plugin runs; its host has it already, one for all that need it.
    Peer,
    /// When the plugin is made. No plan has it.
    Dev,
}

impl Scope {
    /// Every scope.
    pub const ALL: [Scope; 3] = [Scope::Runtime, Scope::Peer, Scope::Dev];

    /// The word in manifests.
    #[must_use]
    pub fn key(self) -> &'static str {
        match self {
            Scope::Runtime => "runtime",
            Scope::Peer => "peer",
            Scope::Dev => "dev",
        }
    }
}
