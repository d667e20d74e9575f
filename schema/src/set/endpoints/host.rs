//! Hosts of a pattern. Comes in: text. Goes out: patterns of which two always lie in one another or apart, so that an
//! intersection of hosts is a host again.

use std::fmt;
use std::net::{Ipv4Addr, Ipv6Addr};

use super::super::domain::Relation;
use super::super::error::{PatternError, PatternErrorKind};
use super::member::{self, Host, HostName};
use super::network::{self, V4Network, V6Network};

/// The hosts that an endpoint pattern covers.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum HostPattern {
    /// Every name and every address.
    Any,
    /// Names.
    Names(HostNames),
    /// IPv4 addresses.
    V4(V4Network),
    /// IPv6 addresses.
    V6(V6Network),
}

/// One name, or the names under it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct HostNames {
    suffix: HostName,
    reach: Reach,
}

/// Which names a suffix stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Reach {
    /// `example.com`: the name itself.
    Itself,
    /// `*.example.com`: names with one label more, not the name itself.
    OneLabel,
    /// `**.example.com`: names with one or more labels more, not the name itself.
    Labels,
}

impl HostPattern {
    pub(super) fn parse(text: &str, at: usize) -> Result<Self, PatternError> {
        let parsed = match text.strip_prefix('[') {
            _ if text == "*" => Ok(Self::Any),
            Some(rest) => parse_v6(rest.strip_suffix(']').unwrap_or_default()),
            None => match text.split_once('/') {
                Some((address, bits)) => parse_v4(address, bits),
                None => parse_names(text),
            },
        };
        parsed.map_err(|err| err.shifted(at))
    }

    /// Every address of the family of the unspecified one. `None`: it is another.
    pub(super) fn of_listeners(&self) -> Option<Self> {
        match self {
            Self::V4(network) if *network == V4Network::exact(Ipv4Addr::UNSPECIFIED) => {
                V4Network::new(Ipv4Addr::UNSPECIFIED, 0).map(Self::V4)
            }
            Self::V6(network) if *network == V6Network::exact(Ipv6Addr::UNSPECIFIED) => {
                V6Network::new(Ipv6Addr::UNSPECIFIED, 0).map(Self::V6)
            }
            _ => None,
        }
    }

    pub(super) fn exact(host: &Host) -> Self {
        match host {
            Host::Name(name) => Self::Names(HostNames { suffix: name.clone(), reach: Reach::Itself }),
            Host::V4(address) => Self::V4(V4Network::exact(*address)),
            Host::V6(address) => Self::V6(V6Network::exact(*address)),
        }
    }

    /// Whether they are one.
    pub(super) fn is_single(&self) -> bool {
        match self {
            Self::Any => false,
            Self::Names(names) => names.reach == Reach::Itself,
            Self::V4(network) => network.first() == network.last(),
            Self::V6(network) => network.first() == network.last(),
        }
    }

    /// One of them, when one is cheap to name.
    pub(super) fn sample(&self) -> Option<Host> {
        const LABEL: &str = "z";
        match self {
            Self::Any => Some(Host::Name(HostName::from_labels(LABEL.to_owned()))),
            Self::Names(names) if names.reach == Reach::Itself => Some(Host::Name(names.suffix.clone())),
            Self::Names(names) => Some(Host::Name(HostName::from_labels(format!("{LABEL}.{}", names.suffix.text())))),
            Self::V4(network) => Some(Host::V4(network.first())),
            Self::V6(network) => Some(network.first()).filter(|first| first.to_ipv4_mapped().is_none()).map(Host::V6),
        }
    }

    /// Whether `host` is one of them. An IPv4 address that is written as IPv6 counts as IPv4.
    pub fn covers(&self, host: &Host) -> bool {
        match (self, host) {
            (Self::Any, _) => true,
            (Self::Names(names), Host::Name(name)) => names.cover(name.text()),
            (Self::V4(network), Host::V4(address)) => network.contains(*address),
            (Self::V4(network), Host::V6(address)) => address.to_ipv4_mapped().is_some_and(|v4| network.contains(v4)),
            (Self::V6(network), Host::V6(address)) => network.contains(*address),
            _ => false,
        }
    }

    /// Never `Unknown`.
    pub(super) fn compare(&self, other: &Self) -> Relation {
        match (self, other) {
            (Self::Any, Self::Any) => Relation::Equal,
            (Self::Any, _) => Relation::Covers,
            (_, Self::Any) => Relation::Within,
            (Self::Names(a), Self::Names(b)) => a.compare(b),
            (Self::V4(a), Self::V4(b)) => a.compare(*b),
            (Self::V6(a), Self::V6(b)) => a.compare(*b),
            _ => Relation::Disjoint,
        }
    }
}

