//! The normal form of a set. Comes in: any terms. Goes out: terms with the same members, fewer and shorter, in an
//! order that does not depend on how they came. Every step is optional: what is not proven within the work bound
//! stays as it was written, so a set never means more or less than its terms.

use super::domain::{Domain, Fuel, Meet, Relation};
use super::sorted::{Rare, Sorted};
use super::term::{self, Answer, Term};

/// Drops terms that lie in other terms and joins neighbours. Terms come tidied one by one.
pub(super) fn reduce<D: Domain>(terms: Sorted<Term<D::Pattern>>, fuel: &mut Fuel) -> Sorted<Term<D::Pattern>> {
    if terms.len() < 2 {
        return terms;
    }
    // Patterns of one member each have nothing in common, and long lists are mostly of those.
    let (mut singles, mut others) = (Vec::with_capacity(terms.len()), vec![]);
    for term in terms {
        let is_single = term.only().is_some_and(D::is_single);
        let is_covered_by = |kept: &[Term<D::Pattern>], fuel: &mut Fuel| {
            !fuel.is_spent() && kept.iter().any(|other| is_covered::<D>(&term, other, fuel))
        };
        if is_covered_by(&others, fuel) || !is_single && is_covered_by(&singles, fuel) {
            continue;
        }
        if !fuel.is_spent() {
            others.retain(|other| !is_covered::<D>(other, &term, fuel));
        }
        if !is_single && !fuel.is_spent() {
            singles.retain(|other| !is_covered::<D>(other, &term, fuel));
        }
        if is_single { singles.push(term) } else { others.push(term) }
    }
    let kept: Sorted<Term<D::Pattern>> = singles.into_iter().chain(others).collect();
    join_neighbours::<D>(kept.into_iter().collect()).into_iter().collect()
}

/// Proof that `inner` lies in `outer`.
fn is_covered<D: Domain>(inner: &Term<D::Pattern>, outer: &Term<D::Pattern>, fuel: &mut Fuel) -> bool {
    if !fuel.burn(inner.size() * outer.size()) {
        return false;
    }
    match term::covers::<D>(outer, inner) {
        Answer::Yes => true,
        Answer::Partly | Answer::Disjoint => false,
        Answer::Unknown => term::find_outside::<D>(inner, &[outer], fuel).is_empty(),
    }
}

fn join_neighbours<D: Domain>(terms: Vec<Term<D::Pattern>>) -> Vec<Term<D::Pattern>> {
    let mut joined: Vec<Term<D::Pattern>> = Vec::with_capacity(terms.len());
    for term in terms {
        let both = joined.last().and_then(|last| D::join(last.only()?, term.only()?));
        match both {
            Some(pattern) => {
                joined.pop();
                joined.push(Term::one(pattern));
            }
            None => joined.push(term),
        }
    }
    joined
}

/// The tidy terms that have the members of one untidy term: none when it is empty, several when a domain can
/// say an exception with patterns alone.
pub(super) fn tidy<D: Domain>(term: Term<D::Pattern>, fuel: &mut Fuel) -> Vec<Term<D::Pattern>> {
    let Some(within) = tidy_within::<D>(term.within, fuel) else { return Vec::new() };
    let term = Term { within, except: term.except };
    if let Some(pieces) = carve::<D>(&term) {
        return pieces.into_iter().map(Term::one).collect();
    }
    tidy_except::<D>(term, fuel).filter(|term| !is_hollow::<D>(term, fuel)).into_iter().collect()
}

/// Proof that a term has no member. A single pattern always has one.
pub(super) fn is_hollow<D: Domain>(term: &Term<D::Pattern>, fuel: &mut Fuel) -> bool {
    fuel.burn(term.size()) && !has_sample::<D>(term) && term::find_outside::<D>(term, &[], fuel).is_empty()
}

/// A cheap proof that a term has a member.
pub(super) fn has_sample<D: Domain>(term: &Term<D::Pattern>) -> bool {
    let has = |pattern| D::sample(pattern).is_some_and(|member| term::contains::<D>(term, &member));
    term.only().is_some() || term.within.iter().any(has)
}

