//! Shared libraries as small as a loader takes them, from words: no compiler is needed, and each has exactly what its case is
//! about. Comes in: words such as `bind=connect stack=exec`. Goes out: the bytes of an ELF file for 64 bits, little-endian,
//! without sections.

/// Builds a library. Words: `machine=N`, `type=N` and `class=N` of the header, `needed=NAME`, `runpath=PATH`, `bind=SYMBOL`,
/// `data=TEXT`, `init=COUNT` functions that run at load, `stack=exec`, `code=writable`, `text=relocated`, `interpreter=yes`.
///
/// # Panics
/// A word is none of them.
#[must_use]
pub fn build(words: &str) -> Vec<u8> {
    let mut library = Library::default();
    words.split_whitespace().for_each(|word| library.read(word));
    library.write()
}

struct Library {
    machine: u16,
    kind: u16,
    class: u8,
    needed: Vec<String>,
    runpath: Vec<String>,
    bind: Vec<String>,
    data: String,
    init: u64,
    stack: u32,
    code: u32,
    relocated: bool,
    interpreter: bool,
}

const READ: u32 = 4;
const WRITE: u32 = 2;
const RUN: u32 = 1;

impl Default for Library {
    fn default() -> Self {
        Library {
            machine: 62,
            kind: 3,
            class: 2,
            needed: vec![],
            runpath: vec![],
            bind: vec![],
            data: String::new(),
            init: 1,
            stack: READ | WRITE,
            code: READ | RUN,
            relocated: false,
            interpreter: false,
        }
    }
}

impl Library {
    fn read(&mut self, word: &str) {
        let (key, value) = word.split_once('=').unwrap_or((word, ""));
        let number = || value.parse().unwrap_or_else(|_| panic!("`{word}` has no number"));
        match key {
            "machine" => self.machine = number(),
            "type" => self.kind = number(),
            "class" => self.class = u8::try_from(number()).unwrap_or(2),
            "needed" => self.needed.push(value.to_owned()),
            "runpath" => self.runpath.push(value.to_owned()),
            "bind" => self.bind.push(value.to_owned()),
            "data" => self.data = value.to_owned(),
            "init" => self.init = number().into(),
            "stack" => self.stack |= RUN,
            "code" => self.code |= WRITE,
            "text" => self.relocated = true,
            "interpreter" => self.interpreter = true,
            _ => panic!("`{word}` says nothing of a library"),
        }
    }

    fn write(&self) -> Vec<u8> {
        let segments = if self.interpreter { 4 } else { 3 };
        let start = 64 + 56 * segments as u64;
        let mut strings = vec![0];
        let mut name = |text: &str| {
            let at = strings.len() as u64;
            strings.extend_from_slice(text.as_bytes());
            strings.push(0);
            at
        };
        let needed: Vec<u64> = self.needed.iter().map(|text| name(text)).collect();
        let runpath: Vec<u64> = self.runpath.iter().map(|text| name(text)).collect();
        let bind: Vec<u64> = self.bind.iter().map(|text| name(text)).collect();
        strings.extend_from_slice(self.data.as_bytes());
        strings.resize(strings.len().next_multiple_of(8), 0);
        let symbols_at = start + strings.len() as u64;
        let symbols = symbols(&bind);
        let relocations_at = symbols_at + symbols.len() as u64;
        let relocations = relocations(&bind);
        let dynamic_at = relocations_at + relocations.len() as u64;
        let mut entries = vec![(5, start), (6, symbols_at), (7, relocations_at), (8, relocations.len() as u64)];
        entries.extend(needed.into_iter().map(|at| (1, at)));
        entries.extend(runpath.into_iter().map(|at| (29, at)));
        entries.push((27, self.init * 8));
        entries.extend(self.relocated.then_some((22, 0)));
        entries.push((0, 0));
        let dynamic: Vec<u8> =
            entries.iter().flat_map(|(tag, value)| [words(&[*tag]), words(&[*value])].concat()).collect();
        let end = dynamic_at + dynamic.len() as u64;
        let mut bytes = self.header(segments);
        bytes.extend(segment(1, self.code, 0, end));
        bytes.extend(segment(2, READ | WRITE, dynamic_at, dynamic.len() as u64));
        bytes.extend(segment(0x6474_e551, self.stack, 0, 0));
        if self.interpreter {
            bytes.extend(segment(3, READ, start, 1));
        }
        [bytes, strings, symbols, relocations, dynamic].concat()
    }

    fn header(&self, segments: u16) -> Vec<u8> {
        let mut bytes = vec![0x7f, b'E', b'L', b'F', self.class, 1, 1];
        bytes.resize(16, 0);
        bytes.extend([self.kind, self.machine].iter().flat_map(|half| half.to_le_bytes()));
        bytes.extend(1_u32.to_le_bytes());
        bytes.extend(words(&[0, 64, 0]));
        bytes.extend(0_u32.to_le_bytes());
        bytes.extend([64, 56, segments, 64, 0, 0].iter().flat_map(|half: &u16| half.to_le_bytes()));
        bytes
    }
}

fn words(words: &[u64]) -> Vec<u8> {
    words.iter().flat_map(|word| word.to_le_bytes()).collect()
}

fn segment(kind: u32, flags: u32, at: u64, size: u64) -> Vec<u8> {
    let mut bytes: Vec<u8> = [kind, flags].iter().flat_map(|half| half.to_le_bytes()).collect();
    bytes.extend(words(&[at, at, at, size, size, 8]));
    bytes
}

/// The empty symbol, and one for each name that is not defined here.
fn symbols(names: &[u64]) -> Vec<u8> {
    let mut bytes = vec![0; 24];
    for name in names {
        bytes.extend(u32::try_from(*name).unwrap_or(0).to_le_bytes());
        bytes.extend([0x12, 0, 0, 0]);
        bytes.extend(words(&[0, 0]));
    }
    bytes
}

/// A relocation that binds each symbol.
fn relocations(names: &[u64]) -> Vec<u8> {
    (1..=names.len() as u64).flat_map(|symbol| words(&[0, symbol << 32 | 6, 0])).collect()
}
