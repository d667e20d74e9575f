//! Requests of the application's server are passed on to a plugin. Comes in: a request, and whose it is. Goes out: what is answered.

use ambit_runtime::{Caller, Plugin, Visit};
use hyper::{Request, Response};

/// Passes a request of a known caller on to a plugin.
pub(crate) fn pass_on(plugin: &mut Plugin, request: Request<Vec<u8>>, caller: Caller) -> Response<Vec<u8>> {
    match plugin.serve(request, &Visit { caller: Some(caller), ..Visit::default() }) {
        Ok(served) => served.response,
        Err(why) => {
            // The reason is for the application's log, not for the caller.
            let mut response = Response::default();
            *response.status_mut() = why.status();
            response
        }
    }
}
