//! What guests say to the doors of the wasm tier, read by the runtime's own files. Comes in: any bytes. Goes out: nothing, or a panic
//! that says what does not hold.

use std::net::IpAddr;

use ambit_schema::set::endpoints::{Endpoint, Host};
use ambit_schema::set::paths::Path;

#[path = "../../runtime/src/door/address.rs"]
pub(crate) mod address;
pub mod http;
#[path = "../../runtime/src/door/paths.rs"]
mod paths;

use paths::{Walk, absolute, below, walk};

/// The folder of the machine behind the mount.
const FOLDER: &str = "./data";

/// The name of a mount, a folder in it, and a path from there. It stays in the mount, or is told as leading out; what a right is
/// asked for is what would be opened.
pub fn paths(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    let mut parts = text.splitn(3, '\0');
    let mut part = || parts.next().unwrap_or_default();
    let (guest, start, path) = (part(), part(), part());
    let Walk::Inside(start) = walk(guest, "", start) else { return };
    match walk(guest, &start, path) {
        Walk::Inside(inside) => {
            assert_eq!(Some(&inside), by_hand(&start, path).as_ref(), "`{start}` `{path}`");
            asked_as_opened(&inside);
        }
        Walk::Outside(told) => {
            assert_eq!(by_hand(&start, path), None, "`{start}` `{path}`");
            assert!(told.starts_with('/') && told.split('/').skip(1).all(|part| !matches!(part, "." | "..")), "`{told}`");
            assert_eq!(absolute(&told), told);
        }
    }
}

/// The same, told in another way: names are put on a stack and taken off it.
fn by_hand(start: &str, path: &str) -> Option<String> {
    let mut names: Vec<&str> = start.split('/').filter(|name| !name.is_empty()).collect();
    if path.starts_with('/') {
        return None;
    }
    for name in path.split('/').filter(|name| !matches!(*name, "" | ".")) {
        if name == ".." {
            names.pop()?;
        } else {
            names.push(name);
        }
    }
    Some(names.join("/"))
}

fn asked_as_opened(inside: &str) {
    assert!(inside.is_empty() || inside.split('/').all(|name| !matches!(name, "" | "." | "..")), "`{inside}`");
    let place = below(FOLDER, inside);
    if let Ok(path) = Path::parse(&place) {
        assert_eq!(path.text(), place, "another path is asked about");
        assert!(path.is_in(&Path::parse(FOLDER).unwrap_or_else(|error| panic!("{error}"))), "`{place}`");
    }
}

/// An address of the network is written as rights write it, and lies inside or outside whatever it is dressed as.
pub fn address(bytes: &[u8]) {
    let four = bytes.first_chunk::<4>().map(|bytes| IpAddr::from(*bytes));
    let sixteen = bytes.first_chunk::<16>().map(|bytes| IpAddr::from(*bytes));
    for address in four.into_iter().chain(sixteen).map(|address| address.to_canonical()) {
        let text = format!("tcp://{}:1", address::shown(address));
        let endpoint = Endpoint::parse(&text).unwrap_or_else(|error| panic!("`{text}`: {error}"));
        let read = match endpoint.host() {
            Host::V4(address) => IpAddr::from(*address),
            Host::V6(address) => IpAddr::from(*address),
            Host::Name(name) => panic!("`{text}` is the name `{}`", name.text()),
        };
        assert_eq!(read, address);
        assert!(address::is_inside(address) || !address.is_loopback() && !address.is_unspecified(), "{address}");
    }
}
