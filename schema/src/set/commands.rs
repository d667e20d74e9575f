//! Commands: a program and its arguments (`git log --oneline`). Comes in: text of words with blanks between. Goes out: the
//! [`Commands`] domain. Absent on purpose: shells; a `;`, `|` or `$` is a character like others, and nothing joins two commands.
//!
//! In a pattern `*` covers any characters of one word, also none, and `**`, as a word of its own, any number of words, also
//! none: `git **` is `git` with any arguments, `git` alone is the program without any. A word with blanks stands between
//! quotes, as in `git commit -m "two words"`, and `""` is the word without characters. `\*`, `\"` and `\\` stand for the
//! characters themselves. `?` is a character like others.

use std::fmt;
use std::str::FromStr;

use super::domain::{Domain, Finding, Fuel, Meet, Relation};
use super::error::{self, PatternError, PatternErrorKind};
use super::glob::{self, Glob, Leaf, NO_CHARACTERS, Piece, Segment, Universe};
use super::query::Query;

mod word;

use word::{Letter, write_letters, write_word};

/// The domain of commands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Commands {}

/// A program and its arguments: one or more words of at most 4096 characters together, none of them invisible.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Command(String);

/// A pattern over commands, in canonical form.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct CommandPattern(Glob);

impl Command {
    /// Reads a command as people write it. Nothing in it is special but blanks, quotes and backslashes.
    ///
    /// # Errors
    /// There is no word, a quote is not closed, or a character is invisible.
    pub fn parse(text: &str) -> Result<Self, PatternError> {
        let words = word::split(text, longest_written())?;
        let plain = |letters: Vec<Letter>| letters.into_iter().map(Letter::char).collect::<String>();
        let words: Vec<String> = words.into_iter().map(|(_, letters)| plain(letters)).collect();
        Self::from_words(&words)
    }

    /// The command of these words, the program first.
    ///
    /// # Errors
    /// There is no word, or a character is invisible.
    pub fn from_words(words: &[impl AsRef<str>]) -> Result<Self, PatternError> {
        let words: Vec<&str> = words.iter().map(AsRef::as_ref).collect();
        words.iter().filter(|word| !word.is_empty()).try_for_each(|word| error::check_text(word, usize::MAX))?;
        let wordless = NO_CHARACTERS.to_string();
        let kept: Vec<&str> = words.iter().map(|word| if word.is_empty() { &wordless } else { *word }).collect();
        let text = kept.join(SEPARATOR);
        let limit = Universe::Commands.max_chars();
        match text.chars().nth(limit) {
            _ if words.is_empty() => Err(PatternErrorKind::Empty.at(0)),
            Some(_) => Err(PatternErrorKind::TooLong { limit }.at(0)),
            None => Ok(Self(text)),
        }
    }

    /// Its words, the program first.
    pub fn words(&self) -> impl Iterator<Item = &str> {
        self.0.split(SEPARATOR).map(|word| word.strip_prefix(NO_CHARACTERS).unwrap_or(word))
    }
}

impl CommandPattern {
    /// Whether it is one word: a program without arguments.
    pub fn is_bare(&self) -> bool {
        matches!(self.0.segments(), [Segment::One(_)])
    }
}

/// What stands between words: no argument of a program has it, as no text here has the mark of a word without characters.
const SEPARATOR: &str = "\0";
const SEPARATING: char = '\0';

impl FromStr for CommandPattern {
    type Err = PatternError;

    fn from_str(text: &str) -> Result<Self, PatternError> {
        let words = word::split(text, longest_written())?;
        let segments: Result<Vec<Segment>, _> = words.into_iter().map(|(at, word)| segment(at, &word)).collect();
        let segments = segments?;
        glob::check_size(&segments, Universe::Commands, text)?;
        let any = [Segment::star(), Segment::Rest];
        let glob = Glob::new(segments, SEPARATING);
        // No command is empty, so one or more words are any number of them.
        Ok(Self(if glob.segments() == any { Glob::everything(SEPARATING) } else { glob }))
    }
}

