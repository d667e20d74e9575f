//! The door to HTTP, with servers of the test on the loopback.

use std::io::{Read, Write};
use std::time::{Duration, Instant};

use ambit_runtime::{CallError, Exit, Plugin, Reason, Subject, Verdict};
use ambit_schema::capability::Kind;
use ambit_schema::limits::Quota;

use self::server::{Server, ok, request, self_signed};
use crate::support::{Probe, World, neighbour_serves, said};

mod server;

fn fetcher(endpoints: &[&str]) -> Probe {
    let right = |probe: Probe, endpoint: &&str| probe.right(Kind::NetConnect, (*endpoint).to_owned().leak());
    let mut probe = endpoints.iter().fold(Probe::guest("fetcher.wasm"), right);
    probe.imports = vec!["wasi:http/outgoing-handler@0.2.12".into(), "wasi:http/types@0.2.12".into()];
    probe
}

fn refused(plugin: &mut Plugin, command: &str, args: &[&str]) -> String {
    said(plugin, command, args).unwrap_err()
}

#[test]
fn requests_what_it_may() {
    let (world, server) = (World::new(), Server::echoing());
    let mut plugin = world.load(&fetcher(&[&server.url()]));
    let answer = said(&mut plugin, "get", &[&format!("{}/a?b=c", server.url())]).unwrap();
    assert!(answer.starts_with("200 GET /a?b=c HTTP/1.1\r\n"), "{answer}");
    assert_eq!(answer.matches(&format!("host: 127.0.0.1:{}\r\n", server.port)).count(), 1, "{answer}");
    let events: Vec<String> = world.log.take().iter().map(ToString::to_string).collect();
    assert_eq!(events, [format!("probe#2 request: net.connect `{}` allowed", server.url())]);
    let answer = said(&mut plugin, "post", &[&server.url(), "a text"]).unwrap();
    assert!(answer.starts_with("200 POST / HTTP/1.1\r\n") && answer.contains("a text"), "{answer}");
}

#[test]
fn requests_nothing_else() {
    let (world, server, other) = (World::new(), Server::echoing(), Server::echoing());
    let mut plugin = world.load(&fetcher(&[&server.url(), "https://example.com"]));
    let secure = server.url().replace("http:", "https:");
    for url in [other.url().as_str(), &secure, "http://example.com", "https://example.com:444", "http://user@127.0.0.1"]
    {
        assert_eq!(refused(&mut plugin, "get", &[url]), "ErrorCode::HttpRequestDenied", "{url}");
        let events = world.log.take();
        let [event] = events.as_slice() else { panic!("{url}: {events:?}") };
        let Verdict::Denied(Reason::NotGranted(help)) = &event.verdict else { panic!("{event}") };
        let text = format!("probe#{} request: net.connect `{url}` denied", event.execution);
        assert!(event.to_string().starts_with(&text), "{event}");
        assert!(url.contains('@') || help.grant.contains(&format!("net.connect \"{url}\"")), "{}", help.grant);
    }
    assert_eq!((server.connections(), other.connections()), (0, 0));
    assert!(refused(&mut plugin, "get", &["ftp://127.0.0.1"]).contains("HttpProtocolError"));
}

#[test]
fn reads_hosts_in_one_form() {
    let (world, server) = (World::new(), Server::echoing());
    let mut plugin = world.load(&fetcher(&[&server.url()]));
    let mapped = format!("http://[::ffff:127.0.0.1]:{}", server.port);
    assert!(said(&mut plugin, "get", &[&mapped]).is_ok());
    assert_eq!(world.denials(), Vec::<String>::new());
    for host in ["2130706433", "127.1", "0x7f.0.0.1", "127.0.0.1."] {
        let url = format!("http://{host}:{}", server.port);
        let said = said(&mut plugin, "get", &[&url]);
        assert_eq!(said.is_ok(), host == "127.0.0.1.", "{url} {said:?}");
    }
    assert_eq!(server.connections(), 2);
}

#[test]
fn follows_no_redirects_and_asks_for_those_that_the_plugin_follows() {
    let (world, secret) = (World::new(), Server::echoing());
    let location = format!("{}/secret", secret.url());
    let server = Server::answering(move |request| {
        if request.starts_with("GET /here ") {
            return ok("arrived");
        }
        let to = if request.starts_with("GET /inside ") { "/here" } else { "" };
        let host = request.split("host: ").nth(1).and_then(|host| host.lines().next()).unwrap();
        let location = if to.is_empty() { location.clone() } else { format!("http://{host}{to}") };
        format!("HTTP/1.1 302 Found\r\nlocation: {location}\r\ncontent-length: 0\r\n\r\n")
    });
    let mut plugin = world.load(&fetcher(&[&server.url()]));
    assert_eq!(said(&mut plugin, "get", &[&server.url()]), Ok("302 ".into()));
    assert_eq!(world.denials(), Vec::<String>::new());
    assert_eq!(refused(&mut plugin, "get-follow", &[&server.url()]), "ErrorCode::HttpRequestDenied");
    assert_eq!(world.denials(), [format!("request {}", secret.url())]);
    assert_eq!(secret.connections(), 0);
    let inside = format!("{}/inside", server.url());
    assert_eq!(said(&mut plugin, "get-follow", &[&inside]), Ok("200 arrived".into()));
}

