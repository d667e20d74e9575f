//! THE TABLE of requests about texts: one line a request. Comes in: a method, its parameters, and everything as it is now. Goes
//! out: the answer, or why there is none. Deliberately absent: waiting, cancelling and the order of answers; see `answers`.

use std::sync::Arc;

use ambit_compiler::source::FileId;
use lsp_server::{ErrorCode, ResponseError};
use lsp_types::{
    CodeLens, CodeLensOptions, CompletionOptions, Definition, DocumentOnTypeFormattingOptions,
    PrepareRenamePlaceholder, Range, RenameOptions, Request, SemanticTokensOptions, ServerCapabilities,
    TextDocumentIdentifier, TextDocumentPositionParams, Uri, WorkspaceSymbol,
};
use serde_json::Value;

use super::client::{self, Client};
use super::view::View;
use super::{actions, diagnostics, edits, feature};

/// Everything as it was when a request came in.
#[derive(Debug, Clone)]
pub(super) struct Now {
    /// Every workspace.
    pub(super) views: Vec<Arc<View>>,
    /// Who asks.
    pub(super) client: Arc<Client>,
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
    CodeActionRequest => |now, asked| Ok(Some(actions::all(now, &asked)));
    DocumentDiagnosticRequest => |now, asked| Ok(diagnostics::document(now, &asked));
    WorkspaceDiagnosticRequest => |now, asked| Ok(diagnostics::workspace(now, &asked));
    HoverRequest => |now, asked| at(now, &asked.text_document_position_params, feature::hover::hover);
    CompletionRequest => |now, asked| at(now, &asked.text_document_position_params, |view, file, at| {
        Some(feature::complete::complete(view, file, at).into())
    });
    DefinitionRequest => |now, asked| at(now, &asked.text_document_position_params, |view, file, at| {
        Some(Definition::from(feature::navigate::definition(view, file, at)).into())
    });
    ReferencesRequest => |now, asked| at(now, &asked.text_document_position_params, |view, file, at| {
        Some(feature::navigate::references(view, file, at, asked.context.include_declaration))
    });
    DocumentHighlightRequest => |now, asked| at(now, &asked.text_document_position_params, |view, file, at| {
        Some(feature::navigate::highlight(view, file, at))
    });
    PrepareRenameRequest => |now, asked| at(now, &asked.text_document_position_params, |view, file, at| {
        let (span, placeholder) = feature::rename::prepare(view, file, at)?;
        Some(PrepareRenamePlaceholder { range: view.range(span), placeholder }.into())
    });
    RenameRequest => |now, asked| {
        let versioned = now.client.versions_edits;
        let renamed = at(now, &asked.text_document_position_params, |view, file, at| {
            let renamed = feature::rename::rename(view, file, at, &asked.new_name);
            Some(renamed.map(|edits| edits::of(view, &edits, versioned)))
        })?;
        renamed.transpose().map_err(|why| refused(ErrorCode::RequestFailed, why))
    };
    DocumentSymbolRequest => |now, asked| of(now, &asked.text_document, |view, file| {
        feature::symbols::outline(view, file).into()
    });
    WorkspaceSymbolRequest => |now, asked| {
        let found = now.views.iter().flat_map(|view| feature::symbols::search(view, &asked.query));
        Ok(Some(found.collect::<Vec<WorkspaceSymbol>>().into()))
    };
    FoldingRangeRequest => |now, asked| of(now, &asked.text_document, feature::layout::folding);
    SelectionRangeRequest => |now, asked| of(now, &asked.text_document, |view, file| {
        let places = asked.positions.iter().map(|place| view.offset(file, *place).unwrap_or(u32::MAX));
        places.map(|at| feature::layout::selection(view, file, at)).collect()
    });
    SemanticTokensRequest => |now, asked| of(now, &asked.text_document, |view, file| {
        feature::tokens::tokens(view, file, None)
    });
    SemanticTokensRangeRequest => |now, asked| of(now, &asked.text_document, |view, file| {
        feature::tokens::tokens(view, file, Some(stretch(view, file, asked.range)))
    });
    InlayHintRequest => |now, asked| of(now, &asked.text_document, |view, file| {
        feature::hints::hints(view, file, stretch(view, file, asked.range))
    });
    CodeLensRequest => |now, asked| of(now, &asked.text_document, feature::lens::lenses);
    CodeLensResolveRequest => |now, lens| {
        let above = lens.data.clone().and_then(|data| serde_json::from_value::<feature::lens::Above>(data).ok());
        let command = above.and_then(|above| Some(feature::lens::compared(now.find(&above.uri)?.0, &above.id)));
        Ok(CodeLens { command, ..lens })
    };
    DocumentFormattingRequest => |now, asked| of(now, &asked.text_document, feature::layout::formatting);
    DocumentOnTypeFormattingRequest => |now, asked| {
        let place = TextDocumentPositionParams { text_document: asked.text_document, position: asked.position };
        at(now, &place, |view, file, at| Some(feature::layout::closing(view, file, at)))
    };
}

/// Whether a request may take as long as compiling.
pub(super) fn is_long(method: &str) -> bool {
    method == lsp_types::CodeLensResolveRequest::METHOD.as_str()
}

/// What a client is told that it may ask.
pub(super) fn capabilities(client: &Client) -> ServerCapabilities {
    let typed = ["\"", ".", ":", "/", " ", "^", "@"].map(str::to_owned);
    let completion = CompletionOptions { trigger_characters: Some(typed.into()), ..CompletionOptions::default() };
    let rename = RenameOptions { prepare_provider: Some(true), ..RenameOptions::default() };
    let colours = SemanticTokensOptions {
        legend: feature::tokens::legend(),
        range: Some(true.into()),
        full: Some(true.into()),
        ..SemanticTokensOptions::default()
    };
    let first_trigger_character = "\n".to_owned();
    let closing = DocumentOnTypeFormattingOptions { first_trigger_character, more_trigger_character: None };
    ServerCapabilities {
        code_action_provider: Some(actions::offered().into()),
        diagnostic_provider: client.pulls.then(|| diagnostics::offered().into()),
        hover_provider: Some(true.into()),
        completion_provider: Some(completion),
        definition_provider: Some(true.into()),
        references_provider: Some(true.into()),
        document_highlight_provider: Some(true.into()),
        rename_provider: Some(rename.into()),
        document_symbol_provider: Some(true.into()),
        workspace_symbol_provider: Some(true.into()),
        folding_range_provider: Some(true.into()),
        selection_range_provider: Some(true.into()),
        semantic_tokens_provider: Some(colours.into()),
        inlay_hint_provider: Some(true.into()),
        code_lens_provider: Some(CodeLensOptions { resolve_provider: Some(true), ..CodeLensOptions::default() }),
        document_formatting_provider: Some(true.into()),
        document_on_type_formatting_provider: Some(closing),
        ..ServerCapabilities::default()
    }
}

/// What a feature says of a text. Of one that is not looked after it says nothing.
fn of<T>(now: &Now, text: &TextDocumentIdentifier, ask: impl Fn(&View, FileId) -> T) -> Answer<Option<T>> {
    Ok(now.find(&text.uri).map(|(view, file)| ask(view, file)))
}

/// The bytes of a range; a line past the last is the end.
fn stretch(view: &View, file: FileId, range: Range) -> (u32, u32) {
    let at = |place| view.offset(file, place).unwrap_or(u32::MAX);
    (at(range.start), at(range.end))
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
