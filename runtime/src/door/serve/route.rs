//! What a request asks for, in the words of rights. Comes in: a request. Goes out: `POST /a/b`, one text for all spellings of a path.
//! What is behind `%` counts as the character that it stands for, since whoever reads the path may take it for that; a spelling that
//! would say two things is refused. Deliberately absent: the query, which no right is about.

use ambit_schema::capability::{Kind, Member};
use hyper::{Method, Request};

use super::Unserved;

/// What a request asks for.
#[derive(Debug)]
pub(super) struct Asked {
    /// As in `POST /a/b`.
    pub(super) text: String,
    /// The same, read. `None`: it is longer than what any right can name, and the gate says so.
    pub(super) member: Option<Member>,
}

/// Reads what a request asks for.
///
/// # Errors
/// Its method or its path says nothing that a right could cover, or several things at once.
pub(super) fn asked<B>(request: &Request<B>) -> Result<Asked, Unserved> {
    let method = request.method();
    if *method == Method::CONNECT || !method.as_str().bytes().all(|byte| byte.is_ascii_uppercase()) {
        return Err(Unserved::Malformed("its method is none that plugins answer"));
    }
    let path = decoded(request.uri().path())?;
    let text = format!("{method} {path}");
    let member = Member::parse(Kind::HttpServe, &text).ok();
    Ok(Asked { text, member })
}

fn decoded(path: &str) -> Result<String, Unserved> {
    let broken = Err(Unserved::Malformed("its path is no path"));
    let mut bytes = Vec::with_capacity(path.len());
    let mut rest = path.as_bytes();
    while let [first, after @ ..] = rest {
        rest = after;
        if *first != b'%' {
            bytes.push(*first);
            continue;
        }
        let [high, low, after @ ..] = rest else { return broken };
        let (Some(high), Some(low)) = (digit(*high), digit(*low)) else { return broken };
        let byte = high * 16 + low;
        if matches!(byte, b'/' | b'\\' | b'%') {
            return Err(Unserved::Malformed("its path hides a separator"));
        }
        bytes.push(byte);
        rest = after;
    }
    let Ok(decoded) = String::from_utf8(bytes) else { return broken };
    check(&decoded).map(|()| decoded)
}

fn digit(hex: u8) -> Option<u8> {
    char::from(hex).to_digit(16).and_then(|digit| u8::try_from(digit).ok())
}

/// No part is empty, but the last, or leads up, and nothing in it is invisible.
fn check(path: &str) -> Result<(), Unserved> {
    let Some(parts) = path.strip_prefix('/') else { return Err(Unserved::Malformed("its path is no path")) };
    let is_odd = |part: &str| part.is_empty() || part == "." || part == "..";
    let inner = parts.strip_suffix('/').unwrap_or(parts);
    if path.contains('\\') || path.chars().any(char::is_control) || (!parts.is_empty() && inner.split('/').any(is_odd))
    {
        return Err(Unserved::Malformed("its path has parts that others read as another path"));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use hyper::Request;

    use super::asked;

    fn text(method: &str, target: &str) -> Option<String> {
        let request = Request::builder().method(method).uri(target).body(()).unwrap();
        asked(&request).ok().map(|asked| asked.text)
    }

    #[test]
    fn a_path_has_one_spelling() {
        for (target, said) in [
            ("/", "GET /"),
            ("/a/b", "GET /a/b"),
            ("/a/", "GET /a/"),
            ("/a?x=/../b", "GET /a"),
            ("/%61dmin/%7euser", "GET /admin/~user"),
            ("/%c3%a9", "GET /é"),
            ("https://example.com/a", "GET /a"),
        ] {
            assert_eq!(text("GET", target).as_deref(), Some(said), "{target}");
        }
    }

    #[test]
    fn what_says_several_things_is_refused() {
        for target in [
            "//a",
            "/a//b",
            "/a/./b",
            "/a/../b",
            "/..",
            "/a/%2e%2e/b",
            "/a%2fb",
            "/a%5cb",
            "/a%00",
            "/%0a",
            "/%",
            "/%2",
            "/%zz",
            "/%252e",
            "/%ff",
            "/a//",
        ] {
            assert_eq!(text("GET", target), None, "{target}");
        }
        for method in ["CONNECT", "get", "*", "M-SEARCH"] {
            assert_eq!(text(method, "/a"), None, "{method}");
        }
    }
}
