//! Who answers. Comes in: requests, each with everything as it was when it came. Goes out: answers in the order of the requests;
//! one that was taken back is answered at once, and whatever comes of it later is not sent. Deliberately absent: the answers.

use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::{io, thread};

use crossbeam_channel::{Receiver, Sender, unbounded};
use lsp_server::{ErrorCode, Request, RequestId, Response};

use super::dispatch::{self, Now};

/// Requests that are not answered yet.
pub(super) struct Answers {
    asked: Sender<Asked>,
    /// What takes as long as compiling: nobody else waits for it.
    long: Sender<Asked>,
    waiting: BTreeMap<RequestId, Arc<AtomicBool>>,
}

/// A request on its way.
struct Asked {
    request: Request,
    now: Now,
    is_void: Arc<AtomicBool>,
}

impl Answers {
    /// Starts the threads that answer.
    pub(super) fn start() -> io::Result<(Self, Receiver<Response>)> {
        let (tell, told) = unbounded();
        let (asked, long) = (worker("answers", tell.clone())?, worker("comparisons", tell)?);
        Ok((Answers { asked, long, waiting: BTreeMap::new() }, told))
    }

    /// Has a request answered. One with an id that is in use is refused.
    pub(super) fn ask(&mut self, request: Request, now: Now) -> Option<Response> {
        if self.waiting.contains_key(&request.id) {
            let message = format!("the id {} is in use", request.id);
            return Some(Response::new_err(request.id, ErrorCode::InvalidRequest as i32, message));
        }
        let is_void = Arc::new(AtomicBool::new(false));
        self.waiting.insert(request.id.clone(), Arc::clone(&is_void));
        let id = request.id.clone();
        let to = if dispatch::is_long(&request.method) { &self.long } else { &self.asked };
        let sent = to.send(Asked { request, now, is_void });
        sent.err().map(|_| failed(id))
    }

    /// Whether anyone waits.
    pub(super) fn is_busy(&self) -> bool {
        !self.waiting.is_empty()
    }

    /// Takes a request back. `None`: it is answered, or was never asked.
    pub(super) fn cancel(&mut self, id: &RequestId) -> Option<Response> {
        let is_void = self.waiting.remove(id)?;
        is_void.store(true, Ordering::Relaxed);
        Some(Response::new_err(id.clone(), ErrorCode::RequestCanceled as i32, "taken back".to_owned()))
    }

    /// An answer, if anyone still waits for it.
    pub(super) fn arrived(&mut self, response: Response) -> Option<Response> {
        self.waiting.remove(&response.id).map(|_| response)
    }
}

/// A thread that answers what it is sent.
fn worker(name: &str, tell: Sender<Response>) -> io::Result<Sender<Asked>> {
    let (asked, asks) = unbounded::<Asked>();
    let work = move || {
        let open = asks.into_iter().filter(|asked: &Asked| !asked.is_void.load(Ordering::Relaxed));
        drop(open.map(answer).try_for_each(|response| tell.send(response)));
    };
    thread::Builder::new().name(name.to_owned()).spawn(work)?;
    Ok(asked)
}

/// A request that panics is a defect, and no reason to leave everyone without answers.
fn answer(asked: Asked) -> Response {
    let Request { id, method, params } = asked.request;
    match catch_unwind(AssertUnwindSafe(|| dispatch::answer(&asked.now, &method, params))) {
        Ok(Some(Ok(result))) => Response { id, response_result: Ok(result) },
        Ok(Some(Err(error))) => Response { id, response_result: Err(error) },
        Ok(None) => {
            Response::new_err(id, ErrorCode::MethodNotFound as i32, format!("there is no request `{method}` here"))
        }
        Err(_) => failed(id),
    }
}

fn failed(id: RequestId) -> Response {
    let message = "the answer failed: this is a defect of `plugin-check`".to_owned();
    Response::new_err(id, ErrorCode::InternalError as i32, message)
}
