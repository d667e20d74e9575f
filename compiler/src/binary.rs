//! What an artifact really is. Comes in: its bytes. Goes out: its imports and exports, or why it is no WebAssembly.
//! Deliberately absent: compiling or running it.

use std::sync::Arc;

use wasmparser::{Parser, Payload, Validator};

/// Where the compilation gets the files that manifests name.
pub trait Artifacts {
    /// The bytes of a file. `path` starts with `./` for files below the folder of the host profile, and with `/` for others.
    ///
    /// # Errors
    /// It is not there, or cannot be read.
    fn read(&self, path: &str) -> Result<Arc<[u8]>, Unread>;
}

/// Why there are no bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Unread {
    /// There is no such file.
    Missing,
    /// There is one, and it is not read: the text says why, as in "it is larger than 64 MiB".
    Refused(String),
}

/// No files at all: every artifact is missing.
#[derive(Debug, Clone, Copy)]
pub struct NoArtifacts;

impl Artifacts for NoArtifacts {
    fn read(&self, _path: &str) -> Result<Arc<[u8]>, Unread> {
        Err(Unread::Missing)
    }
}

/// What a WebAssembly artifact says of itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Binary {
    /// Which kind of binary.
    pub form: Form,
    /// The instances or modules it imports, sorted, each once.
    pub imports: Vec<String>,
    /// What it exports, sorted.
    pub exports: Vec<String>,
}

/// The kinds of WebAssembly binaries.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// A component.
    Component,
    /// A core module.
    Core,
}

/// Reads and validates a binary.
///
/// # Errors
/// The reason, with the offset, why it is not valid WebAssembly.
pub fn inspect(bytes: &[u8]) -> Result<Binary, String> {
    if !bytes.starts_with(b"\0asm") {
        return Err("it does not start with the bytes `\\0asm`".to_owned());
    }
    let form = if Parser::is_component(bytes) { Form::Component } else { Form::Core };
    Validator::new().validate_all(bytes).map_err(|error| error.to_string())?;
    let mut binary = Binary { form, imports: vec![], exports: vec![] };
    let mut depth = 0;
    for payload in Parser::new(0).parse_all(bytes) {
        let payload = payload.map_err(|error| error.to_string())?;
        match payload {
            Payload::ModuleSection { .. } | Payload::ComponentSection { .. } => depth += 1,
            Payload::End(_) => depth -= 1,
            _ if depth == 0 => note(&mut binary, payload).map_err(|error| error.to_string())?,
            _ => {}
        }
    }
    binary.imports.sort();
    binary.imports.dedup();
    binary.exports.sort();
    Ok(binary)
}

fn note(binary: &mut Binary, payload: Payload<'_>) -> wasmparser::Result<()> {
    match payload {
        Payload::ImportSection(imports) => {
            for import in imports.into_imports() {
                binary.imports.push(import?.module.to_owned());
            }
        }
        Payload::ComponentImportSection(imports) => {
            for import in imports {
                binary.imports.push(import?.name.name.to_owned());
            }
        }
        Payload::ExportSection(exports) => {
            for export in exports {
                binary.exports.push(export?.name.to_owned());
            }
        }
        Payload::ComponentExportSection(exports) => {
            for export in exports {
                binary.exports.push(export?.name.name.to_owned());
            }
        }
        _ => {}
    }
    Ok(())
}
