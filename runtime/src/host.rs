//! The host: what an application makes once and loads its plugins with. Comes in: settings, and a sealed plan for each load.
//! Goes out: plugins. Deliberately absent: any right that the plan does not give, and any way to add one.

use std::any::Any;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use ambit_schema::capability::Tier;
use ambit_schema::limits::MAX_ARTIFACT;
use ambit_schema::plan::{Plan, PluginEntry};
use wasmtime::component::{Linker, LinkerInstance};
use wasmtime_wasi::FsPerms;
use wasmtime_wasi::filesystem::Dir;

mod deliver;
mod error;

pub use deliver::{Delivery, Undelivered};
pub use error::{HostError, LoadError};

use crate::door::database::Database;
use crate::door::fs::OpenFiles;
use crate::door::models::Models;
use crate::door::served::Offers;
use crate::door::storage::Store;
use crate::door::{AuditEvent, AuditSink};
use crate::tier::wasm::cache::Cache;
use crate::tier::wasm::compiler::Compiler;
use crate::tier::wasm::engine::{Ticker, engine};
use crate::tier::wasm::linker::base;
use crate::tier::wasm::program::Programs;
use crate::tier::wasm::rates::AllRates;
use crate::tier::wasm::{Plugin, PluginState, load};

/// Links the functions of one interface that the host author offers to plugins. Each asks the
/// [`Gate`](crate::Gate) of the [`PluginState`] it is called with before it does anything.
pub type Interface = Box<dyn Fn(&mut LinkerInstance<'_, PluginState>) -> wasmtime::Result<()> + Send + Sync>;

pub(crate) type Interfaces = BTreeMap<String, Interface>;

/// Everything that the plugins of one application share. Cheap to clone.
#[derive(Clone)]
pub struct Host {
    inner: Arc<Inner>,
}

pub(crate) struct Inner {
    pub(crate) engine: wasmtime::Engine,
    pub(crate) ticker: Ticker,
    pub(crate) linker: Linker<PluginState>,
    pub(crate) programs: Programs,
    pub(crate) cache: Cache,
    pub(crate) compiler: Option<Compiler>,
    pub(crate) rates: AllRates,
    pub(crate) folder: PathBuf,
    pub(crate) audit: Arc<dyn AuditSink>,
    pub(crate) environment: Arc<[(String, String)]>,
    pub(crate) interfaces: Interfaces,
    pub(crate) offers: Arc<Offers>,
    /// The files that its plugins hold open.
    pub(crate) open_files: Arc<OpenFiles>,
    /// An empty folder, and the same opened: one descriptor for all plugins.
    _nowhere: tempfile::TempDir,
    pub(crate) nowhere: Dir,
}

/// The settings of a [`Host`]. Nothing is inherited from the process: what is not set is not there.
pub struct HostBuilder {
    folder: PathBuf,
    audit: Arc<dyn AuditSink>,
    environment: Vec<(String, String)>,
    cache: Option<PathBuf>,
    compiler: Option<Compiler>,
    instances: u32,
    interfaces: Interfaces,
    offers: Offers,
}

impl Host {
    /// Starts with the folder that the plan was made in: relative paths of the plan begin there.
    #[must_use]
    pub fn builder(folder: impl Into<PathBuf>) -> HostBuilder {
        HostBuilder {
            folder: folder.into(),
            audit: Arc::new(|_: AuditEvent| {}),
            environment: Vec::new(),
            cache: None,
            compiler: None,
            instances: 1_000,
            interfaces: BTreeMap::new(),
            offers: Offers::default(),
        }
    }

    /// Loads a plugin of the plan from the bytes of its artifact, which must have the hash that the plan names. Runs none of
    /// its code; that begins with the first call.
    ///
    /// # Errors
    /// The first thing that is missing or not as the plan says.
    pub fn load(&self, plan: &Plan, plugin: &str, artifact: &[u8]) -> Result<Plugin, LoadError> {
        let entry = wasm_entry(plan, plugin)?;
        if artifact.len() as u64 > MAX_ARTIFACT {
            return Err(LoadError::TooLarge);
        }
        load::load(&self.inner, plan, entry, artifact)
    }

    /// As [`load`](Self::load), from the file that the plan names.
    ///
    /// # Errors
    /// Those of `load`, and [`LoadError::Read`].
    pub fn load_file(&self, plan: &Plan, plugin: &str) -> Result<Plugin, LoadError> {
        let entry = wasm_entry(plan, plugin)?;
        let path = self.artifact_path(entry).ok_or(LoadError::NoArtifact)?;
        let read = |path: &Path| -> std::io::Result<Option<Vec<u8>>> {
            let fits = std::fs::metadata(path)?.len() <= MAX_ARTIFACT;
            fits.then(|| std::fs::read(path)).transpose()
        };
        match read(&path) {
            Ok(Some(bytes)) => self.load(plan, plugin, &bytes),
            Ok(None) => Err(LoadError::TooLarge),
            Err(error) => Err(LoadError::Read { path: path.display().to_string(), reason: error.to_string() }),
        }
    }

    /// Where the artifact of a plugin is: `./…` below the plan's folder, unless its path is absolute.
    fn artifact_path(&self, entry: &PluginEntry) -> Option<PathBuf> {
        let path = &entry.artifact.as_ref()?.path;
        Some(self.inner.folder.join(path.strip_prefix("./").unwrap_or(path)))
    }
}

/// The entry of a plugin that this version can run.
fn wasm_entry<'p>(plan: &'p Plan, plugin: &str) -> Result<&'p PluginEntry, LoadError> {
    let entry = plan.plugin(plugin).ok_or_else(|| LoadError::NoPlugin(plugin.to_owned()))?;
    match entry.tier {
        Tier::Wasm => Ok(entry),
        tier @ (Tier::Native | Tier::Process | Tier::Container) => Err(LoadError::Tier(tier)),
    }
}

