//! From the bytes of an artifact to a component. Comes in: a component, or a core module for WASI p1. Goes out: a component, and
//! what it imports, read before anything is compiled. A core module becomes a component through the adapter: a command when
//! it has `_start`, else one that stays loaded, whose exports of plain numbers can be called.

use std::borrow::Cow;
use std::fmt::Write as _;

use ambit_schema::limits::MAX_NESTING;
use ambit_schema::plan::Artifact;
use wasi_preview1_component_adapter_provider::{
    WASI_SNAPSHOT_PREVIEW1_ADAPTER_NAME as ADAPTER, WASI_SNAPSHOT_PREVIEW1_COMMAND_ADAPTER as COMMAND,
    WASI_SNAPSHOT_PREVIEW1_REACTOR_ADAPTER as REACTOR,
};
use wasmparser::{CompositeInnerType, ExternalKind, FuncType, Parser, Payload, TypeRef, ValType};
use wit_component::{ComponentEncoder, StringEncoding, embed_component_metadata};
use wit_parser::Resolve;

use super::base::{is_base, lists};

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
    check(artifact, module.imports.iter().copied())
}

/// Makes a component of what an artifact holds.
///
/// # Errors
/// When it is no wasm, or a module that does not fit the adapter.
pub(super) fn component_of(bytes: &[u8]) -> Result<Cow<'_, [u8]>, Unfit> {
    if Parser::is_component(bytes) {
        return Ok(Cow::Borrowed(bytes));
    }
    let module = Module::read(core(bytes)?).map_err(|error| malformed(&error))?;
    let component = module.componentize(bytes).map_err(Unfit::Malformed)?;
    let imports = component_imports(&component)?;
    match imports.iter().find(|import| !is_base(import)) {
        Some(import) => Err(Unfit::Import(import.clone())),
        None => Ok(Cow::Owned(component)),
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
    let known = |import: &str| import == ADAPTER || is_base(import) || lists(&artifact.imports, import);
    match imports.find(|import| !known(import)) {
        Some(import) => Err(Unfit::Import(import.to_owned())),
        None => Ok(()),
    }
}

/// The imports of the outermost component.
fn component_imports(bytes: &[u8]) -> Result<Vec<String>, Unfit> {
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

/// What matters of a core module.
#[derive(Default)]
struct Module<'b> {
    /// The modules it imports from.
    imports: Vec<&'b str>,
    /// Its exported functions.
    exports: Vec<(&'b str, FuncType)>,
    /// Whether its toolchain wrote down component types.
    typed: bool,
}

impl<'b> Module<'b> {
    fn read(bytes: &'b [u8]) -> Result<Self, wasmparser::BinaryReaderError> {
        let (mut module, mut types, mut functions) = (Module::default(), Vec::new(), Vec::new());
        for payload in Parser::new(0).parse_all(bytes) {
            match payload? {
                Payload::TypeSection(section) => {
                    for group in section {
                        types.extend(group?.into_types().map(|ty| match ty.composite_type.inner {
                            CompositeInnerType::Func(function) => Some(function),
                            _ => None,
                        }));
                    }
                }
                Payload::ImportSection(section) => {
                    for import in section.into_imports() {
                        let import = import?;
                        module.imports.push(import.module);
                        if let TypeRef::Func(ty) = import.ty {
                            functions.push(ty);
                        }
                    }
                }
                Payload::FunctionSection(section) => {
                    for ty in section {
                        functions.push(ty?);
                    }
                }
                Payload::ExportSection(section) => {
                    for export in section {
                        let export = export?;
                        let ty = functions.get(export.index as usize).and_then(|ty| types.get(*ty as usize));
                        if let (ExternalKind::Func, Some(Some(ty))) = (export.kind, ty) {
                            module.exports.push((export.name, ty.clone()));
                        }
                    }
                }
                Payload::CustomSection(section) => module.typed |= section.name().starts_with("component-type"),
                _ => {}
            }
        }
        Ok(module)
    }

    fn componentize(&self, bytes: &[u8]) -> Result<Vec<u8>, String> {
        let is_command = self.exports.iter().any(|(name, _)| *name == "_start");
        let bytes = if is_command || self.typed { Cow::Borrowed(bytes) } else { Cow::Owned(self.with_types(bytes)?) };
        let adapter = if is_command { COMMAND } else { REACTOR };
        let encoder = ComponentEncoder::default().validate(true).module(&bytes);
        let encoder = encoder.and_then(|encoder| encoder.adapter(ADAPTER, adapter));
        encoder.and_then(|mut encoder| encoder.encode()).map_err(|error| format!("{error:#}"))
    }

    /// Writes down component types for exports that take and give plain numbers.
    fn with_types(&self, bytes: &[u8]) -> Result<Vec<u8>, String> {
        let mut wit = String::from("package ambit:numbers;\nworld numbers {\n");
        for (name, ty) in &self.exports {
            if let Some(function) = in_wit(name, ty) {
                let _ = writeln!(wit, "{function}");
            }
        }
        wit.push('}');
        let mut resolve = Resolve::default();
        let package = resolve.push_str("numbers.wit", &wit).map_err(|error| format!("{error:#}"))?;
        let world = resolve.select_world(&[package], None).map_err(|error| format!("{error:#}"))?;
        let mut typed = bytes.to_vec();
        embed_component_metadata(&mut typed, &resolve, world, StringEncoding::UTF8)
            .map_err(|error| format!("{error:#}"))?;
        Ok(typed)
    }
}

/// `export add: func(p0: s32, p1: s32) -> s32;`, for names that are words with `-` between them.
fn in_wit(name: &str, ty: &FuncType) -> Option<String> {
    let word = |word: &str| {
        word.starts_with(|c: char| c.is_ascii_lowercase())
            && word.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit())
    };
    if !name.split('-').all(word) || ty.results().len() > 1 {
        return None;
    }
    let mut function = format!("export %{name}: func(");
    for (index, param) in ty.params().iter().enumerate() {
        let comma = if index == 0 { "" } else { ", " };
        let _ = write!(function, "{comma}p{index}: {}", number(*param)?);
    }
    function.push(')');
    if let Some(result) = ty.results().first() {
        let _ = write!(function, " -> {}", number(*result)?);
    }
    Some(function + ";")
}

