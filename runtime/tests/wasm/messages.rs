//! The doors to events and messages, and delivering.

use ambit_runtime::{CallError, Delivery, Message, Plugin, To, Undelivered};
use ambit_schema::capability::Kind;
use ambit_schema::limits::Quota;

use crate::support::{ID, Probe, World, said, together};

const EVENTS: &str = "ambit:host/events@0.1.0";
const MESSAGES: &str = "ambit:host/messages@0.1.0";

fn talker() -> Probe {
    let mut probe = Probe::guest("talker.wat");
    probe.imports = vec![EVENTS.into(), MESSAGES.into()];
    probe
}

/// One that may do everything.
fn free() -> Probe {
    talker().right(Kind::EventPublish, "**").right(Kind::EventSubscribe, "**").right(Kind::MessageSend, "**")
}

fn world() -> World {
    World::with(ambit_runtime::HostBuilder::messages)
}

/// The plugins of one plan, loaded in the order of their names.
fn load(world: &World, probes: &[(&str, Probe)]) -> Vec<Plugin> {
    let plan = together(&probes.iter().map(|(id, probe)| (*id, probe)).collect::<Vec<_>>());
    probes.iter().map(|(id, probe)| world.host.load(&plan, id, &probe.bytes).unwrap()).collect()
}

/// Who was told of what, and how that ended.
fn deliver(world: &World, plugins: &mut [Plugin]) -> Vec<String> {
    let mut told = vec![];
    world.host.deliver(plugins, |delivery: &Delivery<'_>| {
        let Message { sender, to, payload, .. } = delivery.message;
        let from = sender.as_ref().map_or("the host", |id| id.as_str());
        let to = match to {
            To::Event(name) => format!("event {name}"),
            To::Plugin(id) => format!("to {id}"),
            To::Host => "to the host".to_owned(),
        };
        let ended = match &delivery.ended {
            Ok(()) => "taken".to_owned(),
            Err(Undelivered::Refused(why)) => format!("refused: {why}"),
            Err(Undelivered::Failed(error)) => format!("failed: {error}"),
            Err(other) => format!("{other:?}"),
        };
        let text = String::from_utf8_lossy(payload);
        told.push(format!("{text} from {from}, {to}, at {}: {ended}", delivery.plugin.unwrap_or("-")));
    });
    told
}

fn done() -> Result<String, String> {
    Ok(String::new())
}

fn refused(why: &str) -> Result<String, String> {
    Err(format!("Variant({why:?}, None)"))
}

fn heard(plugin: &mut Plugin) -> String {
    said(plugin, "heard", &[]).unwrap()
}

#[test]
fn events_reach_who_may_hear_them_in_load_order() {
    let world = world();
    let deaf = talker();
    let other = talker().right(Kind::EventSubscribe, "user.*");
    let listener = || talker().right(Kind::EventSubscribe, "note.*");
    let publisher = talker().right(Kind::EventPublish, "note.saved").right(Kind::EventSubscribe, "note.*");
    let mut plugins =
        load(&world, &[("a", listener()), ("b", deaf), ("c", publisher), ("d", other), ("e", listener())]);
    assert_eq!(said(&mut plugins[2], "publish", &["note.saved", "one"]), done());
    assert_eq!(heard(&mut plugins[0]), "0", "nothing is delivered in the call itself");
    plugins.reverse();
    assert_eq!(
        deliver(&world, &mut plugins),
        ["one from c, event note.saved, at a: taken", "one from c, event note.saved, at e: taken"]
    );
    plugins.reverse();
    assert_eq!(plugins.iter_mut().map(heard).collect::<Vec<_>>(), ["1", "0", "0", "0", "1"]);
    assert_eq!(said(&mut plugins[0], "last", &[]), Ok("one".into()));
    let events: Vec<String> = world.log.take().iter().map(ToString::to_string).collect();
    assert!(events[0].starts_with("c#2 publish: event.publish `note.saved` allowed"), "{events:?}");
    assert!(events[1].contains("receive: event.subscribe `note.saved` allowed"), "{events:?}");
    assert_eq!(events.len(), 3, "{events:?}");
}

#[test]
fn events_and_recipients_are_asked_by_name() {
    let world = world();
    let probe = talker().right(Kind::EventPublish, "note.saved").right(Kind::MessageSend, "a");
    let mut plugins = load(&world, &[("a", free()), ("b", probe)]);
    for name in ["note.removed", "note", "note.saved.twice", "", "Note.saved", "note.saved\u{0}", "*", "**"] {
        assert_eq!(said(&mut plugins[1], "publish", &[name, "x"]), refused("access-denied"), "{name:?}");
        assert_eq!(world.denials(), [format!("publish {name}")]);
    }
    for recipient in ["b", "host", "A", "", "a ", "@a/b"] {
        assert_eq!(said(&mut plugins[1], "send", &[recipient, "x"]), refused("access-denied"), "{recipient:?}");
        assert_eq!(world.denials(), [format!("send {recipient}")]);
    }
    let endless = "n".repeat(1 << 20);
    assert_eq!(said(&mut plugins[1], "publish", &[&endless, "x"]), refused("access-denied"));
    assert!(world.log.take()[0].target.len() <= 64);
    assert_eq!(deliver(&world, &mut plugins), [""; 0]);
    assert_eq!(said(&mut plugins[1], "publish", &["note.saved", "z"]), done());
    assert_eq!(said(&mut plugins[1], "send", &["a", "y"]), done());
    assert_eq!(
        deliver(&world, &mut plugins),
        ["z from b, event note.saved, at a: taken", "y from b, to a, at a: taken"]
    );
}

