//! A core module, read before anything is compiled. Comes in: its bytes. Goes out: what it imports and exports; whether it is a program,
//! which is run as it is; and else the component that it becomes through the adapter: a command when it has `_start`, or one that stays
//! loaded, whose exports of plain numbers can be called.

use std::borrow::Cow;
use std::fmt::Write as _;

use wasi_preview1_component_adapter_provider::{
    WASI_SNAPSHOT_PREVIEW1_COMMAND_ADAPTER as COMMAND, WASI_SNAPSHOT_PREVIEW1_REACTOR_ADAPTER as REACTOR,
};
use wasmparser::{CompositeInnerType, ExternalKind, FuncType, Parser, Payload, TypeRef, ValType};
use wit_component::{ComponentEncoder, StringEncoding, embed_component_metadata};
use wit_parser::Resolve;

use super::base::{P1, is_of_p1};

/// What a program begins with.
pub(super) const START: &str = "_start";

/// What matters of a core module.
#[derive(Default)]
pub(super) struct Module<'b> {
    pub(super) imports: Vec<Import<'b>>,
    /// Its exported functions.
    exports: Vec<(&'b str, FuncType)>,
    /// Whether it exports a memory that functions of WASI p1 can work on.
    has_memory: bool,
    /// Whether its toolchain wrote down component types.
    typed: bool,
}

/// Something that it imports.
pub(super) struct Import<'b> {
    /// From where.
    pub(super) module: &'b str,
    name: &'b str,
    is_function: bool,
}

impl<'b> Module<'b> {
    pub(super) fn read(bytes: &'b [u8]) -> Result<Self, wasmparser::BinaryReaderError> {
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
                        let is_function = matches!(import.ty, TypeRef::Func(_));
                        module.imports.push(Import { module: import.module, name: import.name, is_function });
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
                        module.has_memory |= export.kind == ExternalKind::Memory && export.name == "memory";
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

    /// Whether it is run as it is: it has `_start`, and imports functions of WASI p1 alone. What nearly is such a program is told by
    /// the adapter what is wrong with it.
    pub(super) fn is_program(&self) -> bool {
        let is_start = |ty: &FuncType| ty.params().is_empty() && ty.results().is_empty();
        let starts = self.exports.iter().any(|(name, ty)| *name == START && is_start(ty));
        let is_known = |import: &Import<'_>| import.is_function && import.module == P1 && is_of_p1(import.name);
        let imports = self.imports.is_empty() || self.has_memory && self.imports.iter().all(is_known);
        starts && imports && !self.typed
    }

    /// Makes a component of it.
    ///
    /// # Errors
    /// Why it does not fit the adapter.
    pub(super) fn componentize(&self, bytes: &[u8]) -> Result<Vec<u8>, String> {
        let is_command = self.exports.iter().any(|(name, _)| *name == START);
        let bytes = if is_command || self.typed { Cow::Borrowed(bytes) } else { Cow::Owned(self.with_types(bytes)?) };
        let adapter = if is_command { COMMAND } else { REACTOR };
        let encoder = ComponentEncoder::default().validate(true).module(&bytes);
        let encoder = encoder.and_then(|encoder| encoder.adapter(P1, adapter));
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

    use super::super::component::component_imports;
    use super::{COMMAND, Module, P1, REACTOR};

    /// What a module that imports one function of WASI p1 becomes imports what the table says, and no more.
    #[test]
    fn what_stands_behind_each_function_of_wasi_p1() {
        let (mut wrong, mut functions) = (vec![], 0);
        for (adapter, start) in [(REACTOR, "_initialize"), (COMMAND, "_start")] {
            for (name, ty) in &Module::read(adapter).unwrap().exports {
                functions += 1;
                let found = imports(&module(start, name, ty));
                let said: BTreeSet<String> = behind(&format!("{P1}.{name}")).into_iter().map(str::to_owned).collect();
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
        let import = format!("(import \"{P1}\" \"{name}\" (func (param {params}) (result {results})))");
        let text = format!("(module {import} (memory (export \"memory\") 1) (func (export \"{start}\")))");
        wat::parse_str(&text).unwrap()
    }

    fn imports(module: &[u8]) -> BTreeSet<String> {
        let component = Module::read(module).unwrap().componentize(module).unwrap();
        component_imports(&component).unwrap().iter().map(|import| unversioned(import).to_owned()).collect()
    }
}
