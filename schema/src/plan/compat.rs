//! Imports of older versions. Comes in: what a plugin imports and what it may be linked to. Goes out: to which interface an import
//! is linked. The compiler names each older version that is linked to a newer one, and the linker links no other.

use super::{Place, PluginEntry, SealError, seal};
use crate::interface::{Fit, fit};

/// An import that is linked to a newer version of its interface.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Compat {
    /// What the artifact imports: `acme:notes/api@1.1.0`.
    pub import: String,
    /// What it is linked to: `acme:notes/api@1.3.0`.
    pub interface: String,
    /// The line of the profile that offers this.
    pub place: Place,
}

impl PluginEntry {
    /// The interface that an import is linked to.
    #[must_use]
    pub fn linked(&self, import: &str) -> Option<&str> {
        let same = self.interfaces.iter().find(|name| fit(import, name) == Some(Fit::Same));
        let older = || self.compat.iter().find(|compat| compat.import == import).map(|compat| &compat.interface);
        let linked = same.or_else(older).map(String::as_str);
        linked.filter(|_| self.withholds(import).is_none())
    }
}

/// INVARIANT (compatibility): what is linked to a newer version is imported, and older in the same line; and the newer one may be
/// linked.
pub(super) fn check(plugin: &PluginEntry) -> Result<(), SealError> {
    let imports = plugin.compat.iter().map(|compat| compat.import.as_str());
    seal::strictly_sorted(format_args!("what `{}` is compatible with", plugin.id), imports)?;
    let is_founded = |compat: &Compat| {
        let imported = plugin.artifact.iter().any(|artifact| artifact.imports.contains(&compat.import));
        let linked = plugin.interfaces.contains(&compat.interface);
        imported && linked && fit(&compat.import, &compat.interface) == Some(Fit::Older)
    };
    match plugin.compat.iter().find(|compat| !is_founded(compat)) {
        Some(compat) => Err(SealError::Unfounded(format!("`{}` is linked to `{}`", plugin.id, compat.interface))),
        None => Ok(()),
    }
}
