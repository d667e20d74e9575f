//! Artifacts on their way to an engine, read by the runtime's own files. Comes in: any bytes. Goes out: nothing, or a panic that says
//! what does not hold. Deliberately absent: the engine.

use ambit_schema::plan::Artifact;
use wasmparser::Parser;

#[path = "../../../runtime/src/tier/wasm/base.rs"]
mod base;
#[path = "../../../runtime/src/tier/wasm/component.rs"]
mod component;
#[path = "../../../runtime/src/tier/wasm/module.rs"]
mod module;

use component::{Prepared, Unfit, check_imports, is_program, prepare};

/// How many times larger than its file a component may be, and what of the adapter comes with it, in bytes.
const GROWTH: (usize, usize) = (64, 4 << 20);

/// The file that a plugin runs, up to where an engine would compile it: it is refused, or a program, which imports functions of WASI p1
/// and nothing else, or a component, and where that was made of a module, one that imports what every plugin may be linked to and
/// nothing else.
pub fn load(bytes: &[u8]) {
    let artifact = Artifact { path: "p.wasm".into(), sha256: None, imports: vec![] };
    let knows = |imports: Vec<String>, bytes: &[u8]| check_imports(&Artifact { imports, ..artifact.clone() }, bytes);
    if let Err(Unfit::Import(import)) = knows(vec![], bytes) {
        let again = knows(vec![import.clone()], bytes);
        assert_ne!(again, Err(Unfit::Import(import)), "what the plan lists is no reason");
    }
    let Ok(prepared) = prepare(bytes) else { return };
    assert_eq!(is_program(bytes), matches!(prepared, Prepared::Program(_)), "what is kept is of the sort that is looked for");
    let Prepared::Component(component) = prepared else {
        assert_eq!(knows(vec![], bytes), Ok(()), "a program imports what every plugin may be linked to");
        return;
    };
    assert!(Parser::is_component(&component));
    assert!(component.len() <= bytes.len() * GROWTH.0 + GROWTH.1, "{} bytes of {}", component.len(), bytes.len());
    if !Parser::is_component(bytes) {
        assert_eq!(knows(vec![], &component), Ok(()), "a module imports what every plugin may be linked to");
    }
}
