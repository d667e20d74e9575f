//! What becomes of a binary when it is compiled and started: sums over its core modules. What is summed of starting is the
//! least that certainly happens: instances that nested components make are left aside.

use super::module::Module;

/// How many functions that never end are named.
const MOST: usize = 8;

/// What compiling and starting a binary comes to.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Start {
    /// How many functions all its modules have.
    pub functions: usize,
    /// The largest body of a function, in bytes.
    pub largest_body: usize,
    /// The most locals of a function.
    pub most_locals: u32,
    /// How many core instances it starts with.
    pub instances: usize,
    /// The linear memory that it starts with, in bytes.
    pub memory: u64,
    /// How many memories it starts with.
    pub memories: usize,
    /// The most memories of one module.
    pub most_memories: usize,
    /// How many tables it starts with.
    pub tables: usize,
    /// The most tables of one module.
    pub most_tables: usize,
    /// How many elements its tables start with together.
    pub elements: u64,
    /// How many elements its largest table starts with.
    pub largest_table: u64,
    /// Whether it is a core module with a function that runs as soon as it is instantiated.
    pub runs: bool,
    /// Whether it is a core module for WASI p1 without the memory that WASI p1 works on.
    pub lacks_memory: bool,
    /// Data or elements that lie outside of what they are written to: the first, in words.
    pub outside: Option<String>,
    /// Functions that others call and that certainly never end, by name.
    pub endless: Vec<String>,
}

impl Start {
    /// Adds a module that is compiled.
    pub(super) fn compile(&mut self, module: &Module) {
        self.functions += module.functions;
        self.largest_body = self.largest_body.max(module.largest_body);
        self.most_locals = self.most_locals.max(module.most_locals);
    }

    /// Adds a module that is instantiated. `whole`: it is all that the file has.
    pub(super) fn instantiate(&mut self, module: &Module, whole: bool) {
        self.instances += 1;
        self.memory = self.memory.saturating_add(module.memory);
        self.memories += module.memories;
        self.most_memories = self.most_memories.max(module.memories);
        self.tables += module.tables.len();
        self.most_tables = self.most_tables.max(module.tables.len());
        self.elements = module.tables.iter().fold(self.elements, |all, one| all.saturating_add(*one));
        self.largest_table = module.tables.iter().fold(self.largest_table, |most, one| most.max(*one));
        self.runs |= whole && module.starts;
        self.lacks_memory |= whole && module.wants_p1 && !module.exports_memory;
        self.outside = self.outside.take().or_else(|| module.outside.clone());
        let room = MOST.saturating_sub(self.endless.len());
        self.endless.extend(module.endless.iter().take(room).cloned());
    }
}