impl HostNames {
    /// The name that all of them end with.
    pub fn suffix(&self) -> &HostName {
        &self.suffix
    }

    /// How far they go beyond the suffix.
    pub fn reach(&self) -> Reach {
        self.reach
    }

    fn cover(&self, name: &str) -> bool {
        match (self.reach, labels_before(name, self.suffix.text())) {
            (Reach::Itself, Some("")) => true,
            (Reach::OneLabel, Some(labels)) => !labels.is_empty() && !labels.contains('.'),
            (Reach::Labels, Some(labels)) => !labels.is_empty(),
            _ => false,
        }
    }

    fn compare(&self, other: &Self) -> Relation {
        if self == other {
            Relation::Equal
        } else if self.is_within(other) {
            Relation::Within
        } else if other.is_within(self) {
            Relation::Covers
        } else {
            Relation::Disjoint
        }
    }

    /// Whether all of these are among different `other` ones.
    fn is_within(&self, other: &Self) -> bool {
        let (own, suffix) = (self.suffix.text(), other.suffix.text());
        match (self.reach, other.reach) {
            (Reach::Itself, _) => other.cover(own),
            (_, Reach::Labels) => labels_before(own, suffix).is_some(),
            _ => false,
        }
    }
}

/// The labels that stand before `suffix` in `name`, without the dot; nothing when the name does not end with it.
fn labels_before<'a>(name: &'a str, suffix: &str) -> Option<&'a str> {
    match name.strip_suffix(suffix)? {
        "" => Some(""),
        labels => labels.strip_suffix('.'),
    }
}

fn parse_names(text: &str) -> Result<HostPattern, PatternError> {
    let (reach, rest) = match (text.strip_prefix("**."), text.strip_prefix("*.")) {
        (Some(rest), _) => (Reach::Labels, rest),
        (None, Some(rest)) => (Reach::OneLabel, rest),
        (None, None) => (Reach::Itself, text),
    };
    let at = text.len() - rest.len();
    match Host::parse(rest).map_err(|err| err.shifted(at))? {
        Host::Name(suffix) => checked(HostNames { suffix, reach }),
        host if reach == Reach::Itself => Ok(HostPattern::exact(&host)),
        _ => Err(PatternErrorKind::NumericHost.at(at)),
    }
}

/// Refuses names that have no room for another label.
fn checked(names: HostNames) -> Result<HostPattern, PatternError> {
    let shortest = names.suffix.text().len() + if names.reach == Reach::Itself { 0 } else { 2 };
    let limit = HostName::MAX_CHARS;
    if shortest > limit { Err(PatternErrorKind::TooLong { limit }.at(0)) } else { Ok(HostPattern::Names(names)) }
}

/// Reads an IPv4 network. A slash after anything else starts a path.
fn parse_v4(address: &str, bits: &str) -> Result<HostPattern, PatternError> {
    let slash = address.len();
    let Ok(Host::V4(address)) = Host::parse(address) else {
        return Err(PatternErrorKind::BeyondAuthority.at(slash));
    };
    if bits.is_empty() || !bits.starts_with(|c: char| c.is_ascii_digit()) {
        return Err(PatternErrorKind::BeyondAuthority.at(slash));
    }
    let bits = network::parse_bits(Some(bits), 32, slash + 1)?;
    network::v4_network(address, bits, 0).map(HostPattern::V4)
}

/// Reads what stands in brackets; places count from the opening one.
fn parse_v6(text: &str) -> Result<HostPattern, PatternError> {
    let (address, bits) = text.split_once('/').map_or((text, None), |(address, bits)| (address, Some(bits)));
    let bits = network::parse_bits(bits, 128, address.len() + 2)?;
    let network = network::v6_network(member::parse_v6(address)?, bits, 1)?;
    Ok(mapped(network).map_or(HostPattern::V6(network), HostPattern::V4))
}

/// The IPv4 network that is written as IPv6.
fn mapped(network: V6Network) -> Option<V4Network> {
    let address = network.first().to_ipv4_mapped()?;
    V4Network::new(address, network.bits().checked_sub(96)?)
}

impl fmt::Display for HostPattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Any => f.write_str("*"),
            Self::Names(names) => write!(f, "{names}"),
            Self::V4(network) => write!(f, "{network}"),
            Self::V6(network) => write!(f, "{network}"),
        }
    }
}

impl fmt::Display for HostNames {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let lead = match self.reach {
            Reach::Itself => "",
            Reach::OneLabel => "*.",
            Reach::Labels => "**.",
        };
        write!(f, "{lead}{}", self.suffix.text())
    }
}
