//! What a request names. Comes in: a request as it would be sent. Goes out: the endpoint that it is for, in the words of rights, and
//! whether the server is told the same. Deliberately absent: the gate, and the connection.

use std::net::IpAddr;

use ambit_schema::set::endpoints::Endpoint;
use hyper::Request;
use hyper::header::HOST;

use crate::door::address::shown;

/// The schemes that requests are sent by.
pub(super) const SCHEMES: [&str; 2] = ["http", "https"];

/// The endpoint of a request, in the words of the plugin.
pub(super) fn target<B>(request: &Request<B>) -> Option<String> {
    let (scheme, authority) = request.uri().scheme_str().zip(request.uri().authority())?;
    SCHEMES.contains(&scheme).then(|| format!("{scheme}://{authority}"))
}

/// Whether the server is told of the host that was asked for, and of no other.
pub(super) fn names_one_host<B>(request: &Request<B>) -> bool {
    let authority = request.uri().authority().map_or("", |authority| authority.as_str());
    let mut hosts = request.headers().get_all(HOST).iter();
    hosts.next().is_some_and(|host| host.as_bytes() == authority.as_bytes()) && hosts.next().is_none()
}

/// The endpoint of an address that a name led to.
pub(super) fn literal(endpoint: &Endpoint, address: IpAddr) -> String {
    format!("{}://{}:{}", endpoint.scheme(), shown(address), endpoint.port())
}

#[cfg(test)]
mod tests {
    use hyper::Request;

    use super::{names_one_host, target};

    fn request(uri: &str, hosts: &[&str]) -> Request<()> {
        let mut request = Request::builder().uri(uri);
        for host in hosts {
            request = request.header("host", *host);
        }
        request.body(()).unwrap()
    }

    #[test]
    fn a_request_names_one_host() {
        assert!(names_one_host(&request("http://a.example/", &["a.example"])));
        for hosts in [&[][..], &["b.example"], &["a.example:80"], &["a.example", "b.example"], &["a.example"; 2]] {
            assert!(!names_one_host(&request("http://a.example/", hosts)), "{hosts:?}");
        }
    }

    #[test]
    fn a_request_has_an_endpoint_of_http() {
        assert_eq!(target(&request("https://a.example:8443/b", &[])).as_deref(), Some("https://a.example:8443"));
        assert_eq!(target(&request("ftp://a.example/b", &[])), None);
        assert_eq!(target(&request("/b", &[])), None);
    }
}
