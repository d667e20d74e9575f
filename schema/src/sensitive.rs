//! Things that are worth more than others of their kind: where secrets lie, how they are called, who hands them out. Comes in:
//! a set. Goes out: one thing in it that tells a person most. Deliberately absent: whether asking for it is wrong.

use crate::capability::{CapSet, Kind, Member, Risk};
use crate::set::{Paths, Set};

/// Where secrets lie, or what is no file of anyone's: the place, one thing in it that people know, and what lies there.
/// `~` is the home of whoever it is.
pub const PATHS: &[(&str, &str, &str)] = &[
    ("~/.ssh", "/id_ed25519", "keys"),
    ("~/.gnupg", "/private-keys-v1.d", "keys"),
    ("~/.aws", "/credentials", "credentials"),
    ("~/.azure", "/msal_token_cache.json", "credentials"),
    ("~/.kube", "/config", "credentials"),
    ("~/.netrc", "", "passwords"),
    ("~/.npmrc", "", "tokens"),
    ("~/.git-credentials", "", "passwords"),
    ("~/.docker", "/config.json", "credentials"),
    ("~/.config/gcloud", "/credentials.db", "credentials"),
    ("~/.config/gh", "/hosts.yml", "tokens"),
    ("~/.password-store", "/.gpg-id", "passwords"),
    ("~/.local/share/keyrings", "/login.keyring", "passwords"),
    ("~/.mozilla", "/firefox", "a browser's passwords and cookies"),
    ("~/.config/google-chrome", "/Default", "a browser's passwords and cookies"),
    ("~/.config/chromium", "/Default", "a browser's passwords and cookies"),
    ("~/Library/Keychains", "/login.keychain-db", "passwords"),
    ("/etc/shadow", "", "passwords"),
    ("/etc/sudoers", "", "who may become root"),
    ("/root", "/.bashrc", "the files of root"),
    ("/proc", "/self/environ", "what all programs are doing"),
    ("/sys", "/kernel", "the system's devices and settings"),
    ("/dev", "/sda", "devices"),
];

/// Where clouds tell a machine who it is, with credentials: how such hosts begin.
pub const METADATA: &[&str] =
    &["169.254.", "metadata.google.internal", "metadata.azure.com", "[fd00:ec2:", "[fe80:", "100.100.100.200"];

/// Parts of names that people give to secrets.
pub const SECRETS: [&str; 9] =
    ["TOKEN", "SECRET", "PASSWORD", "PASSWD", "PASSPHRASE", "API_KEY", "APIKEY", "PRIVATE_KEY", "CREDENTIAL"];

/// Variables that hold secrets nearly everywhere.
const VARIABLES: [&str; 5] = ["AWS_SECRET_ACCESS_KEY", "GITHUB_TOKEN", "NPM_TOKEN", "DATABASE_PASSWORD", "API_KEY"];

/// Places that hand out credentials, as someone would connect to them.
const HANDING_OUT: [&str; 2] = ["http://169.254.169.254:80", "http://metadata.google.internal:80"];

/// Programs that run any other.
const SHELLS: [&str; 3] = ["sh -c true", "bash -c true", "sudo true"];

/// One thing of a set that tells most.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Telling {
    /// As people write it.
    pub text: String,
    /// What is to be found there.
    pub what: &'static str,
    /// How grave a right to it is at least.
    pub risk: Risk,
}

/// One thing of a set that tells most, or any, what is to be found there, and how grave a right to all of it is.
#[must_use]
pub fn gravest(kind: Kind, set: &CapSet) -> (Option<String>, &'static str, Risk) {
    match telling(kind, set) {
        Some(found) => (Some(found.text), found.what, found.risk.max(kind.risk())),
        None => (set.witness(kind), "", kind.risk()),
    }
}

/// One thing in a set of a kind that is worth more than others; `None` where nothing in it is known to be.
#[must_use]
pub fn telling(kind: Kind, set: &CapSet) -> Option<Telling> {
    let of = |texts: &[&str], what, risk| {
        let has = |text: &&&str| Member::parse(kind, text).is_ok_and(|member| set.contains(&member));
        texts.iter().find(has).map(|text| Telling { text: (*text).to_owned(), what, risk })
    };
    match (kind, set) {
        (Kind::FsRead | Kind::FsWrite | Kind::FsMkdir, CapSet::Paths(paths)) => sensitive_path(kind, set, paths),
        (Kind::EnvRead, _) => of(&VARIABLES, "secrets", Risk::High).or_else(|| secret_name(kind, set)),
        (Kind::NetConnect, _) => of(&HANDING_OUT, "credentials of the machine", Risk::Critical),
        (Kind::ProcessSpawn, _) => of(&SHELLS, "all other programs", Risk::Critical),
        _ => None,
    }
}

