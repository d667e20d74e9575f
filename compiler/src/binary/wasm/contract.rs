//! Exports of the plugin contract and what functions they hold. Comes in: the types of a component. Goes out: their signatures
//! as WIT writes them, so far as the contract needs.

use wasmparser::component_types::{ComponentDefinedType, ComponentEntityType, ComponentFuncTypeId, ComponentValType};
use wasmparser::types::TypesRef;

use super::Export;

/// How deep types are written out.
const DEPTH: usize = 4;

/// What every name of the contract starts with.
const PACKAGE: &str = "ambit:plugin/";

/// One export of the plugin contract.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Contract {
    /// Its whole name, as in `ambit:plugin/commands@0.1.0`.
    pub name: String,
    /// Its functions with their signatures, as in `run`, `func(string, list<string>) -> result<string, string>`. `None`: it
    /// is no instance.
    pub functions: Option<Vec<(String, String)>>,
}

pub(super) fn find(exports: &[Export], types: TypesRef<'_>) -> Vec<Contract> {
    let exports = exports.iter().filter(|export| export.name.starts_with(PACKAGE));
    exports.map(|export| Contract { name: export.name.clone(), functions: functions(&export.name, types) }).collect()
}

fn functions(name: &str, types: TypesRef<'_>) -> Option<Vec<(String, String)>> {
    let ComponentEntityType::Instance(id) = types.component_item_for_export(name)?.ty else { return None };
    let exports = types[id].exports.iter();
    let functions = exports.filter_map(|(name, item)| match item.ty {
        ComponentEntityType::Func(id) => Some((name.clone(), signature(id, types))),
        _ => None,
    });
    Some(functions.collect())
}

fn signature(id: ComponentFuncTypeId, types: TypesRef<'_>) -> String {
    let function = &types[id];
    let params: Vec<String> = function.params.iter().take(16).map(|(_, ty)| value(ty, types, DEPTH)).collect();
    let result = function.result.map(|ty| format!(" -> {}", value(&ty, types, DEPTH))).unwrap_or_default();
    format!("func({}){result}", params.join(", "))
}

fn value(ty: &ComponentValType, types: TypesRef<'_>, depth: usize) -> String {
    let id = match ty {
        ComponentValType::Primitive(primitive) => return primitive.to_string(),
        ComponentValType::Type(_) if depth == 0 => return "…".to_owned(),
        ComponentValType::Type(id) => *id,
    };
    let inner = |ty: &ComponentValType| value(ty, types, depth - 1);
    let optional = |ty: &Option<ComponentValType>| ty.as_ref().map_or_else(|| "_".to_owned(), inner);
    match &types[id] {
        ComponentDefinedType::Primitive(primitive) => primitive.to_string(),
        ComponentDefinedType::List { element, .. } => format!("list<{}>", inner(element)),
        ComponentDefinedType::Option { ty, .. } => format!("option<{}>", inner(ty)),
        ComponentDefinedType::Result { ok: None, err: None, .. } => "result".to_owned(),
        ComponentDefinedType::Result { ok: Some(ok), err: None, .. } => format!("result<{}>", inner(ok)),
        ComponentDefinedType::Result { ok, err, .. } => format!("result<{}, {}>", optional(ok), optional(err)),
        _ => "a type of its own".to_owned(),
    }
}
