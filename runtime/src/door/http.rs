//! The door to HTTP: `wasi:http/outgoing-handler`. Comes in: a request of a plugin. Goes out: one request on a connection of
//! its own, after the gate allowed its endpoint and to an address that was checked. Deliberately absent: redirects, proxies,
//! cookies and kept connections; a plugin that follows a redirect makes a request, which is asked for like the first.

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use ambit_schema::capability::{CapSet, Kind};
use ambit_schema::limits::Quota;
use ambit_schema::plan::PluginEntry;
use ambit_schema::set::endpoints::{Endpoint, Host};
use hyper::header::HOST;
use hyper::{Method, Request, Response};
use wasmtime::component::{Linker, Resource};
use wasmtime_wasi_http::p2::bindings::LinkOptions;
use wasmtime_wasi_http::p2::bindings::http::{outgoing_handler, types};
use wasmtime_wasi_http::p2::types::{HostFutureIncomingResponse, HostOutgoingRequest};
use wasmtime_wasi_http::p2::{HttpError, HttpResult};
use wasmtime_wasi_http::{Error, RequestOptions, WasiBody, WasiHttp, WasiHttpCtx, WasiHttpCtxView, WasiHttpHooks};

use super::net::{is_inside, shown};
use super::poll::wait;
use super::{Gate, Reason};
use crate::tier::wasm::call::Stop;
use crate::tier::wasm::limits::CallClock;
use crate::tier::wasm::state::PluginState;

mod exchange;
mod tls;

use exchange::{Way, exchange};

const SCHEMES: [&str; 2] = ["http", "https"];
const KIND: Kind = Kind::NetConnect;
const OPERATION: &str = "request";
const OTHER_HOST: Reason = Reason::Unsupported("a request names one host, in its authority and in its header");
const NO_TUNNELS: Reason = Reason::Unsupported("plugins have no HTTP tunnels in this version");

/// How long anything may take that neither the plugin nor its quota bounds.
const PATIENCE: Duration = Duration::from_secs(600);
/// How much longer than its call an exchange lasts, so that it is the quota that ends the call, and not the exchange.
const GRACE: Duration = Duration::from_millis(250);
/// How long a request waits for connections to close when every handle is taken.
const CLOSING: Duration = Duration::from_millis(50);
/// How much of a body the host holds for a plugin that writes faster than the network takes, in bytes.
const CHUNK: usize = 64 << 10;

/// What an exchange comes to: a response, and what keeps its connection going.
type Exchanged = Result<(Response<WasiBody>, Box<dyn Future<Output = Result<(), Error>> + Send>), Error>;

/// Whether the plan gives the plugin anything that this door could let out.
pub(crate) fn is_granted(entry: &PluginEntry) -> bool {
    let Some(granted) = entry.granted(KIND) else {
        return false;
    };
    SCHEMES.iter().any(|scheme| {
        let every = CapSet::parse(KIND, &format!("{scheme}://*:*"));
        every.is_ok_and(|every| !granted.set.intersect(&every).is_empty())
    })
}

/// Links the door. For plugins that it [`is_granted`] to.
pub(crate) fn link(linker: &mut Linker<PluginState>) -> wasmtime::Result<()> {
    let options = LinkOptions::default();
    types::add_to_linker::<_, WasiHttp>(linker, &(&options).into(), PluginState::http_view)?;
    linker.instance("wasi:http/outgoing-handler@0.2.12")?.func_wrap("handle", |mut store, (request, options)| {
        let handled = store.data_mut().handle_request(request, options);
        handled.map(|pending| (Ok(pending),)).or_else(|error| Ok((Err(error.downcast()?),)))
    })
}

/// What one instance holds of HTTP.
#[derive(Default)]
pub(crate) struct Http {
    library: WasiHttpCtx,
    rules: Rules,
    /// Cloned into every connection, for as long as its socket is open.
    connections: Arc<()>,
}

impl Http {
    /// How many connections are open.
    pub(crate) fn open(&self) -> usize {
        Arc::strong_count(&self.connections) - 1
    }
}

