//! The vocabulary of Ambit: names, quotas, sets, capabilities and the sealed plan, the only type that the compiler and
//! the runtime share. Deliberately absent: parsers of any file, input and output, and wasmtime.

pub mod advice;
pub mod capability;
pub mod cores;
pub mod interface;
pub mod limits;
pub mod name;
pub mod plan;
pub mod recording;
pub mod sensitive;
pub mod set;
pub mod value_schema;
pub mod wire;