fn number(ty: ValType) -> Option<&'static str> {
    match ty {
        ValType::I32 => Some("s32"),
        ValType::I64 => Some("s64"),
        ValType::F32 => Some("f32"),
        ValType::F64 => Some("f64"),
        ValType::V128 | ValType::Ref(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use ambit_schema::interface::{behind, unversioned};
    use wasmparser::{FuncType, ValType};

    use super::{ADAPTER, COMMAND, Module, REACTOR, component_imports};

    /// What a module that imports one function of WASI p1 becomes imports what the table says, and no more.
    #[test]
    fn what_stands_behind_each_function_of_wasi_p1() {
        let (mut wrong, mut functions) = (vec![], 0);
        for (adapter, start) in [(REACTOR, "_initialize"), (COMMAND, "_start")] {
            for (name, ty) in &Module::read(adapter).unwrap().exports {
                functions += 1;
                let found = imports(&module(start, name, ty));
                let said: BTreeSet<String> =
                    behind(&format!("{ADAPTER}.{name}")).into_iter().map(str::to_owned).collect();
                if found != said {
                    wrong.push(format!("{start} {name}: {found:?}"));
                }
            }
        }
        assert!(wrong.is_empty(), "{}", wrong.join("\n"));
        assert!(functions > 90, "the adapters have {functions} functions");
    }

    fn module(start: &str, name: &str, ty: &FuncType) -> Vec<u8> {
        let words = |types: &[ValType]| types.iter().map(ToString::to_string).collect::<Vec<_>>().join(" ");
        let (params, results) = (words(ty.params()), words(ty.results()));
        let import = format!("(import \"{ADAPTER}\" \"{name}\" (func (param {params}) (result {results})))");
        let text = format!("(module {import} (memory (export \"memory\") 1) (func (export \"{start}\")))");
        wat::parse_str(&text).unwrap()
    }

    fn imports(module: &[u8]) -> BTreeSet<String> {
        let component = Module::read(module).unwrap().componentize(module).unwrap();
        component_imports(&component).unwrap().iter().map(|import| unversioned(import).to_owned()).collect()
    }
}
