//! What looks like a secret in the data of an artifact: private keys in their usual armour, and keys of services that have a
//! form of their own. Goes out: what and where, never the secret.

use memchr::memmem::Finder;

/// How many findings of one artifact are kept.
const MOST: usize = 8;

/// The least text of a key behind its first line, in bytes: programs that read keys hold the first line too.
const BODY: usize = 40;

/// Something that looks like a secret.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Secret {
    /// Where it starts in the file, in bytes.
    pub at: usize,
    /// What it is, as in "a private key".
    pub what: &'static str,
}

/// A key of a service: how it starts, how many letters and digits follow, and what it is.
const TOKENS: [(&[u8], usize, &str); 5] = [
    (b"AKIA", 16, "an access key of Amazon Web Services"),
    (b"ASIA", 16, "an access key of Amazon Web Services"),
    (b"ghp_", 36, "an access token of GitHub"),
    (b"glpat-", 20, "an access token of GitLab"),
    (b"AIza", 35, "a key of a Google service"),
];

/// Looks through data that starts at `from` in the file.
pub(super) fn find(data: &[u8], from: usize, found: &mut Vec<Secret>) {
    for at in Finder::new(b"-----BEGIN ").find_iter(data) {
        if found.len() < MOST && is_private_key(&data[at..]) {
            found.push(Secret { at: from + at, what: "a private key" });
        }
    }
    for (start, length, what) in TOKENS {
        for at in Finder::new(start).find_iter(data) {
            if found.len() < MOST && is_token(data, at, start.len(), length) {
                found.push(Secret { at: from + at, what });
            }
        }
    }
}

/// `-----BEGIN … PRIVATE KEY-----`, a line end, and the text of a key.
fn is_private_key(text: &[u8]) -> bool {
    let line = &text[..text.len().min(64)];
    let Some(end) = line.iter().position(|byte| matches!(byte, b'\n' | b'\r')) else { return false };
    let head = &line[..end];
    let is_key = head.ends_with(b"PRIVATE KEY-----") || head.ends_with(b"PRIVATE KEY BLOCK-----");
    let is_text = |byte: &u8| byte.is_ascii_alphanumeric() || b"+/=\r\n:,- ".contains(byte);
    is_key && text.get(end..end + BODY).is_some_and(|body| body.iter().all(is_text))
}

/// Letters and digits of the right length, with something else around them. What documents give as an example is none.
fn is_token(data: &[u8], at: usize, start: usize, length: usize) -> bool {
    let part = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-';
    let Some(rest) = data.get(at + start..at + start + length) else { return false };
    let before = at.checked_sub(1).and_then(|at| data.get(at)).is_some_and(|byte| part(*byte));
    let after = data.get(at + start + length).is_some_and(|byte| part(*byte));
    !before && !after && rest.iter().all(|byte| part(*byte)) && !rest.ends_with(b"EXAMPLE")
}
