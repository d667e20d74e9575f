//! What a plugin is linked to. Comes in: its component and its entry in the plan. Goes out: the base that every program drags in,
//! whose doors answer for each operation; HTTP, when the plan gives it an endpoint or a request for that; the interfaces of the host author
//! that the plan lists; and for whatever else it imports, a stub that ends the call and names the grant that is missing.

use ambit_schema::interface::{Provision, provision, unversioned};
use ambit_schema::plan::PluginEntry;
use wasmtime::component::types::{ComponentItem, Type};
use wasmtime::component::{Component, HasSelf, Linker, LinkerInstance, ResourceType};
use wasmtime::{Engine, StoreContextMut};
use wasmtime_wasi::p2::bindings::sync::LinkOptions;
use wasmtime_wasi::p2::bindings::{cli, clocks, filesystem, random, sockets, sync};
use wasmtime_wasi::p2::{DynInputStream, DynOutputStream, DynPollable};
use wasmtime_wasi::sockets::WasiSockets;
use wasmtime_wasi_io::bindings::wasi::io::error;

use super::base::{is_base, lists};
use super::call::Stop;
use super::state::PluginState;
use crate::door::served::{self, Offers};
use crate::door::{Reason, http, net, serve};
use crate::host::{Interface, Interfaces, LoadError};

type Own = HasSelf<PluginState>;

/// The interfaces of the door to HTTP, without their versions.
const HTTP: &[&str] = &["wasi:http/outgoing-handler", "wasi:http/types"];

/// Whether the door to HTTP is behind this import, for plugins that have it.
fn is_http(import: &str) -> bool {
    matches!(provision(import), Some(Provision::With(_))) && HTTP.contains(&unversioned(import))
}

/// Every call of a function of WASI begins here: with what it is done to.
fn counted(state: &mut PluginState) -> &mut PluginState {
    state.traffic.host_calls += 1;
    state
}

/// Links the base. Once per host.
///
/// # Errors
/// None that a host could cause.
pub(crate) fn base(engine: &Engine) -> wasmtime::Result<Linker<PluginState>> {
    let mut linker = Linker::new(engine);
    let l = &mut linker;
    link_program(l)?;
    error::add_to_linker::<_, Own>(l, counted)?;
    sync::io::poll::add_to_linker::<_, Own>(l, counted)?;
    sync::io::streams::add_to_linker::<_, Own>(l, counted)?;
    clocks::wall_clock::add_to_linker::<_, Own>(l, counted)?;
    clocks::monotonic_clock::add_to_linker::<_, Own>(l, counted)?;
    random::random::add_to_linker::<_, Own>(l, counted)?;
    random::insecure::add_to_linker::<_, Own>(l, counted)?;
    random::insecure_seed::add_to_linker::<_, Own>(l, counted)?;
    filesystem::preopens::add_to_linker::<_, Own>(l, counted)?;
    sync::filesystem::types::add_to_linker::<_, Own>(l, counted)?;
    link_network(l)?;
    Ok(linker)
}

fn link_program(l: &mut Linker<PluginState>) -> wasmtime::Result<()> {
    cli::environment::add_to_linker::<_, Own>(l, counted)?;
    cli::exit::add_to_linker::<_, Own>(l, counted)?;
    cli::stdin::add_to_linker::<_, Own>(l, counted)?;
    cli::stdout::add_to_linker::<_, Own>(l, counted)?;
    cli::stderr::add_to_linker::<_, Own>(l, counted)?;
    cli::terminal_input::add_to_linker::<_, Own>(l, counted)?;
    cli::terminal_output::add_to_linker::<_, Own>(l, counted)?;
    cli::terminal_stdin::add_to_linker::<_, Own>(l, counted)?;
    cli::terminal_stdout::add_to_linker::<_, Own>(l, counted)?;
    cli::terminal_stderr::add_to_linker::<_, Own>(l, counted)
}

/// Creating sockets and looking names up is asked here; each address is asked when the library is about to use it.
fn link_network(l: &mut Linker<PluginState>) -> wasmtime::Result<()> {
    let options = LinkOptions::default();
    sockets::tcp_create_socket::add_to_linker::<_, Own>(l, counted)?;
    sync::sockets::udp_create_socket::add_to_linker::<_, Own>(l, counted)?;
    sockets::ip_name_lookup::add_to_linker::<_, Own>(l, counted)?;
    sockets::instance_network::add_to_linker::<_, WasiSockets>(l, PluginState::sockets_view)?;
    sockets::network::add_to_linker::<_, WasiSockets>(l, &(&options).into(), PluginState::sockets_view)?;
    sync::sockets::tcp::add_to_linker::<_, WasiSockets>(l, PluginState::sockets_view)?;
    net::link_counted(l)?;
    sync::sockets::udp::add_to_linker::<_, WasiSockets>(l, PluginState::sockets_view)
}

