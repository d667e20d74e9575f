//! `older-interface` and `interface-mismatch`: imports of another version of an interface than the host has. An older one of the
//! same line is linked in compatibility; every other one is an error, with the versions that would fit.

use ambit_schema::interface::{Fit, fit, unversioned, version, versions};
use semver::Version;

use super::About;
use crate::diag::{Code, Sink};
use crate::profile::{Interface, Profile};

/// Told of an import that is linked.
pub(super) fn older(about: &About<'_>, import: &str, sink: &mut Sink) {
    let Some(interface) = about.interface(import) else { return };
    let offered = &interface.name.value;
    let (Some(Fit::Older), Some(newer)) = (fit(import, offered), version(offered)) else { return };
    let message = format!("`{}` imports `{import}`, and is linked to version {newer} of it", about.file());
    let found = about.found(Code::OlderInterface, message).because(interface.name.span, "what the host has");
    let found = found.note("it is of the same line, which has all that older versions had; the plan names the two");
    sink.add(found.help(format!("to use what is new, build the plugin against `{offered}`")));
}

/// Told of an import that no interface fits. False where the host has none of that name.
pub(super) fn mismatch(profile: &Profile, about: &About<'_>, import: &str, sink: &mut Sink) -> bool {
    let of_name = |interface: &&Interface| fit(import, &interface.name.value).is_some();
    let mut offered: Vec<(Version, &Interface)> = profile
        .interfaces
        .iter()
        .filter(of_name)
        .filter_map(|interface| Some((version(&interface.name.value)?, interface)))
        .collect();
    offered.sort_by(|(a, _), (b, _)| b.cmp(a));
    let Some((newest, _)) = offered.first() else { return false };
    let has: Vec<String> = offered.iter().map(|(version, _)| version.to_string()).collect();
    let message = format!("`{}` imports `{import}`, and the host has version {}", about.file(), has.join(" and "));
    let mut found = about.found(Code::InterfaceMismatch, message);
    for (_, interface) in &offered {
        found = found.because(interface.name.span, "what the host has");
    }
    if let Some(import) = version(import) {
        let (_, end) = versions(&import);
        found = found.note(match import.pre.is_empty() {
            true => format!("the plugin works with `>={import} <{end}` of it"),
            false => format!("the plugin works with `{import}` of it and no other, because that is a preview"),
        });
    }
    let served: Vec<String> = offered.iter().map(|(version, _)| served(version)).collect();
    let found = found.note(format!("this host serves plugins that were made for {}", served.join(" or ")));
    let name = unversioned(import);
    sink.add(found.help(format!(
        "build the plugin against `{name}@{newest}`, the newest that fits this host, or use a host that has what it was made for"
    )));
    true
}

fn served(version: &Version) -> String {
    let (start, _) = versions(version);
    if start == *version || !version.pre.is_empty() {
        format!("`{version}`")
    } else {
        format!("`>={start} <={version}`")
    }
}
