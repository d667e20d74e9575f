//! What plugins write to their streams, and what they answer: cut, counted and slowed as the plan says.

use std::time::Duration;

use ambit_runtime::Exit;
use ambit_schema::limits::Quota;

use crate::quotas::{beside_a_neighbour, quota_of, timed};
use crate::support::{Probe, World, neighbour_serves, said};

#[test]
fn output_is_cut_and_the_cut_told() {
    let world = World::new();
    let mut chatter = world.load(&Probe::guest("hostile/chatter.wat").quota(Quota::Output, 10_000));
    let outcome = beside_a_neighbour(&world, || chatter.run(&[])).unwrap();
    assert_eq!((outcome.stdout.bytes().len(), outcome.exit), (10_000, Exit::Failure { status: 3, reason: None }));
    assert_eq!(outcome.exceeded.iter().map(|hit| hit.quota).collect::<Vec<_>>(), [Quota::Output]);
    assert_eq!(world.exceeded(), [Quota::Output]);
    let mut plugin = world.load(&Probe::greeter().quota(Quota::Output, 100));
    assert_eq!(said(&mut plugin, "chatter", &["10", "short"]), Ok(String::new()));
    assert!(said(&mut plugin, "chatter", &["50", "short"]).is_err());
    assert_eq!(said(&mut plugin, "chatter", &["10", "short"]), Ok(String::new()), "it is counted by the call");
}

/// What is written after the last line that is allowed is refused, up to its very byte.
#[test]
fn log_lines_are_counted() {
    let world = World::new();
    let mut chatter = world.load(&Probe::guest("hostile/chatter.wat").quota(Quota::OutputLines, 3));
    let outcome = beside_a_neighbour(&world, || chatter.run(&[])).unwrap();
    assert_eq!((outcome.stdout.bytes().len(), outcome.exit), (3 * 4096, Exit::Failure { status: 3, reason: None }));
    let told: Vec<String> = outcome.exceeded.iter().map(ToString::to_string).collect();
    assert_eq!(told, ["`output-lines` of 3 (set at quotas.kdl:1:1)"]);
    assert_eq!(world.exceeded(), [Quota::OutputLines]);
    let mut plugin = world.load(&Probe::greeter().quota(Quota::OutputLines, 10));
    assert_eq!(said(&mut plugin, "chatter", &["10", "short"]), Ok(String::new()));
    assert!(said(&mut plugin, "chatter", &["11", "short"]).is_err());
    // The line that was refused is still in the buffer of the guest.
    assert_eq!(said(&mut plugin, "chatter", &["9", "short"]), Ok(String::new()), "it is counted by the call");
}

#[test]
fn output_waits_for_its_rate() {
    let world = World::new();
    let write = |probe: Probe| {
        let mut plugin = world.load(&probe);
        timed(|| plugin.command("chatter", &["10", &"x".repeat(99)]))
    };
    let (took, slow) = write(Probe::greeter().quota(Quota::OutputRate, 2_000));
    assert!(took >= Duration::from_millis(350), "half a second, less what may be used at once: {took:?}");
    let told: Vec<String> = slow.unwrap().exceeded.iter().map(ToString::to_string).collect();
    assert_eq!(told, ["`output-rate` of 2 kB/s (set at quotas.kdl:1:1)"]);
    let (_, ended) = write(Probe::greeter().quota(Quota::OutputRate, 100).quota(Quota::Wall, 300));
    assert_eq!(quota_of(ended).0, Quota::Wall);
    let (_, fast) = write(Probe::greeter().quota(Quota::OutputRate, 100 << 20));
    assert_eq!(fast.unwrap().exceeded, []);
}

#[test]
fn answers_are_output() {
    let world = World::new();
    let mut plugin = world.load(&Probe::greeter().quota(Quota::Output, 1 << 20));
    assert_eq!(said(&mut plugin, "answer", &["1"]).unwrap().len(), 1 << 20);
    assert_eq!(quota_of(plugin.command("answer", &["2"])).0, Quota::Output);
    neighbour_serves(&mut plugin);
}
