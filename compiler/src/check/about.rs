//! `bad-license`, `bad-link`, `long-summary`, `repeated-keyword` and `unversioned`: what a manifest says for people.
//! It decides nothing; people and shops still read it.

use std::collections::{BTreeMap, BTreeSet};

use memchr::memchr;

use crate::bind::{Model, Plugin};
use crate::diag::{Code, Diagnostic, Fix, Sink};
use crate::lower::Passage;
use crate::source::{Sources, Span};

/// How long the summary of a command or tool may be, in characters: a line of a list.
const LONGEST_SUMMARY: usize = 120;

/// How many words a list may have that is searched: more than anyone writes.
const MOST_WORDS: usize = 64;

pub(super) fn check(model: &Model<'_>, plugins: &[Plugin], sink: &mut Sink) {
    let mut good = BTreeSet::new();
    for plugin in plugins {
        let Some(about) = &plugin.manifest.about else { continue };
        if let Some(license) = &about.license {
            bad_license((license.read(model.sources), license.span), &mut good, sink);
        }
        for (link, field) in [(&about.homepage, "homepage"), (&about.repository, "repository")] {
            link.iter().for_each(|link| bad_link((link.read(model.sources), link.span), field, sink));
        }
        let summaries = plugin.manifest.names.iter().filter_map(|name| name.summary.as_ref());
        let summaries = summaries.map(|summary| (summary.said().as_str(), summary.span()));
        let parameters = plugin.manifest.names.iter().flat_map(|name| &name.parameters);
        let parameters = parameters.filter_map(|it| Some((it.said().summary.as_deref()?, it.span())));
        summaries.chain(parameters).for_each(|(text, span)| long(text, span, sink));
        [&about.keywords, &about.categories].into_iter().for_each(|words| repeated(words, model.sources, sink));
        unversioned(model, plugin, sink);
    }
}

/// `good` are those that were read before: many plugins have the same.
fn bad_license<'m>((license, span): (&'m str, Span), good: &mut BTreeSet<&'m str>, sink: &mut Sink) {
    if good.contains(license) {
        return;
    }
    let Err(error) = spdx::Expression::parse(license) else {
        good.insert(license);
        return;
    };
    let shown = license.escape_debug();
    let found = Diagnostic::new(Code::BadLicense, span, format!("`{shown}` is no SPDX expression"))
        .label(error.reason.to_string())
        .help(
            "write identifiers from the SPDX list, as in `MIT OR Apache-2.0`, or `LicenseRef-` and a name of your own",
        );
    let meant = spdx::Expression::canonicalize(license).ok().flatten();
    sink.add(match meant.filter(|meant| spdx::Expression::parse(meant).is_ok()) {
        Some(meant) => {
            let fix = Fix::safe(format!("write `{meant}`")).word(span, meant.as_str());
            found.help(format!("write `{meant}`")).fix_with(fix)
        }
        None => found,
    });
}

/// What begins an address that a browser, or `git`, opens.
const SCHEMES: [&str; 6] = ["https://", "http://", "git+https://", "ssh://", "git+ssh://", "git@"];

fn bad_link((link, span): (&str, Span), field: &str, sink: &mut Sink) {
    let known = if field == "homepage" { &SCHEMES[..2] } else { &SCHEMES[..] };
    let host = known.iter().find_map(|scheme| link.strip_prefix(scheme));
    let is_host = |host: &str| host.starts_with(|c: char| c.is_alphanumeric() || c == '[') && !host.contains(' ');
    if host.is_some_and(is_host) {
        return;
    }
    let message = format!("`{}` is no address that can be opened", link.escape_debug());
    let found = Diagnostic::new(Code::BadLink, span, message);
    let found = found.help(format!("write the whole address, as in `{field} \"https://example.com/plugin\"`"));
    let name = link.split('/').next().unwrap_or_default();
    let bare = name.contains('.') && name.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | '-'));
    let is_bare = bare && !name.starts_with('.') && is_host(link);
    sink.add(if is_bare {
        let whole = format!("https://{link}");
        found.fix_with(Fix::safe(format!("write `{whole}`")).word(span, whole))
    } else {
        found
    });
}

fn long(text: &str, span: Span, sink: &mut Sink) {
    let lines = if memchr(b'\n', text.as_bytes()).is_some() { text.trim().lines().count() } else { 1 };
    if text.len() <= LONGEST_SUMMARY && lines <= 1 {
        return;
    }
    let length = text.chars().count();
    if lines > 1 || length > LONGEST_SUMMARY {
        let what = if lines > 1 { format!("{lines} lines") } else { format!("{length} characters") };
        let found = Diagnostic::new(Code::LongSummary, span, format!("a summary of {what}"));
        let found = found.note("summaries stand one below the other in lists of commands");
        sink.add(found.help(format!("say it on one line of at most {LONGEST_SUMMARY} characters")));
    }
}

fn repeated(words: &[Passage], sources: &Sources, sink: &mut Sink) {
    if !(2..=MOST_WORDS).contains(&words.len()) || are_few_and_different(words, sources) {
        return;
    }
    let mut seen: BTreeMap<String, Span> = BTreeMap::new();
    for word in words {
        let text = word.read(sources);
        let lower = text.to_lowercase();
        if let Some(first) = seen.get(&lower) {
            let message = format!("`{}` is there twice", text.escape_debug());
            let found = Diagnostic::new(Code::RepeatedKeyword, word.span, message).because(*first, "first here");
            sink.add(found.help("remove the second").fix_with(Fix::safe("remove the second").remove(word.span)));
        } else {
            seen.insert(lower, word.span);
        }
    }
}

/// Most lists are short and of ASCII; their words are compared in pairs sooner than they are put in lower case.
fn are_few_and_different(words: &[Passage], sources: &Sources) -> bool {
    const FEW: usize = 8;
    let is_new = |(at, word): (usize, &Passage)| {
        let word = word.read(sources);
        let is_other = |other: &Passage| !other.read(sources).eq_ignore_ascii_case(word);
        word.is_ascii() && words[..at].iter().all(is_other)
    };
    words.len() <= FEW && words.iter().enumerate().all(is_new)
}

fn unversioned(model: &Model<'_>, plugin: &Plugin, sink: &mut Sink) {
    let version = &plugin.manifest.version;
    let said = version.said();
    let is_zero = (said.major, said.minor, said.patch) == (0, 0, 0) && said.pre.is_empty();
    // A version that the manifest does not say has the place of who it is.
    if is_zero && model.sources.slice(version.span()).contains("0.0.0") {
        let found = Diagnostic::new(Code::Unversioned, version.span(), "the version `0.0.0` says nothing");
        sink.add(found.help("start with `0.1.0`, so that a later version can be told from this one"));
    }
}
