//! The parts of an endpoint's text. Comes in: `scheme://host:port`. Goes out: the three parts with their places, not
//! yet read. What people take over from a URL by habit is refused with its meaning, not dropped.

use super::super::error::{self, PatternError, PatternErrorKind};

/// The most characters of an endpoint or a pattern over them.
const MAX_CHARS: usize = 1024;

/// The text of each part and the byte it starts at.
pub(super) struct Parts<'a> {
    pub(super) scheme: &'a str,
    /// With the brackets of an IPv6 address.
    pub(super) host: &'a str,
    pub(super) host_at: usize,
    pub(super) ports: Option<(&'a str, usize)>,
}

pub(super) fn split(text: &str) -> Result<Parts<'_>, PatternError> {
    error::check_text(text, MAX_CHARS)?;
    let (scheme, rest) = text.split_once("://").ok_or_else(|| PatternErrorKind::NoScheme.at(0))?;
    let host_at = scheme.len() + 3;
    refuse_user(rest).map_err(|err| err.shifted(host_at))?;
    let host_len = host_len(rest);
    let (host, after) = rest.split_at(host_len);
    let ports = split_ports(after).map_err(|err| err.shifted(host_at + host_len))?;
    Ok(Parts { scheme, host, host_at, ports: ports.map(|ports| (ports, host_at + host_len + 1)) })
}

fn refuse_user(rest: &str) -> Result<(), PatternError> {
    match rest.find(['/', '?', '#', '@']) {
        Some(at) if rest[at..].starts_with('@') => Err(PatternErrorKind::UserInfo.at(0)),
        _ => Ok(()),
    }
}

/// Up to the closing bracket, the colon or the end.
fn host_len(rest: &str) -> usize {
    match rest.find(if rest.starts_with('[') { ']' } else { ':' }) {
        Some(close) if rest.starts_with('[') => close + 1,
        end => end.unwrap_or(rest.len()),
    }
}

fn split_ports(after: &str) -> Result<Option<&str>, PatternError> {
    if let Some(at) = after.find(['/', '?', '#']) {
        return Err(PatternErrorKind::BeyondAuthority.at(at));
    }
    match after.strip_prefix(':') {
        None if after.is_empty() => Ok(None),
        None => Err(PatternErrorKind::BadAddress.at(0)),
        Some(ports) if ports.contains(':') => Err(PatternErrorKind::UnbracketedAddress.at(0)),
        Some(ports) => Ok(Some(ports)),
    }
}
