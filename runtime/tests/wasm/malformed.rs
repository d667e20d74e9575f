//! Artifacts that are cut off, changed, nested without end, or too large: an error that says so, and a host that lives.

use ambit_runtime::LoadError;
use ambit_schema::limits::{MAX_ARTIFACT, MAX_NESTING, Quota};

use crate::support::{ID, Probe, World};

fn sources() -> [&'static str; 3] {
    ["hello-p1.wat", "add-reactor.wat", "hostile/unknown-import.wat"]
}

fn bytes_of(source: &str) -> Vec<u8> {
    Probe::guest(source).bytes
}

/// The bytes, with an honest hash, and little time should they run.
fn probe(bytes: &[u8]) -> Probe {
    let probe = Probe::of_binary(bytes.to_vec()).quota(Quota::Cpu, 200).quota(Quota::Wall, 500);
    Probe { imports: vec!["acme:secret/vault@1.0.0".into()], ..probe }
}

#[test]
fn what_is_cut_off_is_refused() {
    let world = World::new();
    for source in sources() {
        let whole = bytes_of(source);
        assert!(world.try_load(&probe(&whole)).is_ok(), "{source}");
        // Between two sections a shorter file may be whole by itself.
        let mut refused = 0;
        for end in 0..whole.len() {
            match world.try_load(&probe(&whole[..end])) {
                Err(LoadError::Malformed(why) | LoadError::Compile(why)) => {
                    assert!(!why.is_empty());
                    refused += 1;
                }
                Err(LoadError::Link(_) | LoadError::Import(_)) | Ok(_) => {}
                Err(other) => panic!("{source}: {other}"),
            }
        }
        assert!(refused * 10 > whole.len() * 8, "{source}: {refused} of {}", whole.len());
    }
}

#[test]
fn what_is_changed_is_answered() {
    let world = World::new();
    let (mut loaded, mut refused) = (0, 0);
    for source in sources() {
        let whole = bytes_of(source);
        for (n, bit) in (0..whole.len()).step_by(11).zip((0..8).cycle()) {
            let mut changed = whole.clone();
            changed[n] ^= 1 << bit;
            match world.try_load(&probe(&changed)) {
                Ok(mut plugin) => {
                    loaded += 1;
                    // Whatever it does now, it does under its plan.
                    drop((plugin.run(&[]), plugin.command("add", &["1", "2"])));
                }
                Err(error) => {
                    refused += 1;
                    assert!(!error.to_string().is_empty());
                }
            }
        }
    }
    assert!(loaded > 5 && refused > 20, "{loaded} loaded, {refused} refused");
}

/// A component in a component in a component.
fn nested(depth: usize) -> Vec<u8> {
    const EMPTY: &[u8] = b"\0asm\x0d\0\x01\0";
    let mut whole = EMPTY.to_vec();
    for _ in 0..depth {
        let mut around = EMPTY.to_vec();
        around.push(4);
        let mut length = whole.len();
        while length >= 0x80 {
            around.push(u8::try_from(length & 0x7f).unwrap() | 0x80);
            length >>= 7;
        }
        around.push(u8::try_from(length).unwrap());
        around.append(&mut whole);
        whole = around;
    }
    whole
}

#[test]
fn what_is_nested_without_end_is_refused() {
    let world = World::new();
    assert!(world.try_load(&probe(&nested(MAX_NESTING - 1))).is_ok());
    for depth in [MAX_NESTING, 1_500, 30_000] {
        let Err(LoadError::Malformed(why)) = world.try_load(&probe(&nested(depth))) else { panic!("{depth}") };
        assert!(why.starts_with("it is nested more than 100 deep (at offset 0x"), "{why}");
    }
}

#[test]
fn what_promises_more_than_it_has_is_refused() {
    let world = World::new();
    // Sections that say to hold four thousand million types, functions, exports or bytes.
    for section in 1..=12 {
        let mut bytes = b"\0asm\x01\0\0\0".to_vec();
        bytes.extend([section, 5, 0xff, 0xff, 0xff, 0xff, 0x0f]);
        let refused = world.try_load(&probe(&bytes)).err();
        assert!(matches!(refused, Some(LoadError::Malformed(_) | LoadError::Compile(_))), "{section}: {refused:?}");
    }
}

#[test]
fn what_is_too_large_is_not_even_hashed() {
    let world = World::new();
    let bytes = vec![0; usize::try_from(MAX_ARTIFACT).unwrap() + 1];
    let refused = world.host.load(&Probe::greeter().plan(), ID, &bytes).err();
    assert_eq!(refused, Some(LoadError::TooLarge));
    assert!(world.try_load(&Probe::greeter()).is_ok());
}
