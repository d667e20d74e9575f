//! THE TABLE of requests about texts: one line a request. Comes in: a method, its parameters, and everything as it is now. Goes
//! out: the answer, or why there is none. Deliberately absent: waiting, cancelling and the order of answers; see `answers`.

use std::sync::Arc;

use ambit_compiler::source::FileId;
use lsp_server::{ErrorCode, ResponseError};
use lsp_types::{Request, ServerCapabilities, TextDocumentPositionParams, Uri};
use serde_json::Value;

use super::client;
use super::feature;
use super::view::View;

/// Everything as it was when a request came in.
#[derive(Debug, Clone)]
pub(super) struct Now {
    /// Every workspace.
    pub(super) views: Vec<Arc<View>>,
}

/// What a request came to.
pub(super) type Answer<T> = Result<T, ResponseError>;

macro_rules! requests {
    ($($request:ident => $answer:expr;)*) => {
        /// The answer to a request. `None`: there is no such request.
        pub(super) fn answer(now: &Now, method: &str, params: Value) -> Option<Answer<Value>> {
            $(if method == lsp_types::$request::METHOD.as_str() {
                return Some(served::<lsp_types::$request>(now, params, $answer));
            })*
            None
        }
    };
}

requests! {
    HoverRequest => |now, asked| at(now, &asked.text_document_position_params, feature::hover::hover);
}

/// What a client is told that it may ask.
pub(super) fn capabilities() -> ServerCapabilities {
    ServerCapabilities { hover_provider: Some(true.into()), ..ServerCapabilities::default() }
}

fn served<R: Request>(
    now: &Now,
    params: Value,
    answer: impl Fn(&Now, R::Params) -> Answer<R::Result>,
) -> Answer<Value> {
    let params = serde_json::from_value(params)
        .map_err(|error| refused(ErrorCode::InvalidParams, format!("these are no parameters of it: {error}")))?;
    let result = answer(now, params)?;
    serde_json::to_value(result).map_err(|error| refused(ErrorCode::InternalError, error.to_string()))
}

/// What a feature says of a byte. Of a text that is not looked after it says nothing.
fn at<T>(
    now: &Now,
    place: &TextDocumentPositionParams,
    ask: impl Fn(&View, FileId, u32) -> Option<T>,
) -> Answer<Option<T>> {
    let Some((view, file)) = now.find(&place.text_document.uri) else { return Ok(None) };
    match view.offset(file, place.position) {
        Some(at) => Ok(ask(view, file, at)),
        None => Err(refused(ErrorCode::InvalidParams, format!("the text has no line {}", place.position.line))),
    }
}

impl Now {
    /// The text that a client means, and where it belongs.
    pub(super) fn find(&self, uri: &Uri) -> Option<(&View, FileId)> {
        let path = client::path(uri)?;
        self.views.iter().find_map(|view| Some((&**view, view.file(&path)?)))
    }
}

/// An answer that says why there is none.
pub(super) fn refused(code: ErrorCode, message: String) -> ResponseError {
    ResponseError { code: code as i32, message, data: None }
}
