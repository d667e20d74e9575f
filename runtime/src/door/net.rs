//! The door to the network: `wasi:sockets`. A plugin may look up the names that its `net.connect` names, and connect to an
//! address that is granted itself or that such a name led to, on a granted port. The address that is checked is the one
//! that is connected to. A scheme says what is spoken over a connection, which nobody here listens to: `postgres://…` grants
//! the connection as `tcp://…` does. Beside it, listening (`listen`). Deliberately absent: UDP, and `http` and `https`, which have a
//! door of their own.

use std::collections::{BTreeMap, BTreeSet};
use std::net::{IpAddr, SocketAddr};
use std::sync::{Arc, Mutex, PoisonError};

use ambit_schema::capability::{CapSet, Kind};
use wasmtime::component::{Linker, LinkerInstance, Resource, ResourceType};
use wasmtime_wasi::p2::bindings::sockets::ip_name_lookup::{Host as Lookup, HostResolveAddressStream as Addresses};
use wasmtime_wasi::p2::bindings::sockets::{ip_name_lookup, network, tcp_create_socket};
use wasmtime_wasi::p2::bindings::sync::sockets::tcp::HostTcpSocket;
use wasmtime_wasi::p2::bindings::sync::sockets::{udp, udp_create_socket};
use wasmtime_wasi::p2::{
    DynInputStream, DynOutputStream, DynPollable, SocketError, SocketResult, TcpSocket, UdpSocket,
};
use wasmtime_wasi::sockets::{SocketAddrUse, WasiSocketsCtx, WasiSocketsCtxView};
use wasmtime_wasi::{WasiCtx, WasiCtxBuilder};

use super::address::{is_inside, shown};
use super::traffic::Flow;
use super::{Denied, Gate, Help, Reason, Subject, Verdict};
use crate::tier::wasm::state::PluginState;

mod listen;

const NO_UDP: Reason = Reason::Unsupported("plugins have no UDP in this version");

/// What connections are called where no other scheme is granted.
const SCHEME: &str = "tcp";

/// The schemes that have a door of their own, or none: a right to them opens no connection here.
const OTHER_DOORS: [&str; 3] = ["http", "https", "udp"];

/// Links what begins and ends connections, in place of the library's own: sockets are counted, and what passes over their streams.
pub(crate) fn link_counted(linker: &mut Linker<PluginState>) -> wasmtime::Result<()> {
    linker.allow_shadowing(true);
    let linked = link_connections(&mut linker.instance("wasi:sockets/tcp@0.2.12")?);
    linker.allow_shadowing(false);
    linked
}

fn link_connections(tcp: &mut LinkerInstance<'_, PluginState>) -> wasmtime::Result<()> {
    tcp.func_wrap("[method]tcp-socket.finish-connect", |mut store, (socket,): (Resource<TcpSocket>,)| {
        told(store.data_mut().finish_connect(socket))
    })?;
    tcp.func_wrap("[method]tcp-socket.accept", |mut store, (socket,): (Resource<TcpSocket>,)| {
        told(store.data_mut().accept(socket))
    })?;
    tcp.resource("tcp-socket", ResourceType::host::<TcpSocket>(), |mut store, rep| {
        let state = store.data_mut();
        HostTcpSocket::drop(&mut state.sockets_view(), Resource::new_own(rep))?;
        state.network.open = state.network.open.saturating_sub(1);
        Ok(())
    })
}

/// What a plugin is told of an operation; an error that is none of the network's ends the call.
fn told<T>(result: SocketResult<T>) -> wasmtime::Result<(Result<T, network::ErrorCode>,)> {
    Ok((match result {
        Ok(done) => Ok(done),
        Err(error) => Err(error.downcast()?),
    },))
}

/// Which names led to which addresses, for one plugin.
#[derive(Debug, Clone, Default)]
pub(crate) struct Resolved(Arc<Mutex<BTreeMap<IpAddr, BTreeSet<String>>>>);

impl Resolved {
    fn note(&self, address: IpAddr, name: &str) {
        let mut resolved = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        resolved.entry(address).or_default().insert(name.to_owned());
    }

    fn names(&self, address: IpAddr) -> BTreeSet<String> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).get(&address).cloned().unwrap_or_default()
    }
}

/// What the library keeps for one plugin: sockets that ask the gate about every address, and file access on the plugin's own
/// thread.
pub(crate) fn context(gate: &Gate, resolved: &Resolved) -> WasiCtx {
    let (gate, resolved) = (Mutex::new(gate.clone()), resolved.clone());
    let check = move |address: SocketAddr, usage: SocketAddrUse| -> bool {
        let mut gate = gate.lock().unwrap_or_else(PoisonError::into_inner);
        may_use(&mut gate, &resolved, address, usage).is_ok()
    };
    let check = Arc::new(check);
    WasiCtxBuilder::new()
        .allow_tcp(true)
        .allow_udp(false)
        .allow_ip_name_lookup(true)
        .allow_blocking_current_thread(true)
        .socket_addr_check(move |address, usage| {
            let allowed = check(address, usage);
            Box::pin(async move { allowed })
        })
        .build()
}

