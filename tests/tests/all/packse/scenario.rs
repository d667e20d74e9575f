//! A scenario of another resolver, as texts of ours. Comes in: its TOML or JSON. Goes out: manifests, an index and pins that ask
//! the same, and what is expected; or why they cannot. Deliberately absent: guessing; a field that is not known is a reason.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;
use std::path::Path;

use ambit_tests::house;
use semver::Version;
use serde_json::{Map, Value};

pub(crate) const MARKERS: &str = "markers: a dependency for some machines alone";
pub(crate) const EXTRAS: &str = "extras: groups of dependencies by name";
pub(crate) const PYTHON: &str = "the version of the language, for which releases are looked through";
pub(crate) const FILES: &str = "files of a release, and for which machines they are";
pub(crate) const LOCAL: &str = "`+` with an order of its own; here what stands behind it decides nothing";
pub(crate) const POST: &str = "releases after a release";
pub(crate) const ALL_PREVIEWS: &str = "previews for all packages at once";
pub(crate) const UNKNOWN: &str = "something that this test does not know";

/// A field, and why a scenario that has it is left out.
type Field = (&'static str, Option<&'static str>);

/// Every field outside packages, by block.
const FIELDS: [(&str, &[Field]); 4] = [
    (
        "",
        &[
            ("name", None),
            ("description", None),
            ("root", None),
            ("expected", None),
            ("packages", None),
            ("resolver_options", None),
            ("environment", Some(PYTHON)),
        ],
    ),
    ("root", &[("requires", None), ("requires_python", Some(PYTHON))]),
    ("expected", &[("satisfiable", None), ("packages", None), ("explanation", None)]),
    (
        "resolver_options",
        &[
            ("universal", None),
            ("python", Some(PYTHON)),
            ("python_platform", Some(FILES)),
            ("required_environments", Some(FILES)),
            ("no_binary", Some(FILES)),
            ("no_build", Some(FILES)),
            ("prereleases", Some(ALL_PREVIEWS)),
        ],
    ),
];

/// Every field of a version.
const RELEASE: &[Field] = &[
    ("requires", None),
    ("yanked", None),
    ("requires_python", Some(PYTHON)),
    ("extras", Some(EXTRAS)),
    ("wheel", Some(FILES)),
    ("wheel_tags", Some(FILES)),
    ("sdist", Some(FILES)),
];

/// Packages and the versions that were chosen of them.
pub(crate) type Versions = BTreeMap<String, String>;

/// A scenario as it was written.
pub(crate) struct Scenario {
    said: Value,
}

impl Scenario {
    /// The scenario of a file.
    pub(crate) fn read(path: &Path) -> Self {
        let text = house::read(path);
        let said = match path.extension().is_some_and(|end| end == "json") {
            true => serde_json::from_str(&text).unwrap(),
            false => toml::from_str(&text).unwrap(),
        };
        Scenario { said }
    }

    /// Whether anything fits.
    pub(crate) fn satisfiable(&self) -> bool {
        self.said["expected"]["satisfiable"].as_bool().unwrap()
    }

    /// The versions that have to be chosen; nothing, where the scenario leaves them open.
    pub(crate) fn expected(&self) -> Option<Versions> {
        let packages = self.said["expected"].get("packages")?.as_object()?;
        Some(packages.iter().map(|(name, one)| (name.clone(), version(one.as_str().unwrap()).unwrap())).collect())
    }

    /// Why it cannot be asked here; empty when it can.
    pub(crate) fn reasons(&self) -> BTreeSet<&'static str> {
        let mut found = BTreeSet::new();
        for (block, known) in FIELDS {
            let fields = if block.is_empty() { Some(&self.said) } else { self.said.get(block) };
            found.extend(fields.into_iter().flat_map(|fields| strange(fields, known)));
        }
        found.extend(requires(&self.said["root"]).filter_map(|line| requirement(line).err()));
        for (_, number, release) in self.releases() {
            found.extend(version(number).err());
            found.extend(strange(release, RELEASE));
            found.extend(requires(release).filter_map(|line| requirement(line).err()));
        }
        found
    }

    /// The plugin that needs what the user does.
    pub(crate) fn root(&self) -> String {
        format!("id \"the-root\"\nversion \"1.0.0\"\n{}", dependencies(&self.said["root"]))
    }

    /// Everything that there is.
    pub(crate) fn index(&self) -> String {
        let mut text = String::new();
        for (name, number, release) in self.releases() {
            let (number, yanked) = (version(number).unwrap(), release["yanked"] == true);
            let needs = dependencies(release);
            writeln!(text, "package \"{name}\" {{ version \"{number}\" yanked=#{yanked} {{\n{needs}}}; }}").unwrap();
        }
        text
    }

    /// A release that was taken back, and that the user asked for by its exact version, is one that a user here pins.
    pub(crate) fn pins(&self) -> String {
        let mut text = String::new();
        for (name, number, _) in self.releases().filter(|(_, _, release)| release["yanked"] == true) {
            if requires(&self.said["root"]).any(|line| line == format!("{name}=={number}")) {
                writeln!(text, "pin \"{name}\" \"{number}\"").unwrap();
            }
        }
        text
    }

    /// The manifest of a release.
    pub(crate) fn manifest(&self, name: &str, chosen: &str) -> String {
        let mut releases = self.releases();
        let (_, _, release) = releases
            .find(|(package, number, _)| *package == name && version(number).as_deref() == Ok(chosen))
            .unwrap_or_else(|| panic!("`{name}` {chosen} is chosen, and there is none"));
        format!("id \"{name}\"\nversion \"{chosen}\"\n{}", dependencies(release))
    }

    fn releases(&self) -> impl Iterator<Item = (&str, &str, &Value)> {
        let packages = self.said["packages"].as_object().into_iter().flatten();
        packages.flat_map(|(name, package)| {
            let versions = package["versions"].as_object().into_iter().flat_map(Map::iter);
            versions.map(move |(number, release)| (name.as_str(), number.as_str(), release))
        })
    }
}

