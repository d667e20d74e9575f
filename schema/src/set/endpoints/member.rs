//! One endpoint. Comes in: text. Goes out: scheme, host and port in the one form that comparisons use. Which forms of
//! a host are the same, and which are refused because systems disagree on them, is decided here and nowhere else.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::str::FromStr;

use super::super::error::{PatternError, PatternErrorKind};
use super::{parts, ports, scheme};

/// A scheme, a host and a port that someone may connect to.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Endpoint {
    pub(super) scheme: String,
    pub(super) host: Host,
    pub(super) port: u16,
}

/// A name or an address. A name proves nothing about the addresses it resolves to.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Host {
    /// A name.
    Name(HostName),
    /// An IPv4 address.
    V4(Ipv4Addr),
    /// An IPv6 address that does not stand for an IPv4 one.
    V6(Ipv6Addr),
}

/// A host name in canonical form: lower-case ASCII letters, digits, `-` and `_` in labels of at most 63 characters, no
/// hyphen at the ends of a label, no trailing dot, at most 253 characters, and a last label that no system reads
/// as a number.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct HostName(String);

impl Endpoint {
    /// Reads `scheme://host:port`; the port may be left out where the scheme has a well-known one.
    ///
    /// # Errors
    /// A part is missing or malformed, a host is written in a form that systems disagree on, or there is more than an
    /// endpoint: a user, a path, a query.
    pub fn parse(text: &str) -> Result<Self, PatternError> {
        let parts = parts::split(text)?;
        let scheme = scheme::parse(parts.scheme, 0)?;
        let host = Host::parse(parts.host).map_err(|err| err.shifted(parts.host_at))?;
        let port = match parts.ports {
            Some((text, at)) => ports::parse_port(text, at)?,
            None => scheme::port_of(&scheme, text.len())?,
        };
        Ok(Self { scheme, host, port })
    }

    /// The endpoint that a connection is made to. Nothing when the scheme is malformed or the port is 0.
    pub fn new(scheme: &str, host: Host, port: u16) -> Option<Self> {
        let scheme = scheme::parse(scheme, 0).ok()?;
        (port != 0).then(|| Self { scheme, host: host.canonical(), port })
    }

    /// The scheme in lower case.
    pub fn scheme(&self) -> &str {
        &self.scheme
    }

    /// The host.
    pub fn host(&self) -> &Host {
        &self.host
    }

    /// The port, never 0.
    pub fn port(&self) -> u16 {
        self.port
    }
}

impl Host {
    /// Reads a name, an IPv4 address or an IPv6 address in brackets.
    ///
    /// # Errors
    /// The text is none of them, is outside ASCII, or is a number that systems read differently.
    pub fn parse(text: &str) -> Result<Self, PatternError> {
        if let Some(at) = text.find(['/', '?', '#']) {
            return Err(PatternErrorKind::BeyondAuthority.at(at));
        }
        match text.strip_prefix('[') {
            Some(rest) => parse_v6(rest.strip_suffix(']').unwrap_or_default()).map(Self::from),
            None => Self::parse_name(text),
        }
    }

    /// Reads a name or an IPv4 address.
    fn parse_name(text: &str) -> Result<Self, PatternError> {
        let name = text.strip_suffix('.').unwrap_or(text).to_ascii_lowercase();
        if name.is_empty() {
            return Err(PatternErrorKind::NoHost.at(0));
        }
        check_labels(&name)?;
        if !ends_in_number(&name) {
            return Ok(Self::Name(HostName(name)));
        }
        name.parse().map(Self::V4).map_err(|_| PatternErrorKind::NumericHost.at(0))
    }

    /// The same host, an IPv4 address that is written as IPv6 turned back.
    #[must_use]
    pub fn canonical(self) -> Self {
        match self {
            Self::V6(address) => Self::from(address),
            other => other,
        }
    }
}

/// Reads what stands in brackets; the error counts from the opening one.
pub(super) fn parse_v6(text: &str) -> Result<Ipv6Addr, PatternError> {
    text.parse().map_err(|_| PatternErrorKind::BadAddress.at(1))
}

fn check_labels(name: &str) -> Result<(), PatternError> {
    let is_wrong = |c: char| !matches!(c, 'a'..='z' | '0'..='9' | '-' | '_' | '.');
    match name.char_indices().find(|(_, c)| is_wrong(*c)) {
        Some((at, c)) if !c.is_ascii() => return Err(PatternErrorKind::NonAsciiHost.at(at)),
        Some((at, '*' | '?')) => return Err(PatternErrorKind::HostWildcard.at(at)),
        Some((at, c)) => return Err(PatternErrorKind::HostCharacter(c).at(at)),
        None if name.len() > HostName::MAX_CHARS => {
            return Err(PatternErrorKind::TooLong { limit: HostName::MAX_CHARS }.at(HostName::MAX_CHARS));
        }
        None => {}
    }
    let mut at = 0;
    for label in name.split('.') {
        check_label(label).map_err(|kind| kind.at(at))?;
        at += label.len() + 1;
    }
    Ok(())
}

fn check_label(label: &str) -> Result<(), PatternErrorKind> {
    match label.len() {
        0 => Err(PatternErrorKind::EmptySegment),
        64.. => Err(PatternErrorKind::TooLong { limit: 63 }),
        _ if label.starts_with('-') || label.ends_with('-') => Err(PatternErrorKind::HostHyphen),
        _ => Ok(()),
    }
}

/// Whether some systems read the name as an IPv4 address (WHATWG URL, "ends in a number checker").
fn ends_in_number(name: &str) -> bool {
    let last = name.rsplit('.').next().unwrap_or(name);
    let is_hex = |digits: &str| digits.bytes().all(|byte| byte.is_ascii_hexdigit());
    last.bytes().all(|byte| byte.is_ascii_digit()) || last.strip_prefix("0x").is_some_and(is_hex)
}

impl HostName {
    pub(super) const MAX_CHARS: usize = 253;

    /// The name in canonical form.
    pub fn text(&self) -> &str {
        &self.0
    }

    /// INVARIANT (host name): only for texts put together from checked labels, the last of them not a number.
    pub(super) fn from_labels(text: String) -> Self {
        Self(text)
    }
}

impl From<Ipv4Addr> for Host {
    fn from(address: Ipv4Addr) -> Self {
        Self::V4(address)
    }
}

/// `::ffff:127.0.0.1` is `127.0.0.1`.
impl From<Ipv6Addr> for Host {
    fn from(address: Ipv6Addr) -> Self {
        address.to_ipv4_mapped().map_or(Self::V6(address), Self::V4)
    }
}

impl From<IpAddr> for Host {
    fn from(address: IpAddr) -> Self {
        match address {
            IpAddr::V4(address) => Self::from(address),
            IpAddr::V6(address) => Self::from(address),
        }
    }
}

impl fmt::Display for Endpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}://{}", self.scheme, self.host)?;
        match scheme::well_known_port(&self.scheme) {
            Some(port) if port == self.port => Ok(()),
            _ => write!(f, ":{}", self.port),
        }
    }
}

impl fmt::Display for Host {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Name(name) => f.write_str(name.text()),
            Self::V4(address) => write!(f, "{address}"),
            Self::V6(address) => write!(f, "[{address}]"),
        }
    }
}

impl FromStr for Endpoint {
    type Err = PatternError;

    fn from_str(text: &str) -> Result<Self, PatternError> {
        Self::parse(text)
    }
}

impl FromStr for Host {
    type Err = PatternError;

    fn from_str(text: &str) -> Result<Self, PatternError> {
        Self::parse(text)
    }
}
