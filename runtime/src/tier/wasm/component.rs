//! From the bytes of an artifact to what is compiled. Comes in: a component, or a core module for WASI p1. Goes out: a component, or
//! a program, and what it imports, read before anything is compiled. A program is a core module that is run as it is; any other becomes
//! a component through the adapter.

use std::borrow::Cow;

use ambit_schema::limits::MAX_NESTING;
use ambit_schema::plan::Artifact;
use wasmparser::{Parser, Payload};

use super::base::{P1, is_base, lists};
use super::module::Module;

/// What an artifact is compiled as.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Prepared<'b> {
    /// A component.
    Component(Cow<'b, [u8]>),
    /// A program for WASI p1, a core module.
    Program(&'b [u8]),
}

/// Why an artifact is not compiled.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Unfit {
    /// It is not wasm as this version knows it.
    Malformed(String),
    /// It imports this, and the plan does not say so.
    Import(String),
}

/// Whether an artifact imports only what its plan knows of.
///
/// # Errors
/// When it does not, or is no wasm.
pub(super) fn check_imports(artifact: &Artifact, bytes: &[u8]) -> Result<(), Unfit> {
    if Parser::is_component(bytes) {
        let imports = component_imports(bytes)?;
        return check(artifact, imports.iter().map(String::as_str));
    }
    let module = Module::read(core(bytes)?).map_err(|error| malformed(&error))?;
    check(artifact, module.imports.iter().map(|import| import.module))
}

/// Whether an artifact is a program, which is run as it is. What is no wasm is none.
pub(super) fn is_program(bytes: &[u8]) -> bool {
    core(bytes).is_ok_and(|core| Module::read(core).is_ok_and(|module| module.is_program()))
}

/// Makes of what an artifact holds what is compiled.
///
/// # Errors
/// When it is no wasm, or a module that is no program and does not fit the adapter.
pub(super) fn prepare(bytes: &[u8]) -> Result<Prepared<'_>, Unfit> {
    if Parser::is_component(bytes) {
        return Ok(Prepared::Component(Cow::Borrowed(bytes)));
    }
    let module = Module::read(core(bytes)?).map_err(|error| malformed(&error))?;
    if module.is_program() {
        return Ok(Prepared::Program(bytes));
    }
    let component = module.componentize(bytes).map_err(Unfit::Malformed)?;
    let imports = component_imports(&component)?;
    match imports.iter().find(|import| !is_base(import)) {
        Some(import) => Err(Unfit::Import(import.clone())),
        None => Ok(Prepared::Component(Cow::Owned(component))),
    }
}

fn core(bytes: &[u8]) -> Result<&[u8], Unfit> {
    match Parser::is_core_wasm(bytes) {
        true => Ok(bytes),
        false => Err(Unfit::Malformed("it is neither a component nor a core module".into())),
    }
}

fn malformed(error: &dyn std::fmt::Display) -> Unfit {
    Unfit::Malformed(error.to_string())
}

/// INVARIANT (imports): nothing is compiled that imports more than the plan says.
fn check<'i>(artifact: &Artifact, mut imports: impl Iterator<Item = &'i str>) -> Result<(), Unfit> {
    let known = |import: &str| import == P1 || is_base(import) || lists(&artifact.imports, import);
    match imports.find(|import| !known(import)) {
        Some(import) => Err(Unfit::Import(import.to_owned())),
        None => Ok(()),
    }
}

/// The imports of the outermost component.
pub(super) fn component_imports(bytes: &[u8]) -> Result<Vec<String>, Unfit> {
    let mut imports = Vec::new();
    let mut depth = 0_usize;
    for payload in Parser::new(0).parse_all(bytes) {
        match payload.map_err(|error| malformed(&error))? {
            Payload::ModuleSection { unchecked_range, .. } | Payload::ComponentSection { unchecked_range, .. } => {
                depth += 1;
                if depth >= MAX_NESTING {
                    let offset = unchecked_range.start;
                    let why = format!("it is nested more than {MAX_NESTING} deep (at offset {offset:#x})");
                    return Err(Unfit::Malformed(why));
                }
            }
            Payload::End(_) => depth = depth.saturating_sub(1),
            Payload::ComponentImportSection(section) if depth == 0 => {
                for import in section {
                    imports.push(import.map_err(|error| malformed(&error))?.name.name.to_owned());
                }
            }
            _ => {}
        }
    }
    Ok(imports)
}
