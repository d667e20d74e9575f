//! Schemes and their ports. Comes in: the text before `://`. Goes out: a lower-case name and its well-known port.

use super::super::error::{PatternError, PatternErrorKind};

/// The most characters of a scheme.
const MAX_CHARS: usize = 32;

/// Sorted by scheme. Source: the IANA service name and port number registry, and for `redis`, `mongodb`, `nats` and
/// `memcached` the documentation of those servers.
const PORTS: &[(&str, u16)] = &[
    ("amqp", 5672),
    ("amqps", 5671),
    ("dns", 53),
    ("ftp", 21),
    ("ftps", 990),
    ("git", 9418),
    ("http", 80),
    ("https", 443),
    ("imap", 143),
    ("imaps", 993),
    ("ldap", 389),
    ("ldaps", 636),
    ("memcached", 11211),
    ("mongodb", 27017),
    ("mqtt", 1883),
    ("mqtts", 8883),
    ("mysql", 3306),
    ("nats", 4222),
    ("pop3", 110),
    ("pop3s", 995),
    ("postgres", 5432),
    ("redis", 6379),
    ("rediss", 6379),
    ("sftp", 22),
    ("smtp", 25),
    ("smtps", 465),
    ("ssh", 22),
    ("ws", 80),
    ("wss", 443),
];

/// The port that a scheme uses when none is written.
pub fn well_known_port(scheme: &str) -> Option<u16> {
    let place = PORTS.binary_search_by_key(&scheme, |(name, _)| name).ok()?;
    PORTS.get(place).map(|(_, port)| *port)
}

/// The well-known port, or the error that asks for one at byte `at`.
pub(super) fn port_of(scheme: &str, at: usize) -> Result<u16, PatternError> {
    well_known_port(scheme).ok_or_else(|| PatternErrorKind::NoPort { scheme: scheme.to_owned() }.at(at))
}

/// Reads a scheme (RFC 3986, section 3.1). `postgresql` is another spelling of `postgres` and becomes it.
pub(super) fn parse(text: &str, at: usize) -> Result<String, PatternError> {
    if text.is_empty() {
        return Err(PatternErrorKind::NoScheme.at(at));
    }
    if text.len() > MAX_CHARS {
        return Err(PatternErrorKind::TooLong { limit: MAX_CHARS }.at(at));
    }
    let is_wrong = |(place, c): &(usize, char)| !is_allowed(*c, *place == 0);
    match text.char_indices().find(is_wrong) {
        Some((place, c)) => Err(PatternErrorKind::SchemeCharacter(c).at(at + place)),
        None => Ok(canonical(text.to_ascii_lowercase())),
    }
}

fn is_allowed(c: char, is_first: bool) -> bool {
    c.is_ascii_alphabetic() || (!is_first && (c.is_ascii_digit() || "+-.".contains(c)))
}

fn canonical(scheme: String) -> String {
    if scheme == "postgresql" { "postgres".to_owned() } else { scheme }
}
