//! What a lock can be compared with where there is no plan: texts, and the files that it names. Comes in: the texts that a plan would
//! have been made of, and a lock. Goes out: facts about these. A lock that someone else wrote has no file read that lies
//! outside of the folder.

use std::collections::BTreeMap;

use ambit_schema::wire::hex;
use sha2::{Digest, Sha256};

use super::fact::{Fact, Key, Part};
use super::read::Lock;
use crate::binary::Artifacts;
use crate::source::{FileId, Sources};

pub(super) fn facts(
    sources: &Sources,
    texts: &[FileId],
    lock: &Lock,
    artifacts: &dyn Artifacts,
) -> BTreeMap<Key, Fact> {
    let hash = |bytes: &[u8]| format!("sha256:{}", hex(&Sha256::digest(bytes)));
    let text = |file: &FileId| {
        let source = sources.get(*file);
        (Key::Text(source.path().to_owned()), Fact::of(Some(hash(source.bytes()))))
    };
    let mut facts: BTreeMap<Key, Fact> = texts.iter().map(text).collect();
    let locked = lock.facts.iter().filter(|(key, _)| matches!(key, Key::Plugin(_, Part::Artifact)));
    for (key, kept) in locked {
        let name = &kept.fact.name;
        let is_hashed = kept.fact.value.is_some() && is_below(name);
        let now = is_hashed.then(|| artifacts.read(name).ok().map(|bytes| hash(&bytes)));
        let fact = Fact { name: name.clone(), value: now.unwrap_or_else(|| kept.fact.value.clone()) };
        facts.insert(key.clone(), fact);
    }
    facts
}

fn is_below(path: &str) -> bool {
    path.strip_prefix("./").is_some_and(|below| below.split('/').all(|part| !matches!(part, "" | "." | "..")))
}
