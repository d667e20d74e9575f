//! One core module. Comes in: its sections, in the order of the file, valid so far. Goes out: a [`Module`]: what it needs to
//! start, and what it would do to whoever compiles or starts it.

use std::collections::BTreeMap;

use wasmparser::{
    ConstExpr, CustomSectionReader, Data, DataKind, Element, ElementItems, ElementKind, ExternalKind, FunctionBody,
    MemoryType, Operator, Payload, TypeRef,
};

use super::endless;
use super::sections::{self, Seen};
use super::{Export, Wasm};
use crate::binary::secret;

/// The module of WASI p1.
const P1: &str = "wasi_snapshot_preview1";

/// Facts of a core module.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Module {
    /// The initial size of its own memories together, in bytes.
    pub(super) memory: u64,
    /// How many memories of its own it has.
    pub(super) memories: usize,
    /// The initial size of each table of its own, in elements.
    pub(super) tables: Vec<u64>,
    /// How many functions it has.
    pub(super) functions: usize,
    /// The largest body of a function, in bytes.
    pub(super) largest_body: usize,
    /// The most locals of a function.
    pub(super) most_locals: u32,
    /// Whether a function of its own runs as soon as it is instantiated.
    pub(super) starts: bool,
    /// Whether it imports functions of WASI p1.
    pub(super) wants_p1: bool,
    /// Whether it exports a memory called `memory`, which WASI p1 works on.
    pub(super) exports_memory: bool,
    /// Exported functions that certainly never end, by name; `the start function` is called so.
    pub(super) endless: Vec<String>,
    /// Data or elements that lie outside of what they are written to, so that starting it fails: the first, in words.
    pub(super) outside: Option<String>,
}

/// A module that is being read.
#[derive(Default)]
pub(super) struct Reader<'b> {
    module: Module,
    imported: Imported,
    /// The initial sizes of its own memories, in bytes.
    memories: Vec<u64>,
    /// The functions that others call, with the first of their names.
    entries: BTreeMap<u32, &'b str>,
    seen: Seen<'b>,
}

/// How many of each it imports: its own come after them.
#[derive(Default)]
struct Imported {
    functions: u32,
    memories: u32,
    tables: u32,
}

impl<'b> Reader<'b> {
    /// Notes a section. `top`: of a file that is a core module, whose imports and exports are the file's.
    pub(super) fn note(
        &mut self,
        payload: Payload<'b>,
        bytes: &'b [u8],
        top: bool,
        wasm: &mut Wasm,
    ) -> wasmparser::Result<()> {
        match payload {
            Payload::ImportSection(section) => {
                for import in section.into_imports() {
                    let import = import?;
                    self.import(import.module, import.ty);
                    if top {
                        uses(wasm, import.module, import.name);
                    }
                }
            }
            Payload::ExportSection(section) => {
                for export in section {
                    let export = export?;
                    self.export(export);
                    if top {
                        let is_function = matches!(export.kind, ExternalKind::Func);
                        wasm.exports.push(Export { name: export.name.to_owned(), is_function, is_instance: false });
                    }
                }
            }
            Payload::MemorySection(section) => {
                for memory in section {
                    self.memories.push(size(memory?));
                }
            }
            Payload::TableSection(section) => {
                for table in section {
                    self.module.tables.push(table?.ty.initial);
                }
            }
            Payload::StartSection { func, .. } => {
                self.module.starts = func >= self.imported.functions;
                self.entries.insert(func, "the start function");
            }
            Payload::ElementSection(section) => {
                for (at, element) in section.into_iter().enumerate() {
                    self.element(at, element?);
                }
            }
            Payload::DataSection(section) => {
                for (at, data) in section.into_iter().enumerate() {
                    let data = data?;
                    let from = data.range.end - data.data.len();
                    secret::find(data.data, from, &mut wasm.secrets);
                    self.data(at, &data);
                }
            }
            Payload::CodeSectionEntry(body) => self.function(&body, bytes)?,
            _ => {}
        }
        Ok(())
    }

    pub(super) fn custom(&mut self, section: &CustomSectionReader<'b>, odd: &mut Vec<String>) {
        let functions = u64::from(self.imported.functions) + self.module.functions as u64;
        sections::of_module(section, functions, &mut self.seen, odd);
    }