/// The shortest known form of an intersection; `None` when it is provably empty.
fn tidy_within<D: Domain>(within: Sorted<D::Pattern>, fuel: &mut Fuel) -> Option<Sorted<D::Pattern>> {
    if within.len() < 2 {
        return (!within.is_empty()).then_some(within);
    }
    let mut narrow: Vec<D::Pattern> = Vec::with_capacity(within.len());
    for pattern in within {
        narrow_by::<D>(&mut narrow, pattern, fuel)?;
    }
    Some(narrow.into_iter().collect())
}

/// Adds `pattern` to an intersection, merging as long as two patterns become one.
fn narrow_by<D: Domain>(narrow: &mut Vec<D::Pattern>, mut pattern: D::Pattern, fuel: &mut Fuel) -> Option<()> {
    let mut place = 0;
    while let Some(other) = narrow.get(place).filter(|_| fuel.burn(10)) {
        match common::<D>(other, &pattern, fuel) {
            Meet::Empty => return None,
            Meet::One(both) if both == *other => return Some(()),
            Meet::One(both) => {
                narrow.remove(place);
                pattern = both;
                place = 0;
            }
            Meet::Unknown => place += 1,
        }
    }
    narrow.push(pattern);
    Some(())
}

/// What two patterns have in common, by looking, by asking the domain, or by searching.
fn common<D: Domain>(a: &D::Pattern, b: &D::Pattern, fuel: &mut Fuel) -> Meet<D::Pattern> {
    match quick_common::<D>(a, b) {
        Meet::Unknown => searched_common::<D>(a, b, fuel),
        known => known,
    }
}

pub(super) fn quick_common<D: Domain>(a: &D::Pattern, b: &D::Pattern) -> Meet<D::Pattern> {
    match D::compare(a, b) {
        Relation::Equal | Relation::Within => Meet::One(a.clone()),
        Relation::Covers => Meet::One(b.clone()),
        Relation::Disjoint => Meet::Empty,
        Relation::Unknown => D::meet(a, b),
    }
}

fn searched_common<D: Domain>(a: &D::Pattern, b: &D::Pattern, fuel: &mut Fuel) -> Meet<D::Pattern> {
    let (x, y) = (Term::one(a.clone()), Term::one(b.clone()));
    if is_covered::<D>(&x, &y, fuel) {
        return Meet::One(a.clone());
    }
    if is_covered::<D>(&y, &x, fuel) {
        return Meet::One(b.clone());
    }
    let both = x.and(&y);
    if has_sample::<D>(&both) || !term::find_outside::<D>(&both, &[], fuel).is_empty() {
        Meet::Unknown
    } else {
        Meet::Empty
    }
}

/// The term without exceptions, where patterns alone can say it.
fn carve<D: Domain>(term: &Term<D::Pattern>) -> Option<Vec<D::Pattern>> {
    let mut pieces = match term.within.first() {
        Some(whole) if term.within.len() == 1 && !term.except.is_empty() => vec![whole.clone()],
        _ => return None,
    };
    for except in &*term.except {
        let carved: Option<Vec<_>> = pieces.iter().map(|piece| D::carve(piece, except)).collect();
        pieces = carved?.into_iter().flatten().collect();
    }
    Some(pieces)
}

/// Drops exceptions that take nothing away; `None` when one takes everything.
fn tidy_except<D: Domain>(term: Term<D::Pattern>, fuel: &mut Fuel) -> Option<Term<D::Pattern>> {
    if !fuel.burn(term.within.len() * term.except.len()) {
        return Some(term);
    }
    if term.except.iter().any(|except| term::is_in::<D>(&term, except)) {
        return None;
    }
    let narrowed: Sorted<D::Pattern> =
        term.except.iter().filter_map(|except| bite::<D>(&term.within, except, fuel)).collect();
    let patterns = narrowed.into_iter().map(Term::one).collect();
    let except = reduce::<D>(patterns, fuel).into_iter().flat_map(|term| term.within).collect();
    Some(Term { within: term.within, except })
}

