//! What a loader does with a shared library: the libraries it looks for, the symbols it binds, the functions it calls. Comes
//! in: the segments. Every address and count is the file's own word, and is looked up within the file or not at all.

use std::collections::BTreeSet;

use object::Endianness;
use object::elf::{self, Dyn64, ProgramHeader64, Rela64, Sym64};
use object::pod;
use object::read::elf::{Dyn, ProgramHeader, Rela, Sym};

use super::Library;

/// How many names of a kind are kept.
const MOST: usize = 64;

/// How long a name may be, in bytes: many entries may name one long text.
const LONGEST: usize = 1024;

/// How long the names of symbols that are looked at may be, in bytes.
const SYMBOL: usize = 40;

type Segments<'b> = &'b [ProgramHeader64<Endianness>];

/// A file as its segments lay it out in memory.
struct Image<'b> {
    bytes: &'b [u8],
    endian: Endianness,
    segments: Segments<'b>,
}

/// Addresses and sizes that the dynamic segment gives.
#[derive(Default)]
struct Table {
    strings: u64,
    symbols: u64,
    /// Relocations with symbols: address and size in bytes.
    relocations: [(u64, u64); 2],
    /// Functions that run at load, as a list: its size in bytes.
    initializers: u64,
    first: bool,
    text: bool,
    names: Vec<(i64, u64)>,
}

pub(super) fn read(
    bytes: &[u8],
    endian: Endianness,
    segments: Segments<'_>,
    keeps: fn(&str) -> bool,
    library: &mut Library,
) -> Result<(), String> {
    let image = Image { bytes, endian, segments };
    let dynamic = segments.iter().find(|segment| segment.p_type(endian) == elf::PT_DYNAMIC);
    let Some(dynamic) = dynamic else { return Err("it has nothing for a loader to bind".to_owned()) };
    let entries = dynamic.dynamic(endian, bytes).map_err(|error| format!("it cannot be read: {error}"))?;
    let table = Table::read(entries.unwrap_or_default(), endian);
    for (tag, at) in &table.names {
        let Some(name) = image.text(table.strings, *at, LONGEST) else { continue };
        if *tag == elf::DT_NEEDED {
            library.needed.push(name);
        } else {
            library.search.extend(name.split(':').take(MOST).map(str::to_owned));
        }
    }
    library.constructors = table.initializers / 8 + u64::from(table.first);
    if table.text {
        library.weak.push("its code is written to when it is loaded, and so is no longer the code of the file");
    }
    library.symbols = image.symbols(&table, keeps);
    Ok(())
}

impl Table {
    fn read(entries: &[Dyn64<Endianness>], endian: Endianness) -> Self {
        let mut table = Table::default();
        for entry in entries.iter().take_while(|entry| entry.tag(endian) != elf::DT_NULL) {
            let value = entry.val(endian);
            match entry.tag(endian) {
                elf::DT_STRTAB => table.strings = value,
                elf::DT_SYMTAB => table.symbols = value,
                elf::DT_RELA => table.relocations[0].0 = value,
                elf::DT_RELASZ => table.relocations[0].1 = value,
                elf::DT_JMPREL => table.relocations[1].0 = value,
                elf::DT_PLTRELSZ => table.relocations[1].1 = value,
                elf::DT_INIT => table.first = true,
                elf::DT_INIT_ARRAYSZ => table.initializers = value,
                elf::DT_TEXTREL => table.text = true,
                elf::DT_FLAGS => table.text |= value & u64::from(elf::DF_TEXTREL) != 0,
                tag @ (elf::DT_NEEDED | elf::DT_RPATH | elf::DT_RUNPATH) if table.names.len() < MOST => {
                    table.names.push((tag, value));
                }
                _ => {}
            }
        }
        table
    }
}

impl<'b> Image<'b> {
    /// The bytes of the file from an address to the end of its segment.
    fn at(&self, address: u64) -> Option<&'b [u8]> {
        let endian = self.endian;
        let loads = self.segments.iter().filter(|segment| segment.p_type(endian) == elf::PT_LOAD).take(MOST);
        loads.into_iter().find_map(|segment| {
            let into = usize::try_from(address.checked_sub(segment.p_vaddr(endian))?).ok()?;
            segment.data(endian, self.bytes).ok()?.get(into..).filter(|rest| !rest.is_empty())
        })
    }

    /// A text of the string table, unless it is longer than `most`.
    fn text(&self, strings: u64, at: u64, most: usize) -> Option<String> {
        let text = self.at(strings.checked_add(at)?)?;
        let text = &text[..text.len().min(most + 1)];
        let end = text.iter().position(|byte| *byte == 0)?;
        Some(String::from_utf8_lossy(&text[..end]).into_owned())
    }

    /// The symbols that the loader binds: those that relocations name and that the library does not have itself.
    fn symbols(&self, table: &Table, keeps: fn(&str) -> bool) -> Vec<String> {
        let symbols = self.at(table.symbols).unwrap_or_default();
        let (symbols, _) =
            pod::slice_from_bytes::<Sym64<Endianness>>(symbols, symbols.len() / size_of::<Sym64<Endianness>>())
                .unwrap_or_default();
        let named: BTreeSet<u32> = table.relocations.iter().flat_map(|(at, size)| self.named(*at, *size)).collect();
        let bound = named.into_iter().filter_map(|index| symbols.get(index as usize));
        let bound = bound.filter(|symbol| symbol.is_undefined(self.endian));
        let names = bound.filter_map(|symbol| self.text(table.strings, u64::from(symbol.st_name(self.endian)), SYMBOL));
        names.filter(|name| keeps(name)).collect::<BTreeSet<_>>().into_iter().collect()
    }

    /// The symbols that a list of relocations names.
    fn named(&self, at: u64, size: u64) -> impl Iterator<Item = u32> {
        let bytes = self.at(at).unwrap_or_default();
        let size = usize::try_from(size).unwrap_or(usize::MAX).min(bytes.len());
        let count = size / size_of::<Rela64<Endianness>>();
        let (list, _) = pod::slice_from_bytes::<Rela64<Endianness>>(bytes, count).unwrap_or_default();
        let endian = self.endian;
        list.iter().filter_map(move |entry| entry.symbol(endian, false)).filter_map(|index| u32::try_from(index.0).ok())
    }
}