fn may_use(gate: &mut Gate, resolved: &Resolved, to: SocketAddr, usage: SocketAddrUse) -> Result<(), Denied> {
    match usage {
        SocketAddrUse::TcpConnect => connect(gate, resolved, canonical(to)),
        SocketAddrUse::TcpBind => gate.ask_to_bind(canonical(to)),
        SocketAddrUse::TcpListen => gate.ask_to_listen(canonical(to), "listen"),
        // Who may connect is no matter of rights; where to, and how many, is asked when the plugin takes the connection.
        SocketAddrUse::TcpAccept => Ok(()),
        SocketAddrUse::UdpBind | SocketAddrUse::UdpSend | SocketAddrUse::UdpReceive => {
            Err(gate.refuse(Kind::NetConnect, &endpoint(SCHEME, &shown(to.ip()), to.port()), "use UDP", NO_UDP))
        }
    }
}

/// An IPv4 address that is written as IPv6 turned back.
fn canonical(address: SocketAddr) -> SocketAddr {
    SocketAddr::new(address.ip().to_canonical(), address.port())
}

/// Asks for the address itself, or for a name that led to it.
fn connect(gate: &mut Gate, resolved: &Resolved, to: SocketAddr) -> Result<(), Denied> {
    let literal = shown(to.ip());
    if let Some(granted) = gate.granted_endpoint(&literal, to.port()) {
        return gate.ask(Kind::NetConnect, &granted, "connect");
    }
    let names = resolved.names(to.ip());
    match names.iter().find_map(|name| Some((name, gate.granted_endpoint(name, to.port())?))) {
        Some((name, named)) if is_inside(to.ip()) && !means_this_machine(name) => {
            Err(gate.refuse(Kind::NetConnect, &named, "connect", Reason::InsideAddress))
        }
        Some((_, named)) => gate.ask(Kind::NetConnect, &named, "connect"),
        None => {
            let wanted = endpoint(SCHEME, names.first().unwrap_or(&literal), to.port());
            gate.ask(Kind::NetConnect, &wanted, "connect")
        }
    }
}

fn means_this_machine(name: &str) -> bool {
    name == "localhost" || name.ends_with(".localhost")
}

fn endpoint(scheme: &str, host: &str, port: u16) -> String {
    format!("{scheme}://{host}:{port}")
}

impl Gate {
    /// The schemes that connections may be granted under: `tcp`, and those that the plugin's rights name.
    fn schemes(&self) -> BTreeSet<String> {
        let mut schemes = BTreeSet::from([SCHEME.to_owned()]);
        if let Some(CapSet::Endpoints(set)) = self.entry().granted(Kind::NetConnect).map(|granted| &granted.set) {
            let named = set.terms().flat_map(|(within, _)| within).filter_map(|pattern| pattern.scheme());
            schemes.extend(named.filter(|scheme| !OTHER_DOORS.contains(scheme)).map(str::to_owned));
        }
        schemes
    }

    /// The endpoint, under whatever scheme it is granted, that covers a host and a port.
    fn granted_endpoint(&self, host: &str, port: u16) -> Option<String> {
        let endpoints = self.schemes().into_iter().map(|scheme| endpoint(&scheme, host, port));
        endpoints.into_iter().find(|endpoint| self.holds(Kind::NetConnect, endpoint))
    }

    /// Asks whether any granted endpoint has this host, so that looking its address up makes sense.
    fn ask_for_name(&mut self, name: &str) -> Result<(), Denied> {
        let every = self.schemes().into_iter().map(|scheme| format!("{scheme}://{name}:*"));
        let every = every.filter_map(|endpoint| CapSet::parse(Kind::NetConnect, &endpoint).ok());
        let wanted = every.reduce(|all, set| all.union(&set));
        let granted = self.entry().granted(Kind::NetConnect).map(|granted| &granted.set);
        let covered = wanted.as_ref().zip(granted).is_some_and(|(wanted, set)| !set.intersect(wanted).is_empty());
        let target = format!("{SCHEME}://{name}:*");
        if covered {
            self.record(Subject::Right(Kind::NetConnect), "look up", target.into(), Verdict::Allowed);
            return Ok(());
        }
        let claims = self.entry().claims.iter().filter(|claim| claim.kind == Kind::NetConnect);
        let requested = wanted.is_some_and(|wanted| claims.into_iter().any(|c| !c.set.intersect(&wanted).is_empty()));
        let help = Help::new(self.entry(), Kind::NetConnect, &target, requested);
        Err(self.refuse(Kind::NetConnect, &target, "look up", Reason::NotGranted(help)))
    }
}

