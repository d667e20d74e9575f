//! Paths of guests, before anything is opened. Comes in: a path as the guest writes it, relative to a folder it holds. Goes
//! out: the same without `.`, `..` and doubled slashes, or the fact that it leads out. Deliberately absent: the file
//! system; links are held by the sandbox beneath, which opens every path under a pinned folder.

/// A path after `..` and `.` are worked out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Walk {
    /// Below the folder where the mount begins; empty for that folder itself.
    Inside(String),
    /// Out of it, to this path as the guest sees the world.
    Outside(String),
}

/// Follows `path` from `start`, a path below the mount at `guest`.
pub(super) fn walk(guest: &str, start: &str, path: &str) -> Walk {
    if path.starts_with('/') {
        return Walk::Outside(absolute(path));
    }
    let mut parts: Vec<&str> = parts(start).collect();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." if parts.pop().is_none() => return Walk::Outside(absolute(&format!("{guest}/{start}/{path}"))),
            ".." => {}
            part => parts.push(part),
        }
    }
    Walk::Inside(parts.join("/"))
}

/// An absolute path without `.` and `..`; one cannot go above the root.
pub(super) fn absolute(path: &str) -> String {
    let mut kept: Vec<&str> = Vec::new();
    for part in parts(path) {
        if part == ".." {
            kept.pop();
        } else {
            kept.push(part);
        }
    }
    format!("/{}", kept.join("/"))
}

/// A path of the machine below a mounted folder, as grants write it.
pub(super) fn below(folder: &str, inside: &str) -> String {
    match (folder.trim_end_matches('/'), inside) {
        ("", "") => "/".to_owned(),
        (folder, "") => folder.to_owned(),
        (folder, inside) => format!("{folder}/{inside}"),
    }
}

fn parts(path: &str) -> impl Iterator<Item = &str> {
    path.split('/').filter(|part| !part.is_empty() && *part != ".")
}

#[cfg(test)]
mod tests {
    use super::{Walk, absolute, below, walk};

    #[test]
    fn stays_inside_or_says_where_it_leads() {
        assert_eq!(walk("/in", "", "a//./b/"), Walk::Inside("a/b".into()));
        assert_eq!(walk("/in", "a/b", "../c"), Walk::Inside("a/c".into()));
        assert_eq!(walk("/in", "a", "../../etc/passwd"), Walk::Outside("/etc/passwd".into()));
        assert_eq!(walk("/in", "", "../in/a"), Walk::Outside("/in/a".into()));
        assert_eq!(walk("/in", "", "/etc//passwd"), Walk::Outside("/etc/passwd".into()));
        assert_eq!(walk("/in", "", "."), Walk::Inside(String::new()));
    }

    #[test]
    fn roots_do_not_double_their_slash() {
        assert_eq!(absolute("/../../x/."), "/x");
        assert_eq!(below("/", "etc"), "/etc");
        assert_eq!(below("./data/", ""), "./data");
    }
}
