//! The door to models of the host's author.

use std::time::{Duration, Instant};

use ambit_runtime::{CallError, ModelError, ModelRequest, Models};
use ambit_schema::capability::Kind;
use ambit_schema::limits::Quota;

use crate::support::{ID, Probe, World, said};

/// Says what it was asked, or what it is told to be.
struct Echo;

impl Models for Echo {
    fn complete(&self, request: &ModelRequest<'_>) -> Result<String, ModelError> {
        assert_eq!((request.plugin.as_str(), request.model.starts_with("small")), (ID, true));
        match request.prompt {
            "unknown" => Err(ModelError::NoSuchModel),
            "fail" => Err(ModelError::Failed("as asked".into())),
            "long" => Ok("x".repeat(usize::try_from(request.most).unwrap() + 1)),
            "late" => {
                std::thread::sleep(request.until.saturating_duration_since(Instant::now()) + Duration::from_millis(5));
                Ok("late".into())
            }
            prompt => Ok(format!("{}: {prompt}", request.model)),
        }
    }
}

fn asker() -> Probe {
    let mut probe = Probe::guest("asker.wat");
    probe.imports.push("ambit:host/models@0.1.0".into());
    probe
}

#[test]
fn models_are_used_by_the_names_that_are_granted() {
    let world = World::with(|host| host.models(Echo));
    let mut plugin = world.load(&asker().right(Kind::ModelUse, "small-*"));
    assert_eq!(said(&mut plugin, "complete", &["small-1", "hello"]), Ok("small-1: hello".into()));
    assert_eq!(said(&mut plugin, "complete", &["small-1", "unknown"]), Err("Variant(\"no-such-model\", None)".into()));
    assert!(said(&mut plugin, "complete", &["small-1", "fail"]).unwrap_err().contains("as asked"));
    assert_eq!(world.denials(), [""; 0]);
    for model in ["large", "small", "Small-1", "small-1.x", ""] {
        let denied = said(&mut plugin, "complete", &[model, "hello"]);
        assert_eq!(denied, Err("Variant(\"access-denied\", None)".into()), "{model}");
        assert_eq!(world.denials(), [format!("use {model}")]);
    }
    assert!(said(&mut plugin, "complete", &[&"m".repeat(1 << 20), "hello"]).is_err());
    assert!(world.log.take()[0].target.len() <= 64);
}

#[test]
fn answers_of_models_are_bounded() {
    let world = World::with(|host| host.models(Echo));
    let probe = || asker().right(Kind::ModelUse, "small");
    let ended = |probe: Probe, prompt: &str| match world.load(&probe).command("complete", &["small", prompt]) {
        Err(CallError::Quota { hit, .. }) => hit.quota,
        other => panic!("{other:?}"),
    };
    assert_eq!(ended(probe().quota(Quota::Memory, 1 << 20), "long"), Quota::Memory);
    assert_eq!(ended(probe().quota(Quota::Wall, 50), "late"), Quota::Wall);
}

#[test]
fn no_models_are_linked_without_a_right_or_any() {
    let call = |world: &World, probe: &Probe| match world.load(probe).command("complete", &["small", "hello"]) {
        Err(CallError::Denied(denied)) => denied.to_string(),
        other => panic!("{other:?}"),
    };
    let why = call(&World::with(|host| host.models(Echo)), &asker());
    assert!(why.contains("no grant gives the plugin a right"), "{why}");
    let why = call(&World::new(), &asker().right(Kind::ModelUse, "small"));
    assert!(why.contains("the host program has nothing behind this interface"), "{why}");
}