/// The part of an exception that lies in the term, where one pattern says it; `None` when there is no such part.
fn bite<D: Domain>(within: &Sorted<D::Pattern>, except: &D::Pattern, fuel: &mut Fuel) -> Option<D::Pattern> {
    if let (1, Some(whole)) = (within.len(), within.first()) {
        return match common::<D>(whole, except, fuel) {
            Meet::Empty => None,
            Meet::One(part) => Some(part),
            Meet::Unknown => Some(except.clone()),
        };
    }
    let whole = Term { within: within.clone(), except: Rare::new() };
    let clear = term::is_clear_of::<D>(&whole, except)
        || term::find_common::<D>(&whole, &Term::one(except.clone()), fuel).is_empty();
    (!clear).then(|| except.clone())
}

/// Whether terms are patterns that lie apart, as far as a cheap look tells: then there is nothing to drop or restore.
pub(super) fn is_apart<D: Domain>(terms: &[Term<D::Pattern>]) -> bool {
    const FEW: usize = 16;
    let apart = |(place, term): (usize, &Term<D::Pattern>)| {
        term.only().is_some() && terms[..place].iter().all(|other| term::are_disjoint::<D>(other, term))
    };
    terms.len() <= FEW && terms.iter().enumerate().all(apart)
}

/// Drops each exception that the rest of the set gives back, so that `(a except b), b` becomes `a`.
pub(super) fn restore<D: Domain>(terms: &mut [Term<D::Pattern>], fuel: &mut Fuel) {
    for place in 0..terms.len() {
        let excepts = terms[place].except.clone();
        for except in &*excepts {
            if !fuel.burn(terms.len()) {
                return;
            }
            // Mostly nothing else has it.
            if is_taken_alone::<D>(terms, place, except) {
                continue;
            }
            let Term { within, except: others } = &terms[place];
            let others = others.iter().filter(|other| *other != except).cloned().collect();
            let whole = Term { within: within.clone(), except: others };
            let before: Vec<_> = terms.iter().collect();
            if term::find_outside::<D>(&whole, &before, fuel).is_empty() {
                terms[place] = whole;
            }
        }
    }
}

/// A cheap proof that a term has a member more without one of its exceptions, and no term has it.
pub(super) fn is_taken_alone<D: Domain>(terms: &[Term<D::Pattern>], place: usize, except: &D::Pattern) -> bool {
    let Term { within, except: others } = &terms[place];
    let is_single = D::is_single(except);
    let may_take = |other: &D::Pattern| !(is_single && D::is_single(other)) && other != except;
    // The term itself leaves it out.
    let elsewhere = || terms.iter().enumerate().filter(|(at, _)| *at != place).map(|(_, term)| term);
    D::sample(except).is_some_and(|member| {
        within.iter().all(|pattern| D::matches(pattern, &member))
            && !others.iter().any(|other| may_take(other) && D::matches(other, &member))
            && !elsewhere().any(|term| term::contains::<D>(term, &member))
    })
}

/// A cheap proof that a term has a member that is in no other.
fn has_own_sample<D: Domain>(term: &Term<D::Pattern>, others: &[Term<D::Pattern>]) -> bool {
    let is_own = |member: &D::Member| {
        term::contains::<D>(term, member) && !others.iter().any(|other| term::contains::<D>(other, member))
    };
    term.within.iter().any(|pattern| D::sample(pattern).is_some_and(|member| is_own(&member)))
}

/// Drops each term that the others cover together, the last ones first.
pub(super) fn drop_covered<D: Domain>(terms: &mut Vec<Term<D::Pattern>>, fuel: &mut Fuel) {
    for place in (0..terms.len()).rev() {
        if !fuel.burn(terms.len()) {
            return;
        }
        let term = terms.remove(place);
        let mut is_covered = || term::find_outside::<D>(&term, &terms.iter().collect::<Vec<_>>(), fuel).is_empty();
        if has_own_sample::<D>(&term, terms) || !is_covered() {
            terms.insert(place, term);
        }
    }
}