fn denied(_: Denied) -> SocketError {
    network::ErrorCode::AccessDenied.into()
}

impl PluginState {
    /// As the library's own functions see it, each call of which counts.
    pub(crate) fn sockets_view(&mut self) -> WasiSocketsCtxView<'_> {
        self.traffic.host_calls += 1;
        self.sockets()
    }

    fn finish_connect(
        &mut self,
        socket: Resource<TcpSocket>,
    ) -> SocketResult<(Resource<DynInputStream>, Resource<DynOutputStream>)> {
        let (input, output) = HostTcpSocket::finish_connect(&mut self.sockets_view(), socket)?;
        self.count(&input, &output);
        Ok((input, output))
    }

    /// What passes over the streams of a connection is counted.
    fn count(&mut self, input: &Resource<DynInputStream>, output: &Resource<DynOutputStream>) {
        self.traffic.flows.insert(input.rep(), Flow::Network);
        self.traffic.flows.insert(output.rep(), Flow::Network);
    }

    fn sockets(&mut self) -> WasiSocketsCtxView<'_> {
        WasiSocketsCtxView { ctx: &mut self.network.sockets, table: &mut self.table }
    }
}

/// What one instance knows of the network.
pub(crate) struct Network {
    /// The library's part, which asks the gate.
    pub(crate) sockets: WasiSocketsCtx,
    /// Names and the addresses they led to.
    pub(crate) resolved: Resolved,
    /// The name behind each lookup that is not read to its end.
    pub(crate) lookups: BTreeMap<u32, String>,
    /// How many sockets there are: those that are connected, listen, or may come to.
    pub(crate) open: usize,
}

impl network::Host for PluginState {
    fn convert_error_code(&mut self, error: SocketError) -> wasmtime::Result<network::ErrorCode> {
        error.downcast()
    }

    fn network_error_code(&mut self, error: Resource<wasmtime::Error>) -> wasmtime::Result<Option<network::ErrorCode>> {
        network::Host::network_error_code(&mut self.sockets(), error)
    }
}

impl network::HostNetwork for PluginState {
    fn drop(&mut self, network: Resource<network::Network>) -> wasmtime::Result<()> {
        network::HostNetwork::drop(&mut self.sockets(), network)
    }
}

impl tcp_create_socket::Host for PluginState {
    fn create_tcp_socket(&mut self, family: network::IpAddressFamily) -> SocketResult<Resource<TcpSocket>> {
        self.check_connections("open a socket").map_err(|_| network::ErrorCode::NewSocketLimit)?;
        let socket = tcp_create_socket::Host::create_tcp_socket(&mut self.sockets(), family)?;
        self.network.open += 1;
        Ok(socket)
    }
}

impl udp_create_socket::Host for PluginState {
    fn create_udp_socket(&mut self, _: udp::IpAddressFamily) -> SocketResult<Resource<UdpSocket>> {
        Err(denied(self.gate.refuse(Kind::NetConnect, "udp://*", "use UDP", NO_UDP)))
    }
}

impl Lookup for PluginState {
    fn resolve_addresses(
        &mut self,
        network: Resource<network::Network>,
        name: String,
    ) -> SocketResult<Resource<ip_name_lookup::ResolveAddressStream>> {
        let name = name.trim_end_matches('.').to_ascii_lowercase();
        self.gate.ask_for_name(&name).map_err(denied)?;
        let stream = Lookup::resolve_addresses(&mut self.sockets(), network, name.clone())?;
        self.network.lookups.insert(stream.rep(), name);
        Ok(stream)
    }
}

impl Addresses for PluginState {
    fn resolve_next_address(
        &mut self,
        stream: Resource<ip_name_lookup::ResolveAddressStream>,
    ) -> SocketResult<Option<network::IpAddress>> {
        let rep = stream.rep();
        let next = Addresses::resolve_next_address(&mut self.sockets(), stream)?;
        if let Some((address, name)) = next.zip(self.network.lookups.get(&rep)) {
            self.network.resolved.note(address_of(address), name);
        }
        Ok(next)
    }

    fn subscribe(
        &mut self,
        stream: Resource<ip_name_lookup::ResolveAddressStream>,
    ) -> wasmtime::Result<Resource<DynPollable>> {
        Addresses::subscribe(&mut self.sockets(), stream)
    }

    fn drop(&mut self, stream: Resource<ip_name_lookup::ResolveAddressStream>) -> wasmtime::Result<()> {
        self.network.lookups.remove(&stream.rep());
        Addresses::drop(&mut self.sockets(), stream)
    }
}

fn address_of(address: network::IpAddress) -> IpAddr {
    match address {
        network::IpAddress::Ipv4((a, b, c, d)) => IpAddr::from([a, b, c, d]),
        network::IpAddress::Ipv6((a, b, c, d, e, f, g, h)) => IpAddr::from([a, b, c, d, e, f, g, h]).to_canonical(),
    }
}
