//! Sets of any kind of capability, in the domain of the kind, and their members. Comes in: text as people write it. Goes out:
//! the algebra of `set`, without its type parameter.

use std::fmt;

use super::{DomainKind, Kind};
use crate::set::{
    Commands, Domain, Endpoints, Names, Paths, PatternError, Ranges, Set, commands, endpoints, names, paths,
};

/// A set in the domain of its kind.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum CapSet {
    /// Of [`DomainKind::Paths`] and [`DomainKind::Routes`].
    Paths(Set<Paths>),
    /// Of [`DomainKind::Names`].
    Names(Set<Names>),
    /// Of [`DomainKind::Endpoints`].
    Endpoints(Set<Endpoints>),
    /// Of [`DomainKind::Numbers`].
    Numbers(Set<Ranges>),
    /// Of [`DomainKind::Commands`].
    Commands(Set<Commands>),
}

macro_rules! on_both {
    ($left:expr, $right:expr, $method:ident, $mismatch:expr, $wrap:ident) => {
        match ($left, $right) {
            (CapSet::Paths(a), CapSet::Paths(b)) => on_both!(@$wrap Paths, a.$method(b)),
            (CapSet::Names(a), CapSet::Names(b)) => on_both!(@$wrap Names, a.$method(b)),
            (CapSet::Endpoints(a), CapSet::Endpoints(b)) => on_both!(@$wrap Endpoints, a.$method(b)),
            (CapSet::Numbers(a), CapSet::Numbers(b)) => on_both!(@$wrap Numbers, a.$method(b)),
            (CapSet::Commands(a), CapSet::Commands(b)) => on_both!(@$wrap Commands, a.$method(b)),
            _ => $mismatch,
        }
    };
    (@set $domain:ident, $value:expr) => { CapSet::$domain($value) };
    (@plain $domain:ident, $value:expr) => { $value };
}

macro_rules! all_of {
    ($sets:expr, $domain:ident) => {
        CapSet::$domain(Set::union_all($sets.into_iter().filter_map(|set| match set {
            CapSet::$domain(set) => Some(set),
            _ => None,
        })))
    };
}

macro_rules! on_each {
    ($set:expr, $inner:ident => $value:expr) => {
        match $set {
            CapSet::Paths($inner) => $value,
            CapSet::Names($inner) => $value,
            CapSet::Endpoints($inner) => $value,
            CapSet::Numbers($inner) => $value,
            CapSet::Commands($inner) => $value,
        }
    };
}

mod look;
mod route;
mod show;

use route::{in_route, one_route, route_path};

/// Why a text is no pattern, or no member, of a kind.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CapTextError {
    /// Byte offset in the text.
    pub at: usize,
    /// What is wrong there, lower case.
    pub message: String,
    /// The edit that mends it.
    pub help: &'static str,
}

impl CapSet {
    /// The set of nothing.
    #[must_use]
    pub fn empty(kind: Kind) -> Self {
        match kind.domain() {
            DomainKind::Paths | DomainKind::Routes => CapSet::Paths(Set::empty()),
            DomainKind::Names => CapSet::Names(Set::empty()),
            DomainKind::Endpoints => CapSet::Endpoints(Set::empty()),
            DomainKind::Numbers => CapSet::Numbers(Set::empty()),
            DomainKind::Commands => CapSet::Commands(Set::empty()),
        }
    }

    /// The set of everything of a kind.
    #[must_use]
    pub fn everything(kind: Kind) -> Self {
        match kind.domain() {
            DomainKind::Paths | DomainKind::Routes => CapSet::Paths(Set::everything()),
            DomainKind::Names => CapSet::Names(Set::everything()),
            DomainKind::Endpoints => CapSet::Endpoints(Set::everything()),
            DomainKind::Numbers => CapSet::Numbers(Set::everything()),
            DomainKind::Commands => CapSet::Commands(Set::everything()),
        }
    }

    /// The set of one thing.
    #[must_use]
    pub fn only(member: &Member) -> Self {
        match member {
            Member::Path(path) => CapSet::Paths(Set::one(Paths::exact(path))),
            Member::Name(name) => CapSet::Names(Set::one(Names::exact(name))),
            Member::Endpoint(endpoint) => CapSet::Endpoints(Set::one(Endpoints::exact(endpoint))),
            Member::Number(number) => CapSet::Numbers(Set::one(Ranges::exact(number))),
            Member::Command(command) => CapSet::Commands(Set::one(Commands::exact(command))),
        }
    }