    fn import(&mut self, module: &str, ty: TypeRef) {
        match ty {
            TypeRef::Func(_) | TypeRef::FuncExact(_) => self.imported.functions += 1,
            TypeRef::Memory(_) => self.imported.memories += 1,
            TypeRef::Table(_) => self.imported.tables += 1,
            TypeRef::Global(_) | TypeRef::Tag(_) => {}
        }
        self.module.wants_p1 |= module == P1;
    }

    fn export(&mut self, export: wasmparser::Export<'b>) {
        match export.kind {
            ExternalKind::Func => drop(self.entries.entry(export.index).or_insert(export.name)),
            ExternalKind::Memory => self.module.exports_memory |= export.name == "memory",
            _ => {}
        }
    }

    fn function(&mut self, body: &FunctionBody<'b>, bytes: &[u8]) -> wasmparser::Result<()> {
        let module = &mut self.module;
        let index = u64::from(self.imported.functions) + module.functions as u64;
        module.functions += 1;
        module.largest_body = module.largest_body.max(body.range().len());
        let mut locals = 0_u32;
        for group in body.get_locals_reader()? {
            locals = locals.saturating_add(group?.0);
        }
        module.most_locals = module.most_locals.max(locals);
        let name = u32::try_from(index).ok().and_then(|index| self.entries.get(&index));
        if let Some(name) = name.filter(|_| module.endless.len() < 8 && endless::never_ends(body, bytes)) {
            module.endless.push((*name).to_owned());
        }
        Ok(())
    }

    fn data(&mut self, at: usize, data: &Data<'_>) {
        let DataKind::Active { memory_index, offset_expr } = &data.kind else { return };
        let own = memory_index.checked_sub(self.imported.memories).and_then(|at| self.memories.get(at as usize));
        let (Some(size), Some(from)) = (own, constant(offset_expr)) else { return };
        let end = from.saturating_add(data.data.len() as u64);
        if end > *size {
            let words = format!("data segment {at} ends at byte {end} of a memory that starts with {size}");
            self.module.outside.get_or_insert(words);
        }
    }

    fn element(&mut self, at: usize, element: Element<'_>) {
        let ElementKind::Active { table_index, offset_expr } = &element.kind else { return };
        let own = table_index.unwrap_or(0).checked_sub(self.imported.tables);
        let own = own.and_then(|at| self.module.tables.get(at as usize));
        let (Some(size), Some(from)) = (own, constant(offset_expr)) else { return };
        let count = match &element.items {
            ElementItems::Functions(items) => items.count(),
            ElementItems::Expressions(_, items) => items.count(),
        };
        let end = from.saturating_add(u64::from(count));
        if end > *size {
            let words = format!("element segment {at} ends at place {end} of a table that starts with {size}");
            self.module.outside.get_or_insert(words);
        }
    }

    pub(super) fn finish(mut self) -> Module {
        self.module.memories = self.memories.len();
        self.module.memory = self.memories.iter().fold(0, |all: u64, one| all.saturating_add(*one));
        self.module
    }
}

/// Imports of a core module, by module; those of WASI p1 also one by one, because every program has some of them.
fn uses(wasm: &mut Wasm, module: &str, name: &str) {
    if wasm.imports.last().is_none_or(|last| last != module) {
        wasm.imports.push(module.to_owned());
    }
    if module == P1 {
        wasm.uses.push(format!("{P1}.{name}"));
    } else if wasm.uses.last().is_none_or(|last| last != module) {
        wasm.uses.push(module.to_owned());
    }
}

fn size(memory: MemoryType) -> u64 {
    let page = 1_u64.checked_shl(memory.page_size_log2.unwrap_or(16)).unwrap_or(u64::MAX);
    memory.initial.saturating_mul(page)
}

/// What a constant expression comes to, where it is one number.
fn constant(expression: &ConstExpr<'_>) -> Option<u64> {
    let mut operators = expression.get_operators_reader();
    let value = match operators.read().ok()? {
        Operator::I32Const { value } => u64::from(value.cast_unsigned()),
        _ => return None,
    };
    matches!(operators.read().ok()?, Operator::End).then_some(value)
}
