//! The core schema of YAML 1.2.2, section 10.3.2: which plain scalars are not text. Comes in: a scalar's text. Goes out: a
//! [`Scalar`]. Deliberately absent: everything that only YAML 1.1 took for a value, such as `yes`, `on` and `1:30`.

use crate::syntax::tree::{Scalar, Text};

/// What a scalar without quotes and without a tag is.
pub(super) fn plain(value: &str, text: Text) -> Scalar {
    // Most are told by their first letter.
    let is_text = |first: &u8| first.is_ascii_alphabetic() && !matches!(first, b'n' | b'N' | b't' | b'T' | b'f' | b'F');
    if value.as_bytes().first().is_some_and(is_text) {
        return Scalar::String(text);
    }
    match value {
        "" | "~" | "null" | "Null" | "NULL" => Scalar::Null,
        "true" | "True" | "TRUE" => Scalar::Bool(true),
        "false" | "False" | "FALSE" => Scalar::Bool(false),
        _ if is_number(value) => Scalar::Number(text),
        _ => Scalar::String(text),
    }
}

/// What a scalar with a core tag is; nothing if its text is not of that type, or the type not of scalars.
pub(super) fn tagged(tag: &str, value: &str, text: Text) -> Option<Scalar> {
    let plain = plain(value, text);
    let fits = match (tag, plain) {
        ("str", _) => return Some(Scalar::String(text)),
        ("int", Scalar::Number(_)) => is_integer(value),
        ("float", Scalar::Number(_)) | ("bool", Scalar::Bool(_)) | ("null", Scalar::Null) => true,
        _ => false,
    };
    fits.then_some(plain)
}

fn is_number(value: &str) -> bool {
    let first = value.bytes().next();
    first.is_some_and(|byte| byte.is_ascii_digit() || matches!(byte, b'+' | b'-' | b'.'))
        && (is_integer(value) || is_float(value))
}

fn is_integer(value: &str) -> bool {
    if let Some(digits) = value.strip_prefix("0o") {
        return all(digits, |byte| matches!(byte, b'0'..=b'7'));
    }
    if let Some(digits) = value.strip_prefix("0x") {
        return all(digits, |byte| byte.is_ascii_hexdigit());
    }
    all(unsigned(value), |byte| byte.is_ascii_digit())
}

fn is_float(value: &str) -> bool {
    if matches!(value, ".nan" | ".NaN" | ".NAN") {
        return true;
    }
    let digits = unsigned(value);
    if matches!(digits, ".inf" | ".Inf" | ".INF") {
        return true;
    }
    match digits.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => is_mantissa(mantissa) && all(unsigned(exponent), |byte| byte.is_ascii_digit()),
        None => is_mantissa(digits),
    }
}

/// `1`, `1.`, `1.5` or `.5`.
fn is_mantissa(value: &str) -> bool {
    let (whole, fraction) = value.split_once('.').unwrap_or((value, ""));
    let digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    digits(whole) && digits(fraction) && !(whole.is_empty() && fraction.is_empty())
}

fn unsigned(value: &str) -> &str {
    value.strip_prefix(['+', '-']).unwrap_or(value)
}

/// Whether there are digits, and nothing but digits.
fn all(digits: &str, is_digit: impl Fn(u8) -> bool) -> bool {
    !digits.is_empty() && digits.bytes().all(is_digit)
}
