//! What comes of a request. Comes in: what a plugin begins to answer. Goes out: [`Served`], or [`Unserved`], each with the status that a
//! server would pass on. The body is taken while the plugin writes it, as far as its quota of output goes.

use std::fmt;
use std::future::poll_fn;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};

use ambit_schema::plan::Condition;
use hyper::body::{Body, Bytes, Frame};
use hyper::header::HeaderMap;
use hyper::{Response, StatusCode};
use tokio::sync::oneshot;
use tokio::task::unconstrained;
use wasmtime_wasi::runtime::{AbortOnDropJoinHandle, spawn};
use wasmtime_wasi_http::p2::bindings::http::types::ErrorCode;
use wasmtime_wasi_http::{Error, WasiBody};

use crate::door::{Denied, printable};
use crate::tier::wasm::{CallError, Outcome, QuotaHit};

/// An answer, and what it took.
#[derive(Debug, Clone)]
pub struct Served {
    /// What the plugin answered. Its headers are the plugin's own: none of them is about the connection.
    pub response: Response<Vec<u8>>,
    /// What it said after the body.
    pub trailers: HeaderMap,
    /// What it wrote, used and changed on the way.
    pub outcome: Outcome,
}

/// Why a request was not answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Unserved {
    /// The plan does not give the plugin requests of this method and path.
    Denied(Denied),
    /// No right could cover it, whatever is granted.
    Malformed(&'static str),
    /// The body is larger than the memory of the plugin.
    TooLarge(QuotaHit),
    /// The endpoint is for callers that the application knows.
    Unknown {
        /// As the plan names it.
        endpoint: String,
    },
    /// The caller does not have what the endpoint wants.
    Lacks {
        /// As the plan names it.
        endpoint: String,
        /// The role or permission.
        lacks: String,
    },
    /// The endpoint wants something of the application that the application does not say it did.
    Unkept {
        /// As the plan names it.
        endpoint: String,
        /// Of what sort.
        condition: Condition,
        /// What.
        what: String,
    },
    /// There were as many requests as the endpoint takes in that time.
    TooOften {
        /// As the plan names it.
        endpoint: String,
    },
    /// The body does not fit the schema of the endpoint.
    Unfit {
        /// As the plan names it.
        endpoint: String,
        /// What does not.
        why: String,
    },
    /// The plugin does not export `wasi:http/incoming-handler`.
    NoHandler,
    /// The call did not come to its end.
    Failed(CallError),
    /// The plugin answered with an error: its own words.
    Refused(String),
    /// The plugin did not answer, or not to the end.
    NoAnswer,
}

impl Unserved {
    /// The status that a server would answer with.
    #[must_use]
    pub fn status(&self) -> StatusCode {
        match self {
            Unserved::Malformed(_) => StatusCode::BAD_REQUEST,
            Unserved::Unknown { .. } => StatusCode::UNAUTHORIZED,
            Unserved::Lacks { .. } => StatusCode::FORBIDDEN,
            // What no plugin answers is nowhere.
            Unserved::Denied(_) | Unserved::NoHandler => StatusCode::NOT_FOUND,
            Unserved::TooLarge(_) => StatusCode::PAYLOAD_TOO_LARGE,
            Unserved::Unfit { .. } => StatusCode::UNPROCESSABLE_ENTITY,
            Unserved::TooOften { .. } => StatusCode::TOO_MANY_REQUESTS,
            Unserved::Unkept { .. } => StatusCode::INTERNAL_SERVER_ERROR,
            Unserved::Failed(CallError::Full | CallError::Resting(_) | CallError::Disabled) => {
                StatusCode::SERVICE_UNAVAILABLE
            }
            Unserved::Failed(_) | Unserved::Refused(_) | Unserved::NoAnswer => StatusCode::BAD_GATEWAY,
        }
    }
}

