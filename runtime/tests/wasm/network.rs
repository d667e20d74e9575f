//! The door to the network, with a listener of the test on the loopback.

use std::io::Write;
use std::net::TcpListener;
use std::time::{Duration, Instant};

use ambit_runtime::Verdict;
use ambit_schema::capability::Kind;
use ambit_schema::limits::Quota;

use crate::quotas::{beside_a_neighbour, quota_of};
use crate::support::{Probe, World, said};

/// Says `welcome` to whoever connects, and lives as long as the tests.
fn listener() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let _ = stream.and_then(|mut stream| stream.write_all(b"welcome"));
        }
    });
    port.to_string()
}

fn dialer(endpoints: &[String]) -> Probe {
    let right = |probe: Probe, endpoint: &String| probe.right(Kind::NetConnect, endpoint.clone().leak());
    endpoints.iter().fold(Probe::guest("dialer.wasm"), right)
}

#[test]
fn connects_where_it_may() {
    let (world, port, other) = (World::new(), listener(), listener());
    let mut plugin = world.load(&dialer(&[format!("tcp://127.0.0.1:{port}")]));
    assert_eq!(said(&mut plugin, "connect", &["127.0.0.1", &port]), Ok("connected: welcome".into()));
    assert_eq!(world.denials(), Vec::<String>::new());
    for (host, port) in [("127.0.0.1", &other), ("127.0.0.2", &port), ("::1", &port)] {
        let refused = said(&mut plugin, "connect", &[host, port]);
        assert!(refused.clone().is_err_and(|why| why.contains("access-denied")), "{host}:{port} {refused:?}");
        assert_eq!(world.denials().len(), 1, "{host}:{port}");
    }
}

#[test]
fn connects_nowhere_without_a_right() {
    let (world, port) = (World::new(), listener());
    let refused = said(&mut world.load(&dialer(&[])), "connect", &["127.0.0.1", &port]);
    assert!(refused.clone().is_err_and(|why| why.contains("access-denied")), "{refused:?}");
    let event = world.log.take().into_iter().find(|event| matches!(event.verdict, Verdict::Denied(_))).unwrap();
    let line = format!("allow \"probe\" {{ net.connect \"tcp://127.0.0.1:{port}\" }}");
    assert!(event.to_string().contains(&line), "{event}");
}

#[test]
fn connects_by_names_that_it_looked_up() {
    let (world, port) = (World::new(), listener());
    let mut plugin = world.load(&dialer(&[format!("tcp://localhost:{port}")]));
    assert!(said(&mut plugin, "connect", &["127.0.0.1", &port]).is_err(), "the name was not looked up");
    let found = said(&mut plugin, "resolve", &["localhost"]).unwrap();
    assert!(found.lines().any(|address| address == "127.0.0.1"), "{found}");
    assert_eq!(said(&mut plugin, "connect", &["127.0.0.1", &port]), Ok("connected: welcome".into()));
    let _ = world.log.take();
    assert!(said(&mut plugin, "resolve", &["example.com"]).is_err());
    assert_eq!(world.denials(), ["look up tcp://example.com:*"]);
}

#[test]
fn a_scheme_says_what_is_spoken_and_opens_the_connection() {
    let (world, port, other) = (World::new(), listener(), listener());
    let mut plugin = world.load(&dialer(&[format!("postgres://localhost:{port}")]));
    assert!(said(&mut plugin, "resolve", &["localhost"]).is_ok());
    let _ = world.log.take();
    assert_eq!(said(&mut plugin, "connect", &["127.0.0.1", &port]), Ok("connected: welcome".into()));
    assert_eq!(world.denials(), Vec::<String>::new());
    assert!(said(&mut plugin, "connect", &["127.0.0.1", &other]).is_err(), "another port");
    for web in ["http", "https"] {
        let mut plugin = world.load(&dialer(&[format!("{web}://127.0.0.1:{port}")]));
        assert!(said(&mut plugin, "connect", &["127.0.0.1", &port]).is_err(), "{web} has a door of its own");
    }
}

#[test]
fn has_no_datagrams_and_connecting_is_not_listening() {
    let world = World::new();
    let mut plugin = world.load(&dialer(&["tcp://*:*".to_owned()]));
    let sent = said(&mut plugin, "send", &["127.0.0.1", "9", "text"]);
    assert!(sent.clone().is_err_and(|why| why.contains("access-denied")), "{sent:?}");
    let listening = said(&mut plugin, "listen", &["127.0.0.1", "8080"]);
    assert!(listening.clone().is_err_and(|why| why.contains("access-denied")), "{listening:?}");
    assert_eq!(world.denials(), ["use UDP udp://*", "bind tcp://127.0.0.1:8080"]);
}

#[test]
fn wall_ends_a_wait_for_a_server_that_says_nothing() {
    let (world, silent) = (World::new(), TcpListener::bind("127.0.0.1:0").unwrap());
    let port = silent.local_addr().unwrap().port().to_string();
    let probe = dialer(&[format!("tcp://127.0.0.1:{port}")]).quota(Quota::Wall, 200);
    let mut plugin = world.load(&probe);
    let ended = beside_a_neighbour(&world, || plugin.command("connect", &["127.0.0.1", &port]));
    assert_eq!(quota_of(ended), (Quota::Wall, 200, Some("quotas.kdl:1:1".into())));
}

#[test]
fn no_more_connections_are_open_than_may() {
    let (world, port) = (World::new(), listener());
    let right = [format!("tcp://127.0.0.1:{port}")];
    let holds = |most| {
        let probe = dialer(&right).right(Kind::NetListen, "tcp://127.0.0.1:*").quota(Quota::Connections, most);
        let mut plugin = world.load(&probe);
        // One socket stays open.
        said(&mut plugin, "keep", &["127.0.0.1", "0"]).unwrap();
        said(&mut plugin, "connect", &["127.0.0.1", &port])
    };
    assert_eq!(holds(2), Ok("connected: welcome".into()));
    assert_eq!(world.exceeded(), []);
    assert!(holds(1).is_err_and(|why| why.contains("new-socket-limit")));
    assert_eq!(world.exceeded(), [Quota::Connections]);
}

/// Says a thousand bytes to whoever connects.
fn talker() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let _ = stream.and_then(|mut stream| stream.write_all(&[b'x'; 1_000]));
        }
    });
    port.to_string()
}

#[test]
fn bandwidth_slows_what_passes_a_connection() {
    let (world, port) = (World::new(), talker());
    let dialer = || dialer(&[format!("tcp://127.0.0.1:{port}")]);
    let connect = |probe: Probe| {
        let began = Instant::now();
        (world.load(&probe).command("connect", &["127.0.0.1", &port]), began.elapsed())
    };
    let (slow, took) = connect(dialer().quota(Quota::Bandwidth, 2_000));
    let slow = slow.unwrap();
    assert_eq!(slow.answer.map(|answer| answer.len()), Some("connected: ".len() + 1_000));
    assert!(took >= Duration::from_millis(400), "half a second, less what may be used at once: {took:?}");
    let told: Vec<String> = slow.exceeded.iter().map(ToString::to_string).collect();
    assert_eq!(told, ["`bandwidth` of 2 kB/s (set at quotas.kdl:1:1)"]);
    let (ended, _) = connect(dialer().quota(Quota::Bandwidth, 100).quota(Quota::Wall, 300));
    assert_eq!(quota_of(ended).0, Quota::Wall);
    let (fast, _) = connect(dialer().quota(Quota::Bandwidth, 100 << 20));
    assert_eq!(fast.unwrap().exceeded, []);
}
