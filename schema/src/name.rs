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

/// A number for a text; the same on every machine (FNV-1a). Few texts have the same one, unless somebody means them to.
#[must_use]
pub fn sum(text: &str) -> u64 {
    text.bytes().fold(0xcbf2_9ce4_8422_2325, |sum, byte| (sum ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
}

/// Finds ids in a sorted list, of which few have to be looked at: each stands in a drawer that its number tells.
#[derive(Debug)]
pub struct Finder {
    /// Where each drawer ends; it starts where the one before ends.
    ends: Vec<usize>,
    /// What is in the drawers: places of ids, in order.
    places: Vec<usize>,
}

impl Finder {
    /// Of ids in order.
    pub fn new<'i>(ids: impl ExactSizeIterator<Item = &'i PluginId>) -> Self {
        let drawers = ids.len().next_power_of_two();
        let of: Vec<usize> = ids.map(|id| drawer(id, drawers)).collect();
        let mut starts = vec![0; drawers + 1];
        of.iter().for_each(|drawer| starts[drawer + 1] += 1);
        (0..drawers).for_each(|at| starts[at + 1] += starts[at]);
        let mut places = vec![0; of.len()];
        for (place, drawer) in of.into_iter().enumerate() {
            places[starts[drawer]] = place;
            starts[drawer] += 1;
        }
        starts.pop();
        Finder { ends: starts, places }
    }

    /// The first place of an id in the list; `at` is what stands at a place of it.
    pub fn find<'i>(&self, id: &PluginId, at: impl Fn(usize) -> &'i PluginId) -> Option<usize> {
        let drawer = drawer(id, self.ends.len());
        let start = drawer.checked_sub(1).map_or(0, |before| self.ends[before]);
        let within = &self.places[start..self.ends[drawer]];
        // Somebody may have meant many ids to have one drawer.
        let place = *within.get(within.partition_point(|place| at(*place) < id))?;
        (at(place) == id).then_some(place)
    }
}

/// The drawer of an id, among so many: a power of two.
fn drawer(id: &PluginId, among: usize) -> usize {
    let sum = sum(id.as_str());
    usize::try_from((sum ^ sum >> 32) & (among as u64 - 1)).unwrap_or_default()
}

impl PluginId {
    /// The text, which copies share.
    pub(crate) fn shared(&self) -> &Arc<str> {
        &self.0
    }
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
    use super::{Finder, NameError, PluginId, check_in_full, is_usual};

    /// All texts of up to four of some signs, and long ones.
    fn texts() -> Vec<String> {
        let signs = ['a', 'Z', '0', '_', '-', '.', ':', '@', '/', ' ', 'é', '\n'];
        let mut texts = vec![String::new()];
        for from in 0..1 + signs.len() + signs.len().pow(2) + signs.len().pow(3) {
            texts.extend(signs.iter().map(|sign| format!("{}{sign}", texts[from])).collect::<Vec<_>>());
        }
        texts.extend([128, 129].map(|length| "a".repeat(length)));
        texts
    }

    #[test]
    fn usual_names_are_names_of_every_sort() {
        let texts = texts();
        let usual: Vec<_> = texts.iter().filter(|text| is_usual(text)).collect();
        assert!(usual.len() > 500, "{}", usual.len());
        for text in usual {
            assert!(["-_.@/", "-_.", "-_.:"].iter().all(|extra| check_in_full(text, extra).is_ok()), "{text}");
        }
    }

    #[test]
    fn ids_are_found_where_they_stand_first() {
        let mut ids: Vec<PluginId> = texts().iter().step_by(7).filter_map(|text| PluginId::parse(text).ok()).collect();
        ids.extend(ids.iter().step_by(3).cloned().collect::<Vec<_>>());
        ids.sort();
        let finder = Finder::new(ids.iter());
        for id in texts().iter().filter_map(|text| PluginId::parse(text).ok()) {
            let first = ids.iter().position(|other| *other == id);
            assert_eq!(finder.find(&id, |place| &ids[place]), first, "{id}");
        }
        assert_eq!(Finder::new([].iter()).find(&ids[0], |_| unreachable!()), None);
        // In one drawer, texts decide.
        let one = Finder { ends: vec![ids.len()], places: (0..ids.len()).collect() };
        for id in &ids {
            assert_eq!(one.find(id, |place| &ids[place]), ids.iter().position(|other| other == id), "{id}");
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