    /// What a right has to have for one thing: the thing, and of whom listens on `0.0.0.0` or `::` every address of that family.
    #[must_use]
    pub fn taken(kind: Kind, member: &Member) -> Self {
        match member {
            Member::Endpoint(endpoint) => endpoints_of(kind, Endpoints::exact(endpoint)),
            Member::Path(_) | Member::Name(_) | Member::Number(_) | Member::Command(_) => CapSet::only(member),
        }
    }

    /// What one pattern covers.
    ///
    /// # Errors
    /// The text is no pattern of the kind's domain.
    pub fn parse(kind: Kind, text: &str) -> Result<Self, CapTextError> {
        let set = match kind.domain() {
            DomainKind::Paths => text.parse().map(Set::one).map(CapSet::Paths),
            DomainKind::Routes => in_route(text, route_path(text)?.parse()).map(Set::one).map(CapSet::Paths),
            DomainKind::Names => text.parse().map(Set::one).map(CapSet::Names),
            DomainKind::Endpoints => text.parse().map(|pattern| endpoints_of(kind, pattern)),
            DomainKind::Numbers => text.parse().map(Set::one).map(CapSet::Numbers),
            DomainKind::Commands => text.parse().map(Set::one).map(CapSet::Commands),
        };
        set.map_err(|error| explain(&error))
    }

    /// Whether the thing is in the set. A thing of another domain never is.
    #[must_use]
    pub fn contains(&self, member: &Member) -> bool {
        match (self, member) {
            (CapSet::Paths(set), Member::Path(path)) => set.contains(path),
            (CapSet::Names(set), Member::Name(name)) => set.contains(name),
            (CapSet::Endpoints(set), Member::Endpoint(endpoint)) => set.contains(endpoint),
            (CapSet::Numbers(set), Member::Number(number)) => set.contains(number),
            (CapSet::Commands(set), Member::Command(command)) => set.contains(command),
            _ => false,
        }
    }

    /// Whether a right over this set is enough for the thing: it has all that the thing [takes](Self::taken).
    #[must_use]
    pub fn covers(&self, kind: Kind, member: &Member) -> bool {
        self.contains(member) && (kind != Kind::NetListen || CapSet::taken(kind, member).is_subset(self))
    }