/// Who sent is what the host knows, whatever the payload says; a plugin that calls itself `host` is not the host.
#[test]
fn senders_cannot_be_forged() {
    let world = world();
    let mut plugins = load(&world, &[("host", free()), ("z", free())]);
    assert_eq!(said(&mut plugins[0], "send", &["z", "from the host"]), done());
    assert_eq!(said(&mut plugins[1], "send", &["host", "to the host"]), done());
    world.host.send("z", b"from the true host");
    world.host.publish("begin", b"all");
    assert_eq!(
        deliver(&world, &mut plugins),
        [
            "from the host from host, to z, at z: taken",
            "to the host from z, to the host, at -: taken",
            "from the true host from the host, to z, at z: taken",
            "all from the host, event begin, at host: taken",
            "all from the host, event begin, at z: taken",
        ]
    );
}

#[test]
fn messages_to_nobody_are_told_and_harm_nobody() {
    let world = world();
    let mut plugins = load(&world, &[("a", free()), ("b", free())]);
    for (recipient, text) in [("gone", "1"), ("b", "error"), ("b", "x"), ("b", "2")] {
        assert_eq!(said(&mut plugins[0], "send", &[recipient, text]), done());
    }
    let told = deliver(&world, &mut plugins);
    assert_eq!(told[0], "1 from a, to gone, at -: Nobody");
    assert_eq!(told[1], "error from a, to b, at b: refused: error");
    assert!(told[2].starts_with("x from a, to b, at b: failed: the plugin broke"), "{told:?}");
    assert_eq!(told[3], "2 from a, to b, at b: taken", "the next instance serves on");
    let mut mute = world.load(&Probe::greeter());
    world.host.send(ID, b"text");
    let mut ended = vec![];
    world.host.deliver([&mut mute], |delivery| ended.push(delivery.ended.clone()));
    assert_eq!(ended, [Err(Undelivered::NoHandler)]);
}

/// Two that answer each other for ever, and one event that everyone publishes again.
#[test]
fn loops_between_plugins_end() {
    let world = world();
    let mut plugins = load(&world, &[("a", free()), ("b", free())]);
    assert_eq!(said(&mut plugins[0], "send", &["b", "ping"]), done());
    let told = deliver(&world, &mut plugins);
    assert_eq!(told.len(), 16, "{told:?}");
    let last = world.log.take().pop().unwrap().to_string();
    assert!(last.contains("send: message.send `b` denied: it is the last of too many in a row"), "{last}");
    assert_eq!(said(&mut plugins[0], "publish", &["again", "p"]), done());
    let told = deliver(&world, &mut plugins);
    assert_eq!(told.len(), 16, "{told:?}");
    world.host.send("a", b"ping");
    assert_eq!(deliver(&world, &mut plugins).last().unwrap(), "ping from a, to the host, at -: taken");
    assert_eq!(said(&mut plugins[0], "send", &["b", "1"]), done(), "what is sent by itself begins anew");
}

/// Many that publish again what each of them hears: twice as many at each step, were it not for the bounds.
#[test]
fn storms_of_events_are_bounded() {
    let world = world();
    let ids = ["a", "b", "c", "d", "e", "f"];
    let mut plugins = load(&world, &ids.map(|id| (id, free())));
    assert_eq!(said(&mut plugins[0], "publish", &["storm", "p"]), done());
    let mut count = 0;
    world.host.deliver(&mut plugins, |_| count += 1);
    // At no depth are there more than 256 of each, which 5 others hear.
    assert!(count > 1_000 && count <= 16 * 6 * 256 * 5, "{count}");
    assert_eq!(deliver(&world, &mut plugins), [""; 0]);
}

#[test]
fn floods_and_large_payloads_are_refused() {
    let world = world();
    let small = || free().quota(Quota::MessageSize, 100);
    let mut plugins = load(&world, &[("a", small()), ("b", free().quota(Quota::Memory, 2 << 20))]);
    assert_eq!(said(&mut plugins[0], "send", &["b", &"x".repeat(100)]), done());
    let outcome = plugins[0].command("send", &["b", &"x".repeat(101)]).unwrap();
    assert_eq!(outcome.exceeded.iter().map(|hit| hit.quota).collect::<Vec<_>>(), [Quota::MessageSize]);
    assert!(format!("{:?}", outcome.exit).contains("too-large"), "{outcome:?}");
    assert_eq!(world.exceeded(), [Quota::MessageSize]);
    // One waits already.
    assert_eq!(said(&mut plugins[0], "flood", &["b", "x", "1000"]), Ok("255".into()));
    assert!(world.log.take().pop().unwrap().to_string().contains("as much of the plugin waits"));
    assert_eq!(said(&mut plugins[1], "send", &["a", "1"]), done(), "a neighbour sends on");
    assert_eq!(deliver(&world, &mut plugins).len(), 257);
    // Payloads take the memory of who sends them.
    assert_eq!(said(&mut plugins[1], "flood", &["a", &"x".repeat(512 << 10), "9"]), Ok("4".into()));
    assert_eq!(deliver(&world, &mut plugins).len(), 4);
}

#[test]
fn nothing_is_linked_without_a_right_or_a_host_that_delivers() {
    let call = |world: &World, probe: &Probe, words: [&str; 3]| match world.load(probe).command(words[0], &words[1..]) {
        Err(CallError::Denied(denied)) => denied.to_string(),
        other => panic!("{other:?}"),
    };
    let sender = talker().right(Kind::MessageSend, "**");
    let why = call(&world(), &sender, ["publish", "note.saved", "x"]);
    assert!(why.contains("no grant gives the plugin a right"), "{why}");
    let why = call(&World::new(), &sender, ["send", "a", "x"]);
    assert!(why.contains("the host program has nothing behind this interface"), "{why}");
    assert_eq!(said(&mut world().load(&sender), "send", &["a", "x"]), done());
}
