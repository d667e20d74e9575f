//! Recordings are read strictly: what is written is read back, any other byte is an error with its place, and nothing panics.
#![expect(clippy::unwrap_used, reason = "a recording that cannot be made fails its test")]

use ambit_schema::capability::Kind;
use ambit_schema::name::PluginId;
use ambit_schema::recording::{Ended, Header, MAX_ENTRIES, Notes, Outcome, Recording, RecordingError, Refusal};
use ambit_schema::wire::{decode_recording, encode_recording};
use proptest::prelude::*;
use semver::Version;

fn header() -> Header {
    Header {
        host: PluginId::parse("workbench").unwrap(),
        host_version: Version::new(1, 0, 0),
        plan: format!("sha256:{}", "a".repeat(64)),
        plugin: PluginId::parse("text-tool").unwrap(),
        version: Version::new(0, 1, 0),
        artifact: None,
    }
}

fn recording(operations: &[(Kind, &str, &str, Outcome)]) -> Recording {
    let mut notes = Notes::default();
    operations.iter().for_each(|(kind, target, operation, outcome)| notes.note(*kind, target, operation, *outcome));
    Recording { header: header(), notes, ended: Ended::Success }
}

fn sample() -> Vec<u8> {
    encode_recording(&recording(&[
        (Kind::FsRead, "./in//a.txt", "open", Outcome::Allowed),
        (Kind::FsRead, "./in/a.txt", "open", Outcome::Allowed),
        (Kind::FsRead, "./in/\"b\"", "stat", Outcome::Allowed),
        (Kind::EnvRead, "HOME", "read", Outcome::Denied(Refusal::NotGranted)),
        (Kind::NetConnect, "tcp://example.com:*", "look up", Outcome::Allowed),
        (Kind::ClockRead, "wall", "read", Outcome::StoodIn),
    ]))
}

fn lines() -> Vec<String> {
    String::from_utf8(sample()).unwrap().split_inclusive('\n').map(str::to_owned).collect()
}

fn error(lines: &[String]) -> RecordingError {
    decode_recording(lines.concat().as_bytes()).unwrap_err()
}

#[test]
fn operations_stand_once_in_order_with_their_count() {
    let read = decode_recording(&sample()).unwrap();
    let said: Vec<_> = read.notes.entries.iter().map(|(entry, count)| (entry.target.as_str(), *count)).collect();
    let expected = [("wall", 1), ("HOME", 1), ("./in/\"b\"", 1), ("./in/a.txt", 2), ("tcp://example.com:*", 1)];
    assert_eq!(said, expected);
}

#[test]
fn every_damage_is_told_with_its_line() {
    let whole = lines();
    let with = |change: &dyn Fn(&mut Vec<String>)| {
        let mut lines = whole.clone();
        change(&mut lines);
        let error = error(&lines);
        (error.line, error.message)
    };
    let told = |change: &dyn Fn(&mut Vec<String>), line: usize, words: &str| {
        let (at, message) = with(change);
        assert!(at == line && message.contains(words), "{at}: {message}");
    };
    let last = whole.len();
    told(&|lines| drop(lines.pop()), last - 1, "the end was cut off");
    told(&|lines| lines.truncate(1), 1, "the end was cut off");
    told(&|lines| lines.push("{}\n".into()), last + 1, "more after the last line");
    told(&|lines| lines.swap(2, 3), 4, "not in order");
    told(&|lines| lines.insert(2, lines[2].clone()), 4, "again");
    told(&|lines| drop(lines.remove(2)), last - 1, "changed after it was written");
    told(&|lines| lines[0] = lines[0].replace(":1,", ":2,"), 1, "version 2");
    told(&|lines| lines[0] = lines[0].replace("text-tool", "a b"), 1, "no id");
    told(&|lines| lines[0].insert(0, ' '), 1, "no recording");
    told(&|lines| lines[1] = lines[1].replace("\"count\":1", "\"count\":0"), 2, "never happened");
    told(&|lines| lines[1] = lines[1].replace("\"count\":1", "\"count\":1.5"), 2, "invalid type");
    told(&|lines| lines[1] = lines[1].replace("stood in", "denied"), 2, "what came of it");
    told(&|lines| lines[1] = lines[1].replace(",\"count\"", ", \"count\""), 2, "not how a recording writes");
    told(&|lines| lines[1] = lines[1].replace("{\"kind\"", "{\"x\":1,\"kind\""), 2, "unknown field");
    told(
        &|lines| lines[last - 1] = lines[last - 1].replace("success", "failure"),
        last,
        "changed after it was written",
    );
    told(&|lines| lines[last - 1] = lines[last - 1].replace('\n', ""), last, "no end");
    let column = decode_recording(&[&sample()[..whole[0].len() + 10], &[0xff][..]].concat()).unwrap_err();
    assert_eq!((column.line, column.column, column.message.as_str()), (2, 11, "it is not UTF-8"));
}

