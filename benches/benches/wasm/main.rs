//! A plugin under its plan beside the same component on wasmtime alone: calls with every quota armed, calls of the host through
//! its gate, loads, and a great many plugins at once; and beside Extism, where that was built. The engine's settings are the same
//! on both sides.

use ambit_benches::wasm::{GUEST, plan};

mod calls;
mod extism;
mod loads;
mod many;

type Done = Result<(), Box<dyn std::error::Error>>;

/// Words after `--` choose: `calls`, `loads`, `many`; none is all.
fn main() -> Done {
    let chosen: Vec<String> = std::env::args().skip(1).filter(|word| !word.starts_with("--")).collect();
    let is_chosen = |word: &str| chosen.is_empty() || chosen.iter().any(|chosen| chosen == word);
    let bytes = wat::parse_str(GUEST)?;
    let plan = plan(&bytes, "");
    let peer = extism::measured();
    if is_chosen("calls") {
        calls::calls(&bytes, &plan, &peer)?;
        calls::questions()?;
        calls::overshoot()?;
    }
    if is_chosen("loads") {
        loads::loads(&bytes, &plan, &peer)?;
    }
    if is_chosen("many") {
        many::idle(&bytes, &plan, &peer)?;
        many::parallel(&bytes)?;
    }
    Ok(())
}
