use proptest::collection::vec;
use proptest::prelude::Strategy;
use proptest::sample::select;
use proptest::test_runner::{Config, TestRunner};

use super::super::{Commands, Domain, PatternErrorKind as Kind, Set};
use super::{check_canonical, check_errors, check_subset, member, pattern, set};
use crate::set::commands::{Command, CommandPattern};

/// Commands, each as its words.
type Words = &'static [&'static [&'static str]];

fn covers(pattern: &str, words: &[&str]) -> bool {
    Commands::matches(&pattern.parse().unwrap(), &Command::from_words(words).unwrap())
}

#[test]
fn words_are_covered_one_by_one() {
    let rows: [(&str, Words, Words); 11] = [
        ("git", &[&["git"]], &[&["git", "log"], &["git", ""], &["/usr/bin/git"], &["gi"]]),
        ("git **", &[&["git"], &["git", "log", "-1"], &["git", ""]], &[&["gitk"], &["git log"]]),
        ("git log *", &[&["git", "log", "a/b"], &["git", "log", ""], &["git", "log", "a b"]], &[&["git", "log"]]),
        ("cargo build --*", &[&["cargo", "build", "--release"]], &[&["cargo", "build", "-p"], &["cargo", "build"]]),
        ("git add .", &[&["git", "add", "."]], &[&["git", "add", ".."], &["git", "add", "./"], &["git", "add"]]),
        ("git add *", &[&["git", "add", "."], &["git", "add", ".."], &["git", "add", "/a/../b"]], &[]),
        ("ls .*", &[&["ls", "."], &["ls", ".."], &["ls", ".git/x"]], &[&["ls", "a."]]),
        ("say \"two words\"", &[&["say", "two words"]], &[&["say", "two", "words"]]),
        ("say \"\"", &[&["say", ""]], &[&["say"], &["say", " "]]),
        ("say what? \\*", &[&["say", "what?", "*"]], &[&["say", "whatx", "*"], &["say", "what?", "x"]]),
        ("sh -c \"*\"", &[&["sh", "-c", "rm -rf /; x"]], &[&["sh", "-c"], &["sh", "-c", "a", "b"]]),
    ];
    for (pattern, inside, outside) in rows {
        inside.iter().for_each(|words| assert!(covers(pattern, words), "`{pattern}` covers {words:?}"));
        outside.iter().for_each(|words| assert!(!covers(pattern, words), "`{pattern}` does not cover {words:?}"));
    }
}

/// A word without characters has no other beside it: nothing that is found may say so.
#[test]
fn what_is_found_is_a_command() {
    let rest = set::<Commands>(&["** *b"]).difference(&set(&["b", "\"\" b"]));
    let found = rest.witness().unwrap();
    assert_eq!(Command::parse(&found.to_string()), Ok(found));
}

#[test]
fn one_pattern_has_one_text() {
    check_canonical::<Commands>(&[
        ("  git   log ", "git log"),
        ("\"git\" l\"o\"g", "git log"),
        ("say \"a b\"", "say \"a b\""),
        ("say a\" \"b", "say \"a b\""),
        ("say \"*, x\"", "say \"*, x\""),
        ("say \\\" \\\\ \\*", "say \\\" \\\\ \\*"),
        ("say ?", "say ?"),
        ("say \"\"", "say \"\""),
        ("git ** **", "git **"),
        ("git ** *", "git * **"),
        ("* **", "**"),
    ]);
}

#[test]
fn errors_say_where_and_what() {
    let wild = vec!["*"; 17].join(" ");
    check_errors::<Commands>(&[
        ("", 0, Kind::Empty),
        ("   ", 0, Kind::Empty),
        ("git \"log", 4, Kind::OpenQuote),
        ("git l**", 4, Kind::StarsInWord),
        ("git \"**\"", 4, Kind::StarsInWord),
        ("git \\n", 4, Kind::UselessEscapeInWord('n')),
        ("git \\", 4, Kind::DanglingEscape),
        ("git\tlog", 3, Kind::Invisible('\t')),
        ("git \u{1}", 4, Kind::Invisible('\u{1}')),
        ("git\0log", 3, Kind::Invisible('\0')),
        (&wild, 0, Kind::TooManyWildcards { limit: 16 }),
    ]);
    for words in [&["git", "a\0b"][..], &["git", "a\nb"], &[]] {
        assert!(Command::from_words(words).is_err(), "{words:?}");
    }
    assert!(Command::from_words(&["a", &"b".repeat(4095)]).is_err(), "too long");
}

#[test]
fn subsets_have_witnesses() {
    for (a, b, expected) in [
        ("git", "git **", true),
        ("git **", "git", false),
        ("git log *", "git * *", true),
        ("git log *", "git log **", true),
        ("git log **", "git log *", false),
        ("git **", "**", true),
        ("say \"\"", "say *", true),
        ("say *", "say \"\"", false),
    ] {
        let (a, b) = (set::<Commands>(&[a]), set::<Commands>(&[b]));
        let witness = a.witness_outside(&b);
        assert_eq!((a.is_subset(&b), witness.is_none()), (expected, expected), "{a} in {b}: {witness:?}");
    }
    check_subset::<Commands>(&[("git", "git", true), ("git", "hg", false)]);
    let rest = set::<Commands>(&["git **"]).difference(&set(&["git", "git * **"]));
    assert!(rest.is_empty(), "a program is run without arguments, or with some: {rest}");
    let some = set::<Commands>(&["git *"]).difference(&set(&["git \"\""])).witness().unwrap();
    assert_eq!(some.words().collect::<Vec<_>>(), ["git", "a"]);
}

#[test]
fn bare_programs_are_told_apart() {
    for (text, bare) in
        [("git", true), ("\"my git\"", true), ("*", true), ("git **", false), ("**", false), ("a b", false)]
    {
        assert_eq!(pattern::<Commands>(text).is_bare(), bare, "{text}");
    }
}

/// Words with everything that separates, escapes or quotes.
fn words() -> impl Strategy<Value = Vec<String>> {
    let char = select(vec!['a', 'b', '/', '.', ' ', '*', '?', '"', '\\', '-', ',', '\'', '$', 'ß']);
    vec(vec(char, 0..4).prop_map(|chars| chars.into_iter().collect()), 1..5)
}

/// Whatever words a command has: its text is read back as it, its own pattern covers it alone, and `*` and `**` stand for words
/// as they are.
#[test]
fn every_command_is_kept_as_its_words() {
    let mut runner = TestRunner::new(Config { cases: 500, failure_persistence: None, ..Config::default() });
    let test = |(words, other): (Vec<String>, Vec<String>)| {
        let command = Command::from_words(&words).unwrap();
        assert_eq!(command.words().collect::<Vec<_>>(), words);
        assert_eq!(member::<Commands>(&command.to_string()), command, "{command}");
        let exact = Commands::exact(&command);
        assert_eq!(exact.to_string().parse::<CommandPattern>().as_ref(), Ok(&exact), "{exact}");
        let stranger = Command::from_words(&other).unwrap();
        assert_eq!(Commands::matches(&exact, &stranger), words == other, "{exact} and {other:?}");
        assert_eq!(Set::<Commands>::one(exact.clone()).witness(), Some(command.clone()));
        let stars = vec!["*"; words.len()].join(" ");
        assert!(Commands::matches(&pattern::<Commands>(&stars), &command), "{stars} and {words:?}");
        assert_eq!(Commands::matches(&pattern::<Commands>(&stars), &stranger), words.len() == other.len());
        let begun = format!("{} **", Commands::exact(&Command::from_words(&words[..1]).unwrap()));
        assert!(Commands::matches(&pattern::<Commands>(&begun), &command), "{begun} and {words:?}");
        assert_eq!(Commands::matches(&pattern::<Commands>(&begun), &stranger), words[0] == other[0]);
        Ok(())
    };
    runner.run(&(words(), words()), test).unwrap_or_else(|error| panic!("{error}"));
}

#[test]
fn the_longest_commands_can_be_written_and_read() {
    for word in ["", " ", ",", "\"", "\\", "\", ", "*"] {
        let most = 4096 / (word.chars().count().max(1) + 1);
        let command = Command::from_words(&vec![word; most]).unwrap();
        assert_eq!(Command::parse(&command.to_string()).as_ref(), Ok(&command), "{word:?}");
        let exact = Commands::exact(&command);
        assert_eq!(exact.to_string().parse::<CommandPattern>().as_ref(), Ok(&exact), "{word:?}");
    }
}
