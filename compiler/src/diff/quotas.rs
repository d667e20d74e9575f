//! Limits of one plugin, raised and lowered. A limit that a tier does not hold is none.

use ambit_schema::capability::Risk;
use ambit_schema::limits::Quota;
use ambit_schema::plan::{PluginEntry, QuotaEntry};

use super::change::{Change, Phrase, Topic, Turn};

pub(super) fn changes<'p>(old: &'p PluginEntry, new: &'p PluginEntry, into: &mut Vec<Change<'p>>) {
    for quota in Quota::ALL.iter().copied() {
        let of = |plugin: &'p PluginEntry| plugin.quotas.iter().find(|entry| entry.quota == quota);
        into.extend(one(quota, of(old), of(new)));
    }
}

fn one<'p>(quota: Quota, old: Option<&'p QuotaEntry>, new: Option<&'p QuotaEntry>) -> Option<Change<'p>> {
    let show = |entry: &QuotaEntry| quota.unit().show(entry.value);
    let says = Phrase::default();
    let (turn, says) = match (old, new) {
        (Some(old), Some(new)) if new.value == old.value => return None,
        (Some(old), Some(new)) => {
            let (turn, up) = if new.value > old.value { (Turn::Wider, "more") } else { (Turn::Narrower, "less") };
            let says = says.say(format!("has {up} ")).code(quota.key()).say(": ").code(show(new));
            (turn, says.say(", was ").code(show(old)))
        }
        (Some(old), None) => {
            let says = says.say("has no limit of ").code(quota.key()).say(" any more, was ");
            (Turn::Wider, says.code(show(old)))
        }
        (None, Some(new)) => {
            (Turn::Narrower, says.say("now has a limit of ").code(quota.key()).say(": ").code(show(new)))
        }
        (None, None) => return None,
    };
    let change = Change::other(Topic::Quota(quota), says).turned(turn, Risk::Low);
    let place = |entry: Option<&'p QuotaEntry>| entry.and_then(|entry| entry.place.as_ref());
    Some(change.at(place(old), place(new)))
}
