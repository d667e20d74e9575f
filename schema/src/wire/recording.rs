//! The written form of a recording: JSON lines. A header; a line for each operation, in order; and a footer with the hash of
//! all that stands before it. Comes in: a [`Recording`], or bytes that anyone may have written. Goes out: bytes, or a recording
//! that would be written as exactly those bytes.

use semver::Version;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::name::PluginId;
use crate::recording::{
    Ended, Entry, Header, MAX_ENTRIES, MAX_TEXT, Notes, Outcome, Recording, RecordingError, Refusal,
};

use super::hex;

/// The version of the written form.
const VERSION: u32 = 1;

/// What the first line of every recording begins with.
pub const MARK: &str = "{\"ambit_recording\":";

/// What stands between the hash and everything that it is of.
const BEFORE_HASH: &str = "\"sha256\":\"";

/// How many bytes a recording has at most: its texts, each byte of them escaped, and what stands around them.
pub const MAX_BYTES: usize = 6 * MAX_TEXT + 256 * MAX_ENTRIES;

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct HeaderForm {
    ambit_recording: u32,
    host: String,
    host_version: String,
    plan: String,
    plugin: String,
    version: String,
    artifact: Option<String>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct EntryForm {
    kind: String,
    target: String,
    operation: String,
    outcome: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<String>,
    count: u64,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct FooterForm {
    lines: usize,
    left_out: u64,
    unnamed: u64,
    ended: String,
    sha256: String,
}

/// The bytes of a recording: the same for the same recording, always.
#[must_use]
pub fn encode_recording(recording: &Recording) -> Vec<u8> {
    let mut bytes = vec![];
    push(&mut bytes, &header_form(&recording.header));
    recording.notes.entries.iter().for_each(|(entry, count)| push(&mut bytes, &entry_form(entry, *count)));
    let Notes { entries, left_out, unnamed, .. } = &recording.notes;
    let footer = FooterForm {
        lines: entries.len(),
        left_out: *left_out,
        unnamed: *unnamed,
        ended: recording.ended.key().to_owned(),
        sha256: String::new(),
    };
    push(&mut bytes, &footer);
    // What was written ends in an empty hash: `"}` and a line end come off, and go back behind the hash.
    bytes.truncate(bytes.len().saturating_sub(3));
    let hash = hex(&Sha256::digest(&bytes));
    bytes.extend_from_slice(hash.as_bytes());
    bytes.extend_from_slice(b"\"}\n");
    bytes
}

/// Reads a recording.
///
/// # Errors
/// The first line that is not as a recording has it, with the byte where that shows.
pub fn decode_recording(bytes: &[u8]) -> Result<Recording, RecordingError> {
    if bytes.len() > MAX_BYTES {
        return Err(at(1, 1, format!("it has more than {MAX_BYTES} bytes, and no recording has")));
    }
    let text = utf8(bytes)?;
    if !text.starts_with(MARK) {
        return Err(at(1, 1, "it is no recording: `ambit run --observe` writes them"));
    }
    let lines: Vec<&str> = text.split_inclusive('\n').collect();
    let last = lines.len();
    let header = header(lines.first().copied().unwrap_or_default())?;
    let Some((footer_line, between)) = lines.get(1..).and_then(<[&str]>::split_last) else {
        return Err(at(1, 1, "it ends after its first line: the end was cut off"));
    };
    if let Some(early) = between.iter().position(|line| is_footer(line)) {
        return Err(at(early + 3, 1, "there is more after the last line of the recording"));
    }
    if !is_footer(footer_line) {
        return Err(at(last, 1, "it has no last line with a hash: the end was cut off"));
    }
    let mut notes = notes(between)?;
    let footer: FooterForm = line(footer_line, last)?;
    let hashed = text.len() - footer_line.len() + footer_line.find(BEFORE_HASH).unwrap_or(0) + BEFORE_HASH.len();
    let found = hex(&Sha256::digest(text.as_bytes().get(..hashed).unwrap_or_default()));
    if found != footer.sha256 {
        return Err(at(
            last,
            1,
            format!(
                "it was changed after it was written: it says {}, its content is {found}",
                footer.sha256.escape_debug()
            ),
        ));
    }
    if footer.lines != between.len() {
        return Err(at(last, 1, format!("it says that it has {} operations, and has {}", footer.lines, between.len())));
    }
    let ended = Ended::ALL.iter().copied().find(|ended| ended.key() == footer.ended);
    let ended = ended.ok_or_else(|| at(last, 1, format!("`{}` is no end of a run", footer.ended.escape_debug())))?;
    (notes.left_out, notes.unnamed) = (footer.left_out, footer.unnamed);
    Ok(Recording { header, notes, ended })
}

fn at(line: usize, column: usize, message: impl Into<String>) -> RecordingError {
    RecordingError::new(line, column, message)
}

fn utf8(bytes: &[u8]) -> Result<&str, RecordingError> {
    std::str::from_utf8(bytes).map_err(|error| {
        let before = &bytes[..error.valid_up_to()];
        let start = before.iter().rposition(|byte| *byte == b'\n').map_or(0, |end| end + 1);
        let line = before.iter().filter(|byte| **byte == b'\n').count() + 1;
        at(line, before.len() - start + 1, "it is not UTF-8")
    })
}

fn is_footer(line: &str) -> bool {
    line.starts_with("{\"lines\":")
}

/// One line: a form that is written as exactly this text.
fn line<F: Serialize + DeserializeOwned>(text: &str, number: usize) -> Result<F, RecordingError> {
    let Some(text) = text.strip_suffix('\n') else {
        return Err(at(number, text.len() + 1, "the line has no end: it was cut off"));
    };
    let form: F = serde_json::from_str(text).map_err(|error| {
        let said = error.to_string();
        let what = said.rsplit_once(" at line ").map_or(said.as_str(), |(what, _)| what);
        at(number, error.column().max(1), what.escape_debug().to_string())
    })?;
    let written = serde_json::to_string(&form).unwrap_or_default();
    if written != text {
        let same = written.bytes().zip(text.bytes()).take_while(|(a, b)| a == b).count();
        return Err(at(number, same + 1, "it is not how a recording writes this line"));
    }
    Ok(form)
}

fn push(bytes: &mut Vec<u8>, form: &impl Serialize) {
    bytes.extend(serde_json::to_vec(form).unwrap_or_default());
    bytes.push(b'\n');
}

fn header_form(header: &Header) -> HeaderForm {
    HeaderForm {
        ambit_recording: VERSION,
        host: header.host.to_string(),
        host_version: header.host_version.to_string(),
        plan: header.plan.clone(),
        plugin: header.plugin.to_string(),
        version: header.version.to_string(),
        artifact: header.artifact.clone(),
    }
}

fn header(text: &str) -> Result<Header, RecordingError> {
    #[derive(Deserialize)]
    struct Version1 {
        ambit_recording: u32,
    }
    // Another version may have other fields, so the number is read before them.
    if let Ok(Version1 { ambit_recording }) = serde_json::from_str(text.trim_end_matches('\n'))
        && ambit_recording != VERSION
    {
        let message =
            format!("a recording of version {ambit_recording}, where version {VERSION} is read: record again");
        return Err(at(1, 1, message));
    }
    let form: HeaderForm = line(text, 1)?;
    let bad = |what: &str, text: &str| at(1, 1, format!("`{}` is no {what}", text.escape_debug()));
    let id = |text: &str| PluginId::parse(text).map_err(|_| bad("id", text));
    let version = |text: &str| Version::parse(text).map_err(|_| bad("version", text));
    let is_digest = |text: &str| text.len() == 64 && text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
    if !form.plan.strip_prefix("sha256:").is_some_and(is_digest) {
        return Err(bad("hash of a plan", &form.plan));
    }
    if let Some(artifact) = form.artifact.as_ref().filter(|digest| !is_digest(digest)) {
        return Err(bad("hash of a file", artifact));
    }
    Ok(Header {
        host: id(&form.host)?,
        host_version: version(&form.host_version)?,
        plan: form.plan,
        plugin: id(&form.plugin)?,
        version: version(&form.version)?,
        artifact: form.artifact,
    })
}

fn entry_form(entry: &Entry, count: u64) -> EntryForm {
    let (outcome, reason) = match entry.outcome {
        Outcome::Allowed => ("allowed", None),
        Outcome::StoodIn => ("stood in", None),
        Outcome::Denied(refusal) => ("denied", Some(refusal.key().to_owned())),
    };
    EntryForm {
        kind: entry.kind.clone(),
        target: entry.target.clone(),
        operation: entry.operation.clone(),
        outcome: outcome.to_owned(),
        reason,
        count,
    }
}

/// The operations, which have to stand in order.
fn notes(lines: &[&str]) -> Result<Notes, RecordingError> {
    let mut notes = Notes::default();
    for (text, number) in lines.iter().zip(2..) {
        let form: EntryForm = line(text, number)?;
        let outcome = outcome(&form.outcome, form.reason.as_deref());
        let Some(outcome) = outcome else {
            return Err(at(number, 1, "it does not say what came of it: allowed, stood in, or denied with a reason"));
        };
        if form.count == 0 {
            return Err(at(number, 1, "it says that it never happened"));
        }
        let entry = Entry { kind: form.kind, target: form.target, operation: form.operation, outcome };
        match notes.entries.last_key_value().map(|(last, _)| entry.cmp(last)) {
            Some(std::cmp::Ordering::Equal) => return Err(at(number, 1, "it is the line before it again")),
            Some(std::cmp::Ordering::Less) => return Err(at(number, 1, "the lines are not in order")),
            _ => {}
        }
        if !notes.keep(entry, form.count) {
            return Err(at(number, 1, "there are more operations than a recording keeps"));
        }
    }
    Ok(notes)
}

fn outcome(word: &str, reason: Option<&str>) -> Option<Outcome> {
    match (word, reason) {
        ("allowed", None) => Some(Outcome::Allowed),
        ("stood in", None) => Some(Outcome::StoodIn),
        ("denied", Some(reason)) => {
            Refusal::ALL.iter().copied().find(|refusal| refusal.key() == reason).map(Outcome::Denied)
        }
        _ => None,
    }
}
