//! Network endpoints: scheme, host and port. Comes in: text such as `https://*.example.com` or
//! `tcp://10.0.0.0/8:1-1023`. Goes out: the [`Endpoints`] domain. Absent on purpose: resolution of names; a name
//! never covers an address nor an address a name, only the host `*` covers both.
//!
//! | part | forms |
//! |---|---|
//! | scheme | a name in lower case, or `*` |
//! | host | `api.example.com`; `*.example.com`, one label more; `**.example.com`, one or more; `*`, any host at all |
//! | | `10.0.0.1`, `10.0.0.0/8`, `[2001:db8::1]`, `[2001:db8::/32]` |
//! | ports | `443`, `8000-8010`, `80,443`, `*`; left out where the scheme has a well-known one |

mod find;
mod host;
mod member;
mod network;
mod parts;
mod ports;
mod scheme;

pub use host::{HostNames, HostPattern, Reach};
pub use member::{Endpoint, Host, HostName};
pub use network::{V4Network, V6Network};
pub use ports::Ports;
pub use scheme::well_known_port;

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use super::domain::{Domain, Finding, Fuel, Meet, Relation};
use super::error::PatternError;
use super::query::Query;

/// The domain of network endpoints.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Endpoints {}

/// A pattern over endpoints, in canonical form.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct EndpointPattern(Arc<Three>);

#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Three {
    /// Nothing for any scheme.
    scheme: Option<Box<str>>,
    host: HostPattern,
    ports: Ports,
}

impl EndpointPattern {
    /// The one scheme, in lower case; nothing when any will do.
    pub fn scheme(&self) -> Option<&str> {
        self.0.scheme.as_deref()
    }

    /// The hosts.
    pub fn host(&self) -> &HostPattern {
        &self.0.host
    }

    /// The ports.
    pub fn ports(&self) -> &Ports {
        &self.0.ports
    }

    /// What it means to whoever listens: `0.0.0.0` and `::` are every address of their family, since listening on them is
    /// listening on each.
    pub(crate) fn of_listeners(self) -> Self {
        match self.0.host.of_listeners() {
            Some(host) => Self::new(self.scheme(), host, self.0.ports.clone()),
            None => self,
        }
    }

    fn new(scheme: Option<&str>, host: HostPattern, ports: Ports) -> Self {
        Self(Arc::new(Three { scheme: scheme.map(Box::from), host, ports }))
    }

    fn has_service(&self, scheme: &str, port: u16) -> bool {
        self.scheme().is_none_or(|own| own == scheme) && self.0.ports.contains(port)
    }
}

impl FromStr for EndpointPattern {
    type Err = PatternError;

    fn from_str(text: &str) -> Result<Self, PatternError> {
        let parts = parts::split(text)?;
        let scheme = match parts.scheme {
            "*" => None,
            name => Some(scheme::parse(name, 0)?),
        };
        let host = HostPattern::parse(parts.host, parts.host_at)?;
        let ports = match (parts.ports, scheme.as_deref()) {
            (Some((text, at)), _) => Ports::parse(text, at)?,
            (None, name) => Ports::one(scheme::port_of(name.unwrap_or("*"), text.len())?),
        };
        Ok(Self::new(scheme.as_deref(), host, ports))
    }
}

/// The canonical text; the port is left out where it is the scheme's own.
impl fmt::Display for EndpointPattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}://{}", self.scheme().unwrap_or("*"), self.0.host)?;
        match self.scheme().and_then(well_known_port) {
            Some(port) if self.0.ports.is_one(port) => Ok(()),
            _ => write!(f, ":{}", self.0.ports),
        }
    }
}

impl Domain for Endpoints {
    type Pattern = EndpointPattern;
    type Member = Endpoint;

    fn everything() -> EndpointPattern {
        EndpointPattern::new(None, HostPattern::Any, Ports::all())
    }

    fn exact(member: &Endpoint) -> EndpointPattern {
        EndpointPattern::new(Some(member.scheme()), HostPattern::exact(member.host()), Ports::one(member.port()))
    }

    fn parse_member(text: &str) -> Result<Endpoint, PatternError> {
        Endpoint::parse(text)
    }

    fn matches(pattern: &EndpointPattern, member: &Endpoint) -> bool {
        pattern.has_service(member.scheme(), member.port()) && pattern.0.host.covers(member.host())
    }

    /// The first that satisfies the question: by scheme, then port, the scheme's own first, then names before
    /// addresses.
    fn find(query: &Query<'_, EndpointPattern>, fuel: &mut Fuel) -> Finding<Endpoint> {
        find::find(query, fuel)
    }

    fn compare(a: &EndpointPattern, b: &EndpointPattern) -> Relation {
        if Arc::ptr_eq(&a.0, &b.0) {
            return Relation::Equal;
        }
        let (a, b) = (&a.0, &b.0);
        let schemes = match (&a.scheme, &b.scheme) {
            (x, y) if x == y => Relation::Equal,
            (None, _) => Relation::Covers,
            (_, None) => Relation::Within,
            _ => Relation::Disjoint,
        };
        all_of([schemes, a.host.compare(&b.host), a.ports.compare(&b.ports)])
    }

    fn is_single(pattern: &EndpointPattern) -> bool {
        let is_one_port = matches!(pattern.0.ports.intervals(), [(first, last)] if first == last);
        is_one_port && pattern.scheme().is_some() && pattern.0.host.is_single()
    }

    /// By the scheme's own port where that is one of them.
    fn sample(pattern: &EndpointPattern) -> Option<Endpoint> {
        let (scheme, ports) = (pattern.scheme().unwrap_or("https"), &pattern.0.ports);
        let own = well_known_port(scheme).filter(|port| ports.contains(*port));
        let port = own.or_else(|| ports.intervals().first().map(|(first, _)| *first))?;
        Some(Endpoint { scheme: scheme.to_owned(), host: pattern.0.host.sample()?, port })
    }

    /// Schemes meet in one, hosts lie in one another or apart, and ports are lists.
    fn meet(a: &EndpointPattern, b: &EndpointPattern) -> Meet<EndpointPattern> {
        let (a, b) = (&a.0, &b.0);
        let host = match a.host.compare(&b.host) {
            Relation::Equal | Relation::Within => &a.host,
            Relation::Covers => &b.host,
            Relation::Disjoint => return Meet::Empty,
            Relation::Unknown => return Meet::Unknown,
        };
        let scheme = a.scheme.as_deref().or(b.scheme.as_deref());
        a.ports.meet(&b.ports).map(|ports| EndpointPattern::new(scheme, host.clone(), ports))
    }
}

/// How two products lie to each other, given how their factors do.
fn all_of(factors: [Relation; 3]) -> Relation {
    let all = |other: Relation| factors.iter().all(|one| *one == Relation::Equal || *one == other);
    if factors.contains(&Relation::Disjoint) {
        Relation::Disjoint
    } else if all(Relation::Equal) {
        Relation::Equal
    } else if all(Relation::Within) {
        Relation::Within
    } else if all(Relation::Covers) {
        Relation::Covers
    } else {
        Relation::Unknown
    }
}