/// Links what a component imports beyond the base. `None`: nothing, the base does.
pub(super) fn beyond_base(
    base: &Linker<PluginState>,
    interfaces: &Interfaces,
    offers: &Offers,
    entry: &PluginEntry,
    component: &Component,
) -> Result<Option<Linker<PluginState>>, LoadError> {
    let (engine, ty) = (base.engine().clone(), component.component_type());
    if let Some((import, place)) = forbidden(entry, ty.imports(&engine).map(|(name, _)| name)) {
        return Err(LoadError::Withheld { import, place });
    }
    let has_http =
        (http::is_granted(entry) || serve::is_granted(entry)) && ty.imports(&engine).any(|(name, _)| is_http(name));
    let mut extended = has_http.then(|| with_http(base)).transpose()?;
    for (name, import) in ty.imports(&engine).filter(|(name, _)| !is_base(name)) {
        // Again for code that was compiled before, for a plan that may have said something else.
        if !entry.artifact.iter().any(|artifact| lists(&artifact.imports, name)) {
            return Err(LoadError::Import(name.to_owned()));
        }
        if has_http && is_http(name) {
            continue;
        }
        let linker = extended.get_or_insert_with(|| base.clone());
        // Under the name that is imported, which nothing else is linked under.
        let listed = entry.linked(name);
        let linked = if let Some(link) = served::door(entry, offers, name) {
            linker.instance(name).and_then(|mut instance| link(&mut instance, name))
        } else if let Some(interface) = listed.and_then(|listed| offered(interfaces, name, listed)) {
            linker.instance(name).and_then(|mut instance| interface(&mut instance))
        } else {
            stub(&mut linker.root(), &engine, name, name, &import.ty, why_missing(entry, name, listed.is_some()))
        };
        linked.map_err(|error| LoadError::Link(format!("`{name}`: {error:#}")))?;
    }
    Ok(extended)
}

/// What the host's author has behind an import: of the version that the plan links it to, or for every version.
fn offered<'h>(interfaces: &'h Interfaces, import: &str, listed: &str) -> Option<&'h Interface> {
    // Where the plan lists an interface for every version, the one that is imported.
    let exact = if listed == unversioned(listed) { import } else { listed };
    interfaces.get(exact).or_else(|| interfaces.get(unversioned(listed)))
}

/// The first import that the plan keeps from the plugin, and the line that does.
fn forbidden<'i>(entry: &PluginEntry, imports: impl Iterator<Item = &'i str>) -> Option<(String, String)> {
    let mut kept = imports.filter_map(|name| Some((name.to_owned(), entry.forbids(name)?.place.to_string())));
    kept.next()
}

fn with_http(base: &Linker<PluginState>) -> Result<Linker<PluginState>, LoadError> {
    let mut linker = base.clone();
    match http::link(&mut linker) {
        Ok(()) => Ok(linker),
        Err(error) => Err(LoadError::Link(format!("`wasi:http`: {error:#}"))),
    }
}

/// Stands in for an import that is not there: its functions end the call.
fn stub(
    linker: &mut LinkerInstance<'_, PluginState>,
    engine: &Engine,
    import: &str,
    name: &str,
    item: &ComponentItem,
    why: &'static str,
) -> wasmtime::Result<()> {
    match item {
        ComponentItem::ComponentFunc(_) => {
            let called = if name == import { import.to_owned() } else { format!("{import}.{name}") };
            linker.func_new(name, move |store, _, _, _| Err(missing(store, &called, why)))
        }
        ComponentItem::ComponentInstance(instance) => {
            let mut inner = linker.instance(name)?;
            for (name, export) in instance.exports(engine) {
                stub(&mut inner, engine, import, name, &export.ty, why)?;
            }
            Ok(())
        }
        ComponentItem::Resource(_) | ComponentItem::Type(Type::Own(_)) => {
            linker.resource(name, stub_resource(name), |_, _| Ok(()))
        }
        ComponentItem::Type(_) => Ok(()),
        ComponentItem::Module(_) | ComponentItem::Component(_) | ComponentItem::CoreFunc(_) => {
            Err(wasmtime::format_err!("it imports code, which no host passes on"))
        }
    }
}

/// A resource of an interface that is not there: there are none. What has a name of `wasi:io` may be taken from there, and then
/// has to be the same resource; if it is not taken from there, any will do.
fn stub_resource(name: &str) -> ResourceType {
    match name {
        "pollable" => ResourceType::host::<DynPollable>(),
        "input-stream" => ResourceType::host::<DynInputStream>(),
        "output-stream" => ResourceType::host::<DynOutputStream>(),
        "error" | "io-error" => ResourceType::host::<error::Error>(),
        _ => ResourceType::host::<Stub>(),
    }
}

struct Stub;

fn missing(mut store: StoreContextMut<'_, PluginState>, called: &str, why: &'static str) -> wasmtime::Error {
    Stop::Denied(store.data_mut().gate.refuse_interface(called, Reason::Unsupported(why))).into()
}

/// Why nothing stands behind an import. `listed`: the plan lists it among the interfaces of the host.
fn why_missing(entry: &PluginEntry, import: &str, listed: bool) -> &'static str {
    let of_http = import.starts_with("wasi:http/");
    if of_http && !http::is_granted(entry) && !serve::is_granted(entry) {
        "no grant gives the plugin an `http` or `https` endpoint, or a request to answer"
    } else if of_http {
        "this version has no such part of HTTP for plugins"
    } else if listed || served::is_granted(entry, import) {
        "the host program has nothing behind this interface"
    } else if served::is_served(import) {
        "no grant gives the plugin a right that it could use this interface with"
    } else {
        "no grant gives this interface to the plugin, or no line of the host profile offers it"
    }
}
