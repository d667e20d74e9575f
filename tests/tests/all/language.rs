//! `docs/language.md` says what the compiler reads: its three texts compile, and its tables are those of the schema.

use std::collections::BTreeMap;

use ambit_compiler::diag::{Code, Severity, Sink};
use ambit_compiler::reference::Text;
use ambit_compiler::source::Sources;
use ambit_compiler::{manifest, syntax};
use ambit_schema::capability::{DomainKind, Enforcement, Kind, Kinds, Tier, enforcement};
use ambit_schema::limits::{Keeping, Quota, Unit, keeping};
use ambit_tests::case::Case;
use ambit_tests::{generate, house, show};

fn document() -> String {
    house::read(&house::at("docs/language.md"))
}

/// The blocks that have a title, by it.
fn titled(document: &str) -> BTreeMap<String, String> {
    let blocks = document.split("\n```kdl title=\"").skip(1);
    let block = |rest: &str| {
        let (title, rest) = rest.split_once("\"\n")?;
        Some((title.to_owned(), rest.split_once("\n```")?.0.to_owned()))
    };
    blocks.filter_map(block).collect()
}

/// The rows of the first table below a heading, without its head, as cells.
fn table(document: &str, heading: &str) -> Vec<Vec<String>> {
    let (_, below) = document.split_once(&format!("\n{heading}\n")).unwrap_or_else(|| panic!("no `{heading}`"));
    let below = below.split("\n## ").next().unwrap();
    let rows = below.lines().skip_while(|line| !line.starts_with('|')).take_while(|line| line.starts_with('|'));
    let cells = |row: &str| row.trim_matches('|').split(" | ").map(|cell| cell.trim().to_owned()).collect();
    rows.skip(2).map(cells).collect()
}

/// What stands between backticks.
fn words(cell: &str) -> Vec<&str> {
    cell.split('`').skip(1).step_by(2).collect()
}

#[test]
fn the_three_texts_make_a_plan() {
    let texts = titled(&document());
    assert_eq!(texts.keys().collect::<Vec<_>>(), ["grants.kdl", "host.kdl", "plugin.kdl"]);
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in &texts {
        let below = if name == "plugin.kdl" { "plugins/notes/plugin.kdl" } else { name };
        generate::write(&folder.path().join(below), text.as_bytes());
    }
    let case = Case::load(folder.path());
    let sources = &case.workspace.sources;
    let errors = case.compiled.diagnostics.iter().filter(|found| found.code.severity() == Severity::Error);
    let errors: Vec<_> = errors.cloned().collect();
    assert!(errors.is_empty(), "{}", show::findings(sources, &errors));
    let plan = case.compiled.plan.as_ref().unwrap();
    let notes = plan.plugin("notes").unwrap();
    assert_eq!(notes.quota(Quota::Memory), Some(24 << 20), "the grants have the last word");
    let named: Vec<_> = plan.content().names.iter().map(|entry| entry.name.as_str()).collect();
    assert!(named.contains(&"notes:add"), "{named:?}");
}

/// Each kind has its row, in the order of the table, with what its sets are made of and what the wasm tier holds.
#[test]
fn the_kinds_are_those_of_the_schema() {
    let mut named = vec![];
    for row in table(&document(), "## Capability kinds") {
        for word in words(&row[0]) {
            let kind = Kind::find(word).unwrap_or_else(|| panic!("there is no kind `{word}`"));
            let domain = match row[1].as_str() {
                "paths" => DomainKind::Paths,
                "endpoints" => DomainKind::Endpoints,
                commands if commands.starts_with("commands: ") => DomainKind::Commands,
                routes if routes.starts_with("routes: ") => DomainKind::Routes,
                _ => DomainKind::Names,
            };
            assert_eq!(kind.domain(), domain, "`{word}` covers {}", row[1]);
            let held = match enforcement(kind, Tier::Wasm) {
                Enforcement::Exact => "exact",
                Enforcement::Paths => "any paths",
                Enforcement::Streams => "any but `udp`",
                Enforcement::Addresses => "any addresses",
                Enforcement::ByHost => "by the host",
                Enforcement::Refused(_) => "refused",
            };
            assert_eq!(row[2].split([';', ':']).next(), Some(held), "`{word}`");
            named.push(kind);
        }
    }
    assert_eq!(named, Kind::ALL);
    for tier in [Tier::Native, Tier::Process, Tier::Container] {
        let is_held = |kind: &&Kind| !matches!(enforcement(**kind, tier), Enforcement::Refused(_));
        let held: Vec<_> = Kind::ALL.iter().filter(is_held).collect();
        assert_eq!(held, [&Kind::HookAttach], "{tier} refuses every other kind");
    }
}

