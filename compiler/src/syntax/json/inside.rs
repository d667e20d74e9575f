//! The two containers of JSON. Comes in: a bracket. Goes out: what it opens or closes. Deliberately absent: the grammar.

use super::lex::Kind;
use crate::syntax::tree::Shape;

/// What a container holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Inside {
    Members,
    Items,
}

impl Inside {
    /// What this bracket opens.
    pub(super) fn of(open: &Kind<'_>) -> Option<Self> {
        match open {
            Kind::OpenMap => Some(Inside::Members),
            Kind::OpenList => Some(Inside::Items),
            _ => None,
        }
    }

    /// What a text opens with this byte.
    pub(super) fn opened_by(byte: u8) -> Option<Self> {
        match byte {
            b'{' => Some(Inside::Members),
            b'[' => Some(Inside::Items),
            _ => None,
        }
    }

    /// What this bracket closes.
    pub(super) fn closed_by(close: &Kind<'_>) -> Option<Self> {
        match close {
            Kind::CloseMap => Some(Inside::Members),
            Kind::CloseList => Some(Inside::Items),
            _ => None,
        }
    }

    /// The item that a container becomes.
    pub(super) fn shape(self) -> Shape {
        if self == Inside::Members { Shape::Map } else { Shape::List }
    }

    /// The byte that closes it.
    pub(super) fn close(self) -> u8 {
        if self == Inside::Members { b'}' } else { b']' }
    }

    /// The bracket that opens it.
    pub(super) fn bracket(self) -> char {
        if self == Inside::Members { '{' } else { '[' }
    }
}
