//! The reference of tiers: what each holds of each kind of right, and which quotas it enforces. Comes in: the tables of the
//! schema. Goes out: Markdown.

use std::collections::BTreeMap;
use std::fmt::Display;

use ambit_schema::capability::{Enforcement, Kind, Tier, enforcement};
use ambit_schema::limits::{Keeping, Quota, keeping};

/// Its file, below `docs/reference`.
pub const FILE: &str = "tiers.md";

/// The page.
#[must_use]
pub fn page() -> String {
    let mut rights = Reasons::default();
    let rights_table =
        table("kind", Kind::ALL, |kind| kind.key(), |kind, tier| held(enforcement(kind, tier), &mut rights));
    let mut quotas = Reasons::default();
    let quota_table =
        table("quota", Quota::ALL, |quota| quota.key(), |quota, tier| kept(quota, keeping(quota, tier), &mut quotas));
    format!(
        "{HEAD}\n## Kinds of right\n\n{RIGHTS}\n\n{rights_table}\n{}\n## Quotas\n\n{QUOTAS}\n\n{quota_table}\n{}",
        rights.list(),
        quotas.list()
    )
}

const HEAD: &str = "# Tiers

What each tier holds. A right or a limit that the tier of a plugin does not hold has no place in a plan:
[T001](../rules/T001.md), [Q001](../rules/Q001.md).

Made from the tables that decide: `AMBIT_UPDATE=1 cargo test -p plugin-check --lib reference` writes it again.
";

const RIGHTS: &str = "| in the table | means |
|---|---|
| any set | exactly what is granted, by a door of the runtime, or by the tables of the plan |
| any paths | exactly what is granted, by a door of the runtime; where that is finer than whole folders, no link is followed |
| any addresses | exactly what is granted, by a door of the runtime, where that is of `tcp` and of addresses; nothing of other schemes or of names |
| by the host | any set, by an interface that the host author links and that asks the same gate |
| no | nothing: the number is the reason |

A kind that a host declares for itself is held as `tool.use` is.";

const QUOTAS: &str = "| in the table | means |
|---|---|
| any | any number |
| only … | this number by nature, and no other |
| no | not at all: the number is the reason |";

fn table<T: Copy>(
    head: &str,
    all: &[T],
    key: impl Fn(T) -> &'static str,
    mut cell: impl FnMut(T, Tier) -> String,
) -> String {
    let tiers: String = Tier::ALL.iter().map(|tier| format!(" {tier} |")).collect();
    let mut text = format!("| {head} |{tiers}\n|---|{}\n", "---|".repeat(Tier::ALL.len()));
    for one in all {
        let cells: String = Tier::ALL.iter().map(|tier| format!(" {} |", cell(*one, *tier))).collect();
        text.push_str(&format!("| `{}` |{cells}\n", key(*one)));
    }
    text
}

fn held(held: Enforcement, reasons: &mut Reasons) -> String {
    match held {
        Enforcement::Exact => "any set".to_owned(),
        Enforcement::Paths => "any paths".to_owned(),
        Enforcement::Streams => "any but `udp`".to_owned(),
        Enforcement::Addresses => "any addresses".to_owned(),
        Enforcement::ByHost => "by the host".to_owned(),
        Enforcement::Refused(why) => format!("no ({})", reasons.number(why)),
    }
}

fn kept(quota: Quota, kept: Keeping, reasons: &mut Reasons) -> String {
    match kept {
        Keeping::Any => "any".to_owned(),
        Keeping::Only(only) => format!("only {}", quota.unit().show(only)),
        Keeping::Nothing(why) => format!("no ({})", reasons.number(why)),
    }
}

/// What is missing, numbered in the order in which it is met.
#[derive(Default)]
struct Reasons {
    numbers: BTreeMap<&'static str, usize>,
    all: Vec<&'static str>,
}

impl Reasons {
    fn number(&mut self, why: &'static str) -> impl Display {
        *self.numbers.entry(why).or_insert_with(|| {
            self.all.push(why);
            self.all.len()
        })
    }

    fn list(&self) -> String {
        self.all.iter().enumerate().map(|(at, why)| format!("{}. {why}\n", at + 1)).collect()
    }
}
