//! What can be written, for references and editors. Comes in: nothing but the tables of fields. Goes out: the blocks of each
//! text with their fields. Deliberately absent: how they are shown.

use crate::lower::Block;
use crate::{grant, index, manifest, profile};

/// One of the texts that make a plan.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Text {
    /// What a plugin's author writes.
    Manifest,
    /// What a host's author writes.
    Profile,
    /// What a user writes.
    Grants,
    /// What a registry knows.
    Index,
}

impl Text {
    /// Every text.
    pub const ALL: [Text; 4] = [Text::Manifest, Text::Profile, Text::Grants, Text::Index];

    /// Its blocks, the outermost first.
    #[must_use]
    pub fn blocks(self) -> Vec<Block> {
        match self {
            Text::Manifest => manifest::blocks(),
            Text::Profile => profile::blocks(),
            Text::Grants => grant::blocks(),
            Text::Index => index::blocks(),
        }
    }
}
