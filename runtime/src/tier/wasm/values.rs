//! Calls by name with arguments as text, for command lines. Comes in: words. Goes out: values of the export's own types, and its
//! results as text. Deliberately absent: lists, records and other types that have no obvious spelling in one word.

use std::fmt::Display;
use std::str::FromStr;

use wasmtime::Store;
use wasmtime::component::types::Type;
use wasmtime::component::{Func, Instance, Val};

use super::call::{CallError, Exit};
use super::state::PluginState;

/// The export of this name: `add`, or `acme:tools/math#add`.
pub(super) fn find(store: &mut Store<PluginState>, instance: Instance, name: &str) -> Option<Func> {
    let index = match name.split_once('#') {
        Some((interface, function)) => {
            let interface = instance.get_export_index(&mut *store, None, interface)?;
            instance.get_export_index(&mut *store, Some(&interface), function)?
        }
        None => instance.get_export_index(&mut *store, None, name)?,
    };
    instance.get_func(store, index)
}

/// The export, its arguments, and room for its results.
pub(super) fn prepare(
    store: &mut Store<PluginState>,
    instance: Instance,
    name: &str,
    args: &[&str],
) -> Result<(Func, Vec<Val>, Vec<Val>), CallError> {
    let function = find(store, instance, name).ok_or_else(|| CallError::Export(format!("`{name}`")))?;
    let ty = function.ty(&*store);
    if ty.params().len() != args.len() {
        let what = format!("`{name}` takes {} arguments, and {} were given", ty.params().len(), args.len());
        return Err(CallError::Argument(what));
    }
    let params = ty.params().zip(args).map(|((param, ty), text)| read(param, &ty, text));
    let params = params.collect::<Result<Vec<Val>, String>>().map_err(CallError::Argument)?;
    let results = vec![Val::Bool(false); ty.results().len()];
    Ok((function, params, results))
}

/// What the results say: an `err` is a failure of the plugin's own.
pub(super) fn answer(results: &[Val]) -> (Exit, Option<String>) {
    match results {
        [] => (Exit::Success, None),
        [Val::Result(Err(reason))] => (Exit::Failure { status: 1, reason: reason.as_deref().map(show) }, None),
        [Val::Result(Ok(value))] => (Exit::Success, value.as_deref().map(show)),
        results => (Exit::Success, Some(results.iter().map(show).collect::<Vec<_>>().join(" "))),
    }
}

fn read(param: &str, ty: &Type, text: &str) -> Result<Val, String> {
    fn number<T: FromStr<Err: Display>>(param: &str, text: &str) -> Result<T, String> {
        text.parse().map_err(|error| format!("`{text}` for `{param}`: {error}"))
    }
    Ok(match ty {
        Type::Bool => Val::Bool(number(param, text)?),
        Type::S8 => Val::S8(number(param, text)?),
        Type::U8 => Val::U8(number(param, text)?),
        Type::S16 => Val::S16(number(param, text)?),
        Type::U16 => Val::U16(number(param, text)?),
        Type::S32 => Val::S32(number(param, text)?),
        Type::U32 => Val::U32(number(param, text)?),
        Type::S64 => Val::S64(number(param, text)?),
        Type::U64 => Val::U64(number(param, text)?),
        Type::Float32 => Val::Float32(number(param, text)?),
        Type::Float64 => Val::Float64(number(param, text)?),
        Type::Char => Val::Char(number(param, text)?),
        Type::String => Val::String(text.to_owned()),
        _ => return Err(format!("`{param}` takes a type that cannot be written as one word")),
    })
}

fn show(value: &Val) -> String {
    match value {
        Val::Bool(value) => value.to_string(),
        Val::S8(value) => value.to_string(),
        Val::U8(value) => value.to_string(),
        Val::S16(value) => value.to_string(),
        Val::U16(value) => value.to_string(),
        Val::S32(value) => value.to_string(),
        Val::U32(value) => value.to_string(),
        Val::S64(value) => value.to_string(),
        Val::U64(value) => value.to_string(),
        Val::Float32(value) => value.to_string(),
        Val::Float64(value) => value.to_string(),
        Val::Char(value) => value.to_string(),
        Val::String(value) => value.clone(),
        other => format!("{other:?}"),
    }
}
