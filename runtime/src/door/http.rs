//! The door to HTTP: `wasi:http/outgoing-handler`. Comes in: a request of a plugin. Goes out: one request on a connection of
//! its own, after the gate allowed its endpoint and to an address that was checked. Deliberately absent: redirects, proxies,
//! cookies and kept connections; a plugin that follows a redirect makes a request, which is asked for like the first.

use std::sync::Arc;
use std::time::Duration;

use ambit_schema::capability::{CapSet, Kind};
use ambit_schema::limits::Quota;
use ambit_schema::plan::PluginEntry;
use hyper::{Request, Response};
use tokio::time::{sleep, timeout};
use wasmtime::component::{Linker, Resource};
use wasmtime_wasi_http::p2::bindings::LinkOptions;
use wasmtime_wasi_http::p2::bindings::http::{outgoing_handler, types};
use wasmtime_wasi_http::p2::types::{HostFutureIncomingResponse, HostOutgoingRequest};
use wasmtime_wasi_http::p2::{HttpError, HttpResult};
use wasmtime_wasi_http::{Error, RequestOptions, WasiBody, WasiHttp, WasiHttpCtx, WasiHttpCtxView, WasiHttpHooks};

use super::poll::wait;
use crate::tier::wasm::call::Stop;
use crate::tier::wasm::state::PluginState;

mod ask;
mod exchange;
mod named;
mod tls;

use ask::Asking;
use named::SCHEMES;

const KIND: Kind = Kind::NetConnect;

/// How long anything may take that neither the plugin nor its quota bounds.
const PATIENCE: Duration = Duration::from_secs(600);
/// How long a request waits for connections to close when every handle is taken.
const CLOSING: Duration = Duration::from_millis(500);
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

/// Links the door. For plugins that it [`is_granted`] to, and those that answer requests: each that they make is asked for.
pub(crate) fn link(linker: &mut Linker<PluginState>) -> wasmtime::Result<()> {
    let options = LinkOptions::default();
    types::add_to_linker::<_, WasiHttp>(linker, &(&options).into(), PluginState::http_view)?;
    // By hand, because the library's own way would ask this door for all of `types` as well. Other versions of 0.2 find it too.
    linker.instance("wasi:http/outgoing-handler@0.2.12")?.func_wrap("handle", |mut store, (request, options)| {
        let state = store.data_mut();
        state.traffic.host_calls += 1;
        let handled = state.handle_request(request, options);
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
    pub(crate) fn http_view(&mut self) -> WasiHttpCtxView<'_> {
        self.traffic.host_calls += 1;
        WasiHttpCtxView { hooks: &mut self.http.rules, table: &mut self.table, ctx: &mut self.http.library }
    }

    /// Connections close in the background: one that the plugin let go of just now is no reason to refuse the next.
    fn await_closing(&self) -> Result<(), Stop> {
        let [handles, connections] = [Quota::Handles, Quota::Connections].map(|quota| self.quota(quota).limit);
        let is_full = || self.handles() as u64 >= handles || self.connections() as u64 >= connections;
        if self.http.open() == 0 || !is_full() {
            return Ok(());
        }
        let closed = async {
            while is_full() {
                sleep(Duration::from_millis(1)).await;
            }
        };
        wait(&self.clock, async { timeout(CLOSING, closed).await }).map(drop)
    }

    fn handle_checked(
        &mut self,
        request: Resource<HostOutgoingRequest>,
        options: Option<Resource<RequestOptions>>,
    ) -> HttpResult<Resource<HostFutureIncomingResponse>> {
        let (connections, wire) = (&self.http.connections, &self.traffic.wire);
        let mut asking = Asking { gate: &mut self.gate, clock: &self.clock, connections, wire, stop: None };
        let (table, ctx) = (&mut self.table, &mut self.http.library);
        let mut view = WasiHttpCtxView { hooks: &mut asking, table, ctx };
        let handled = outgoing_handler::Host::handle(&mut view, request, options);
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
        let handled = match self.check_connections("connect") {
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
