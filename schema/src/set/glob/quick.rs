//! Matching without the machine. Comes in: a canonical pattern and a text. Goes out: whether it is accepted, for patterns with at
//! most one wildcard in a segment and `**` only at the end, as people write nearly all of them. Absent on purpose: the rest.

/// Whether a text is accepted; nothing where only the machine can tell.
pub(super) fn runs(pattern: &str, text: &str, separator: char) -> Option<bool> {
    let separator = u8::try_from(separator).ok().filter(u8::is_ascii)?;
    if text.is_empty() {
        return None;
    }
    let mut parts = pattern.as_bytes().split(|byte| *byte == separator);
    let mut segments = text.as_bytes().split(|byte| *byte == separator);
    while let Some(part) = parts.next() {
        if part == b"**" {
            return parts.next().is_none().then_some(true);
        }
        // Before the first `**`, each part stands for one segment.
        match segments.next() {
            Some(segment) if segment_runs(part, segment)? => {}
            _ => return Some(false),
        }
    }
    Some(segments.next().is_none())
}

/// Where the wildcard stands in a pattern of one segment with one `*` and nothing else that is special, as in `plugin-*`.
pub(super) fn star(pattern: &str, separator: char) -> Option<usize> {
    let is_special = |c: char| matches!(c, '*' | '?' | '\\') || c == separator;
    let star = pattern.find(is_special)?;
    let is_one = pattern[star..].starts_with('*') && !pattern[star + 1..].contains(is_special);
    is_one.then_some(star)
}

/// Whether such a pattern accepts a text that is not empty.
pub(super) fn around(pattern: &str, star: usize, text: &str, separator: char) -> bool {
    let rest = text.strip_prefix(&pattern[..star]).and_then(|rest| rest.strip_suffix(&pattern[star + 1..]));
    let is_of_one = |rest: &str| match u8::try_from(separator) {
        Ok(separator) if separator.is_ascii() => !rest.bytes().any(|byte| byte == separator),
        _ => !rest.contains(separator),
    };
    rest.is_some_and(is_of_one)
}

/// Whether the pattern takes a whole text of segments and all beneath it. `false` may mean that only the machine can tell.
pub(super) fn takes_beneath(pattern: &str, text: &str, separator: char) -> bool {
    let before = pattern.strip_suffix("**").and_then(|before| before.strip_suffix(separator));
    before.is_some() && runs(pattern, text, separator) == Some(true)
}

fn segment_runs(part: &[u8], segment: &[u8]) -> Option<bool> {
    let is_special = |byte: &u8| matches!(byte, b'*' | b'?' | b'\\');
    let Some(star) = part.iter().position(is_special) else { return Some(part == segment) };
    let (start, end) = (&part[..star], &part[star + 1..]);
    if part[star] != b'*' || end.iter().any(is_special) {
        return None;
    }
    let is_long = segment.len() >= start.len() + end.len();
    Some(is_long && segment.starts_with(start) && segment.ends_with(end))
}

#[cfg(test)]
mod tests {
    use super::super::Glob;
    use super::super::parse::segments;
    use super::{around, runs, star, takes_beneath};

    const PATTERNS: [&str; 15] = [
        "*", "a", "a/*", "*/b", "a/*/c/**", "*/**", "a-*/b", "*-a", "a*b", "é*", "**/a", "a?/**", "\\*/**", "a/**/b",
        "a*b*",
    ];
    const TEXTS: [&str; 16] = [
        "a", "b", "a/b", "a/b/c", "a/x/c/d", "a-/b", "a-b/b", "ab", "aab", "éa", "ab/c", "*", "*/x", "a/x/b", "x-a",
        "é",
    ];

    #[test]
    fn what_is_told_is_what_the_machine_tells() {
        for pattern in PATTERNS {
            let glob = Glob::new(segments(pattern, '/'), '/');
            for text in TEXTS {
                let told = runs(glob.text(), text, '/');
                assert!(told.is_none_or(|told| told == glob.machine().runs(text, '/')), "{pattern} {text}");
                let one = star(glob.text(), '/').map(|star| around(glob.text(), star, text, '/'));
                assert!(one.is_none_or(|told| told == glob.machine().runs(text, '/')), "{pattern} {text}");
                let beneath = [text.to_owned(), format!("{text}/z"), format!("{text}/z/z")];
                let all = beneath.iter().all(|text| glob.machine().runs(text, '/'));
                assert!(!takes_beneath(glob.text(), text, '/') || all, "{pattern} {text}");
            }
        }
        let stars = PATTERNS.map(|pattern| star(pattern, '/')).into_iter().flatten();
        assert_eq!(stars.collect::<Vec<_>>(), [0, 0, 1, 2]);
        assert_eq!(runs("a/*/c/**", "a/x/c/d", '/'), Some(true));
        assert!(takes_beneath("data/*/**", "data/x", '/') && !takes_beneath("data/*/**", "data", '/'));
    }
}
