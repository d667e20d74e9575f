//! `empty-text`, `long-text` and `untidy-text`: every text of a manifest that people read, in lists, shops and questions.

use memchr::memchr2;

use crate::bind::{Model, Plugin};
use crate::diag::{Code, Diagnostic, Fix, Sink};
use crate::source::{Sources, Span};

/// How long a text may be that stands on one line, in characters.
const LONGEST_LINE: usize = 256;

/// How long one may be that stands by itself, in characters.
const LONGEST_PARAGRAPH: usize = 4096;

#[derive(Clone, Copy, PartialEq, Eq)]
enum Sort {
    /// On a line among others.
    Line,
    /// The same; a rule of its own says how long it may be.
    Summary,
    /// By itself.
    Paragraph,
}

pub(super) fn check(model: &Model<'_>, plugins: &[Plugin], sink: &mut Sink) {
    for plugin in plugins {
        texts(model.sources, plugin, |text, span, sort| {
            if is_plain(text) {
                return;
            }
            let tidy = text.trim();
            if tidy.is_empty() {
                let found = Diagnostic::new(Code::EmptyText, span, "a text for people with nothing in it");
                return sink.add(found.help("write what there is to say, or leave the field out"));
            }
            untidy((text, tidy), span, sort, sink);
            long(text, span, sort, sink);
        });
    }
}

/// Whether there is nothing to say of a text, whatever its sort: it is short, on one line, and begins and ends with what can be
/// seen. Most are.
fn is_plain(text: &str) -> bool {
    let text = text.as_bytes();
    let ends_well = |end: Option<&u8>| end.is_some_and(u8::is_ascii_graphic);
    let is_short = text.len() <= LONGEST_LINE;
    is_short && ends_well(text.first()) && ends_well(text.last()) && memchr2(b'\n', b'\r', text).is_none()
}

/// Every text of a manifest that is for people, with its place.
fn texts(sources: &Sources, plugin: &Plugin, mut look: impl FnMut(&str, Span, Sort)) {
    let Some(about) = &plugin.manifest.about else { return };
    about.title.iter().for_each(|text| look(text.read(sources), text.span, Sort::Line));
    about.description.iter().for_each(|text| look(text.read(sources), text.span, Sort::Paragraph));
    for text in about.authors.iter().chain(&about.keywords).chain(&about.categories) {
        look(text.read(sources), text.span, Sort::Line);
    }
    for claim in &plugin.claims {
        let reason = claim.line.reason.as_deref().unwrap_or_default();
        claim.reason.iter().for_each(|span| look(reason, *span, Sort::Line));
    }
    // What no pattern could be read of has a reason too.
    for request in &plugin.manifest.requests {
        request.reason.iter().for_each(|text| look(text.said(), text.span(), Sort::Line));
    }
    for name in &plugin.manifest.names {
        name.summary.iter().for_each(|text| look(text.said(), text.span(), Sort::Summary));
        for parameter in &name.parameters {
            parameter.said().summary.iter().for_each(|text| look(text, parameter.span(), Sort::Summary));
        }
    }
}

fn untidy((text, tidy): (&str, &str), span: Span, sort: Sort, sink: &mut Sink) {
    if tidy.len() == text.len() {
        if sort == Sort::Line && memchr2(b'\n', b'\r', text.as_bytes()).is_some() {
            let found = Diagnostic::new(Code::UntidyText, span, "a text that stands on one line goes on on the next");
            sink.add(found.help("write it as one line"));
        }
        return;
    }
    let found = Diagnostic::new(Code::UntidyText, span, "a text for people begins or ends with blanks");
    let found = found.help("leave them out");
    // What stands on several lines has an indentation of its own.
    sink.add(if text.contains('\n') { found } else { found.fix_with(Fix::safe("leave them out").word(span, tidy)) });
}

fn long(text: &str, span: Span, sort: Sort, sink: &mut Sink) {
    let most = match sort {
        Sort::Line => LONGEST_LINE,
        Sort::Paragraph => LONGEST_PARAGRAPH,
        Sort::Summary => return,
    };
    // Only what has more bytes can have more characters.
    let length = if text.len() > most { text.chars().count() } else { 0 };
    if length > most {
        let found = Diagnostic::new(Code::LongText, span, format!("a text for people of {length} characters"));
        sink.add(found.help(format!("say it in at most {most}, and the rest where `homepage` leads")));
    }
}
