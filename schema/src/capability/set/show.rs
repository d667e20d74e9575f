//! Sets as people read them. Comes in: a set of any kind. Goes out: its text, or one thing in it.

use super::route::{route_witness, show_route};
use super::{CapSet, DomainKind, Kind};

/// How many characters of a set stand in a sentence.
const BRIEF: usize = 160;

impl CapSet {
    /// One thing in it as people write it, always the same: the shortest, then the smallest.
    #[must_use]
    pub fn witness(&self, kind: Kind) -> Option<String> {
        if let (DomainKind::Routes, CapSet::Paths(set)) = (kind.domain(), self) {
            return route_witness(set);
        }
        on_each!(self, set => set.witness().map(|member| member.to_string()))
    }

    /// One thing in it, where one is found; else the set itself, briefly.
    #[must_use]
    pub fn example(&self, kind: Kind) -> String {
        let looked = || match kind.domain() {
            DomainKind::Routes => None,
            _ => on_each!(self, set => set.sample().map(|member| member.to_string())),
        };
        self.witness(kind).or_else(looked).unwrap_or_else(|| self.brief(kind))
    }

    /// The set as people write it: routes with their method before the path.
    #[must_use]
    pub fn show(&self, kind: Kind) -> String {
        if kind.domain() == DomainKind::Routes { show_route(&self.to_string()) } else { self.to_string() }
    }

    /// The set as people write it, without what is too much for a sentence.
    #[must_use]
    pub fn brief(&self, kind: Kind) -> String {
        let text = self.show(kind);
        match text.char_indices().nth(BRIEF) {
            Some((end, _)) => format!("{}…", &text[..end]),
            None => text,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{CapSet, Kind};

    fn set(kind: Kind, text: &str) -> CapSet {
        CapSet::parse(kind, text).unwrap()
    }

    #[test]
    fn one_thing_stands_for_a_set_however_much_it_leaves_out() {
        let lines: Vec<CapSet> = (0..2_000).map(|at| set(Kind::EnvRead, &format!("A{at}"))).collect();
        let rest = CapSet::everything(Kind::EnvRead).difference(&CapSet::union_all(Kind::EnvRead, &lines));
        let example = rest.example(Kind::EnvRead);
        assert!(rest.is_subset(&CapSet::everything(Kind::EnvRead)) && set(Kind::EnvRead, &example).is_subset(&rest));
        assert_eq!(rest.brief(Kind::EnvRead).chars().count(), 161);
        assert_eq!(set(Kind::HttpServe, "POST /a").example(Kind::HttpServe), "POST /a");
        assert_eq!(CapSet::empty(Kind::EnvRead).example(Kind::EnvRead), "nothing");
    }
}
