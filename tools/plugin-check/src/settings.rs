//! What holds for a run of the linter: what the command line says, then what the configuration says. Comes in: arguments. Goes out:
//! [`Settings`], or why there are none. Deliberately absent: what a configuration may say; see `config`.

use std::fmt::Write;
use std::path::{Path, PathBuf};

use clap::ValueEnum;
use plugin_check::config::{self, Config, Found};
use plugin_check::levels::{Level, Levels, Which, which};
use plugin_check::{print, render};

use crate::arguments::{self, Format, Lint};
use crate::explain::unknown_rule;
use crate::{CouldNot, Verdict, say};

/// What holds for a run.
pub(crate) struct Settings {
    /// How findings are written.
    pub(crate) format: Format,
    /// How grave rules are.
    pub(crate) levels: Levels,
    /// What is known.
    pub(crate) known: Option<Known>,
    /// The configuration, where there is one.
    pub(crate) config: Option<Config>,
}

/// A baseline, and who names it.
pub(crate) struct Known {
    pub(crate) file: PathBuf,
    /// One that the configuration names keeps no error from being told.
    pub(crate) hides_errors: bool,
}

impl Settings {
    /// The settings for some paths.
    pub(crate) fn new(lint: &Lint, paths: &[PathBuf]) -> Result<Self, CouldNot> {
        let asked = asked(&lint.levels)?;
        let (found, config) = configured(lint, paths)?;
        if !lint.quiet && lint.configured.config.is_none() {
            found.passed_over.iter().for_each(passed_over);
        }
        let named = |file: &PathBuf| Known { file: file.clone(), hides_errors: true };
        let kept = |file: &PathBuf| Known { file: file.clone(), hides_errors: false };
        let is_told = !(lint.fixing.fix || lint.fixing.diff || lint.known.write_baseline.is_some());
        let configured = config.as_ref().and_then(|config| config.baseline.as_ref()).filter(|_| is_told);
        let format = config.as_ref().and_then(|config| Format::from_str(config.format.as_deref()?, false).ok());
        Ok(Settings {
            format: lint.format.or(format).unwrap_or(Format::Human),
            levels: Levels { asked, configured: config.as_ref().map_or_else(Vec::new, |config| config.levels.clone()) },
            known: lint.known.baseline.as_ref().map(named).or(configured.map(kept)),
            config,
        })
    }

    /// Prints what holds.
    pub(crate) fn show(&self) -> Result<Verdict, CouldNot> {
        let mut text = match &self.config {
            Some(config) => format!("configuration: {}\n", shown(&config.path)),
            None => "no configuration\n".to_owned(),
        };
        let format = self.format.to_possible_value().map_or_else(String::new, |value| value.get_name().to_owned());
        let _ = writeln!(text, "format: {format}");
        if let Some(known) = &self.known {
            let _ = writeln!(text, "baseline: {}", shown(&known.file));
        }
        for (who, levels) in [("asked", &self.levels.asked), ("configured", &self.levels.configured)] {
            for (which, level) in levels {
                let _ = writeln!(text, "{}: {} ({who})", level.key(), which.key());
            }
        }
        for path in self.config.iter().flat_map(|config| &config.left_out) {
            let _ = writeln!(text, "left out: {}", shown(path));
        }
        say(&text)
    }
}

fn shown(path: &Path) -> String {
    render::visible(&path.display().to_string())
}

fn passed_over(one: &config::PassedOver) {
    print::err(&format!("plugin-check: `{}` is not read: {}\n", shown(&one.path), one.why));
}

/// The configuration of all paths: the one that is named, or the one that each of them leads up to.
fn configured(lint: &Lint, paths: &[PathBuf]) -> Result<(Found, Option<Config>), CouldNot> {
    if lint.configured.no_config {
        return Ok((Found::default(), None));
    }
    if let Some(file) = &lint.configured.config {
        return Ok((Found::default(), Some(config::read(file)?)));
    }
    let mut all: Vec<Found> = paths.iter().map(|path| config::find(path)).collect();
    if let Some(other) = all.iter().position(|found| found.path != all[0].path) {
        let (first, other) = (shown(&paths[0]), shown(&paths[other]));
        let why = format!("`{first}` and `{other}` have not the same configuration");
        return Err(format!("{why}: check them one by one, or name one with `--config`, or none with `--no-config`"));
    }
    let mut found = if all.is_empty() { Found::default() } else { all.swap_remove(0) };
    for more in all.into_iter().flat_map(|found| found.passed_over) {
        if !found.passed_over.contains(&more) {
            found.passed_over.push(more);
        }
    }
    let config = found.path.as_deref().map(|path| config::read(&nearer(path))).transpose()?;
    Ok((found, config))
}

/// A path as whoever asks would write it, where it lies below the folder that he is in.
fn nearer(path: &Path) -> PathBuf {
    let here = std::env::current_dir().and_then(|here| here.canonicalize());
    let below = here.ok().and_then(|here| path.strip_prefix(here).ok().map(Path::to_owned));
    below.unwrap_or_else(|| path.to_owned())
}

/// What the command line says of rules.
fn asked(asked: &arguments::Levels) -> Result<Vec<(Which, Level)>, CouldNot> {
    let lists = [(&asked.allow, Level::Allow), (&asked.warn, Level::Warn), (&asked.deny, Level::Deny)];
    let mut levels = vec![];
    for (rules, level) in lists {
        for rule in rules {
            levels.push((rule_of(rule, level)?, level));
        }
    }
    Ok(levels)
}

fn rule_of(rule: &str, level: Level) -> Result<Which, CouldNot> {
    let found = which(rule).ok_or_else(|| unknown_rule(rule))?;
    match found {
        Which::One(code) if code.severity() == ambit_compiler::diag::Severity::Error && level != Level::Deny => {
            let (id, name) = (code.id(), code.name());
            Err(format!("`{id}` {name} is an error: it forbids a plan, and cannot be made less"))
        }
        _ => Ok(found),
    }
}

#[cfg(test)]
mod tests {
    use clap::ValueEnum;
    use plugin_check::config::FORMATS;

    use crate::arguments::Format;

    #[test]
    fn a_configuration_knows_every_format() {
        let all = Format::value_variants().iter().filter_map(ValueEnum::to_possible_value);
        let all: Vec<String> = all.map(|value| value.get_name().to_owned()).collect();
        assert_eq!(all, FORMATS);
    }
}
