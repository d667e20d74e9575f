//! Recordings of cases. A case says in `observed.txt` what a plugin did, a line for each operation: the plugin, the kind, the
//! operation, what came of it, and the target, which is the rest of the line. A line `---` begins another recording, and
//! `stopped` says of one that it was. What comes of it is written and read as every recording is, under the case's own plan.

use std::path::Path;

use ambit_schema::plan::Plan;
use ambit_schema::recording::{Ended, Header, Notes, Observed, Outcome, Recording, RecordingError, Refusal};
use ambit_schema::wire;

use crate::house;

/// The file of a case.
pub const OBSERVED: &str = "observed.txt";

/// What a case says that its plugins did. Empty: it says nothing.
///
/// # Panics
/// A line cannot be read, or the plan contradicts it.
#[must_use]
pub fn observed(folder: &Path, plan: &Plan) -> Vec<Observed> {
    let file = folder.join(OBSERVED);
    if !file.is_file() {
        return vec![];
    }
    let hash = wire::hash(plan);
    let read = |bytes: Vec<u8>| wire::decode_recording(&bytes).and_then(|recording| recording.check(plan, &hash));
    let read: Result<Vec<Observed>, RecordingError> =
        recordings(&house::read(&file), plan).into_iter().map(read).collect();
    read.unwrap_or_else(|error| panic!("{}: {error}", folder.display()))
}

/// The recordings that a text tells of, as bytes.
///
/// # Panics
/// A line cannot be read.
#[must_use]
pub fn recordings(text: &str, plan: &Plan) -> Vec<Vec<u8>> {
    text.split("---\n").map(|part| recording(part, plan)).collect()
}

fn recording(text: &str, plan: &Plan) -> Vec<u8> {
    let (mut notes, mut plugin, mut ended) = (Notes::default(), "", Ended::Success);
    for line in text.lines().filter(|line| !line.is_empty() && !line.starts_with('#')) {
        if line == "stopped" {
            ended = Ended::Stopped;
            continue;
        }
        let [id, kind, operation, outcome, target] =
            <[&str; 5]>::try_from(line.splitn(5, ' ').collect::<Vec<_>>()).unwrap_or_else(|_| panic!("{line}"));
        plugin = id;
        let kind = plan.kind(kind).unwrap_or_else(|| panic!("{line}: no such kind"));
        notes.note(kind, target, &operation.replace('-', " "), outcome_of(outcome));
    }
    let entry = plan.plugin(plugin).unwrap_or_else(|| panic!("no plugin `{plugin}`"));
    let header = Header::new(plan, &wire::hash(plan), entry);
    wire::encode_recording(&Recording { header, notes, ended })
}

fn outcome_of(word: &str) -> Outcome {
    match word {
        "allowed" => Outcome::Allowed,
        "stood-in" => Outcome::StoodIn,
        word => {
            let refusal = Refusal::ALL.iter().copied().find(|refusal| refusal.key().replace(' ', "-") == word);
            Outcome::Denied(refusal.unwrap_or_else(|| panic!("no outcome `{word}`")))
        }
    }
}
