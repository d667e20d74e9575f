//! One pass over a WebAssembly binary: it is validated with what the engine accepts, and what it says of itself is noted.
//! Linear in the file. Of a component only the outermost imports, exports and instances count: what stands inside reaches
//! nothing but through them. Deliberately absent: following instances that nested components make of each other.

use wasmparser::{
    ComponentAlias, ComponentExternalKind, ComponentOuterAliasKind, ComponentTypeRef, Encoding,
    FuncValidatorAllocations, Instance, Parser, Payload, ValidPayload, Validator,
};

use ambit_schema::limits::MAX_NESTING;
use module::Module;

use super::Secret;

mod contract;
mod endless;
mod features;
mod module;
mod sections;
mod start;

pub use contract::Contract;
pub use start::Start;

/// How many different imports of a file are kept. Programs have a few dozen.
pub const MOST_IMPORTS: usize = 1_000;

/// What a WebAssembly binary says of itself.
#[derive(Debug, Clone)]
pub struct Wasm {
    /// Which kind of binary.
    pub form: Form,
    /// The instances or modules it imports, sorted, each once.
    pub imports: Vec<String>,
    /// The same, with the functions of WASI p1 one by one: `wasi_snapshot_preview1.path_open`.
    pub uses: Vec<String>,
    /// What it exports, sorted by name.
    pub exports: Vec<Export>,
    /// Those of its exports that belong to the plugin contract.
    pub contracts: Vec<Contract>,
    /// Whether it imports or uses more than [`MOST_IMPORTS`] different things, of which the rest is not kept.
    pub imports_cut: bool,
    /// What becomes of it when it is compiled and started.
    pub start: Start,
    /// What looks like a secret in its data.
    pub secrets: Vec<Secret>,
    /// How many bytes are there for debuggers only.
    pub debug: u64,
    /// How large it is, in bytes.
    pub size: u64,
    /// What is wrong with sections that engines ignore and people read.
    pub odd: Vec<String>,
}

/// The kinds of WebAssembly binaries.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// A component.
    Component,
    /// A core module.
    Core,
}

/// One export of the outermost component or module.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Export {
    /// Its name.
    pub name: String,
    /// Whether it is a function.
    pub is_function: bool,
    /// Whether it is an instance, which is a block of functions.
    pub is_instance: bool,
}

/// Why a file is nothing that the tier loads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Invalid {
    /// It is no WebAssembly: the reason, with the offset.
    Malformed(String),
    /// It is, with proposals that the engine does not accept, by name; or with several at once, as the engine says it.
    Proposal(String),
}

/// Reads and validates a binary.
pub(super) fn inspect(bytes: &[u8]) -> Result<Wasm, Invalid> {
    if !bytes.starts_with(b"\0asm") {
        return Err(Invalid::Malformed("it does not start with the bytes `\\0asm`".to_owned()));
    }
    let mut walk = Walk::new(bytes);
    match walk.run() {
        Ok(()) => match walk.too_deep {
            Some(offset) => {
                Err(Invalid::Malformed(format!("it is nested more than {MAX_NESTING} deep (at offset {offset:#x})")))
            }
            None => Ok(walk.finish()),
        },
        Err(error) => Err(features::explain(bytes, &error)),
    }
}

/// What is read so far.
struct Walk<'b> {
    bytes: &'b [u8],
    wasm: Wasm,
    /// The component or module that is being read, and those around it.
    open: Vec<Frame<'b>>,
    /// Where there were too many of those, and reading ended.
    too_deep: Option<usize>,
    /// The modules of the outermost component, or the module that the file is.
    modules: Vec<Module>,
    /// The core modules that the outermost component can name: places in `modules`, or code from elsewhere.
    named: Vec<Option<usize>>,
}

enum Frame<'b> {
    Component,
    Module(module::Reader<'b>),
}

impl<'b> Walk<'b> {
    fn new(bytes: &'b [u8]) -> Self {
        let form = if Parser::is_component(bytes) { Form::Component } else { Form::Core };
        let wasm = Wasm {
            form,
            imports: vec![],
            uses: vec![],
            exports: vec![],
            contracts: vec![],
            imports_cut: false,
            start: Start::default(),
            secrets: vec![],
            debug: 0,
            size: bytes.len() as u64,
            odd: vec![],
        };
        Walk { bytes, wasm, open: vec![], too_deep: None, modules: vec![], named: vec![] }
    }