#[test]
fn names_do_not_lead_inside() {
    let (world, server) = (World::new(), Server::echoing());
    let named = format!("http://localhost:{}", server.port);
    let mut plugin = world.load(&fetcher(&[&named]));
    assert_eq!(refused(&mut plugin, "get", &[&named]), "ErrorCode::DestinationIpProhibited");
    let events = world.log.take();
    assert_eq!(events.iter().map(|e| e.verdict.clone()).collect::<Vec<_>>(), [Verdict::Denied(Reason::InsideAddress)]);
    assert_eq!(server.connections(), 0);
    let mut plugin = world.load(&fetcher(&[&named, &server.url()]));
    assert!(said(&mut plugin, "get", &[&named]).unwrap().contains("host: localhost:"), "its address is granted too");
}

#[test]
fn plans_of_every_scheme_are_enforced() {
    let (world, server) = (World::new(), Server::echoing());
    let mut plugin = world.load(&fetcher(&[&format!("*://127.0.0.1:{}", server.port)]));
    assert!(said(&mut plugin, "get", &[&server.url()]).is_ok());
    assert_eq!(refused(&mut plugin, "get", &["http://127.0.0.1:9"]), "ErrorCode::HttpRequestDenied");
}

#[test]
fn is_not_linked_without_a_right() {
    let (world, server) = (World::new(), Server::echoing());
    let mut granted = world.load(&fetcher(&[&server.url()]));
    assert!(said(&mut granted, "get", &[&server.url()]).is_ok());
    let raw = format!("tcp://127.0.0.1:{}", server.port);
    for endpoints in [vec![], vec![raw.as_str()]] {
        let mut plugin = world.load(&fetcher(&endpoints));
        let _ = world.log.take();
        let Err(CallError::Denied(denied)) = plugin.command("get", &[&server.url()]) else { panic!("a stub answered") };
        assert_eq!(denied.subject, Subject::Interface);
        assert!(denied.target.starts_with("wasi:http/types@"), "{denied}");
        assert!(denied.to_string().contains("no grant gives the plugin an `http` or `https` endpoint"), "{denied}");
        assert_eq!(world.denials().len(), 1);
    }
    assert_eq!(server.connections(), 1);
}

#[test]
fn forbidden_headers_stay_forbidden() {
    let (world, server) = (World::new(), Server::echoing());
    let mut plugin = world.load(&fetcher(&[&server.url()]));
    for header in ["Host", "connection", "transfer-encoding", "proxy-authorization", "upgrade"] {
        let why = refused(&mut plugin, "get-with", &[&server.url(), header, "elsewhere"]);
        assert!(why.contains("Forbidden"), "{header}: {why}");
    }
    let why = refused(&mut plugin, "get-with", &[&server.url(), "x-one", "1\r\nhost: elsewhere"]);
    assert!(why.contains("InvalidSyntax"), "{why}");
    assert!(said(&mut plugin, "get-with", &[&server.url(), "x-one", "1"]).unwrap().contains("x-one: 1\r\n"));
    assert_eq!(refused(&mut plugin, "connect", &[&server.url()]), "ErrorCode::HttpRequestDenied");
    assert_eq!(server.connections(), 1);
}

#[test]
fn wall_ends_what_waits_for_a_server() {
    let (world, silent) = (World::new(), Server::silent());
    let mut neighbour = world.load(&Probe::greeter());
    let stalling = Server::start(|mut stream| {
        request(&stream);
        let _ = stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nstart");
        let _ = stream.read_to_end(&mut Vec::new());
    });
    for server in [silent, stalling] {
        let mut plugin = world.load(&fetcher(&[&server.url()]).quota(Quota::Wall, 300));
        let began = Instant::now();
        let ended = plugin.command("get", &[&server.url()]);
        let Err(CallError::Quota { hit, .. }) = ended else { panic!("{ended:?}") };
        assert_eq!((hit.quota, world.exceeded()), (Quota::Wall, vec![Quota::Wall]));
        assert!(began.elapsed() < Duration::from_secs(3), "{:?}", began.elapsed());
        neighbour_serves(&mut neighbour);
    }
}

#[test]
fn a_plugin_may_wait_less() {
    let (world, server) = (World::new(), Server::silent());
    let mut plugin = world.load(&fetcher(&[&server.url()]));
    assert_eq!(refused(&mut plugin, "impatient", &[&server.url(), "50"]), "ErrorCode::ConnectionReadTimeout");
}

