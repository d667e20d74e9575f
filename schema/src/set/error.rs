//! Why a text is not a pattern or a member. Comes in: nothing. Goes out: one error type for all domains, with
//! the byte that offends and a help line that states the edit.

use std::error::Error;
use std::fmt;

/// A text that is not a pattern, or not a member, of the domain it was written for.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct PatternError {
    /// Byte offset of the offence in the text that was parsed; at most the text's length.
    pub at: usize,
    /// What is wrong there.
    pub kind: PatternErrorKind,
}

/// What is wrong with a pattern or a member.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum PatternErrorKind {
    /// Nothing was written.
    Empty,
    /// More characters than a text of this domain may have.
    TooLong {
        /// The most characters that are allowed.
        limit: usize,
    },
    /// More wildcards than one pattern may have.
    TooManyWildcards {
        /// The most wildcards that are allowed.
        limit: usize,
    },
    /// Two separators with nothing between, or one at an end.
    EmptySegment,
    /// A control, bidirectional or invisible character: what is shown would differ from what is used.
    Invisible(char),
    /// A backslash that is followed by nothing, or by a separator.
    DanglingEscape,
    /// A backslash before a character that needs no escape.
    UselessEscape(char),
    /// `**` that shares its segment with other characters.
    StarsInSegment,
    /// `**` that shares its word with other characters.
    StarsInWord,
    /// A quote that is not closed.
    OpenQuote,
    /// A backslash before a character of a command that needs no escape.
    UselessEscapeInWord(char),
    /// A `..` segment.
    ParentSegment,
    /// A path that starts neither with `/` nor with `./`.
    NoRoot,
    /// An endpoint without `scheme://`.
    NoScheme,
    /// A character that a scheme cannot have.
    SchemeCharacter(char),
    /// A user name or password in front of the host.
    UserInfo,
    /// A path, query or fragment after the host.
    BeyondAuthority,
    /// An endpoint without a host.
    NoHost,
    /// A host outside ASCII.
    NonAsciiHost,
    /// A character that a host name cannot have.
    HostCharacter(char),
    /// A label of a host name that starts or ends with a hyphen.
    HostHyphen,
    /// A wildcard in a host that is not the whole first label.
    HostWildcard,
    /// A host that some systems read as an IPv4 address, and others do not.
    NumericHost,
    /// An address that is neither IPv4 nor IPv6.
    BadAddress,
    /// An IPv6 address outside brackets.
    UnbracketedAddress,
    /// The number of network bits is not a number in range.
    BadNetwork,
    /// An address range whose address has bits beyond its network.
    HostBits {
        /// The same range, written canonically.
        network: String,
    },
    /// No port was written and the scheme has none of its own.
    NoPort {
        /// The scheme as it was read.
        scheme: String,
    },
    /// A port that is not a number from 1 to 65535.
    BadPort,
    /// More port ranges than one pattern may have.
    TooManyRanges {
        /// The most ranges that are allowed.
        limit: usize,
    },
    /// A number that is not decimal digits below 2⁶⁴.
    BadNumber,
    /// A range whose end lies before its start.
    ReversedRange,
}

impl PatternErrorKind {
    pub(super) fn at(self, at: usize) -> PatternError {
        PatternError { at, kind: self }
    }
}

impl PatternError {
    /// The same error in a longer text in which the parsed one starts at byte `offset`.
    #[must_use]
    pub fn shifted(self, offset: usize) -> Self {
        self.kind.at(self.at.saturating_add(offset))
    }

    /// The edit that mends it, to be shown after `help:`.
    pub fn help(&self) -> &'static str {
        self.kind.help()
    }
}

impl PatternErrorKind {
    fn help(&self) -> &'static str {
        match self {
            Self::Empty => "write a pattern, such as `**` for everything",
            Self::TooLong { .. } => "write a shorter text",
            Self::TooManyWildcards { .. } => "split it into several patterns with fewer wildcards",
            Self::EmptySegment => "remove the extra separator",
            Self::Invisible(_) => "remove the character",
            Self::DanglingEscape => "write `\\\\` for a backslash itself",
            Self::UselessEscape(_) => "remove the backslash; only `*`, `?` and `\\` need one",
            Self::StarsInSegment => "write `*` here, or put `**` into a segment of its own",
            Self::StarsInWord => "write `*` here, or `**` as a word of its own",
            Self::OpenQuote => "close it with `\"`, or write `\\\"` for a quote itself",
            Self::UselessEscapeInWord(_) => "remove the backslash; only `*`, `\"` and `\\` need one",
            Self::ParentSegment => "write the folder that is meant without `..`",
            Self::NoRoot => "start with `/` for an absolute path or with `./` for one in the base folder",
            Self::NoScheme => "start with a scheme, such as `https://`, or with `*://` for any",
            Self::SchemeCharacter(_) => "write letters, digits, `+`, `-` or `.`",
            Self::UserInfo => "remove everything up to `@`; credentials are not part of an endpoint",
            Self::BeyondAuthority => "end after the host and port; an endpoint has no path or query",
            Self::NoHost => "write a host name, an address, or `*` for any host",
            Self::NonAsciiHost => "write the host in its `xn--` form",
            Self::HostCharacter(_) => "write letters, digits, `-`, `_` and dots",
            Self::HostHyphen => "remove the hyphen at the end of the label",
            Self::HostWildcard => "write `*`, `*.suffix` for one label or `**.suffix` for one or more",
            Self::NumericHost => "write the address as four decimal numbers, such as `127.0.0.1`",
            Self::BadAddress => "write an address such as `10.0.0.1` or `[2001:db8::1]`",
            Self::UnbracketedAddress => "put the IPv6 address into brackets",
            Self::BadNetwork => "write 0 to 32 bits for IPv4, 0 to 128 for IPv6",
            Self::HostBits { .. } => "write the first address of the range",
            Self::NoPort { .. } => "add a port, such as `:443`, or `:*` for any",
            Self::BadPort => "write a number from 1 to 65535, a range such as `8000-8010`, or `*`",
            Self::TooManyRanges { .. } => "split it into several patterns with fewer ports",
            Self::BadNumber => "write a decimal number below 2⁶⁴",
            Self::ReversedRange => "write the smaller number first",
        }
    }
}

