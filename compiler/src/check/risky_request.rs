//! `unexplained-request`, `overbroad-request`, `sensitive-path`, `sensitive-endpoint`, `plain-http` and `secret-variable`: requests
//! that whoever grants them should look at twice. What is asked for is read as it is written, so that a pattern which covers
//! such a thing among others is not called by its name.

use ambit_schema::advice::quoted;
use ambit_schema::capability::{DomainKind, Kind};
use ambit_schema::sensitive::{METADATA, PATHS, is_secret_name};
use memchr::memchr_iter;

use crate::bind::{BoundClaim, Model, Plugin};
use crate::diag::{Code, Diagnostic, Fix, Sink};

pub(super) fn check(model: &Model<'_>, plugins: &[Plugin], sink: &mut Sink) {
    for plugin in plugins {
        for claim in &plugin.claims {
            let Some(target) = &claim.target else { continue };
            match claim.line.kind {
                kind if is_everything(kind, target) => overbroad(claim, target, sink),
                Kind::FsRead | Kind::FsWrite | Kind::FsMkdir => sensitive_path(claim, target, sink),
                Kind::NetConnect => {
                    sensitive_endpoint(claim, target, sink);
                    plain_http(model, claim, target, sink);
                }
                Kind::EnvRead => secret_variable(claim, target, sink),
                Kind::ProcessSpawn => unexplained(claim, target, sink),
                _ => {}
            }
        }
    }
}

/// Whether a target leaves nothing of its kind out, or all of a person's files.
pub(super) fn is_everything(kind: Kind, target: &str) -> bool {
    match kind.domain() {
        DomainKind::Paths => {
            let end = target.trim_end_matches(['/', '*']);
            matches!(end, "" | "~" | "${home}") && !matches!(target, "~" | "${home}" | "*" | "**")
        }
        DomainKind::Endpoints => matches!(target, "*://*:*" | "*://*" | "tcp://*:*"),
        DomainKind::Names => matches!(target, "**" | "*") && is_graver_in_bulk(kind),
        DomainKind::Commands => matches!(target.trim(), "**" | "* **" | "*"),
        DomainKind::Routes | DomainKind::Numbers => false,
    }
}

/// Kinds of names of which all together are more than a convenience.
fn is_graver_in_bulk(kind: Kind) -> bool {
    matches!(kind, Kind::EnvRead | Kind::DbWrite | Kind::DbExecute)
}

fn overbroad(claim: &BoundClaim, target: &str, sink: &mut Sink) {
    let kind = claim.line.kind;
    let what = match (kind.domain(), target.starts_with(['~', '$'])) {
        (DomainKind::Paths, true) => "all files of a person",
        (DomainKind::Paths, false) => "all files of a machine",
        (DomainKind::Endpoints, _) => "every place that can be reached",
        _ => "all there is",
    };
    let message = format!("`{}` asks for {what}", target.escape_debug());
    let narrow = quoted(match (kind, kind.domain()) {
        (Kind::EnvRead, _) => "LANG",
        (_, domain) => domain.example(),
    });
    let found = Diagnostic::new(Code::OverbroadRequest, claim.span, message);
    let found = found.note("whoever grants this cannot know what it is for");
    sink.add(found.help(format!("ask for what is needed and nothing else, as in `{kind} {narrow}`")));
}

fn sensitive_path(claim: &BoundClaim, target: &str, sink: &mut Sink) {
    let (home, path) = match target.strip_prefix("${home}/").or_else(|| target.strip_prefix("~/")) {
        Some(path) => (true, path),
        None => (false, target),
    };
    if !home && !target.starts_with('/') {
        return;
    }
    let lies_in = |place: &str| {
        let place = if home { place.strip_prefix("~/") } else { Some(place).filter(|place| place.starts_with('/')) };
        place.and_then(|place| path.strip_prefix(place)).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    };
    let Some((_, _, what)) = PATHS.iter().find(|(place, ..)| lies_in(place)) else { return };
    let verb = claim.line.kind.phrase();
    let message = format!("asks to {verb} `{}`, where {what} {}", target.escape_debug(), stand(what));
    let found = Diagnostic::new(Code::SensitivePath, claim.span, message);
    sink.add(found.help("ask for a folder of the plugin's own, or have the host serve what is needed from there"));
}

fn stand(what: &str) -> &'static str {
    if what.starts_with("the files") || what.ends_with('s') && !what.starts_with("a ") { "are" } else { "is" }
}

fn sensitive_endpoint(claim: &BoundClaim, target: &str, sink: &mut Sink) {
    let host = host(target);
    if METADATA.iter().any(|known| host.starts_with(known)) {
        let message =
            format!("asks to connect to `{}`, where a machine is told its credentials", target.escape_debug());
        let found = Diagnostic::new(Code::SensitiveEndpoint, claim.span, message);
        let found = found.note("addresses of the link itself answer without asking who is there");
        sink.add(found.help("leave it out, and have the host hand over what the plugin needs from there"));
    }
}

/// What stands behind the first `://`, or the whole where there is none.
fn host(target: &str) -> &str {
    let mut colons = memchr_iter(b':', target.as_bytes());
    colons.find_map(|at| target[at..].strip_prefix("://")).unwrap_or(target)
}

fn plain_http(model: &Model<'_>, claim: &BoundClaim, target: &str, sink: &mut Sink) {
    let Some(host) = target.strip_prefix("http://") else { return };
    let is_near = ["localhost", "127.", "[::1]", "[::ffff:127.", "10.", "192.168.", "*.localhost", "host."];
    let name = host.split(['/', ':']).next().unwrap_or_default();
    // Words of other systems ask for two schemes at once; only what is written is spoken of.
    let is_written = model.sources.slice(claim.span).contains("http://");
    if !is_written || is_near.iter().any(|near| host.starts_with(near)) || name.ends_with(".local") {
        return;
    }
    let message = format!("`{}` is spoken in the open", target.escape_debug());
    let found = Diagnostic::new(Code::PlainHttp, claim.span, message);
    let found = found.note("whoever is on the way can read and change what is said");
    let secure = format!("https://{}", host.trim_end_matches(":80"));
    let found = found.help(format!("write `{}` if the other side speaks it", secure.escape_debug()));
    sink.add(found.fix_with(Fix::risky(format!("write `{secure}`")).word(claim.span, secure)));
}

fn secret_variable(claim: &BoundClaim, target: &str, sink: &mut Sink) {
    if claim.line.reason.is_some() || !is_secret_name(target) {
        return;
    }
    let message = format!("`{}` looks like a secret, and nothing says what it is for", target.escape_debug());
    let found = Diagnostic::new(Code::SecretVariable, claim.span, message);
    let help = format!("say why, as in `env.read {} why=\"signs the requests\"`", quoted(target));
    sink.add(found.help(help));
}

fn unexplained(claim: &BoundClaim, target: &str, sink: &mut Sink) {
    if claim.line.reason.is_none() {
        let shown = target.escape_debug();
        let message = format!("asks to start the program `{shown}`, and nothing says what for");
        let found = Diagnostic::new(Code::UnexplainedRequest, claim.span, message);
        let found = found.note("a program that is started has the rights of the host and not those of the plugin");
        sink.add(found.help(format!("say why, as in `process.spawn {} why=\"formats the files\"`", quoted(target))));
    }
}
