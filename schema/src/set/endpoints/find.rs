//! The search over endpoint patterns. Comes in: a question. Goes out: the first of a finite list of candidates that
//! satisfies it. The list is complete: patterns cut schemes, ports, addresses and names into finitely many classes
//! whose members they do not tell apart, and it has one of each class.

use std::collections::BTreeSet;
use std::net::{Ipv4Addr, Ipv6Addr};

use super::super::domain::{Finding, Fuel};
use super::super::query::{Query, Truth};
use super::host::HostPattern;
use super::member::{Host, HostName};
use super::{Endpoint, EndpointPattern, well_known_port};

/// Looks by scheme, then port (the scheme's own first), then names before IPv4 before IPv6 addresses, the shorter
/// name first.
pub(super) fn find(query: &Query<'_, EndpointPattern>, fuel: &mut Fuel) -> Finding<Endpoint> {
    let patterns = query.patterns();
    let Some(hosts) = judge_hosts(patterns, fuel) else { return Finding::Undecided };
    let mut seen = BTreeSet::new();
    for scheme in schemes(patterns) {
        for port in ports(patterns, &scheme) {
            if !fuel.burn(2 * patterns.len() + 2) {
                return Finding::Undecided;
            }
            let service: Vec<bool> = patterns.iter().map(|pattern| pattern.has_service(&scheme, port)).collect();
            if is_hopeless(query, &service) || !seen.insert(service.clone()) {
                continue;
            }
            match find_host(query, &service, &hosts, fuel) {
                Finding::Empty => {}
                found => return found.map(|host| Endpoint { scheme, host, port }),
            }
        }
    }
    Finding::Empty
}

/// Whether no host helps, with what is known of scheme and port.
fn is_hopeless(query: &Query<'_, EndpointPattern>, service: &[bool]) -> bool {
    let truths: Vec<Truth> = service.iter().map(|on| if *on { Truth::Unknown } else { Truth::No }).collect();
    query.verdict(&truths) == Truth::No
}

fn find_host(
    query: &Query<'_, EndpointPattern>,
    service: &[bool],
    hosts: &[(Host, Vec<bool>)],
    fuel: &mut Fuel,
) -> Finding<Host> {
    for (host, covered) in hosts {
        if !fuel.burn(service.len() + 1) {
            return Finding::Undecided;
        }
        let truths: Vec<Truth> = service.iter().zip(covered).map(|(a, b)| Truth::from(*a && *b)).collect();
        if query.verdict(&truths) == Truth::Yes {
            return Finding::Found(host.clone());
        }
    }
    Finding::Empty
}

/// Every candidate host with the patterns that cover it.
fn judge_hosts(patterns: &[&EndpointPattern], fuel: &mut Fuel) -> Option<Vec<(Host, Vec<bool>)>> {
    let hosts = names(patterns).into_iter().map(Host::Name).chain(v4(patterns)).chain(v6(patterns));
    let judge = |host: Host| {
        let covered = patterns.iter().map(|pattern| pattern.host().covers(&host)).collect();
        fuel.burn(patterns.len() + 1).then_some((host, covered))
    };
    hosts.map(judge).collect()
}

/// The schemes that are mentioned, and another one.
fn schemes(patterns: &[&EndpointPattern]) -> Vec<String> {
    let mut schemes: BTreeSet<&str> = patterns.iter().filter_map(|pattern| pattern.scheme()).collect();
    let other = fresh(["https", "tcp"].map(str::to_owned), &schemes);
    let mut all: Vec<String> = std::mem::take(&mut schemes).into_iter().map(str::to_owned).collect();
    all.push(other);
    all
}

/// The scheme's own port, 1, and for each interval its first port and the one past its last.
fn ports(patterns: &[&EndpointPattern], scheme: &str) -> Vec<u16> {
    let intervals = patterns.iter().flat_map(|pattern| pattern.ports().intervals());
    let edges = intervals.flat_map(|(first, last)| [Some(*first), last.checked_add(1)]).flatten();
    let edges: BTreeSet<u16> = edges.chain([1]).collect();
    well_known_port(scheme).into_iter().chain(edges).collect()
}

/// For each suffix, and for none, the name itself and names with one and with two labels that no pattern mentions:
/// a longer name is covered by the same patterns as its longest suffix with as many labels, or two, before it.
fn names(patterns: &[&EndpointPattern]) -> Vec<HostName> {
    let suffixes: BTreeSet<&str> = patterns.iter().filter_map(|pattern| suffix(pattern)).collect();
    let labels: BTreeSet<&str> = suffixes.iter().flat_map(|suffix| suffix.split('.')).collect();
    let label = fresh([], &labels);
    let mut names = vec![label.clone(), format!("{label}.{label}")];
    for suffix in suffixes {
        names.extend([suffix.to_owned(), format!("{label}.{suffix}"), format!("{label}.{label}.{suffix}")]);
    }
    names.retain(|name| name.len() <= HostName::MAX_CHARS);
    names.sort_by(|a, b| a.len().cmp(&b.len()).then_with(|| a.cmp(b)));
    names.into_iter().map(HostName::from_labels).collect()
}

fn suffix(pattern: &EndpointPattern) -> Option<&str> {
    match pattern.host() {
        HostPattern::Names(names) => Some(names.suffix().text()),
        HostPattern::Any | HostPattern::V4(_) | HostPattern::V6(_) => None,
    }
}

/// The first word that is not taken: of `words`, then of `a`, `b`, …, `z`, `aa`, `ab`, ….
fn fresh<const N: usize>(words: [String; N], taken: &BTreeSet<&str>) -> String {
    let all = words.into_iter().chain((0..=taken.len()).map(letters));
    all.into_iter().find(|word| !taken.contains(word.as_str())).unwrap_or_default()
}

fn letters(mut number: usize) -> String {
    let mut word = Vec::new();
    loop {
        word.push(char::from(b'a' + u8::try_from(number % 26).unwrap_or(0)));
        match number / 26 {
            0 => return word.into_iter().rev().collect(),
            rest => number = rest - 1,
        }
    }
}

/// The lowest address, and for each network its first and the one past its last.
fn v4(patterns: &[&EndpointPattern]) -> Vec<Host> {
    let networks = patterns.iter().filter_map(|pattern| match pattern.host() {
        HostPattern::V4(network) => Some(*network),
        _ => None,
    });
    let edges = networks.flat_map(|network| [Some(network.first().to_bits()), network.last().to_bits().checked_add(1)]);
    let edges: BTreeSet<u32> = edges.flatten().chain([0]).collect();
    edges.into_iter().map(|bits| Host::V4(Ipv4Addr::from_bits(bits))).collect()
}

/// As for IPv4; the mapped addresses are a gap, past which is one more edge.
fn v6(patterns: &[&EndpointPattern]) -> Vec<Host> {
    let networks = patterns.iter().filter_map(|pattern| match pattern.host() {
        HostPattern::V6(network) => Some(*network),
        _ => None,
    });
    let edges = networks.flat_map(|network| [Some(network.first().to_bits()), network.last().to_bits().checked_add(1)]);
    let edges: BTreeSet<u128> = edges.flatten().chain([0, 1 << 48]).collect();
    let addresses = edges.into_iter().map(Ipv6Addr::from_bits);
    addresses.filter(|address| address.to_ipv4_mapped().is_none()).map(Host::V6).collect()
}
