//! What single bytes mean to the grammar. Comes in: a byte, or the bytes of one character. Goes out: a [`Class`], or how
//! long a space or newline is. Deliberately absent: any position in the text.

/// What a byte can begin. The first four continue an identifier; see [`Class::in_word`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u8)]
pub(super) enum Class {
    Word,
    Digit,
    Sign,
    Dot,
    /// The first byte of a character that may be a space or a newline; [`wide`] tells.
    Wide,
    Space,
    Newline,
    Quote,
    Hash,
    BlockOpen,
    BlockClose,
    TypeOpen,
    Slash,
    Backslash,
    Semicolon,
    Equals,
    /// `)`, `[`, `]`: reserved and never the beginning of anything.
    Reserved,
    /// The end of the text.
    End,
}

/// What a character outside ASCII is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Wide {
    Text(usize),
    Space(usize),
    Newline(usize),
}

/// The class of every byte. Code points that the grammar disallows count as text here: [`super::hidden`] has reported
/// them, and one report is enough.
pub(super) const CLASS: [Class; 256] = classes();

impl Class {
    /// Whether a byte of this class continues an identifier (section "Identifier String").
    pub(super) const fn in_word(self) -> bool {
        (self as u8) <= Class::Dot as u8
    }
}

const fn classes() -> [Class; 256] {
    let mut table = [Class::Word; 256];
    let mut byte = 0;
    while byte < table.len() {
        table[byte] = class(byte);
        byte += 1;
    }
    table
}

const fn class(byte: usize) -> Class {
    match byte {
        0x30..=0x39 => Class::Digit,
        0x2B | 0x2D => Class::Sign,
        0x2E => Class::Dot,
        0xC2 | 0xE1..=0xE3 => Class::Wide,
        0x09 | 0x20 => Class::Space,
        0x0A..=0x0D => Class::Newline,
        0x22 => Class::Quote,
        0x23 => Class::Hash,
        0x7B => Class::BlockOpen,
        0x7D => Class::BlockClose,
        0x28 => Class::TypeOpen,
        0x2F => Class::Slash,
        0x5C => Class::Backslash,
        0x3B => Class::Semicolon,
        0x3D => Class::Equals,
        0x29 | 0x5B | 0x5D => Class::Reserved,
        _ => Class::Word,
    }
}

/// What the character of [`Class::Wide`] at the start of `bytes` is (sections "Whitespace" and "Newline").
pub(super) fn wide(bytes: &[u8]) -> Wide {
    match bytes {
        [0xC2, 0x85, ..] => Wide::Newline(2),
        [0xE2, 0x80, 0xA8 | 0xA9, ..] => Wide::Newline(3),
        [0xC2, 0xA0, ..] => Wide::Space(2),
        [0xE1, 0x9A, 0x80, ..] | [0xE2, 0x80, 0x80..=0x8A | 0xAF, ..] => Wide::Space(3),
        [0xE2, 0x81, 0x9F, ..] | [0xE3, 0x80, 0x80, ..] => Wide::Space(3),
        [0xC2, _, ..] => Wide::Text(2),
        [_, _, _, ..] => Wide::Text(3),
        rest => Wide::Text(rest.len()),
    }
}

/// How long the newline at the start of `bytes` is; 0 when there is none. `CR LF` is one newline.
pub(super) fn newline(bytes: &[u8]) -> usize {
    match bytes {
        [b'\r', b'\n', ..] => 2,
        [0x0A..=0x0D, ..] => 1,
        [0xC2 | 0xE2, ..] => match wide(bytes) {
            Wide::Newline(length) => length,
            _ => 0,
        },
        _ => 0,
    }
}

/// How long the space at the start of `bytes` is; 0 when there is none.
pub(super) fn space(bytes: &[u8]) -> usize {
    match bytes {
        [b' ' | b'\t', ..] => 1,
        [0xC2 | 0xE1..=0xE3, ..] => match wide(bytes) {
            Wide::Space(length) => length,
            _ => 0,
        },
        _ => 0,
    }
}
