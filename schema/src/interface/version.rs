//! Versions of interfaces. Comes in: an import and an interface that is offered. Goes out: whether the one can be linked to the
//! other. A newer minor version has all that older ones had; below 1.0 the first number that is not 0 takes the place of the
//! major one. Previews fit nothing but themselves.

use semver::Version;

use super::unversioned;

/// How an import and an interface of the same name fit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fit {
    /// The same version, or an interface that is offered for every version.
    Same,
    /// The import is of an older version of the same line: it is linked to the newer one, in compatibility.
    Older,
    /// The versions do not fit.
    Apart,
}

/// How an import fits an interface. `None`: they have different names.
#[must_use]
pub fn fit(import: &str, interface: &str) -> Option<Fit> {
    let name = unversioned(interface);
    if name != unversioned(import) {
        return None;
    }
    if import == interface || name == interface {
        return Some(Fit::Same);
    }
    let is_older = version(import).zip(version(interface)).is_some_and(|(import, interface)| {
        let is_plain = import.pre.is_empty() && interface.pre.is_empty();
        is_plain && line(&import) == line(&interface) && import < interface
    });
    Some(if is_older { Fit::Older } else { Fit::Apart })
}

/// The version behind the `@` of a name.
#[must_use]
pub fn version(interface: &str) -> Option<Version> {
    Version::parse(interface.split_once('@')?.1).ok()
}

/// The line of versions that a version belongs to: what may change without breaking whoever calls it.
#[must_use]
pub fn line(version: &Version) -> (u64, u64, u64, &str) {
    let pre = version.pre.as_str();
    match (version.major, version.minor) {
        (0, 0) => (0, 0, version.patch, pre),
        (0, minor) => (0, minor, 0, pre),
        (major, _) => (major, 0, 0, pre),
    }
}

/// Where the line of a version begins, and the first version behind it.
#[must_use]
pub fn versions(version: &Version) -> (Version, Version) {
    match (version.major, version.minor) {
        (0, 0) => (Version::new(0, 0, version.patch), Version::new(0, 0, version.patch.saturating_add(1))),
        (0, minor) => (Version::new(0, minor, 0), Version::new(0, minor.saturating_add(1), 0)),
        (major, _) => (Version::new(major, 0, 0), Version::new(major.saturating_add(1), 0, 0)),
    }
}

#[cfg(test)]
mod tests {
    use super::{Fit, fit};

    #[test]
    fn older_minor_versions_fit_and_no_others_do() {
        let rows = [
            ("1.1.0", "1.3.0", Fit::Older),
            ("1.3.0", "1.3.0", Fit::Same),
            ("1.3.1", "1.3.0", Fit::Apart),
            ("2.0.0", "1.3.0", Fit::Apart),
            ("1.9.0", "2.0.0", Fit::Apart),
            ("0.2.1", "0.2.6", Fit::Older),
            ("0.1.9", "0.2.0", Fit::Apart),
            ("0.0.1", "0.0.2", Fit::Apart),
            ("1.1.0-rc.1", "1.3.0", Fit::Apart),
            ("1.1.0", "1.3.0-rc.1", Fit::Apart),
            ("1", "1.3.0", Fit::Apart),
        ];
        for (import, interface, expected) in rows {
            let found = fit(&format!("acme:notes/api@{import}"), &format!("acme:notes/api@{interface}"));
            assert_eq!(found, Some(expected), "{import} {interface}");
        }
        assert_eq!(fit("acme:notes/api@1.1.0", "acme:notes/api"), Some(Fit::Same));
        assert_eq!(fit("acme:notes/api", "acme:notes/api@1.1.0"), Some(Fit::Apart));
        assert_eq!(fit("acme:notes/api@1.1.0", "acme:notes/box@1.1.0"), None);
    }
}
