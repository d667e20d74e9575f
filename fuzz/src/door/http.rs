//! What guests say in requests. Comes in: any bytes. Goes out: nothing, or a panic that says what does not hold.

use ambit_schema::set::endpoints::{Endpoint, Host};
use hyper::Request;
use hyper::header::HOST;

#[path = "../../../runtime/src/door/http/named.rs"]
mod named;

use named::{SCHEMES, literal, names_one_host, target};

/// The address of a request, then its `Host` headers. What a right is asked for is the host and the port of the address, and
/// what the server is told.
pub fn requests(bytes: &[u8]) {
    super::address(bytes);
    let mut parts = bytes.split(|byte| *byte == 0);
    let mut request = Request::builder().uri(parts.next().unwrap_or_default());
    for host in parts.take(4) {
        request = request.header(HOST, host);
    }
    let Ok(request) = request.body(()) else { return };
    let Some(endpoint) = target(&request).and_then(|target| Endpoint::parse(&target).ok()) else { return };
    assert!(SCHEMES.contains(&endpoint.scheme()), "{endpoint}");
    assert_eq!(Endpoint::parse(&endpoint.to_string()).as_ref(), Ok(&endpoint), "what is asked about is read as itself");
    let uri = request.uri();
    let default = if endpoint.scheme() == "https" { 443 } else { 80 };
    assert_eq!(endpoint.port(), uri.port_u16().unwrap_or(default), "{uri}");
    let host = uri.host().unwrap_or_default();
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    let address = bare.parse::<std::net::IpAddr>().map(|address| address.to_canonical()).ok();
    let read = match endpoint.host() {
        Host::V4(read) => Some(std::net::IpAddr::from(*read)),
        Host::V6(read) => Some(std::net::IpAddr::from(*read)),
        Host::Name(name) => {
            assert_eq!(name.text(), host.trim_end_matches('.').to_ascii_lowercase(), "{uri}");
            None
        }
    };
    assert!(address.is_none() || address == read, "{uri}: {address:?}, {read:?}");
    if let Some(read) = read {
        assert_eq!(Endpoint::parse(&literal(&endpoint, read)).as_ref(), Ok(&endpoint));
    }
    if names_one_host(&request) {
        let told: Vec<_> = request.headers().get_all(HOST).iter().collect();
        assert_eq!(told.len(), 1);
        assert_eq!(told[0].as_bytes(), uri.authority().map_or("", |authority| authority.as_str()).as_bytes());
    }
}