/// How many characters are read of a command or a pattern as it is written: a word of one of them has up to two quotes, and a backslash
/// before it.
fn longest_written() -> usize {
    3 * Universe::Commands.max_chars()
}

/// What one word covers.
fn segment(at: usize, word: &[Letter]) -> Result<Segment, PatternError> {
    match word {
        [] => return Ok(Segment::One([Piece::Literal(NO_CHARACTERS)].into())),
        [Letter::Star { bare: true }, Letter::Star { bare: true }] => return Ok(Segment::Rest),
        _ => {}
    }
    if word.windows(2).any(|pair| matches!(pair, [Letter::Star { .. }, Letter::Star { .. }])) {
        return Err(PatternErrorKind::StarsInWord.at(at));
    }
    let piece = |letter: &Letter| match letter {
        Letter::Star { .. } => Piece::Many,
        Letter::Char(c) => Piece::Literal(*c),
    };
    Ok(Segment::One(word.iter().map(piece).collect()))
}

impl FromStr for Command {
    type Err = PatternError;

    fn from_str(text: &str) -> Result<Self, PatternError> {
        Self::parse(text)
    }
}

impl Domain for Commands {
    type Pattern = CommandPattern;
    type Member = Command;

    fn everything() -> CommandPattern {
        CommandPattern(Glob::everything(SEPARATING))
    }

    fn exact(member: &Command) -> CommandPattern {
        CommandPattern(Glob::exact(&member.0, SEPARATING))
    }

    fn parse_member(text: &str) -> Result<Command, PatternError> {
        Command::parse(text)
    }

    fn matches(pattern: &CommandPattern, member: &Command) -> bool {
        pattern.0.matches(&member.0)
    }

    fn find(query: &Query<'_, CommandPattern>, fuel: &mut Fuel) -> Finding<Command> {
        let leaves: Vec<Leaf<'_>> = query.patterns().iter().map(|pattern| Leaf::Glob(&pattern.0)).collect();
        glob::search(&leaves, Universe::Commands, &|truths| query.verdict(truths), fuel).map(Command)
    }

    fn compare(a: &CommandPattern, b: &CommandPattern) -> Relation {
        a.0.compare(&b.0)
    }

    fn lies_in(a: &CommandPattern, b: &CommandPattern) -> Option<bool> {
        a.0.lies_in(&b.0, Universe::Commands)
    }

    fn is_single(pattern: &CommandPattern) -> bool {
        pattern.0.shape() == glob::Shape::Literal
    }

    fn sample(pattern: &CommandPattern) -> Option<Command> {
        pattern.0.sample(Universe::Commands).map(Command)
    }

    fn meet(a: &CommandPattern, b: &CommandPattern) -> Meet<CommandPattern> {
        a.0.meet(&b.0, Universe::Commands).map(CommandPattern)
    }
}

/// The canonical text: words with one blank between, in quotes where they need them.
impl fmt::Display for CommandPattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (place, segment) in self.0.segments().iter().enumerate() {
            f.write_str(if place == 0 { "" } else { " " })?;
            match segment {
                Segment::Rest => f.write_str("**")?,
                Segment::One(pieces) => write_letters(f, pieces.iter().filter_map(|piece| letter(*piece)))?,
            }
        }
        Ok(())
    }
}

/// A piece as a letter; nothing for the mark of a word without characters.
fn letter(piece: Piece) -> Option<Letter> {
    match piece {
        Piece::Many | Piece::Any => Some(Letter::Star { bare: true }),
        Piece::Literal(c) => (c != NO_CHARACTERS).then_some(Letter::Char(c)),
    }
}

/// The text that is read back as this command.
impl fmt::Display for Command {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (place, word) in self.words().enumerate() {
            f.write_str(if place == 0 { "" } else { " " })?;
            write_word(f, word)?;
        }
        Ok(())
    }
}
