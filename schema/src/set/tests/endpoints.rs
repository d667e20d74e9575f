use std::net::Ipv6Addr;

use super::super::{Endpoints, PatternErrorKind as Kind, Set};
use super::{check_canonical, check_cover, check_errors, check_subset, set};
use crate::set::endpoints::{Endpoint, Host, well_known_port};

#[test]
fn patterns_cover_what_they_say() {
    check_cover::<Endpoints>(&[
        (
            "https://x.com",
            "https://x.com https://X.COM. HTTPS://x.com:443",
            "http://x.com:443 https://x.com:444 https://a.x.com",
        ),
        ("https://*.x.com", "https://a.x.com", "https://x.com https://a.b.x.com https://ax.com"),
        ("https://**.x.com", "https://a.x.com https://a.b.x.com", "https://x.com https://ax.com"),
        ("*://*:*", "https://x tcp://10.0.0.1:1 udp://[::1]:65535", ""),
        ("https://*", "https://x.com https://127.0.0.1 https://[::1]", "https://x.com:80"),
        (
            "tcp://10.0.0.0/8:1-1023",
            "tcp://10.0.0.0:1 tcp://10.255.255.255:1023",
            "tcp://11.0.0.0:1 tcp://10.0.0.1:1024 tcp://x:1",
        ),
        (
            "tcp://127.0.0.1:80",
            "tcp://[::ffff:127.0.0.1]:80 tcp://[::ffff:7f00:1]:80 tcp://127.0.0.1.:80",
            "tcp://[::1]:80",
        ),
        ("tcp://[::ffff:10.0.0.0/104]:80", "tcp://10.1.2.3:80", "tcp://11.0.0.0:80"),
        ("tcp://[::/0]:80", "tcp://[::1]:80", "tcp://127.0.0.1:80 tcp://[::ffff:127.0.0.1]:80 tcp://x:80"),
        ("tcp://[2001:db8::/32]:80,443", "tcp://[2001:DB8:0::1]:443", "tcp://[2001:db9::1]:80 tcp://[2001:db8::1]:81"),
        ("postgresql://db", "postgres://db:5432", "postgres://db:5433"),
        ("https://xn--bcher-kva.example", "https://XN--BCHER-KVA.example", ""),
        ("tcp://_dns.x_y.com:1", "tcp://_dns.x_y.com:1", ""),
        ("tcp://1.com:1", "tcp://1.com:1", ""),
    ]);
}

#[test]
fn one_pattern_has_one_text() {
    check_canonical::<Endpoints>(&[
        ("HTTPS://API.Example.com.:443", "https://api.example.com"),
        ("https://x:443,80,81-90", "https://x:80-90,443"),
        ("https://x:1-65535", "https://x:*"),
        ("https://[::FFFF:1.2.3.4]", "https://1.2.3.4"),
        ("https://[0:0::1]", "https://[::1]"),
        ("tcp://[2001:db8::/32]:1", "tcp://[2001:db8::/32]:1"),
        ("tcp://10.0.0.0/8:1-1", "tcp://10.0.0.0/8:1"),
        ("tcp://10.0.0.1/32:1", "tcp://10.0.0.1:1"),
        ("*://*:*", "*://*:*"),
        ("ws://**.x", "ws://**.x"),
    ]);
}

#[test]
fn hosts_that_systems_read_differently_are_refused() {
    for host in [
        "2130706433",
        "0x7f.1",
        "0177.0.0.1",
        "127.1",
        "1.2.3.4.5",
        "256.0.0.1",
        "0x7f000001",
        "a.1",
        "0x",
        "1.2.3.08",
        "127.0.0.1.0x",
    ] {
        check_errors::<Endpoints>(&[(&format!("https://{host}"), 8, Kind::NumericHost)]);
        assert!(Endpoint::parse(&format!("https://{host}:1")).is_err(), "{host}");
    }
    check_errors::<Endpoints>(&[
        ("https://*.0.0.1", 10, Kind::NumericHost),
        ("https://*.127.0.0.1", 10, Kind::NumericHost),
    ]);
}

#[test]
fn errors_say_where_and_what() {
    let char = Kind::HostCharacter;
    check_errors::<Endpoints>(&[
        ("", 0, Kind::Empty),
        ("x.com", 0, Kind::NoScheme),
        ("://x", 0, Kind::NoScheme),
        ("h_t://x:1", 1, Kind::SchemeCharacter('_')),
        ("https://u:p@x.com", 8, Kind::UserInfo),
        ("https://x.com/", 13, Kind::BeyondAuthority),
        ("https://x.com/a@b", 13, Kind::BeyondAuthority),
        ("https://x.com:80/a", 16, Kind::BeyondAuthority),
        ("https://x.com?q", 13, Kind::BeyondAuthority),
        ("https://10.0.0.1/", 16, Kind::BeyondAuthority),
        ("https://10.0.0.1/a", 16, Kind::BeyondAuthority),
        ("https://[::1]/a", 13, Kind::BeyondAuthority),
        ("https://", 8, Kind::NoHost),
        ("https://.", 8, Kind::NoHost),
        ("https://a..b", 10, Kind::EmptySegment),
        ("https://b\u{fc}cher.example", 9, Kind::NonAsciiHost),
        ("https://a%41.com", 9, char('%')),
        ("https://a\\b", 9, char('\\')),
        ("https://a b", 9, char(' ')),
        ("https://-a.com", 8, Kind::HostHyphen),
        ("https://a-.com", 8, Kind::HostHyphen),
        ("https://a*.com", 9, Kind::HostWildcard),
        ("https://a.*", 10, Kind::HostWildcard),
        ("https://**", 8, Kind::HostWildcard),
        ("tcp://10.1.0.0/8:1", 6, Kind::HostBits { network: "10.0.0.0/8".into() }),
        ("tcp://[2001:db8::1/32]:1", 7, Kind::HostBits { network: "[2001:db8::/32]".into() }),
        ("tcp://10.0.0.0/33:1", 15, Kind::BadNetwork),
        ("tcp://[::/129]:1", 10, Kind::BadNetwork),
        ("tcp://::1:80", 6, Kind::UnbracketedAddress),
        ("tcp://[::1%eth0]:1", 7, Kind::BadAddress),
        ("tcp://[127.0.0.1]:1", 7, Kind::BadAddress),
        ("tcp://[::1:1", 7, Kind::BadAddress),
        ("tcp://x", 7, Kind::NoPort { scheme: "tcp".into() }),
        ("*://x", 5, Kind::NoPort { scheme: "*".into() }),
        ("tcp://x:0", 8, Kind::BadPort),
        ("tcp://x:65536", 8, Kind::BadPort),
        ("tcp://x:+1", 8, Kind::BadPort),
        ("tcp://x:", 8, Kind::BadPort),
        ("tcp://x:1,,2", 10, Kind::BadPort),
        ("tcp://x:9-1", 8, Kind::ReversedRange),
    ]);
}

