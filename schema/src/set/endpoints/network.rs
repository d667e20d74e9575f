//! Ranges of addresses (RFC 4632, RFC 4291). Comes in: an address with or without `/bits`. Goes out: networks whose
//! address has no bits beyond them. IPv4 addresses written as IPv6 (`::ffff:0:0/96`) become IPv4.

use std::fmt;
use std::net::{Ipv4Addr, Ipv6Addr};

use super::super::domain::Relation;
use super::super::error::{PatternError, PatternErrorKind};

/// The IPv4 addresses that share their first bits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct V4Network {
    first: u32,
    bits: u8,
}

/// The IPv6 addresses that share their first bits. Mapped IPv4 addresses are never among them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct V6Network {
    first: u128,
    bits: u8,
}

impl V4Network {
    pub(super) fn exact(address: Ipv4Addr) -> Self {
        Self { first: address.to_bits(), bits: 32 }
    }

    pub(super) fn new(address: Ipv4Addr, bits: u8) -> Option<Self> {
        let first = address.to_bits();
        (bits <= 32 && first & v4_tail(bits) == 0).then_some(Self { first, bits })
    }

    /// The first address.
    pub fn first(self) -> Ipv4Addr {
        Ipv4Addr::from_bits(self.first)
    }

    /// The last address.
    pub fn last(self) -> Ipv4Addr {
        Ipv4Addr::from_bits(self.first | v4_tail(self.bits))
    }

    /// How many leading bits the addresses share, at most 32.
    pub fn bits(self) -> u8 {
        self.bits
    }

    /// Whether `address` is one of them.
    pub fn contains(self, address: Ipv4Addr) -> bool {
        (self.first()..=self.last()).contains(&address)
    }

    pub(super) fn compare(self, other: Self) -> Relation {
        nested(self == other, other.contains(self.first()), self.contains(other.first()), self.bits < other.bits)
    }
}

impl V6Network {
    pub(super) fn exact(address: Ipv6Addr) -> Self {
        Self { first: address.to_bits(), bits: 128 }
    }

    pub(super) fn new(address: Ipv6Addr, bits: u8) -> Option<Self> {
        let first = address.to_bits();
        (bits <= 128 && first & v6_tail(bits) == 0).then_some(Self { first, bits })
    }

    /// The first address.
    pub fn first(self) -> Ipv6Addr {
        Ipv6Addr::from_bits(self.first)
    }

    /// The last address.
    pub fn last(self) -> Ipv6Addr {
        Ipv6Addr::from_bits(self.first | v6_tail(self.bits))
    }

    /// How many leading bits the addresses share, at most 128.
    pub fn bits(self) -> u8 {
        self.bits
    }

    /// Whether `address` is one of them.
    pub fn contains(self, address: Ipv6Addr) -> bool {
        self.spans(address) && address.to_ipv4_mapped().is_none()
    }

    fn spans(self, address: Ipv6Addr) -> bool {
        (self.first()..=self.last()).contains(&address)
    }

    pub(super) fn compare(self, other: Self) -> Relation {
        nested(self == other, other.spans(self.first()), self.spans(other.first()), self.bits < other.bits)
    }
}

/// Networks lie in one another or apart; the one with fewer bits is the larger.
fn nested(equal: bool, in_other: bool, has_other: bool, larger: bool) -> Relation {
    match (equal, in_other, has_other, larger) {
        (true, ..) => Relation::Equal,
        (_, _, true, true) => Relation::Covers,
        (_, true, _, false) => Relation::Within,
        _ => Relation::Disjoint,
    }
}

fn v4_tail(bits: u8) -> u32 {
    u32::MAX.checked_shr(bits.into()).unwrap_or(0)
}

fn v6_tail(bits: u8) -> u128 {
    u128::MAX.checked_shr(bits.into()).unwrap_or(0)
}

/// Reads the bits after `/`, which are `most` when nothing is written.
pub(super) fn parse_bits(text: Option<&str>, most: u8, at: usize) -> Result<u8, PatternError> {
    let Some(text) = text else { return Ok(most) };
    let digits = text.bytes().all(|byte| byte.is_ascii_digit());
    let bits = text.parse().ok().filter(|bits| digits && *bits <= most);
    bits.ok_or_else(|| PatternErrorKind::BadNetwork.at(at))
}

/// The network, or the error that tells the right one.
pub(super) fn v4_network(address: Ipv4Addr, bits: u8, at: usize) -> Result<V4Network, PatternError> {
    let first = Ipv4Addr::from_bits(address.to_bits() & !v4_tail(bits));
    let network = format!("{first}/{bits}");
    V4Network::new(address, bits).ok_or_else(|| PatternErrorKind::HostBits { network }.at(at))
}

/// The network, or the error that tells the right one.
pub(super) fn v6_network(address: Ipv6Addr, bits: u8, at: usize) -> Result<V6Network, PatternError> {
    let first = Ipv6Addr::from_bits(address.to_bits() & !v6_tail(bits));
    let network = format!("[{first}/{bits}]");
    V6Network::new(address, bits).ok_or_else(|| PatternErrorKind::HostBits { network }.at(at))
}

impl fmt::Display for V4Network {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.bits {
            32 => write!(f, "{}", self.first()),
            bits => write!(f, "{}/{bits}", self.first()),
        }
    }
}

impl fmt::Display for V6Network {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.bits {
            128 => write!(f, "[{}]", self.first()),
            bits => write!(f, "[{}/{bits}]", self.first()),
        }
    }
}