    /// Whether nothing is in it.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        on_each!(self, set => set.is_empty())
    }

    /// Whether everything in it is in `other`; false where that could not be decided.
    #[must_use]
    pub fn is_subset(&self, other: &CapSet) -> bool {
        on_both!(self, other, is_subset, self.is_empty(), plain)
    }

    /// Whether every term of `other` is one of this set's: see [`Set::has_terms_of`].
    pub fn has_terms_of(&self, other: &CapSet) -> bool {
        on_both!(self, other, has_terms_of, false, plain)
    }

    /// Whether nothing in it is in `other`; false where that could not be decided.
    #[must_use]
    pub fn is_disjoint(&self, other: &CapSet) -> bool {
        on_both!(self, other, is_disjoint, true, plain)
    }

    /// What is in either. Sets of two domains have no union: the left stays.
    #[must_use]
    pub fn union(&self, other: &CapSet) -> CapSet {
        on_both!(self, other, union, self.clone(), set)
    }

    /// What is in any of `sets`, which are of a kind. It takes less than one union after another.
    #[must_use]
    pub fn union_all<'s>(kind: Kind, sets: impl IntoIterator<Item = &'s CapSet>) -> CapSet {
        let mut sets = sets.into_iter();
        let Some(first) = sets.next() else { return CapSet::empty(kind) };
        let Some(second) = sets.next() else { return first.clone() };
        let all: Vec<&CapSet> = [first, second].into_iter().chain(sets).collect();
        match CapSet::empty(kind) {
            CapSet::Paths(_) => all_of!(all, Paths),
            CapSet::Names(_) => all_of!(all, Names),
            CapSet::Endpoints(_) => all_of!(all, Endpoints),
            CapSet::Numbers(_) => all_of!(all, Numbers),
            CapSet::Commands(_) => all_of!(all, Commands),
        }
    }

    /// What is in any of `sets`, which are of a kind; of many of them, those that plainly have nothing of `near` are left aside. About
    /// what is in `near` it says the same as [`CapSet::union_all`], sooner, and where that would be too complex.
    #[must_use]
    pub fn union_near<'s>(kind: Kind, sets: impl Iterator<Item = &'s CapSet> + Clone, near: &CapSet) -> CapSet {
        const FEW: usize = 8;
        match sets.clone().nth(FEW) {
            None => CapSet::union_all(kind, sets),
            Some(_) => CapSet::union_all(kind, sets.filter(|set| !near.is_plainly_apart(set))),
        }
    }

    /// Whether it is more than can be decided: see [`Set::is_too_complex`].
    #[must_use]
    pub fn is_too_complex(&self) -> bool {
        on_each!(self, set => set.is_too_complex())
    }

    /// What is in both.
    #[must_use]
    pub fn intersect(&self, other: &CapSet) -> CapSet {
        on_both!(self, other, intersect, self.nothing(), set)
    }

    /// What is in this and not in `other`.
    #[must_use]
    pub fn difference(&self, other: &CapSet) -> CapSet {
        on_both!(self, other, difference, self.clone(), set)
    }

    /// The folders whose whole content the set is: `None` when it is anything else than a union of whole folders.
    #[must_use]
    pub fn whole_folders(&self) -> Option<Vec<paths::Path>> {
        match self {
            CapSet::Paths(set) => set.as_subtrees(),
            CapSet::Names(_) | CapSet::Endpoints(_) | CapSet::Numbers(_) | CapSet::Commands(_) => None,
        }
    }

    /// Whether [`CapSet::whole_folders`] finds folders.
    pub fn is_whole_folders(&self) -> bool {
        matches!(self, CapSet::Paths(set) if set.is_subtrees())
    }

    /// The folders that its parts are in, each as small as its patterns tell. `None`: it is none of paths, or too complex.
    #[must_use]
    pub fn folders(&self) -> Option<Vec<paths::Path>> {
        match self {
            CapSet::Paths(set) => set.folders(),
            CapSet::Names(_) | CapSet::Endpoints(_) | CapSet::Numbers(_) | CapSet::Commands(_) => None,
        }
    }

    /// The same things in fewer patterns, for people to read.
    #[must_use]
    pub fn simplify(&self) -> CapSet {
        match self {
            CapSet::Paths(set) => CapSet::Paths(set.simplify()),
            CapSet::Names(set) => CapSet::Names(set.simplify()),
            CapSet::Endpoints(set) => CapSet::Endpoints(set.simplify()),
            CapSet::Numbers(set) => CapSet::Numbers(set.simplify()),
            CapSet::Commands(set) => CapSet::Commands(set.simplify()),
        }
    }

    /// Sets of one term each that together are this one, in order. A set that is too complex is one part.
    #[must_use]
    pub fn parts(&self) -> Vec<CapSet> {
        match self {
            CapSet::Paths(set) => set.parts().map(CapSet::Paths).collect(),
            CapSet::Names(set) => set.parts().map(CapSet::Names).collect(),
            CapSet::Endpoints(set) => set.parts().map(CapSet::Endpoints).collect(),
            CapSet::Numbers(set) => set.parts().map(CapSet::Numbers).collect(),
            CapSet::Commands(set) => set.parts().map(CapSet::Commands).collect(),
        }
    }

    fn nothing(&self) -> CapSet {
        match self {
            CapSet::Paths(_) => CapSet::Paths(Set::empty()),
            CapSet::Names(_) => CapSet::Names(Set::empty()),
            CapSet::Endpoints(_) => CapSet::Endpoints(Set::empty()),
            CapSet::Numbers(_) => CapSet::Numbers(Set::empty()),
            CapSet::Commands(_) => CapSet::Commands(Set::empty()),
        }
    }
}

impl fmt::Display for CapSet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        on_each!(self, set => set.fmt(f))
    }
}

/// One thing that a right may be about.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Member {
    /// A file or folder, or the path form of a route.
    Path(paths::Path),
    /// A name.
    Name(names::Name),
    /// A place to connect to.
    Endpoint(endpoints::Endpoint),
    /// A number.
    Number(u64),
    /// A program and its arguments.
    Command(commands::Command),
}

impl Member {
    /// Reads one thing as people write it: `/etc/passwd`, `https://example.com`, `HOME`.
    ///
    /// # Errors
    /// The text names no thing of the kind's domain.
    pub fn parse(kind: Kind, text: &str) -> Result<Member, CapTextError> {
        let member = match kind.domain() {
            DomainKind::Paths => text.parse().map(Member::Path),
            DomainKind::Routes => in_route(text, route_path(text)?.parse()).map(Member::Path),
            DomainKind::Names => text.parse().map(Member::Name),
            DomainKind::Endpoints => text.parse().map(Member::Endpoint),
            DomainKind::Numbers => Ranges::parse_member(text).map(Member::Number),
            DomainKind::Commands => text.parse().map(Member::Command),
        };
        member.map_err(|error| explain(&error))
    }

