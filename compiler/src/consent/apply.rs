//! Which answers hold for a plugin as it is now. Comes in: the answers of one text, and what runs. Goes out: what was said yes
//! to, and whether anything was lost because the file is another. A no holds whatever the file is.

use semver::Version;

use super::Answer;

/// The answers that hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Applied<'a> {
    /// The answers, in the order of the text.
    pub answers: Vec<&'a Answer>,
    /// How the plugin stands to them.
    pub standing: Standing,
}

/// How a plugin stands to what was said yes to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Standing {
    /// Nobody said yes to anything of it yet.
    New,
    /// This is the file that somebody said yes to.
    Same,
    /// It is an update of this version; it keeps what was said yes to, and no more.
    Update(Version),
    /// Somebody said yes to this version, or a later one, of another file. Nothing is kept.
    Changed(Version),
}

/// The answers about the plugin `id` that hold for this version and file.
#[must_use]
pub fn standing<'a>(answers: &'a [Answer], id: &str, version: &Version, digest: &str) -> Applied<'a> {
    let of_it = || answers.iter().filter(|answer| answer.plugin.as_str() == id);
    let yes = || of_it().filter(|answer| answer.yes);
    // Of two files of one version the one that was answered about last.
    let last =
        yes().rev().reduce(|best, one| if one.version.cmp_precedence(&best.version).is_gt() { one } else { best });
    let (standing, from) = match last {
        None => (Standing::New, None),
        Some(_) if yes().any(|answer| answer.digest == digest) => (Standing::Same, Some(digest)),
        Some(last) if last.version.cmp_precedence(version).is_lt() => {
            (Standing::Update(last.version.clone()), Some(last.digest.as_str()))
        }
        Some(last) => (Standing::Changed(last.version.clone()), None),
    };
    let holds = |answer: &&Answer| !answer.yes || from.is_some_and(|digest| answer.digest == digest);
    Applied { answers: of_it().filter(holds).collect(), standing }
}

#[cfg(test)]
mod tests {
    use ambit_schema::name::PluginId;
    use semver::Version;

    use super::super::Answer;
    use super::{Standing, standing};

    fn answer(version: &str, digest: &str, yes: bool) -> Answer {
        let (plugin, version) = (PluginId::parse("a").unwrap(), Version::parse(version).unwrap());
        Answer {
            plugin,
            version,
            digest: digest.to_owned(),
            yes,
            capability: "env.read".into(),
            set: vec![],
            span: None,
        }
    }

    #[test]
    fn a_yes_is_for_a_file_and_what_updates_it() {
        let answers = [answer("1.0.0", "d1", true), answer("1.1.0", "d2", true), answer("1.1.0", "d9", false)];
        let held = |id: &str, version: &str, digest: &str| {
            let applied = standing(&answers, id, &Version::parse(version).unwrap(), digest);
            let digests = applied.answers.iter().map(|answer| answer.digest.clone()).collect::<Vec<_>>();
            (applied.standing, digests.join(" "))
        };
        let version = |text: &str| Version::parse(text).unwrap();
        assert_eq!(held("a", "1.1.0", "d2"), (Standing::Same, "d2 d9".into()));
        assert_eq!(held("a", "1.0.0", "d1"), (Standing::Same, "d1 d9".into()), "an older one that was said yes to");
        assert_eq!(held("a", "1.2.0", "d3"), (Standing::Update(version("1.1.0")), "d2 d9".into()));
        assert_eq!(held("a", "1.1.0", "d3"), (Standing::Changed(version("1.1.0")), "d9".into()));
        assert_eq!(held("a", "1.0.0", "d3"), (Standing::Changed(version("1.1.0")), "d9".into()), "a step back");
        assert_eq!(held("a", "1.1.0-rc.1", "d3"), (Standing::Changed(version("1.1.0")), "d9".into()));
        assert_eq!(held("b", "1.0.0", "d1"), (Standing::New, String::new()));
    }

    #[test]
    fn of_two_files_of_a_version_the_last_answer_counts() {
        let answers = [answer("1.0.0", "d1", true), answer("1.0.0", "d2", true)];
        let applied = standing(&answers, "a", &Version::parse("2.0.0").unwrap(), "d3");
        assert_eq!(applied.answers, [&answers[1]]);
    }
}
