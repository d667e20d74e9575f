//! Where compiled code lies that was not compiled in this process. Comes in: the bytes of an artifact, as the engine serialised it.
//! Goes out: the code, run from where the bytes lie. They are written to a file that has no name, through its descriptor, and
//! seen through a mapping that is never writable and is executable before anything is in it: no other processor has to be told of a
//! change of rights, which costs more than the rest of a load, and threads that load do not stop each other.

use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt;
use std::ptr::{self, NonNull};
use std::sync::{Arc, Mutex, PoisonError};

use object::elf::FileHeader64;
use object::endian::LittleEndian;
use object::read::elf::ElfFile;
use object::{Object, ObjectSection};
use rustix::mm::{MapFlags, MprotectFlags, ProtFlags};
use wasmtime::component::Component;
use wasmtime::{CustomCodeMemory, Engine, Module};

use super::code::{Code, Sort};

/// How much is reserved at once, in bytes: of addresses, not of memory.
const CHUNK: usize = 16 << 20;
/// A page, in bytes.
const PAGE: usize = 4096;
/// Other processors want to hear of new code, which the engine tells them of what it places itself.
pub(crate) const IS_USED: bool = cfg!(all(target_os = "linux", target_arch = "x86_64"));

/// The compiled code of one engine. It lives as long as anything in it: each piece of code that was loaded holds it.
#[derive(Default)]
pub(crate) struct CodeMemory {
    chunks: Mutex<Vec<Chunk>>,
}

/// A file without a name, and where it is seen.
struct Chunk {
    /// The address, and how long it is.
    base: usize,
    length: usize,
    /// How much of it is taken.
    taken: usize,
    /// `None`: it is full, and never written to again.
    file: Option<Arc<File>>,
}

/// The room of one artifact.
struct Room {
    file: Arc<File>,
    /// Where in the file.
    offset: usize,
    /// Where in memory.
    address: usize,
}

impl CodeMemory {
    /// Loads native code, which has to be of the same engine and of this sort.
    ///
    /// # Safety
    /// It is what an engine gave for code, unchanged.
    #[expect(unsafe_code, reason = "native code can be loaded in no other way")]
    pub(super) unsafe fn load(&self, engine: &Engine, sort: Sort, code: &[u8]) -> wasmtime::Result<Code> {
        // SAFETY: the caller's promise. Nobody writes to where code was placed, nor unmaps it, before `self` is dropped, which the
        // engine's pieces of code hold. What the machine does not let us map, the engine copies.
        unsafe {
            match (sort, self.place(code)) {
                (Sort::Component, Ok(placed)) => Component::deserialize_raw(engine, placed).map(Code::Component),
                (Sort::Component, Err(_)) => Component::deserialize(engine, code).map(Code::Component),
                (Sort::Program, Ok(placed)) => Module::deserialize_raw(engine, placed).map(Code::Program),
                (Sort::Program, Err(_)) => Module::deserialize(engine, code).map(Code::Program),
            }
        }
    }

    /// Puts code where it can be run.
    #[expect(unsafe_code, reason = "the executable part is mapped over a part of a mapping of our own")]
    fn place(&self, code: &[u8]) -> io::Result<NonNull<[u8]>> {
        let text = text(code).filter(|_| IS_USED).ok_or(io::ErrorKind::Unsupported)?;
        let room = self.room(code.len().next_multiple_of(PAGE))?;
        let (address, offset) = (room.address + text.start, (room.offset + text.start) as u64);
        let rights = ProtFlags::READ | ProtFlags::EXEC;
        // SAFETY: the addresses are inside the room, which was given to this call alone; `text` is inside `code`, in whole pages.
        unsafe {
            let address = ptr::with_exposed_provenance_mut(address);
            rustix::mm::mmap(address, text.len(), rights, MapFlags::PRIVATE | MapFlags::FIXED, &room.file, offset)?;
        }
        room.file.write_all_at(code, room.offset as u64)?;
        let start = NonNull::new(ptr::with_exposed_provenance_mut(room.address)).ok_or(io::ErrorKind::OutOfMemory)?;
        Ok(NonNull::slice_from_raw_parts(start, code.len()))
    }

