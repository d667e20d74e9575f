//! Identifiers that people write and runtimes rely on. Each is a newtype whose only constructor parses; holding one proves
//! that the text can be shown, compared and used as one path segment, not that anything of that name exists. A copy shares the
//! text: a plan names each plugin many times.

use std::fmt;
use std::sync::Arc;

/// How long an identifier may be, in bytes.
pub const MAX_NAME: usize = 128;

/// Why a text is no identifier.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NameError {
    /// There is nothing.
    Empty,
    /// It is longer than [`MAX_NAME`] bytes.
    TooLong,
    /// It starts or ends with this character, or has it twice in a row.
    Misplaced(char),
    /// It has a character that identifiers do not.
    Character(char),
}

impl fmt::Display for NameError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            NameError::Empty => write!(f, "it is empty"),
            NameError::TooLong => write!(f, "it is longer than {MAX_NAME} bytes"),
            NameError::Misplaced(c) => write!(f, "`{c}` may not stand at an end or twice in a row"),
            NameError::Character(c) => write!(f, "`{}` is not allowed in it", c.escape_default()),
        }
    }
}

impl std::error::Error for NameError {}

macro_rules! names {
    ($($(#[$doc:meta])* $name:ident, $extra:literal;)*) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(Arc<str>);

        impl $name {
            /// Parses; see [`NameError`] for what is refused.
            pub fn parse(text: &str) -> Result<Self, NameError> {
                check(text, $extra).map(|()| $name(text.into()))
            }

            /// The text.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
    )*};
}

names! {
    /// A plugin: letters, digits, `-`, `_`, `.`; npm's `@scope/name` too. Never a path: no `..`, no leading `.`.
    PluginId, "-_.@/";
    /// A command, tool or pane inside its plugin's namespace.
    LocalName, "-_.";
    /// A hook point, event or other dotted name that a host defines.
    PointName, "-_.:";
}

fn check(text: &str, extra: &str) -> Result<(), NameError> {
    if is_usual(text) { Ok(()) } else { check_in_full(text, extra) }
}

/// Whether a text is what most names are, and fit for all of them: letters, digits and `_`, with one `-` or `.` between two of them.
fn is_usual(text: &str) -> bool {
    let mut after_mark = true;
    let fits = |byte: u8| {
        let is_mark = matches!(byte, b'-' | b'.');
        let is_second = std::mem::replace(&mut after_mark, is_mark);
        if is_mark { !is_second } else { byte.is_ascii_alphanumeric() || byte == b'_' }
    };
    text.len() <= MAX_NAME && text.bytes().all(fits) && !after_mark
}

fn check_in_full(text: &str, extra: &str) -> Result<(), NameError> {
    let scoped = text.strip_prefix('@').filter(|_| extra.contains('@'));
    let (scope, name) = match scoped {
        Some(rest) => rest.split_once('/').map(|(scope, name)| (Some(scope), name)).ok_or(NameError::Empty)?,
        None => (None, text),
    };
    if text.is_empty() {
        return Err(NameError::Empty);
    }
    if text.len() > MAX_NAME {
        return Err(NameError::TooLong);
    }
    scope.into_iter().chain([name]).try_for_each(|part| check_part(part, extra))
}

fn check_part(part: &str, extra: &str) -> Result<(), NameError> {
    if part.is_empty() {
        return Err(NameError::Empty);
    }
    let mut before = '.';
    for c in part.chars().chain(std::iter::once('.')) {
        let mark = matches!(c, '.' | '-' | ':');
        if mark && matches!(before, '.' | ':') || before == '-' && matches!(c, '.' | ':') {
            return Err(NameError::Misplaced(if mark && !before.is_alphanumeric() { before } else { c }));
        }
        if !(c.is_ascii_alphanumeric() || extra.contains(c) && !matches!(c, '@' | '/') || c == '.') {
            return Err(NameError::Character(c));
        }
        before = c;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::{NameError, PluginId, check_in_full, is_usual};

    #[test]
    fn usual_names_are_names_of_every_sort() {
        let signs = ['a', 'Z', '0', '_', '-', '.', ':', '@', '/', ' ', 'é', '\n'];
        let mut texts = vec![String::new()];
        for from in 0..1 + signs.len() + signs.len().pow(2) + signs.len().pow(3) {
            texts.extend(signs.iter().map(|sign| format!("{}{sign}", texts[from])).collect::<Vec<_>>());
        }
        texts.extend([128, 129].map(|length| "a".repeat(length)));
        let usual: Vec<_> = texts.iter().filter(|text| is_usual(text)).collect();
        assert!(usual.len() > 500, "{}", usual.len());
        for text in usual {
            assert!(["-_.@/", "-_.", "-_.:"].iter().all(|extra| check_in_full(text, extra).is_ok()), "{text}");
        }
    }

    #[test]
    fn accepts_what_the_ecosystems_use() {
        for good in ["text-tool", "a", "@pliers/form-utils", "database_plugin", "org.example.tool", "x2", "a--b"] {
            assert!(PluginId::parse(good).is_ok(), "{good}");
        }
    }

    #[test]
    fn refuses_what_could_be_a_path_or_look_like_something_else() {
        for bad in
            ["", ".", "..", "a/b", "../x", "@scope", "@/x", "a..b", ".hidden", "a b", "ünï", "a\u{202e}b", "-x.", "a."]
        {
            assert!(PluginId::parse(bad).is_err(), "{bad}");
        }
        assert_eq!(PluginId::parse(&"a".repeat(129)), Err(NameError::TooLong));
    }
}
