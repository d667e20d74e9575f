//! Asking for one request. Comes in: the request as it would be sent. Goes out: the [`Way`] it may take, or its refusal, and one
//! audit event. What the library made of the plugin's words is what is read here, so that nothing is asked that is not sent.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use ambit_schema::set::endpoints::{Endpoint, Host};
use hyper::{Method, Request};
use tokio::time::timeout;
use wasmtime_wasi_http::{Error, RequestOptions, WasiBody, WasiHttpHooks};

use super::exchange::{Way, exchange};
use super::named::{literal, names_one_host, target};
use super::{Exchanged, KIND, PATIENCE, tls};
use crate::door::address::is_inside;
use crate::door::poll::wait;
use crate::door::{Gate, Reason};
use crate::tier::wasm::call::Stop;
use crate::tier::wasm::limits::CallClock;

const OPERATION: &str = "request";
const OTHER_HOST: Reason = Reason::Unsupported("a request names one host, in its authority and in its header");
const NO_TUNNELS: Reason = Reason::Unsupported("plugins have no HTTP tunnels in this version");

/// How much longer than its call an exchange lasts, so that it is the quota that ends the call, and not the exchange.
const GRACE: Duration = Duration::from_millis(250);

/// One request that is about to be sent.
pub(super) struct Asking<'a> {
    pub(super) gate: &'a mut Gate,
    pub(super) clock: &'a CallClock,
    pub(super) connections: &'a Arc<()>,
    pub(super) wire: &'a Arc<crate::door::traffic::Wire>,
    /// Why the call ended while it was asked.
    pub(super) stop: Option<Stop>,
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
        Ok(Way { addresses, tls, options, connection: Arc::clone(self.connections), wire: Arc::clone(self.wire) })
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
        match wait(self.clock, async { timeout(patience, looked_up).await }) {
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
        let (inside, mut usable): (Vec<_>, Vec<_>) = found.partition(|address| is_inside(address.ip()));
        let leads_inside = !inside.is_empty();
        let granted = |address: &SocketAddr| self.gate.holds(KIND, &literal(endpoint, address.ip()));
        usable.extend(inside.into_iter().filter(granted));
        if leads_inside && usable.is_empty() {
            self.gate.refuse(KIND, target, OPERATION, Reason::InsideAddress);
            return Err(Error::DestinationIpProhibited);
        }
        self.gate.ask(KIND, target, OPERATION).map_err(|_| Error::HttpRequestDenied)?;
        Ok(usable)
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