impl HostBuilder {
    /// Who is told of every attempt. Not set: nobody.
    #[must_use]
    pub fn audit(mut self, sink: Arc<dyn AuditSink>) -> Self {
        self.audit = sink;
        self
    }

    /// The environment variables that `env.read` can give. Not set: none.
    #[must_use]
    pub fn environment(mut self, variables: impl IntoIterator<Item = (String, String)>) -> Self {
        self.environment = variables.into_iter().collect();
        self.environment.sort();
        self
    }

    /// A folder, private to this user, that keeps compiled code between runs. Not set: none is kept.
    #[must_use]
    pub fn cache(mut self, folder: impl Into<PathBuf>) -> Self {
        self.cache = Some(folder.into());
        self
    }

    /// Compiles artifacts in processes that are stopped when they take too long or too much memory. Not set: in this process,
    /// which an artifact made for that can keep busy for as long as it likes.
    #[must_use]
    pub fn compiler(mut self, compiler: Compiler) -> Self {
        self.compiler = Some(compiler);
        self
    }

    /// How many instances there may be at one time; each plugin that is running is one. Reserves address space, not memory.
    /// Not set: 1,000.
    #[must_use]
    pub fn instances(mut self, instances: u32) -> Self {
        self.instances = instances;
        self
    }

    /// Offers an interface to the plugins whose plan lists it: `acme:store/items`, with a version or for every version.
    #[must_use]
    pub fn interface(mut self, name: impl Into<String>, interface: Interface) -> Self {
        self.interfaces.insert(name.into(), interface);
        self
    }

    /// Keeps the keys and values of plugins, for those with `storage.read` or `storage.write`: a
    /// [`FileStore`](crate::FileStore), or a store of the host author's. Not set: nothing keeps any, and asking for one ends a call.
    #[must_use]
    pub fn storage(mut self, store: impl Store + 'static) -> Self {
        self.offers.store = Some(Box::new(store));
        self
    }

    /// Takes events and messages of plugins with `event.publish` or `message.send`. They wait until the application calls
    /// [`Host::deliver`]. Not set: nobody would, and sending one ends a call.
    #[must_use]
    pub fn messages(mut self) -> Self {
        self.offers.mail = Some(Arc::default());
        self
    }

    /// Gives plugins with `db.read`, `db.write` or `db.execute` a database: a `SqliteDatabase`, or one of the host author's. Not set:
    /// there is none, and asking for it ends a call.
    #[must_use]
    pub fn database(mut self, database: impl Database + 'static) -> Self {
        self.offers.database = Some(Box::new(database));
        self
    }

    /// Gives plugins with `model.use` models. Not set: there are none, and asking for one ends a call.
    #[must_use]
    pub fn models(mut self, models: impl Models + 'static) -> Self {
        self.offers.models = Some(Box::new(models));
        self
    }

    /// Keeps something for the interfaces of the host's author, who finds it with [`PluginState::data`]. One value of one type.
    #[must_use]
    pub fn data(mut self, data: impl Any + Send + Sync) -> Self {
        self.offers.data = Some(Arc::new(data));
        self
    }

    /// Makes the host and starts its ticker.
    ///
    /// # Errors
    /// What the machine lacks.
    pub fn build(self) -> Result<Host, HostError> {
        let (engine, memory) = engine(self.instances).map_err(|error| HostError::Engine(format!("{error:#}")))?;
        let linker = base(&engine).map_err(|error| HostError::Engine(format!("{error:#}")))?;
        let cache = Cache::open(engine.clone(), memory, self.cache.as_deref());
        let nowhere = tempfile::Builder::new().prefix("ambit-").tempdir();
        let nowhere = nowhere.map_err(|error| HostError::Folder(error.to_string()))?;
        let opened = load::open_folder(nowhere.path(), FsPerms::ReadOnly);
        let inner = Inner {
            ticker: Ticker::start(&engine).map_err(|error| HostError::Thread(error.to_string()))?,
            cache: cache.map_err(|error| HostError::Cache(error.to_string()))?,
            compiler: self.compiler,
            rates: AllRates::default(),
            nowhere: opened.map_err(|error| HostError::Folder(error.to_string()))?,
            _nowhere: nowhere,
            engine,
            linker,
            programs: Programs::default(),
            folder: self.folder,
            audit: self.audit,
            environment: self.environment.into(),
            interfaces: self.interfaces,
            offers: Arc::new(self.offers),
            open_files: Arc::default(),
        };
        Ok(Host { inner: Arc::new(inner) })
    }
}