fn strange(fields: &Value, known: &[Field]) -> Vec<&'static str> {
    let names = fields.as_object().into_iter().flat_map(Map::keys);
    let reason = |name: &String| known.iter().find(|(known, _)| known == name).map_or(Some(UNKNOWN), |(_, why)| *why);
    names.filter_map(reason).collect()
}

fn requires(of: &Value) -> impl Iterator<Item = &str> {
    of["requires"].as_array().into_iter().flatten().map(|line| line.as_str().unwrap())
}

fn dependencies(of: &Value) -> String {
    let mut all: BTreeMap<&str, Wanted> = BTreeMap::new();
    for (name, wanted) in requires(of).map(|line| requirement(line).unwrap()) {
        let known = all.entry(name).or_default();
        known.bounds.extend(wanted.bounds);
        known.excluded.extend(wanted.excluded);
    }
    let lines: Vec<String> = all.iter().map(|(name, wanted)| format!("\"{name}\" \"{}\"\n", wanted.range())).collect();
    format!("dependencies {{\n{}}}\n", lines.concat())
}

/// What is wanted of a package, all at once.
#[derive(Default)]
struct Wanted {
    bounds: Vec<String>,
    excluded: BTreeSet<Version>,
}

impl Wanted {
    /// As one range: `||` between the spans that what is excluded leaves.
    fn range(&self) -> String {
        let bounds = self.bounds.join(" ");
        let above = [String::new()].into_iter().chain(self.excluded.iter().map(|version| format!(">{version}")));
        let below = self.excluded.iter().map(|version| format!("<{version}")).chain([String::new()]);
        let spans = above.zip(below).map(|(above, below)| format!("{bounds} {above} {below}").trim().to_owned());
        let all: Vec<String> = spans.collect();
        if all == [""] { "*".to_owned() } else { all.join(" || ") }
    }
}

/// A name, and what is wanted of it.
fn requirement(line: &str) -> Result<(&str, Wanted), &'static str> {
    for (sign, why) in [(';', MARKERS), ('[', EXTRAS)] {
        if line.contains(sign) {
            return Err(why);
        }
    }
    let (name, rest) = line.split_at(line.find(['=', '<', '>', '!', '~']).unwrap_or(line.len()));
    let mut wanted = Wanted::default();
    for part in rest.split(',').map(str::trim).filter(|part| !part.is_empty()) {
        let (operator, number) = part.split_at(part.find(|c: char| c.is_ascii_digit()).ok_or(UNKNOWN)?);
        let number = version(number)?;
        match operator.trim() {
            "==" => wanted.bounds.push(number),
            "!=" => drop(wanted.excluded.insert(Version::parse(&number).unwrap())),
            operator @ (">" | ">=" | "<" | "<=") => wanted.bounds.push(format!("{operator}{number}")),
            _ => return Err(UNKNOWN),
        }
    }
    Ok((name.trim(), wanted))
}

/// A version as it is written here: three numbers, and `-a.1` for the preview `a1`.
fn version(text: &str) -> Result<String, &'static str> {
    for (word, why) in [("+", LOCAL), ("post", POST)] {
        if text.contains(word) {
            return Err(why);
        }
    }
    let at = text.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(text.len());
    let (release, preview) = text.split_at(at);
    let mut numbers: Vec<&str> = release.split('.').collect();
    numbers.resize(numbers.len().max(3), "0");
    let number = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    if numbers.len() != 3 || !numbers.iter().all(|one| number(one)) {
        return Err(UNKNOWN);
    }
    let numbers = numbers.join(".");
    let preview_of =
        |word| preview.strip_prefix(word).filter(|rest| number(rest)).map(|rest| format!("-{word}.{rest}"));
    match ["a", "b", "rc"].into_iter().find_map(preview_of) {
        _ if preview.is_empty() => Ok(numbers),
        Some(preview) => Ok(numbers + &preview),
        None => Err(UNKNOWN),
    }
}
