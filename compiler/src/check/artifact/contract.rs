//! `contract-version` and `contract-shape`: exports of `ambit:plugin` have to be of a version that this host calls, and to be
//! what the contract says. An older version of the same line is called as it is.

use ambit_schema::interface::{CONTRACT, CONTRACT_FUNCTIONS, line};
use semver::Version;

use super::{About, listed};
use crate::binary::{Contract, Wasm};
use crate::diag::{Code, Sink};

pub(super) fn check(about: &About<'_>, wasm: &Wasm, sink: &mut Sink) {
    for contract in &wasm.contracts {
        if is_spoken(about, contract, sink) {
            shape(about, contract, sink);
        }
    }
}

/// Whether the version is one that hosts of this version find by the name they ask for.
fn is_spoken(about: &About<'_>, contract: &Contract, sink: &mut Sink) -> bool {
    let name = &contract.name;
    let version = name.split_once('@').map(|(_, version)| version);
    let ours = Version::parse(CONTRACT).ok();
    let theirs = version.and_then(|version| Version::parse(version).ok());
    if theirs.as_ref().zip(ours.as_ref()).is_some_and(|(theirs, ours)| line(theirs) == line(ours)) {
        return true;
    }
    let theirs = version.map_or_else(|| "no version".to_owned(), |version| format!("version {version}"));
    let message = format!(
        "`{}` exports `{name}`: {theirs} of the contract, and this host calls version {CONTRACT}",
        about.file()
    );
    let found = about.found(Code::ContractVersion, message);
    let found = found.note("versions are called alike as far as their first number that is not 0");
    sink.add(found.help(format!("build the plugin against `ambit:plugin@{CONTRACT}`")));
    false
}

fn shape(about: &About<'_>, contract: &Contract, sink: &mut Sink) {
    let name = &contract.name;
    let interface = name.split(['/', '@']).nth(1).unwrap_or_default();
    let mut wrong = |what: String| {
        let found = about.found(Code::ContractShape, format!("`{}` exports `{name}`, {what}", about.file()));
        sink.add(found.help(format!("build the plugin against the world `plugin` of `ambit:plugin@{CONTRACT}`")));
    };
    let of_contract = || CONTRACT_FUNCTIONS.iter().filter(|(known, ..)| *known == interface);
    if of_contract().next().is_none() {
        let mut known: Vec<&str> = CONTRACT_FUNCTIONS.iter().map(|(known, ..)| *known).collect();
        known.dedup();
        return wrong(format!("which the contract does not have: it has {}", listed(known.into_iter())));
    }
    let Some(functions) = &contract.functions else { return wrong("which is no interface".to_owned()) };
    for (_, function, expected) in of_contract() {
        match functions.iter().find(|(name, _)| name == function) {
            None => wrong(format!("without its function `{function}`")),
            Some((_, found)) if found != expected => {
                wrong(format!("whose `{function}` is `{found}`, and not `{expected}`"));
            }
            Some(_) => {}
        }
    }
}