#[test]
fn a_recording_that_is_full_says_how_much_it_left_out() {
    let mut notes = Notes::default();
    (0..MAX_ENTRIES + 7).for_each(|at| notes.note(Kind::FsRead, &format!("./in/{at}"), "open", Outcome::Allowed));
    notes.note(Kind::FsRead, "./in/1", "open", Outcome::Allowed);
    notes.note(Kind::FsRead, "./in/\u{7}", "open", Outcome::Denied(Refusal::NotGranted));
    let full = Recording { header: header(), notes, ended: Ended::Stopped };
    let read = decode_recording(&encode_recording(&full)).unwrap();
    assert_eq!((read.notes.entries.len(), read.notes.left_out, read.notes.unnamed), (MAX_ENTRIES, 7, 1));
    let long = "x".repeat(4000);
    let mut notes = Notes::default();
    (0..3000).for_each(|at| notes.note(Kind::FsRead, &format!("./{long}{at}"), "open", Outcome::Allowed));
    assert!(notes.left_out > 1000, "texts are bounded together: {}", notes.left_out);
}

fn operations() -> impl Strategy<Value = Vec<(String, u8, Outcome)>> {
    let outcome = prop_oneof![
        Just(Outcome::Allowed),
        Just(Outcome::StoodIn),
        (0..Refusal::ALL.len()).prop_map(|at| Outcome::Denied(Refusal::ALL[at])),
    ];
    proptest::collection::vec((".{0,12}", any::<u8>(), outcome), 0..12)
}

proptest! {
    #[test]
    fn what_is_written_is_read_back(operations in operations()) {
        let mut notes = Notes::default();
        for (text, kind, outcome) in &operations {
            let kind = Kind::ALL[usize::from(*kind) % Kind::ALL.len()];
            notes.note(kind, text, "open", *outcome);
            notes.note(kind, &format!("./{text}"), text, *outcome);
        }
        let recording = Recording { header: header(), notes, ended: Ended::Failure };
        let bytes = encode_recording(&recording);
        let read = decode_recording(&bytes);
        prop_assert_eq!(read.as_ref(), Ok(&recording));
        prop_assert_eq!(encode_recording(&read.unwrap()), bytes);
    }

    #[test]
    fn no_other_byte_passes(at in any::<proptest::sample::Index>(), byte in any::<u8>(), cut in any::<bool>()) {
        let whole = sample();
        let at = at.index(whole.len());
        let mut bytes = whole.clone();
        if cut { bytes.truncate(at) } else { bytes[at] = byte }
        prop_assert!(bytes == whole || decode_recording(&bytes).is_err());
    }

    #[test]
    fn random_bytes_are_an_error(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        let marked = [b"{\"ambit_recording\":1,".as_slice(), &bytes].concat();
        prop_assert!(decode_recording(&bytes).is_err() && decode_recording(&marked).is_err());
    }
}
