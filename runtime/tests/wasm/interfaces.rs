//! An interface of a host's author, made by `bindgen!` as `docs/host-interfaces.md` shows it.

use ambit_runtime::CallError;
use ambit_schema::capability::Kind;

use self::vault::{Vault, vault};
use crate::support::{Probe, World, said};

#[path = "interfaces/vault.rs"]
#[expect(unreachable_pub, reason = "it is shown as a host's author would write it")]
mod vault;

const PAGE: &str = include_str!("../../../docs/host-interfaces.md");

/// Opens what it is told to.
const OPENER: &str = r#"(component
  (import "acme:secret/vault@1.0.0" (instance $vault
    (export "open" (func (param "key" string) (result string)))))
  (core module $memory
    (memory (export "memory") 1)
    (global $next (mut i32) (i32.const 1024))
    (func (export "realloc") (param i32 i32 i32 i32) (result i32)
      (local $at i32)
      (local.set $at (global.get $next))
      (global.set $next (i32.add (global.get $next) (local.get 3)))
      (local.get $at)))
  (core instance $memory (instantiate $memory))
  (alias core export $memory "memory" (core memory $mem))
  (alias core export $memory "realloc" (core func $realloc))
  (core func $open (canon lower (func $vault "open") (memory $mem) (realloc $realloc)))
  (core module $main
    (import "vault" "open" (func $open (param i32 i32 i32)))
    (func (export "open") (param i32 i32) (result i32)
      (call $open (local.get 0) (local.get 1) (i32.const 16)) (i32.const 16)))
  (core instance $lowered (export "open" (func $open)))
  (core instance $main (instantiate $main (with "vault" (instance $lowered))))
  (func (export "open") (param "key" string) (result string)
    (canon lift (core func $main "open") (memory $mem) (realloc $realloc))))"#;

#[test]
fn the_page_shows_what_is_tested() {
    assert!(PAGE.contains(include_str!("interfaces/vault.rs")));
    for wit in ["messages", "database", "models", "execution"] {
        assert!(PAGE.contains(&format!("(../runtime/wit/{wit}.wit)")), "{wit}");
    }
}

#[test]
fn an_interface_of_the_host_is_linked_by_the_plan_and_asks_the_gate() {
    let kept = || Vault([("a".to_owned(), "secret".to_owned()), ("b".to_owned(), "more".to_owned())].into());
    let world = World::with(|host| host.data(kept()).interface("acme:secret/vault", vault()));
    let mut probe = Probe::of(OPENER.as_bytes()).right(Kind::DbRead, "a");
    probe.imports.push("acme:secret/vault@1.0.0".into());
    let unlisted = world.load(&probe).command("open", &["a"]);
    assert!(matches!(unlisted, Err(CallError::Denied(_))), "the plan does not list it");
    probe.interfaces.push("acme:secret/vault".into());
    let mut plugin = world.load(&probe);
    assert_eq!(said(&mut plugin, "open", &["a"]), Ok("secret".into()));
    let _ = world.log.take();
    let denied = said(&mut plugin, "open", &["b"]).unwrap();
    assert!(denied.contains(r#"`allow "probe" { db.read "b" }`"#), "{denied}");
    assert_eq!(world.denials(), ["open b"]);
}
