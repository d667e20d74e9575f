//! Loading a plugin of the wasm tier. Comes in: its entry in the plan and the bytes of its artifact. Goes out: a [`Plugin`], or
//! the first thing that is not as the plan says. The bytes that are checked are the bytes that are compiled.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use ambit_schema::capability::Kind;
use ambit_schema::limits::Quota;
use ambit_schema::plan::{Artifact, Extent, Mount, NameSort, Plan, PluginEntry, Takes};
use rustix::fs::{Mode, OFlags};
use sha2::{Digest, Sha256};
use wasmtime_wasi::filesystem::Dir;
use wasmtime_wasi::{FsPerms, OpenMode};

use super::Plugin;
use super::code::{Code, Linked, Sort};
use super::component::{check_imports, is_program, prepare};
use super::instance::Exports;
use super::limits::Meter;
use super::linker::beyond_base;
use super::recovery::Failures;
use crate::door::Gate;
use crate::door::fs::{Disk, MountPlace, Nested, OpenMount, nest};
use crate::door::net::{Resolved, context};
use crate::door::serve::Endpoints;
use crate::host::{Inner, LoadError};

/// Where a plugin finds its temporary folder.
const TEMP: &str = "/tmp";

/// Checks, compiles and links a plugin, and opens its folders.
pub(crate) fn load(host: &Arc<Inner>, plan: &Plan, entry: &PluginEntry, bytes: &[u8]) -> Result<Plugin, LoadError> {
    let artifact = entry.artifact.as_ref().ok_or(LoadError::NoArtifact)?;
    let sha256 = check_hash(artifact, bytes)?;
    let linked = host.cache.linked(&sha256, entry, || link(host, entry, artifact, &sha256, bytes))?;
    let temp = private_folder(entry)?;
    let (takes, endpoints) = (takes(plan, entry), Endpoints::of(plan, entry));
    let order = plan.content().plugins.element_offset(entry).unwrap_or_default();
    let entry = Arc::new(entry.clone());
    let gate = Gate::new(Arc::clone(&entry), Arc::clone(&host.audit));
    let resolved = Resolved::default();
    Ok(Plugin {
        host: Arc::clone(host),
        exports: linked.exports(),
        linked,
        mounts: open_mounts(host, &entry, temp.as_ref().map(tempfile::TempDir::path))?,
        library: context(&gate, &resolved),
        gate,
        resolved,
        meter: Arc::<Meter>::default(),
        disk: Arc::new(Disk::new(&host.open_files)),
        rates: host.rates.of(&entry),
        is_counted: entry.quota(Quota::Concurrency).is_some(),
        takes,
        endpoints,
        failures: Failures::new(entry.recovery.clone()),
        entry,
        _temp: temp,
        live: None,
        order,
        generation: 0,
        executions: 0,
        left: Default::default(),
        context: None,
        narrowed: BTreeMap::new(),
    })
}

/// What the commands and tools of a plugin are called with. Where a command and a tool have one name and both say
/// something, it is what the command says.
fn takes(plan: &Plan, entry: &PluginEntry) -> BTreeMap<String, Takes> {
    let (names, whose) = (&plan.content().names, &format!("{}:", entry.id));
    // Names are sorted, and those of one plugin stand together.
    let called = |sort| {
        let first = names.partition_point(|name| (name.sort, name.name.as_str()) < (sort, whose.as_str()));
        names[first..].iter().take_while(move |name| name.sort == sort && name.name.starts_with(whose))
    };
    let all = called(NameSort::Tool).chain(called(NameSort::Command));
    let taken = all.map(|name| (name.local.to_string(), Takes::of(name)));
    // What says nothing does not lift what the other says.
    taken.filter(|(_, takes)| !matches!(takes, Takes::Anything)).collect()
}

/// Compiles an artifact and links it to what the plan allows.
fn link(
    host: &Inner,
    entry: &PluginEntry,
    artifact: &Artifact,
    sha256: &str,
    bytes: &[u8],
) -> Result<Linked, LoadError> {
    let sort = if is_program(bytes) { Sort::Program } else { Sort::Component };
    let code = host.cache.code(sha256, sort, || {
        check_imports(artifact, bytes)?;
        compile(host, sort, bytes)
    })?;
    let component = match code {
        Code::Program(module) => return Ok(Linked::Program(host.programs.link(entry, &module)?)),
        Code::Component(component) => component,
    };
    let linker = beyond_base(&host.linker, &host.interfaces, &host.offers, entry, &component)?;
    let pre = linker.as_ref().unwrap_or(&host.linker).instantiate_pre(&component);
    let pre = pre.map_err(|error| LoadError::Link(format!("{error:#}")))?;
    Ok(Linked::Component(pre, Exports::find(&component)))
}

