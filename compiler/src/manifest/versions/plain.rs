//! The two that most ranges are, `^1.2.3` and `>=1.2.3` of releases. Comes in: a range. Goes out: its bounds, or nothing if it is any
//! other. Deliberately absent: `^0.1`, whose end depends on the first number that is not 0.

use pubgrub::Ranges;
use semver::Version;

use super::{Versions, between};

impl Versions {
    /// The set of such a range. `None` says nothing about the range.
    pub(in crate::manifest) fn plain(written: &str) -> Option<Self> {
        let (from, below) = bounds(written)?;
        let releases = between(Some(Some(from)), below.map(Some), &Version::new(0, 0, 0));
        Some(Versions { releases, previews: Ranges::empty() })
    }
}

/// The release that such a range starts with, and the one that it ends before.
pub(super) fn bounds(written: &str) -> Option<(Version, Option<Version>)> {
    let (version, is_caret) = match written.strip_prefix('^') {
        Some(version) => (version, true),
        None => (written.strip_prefix(">=")?, false),
    };
    let [major, minor, patch] = numbers(version)?;
    if is_caret && major == 0 {
        return None;
    }
    Some((Version::new(major, minor, patch), is_caret.then(|| Version::new(major + 1, 0, 0))))
}

/// One to three numbers with dots between them.
fn numbers(version: &str) -> Option<[u64; 3]> {
    let mut numbers = [0; 3];
    let mut parts = version.as_bytes().split(|byte| *byte == b'.');
    for (at, number) in numbers.iter_mut().enumerate() {
        match parts.next() {
            Some(part) => *number = numeral(part)?,
            None if at > 0 => break,
            None => return None,
        }
    }
    parts.next().is_none().then_some(numbers)
}

/// A number of a version as anybody writes it.
fn numeral(digits: &[u8]) -> Option<u64> {
    let is_plain = (1..=9).contains(&digits.len())
        && (digits == b"0" || digits[0] != b'0')
        && digits.iter().all(u8::is_ascii_digit);
    is_plain.then(|| digits.iter().fold(0, |number, digit| number * 10 + u64::from(digit - b'0')))
}

#[cfg(test)]
mod tests {
    use super::Versions;

    #[test]
    fn plain_ranges_are_read_as_all_ranges_are() {
        let numbers = ["0", "1", "9", "12", "999999999"];
        for operator in ["^", ">="] {
            for major in numbers {
                for rest in ["", ".0", ".1", ".0.0", ".0.1", ".2.3", ".999999999.0"] {
                    let written = format!("{operator}{major}{rest}");
                    let plain = Versions::plain(&written);
                    assert_eq!(plain.is_some(), operator != "^" || major != "0", "{written}");
                    assert!(plain.is_none() || plain == Versions::parse(&written), "{written}");
                }
            }
        }
    }

    #[test]
    fn others_are_not_plain() {
        for other in
            ["", "^", ">=", "^1.", "^.1", "^01", "^1.2.3.4", "^1.x", "^1-a", "^ 1", ">1", "~1", "1", "^1 ", "^1||2"]
        {
            assert!(Versions::plain(other).is_none(), "{other}");
        }
    }
}
