//! Listening: a plugin waits for the test, which connects to it over the loopback.

use std::io::{ErrorKind, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::thread::{JoinHandle, sleep, spawn};
use std::time::Duration;

use ambit_runtime::{Plugin, Verdict};
use ambit_schema::capability::Kind;
use ambit_schema::limits::Quota;

use crate::quotas::{beside_a_neighbour, quota_of};
use crate::support::{Probe, World, said};

/// A port that nobody listens on just now.
fn free_port() -> String {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port().to_string()
}

fn listener(endpoints: &[String]) -> Probe {
    let right = |probe: Probe, endpoint: &String| probe.right(Kind::NetListen, endpoint.clone().leak());
    endpoints.iter().fold(Probe::guest("dialer.wasm"), right)
}

/// Connects as soon as somebody listens there.
fn reach(address: &str) -> TcpStream {
    for _ in 0..2_000 {
        match TcpStream::connect(address) {
            Ok(stream) => return stream,
            Err(_) => sleep(Duration::from_millis(5)),
        }
    }
    panic!("nobody listens on {address}")
}

/// Says `you`, and gives what is answered.
fn visitor(address: String) -> JoinHandle<String> {
    spawn(move || {
        let (mut stream, mut answer) = (reach(&address), String::new());
        stream.write_all(b"you").unwrap();
        stream.read_to_string(&mut answer).unwrap();
        answer
    })
}

fn serves(plugin: &mut Plugin, host: &str, port: &str, from: &str) {
    let visitor = visitor(format!("{from}:{port}"));
    assert_eq!(said(plugin, "serve", &[host, port]), Ok("served: you".into()), "{host}:{port}");
    assert_eq!(visitor.join().unwrap(), "hello, you");
}

/// Whether it is refused as nothing that is granted, with one event.
fn is_denied(world: &World, plugin: &mut Plugin, host: &str, port: &str) -> String {
    let refused = said(plugin, "listen", &[host, port]);
    assert!(refused.clone().is_err_and(|why| why.contains("access-denied")), "{host}:{port} {refused:?}");
    let denials = world.denials();
    assert_eq!(denials.len(), 1, "{host}:{port} {denials:?}");
    denials.into_iter().next().unwrap()
}

#[test]
fn listens_where_it_may() {
    let (world, port) = (World::new(), free_port());
    let mut plugin = world.load(&listener(&[format!("tcp://127.0.0.1:{port}")]));
    serves(&mut plugin, "127.0.0.1", &port, "127.0.0.1");
    let events = world.log.take();
    let allowed = events.iter().filter(|event| event.verdict == Verdict::Allowed).map(|event| event.operation);
    assert_eq!(allowed.collect::<Vec<_>>(), ["bind", "listen", "accept"]);
    assert!(events.iter().all(|event| *event.target == *format!("tcp://127.0.0.1:{port}")), "{events:?}");
    for (host, other) in [("127.0.0.1", free_port()), ("127.0.0.2", port.clone()), ("::1", port.clone())] {
        let denied = is_denied(&world, &mut plugin, host, &other);
        assert!(denied.starts_with("bind tcp://") && denied.ends_with(&other), "{denied}");
    }
}

#[test]
fn listens_nowhere_without_a_right() {
    let (world, port) = (World::new(), free_port());
    let connects = Probe::guest("dialer.wasm").right(Kind::NetConnect, "tcp://*:*");
    let refused = said(&mut world.load(&connects), "listen", &["127.0.0.1", &port]);
    assert!(refused.is_err_and(|why| why.contains("access-denied")), "to connect is not to listen");
    let event = world.log.take().into_iter().find(|event| matches!(event.verdict, Verdict::Denied(_))).unwrap();
    let line = format!("allow \"probe\" {{ net.listen \"tcp://127.0.0.1:{port}\" }}");
    assert!(event.to_string().contains(&line), "{event}");
    assert!(TcpStream::connect(format!("127.0.0.1:{port}")).is_err());
}

#[test]
fn a_port_that_the_system_chooses_takes_a_right_to_each() {
    let (world, port) = (World::new(), free_port());
    let mut one = world.load(&listener(&[format!("tcp://127.0.0.1:{port}")]));
    assert_eq!(is_denied(&world, &mut one, "127.0.0.1", "0"), "bind tcp://127.0.0.1:*");
    // Bound as connections begin, and not listened on.
    assert!(is_denied(&world, &mut one, "0.0.0.0", "0").starts_with("listen tcp://0.0.0.0:"));
    let mut any = world.load(&listener(&["tcp://127.0.0.1:*".to_owned()]));
    let chosen = said(&mut any, "keep", &["127.0.0.1", "0"]).unwrap();
    assert!(TcpStream::connect(format!("127.0.0.1:{chosen}")).is_ok());
    assert!(is_denied(&world, &mut any, "0.0.0.0", "0").starts_with("listen tcp://0.0.0.0:"));
}

#[test]
fn every_address_takes_a_right_to_every_address() {
    let (world, port) = (World::new(), free_port());
    let mut every = world.load(&listener(&[format!("tcp://0.0.0.0:{port}")]));
    serves(&mut every, "0.0.0.0", &port, "127.0.0.1");
    serves(&mut every, "127.0.0.2", &port, "127.0.0.2");
    let _ = world.log.take();
    for host in ["::", "::1", "::ffff:127.0.0.1"] {
        let refused = said(&mut every, "listen", &[host, &port]);
        assert!(refused.is_err(), "{host}: another family");
    }
    let _ = world.log.take();
    for less in ["127.0.0.1", "127.0.0.0/8", "[::]"] {
        let mut plugin = world.load(&listener(&[format!("tcp://{less}:{port}")]));
        assert_eq!(is_denied(&world, &mut plugin, "0.0.0.0", &port), format!("bind tcp://0.0.0.0:{port}"), "{less}");
    }
}

#[test]
fn every_address_of_one_family_is_none_of_the_other() {
    let (world, port) = (World::new(), free_port());
    if TcpListener::bind("[::1]:0").is_err() {
        return println!("skipped: this machine has no IPv6");
    }
    let mut plugin = world.load(&listener(&[format!("tcp://[::]:{port}")]));
    assert_eq!(said(&mut plugin, "keep", &["::", &port]), Ok(port.clone()));
    assert!(TcpStream::connect(format!("[::1]:{port}")).is_ok());
    assert!(TcpStream::connect(format!("127.0.0.1:{port}")).is_err(), "nobody granted that");
}

#[test]
fn what_is_listened_on_ends_with_the_plugin() {
    let (world, port) = (World::new(), free_port());
    let probe = listener(&[format!("tcp://127.0.0.1:{port}")]).quota(Quota::Wall, 300);
    let address = format!("127.0.0.1:{port}");
    let mut plugin = world.load(&probe);
    assert_eq!(said(&mut plugin, "keep", &["127.0.0.1", &port]), Ok(port.clone()));
    assert!(TcpStream::connect(&address).is_ok(), "between calls");
    drop(plugin);
    assert!(TcpStream::connect(&address).is_err(), "after it was dropped");
    let mut plugin = world.load(&probe);
    assert_eq!(said(&mut plugin, "keep", &["127.0.0.1", &port]), Ok(port.clone()));
    assert_eq!(quota_of(plugin.command("accept", &["1"])).0, Quota::Wall);
    assert!(TcpStream::connect(&address).is_err(), "after its call was ended");
    assert_eq!(said(&mut plugin, "keep", &["127.0.0.1", &port]), Ok(port.clone()), "a fresh instance may again");
    plugin.shutdown().unwrap();
    assert!(TcpStream::connect(&address).is_err(), "after it was shut down");
}

#[test]
fn an_address_in_use_is_said_to_be() {
    let (world, taken) = (World::new(), TcpListener::bind("127.0.0.1:0").unwrap());
    let port = taken.local_addr().unwrap().port().to_string();
    let mut plugin = world.load(&listener(&[format!("tcp://127.0.0.1:{port}")]));
    let refused = said(&mut plugin, "listen", &["127.0.0.1", &port]);
    assert!(refused.clone().is_err_and(|why| why.contains("address-in-use")), "{refused:?}");
    assert_eq!(world.denials(), Vec::<String>::new());
    drop(taken);
    assert_eq!(said(&mut plugin, "listen", &["127.0.0.1", &port]), Ok("listening".into()));
}

#[test]
fn wall_ends_a_wait_for_somebody_who_connects() {
    let (world, port) = (World::new(), free_port());
    let mut plugin = world.load(&listener(&[format!("tcp://127.0.0.1:{port}")]).quota(Quota::Wall, 200));
    let ended = beside_a_neighbour(&world, || plugin.command("serve", &["127.0.0.1", &port]));
    assert_eq!(quota_of(ended), (Quota::Wall, 200, Some("quotas.kdl:1:1".into())));
}

#[test]
fn what_is_listened_on_and_what_is_accepted_are_handles() {
    let (world, port) = (World::new(), free_port());
    let mut plugin = world.load(&listener(&["tcp://127.0.0.1:*".to_owned()]).quota(Quota::Handles, 4));
    assert_eq!(said(&mut plugin, "keep", &["127.0.0.1", &port]), Ok(port.clone()));
    let visitors: Vec<TcpStream> = (0..6).map(|_| reach(&format!("127.0.0.1:{port}"))).collect();
    let refused = said(&mut plugin, "accept", &["6"]);
    assert!(refused.clone().is_err_and(|why| why.contains("new-socket-limit")), "{refused:?}");
    assert_eq!(world.exceeded(), [Quota::Handles]);
    assert_eq!(said(&mut plugin, "accept", &["0"]), Ok("3".into()), "one listens");
    let refused = said(&mut plugin, "keep", &["127.0.0.1", "0"]);
    assert!(refused.clone().is_err_and(|why| why.contains("create a socket: new-socket-limit")), "{refused:?}");
    drop(visitors);
    // Of those that are given back, no number: a listener a call, many times.
    let mut plugin = world.load(&listener(&["tcp://127.0.0.1:*".to_owned()]).quota(Quota::Handles, 2));
    for _ in 0..9 {
        assert_eq!(said(&mut plugin, "listen", &["127.0.0.1", "0"]), Ok("listening".into()));
    }
}

#[test]
fn what_passes_over_accepted_connections_is_counted() {
    let (world, port) = (World::new(), free_port());
    let mut plugin = world.load(&listener(&[format!("tcp://127.0.0.1:{port}")]));
    let visitor = visitor(format!("127.0.0.1:{port}"));
    let usage = plugin.command("serve", &["127.0.0.1", &port]).unwrap().usage;
    assert_eq!((usage.net_received, usage.net_sent), (3, 10));
    assert_eq!(visitor.join().unwrap().len(), 10);
}

#[test]
fn to_connect_from_an_address_takes_a_right_to_it() {
    let (world, server) = (World::new(), TcpListener::bind("127.0.0.1:0").unwrap());
    let (from, to) = (free_port(), server.local_addr().unwrap().port().to_string());
    let greeting = spawn(move || server.accept().and_then(|(mut stream, _)| stream.write_all(b"welcome")));
    let connect = |probe: Probe| probe.right(Kind::NetConnect, format!("tcp://127.0.0.1:{to}").leak());
    let mut plugin = world.load(&connect(Probe::guest("dialer.wasm")));
    let refused = said(&mut plugin, "bind-and-connect", &["127.0.0.1", &from, &to]);
    assert!(refused.clone().is_err_and(|why| why.contains("bind: access-denied")), "{refused:?}");
    let mut plugin = world.load(&connect(listener(&[format!("tcp://127.0.0.1:{from}")])));
    let connected = said(&mut plugin, "bind-and-connect", &["127.0.0.1", &from, &to]);
    assert_eq!(connected, Ok("connected: welcome".into()));
    greeting.join().unwrap().unwrap();
}

/// A peer that is gone before it is accepted, or that says nothing, harms nobody.
#[test]
fn rude_peers_cost_one_connection_each() {
    let (world, port) = (World::new(), free_port());
    let mut plugin = world.load(&listener(&[format!("tcp://127.0.0.1:{port}")]).quota(Quota::Wall, 400));
    assert_eq!(said(&mut plugin, "keep", &["127.0.0.1", &port]), Ok(port.clone()));
    for _ in 0..3 {
        drop(reach(&format!("127.0.0.1:{port}")));
    }
    assert_eq!(said(&mut plugin, "accept", &["3"]), Ok("3".into()));
    let mut silent = reach(&format!("127.0.0.1:{port}"));
    assert_eq!(said(&mut plugin, "accept", &["1"]), Ok("4".into()));
    drop(plugin);
    silent.set_read_timeout(Some(Duration::from_secs(5))).unwrap();
    let ended = silent.read(&mut [0; 8]).map_err(|error| error.kind());
    assert!(matches!(ended, Ok(0) | Err(ErrorKind::ConnectionReset)), "{ended:?}");
}
