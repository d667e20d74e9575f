//! What the engine of the wasm tier accepts, so that what passes here loads there. Comes in: a binary that failed. Goes out:
//! the proposal that it fails for, by name.

use wasmparser::{BinaryReaderError, Validator, WasmFeatures};

use super::Invalid;

/// INVARIANT (features): what the engine is configured for: the third edition of WebAssembly, but for what needs a
/// collector or threads, and components without concurrency.
pub(super) const ENGINE: WasmFeatures = WasmFeatures::WASM3
    .union(WasmFeatures::COMPONENT_MODEL)
    .difference(WasmFeatures::GC_TYPES)
    .difference(WasmFeatures::EXCEPTIONS)
    .difference(WasmFeatures::THREADS)
    .difference(WasmFeatures::MEMORY64);

/// Proposals that exist and are not accepted, as people call them.
const REFUSED: &[(WasmFeatures, &str)] = &[
    (WasmFeatures::THREADS, "threads (shared memory and atomics)"),
    (WasmFeatures::MEMORY64, "memory64 (memories with 64-bit addresses)"),
    (WasmFeatures::GC_TYPES, "garbage collection and references to the host"),
    (WasmFeatures::EXCEPTIONS.union(WasmFeatures::GC_TYPES), "exception handling"),
    (WasmFeatures::LEGACY_EXCEPTIONS.union(WasmFeatures::GC_TYPES), "exception handling in its first form"),
    (WasmFeatures::CUSTOM_PAGE_SIZES, "custom page sizes"),
    (WasmFeatures::WIDE_ARITHMETIC, "wide arithmetic"),
    (WasmFeatures::STACK_SWITCHING.union(WasmFeatures::GC_TYPES), "stack switching"),
    (WasmFeatures::SHARED_EVERYTHING_THREADS, "shared-everything threads"),
    (WasmFeatures::MEMORY_CONTROL, "memory control"),
    (WasmFeatures::COMPACT_IMPORTS, "compact imports"),
    (WasmFeatures::CUSTOM_DESCRIPTORS.union(WasmFeatures::GC_TYPES), "custom descriptors"),
    (
        WasmFeatures::CM_ASYNC
            .union(WasmFeatures::CM_ASYNC_STACKFUL)
            .union(WasmFeatures::CM_MORE_ASYNC_BUILTINS)
            .union(WasmFeatures::CM_THREADING)
            .union(WasmFeatures::CM_ERROR_CONTEXT),
        "concurrency in components (WASI 0.3)",
    ),
    (WasmFeatures::CM_VALUES, "values in components"),
    (WasmFeatures::CM_FIXED_LENGTH_LISTS, "lists of a fixed length in components"),
    (WasmFeatures::CM_MAP, "maps in components"),
    (WasmFeatures::CM_GC, "garbage collection in components"),
    (WasmFeatures::CM64, "components with 64-bit memories"),
];

/// Why the engine would not take a binary: malformed, or a proposal. A binary that fails is looked at once more for each.
pub(super) fn explain(bytes: &[u8], error: &BinaryReaderError) -> Invalid {
    let passes = |features: WasmFeatures| Validator::new_with_features(features).validate_all(bytes).is_ok();
    let all = REFUSED.iter().fold(ENGINE, |all, (feature, _)| all.union(*feature));
    if !passes(all) {
        return Invalid::Malformed(error.to_string());
    }
    let one = REFUSED.iter().find(|(feature, _)| passes(ENGINE.union(*feature)));
    Invalid::Proposal(one.map_or_else(|| format!("several proposals at once: {error}"), |(_, name)| (*name).to_owned()))
}