    /// Room for so many bytes, which are whole pages.
    fn room(&self, length: usize) -> io::Result<Room> {
        let mut chunks = self.chunks.lock().unwrap_or_else(PoisonError::into_inner);
        if chunks.last().is_none_or(|chunk| chunk.length - chunk.taken < length) {
            if let Some(full) = chunks.last_mut() {
                full.file = None;
            }
            chunks.push(Chunk::new(length.max(CHUNK))?);
        }
        let chunk = chunks.last_mut().ok_or(io::ErrorKind::OutOfMemory)?;
        let file = Arc::clone(chunk.file.as_ref().ok_or(io::ErrorKind::OutOfMemory)?);
        let offset = chunk.taken;
        chunk.taken += length;
        Ok(Room { file, offset, address: chunk.base + offset })
    }

    /// Whether code at this address lies here.
    fn holds(&self, address: usize) -> bool {
        let chunks = self.chunks.lock().unwrap_or_else(PoisonError::into_inner);
        chunks.iter().rev().any(|chunk| (chunk.base..chunk.base + chunk.length).contains(&address))
    }
}

impl Chunk {
    #[expect(unsafe_code, reason = "code is run from memory that is mapped")]
    fn new(length: usize) -> io::Result<Self> {
        let file = nameless(length as u64)?;
        // SAFETY: a new mapping, which nothing refers to yet.
        let base = unsafe { rustix::mm::mmap(ptr::null_mut(), length, ProtFlags::READ, MapFlags::PRIVATE, &file, 0)? };
        Ok(Chunk { base: base.expose_provenance(), length, taken: 0, file: Some(Arc::new(file)) })
    }
}

impl Drop for Chunk {
    #[expect(unsafe_code, reason = "what was mapped is given back")]
    fn drop(&mut self) {
        // SAFETY: only the engine's pieces of code refer to it, and each holds the `CodeMemory` that is dropped here.
        let _ = unsafe { rustix::mm::munmap(ptr::with_exposed_provenance_mut(self.base), self.length) };
    }
}

/// A file in memory, without a name and of this length for good.
#[cfg(target_os = "linux")]
fn nameless(length: u64) -> io::Result<File> {
    use rustix::fs::{MemfdFlags, SealFlags};
    let file = rustix::fs::memfd_create("ambit-code", MemfdFlags::CLOEXEC | MemfdFlags::ALLOW_SEALING)?;
    rustix::fs::ftruncate(&file, length)?;
    rustix::fs::fcntl_add_seals(&file, SealFlags::GROW | SealFlags::SHRINK)?;
    Ok(file.into())
}

#[cfg(not(target_os = "linux"))]
fn nameless(_: u64) -> io::Result<File> {
    Err(io::ErrorKind::Unsupported.into())
}

/// Where an artifact has its instructions: whole pages.
fn text(code: &[u8]) -> Option<std::ops::Range<usize>> {
    let elf = ElfFile::<FileHeader64<LittleEndian>>::parse(code).ok()?;
    let (start, length) = elf.section_by_name(".text")?.file_range()?;
    let (start, length) = (usize::try_from(start).ok()?, usize::try_from(length).ok()?.next_multiple_of(PAGE));
    let fits = start % PAGE == 0 && length > 0 && start.checked_add(length)? <= code.len().next_multiple_of(PAGE);
    fits.then(|| start..start + length)
}

#[expect(unsafe_code, reason = "code that was compiled in this process becomes executable where it lies")]
impl CustomCodeMemory for CodeMemory {
    fn required_alignment(&self) -> usize {
        PAGE
    }

    /// What lies here is executable. What the engine compiled in this process lies elsewhere, and is no longer writable.
    fn publish_executable(&self, start: *const u8, length: usize) -> wasmtime::Result<()> {
        if !self.holds(start.addr()) {
            let rights = MprotectFlags::READ | MprotectFlags::EXEC;
            // SAFETY: the engine owns these pages, and has just written code to them.
            unsafe { rustix::mm::mprotect(start.cast_mut().cast(), length, rights)? };
        }
        Ok(())
    }

    /// The engine gives its own pages back after this, and those that lie here stay until all of them go.
    fn unpublish_executable(&self, _: *const u8, _: usize) -> wasmtime::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use wasmtime::Store;
    use wasmtime::component::{Component, Linker};

    use super::{CHUNK, CodeMemory, IS_USED, PAGE};
    use crate::tier::wasm::code::{Code, Sort};
    use crate::tier::wasm::engine::engine;