impl PluginState {
    fn http_view(&mut self) -> WasiHttpCtxView<'_> {
        WasiHttpCtxView { hooks: &mut self.http.rules, table: &mut self.table, ctx: &mut self.http.library }
    }

    /// Connections close in the background: one that the plugin let go of just now is no reason to refuse the next.
    fn await_closing(&self) -> Result<(), Stop> {
        let quota = self.gate.entry().quota(Quota::Handles);
        let is_full = || self.handles() as u64 >= quota;
        if self.http.open() == 0 || !is_full() {
            return Ok(());
        }
        let closed = async {
            while is_full() {
                tokio::time::sleep(Duration::from_millis(1)).await;
            }
        };
        wait(&self.clock, tokio::time::timeout(CLOSING, closed)).map(drop)
    }

    fn handle_checked(
        &mut self,
        request: Resource<HostOutgoingRequest>,
        options: Option<Resource<RequestOptions>>,
    ) -> HttpResult<Resource<HostFutureIncomingResponse>> {
        let mut asking =
            Asking { gate: &mut self.gate, clock: &self.clock, connections: &self.http.connections, stop: None };
        let (table, ctx) = (&mut self.table, &mut self.http.library);
        let handled = WasiHttpCtxView { hooks: &mut asking, table, ctx };
        let handled = outgoing_handler::Host::handle(&mut { handled }, request, options);
        match asking.stop {
            Some(stop) => Err(HttpError::trap(stop)),
            None => handled,
        }
    }

    fn handle_request(
        &mut self,
        request: Resource<HostOutgoingRequest>,
        options: Option<Resource<RequestOptions>>,
    ) -> HttpResult<Resource<HostFutureIncomingResponse>> {
        self.await_closing().map_err(HttpError::trap)?;
        // The library reads the options and leaves them in the table, though the plugin gave them away.
        let given = options.as_ref().map(|options| Resource::<RequestOptions>::new_own(options.rep()));
        let handled = match self.check_handles("connect") {
            Ok(()) => self.handle_checked(request, options),
            Err(_) => {
                self.table.delete(request)?;
                Err(types::ErrorCode::ConnectionLimitReached.into())
            }
        };
        if let Some(given) = given {
            self.table.delete(given)?;
        }
        handled
    }
}

/// The library's questions that are not about sending. Forbidden headers are its own: those of the connection, and `Host`.
#[derive(Default)]
struct Rules;

impl WasiHttpHooks for Rules {
    fn send_request(
        &mut self,
        _: Request<WasiBody>,
        _: Option<RequestOptions>,
        _: Box<dyn Future<Output = Result<(), Error>> + Send>,
    ) -> Box<dyn Future<Output = Exchanged> + Send> {
        Box::new(async { Err(Error::HttpRequestDenied) })
    }

    fn p2_outgoing_body_chunk_size(&mut self) -> usize {
        CHUNK
    }
}

/// One request that is about to be sent.
struct Asking<'a> {
    gate: &'a mut Gate,
    clock: &'a CallClock,
    connections: &'a Arc<()>,
    /// Why the call ended while it was asked.
    stop: Option<Stop>,
}

impl WasiHttpHooks for Asking<'_> {
    fn send_request(
        &mut self,
        request: Request<WasiBody>,
        options: Option<RequestOptions>,
        _: Box<dyn Future<Output = Result<(), Error>> + Send>,
    ) -> Box<dyn Future<Output = Exchanged> + Send> {
        match self.way(&request, options.unwrap_or_default()) {
            Ok(way) => Box::new(exchange(request, way)),
            Err(refusal) => Box::new(async { Err(refusal) }),
        }
    }
}

