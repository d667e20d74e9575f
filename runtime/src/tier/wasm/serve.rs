//! Plugins answer HTTP requests. Comes in: a request of the application's. Goes out: what `wasi:http/incoming-handler` of the plugin made
//! of it, after the door let it in. The handler's call is a call like any other: its quotas are those of the plan.

use ambit_schema::capability::{Kind, Member};
use ambit_schema::limits::Quota;
use http_body_util::Full;
use hyper::body::Bytes;
use hyper::{Request, Response};
use wasmtime::Store;
use wasmtime::component::{ComponentExportIndex, Instance, Resource};
use wasmtime_wasi_http::WasiBody;
use wasmtime_wasi_http::p2::bindings::http::types::{ErrorCode, Scheme};
use wasmtime_wasi_http::p2::types::{HostIncomingRequest, HostResponseOutparam};

use super::Plugin;
use super::call::{CallError, Exit};
use super::instance::Live;
use super::limits::CallClock;
use super::remains::Remains;
use super::state::{PluginState, narrowest};
use crate::door::serve::{Begun, Ended, Served, Slate, Unserved, Visit};

/// What a handler of requests is.
type Handler = (Resource<HostIncomingRequest>, Resource<HostResponseOutparam>);

impl Plugin {
    /// Whether the plan gives the plugin requests of a method and a path, as in `POST` and `/webhook`, and it has a handler for them.
    #[must_use]
    pub fn answers(&self, method: &str, path: &str) -> bool {
        let member = Member::parse(Kind::HttpServe, &format!("{method} {path}"));
        self.exports.handler.is_some() && member.is_ok_and(|member| self.entry.allows(Kind::HttpServe, &member))
    }

    /// Has the plugin answer a request. The gate is asked for its method and path before anything runs; an endpoint that wants
    /// something of its host gets the request when `visit` says that it is so. How often an endpoint is asked is counted by this plugin.
    ///
    /// # Errors
    /// The first reason why there is no answer, with the status that says so.
    pub fn serve(&mut self, request: Request<Vec<u8>>, visit: &Visit) -> Result<Served, Unserved> {
        let memory = narrowest(&self.entry, &self.narrowed, Quota::Memory);
        self.endpoints.admit(&mut self.gate, &request, visit, &memory)?;
        let handler = self.exports.handler.ok_or(Unserved::NoHandler)?;
        let _running = self.running().map_err(Unserved::Failed)?;
        let mut live = self.take_live("handle").map_err(Unserved::Failed)?;
        self.begin(&mut live.store, CallClock::begin_measured);
        let most = live.store.data().quota(Quota::Output).limit;
        let (slate, write) = Slate::new(most);
        let state = live.store.data_mut();
        let handed = state.hand_over(request, write);
        match handed.and_then(|handed| handle(&mut live.store, live.instance, handler, handed)) {
            Ok(()) => self.answered(live, slate.read()),
            Err(error) => Err(Unserved::Failed(self.failed(&error, live.store.data_mut()))),
        }
    }

    /// Waits for what the plugin wrote last.
    fn answered(&mut self, mut live: Live, answer: Option<Result<Begun, ErrorCode>>) -> Result<Served, Unserved> {
        let unserved = match answer {
            Some(Ok(begun)) => match live.store.data().gathered(begun) {
                Ok((response, Ended::Whole(bytes, trailers))) => {
                    let outcome = self.finish(live, Exit::Success, None);
                    return Ok(Served { response: response.map(|()| bytes), trailers, outcome });
                }
                Ok((_, Ended::TooMuch)) => {
                    let hit = live.store.data().quota(Quota::Output);
                    live.store.data_mut().gate.exceeded(&hit, "answer");
                    Unserved::Failed(CallError::Quota { hit, trap: None })
                }
                Ok((_, Ended::Broken)) => Unserved::NoAnswer,
                Err(error) => return Err(Unserved::Failed(self.failed(&error, live.store.data_mut()))),
            },
            Some(Err(error)) => Unserved::Refused(error.to_string()),
            None => Unserved::NoAnswer,
        };
        self.left = Remains::take(live.store.data_mut(), &self.meter);
        self.live = Some(live);
        Err(unserved)
    }
}

fn handle(
    store: &mut Store<PluginState>,
    instance: Instance,
    handler: ComponentExportIndex,
    handed: Handler,
) -> wasmtime::Result<()> {
    instance.get_typed_func::<Handler, ()>(&mut *store, handler)?.call(store, handed)
}

impl PluginState {
    /// Makes a request the plugin's, and what its answer is written on.
    fn hand_over(
        &mut self,
        request: Request<Vec<u8>>,
        write: impl FnOnce(Result<Response<WasiBody>, ErrorCode>) + Send + Sync + 'static,
    ) -> wasmtime::Result<Handler> {
        let scheme = if request.uri().scheme_str() == Some("https") { Scheme::Https } else { Scheme::Http };
        let mut view = self.http_view();
        let request = view.new_incoming_request(scheme, request.map(|body| Full::new(Bytes::from(body))))?;
        Ok((request, view.new_response_outparam_from_callback(write)?))
    }

    fn gathered(&self, begun: Begun) -> wasmtime::Result<(Response<()>, Ended)> {
        let Begun { head, body } = begun;
        Ok((head, self.wait_for(body)?))
    }
}