    /// Adds two numbers and this one.
    fn guest(plus: usize) -> String {
        format!(
            "(component (core module $m (func (export \"add\") (param i32 i32) (result i32)
                (i32.add (i32.const {plus}) (i32.add (local.get 0) (local.get 1)))))
              (core instance $i (instantiate $m))
              (func (export \"add\") (param \"a\" u32) (param \"b\" u32) (result u32) (canon lift (core func $i \"add\"))))"
        )
    }

    /// The rights of what is mapped and has this at its end.
    fn mapped(name: &str) -> Vec<(usize, String)> {
        let maps = std::fs::read_to_string("/proc/self/maps").unwrap();
        let of_line = |line: &str| {
            let (start, rest) = line.split_once('-')?;
            let rights = rest.split(' ').nth(1)?;
            rest.contains(name).then(|| (usize::from_str_radix(start, 16).unwrap(), rights.to_owned()))
        };
        maps.lines().filter_map(of_line).collect()
    }

    #[expect(unsafe_code, reason = "the code was made in the line before")]
    fn load(memory: &CodeMemory, engine: &wasmtime::Engine, plus: usize) -> Component {
        let code = Component::new(engine, wat::parse_str(guest(plus)).unwrap()).unwrap().serialize().unwrap();
        // SAFETY: it is what the engine gave.
        match unsafe { memory.load(engine, Sort::Component, &code).unwrap() } {
            Code::Component(component) => component,
            Code::Program(_) => panic!("it is a component"),
        }
    }

    #[test]
    fn many_threads_load_code_that_nobody_can_write_to() {
        let (engine, memory) = engine(8).unwrap();
        let loaded = std::thread::scope(|scope| {
            let load = |first: usize| (first..first + 20).map(|plus| load(&memory, &engine, plus)).collect::<Vec<_>>();
            let threads = [0, 20, 40].map(|first| scope.spawn(move || load(first)));
            threads.into_iter().flat_map(|thread| thread.join().unwrap()).collect::<Vec<_>>()
        });
        for (plus, component) in loaded.iter().enumerate() {
            let mut store = Store::new(&engine, ());
            store.set_epoch_deadline(1_000_000);
            let instance = Linker::new(&engine).instantiate(&mut store, component).unwrap();
            let add = instance.get_typed_func::<(u32, u32), (u32,)>(&mut store, "add").unwrap();
            assert_eq!(add.call(&mut store, (2, 3)).unwrap(), (5 + u32::try_from(plus).unwrap(),));
        }
        let rights = mapped("memfd:ambit-code");
        assert_eq!(rights.iter().any(|(_, rights)| rights == "r-xp"), IS_USED);
        assert!(rights.iter().all(|(_, rights)| ["r--p", "r-xp"].contains(&rights.as_str())), "{rights:?}");
    }

    #[test]
    fn code_stays_as_long_as_it_can_be_run_and_then_goes() {
        let (engine, memory) = engine(8).unwrap();
        let component = load(&memory, &engine, 1);
        let base = memory.chunks.lock().unwrap().first().unwrap().base;
        let is_there = || mapped("memfd:ambit-code").iter().any(|(start, _)| *start == base);
        drop((memory, engine));
        assert!(is_there());
        drop(component);
        assert!(!is_there());
    }

    #[test]
    fn what_is_larger_than_a_chunk_gets_one_of_its_own() {
        let memory = CodeMemory::default();
        let addresses = [PAGE, CHUNK + PAGE, PAGE].map(|length| memory.room(length).unwrap().address);
        let chunks = memory.chunks.lock().unwrap();
        assert_eq!(chunks.iter().map(|chunk| chunk.length).collect::<Vec<_>>(), [CHUNK, CHUNK + PAGE, CHUNK]);
        assert_eq!(chunks.iter().map(|chunk| chunk.base).collect::<Vec<_>>(), addresses);
        assert_eq!(chunks.iter().filter(|chunk| chunk.file.is_some()).count(), 1, "a full chunk keeps no descriptor");
    }

    #[test]
    #[expect(unsafe_code, reason = "it is refused before anything is run")]
    fn what_is_no_code_is_refused() {
        let (engine, memory) = engine(8).unwrap();
        for bytes in [&b""[..], b"\x7fELF", &[0; 5000]] {
            assert!(memory.place(bytes).is_err());
            // SAFETY: these bytes are no code of any engine, which the engine sees in their first bytes.
            assert!(unsafe { memory.load(&engine, Sort::Component, bytes) }.is_err());
        }
    }
}