impl Asking<'_> {
    /// INVARIANT (request): the endpoint that is asked for is the one that the request names, and leads to the addresses that
    /// are connected to.
    fn way(&mut self, request: &Request<WasiBody>, options: RequestOptions) -> Result<Way, Error> {
        let target = target(request).ok_or(Error::HttpRequestUriInvalid)?;
        let endpoint = Endpoint::parse(&target).ok();
        let target = endpoint.as_ref().map_or(target, Endpoint::to_string);
        self.check_form(request, &target)?;
        let Some(endpoint) = endpoint.filter(|_| self.gate.holds(KIND, &target)) else {
            let answer = self.gate.ask(KIND, &target, OPERATION);
            return Err(answer.map_or(Error::HttpRequestDenied, |()| Error::HttpRequestUriInvalid));
        };
        let options = self.bounded(options);
        let found = self.addresses(&endpoint, &options);
        let addresses = self.check_addresses(&endpoint, &target, found)?;
        let tls = (endpoint.scheme() == "https").then(|| tls::server_name(endpoint.host())).transpose()?;
        Ok(Way { addresses, tls, options, connection: Arc::clone(self.connections) })
    }

    /// Refuses requests that say one thing to this door and another to the server.
    fn check_form(&mut self, request: &Request<WasiBody>, target: &str) -> Result<(), Error> {
        if request.method() == Method::CONNECT {
            self.gate.refuse(KIND, target, OPERATION, NO_TUNNELS);
            return Err(Error::HttpRequestDenied);
        }
        if !names_one_host(request) {
            self.gate.refuse(KIND, target, OPERATION, OTHER_HOST);
            return Err(Error::HttpRequestDenied);
        }
        Ok(())
    }

    /// Where the endpoint leads, on the clock of the call.
    fn addresses(&mut self, endpoint: &Endpoint, options: &RequestOptions) -> Result<Vec<SocketAddr>, Error> {
        let name = match endpoint.host() {
            Host::V4(address) => return Ok(vec![SocketAddr::new((*address).into(), endpoint.port())]),
            Host::V6(address) => return Ok(vec![SocketAddr::new((*address).into(), endpoint.port())]),
            Host::Name(name) => name.text(),
        };
        let looked_up = tokio::net::lookup_host((name, endpoint.port()));
        let patience = options.connect_timeout.unwrap_or(PATIENCE);
        match wait(self.clock, async { tokio::time::timeout(patience, looked_up).await }) {
            Ok(Ok(Ok(found))) => Ok(found.collect()),
            Ok(Ok(Err(_))) => Err(Error::DnsError { rcode: Some("address not available".into()), info_code: None }),
            Ok(Err(_)) => Err(Error::DnsTimeout),
            Err(stop) => {
                self.stop = Some(stop);
                Err(Error::DnsTimeout)
            }
        }
    }

    /// Records the answer, and leaves what may be connected to: of the addresses that a name led to, those that are outside or
    /// granted themselves.
    fn check_addresses(
        &mut self,
        endpoint: &Endpoint,
        target: &str,
        found: Result<Vec<SocketAddr>, Error>,
    ) -> Result<Vec<SocketAddr>, Error> {
        let found = found.inspect_err(|_| drop(self.gate.ask(KIND, target, OPERATION)))?;
        let found = found.into_iter().map(|address| SocketAddr::new(address.ip().to_canonical(), address.port()));
        let (inside, mut open): (Vec<_>, Vec<_>) = found.partition(|address| is_inside(address.ip()));
        let granted = |address: &SocketAddr| self.gate.holds(KIND, &literal(endpoint, address.ip()));
        let all = !inside.is_empty() && open.is_empty();
        open.extend(inside.into_iter().filter(granted));
        if all && open.is_empty() {
            self.gate.refuse(KIND, target, OPERATION, Reason::InsideAddress);
            return Err(Error::DestinationIpProhibited);
        }
        self.gate.ask(KIND, target, OPERATION).map_err(|_| Error::HttpRequestDenied)?;
        Ok(open)
    }

    /// The plugin's own bounds, none of them later than the end of the call.
    fn bounded(&self, options: RequestOptions) -> RequestOptions {
        let left = self.clock.wall_left() + GRACE;
        let bound = |asked: Option<Duration>| Some(asked.unwrap_or(PATIENCE).min(left));
        RequestOptions {
            connect_timeout: bound(options.connect_timeout),
            first_byte_timeout: bound(options.first_byte_timeout),
            between_bytes_timeout: bound(options.between_bytes_timeout),
        }
    }
}

/// The endpoint of a request, in the words of the plugin.
fn target(request: &Request<WasiBody>) -> Option<String> {
    let (scheme, authority) = request.uri().scheme_str().zip(request.uri().authority())?;
    SCHEMES.contains(&scheme).then(|| format!("{scheme}://{authority}"))
}

/// Whether the server is told of the host that was asked for, and of no other.
fn names_one_host(request: &Request<WasiBody>) -> bool {
    let authority = request.uri().authority().map_or("", |authority| authority.as_str());
    let mut hosts = request.headers().get_all(HOST).iter();
    hosts.next().is_some_and(|host| host.as_bytes() == authority.as_bytes()) && hosts.next().is_none()
}

fn literal(endpoint: &Endpoint, address: IpAddr) -> String {
    format!("{}://{}:{}", endpoint.scheme(), shown(address), endpoint.port())
}