/// Each quota has its row, in the order of the table, with its unit, its default and who enforces it.
#[test]
fn the_quotas_are_those_of_the_schema() {
    let rows = table(&document(), "## Quotas");
    let made: Vec<Vec<String>> = Quota::ALL.iter().map(|quota| row(*quota)).collect();
    let said: Vec<Vec<String>> = rows.into_iter().map(|row| [&row[..1], &row[2..]].concat()).collect();
    assert_eq!(said, made);
}

fn row(quota: Quota) -> Vec<String> {
    let unit = match quota.unit() {
        Unit::Bytes => "bytes",
        Unit::Milliseconds => "time",
        Unit::BytesPerSecond => "bytes per second",
        Unit::Percent => "percent",
        Unit::Count => "number",
    };
    let default = quota.tiers().next().and_then(|tier| quota.default_in(tier));
    let default = default.map_or_else(|| "none".to_owned(), |value| quota.unit().show(value));
    let keeps = |tier| match keeping(quota, tier) {
        Keeping::Only(only) => format!("{tier}: {} and no other number", quota.unit().show(only)),
        _ => tier.to_string(),
    };
    let tiers: Vec<String> = quota.tiers().map(keeps).collect();
    let tiers = if tiers.is_empty() { "nothing yet".to_owned() } else { tiers.join(", ") };
    vec![format!("`{}`", quota.key()), unit.to_owned(), default, tiers]
}

#[test]
fn the_fields_of_a_manifest_exist() {
    let rows = table(&document(), "## Manifest");
    let fields: Vec<&str> = rows.iter().flat_map(|row| words(&row[0])).collect();
    assert!(fields.len() > 30 && fields.contains(&"plugins"), "{fields:?}");
    for field in &fields {
        assert!(is_known(field), "there is no field `{field}`");
    }
    assert!(!is_known("permision") && !is_known("kind"), "others are not known");
    // And the other way around: what the linter offers for a field is in the table.
    for quota in Quota::of(Tier::Wasm) {
        assert!(titled(&document())["plugin.kdl"].contains(&format!("\n    {} \"", quota.key())), "{}", quota.key());
    }
}

/// Whether a manifest may have a field, whatever its value has to be.
fn is_known(field: &str) -> bool {
    let mut sources = Sources::default();
    let file = sources.add("plugin.json", format!("{{\"{field}\": \"x\"}}").into_bytes());
    let mut sink = Sink::default();
    let tree = syntax::parse(&sources, file, &mut sink);
    let _ = manifest::lower(&tree, &Kinds::default(), &mut sink);
    let about = |found: &ambit_compiler::diag::Diagnostic| sources.slice(found.primary.span).trim_matches('"') == field;
    !sink.finish().iter().any(|found| found.code == Code::UnknownField && about(found))
}

/// What the compiler reads, the document names: the table in the source has no field that is not in the document's.
#[test]
fn no_field_of_a_manifest_is_left_out() {
    let rows = table(&document(), "## Manifest");
    let named: Vec<&str> = rows.iter().flat_map(|row| words(&row[0])).collect();
    let read = Text::Manifest.blocks().swap_remove(0).fields;
    let read: Vec<&str> = read.iter().map(|field| field.key).collect();
    assert!(read.len() > 30, "the table of fields is found: {read:?}");
    let missing: Vec<_> = read.iter().filter(|field| !named.contains(field)).collect();
    assert!(missing.is_empty(), "docs/language.md does not name {missing:?}");
}

#[test]
fn numbers_and_units_are_those_of_the_compiler() {
    let document = document();
    let units = |unit: Unit| unit.scale().iter().map(|(name, _)| *name).collect::<Vec<_>>().join(", ");
    let (bytes, times, share) = (units(Unit::Bytes), units(Unit::Milliseconds), units(Unit::Percent));
    let said = format!("Units: {bytes}; each with `/s`; {times}; {share}.");
    assert!(document.contains(&said), "{said}");
    let said =
        format!("at most {} MiB of UTF-8 text, nested at most {} deep", syntax::MAX_BYTES >> 20, syntax::MAX_DEPTH);
    assert!(document.contains(&said), "{said}");
}