fn sensitive_path(kind: Kind, set: &CapSet, paths: &Set<Paths>) -> Option<Telling> {
    let homes = homes(paths);
    let found = |(place, file, what): &(&str, &str, &'static str)| {
        let places: Vec<String> = match place.strip_prefix('~') {
            Some(below) => homes.iter().map(|home| format!("{home}{below}")).collect(),
            None => vec![(*place).to_owned()],
        };
        let known = places.iter().flat_map(|place| [format!("{place}{file}"), place.clone()]);
        let mut known = known.filter(|text| Member::parse(kind, text).is_ok_and(|member| set.contains(&member)));
        known.next().map(|text| Telling { text, what, risk: Risk::Critical })
    };
    PATHS.iter().find_map(found)
}

/// The homes that patterns of a set lie in, or one that a set above all homes could be about.
fn homes(paths: &Set<Paths>) -> Vec<String> {
    let mut homes: Vec<String> = vec![];
    for (within, _) in paths.terms() {
        let Some(prefix) = within.iter().find_map(|pattern| pattern.literal_prefix()) else { continue };
        let text = prefix.to_string();
        let mut segments = text.split('/').skip(1);
        let home = match (segments.next(), segments.next().filter(|name| !name.is_empty())) {
            (Some(above @ ("home" | "Users")), Some(name)) => format!("/{above}/{name}"),
            (Some("" | "home"), None) => "/home/user".to_owned(),
            (Some("Users"), None) => "/Users/user".to_owned(),
            _ => continue,
        };
        if !homes.contains(&home) {
            homes.push(home);
        }
    }
    homes
}

/// A name that a set was written for and that looks like a secret's.
fn secret_name(kind: Kind, set: &CapSet) -> Option<Telling> {
    let text = set.witness(kind).filter(|text| is_secret_name(text))?;
    Some(Telling { text, what: "secrets", risk: Risk::High })
}

/// Whether a name is one that people give to secrets.
#[must_use]
pub fn is_secret_name(name: &str) -> bool {
    let has = |word: &str| name.as_bytes().windows(word.len()).any(|part| part.eq_ignore_ascii_case(word.as_bytes()));
    SECRETS.iter().any(|word| has(word))
}

#[cfg(test)]
mod tests {
    use super::{PATHS, telling};
    use crate::capability::{CapSet, Kind, Member};

    fn found(kind: Kind, pattern: &str) -> Option<String> {
        telling(kind, &CapSet::parse(kind, pattern).unwrap()).map(|telling| telling.text)
    }

    #[test]
    fn the_thing_that_tells_most_is_found() {
        for (kind, pattern, text) in [
            (Kind::FsWrite, "/home/u/", "/home/u/.ssh/id_ed25519"),
            (Kind::FsRead, "/home/", "/home/user/.ssh/id_ed25519"),
            (Kind::FsRead, "/home/u/.config/", "/home/u/.config/gcloud/credentials.db"),
            (Kind::FsRead, "/etc/", "/etc/shadow"),
            (Kind::EnvRead, "GITHUB_*", "GITHUB_TOKEN"),
            (Kind::EnvRead, "MY_SECRET", "MY_SECRET"),
            (Kind::NetConnect, "*://*:*", "http://169.254.169.254:80"),
            (Kind::ProcessSpawn, "bash **", "bash -c true"),
        ] {
            assert_eq!(found(kind, pattern).as_deref(), Some(text), "{kind} {pattern}");
        }
        for (kind, pattern) in [(Kind::FsRead, "/srv/"), (Kind::EnvRead, "LANG"), (Kind::DbRead, "**")] {
            assert_eq!(found(kind, pattern), None, "{kind} {pattern}");
        }
    }

    #[test]
    fn everything_in_the_tables_can_be_named() {
        let everything = CapSet::everything(Kind::FsRead);
        for (place, file, _) in PATHS {
            let text = format!("{}{file}", place.replace('~', "/home/u"));
            assert!(everything.contains(&Member::parse(Kind::FsRead, &text).unwrap()), "{text}");
        }
    }
}