#[test]
fn subsets_are_exact() {
    check_subset::<Endpoints>(&[
        ("https://a.x.com", "https://*.x.com", true),
        ("https://*.x.com", "https://**.x.com", true),
        ("https://**.x.com", "https://*.x.com https://**.b.x.com", false),
        ("https://**.x.com", "*://*:443", true),
        ("tcp://*:1-10", "tcp://*:1-5 tcp://*:6-10", true),
        ("tcp://*:1-10", "tcp://*:1-5 tcp://*:7-10", false),
        ("tcp://10.0.0.0/8:1", "tcp://10.0.0.0/9:1 tcp://10.128.0.0/9:1", true),
        ("tcp://10.0.0.0/8:1", "tcp://10.0.0.0/9:1 tcp://10.128.0.0/10:1", false),
        ("tcp://[::/0]:1", "tcp://[::/1]:1 tcp://[8000::/1]:1", true),
        ("tcp://0.0.0.0/0:1", "tcp://[::/0]:1", false),
        ("*://x:1", "tcp://x:1", false),
        (
            "tcp://[::/80]:1",
            "tcp://[::/81]:1 tcp://[::8000:0:0/82]:1 tcp://[::c000:0:0/83]:1 tcp://[::e000:0:0/83]:1",
            true,
        ),
    ]);
}

#[test]
fn mapped_addresses_are_no_members_of_their_own() {
    let rest = set::<Endpoints>(&["tcp://[::fffe:0:0/95]:1"]).difference(&set(&["tcp://[::fffe:0:0/96]:1"]));
    assert!(rest.is_empty(), "{rest}");
    let mapped: Ipv6Addr = "::ffff:127.0.0.1".parse().unwrap();
    let endpoint = Endpoint::new("tcp", Host::V6(mapped), 80).unwrap();
    assert_eq!(endpoint, Endpoint::parse("tcp://127.0.0.1:80").unwrap());
}

#[test]
fn intersections_are_one_pattern() {
    let both = |a: &str, b: &str| set::<Endpoints>(&[a]).intersect(&set(&[b])).to_string();
    assert_eq!(both("*://**.x.com:1-500", "https://*.x.com:400-600"), "https://*.x.com:400-500");
    assert_eq!(both("https://x", "http://x"), "nothing");
    assert_eq!(both("tcp://10.0.0.0/8:*", "tcp://*:22,80"), "tcp://10.0.0.0/8:22,80");
}

#[test]
fn witnesses_are_readable() {
    let witness = |a: &[&str], b: &[&str]| set::<Endpoints>(a).witness_outside(&set(b)).map(|one| one.to_string());
    assert_eq!(witness(&["*://*:*"], &[]).as_deref(), Some("https://a"));
    assert_eq!(witness(&["https://**.x.com"], &["https://*.x.com"]).as_deref(), Some("https://a.a.x.com"));
    assert_eq!(witness(&["tcp://10.0.0.0/8:*"], &["tcp://10.0.0.0/9:*"]).as_deref(), Some("tcp://10.128.0.0:1"));
    assert_eq!(Set::<Endpoints>::everything().to_string(), "*://*:*");
}

#[test]
fn well_known_ports_are_found() {
    for (scheme, port) in [
        ("http", 80),
        ("https", 443),
        ("ws", 80),
        ("wss", 443),
        ("ftp", 21),
        ("ssh", 22),
        ("postgres", 5432),
        ("mysql", 3306),
        ("redis", 6379),
        ("nats", 4222),
        ("amqp", 5672),
        ("mongodb", 27017),
        ("smtp", 25),
        ("dns", 53),
    ] {
        assert_eq!(well_known_port(scheme), Some(port), "{scheme}");
    }
    assert_eq!(well_known_port("tcp"), None);
}

#[test]
fn each_pattern_has_a_member_that_a_look_tells() {
    let texts =
        ["*://*:*", "https://*.b.c", "**://**", "udp://**.b:53,99", "tcp://10.0.0.0/8:2-3", "tcp://[2001:db8::/32]:9"];
    let told = ["https://z", "https://z.b.c", "", "udp://z.b:53", "tcp://10.0.0.0:2", "tcp://[2001:db8::]:9"];
    for (text, told) in texts.iter().zip(told) {
        let sample = text.parse().ok().and_then(|pattern| Set::<Endpoints>::one(pattern).sample());
        assert_eq!(sample.map(|it| it.to_string()).unwrap_or_default(), told, "{text}");
    }
    assert_eq!(Set::<Endpoints>::empty().sample(), None);
}