#[test]
fn responses_are_the_memory_of_the_plugin() {
    let world = World::new();
    let mut neighbour = world.load(&Probe::greeter());
    let server = Server::start(|mut stream| {
        request(&stream);
        let _ = stream.write_all(b"HTTP/1.1 200 OK\r\nconnection: close\r\n\r\n");
        let block = vec![b'x'; 1 << 20];
        for _ in 0..64 {
            if stream.write_all(&block).is_err() {
                return;
            }
        }
    });
    let mut plugin = world.load(&fetcher(&[&server.url()]).quota(Quota::Memory, 8 << 20));
    assert_eq!(said(&mut plugin, "length", &[&server.url()]), Ok((64 << 20).to_string()), "it is streamed");
    let Err(CallError::Quota { hit, trap: Some(_) }) = plugin.command("get", &[&server.url()]) else {
        panic!("it fits")
    };
    assert_eq!((hit.quota, world.exceeded()), (Quota::Memory, vec![Quota::Memory]));
    neighbour_serves(&mut neighbour);
}

#[test]
fn endless_headers_are_refused() {
    let world = World::new();
    let server = Server::start(|mut stream| {
        request(&stream);
        let _ = stream.write_all(b"HTTP/1.1 200 OK\r\nx-long: ");
        while stream.write_all(&[b'x'; 4096]).is_ok() {}
    });
    let mut plugin = world.load(&fetcher(&[&server.url()]));
    assert_eq!(refused(&mut plugin, "get", &[&server.url()]), "ErrorCode::HttpProtocolError");
}

/// Begins each answer and does not end it.
fn never_ending() -> Server {
    Server::start(|mut stream| {
        request(&stream);
        let _ = stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nstart");
        let _ = stream.read_to_end(&mut Vec::new());
    })
}

#[test]
fn connections_are_handles_and_given_back() {
    let (world, server) = (World::new(), never_ending());
    let mut plugin = world.load(&fetcher(&[&server.url()]).quota(Quota::Handles, 10));
    for _ in 0..3 {
        assert_eq!(said(&mut plugin, "hold", &[&server.url(), "10"]), Ok("held 10".into()));
    }
    let why = refused(&mut plugin, "hold", &[&server.url(), "11"]);
    assert_eq!(why, "ErrorCode::ConnectionLimitReached after 10");
    assert_eq!(world.exceeded(), [Quota::Handles]);
    assert_eq!(said(&mut plugin, "hold", &[&server.url(), "1"]), Ok("held 1".into()));
}

#[test]
fn no_more_requests_are_open_than_connections_may() {
    let (world, server) = (World::new(), never_ending());
    let mut plugin = world.load(&fetcher(&[&server.url()]).quota(Quota::Connections, 3));
    assert_eq!(said(&mut plugin, "hold", &[&server.url(), "3"]), Ok("held 3".into()));
    let why = refused(&mut plugin, "hold", &[&server.url(), "4"]);
    assert_eq!(why, "ErrorCode::ConnectionLimitReached after 3");
    assert_eq!(world.exceeded(), [Quota::Connections]);
}

#[test]
fn bandwidth_slows_requests_and_responses() {
    let (world, server) = (
        World::new(),
        Server::start(|mut stream| {
            request(&stream);
            let _ = stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 20000\r\n\r\n");
            let _ = stream.write_all(&[b'x'; 20_000]);
        }),
    );
    for (each_second, at_least, told) in [(25_000, 600, vec![Quota::Bandwidth]), (100 << 20, 0, vec![])] {
        let mut plugin = world.load(&fetcher(&[&server.url()]).quota(Quota::Bandwidth, each_second));
        let began = Instant::now();
        let outcome = plugin.command("get", &[&server.url()]).unwrap();
        assert_eq!(outcome.exit, Exit::Success, "{outcome:?}");
        assert!(began.elapsed() >= Duration::from_millis(at_least), "{:?}", began.elapsed());
        assert_eq!(outcome.exceeded.iter().map(|hit| hit.quota).collect::<Vec<_>>(), told);
        assert!(outcome.usage.net_received > 20_000);
    }
}

#[test]
fn trusts_no_certificate_that_nobody_vouches_for() {
    let (world, server) = (World::new(), self_signed());
    let url = format!("https://127.0.0.1:{}", server.port);
    let mut plugin = world.load(&fetcher(&[&url]));
    assert_eq!(refused(&mut plugin, "get", &[&url]), "ErrorCode::TlsCertificateError");
    assert_eq!(world.denials(), Vec::<String>::new(), "the door let it through");
    assert_eq!(server.connections(), 1);
    let plain = Server::echoing();
    let url = format!("https://127.0.0.1:{}", plain.port);
    assert_eq!(refused(&mut world.load(&fetcher(&[&url])), "get", &[&url]), "ErrorCode::TlsProtocolError");
}

/// Runs a test of this file again, in a process whose variables name a proxy that is not there.
#[test]
fn reads_no_proxy_variables() {
    let mut again = std::process::Command::new(std::env::current_exe().unwrap());
    again.args(["--exact", "http::requests_what_it_may"]);
    for name in ["http_proxy", "HTTP_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"] {
        again.env(name, "http://127.0.0.1:9");
    }
    let output = again.output().unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success() && said.contains("1 passed"), "{said}");
}
