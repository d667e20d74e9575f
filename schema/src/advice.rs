//! Lines that someone is advised to write. Comes in: what a person or a plugin named. Goes out: KDL that says that and nothing
//! else, whatever characters were in the name. Deliberately absent: when to give advice.

use crate::capability::{DomainKind, Enforcement, Kind, Member, Tier, enforcement};
use crate::set::{Commands, Domain};

/// A text as KDL quotes it: no character of it ends the quotes or the line.
#[must_use]
pub fn quoted(text: &str) -> String {
    let mut quoted = String::from("\"");
    for c in text.chars() {
        match c {
            '"' | '\\' => quoted.extend(['\\', c]),
            c if c.is_control() => quoted.push_str(&format!("\\u{{{:x}}}", u32::from(c))),
            c => quoted.push(c),
        }
    }
    quoted.push('"');
    quoted
}

/// The smallest pattern for one thing, as a quoted text: the thing and nothing else, or a folder and what lies in it where the
/// target is written as one. Whoever chose the thing's name, such as a plugin that was
/// denied it, must not have chosen what someone is advised to grant: `*` is escaped, and a quote ends nothing.
#[must_use]
pub fn exact(tier: Tier, kind: Kind, target: &str, member: &Member) -> String {
    quoted(&exact_pattern(tier, kind, target, member))
}

/// The pattern of [`exact`], without quotes.
#[must_use]
pub fn exact_pattern(tier: Tier, kind: Kind, target: &str, member: &Member) -> String {
    let escaped = |text: &str| {
        let escape = |c: char| matches!(c, '*' | '?' | '\\').then_some('\\').into_iter().chain([c]);
        text.chars().flat_map(escape).collect::<String>()
    };
    match (kind.domain(), member) {
        (DomainKind::Routes, _) => {
            let (method, path) = target.split_once(' ').unwrap_or(("*", target));
            format!("{method} {}", escaped(path.trim_end_matches('/')))
        }
        (_, Member::Path(path)) => {
            let is_folder = target.ends_with('/') && enforcement(kind, tier) == Enforcement::Paths;
            match path.parent() {
                // Nobody is advised to give away a whole machine, or all that lies beside a host profile.
                Some(_) if is_folder => format!("{}/", escaped(&path.to_string())),
                None if path.to_string() == "/" => "/.".to_owned(),
                _ => escaped(&path.to_string()),
            }
        }
        (_, Member::Name(name)) => escaped(name.text()),
        (_, Member::Endpoint(endpoint)) => endpoint.to_string(),
        (_, Member::Number(number)) => number.to_string(),
        (_, Member::Command(command)) => Commands::exact(command).to_string(),
    }
}

#[cfg(test)]
mod tests {
    use crate::capability::{CapSet, Kind, Member, Tier};

    use super::exact;

    fn written(kind: Kind, target: &str) -> String {
        exact(Tier::Process, kind, target, &Member::parse(kind, target).unwrap())
    }

    #[test]
    fn advice_is_about_a_folder_where_it_is_written_as_one() {
        let folder =
            |target: &str| exact(Tier::Wasm, Kind::FsRead, target, &Member::parse(Kind::FsRead, target).unwrap());
        assert_eq!(folder("/etc/passwd"), r#""/etc/passwd""#);
        assert_eq!(folder("./in/a*/x"), r#""./in/a\\*/x""#);
        assert_eq!(folder("./in/"), r#""./in/""#);
        assert_eq!(folder("/"), r#""/.""#);
        assert_eq!(folder("/x"), r#""/x""#);
        assert_eq!(folder("./x"), r#""./x""#);
    }

    #[test]
    fn advice_covers_what_was_asked_about_and_nothing_else() {
        assert_eq!(written(Kind::FsRead, "./in/**"), r#""./in/\\*\\*""#);
        assert_eq!(written(Kind::FsRead, r#"./a" "/"#), r#""./a\" \"""#);
        assert_eq!(written(Kind::FsRead, "./in/"), r#""./in""#);
        assert_eq!(written(Kind::EnvRead, "A*"), r#""A\\*""#);
        assert_eq!(written(Kind::HttpServe, "POST /a/"), r#""POST /a""#);
        assert_eq!(written(Kind::ProcessSpawn, "git log *"), r#""git log \\*""#);
        assert_eq!(written(Kind::NetConnect, "https://example.com"), r#""https://example.com""#);
    }

    #[test]
    fn advice_can_be_read_back() {
        for target in ["/", "./", "./in/*?", "/a b/c"] {
            let member = Member::parse(Kind::FsRead, target).unwrap();
            let text = exact(Tier::Process, Kind::FsRead, target, &member).replace("\\\\", "\\");
            let set = CapSet::parse(Kind::FsRead, text.trim_matches('"')).unwrap();
            let witness = set.difference(&CapSet::parse(Kind::FsRead, "/none").unwrap()).witness(Kind::FsRead);
            assert!(set.contains(&member), "{target}");
            assert_eq!(witness.map(|witness| Member::parse(Kind::FsRead, &witness).unwrap()), Some(member), "{target}");
        }
    }
}