    /// The one text that people write for it: what [`Member::parse`] reads as the same thing.
    #[must_use]
    pub fn show(&self, kind: Kind) -> String {
        match self {
            Member::Path(path) if kind.domain() == DomainKind::Routes => one_route(&path.to_string()),
            Member::Path(path) => path.to_string(),
            Member::Name(name) => name.to_string(),
            Member::Endpoint(endpoint) => endpoint.to_string(),
            Member::Number(number) => number.to_string(),
            Member::Command(command) => command.to_string(),
        }
    }
}

/// What a pattern of endpoints covers for a kind.
fn endpoints_of(kind: Kind, pattern: endpoints::EndpointPattern) -> CapSet {
    let pattern = if kind == Kind::NetListen { pattern.of_listeners() } else { pattern };
    CapSet::Endpoints(Set::one(pattern))
}

pub(super) fn explain(error: &PatternError) -> CapTextError {
    CapTextError { at: error.at, message: error.to_string(), help: error.help() }
}

#[cfg(test)]
mod tests {
    use super::{CapSet, Kind, Member};

    #[test]
    fn to_listen_on_no_address_in_particular_is_to_listen_on_each() {
        let set = |text: &str| CapSet::parse(Kind::NetListen, text).unwrap();
        let member = |text: &str| Member::parse(Kind::NetListen, text).unwrap();
        let any = member("tcp://0.0.0.0:80");
        for (all, wide) in [("0.0.0.0", "0.0.0.0/0"), ("[::ffff:0.0.0.0]", "0.0.0.0/0"), ("[::]", "[::/0]")] {
            assert_eq!(set(&format!("tcp://{all}:80")), set(&format!("tcp://{wide}:80")), "{all}");
        }
        for enough in ["tcp://0.0.0.0:80", "tcp://*:80", "tcp://0.0.0.0:1-100"] {
            assert!(set(enough).covers(Kind::NetListen, &any), "{enough}");
        }
        for less in ["tcp://127.0.0.1:80", "tcp://0.0.0.0/8:80", "tcp://[::]:80", "tcp://0.0.0.0:81"] {
            assert!(!set(less).covers(Kind::NetListen, &any), "{less}");
        }
        let denied = set("tcp://0.0.0.0:80").difference(&set("tcp://10.0.0.1:80"));
        assert!(denied.contains(&any) && !denied.covers(Kind::NetListen, &any), "what is denied is not listened on");
        assert!(denied.covers(Kind::NetListen, &member("tcp://10.0.0.2:80")));
        let to = CapSet::parse(Kind::NetConnect, "tcp://0.0.0.0:80").unwrap();
        assert!(!to.contains(&member("tcp://10.0.0.2:80")), "nobody connects to each");
    }

    #[test]
    fn what_is_not_near_makes_no_difference_there() {
        let texts = [
            "https://a.b",
            "https://*.b",
            "https://**.b",
            "*://*:*",
            "tcp://10.0.0.0/8:1-9",
            "https://a.b:1-9",
            "https://c.d",
            "tcp://*:5",
            "udp://x.y:5",
            "tcp://10.1.0.0/16:2",
            "https://*.d",
            "wss://**.y",
        ];
        let sets = texts.map(|text| CapSet::parse(Kind::NetConnect, text).unwrap());
        let all = CapSet::union_all(Kind::NetConnect, &sets);
        for near in &sets {
            for less in &sets {
                let near = near.difference(less);
                let some = CapSet::union_near(Kind::NetConnect, sets.iter(), &near);
                assert!(some.is_subset(&all) && near.is_subset(&some), "{near}");
            }
        }
        let far = CapSet::parse(Kind::NetConnect, "imap://mail.z").unwrap();
        let others = sets.iter().filter(|set| set.to_string() != "*://*:*");
        assert!(CapSet::union_near(Kind::NetConnect, others, &far).is_empty(), "what is elsewhere is left aside");
    }

    #[test]
    fn a_route_is_shown_as_it_can_be_read() {
        for text in ["/", "/a", "POST /a/*", "* /**", "GET /a/"] {
            let set = CapSet::parse(Kind::HttpServe, text).unwrap();
            assert_eq!(CapSet::parse(Kind::HttpServe, &set.show(Kind::HttpServe)).unwrap(), set, "{text}");
        }
        for text in ["/.", "/./", "GET /a/./b", "* /."] {
            assert!(CapSet::parse(Kind::HttpServe, text).is_err(), "{text} is what no request is for");
            assert!(Member::parse(Kind::HttpServe, text).is_err(), "{text}");
        }
    }
}