impl fmt::Display for PatternError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} at byte {}", self.kind, self.at)
    }
}

impl Error for PatternError {}

impl fmt::Display for PatternErrorKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Empty => f.write_str("nothing is written"),
            Self::TooLong { limit } => write!(f, "more than {limit} characters"),
            Self::TooManyWildcards { limit } => write!(f, "more than {limit} wildcards"),
            Self::EmptySegment => f.write_str("an empty segment"),
            Self::Invisible(c) => write!(f, "the invisible character U+{:04X}", u32::from(*c)),
            Self::DanglingEscape => f.write_str("a backslash with nothing to escape"),
            Self::UselessEscape(c) | Self::UselessEscapeInWord(c) => write!(f, "a backslash before `{c}`"),
            Self::StarsInSegment => f.write_str("`**` that is not a whole segment"),
            Self::StarsInWord => f.write_str("`**` that is not a whole word"),
            Self::OpenQuote => f.write_str("a quote that is not closed"),
            Self::ParentSegment => f.write_str("a `..` segment"),
            Self::NoRoot => f.write_str("a path without a root"),
            Self::NoScheme => f.write_str("an endpoint without a scheme"),
            Self::SchemeCharacter(c) => write!(f, "the character `{c}` in a scheme"),
            Self::UserInfo => f.write_str("a user name in an endpoint"),
            Self::BeyondAuthority => f.write_str("a path or query in an endpoint"),
            Self::NoHost => f.write_str("an endpoint without a host"),
            Self::NonAsciiHost => f.write_str("a host outside ASCII"),
            Self::HostCharacter(c) => write!(f, "the character `{c}` in a host name"),
            Self::HostHyphen => f.write_str("a hyphen at the end of a label"),
            Self::HostWildcard => f.write_str("a wildcard inside a host name"),
            Self::NumericHost => f.write_str("a host that can be read as another address"),
            Self::BadAddress => f.write_str("an address that is neither IPv4 nor IPv6"),
            Self::UnbracketedAddress => f.write_str("an IPv6 address without brackets"),
            Self::BadNetwork => f.write_str("a network size out of range"),
            Self::HostBits { network } => write!(f, "an address inside its range, which is `{network}`"),
            Self::NoPort { scheme } => write!(f, "no port, and `{scheme}` has no well-known one"),
            Self::BadPort => f.write_str("a port out of range"),
            Self::TooManyRanges { limit } => write!(f, "more than {limit} port ranges"),
            Self::BadNumber => f.write_str("a number that cannot be read"),
            Self::ReversedRange => f.write_str("a range that ends before it starts"),
        }
    }
}

/// Characters that make a text look different from what it is: controls, bidirectional marks, line separators
/// and characters without width (Unicode 16, general categories Cc, Zl, Zp and the bidirectional and default
/// ignorable parts of Cf). The joiners U+200C and U+200D spell words in some scripts and stay.
pub(super) fn is_invisible(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}' | '\u{200e}' | '\u{200f}')
        || matches!(c, '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}')
        || matches!(c, '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}')
}

/// Refuses texts that are empty, too long in characters, or hold an invisible character.
pub(super) fn check_text(text: &str, limit: usize) -> Result<(), PatternError> {
    if text.is_empty() {
        return Err(PatternErrorKind::Empty.at(0));
    }
    if text.len() <= limit && text.bytes().all(|byte| matches!(byte, b' '..=b'~')) {
        return Ok(());
    }
    if let Some((at, _)) = text.char_indices().nth(limit) {
        return Err(PatternErrorKind::TooLong { limit }.at(at));
    }
    match text.char_indices().find(|(_, c)| is_invisible(*c)) {
        Some((at, c)) => Err(PatternErrorKind::Invisible(c).at(at)),
        None => Ok(()),
    }
}
