//! A shared library, as the loader of the system would read it: by its segments, never by its section table, which a loader
//! does not look at and a hostile file may fill with anything. Goes out: a [`Library`]. Deliberately absent: code, raw system
//! calls in it, libraries of other systems than those that load ELF.

use object::Endianness;
use object::elf::{self, FileHeader64, ProgramHeader64};
use object::read::elf::{FileHeader, ProgramHeader};

use super::Secret;
use super::secret;

mod dynamic;

/// What a shared library says of itself.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Library {
    /// The machine it is for, as in `x86-64`.
    pub machine: &'static str,
    /// Other libraries that it needs, as written.
    pub needed: Vec<String>,
    /// Where it wants them to be looked for, as written, in order.
    pub search: Vec<String>,
    /// The symbols that the loader binds it to and that say what it does, sorted; the others are not kept.
    pub symbols: Vec<String>,
    /// How many functions run as soon as it is loaded, before anyone can ask it anything.
    pub constructors: u64,
    /// What makes it easier to attack than it has to be, in words.
    pub weak: Vec<&'static str>,
    /// What looks like a secret in it.
    pub secrets: Vec<Secret>,
}

/// Reads a library. `None`: one of a system that has another format, which is not looked into. `keeps` says which symbols are
/// worth keeping.
pub(super) fn inspect(bytes: &[u8], keeps: fn(&str) -> bool) -> Result<Option<Library>, String> {
    match bytes.get(..4) {
        Some(b"\x7fELF") => {}
        Some([0xcf | 0xce, 0xfa, 0xed, 0xfe] | [0xca, 0xfe, 0xba, 0xbe] | [b'M', b'Z', _, _]) => return Ok(None),
        _ => return Err("it does not start as a shared library does".to_owned()),
    }
    if bytes.get(4) == Some(&1) {
        return Err("it is for a machine with 32 bits, and no host of this version runs on one".to_owned());
    }
    let mut library = elf(bytes, keeps)?;
    secret::find(bytes, 0, &mut library.secrets);
    Ok(Some(library))
}

fn elf(bytes: &[u8], keeps: fn(&str) -> bool) -> Result<Library, String> {
    let wrong = |error: object::read::Error| format!("it cannot be read: {error}");
    let header = FileHeader64::<Endianness>::parse(bytes).map_err(wrong)?;
    let endian = header.endian().map_err(wrong)?;
    let number = header.e_machine(endian);
    let Some(machine) = machine(number) else {
        return Err(format!("it is for machine number {number}, and no host of this version runs on one"));
    };
    if header.e_type(endian) != elf::ET_DYN {
        return Err("it is no shared library, but a program or a part of one".to_owned());
    }
    let segments = header.program_headers(endian, bytes).map_err(wrong)?;
    if segments.iter().any(|segment| segment.p_type(endian) == elf::PT_INTERP) {
        return Err("it is a program, not a shared library".to_owned());
    }
    let mut library = Library { machine, weak: weak(segments, endian), ..Library::default() };
    dynamic::read(bytes, endian, segments, keeps, &mut library)?;
    Ok(library)
}

/// What the segments give away.
fn weak(segments: &[ProgramHeader64<Endianness>], endian: Endianness) -> Vec<&'static str> {
    let mut weak = vec![];
    let has = |segment: &ProgramHeader64<Endianness>, flags: u32| segment.p_flags(endian) & flags == flags;
    let of = |kind: u32| segments.iter().filter(move |segment| segment.p_type(endian) == kind);
    if of(elf::PT_LOAD).any(|segment| has(segment, elf::PF_W | elf::PF_X)) {
        weak.push("a part of it can be written and run, so that what is written into it can be run");
    }
    if of(elf::PT_GNU_STACK).next().is_none_or(|stack| has(stack, elf::PF_X)) {
        weak.push("it asks for stacks that can be run, and the whole process gets them");
    }
    weak
}

/// The machines that the engines of this version exist for.
fn machine(number: u16) -> Option<&'static str> {
    match number {
        elf::EM_X86_64 => Some("x86-64"),
        elf::EM_AARCH64 => Some("AArch64"),
        elf::EM_RISCV => Some("RISC-V"),
        elf::EM_S390 => Some("s390x"),
        _ => None,
    }
}