impl fmt::Display for Unserved {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Unserved::Denied(denied) => denied.fmt(f),
            Unserved::Malformed(why) => write!(f, "the request is refused: {why}"),
            Unserved::TooLarge(hit) => write!(f, "the body is more than the quota {hit}"),
            Unserved::Unknown { endpoint } => write!(f, "`{endpoint}` is for callers that are known"),
            Unserved::Lacks { endpoint, lacks } => write!(f, "`{endpoint}` is for callers with `{lacks}`"),
            Unserved::Unkept { endpoint, condition, what } => {
                write!(
                    f,
                    "`{endpoint}` wants `{what}` of the host as its {}, and the host did not do it",
                    condition.key()
                )
            }
            Unserved::TooOften { endpoint } => write!(f, "`{endpoint}` has answered as often as it may for now"),
            Unserved::Unfit { endpoint, why } => write!(f, "the body does not fit `{endpoint}`: {}", printable(why)),
            Unserved::NoHandler => write!(f, "the plugin does not export `wasi:http/incoming-handler`"),
            Unserved::Failed(error) => error.fmt(f),
            Unserved::Refused(why) => write!(f, "the plugin answered with an error: {}", printable(why)),
            Unserved::NoAnswer => write!(f, "the plugin did not answer to the end"),
        }
    }
}

impl std::error::Error for Unserved {}

/// How the body of an answer ended.
#[derive(Debug)]
pub(crate) enum Ended {
    /// With all of it.
    Whole(Vec<u8>, HeaderMap),
    /// With more than the plugin may say.
    TooMuch,
    /// Without an end.
    Broken,
}

/// An answer that has begun.
pub(crate) struct Begun {
    pub(crate) head: Response<()>,
    pub(crate) body: AbortOnDropJoinHandle<Ended>,
}

/// Where a plugin's answer comes to.
pub(crate) struct Slate {
    answer: Arc<Mutex<Option<Result<Begun, ErrorCode>>>>,
    /// Says that nothing more is written.
    over: oneshot::Sender<()>,
}

impl Slate {
    /// A slate for at most so many bytes, and what writes on it.
    pub(crate) fn new(most: u64) -> (Self, impl FnOnce(Result<Response<WasiBody>, ErrorCode>) + Send + Sync + 'static) {
        let answer = Arc::<Mutex<_>>::default();
        let (over, is_over) = oneshot::channel();
        let slate = Slate { answer: Arc::clone(&answer), over };
        let write = move |response: Result<Response<WasiBody>, ErrorCode>| {
            let begun = response.map(|response| {
                let (head, body) = response.into_parts();
                Begun { head: Response::from_parts(head, ()), body: spawn(unconstrained(gather(body, most, is_over))) }
            });
            *answer.lock().unwrap_or_else(PoisonError::into_inner) = Some(begun);
        };
        (slate, write)
    }

    /// The answer, when the plugin is done. `None`: there is none.
    pub(crate) fn read(self) -> Option<Result<Begun, ErrorCode>> {
        drop(self.over);
        self.answer.lock().unwrap_or_else(PoisonError::into_inner).take()
    }
}

enum Step {
    Frame(Option<Result<Frame<Bytes>, Error>>),
    Over,
}

/// Takes a body while the plugin writes it. When the plugin is done, whatever is not there never comes. Runs unconstrained: a budget of
/// the runtime's that is used up would look as if nothing was there.
async fn gather(mut body: WasiBody, most: u64, mut is_over: oneshot::Receiver<()>) -> Ended {
    let (mut bytes, mut trailers) = (Vec::new(), HeaderMap::new());
    loop {
        match poll_fn(|context| step(&mut body, &mut is_over, context)).await {
            Step::Frame(None) => return Ended::Whole(bytes, trailers),
            Step::Frame(Some(Err(_))) | Step::Over => return Ended::Broken,
            Step::Frame(Some(Ok(frame))) => match frame.into_data() {
                Ok(data) if (bytes.len() + data.len()) as u64 > most => return Ended::TooMuch,
                Ok(data) => bytes.extend_from_slice(&data),
                Err(frame) => trailers = frame.into_trailers().unwrap_or_default(),
            },
        }
    }
}

/// The body first; and once more after the plugin is known to be done, for what it wrote last.
fn step(body: &mut WasiBody, is_over: &mut oneshot::Receiver<()>, context: &mut Context<'_>) -> Poll<Step> {
    let frame = |body: &mut WasiBody, context: &mut Context<'_>| Pin::new(body).poll_frame(context).map(Step::Frame);
    if let Poll::Ready(step) = frame(body, context) {
        return Poll::Ready(step);
    }
    match Pin::new(is_over).poll(context) {
        Poll::Pending => Poll::Pending,
        Poll::Ready(_) => Poll::Ready(match frame(body, context) {
            Poll::Ready(step) => step,
            Poll::Pending => Step::Over,
        }),
    }
}