    fn run(&mut self) -> wasmparser::Result<()> {
        let mut validator = Validator::new_with_features(features::ENGINE);
        let mut allocations = FuncValidatorAllocations::default();
        let mut parser = Parser::new(0);
        parser.set_features(features::ENGINE);
        for payload in parser.parse_all(self.bytes) {
            let payload = payload?;
            match validator.payload(&payload)? {
                ValidPayload::Func(function, body) => {
                    let mut function = function.into_validator(allocations);
                    function.validate(&body)?;
                    allocations = function.into_allocations();
                }
                ValidPayload::End(types) if self.open.len() == 1 && self.wasm.form == Form::Component => {
                    self.wasm.contracts = contract::find(&self.wasm.exports, types.as_ref());
                }
                _ => {}
            }
            let start = payload.as_section().map(|(_, range)| range.start);
            self.note(payload)?;
            if self.open.len() > MAX_NESTING {
                self.too_deep = Some(start.unwrap_or_default());
                break;
            }
        }
        Ok(())
    }

    fn note(&mut self, payload: Payload<'b>) -> wasmparser::Result<()> {
        match payload {
            Payload::Version { encoding: Encoding::Component, .. } => self.open.push(Frame::Component),
            Payload::Version { encoding: Encoding::Module, .. } => self.open.push(Frame::Module(Default::default())),
            Payload::End(_) => self.close(),
            Payload::CustomSection(section) => {
                self.wasm.debug += sections::debug_bytes(&section);
                match self.open.last_mut() {
                    Some(Frame::Module(module)) => module.custom(&section, &mut self.wasm.odd),
                    _ => sections::plain(&section, &mut self.wasm.odd),
                }
            }
            payload => {
                let depth = self.open.len();
                match self.open.last_mut() {
                    Some(Frame::Module(module)) => {
                        let top = depth == 1;
                        module.note(payload, self.bytes, top, &mut self.wasm)?;
                    }
                    _ if depth == 1 => self.outermost(payload)?,
                    _ => {}
                }
            }
        }
        Ok(())
    }

    fn close(&mut self) {
        let Some(Frame::Module(module)) = self.open.pop() else { return };
        let module = module.finish();
        self.wasm.start.compile(&module);
        match self.open.len() {
            0 => self.wasm.start.instantiate(&module, true),
            1 => {
                self.named.push(Some(self.modules.len()));
                self.modules.push(module);
            }
            _ => {}
        }
    }

    /// A section of the outermost component.
    fn outermost(&mut self, payload: Payload<'_>) -> wasmparser::Result<()> {
        match payload {
            Payload::ComponentImportSection(imports) => {
                for import in imports {
                    let import = import?;
                    self.wasm.imports.push(import.name.name.to_owned());
                    if matches!(import.ty, ComponentTypeRef::Module(_)) {
                        self.named.push(None);
                    }
                }
            }
            Payload::ComponentExportSection(exports) => {
                for export in exports {
                    let export = export?;
                    self.wasm.exports.push(Export {
                        name: export.name.name.to_owned(),
                        is_function: export.kind == ComponentExternalKind::Func,
                        is_instance: export.kind == ComponentExternalKind::Instance,
                    });
                    if export.kind == ComponentExternalKind::Module {
                        self.named.push(None);
                    }
                }
            }
            Payload::ComponentAliasSection(aliases) => {
                for alias in aliases {
                    if is_module(&alias?) {
                        self.named.push(None);
                    }
                }
            }
            Payload::InstanceSection(instances) => {
                for instance in instances {
                    if let Instance::Instantiate { module_index, .. } = instance? {
                        let module = self.named.get(module_index as usize).copied().flatten();
                        let module = module.and_then(|at| self.modules.get(at));
                        module.into_iter().for_each(|module| self.wasm.start.instantiate(module, false));
                    }
                }
            }
            _ => {}
        }
        Ok(())
    }

    fn finish(self) -> Wasm {
        let mut wasm = self.wasm;
        if wasm.form == Form::Component {
            wasm.uses.clone_from(&wasm.imports);
        }
        for list in [&mut wasm.imports, &mut wasm.uses] {
            list.sort();
            list.dedup();
            wasm.imports_cut |= list.len() > MOST_IMPORTS;
            list.truncate(MOST_IMPORTS);
        }
        wasm.exports.sort();
        wasm.odd.sort();
        wasm.odd.dedup();
        wasm
    }
}

fn is_module(alias: &ComponentAlias<'_>) -> bool {
    match alias {
        ComponentAlias::InstanceExport { kind, .. } => *kind == ComponentExternalKind::Module,
        ComponentAlias::Outer { kind, .. } => *kind == ComponentOuterAliasKind::CoreModule,
        ComponentAlias::CoreInstanceExport { .. } => false,
    }
}

impl Wasm {
    /// Whether it exports this, with any version.
    #[must_use]
    pub fn has(&self, name: &str) -> bool {
        let versions = format!("{name}@");
        let from = |name: &str| self.exports.partition_point(|export| export.name.as_str() < name);
        let is = |at: usize, fits: &dyn Fn(&str) -> bool| self.exports.get(at).is_some_and(|export| fits(&export.name));
        is(from(name), &|found| found == name) || is(from(&versions), &|found| found.starts_with(&versions))
    }
}
