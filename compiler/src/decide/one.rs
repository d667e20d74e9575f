//! One decision. Comes in: what a plugin claims of a kind, what the host offers of it, and the lines about both. Goes out: what it
//! gets. Deliberately absent: which lines gave it; see `given`.

use std::borrow::Cow;
use std::sync::Arc;

use ambit_schema::capability::{CapSet, Kind, Tier, enforcement};
use ambit_schema::plan::{Effect, GrantLine};

use crate::bind::Decision;

/// Decides. `offered` says what the host offers near something.
pub(super) fn decide<'d>(
    tier: Tier,
    (kind, offered): (Kind, impl FnOnce(&CapSet) -> Arc<CapSet>),
    lines: impl Iterator<Item = &'d GrantLine> + Clone,
    claimed: CapSet,
) -> Decision {
    let near = near(kind, lines.clone(), &claimed);
    let offered = offered(&near);
    let allowed = allowed(kind, lines.clone(), &near);
    match is_plain(&offered, &allowed, lines.clone(), &claimed) {
        true => Decision { kind, offered, allowed, granted: claimed, exact: None, open: None, given: None },
        false => in_full(tier, (kind, offered), allowed, (lines, &near), &claimed),
    }
}

/// The sets of lines of one effect.
fn of<'d>(
    effect: Effect,
    lines: &(impl Iterator<Item = &'d GrantLine> + Clone),
) -> impl Iterator<Item = &'d CapSet> + Clone {
    lines.clone().filter(move |line| line.effect == effect).map(|line| &line.set)
}

/// What lines have to be near to, to decide anything: what is claimed. What a tier gives with it may be anywhere.
fn near<'d>(kind: Kind, lines: impl Iterator<Item = &'d GrantLine> + Clone, claimed: &CapSet) -> Cow<'_, CapSet> {
    match of(Effect::Accept, &lines).next() {
        Some(_) => Cow::Owned(CapSet::everything(kind)),
        None => Cow::Borrowed(claimed),
    }
}

fn allowed<'d>(kind: Kind, lines: impl Iterator<Item = &'d GrantLine> + Clone, near: &CapSet) -> CapSet {
    let allowed = CapSet::union_near(kind, of(Effect::Allow, &lines), near);
    if of(Effect::Consent, &lines).next().is_none() {
        return allowed;
    }
    // A yes gives what is asked about, and nothing once nobody asks, or where somebody said no.
    let agreed = CapSet::union_near(kind, of(Effect::Consent, &lines), near);
    let agreed = of(Effect::Decline, &lines).fold(agreed, |agreed, declined| agreed.difference(declined));
    allowed.union(&agreed.intersect(&CapSet::union_near(kind, of(Effect::Ask, &lines), near)))
}

/// Whether what is claimed is one pattern that is offered and allowed as it is, as most claims are: then it is given as it is.
fn is_plain<'d>(
    offered: &CapSet,
    allowed: &CapSet,
    mut lines: impl Iterator<Item = &'d GrantLine>,
    claimed: &CapSet,
) -> bool {
    let lets_it = |line: &GrantLine| match line.effect {
        Effect::Allow | Effect::Consent | Effect::Decline => true,
        Effect::Deny => claimed.is_plainly_apart(&line.set),
        Effect::Ask | Effect::Accept => false,
    };
    claimed.is_one_of(offered) && claimed.is_one_of(allowed) && lines.all(lets_it)
}

fn in_full<'d>(
    tier: Tier,
    (kind, offered): (Kind, Arc<CapSet>),
    allowed: CapSet,
    (lines, near): (impl Iterator<Item = &'d GrantLine> + Clone, &CapSet),
    claimed: &CapSet,
) -> Decision {
    let of = |effect| of(effect, &lines);
    let denied = CapSet::union_near(kind, of(Effect::Deny), near);
    let possible = claimed.intersect(&offered);
    let exact = possible.intersect(&allowed).difference(&denied).simplify();
    let accepts = || CapSet::union_all(kind, of(Effect::Accept));
    let widened = match of(Effect::Accept).next() {
        Some(_) => enforcement(kind, tier).widened(&exact, &accepts(), &offered, &denied),
        None => None,
    };
    let (granted, exact) = match widened {
        Some(widened) => (widened, Some(exact)),
        None => (exact, None),
    };
    let open = || {
        let open = possible.difference(&allowed).difference(&denied);
        let open = of(Effect::Decline).fold(open, |open, declined| open.difference(declined));
        // What the tier gives with the rest is there without being asked about.
        if exact.is_some() { open.difference(&granted) } else { open }
    };
    let open = of(Effect::Ask).next().map(|_| Box::new(open()));
    Decision { kind, offered, allowed, granted, exact: exact.map(Box::new), open, given: None }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use ambit_schema::capability::{CapSet, Kind, Tier};
    use ambit_schema::plan::{Effect, GrantLine, Place, Who};
    use ambit_schema::set::Set;

    use super::{allowed, in_full, is_plain};

    fn line(kind: Kind, effect: Effect, text: &str) -> GrantLine {
        GrantLine {
            layer: "user".into(),
            effect,
            plugins: Set::everything(),
            who: Who::Anyone,
            kind,
            set: CapSet::parse(kind, text).unwrap(),
            reason: None,
            place: Place { path: "grants.kdl".into(), line: 1, column: 1 },
            text: text.into(),
        }
    }

    /// How many of all combinations of these are plain. Those are decided as all are.
    fn plain(kind: Kind, texts: &[&str]) -> usize {
        let set = |text: &&str| CapSet::parse(kind, text).unwrap();
        let sets: Vec<CapSet> = texts.iter().map(set).collect();
        let both = sets[0].union(&sets[1]);
        let mut plain = 0;
        for (claimed, offered) in
            sets.iter().chain([&both]).flat_map(|a| sets.iter().chain([&both]).map(move |b| (a, b)))
        {
            for (allow, other) in texts.iter().flat_map(|a| texts.iter().map(move |b| (a, b))) {
                for effect in Effect::ALL {
                    let lines = [line(kind, Effect::Allow, allow), line(kind, *effect, other)];
                    let allowed = allowed(kind, lines.iter(), claimed);
                    if is_plain(offered, &allowed, lines.iter(), claimed) {
                        let offered = Arc::new(offered.clone());
                        let full = in_full(Tier::Wasm, (kind, offered), allowed, (lines.iter(), claimed), claimed);
                        assert_eq!((&full.granted, &full.exact, &full.open), (claimed, &None, &None));
                        plain += 1;
                    }
                }
            }
        }
        plain
    }

    #[test]
    fn what_is_plainly_given_is_given_in_full() {
        let paths = ["/a/", "/a/b/", "/a/b", "/a/*.txt", "/**/c", "**", "./a/", "/ab/"];
        let endpoints =
            ["https://a.b", "https://*.b", "https://**.b", "*://*:*", "tcp://10.0.0.0/8:1-9", "https://a.b:1-9"];
        assert!(plain(Kind::FsRead, &paths) > 100);
        assert!(plain(Kind::EnvRead, &["A", "A*", "**", "B", "A?", "*B", "A.B", "A.**"]) > 100);
        assert!(plain(Kind::NetConnect, &endpoints) > 100);
    }
}