/// Compiles an artifact: in a process that can be stopped, where the host has a program for that.
fn compile(host: &Inner, sort: Sort, bytes: &[u8]) -> Result<Code, LoadError> {
    if let Some(compiler) = &host.compiler {
        let code = compiler.compile(bytes)?;
        return host.cache.compiled(sort, &code).map_err(|error| LoadError::Compiler(format!("{error:#}")));
    }
    Code::compile(&host.engine, &prepare(bytes)?).map_err(|error| LoadError::Compile(format!("{error:#}")))
}

/// INVARIANT (artifact): what runs has the hash that the plan names.
fn check_hash(artifact: &Artifact, bytes: &[u8]) -> Result<String, LoadError> {
    let expected = artifact.sha256.as_deref().ok_or(LoadError::NotPinned)?;
    let found: String = Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect();
    if expected.eq_ignore_ascii_case(&found) {
        Ok(found)
    } else {
        Err(LoadError::Tampered { expected: expected.to_owned(), found })
    }
}

fn private_folder(entry: &PluginEntry) -> Result<Option<tempfile::TempDir>, LoadError> {
    let granted = entry.granted(Kind::FsTemp).is_some();
    let folder = granted.then(|| tempfile::Builder::new().prefix("ambit-").tempdir()).transpose();
    folder.map_err(|error| LoadError::Mount {
        guest: TEMP.into(),
        folder: "a private folder".into(),
        reason: error.to_string(),
    })
}

/// Opens every folder of a plugin, and nowhere: `/`, an empty folder, so that what lies in no mount is asked for at the gate.
fn open_mounts(host: &Inner, entry: &PluginEntry, temp: Option<&Path>) -> Result<Arc<[OpenMount]>, LoadError> {
    let mut mounts = Vec::with_capacity(entry.mounts.len() + 2);
    for mount in &entry.mounts {
        let changes = mount.write.is_some() || mount.mkdir.is_some();
        let perms = if changes { FsPerms::ReadWrite } else { FsPerms::ReadOnly };
        let parts = Mount::KINDS.into_iter().filter(|kind| mount.extent(*kind) == Extent::Part).collect();
        let place = MountPlace::Folder(mount.folder.clone());
        let folder = open(host, &mount.guest, &mount.folder, perms)?;
        mounts.push(OpenMount { guest: mount.guest.clone(), place, folder, inner: Nested::new(), parts });
    }
    let taken = |guest: &str| entry.mounts.iter().any(|mount| mount.guest.trim_end_matches('/') == guest);
    if let Some(temp) = temp.filter(|_| !taken(TEMP)) {
        let folder = open(host, TEMP, &temp.display().to_string(), FsPerms::ReadWrite)?;
        mounts.push(whole(TEMP, MountPlace::Private, folder));
    }
    if !taken("") {
        mounts.push(whole("/", MountPlace::Nowhere, host.nowhere.clone()));
    }
    nest(&mut mounts);
    Ok(mounts.into())
}

/// A folder that no right covers a part of.
fn whole(guest: &str, place: MountPlace, folder: Dir) -> OpenMount {
    OpenMount { guest: guest.to_owned(), place, folder, inner: Nested::new(), parts: Vec::new() }
}

fn open(host: &Inner, guest: &str, folder: &str, perms: FsPerms) -> Result<Dir, LoadError> {
    open_folder(&host.folder.join(folder), perms).map_err(|error| LoadError::Mount {
        guest: guest.to_owned(),
        folder: folder.to_owned(),
        reason: error.to_string(),
    })
}

/// Opens a folder for plugins to hold. Files in it are worked on by the thread of the plugin.
pub(crate) fn open_folder(path: &Path, perms: FsPerms) -> std::io::Result<Dir> {
    let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC;
    let opened = rustix::fs::open(path, flags, Mode::empty())?;
    let mode = match perms {
        FsPerms::ReadOnly => OpenMode::READ,
        FsPerms::ReadWrite => OpenMode::READ | OpenMode::WRITE,
    };
    Ok(Dir::new(opened.into(), perms, mode, true))
}
