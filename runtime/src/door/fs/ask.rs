//! What each operation on files takes. Comes in: what is to be opened or changed. Goes out: where it is done, once the gate was asked for
//! every right that it takes. Deliberately absent: doing it.

use ambit_schema::capability::Kind;
use wasmtime::component::Resource;
use wasmtime_wasi::filesystem::Descriptor;
use wasmtime_wasi::p2::FsResult;
use wasmtime_wasi::p2::bindings::filesystem::types;
use wasmtime_wasi::p2::bindings::sync::filesystem::types::{self as sync, PathFlags};

use super::exact::{End, Look, Spot};
use crate::tier::wasm::state::PluginState;

type Fd = Resource<Descriptor>;

/// What decides whether a change of names is done name by name.
const CHANGES: [Kind; 3] = [Kind::FsWrite, Kind::FsRead, Kind::FsMkdir];

/// Which rights an opening takes, in the order they are asked.
pub(super) fn rights_to_open(open: sync::OpenFlags, flags: sync::DescriptorFlags) -> impl Iterator<Item = Kind> {
    use sync::DescriptorFlags as Flags;
    let changes = open.intersects(sync::OpenFlags::CREATE | sync::OpenFlags::TRUNCATE)
        || flags.intersects(Flags::WRITE | Flags::MUTATE_DIRECTORY);
    // The library opens for reading whatever is not opened for writing.
    let reads = flags.contains(Flags::READ) || !flags.contains(Flags::WRITE);
    [(Kind::FsRead, reads), (Kind::FsWrite, changes)].into_iter().filter(|(_, needed)| *needed).map(|(kind, _)| kind)
}

impl PluginState {
    /// Asks for both ends of what gives something another name: a renaming, or a link. When it moves a folder, for making
    /// folders too.
    pub(super) fn ask_ends(
        &mut self,
        (old, new): ((Fd, &str), (Fd, &str)),
        operation: &'static str,
    ) -> FsResult<(Spot, Spot)> {
        let (from, to) = ((old.0.rep(), old.1), (new.0.rep(), new.1));
        self.ask_path(Kind::FsWrite, from.0, from.1, operation)?;
        self.ask_path(Kind::FsWrite, to.0, to.1, operation)?;
        let before = self.spot(&CHANGES, End::First, old.0, from.1, operation)?;
        let after = self.spot(&CHANGES, End::Second, new.0, to.1, operation)?;
        let found = self.kind_of(before.fd.rep(), PathFlags::empty(), &before.path);
        if found == Some(types::DescriptorType::Directory) {
            self.ask_path(Kind::FsMkdir, from.0, from.1, operation)?;
            self.ask_path(Kind::FsMkdir, to.0, to.1, operation)?;
            self.refuse_mixed(from, to)?;
        } else {
            self.refuse_gain(from, to, operation)?;
        }
        Ok((before, after))
    }

    /// Asks for an operation on a path that takes one right, and says where it is done.
    pub(super) fn ask_spot(&mut self, kind: Kind, fd: Fd, path: &str, operation: &'static str) -> FsResult<Spot> {
        self.ask_path(kind, fd.rep(), path, operation)?;
        self.spot(&[kind], End::First, fd, path, operation)
    }

    /// Asks for an opening. A folder that is only passed through is opened as one, whatever lies there when it is.
    pub(super) fn ask_open_at(
        &mut self,
        fd: Fd,
        path: &str,
        open: &mut sync::OpenFlags,
        flags: sync::DescriptorFlags,
    ) -> FsResult<Spot> {
        let rights: Vec<Kind> = rights_to_open(*open, flags).collect();
        if rights == [Kind::FsRead] {
            let (look, spot) = self.ask_look(fd, path, "open")?;
            if look == Look::Bare {
                *open |= sync::OpenFlags::DIRECTORY;
            }
            return Ok(spot);
        }
        rights.iter().try_for_each(|kind| self.ask_path(*kind, fd.rep(), path, "open"))?;
        self.spot(&rights, End::First, fd, path, "open")
    }
}
