//! What the client has open. Comes in: opens, changes and closes. Goes out: the text of each document as it is on the screen.
//! Deliberately absent: what a text means.

use std::collections::BTreeMap;
use std::path::PathBuf;

use ambit_compiler::syntax::MAX_BYTES;
use lsp_types::{TextDocumentContentChangeEvent, Uri};

use super::client;
use super::position::{Encoding, Lines};

/// A text on the screen.
#[derive(Debug)]
pub(super) struct Document {
    /// What the client calls it.
    pub(super) uri: Uri,
    /// Its file, where it has one.
    pub(super) path: Option<PathBuf>,
    /// Which state of it this is.
    pub(super) version: i32,
    text: String,
}

/// All of them, by what the client calls them.
#[derive(Debug, Default)]
pub(super) struct Documents {
    open: BTreeMap<String, Document>,
}

impl Documents {
    /// A document that was opened. One that was open already is what it is now said to be.
    pub(super) fn open(&mut self, uri: Uri, version: i32, text: String) -> &Document {
        let path = client::path(&uri);
        let document = Document { path, version, text, uri };
        self.open.entry(document.uri.to_string()).insert_entry(document).into_mut()
    }

    /// A document with its changes made, one after the other. `None`: it is not open.
    pub(super) fn change(
        &mut self,
        uri: &Uri,
        version: i32,
        changes: Vec<TextDocumentContentChangeEvent>,
        encoding: Encoding,
    ) -> Option<&Document> {
        let document = self.open.get_mut(uri.as_str())?;
        document.version = version;
        changes.into_iter().for_each(|change| document.change(change, encoding));
        Some(document)
    }

    /// A document that was closed.
    pub(super) fn close(&mut self, uri: &Uri) -> Option<Document> {
        self.open.remove(uri.as_str())
    }

    pub(super) fn get(&self, uri: &Uri) -> Option<&Document> {
        self.open.get(uri.as_str())
    }

    /// Every document, by what the client calls it.
    pub(super) fn iter(&self) -> impl Iterator<Item = &Document> {
        self.open.values()
    }
}

impl Document {
    /// Its text, or as much of it as tells that it is too large: nothing is done with a text of which no use can be made.
    pub(super) fn bytes(&self) -> &[u8] {
        let bytes = self.text.as_bytes();
        match bytes.get(..=MAX_BYTES) {
            Some(_) => &bytes[..self.text.ceil_char_boundary(MAX_BYTES + 1)],
            None => bytes,
        }
    }

    /// A place that the text does not have is its end: the client counts otherwise, and what it sends next may be the whole text.
    fn change(&mut self, change: TextDocumentContentChangeEvent, encoding: Encoding) {
        match change {
            TextDocumentContentChangeEvent::TextDocumentContentChangeWholeDocument(whole) => self.text = whole.text,
            TextDocumentContentChangeEvent::TextDocumentContentChangePartial(part) => {
                let lines = Lines::new(&self.text, encoding);
                let at = |place| lines.offset(place).map_or(self.text.len(), |at| at as usize);
                let (start, end) = (at(part.range.start), at(part.range.end));
                let (start, end) = (start.min(end), start.max(end));
                self.text.replace_range(start..end, &part.text);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use lsp_types::{Position, Range, TextDocumentContentChangePartial, TextDocumentContentChangeWholeDocument};

    use super::*;

    type Place = (u32, u32);

    fn edited(text: &str, changes: &[(Place, Place, &str)]) -> String {
        let uri = Uri::parse("file:///plugin.kdl").unwrap();
        let mut documents = Documents::default();
        documents.open(uri.clone(), 1, text.to_owned());
        let change = |(start, end, text): &(Place, Place, &str)| {
            let range = Range { start: Position::new(start.0, start.1), end: Position::new(end.0, end.1) };
            let part: TextDocumentContentChangePartial =
                serde_json::from_value(serde_json::json!({ "range": range, "text": text })).unwrap();
            part.into()
        };
        let changes = changes.iter().map(change).collect();
        let document = documents.change(&uri, 2, changes, Encoding::Utf16).unwrap();
        assert_eq!(document.version, 2);
        String::from_utf8(document.bytes().to_vec()).unwrap()
    }

    #[test]
    fn changes_are_made_one_after_the_other() {
        assert_eq!(edited("a\nb\n", &[((0, 1), (1, 0), ""), ((0, 0), (0, 1), "x")]), "xb\n");
        assert_eq!(edited("𝄞a", &[((0, 2), (0, 3), "ß")]), "𝄞ß");
        assert_eq!(edited("", &[((0, 0), (0, 0), "x")]), "x");
    }

    #[test]
    fn places_out_of_bounds_are_ends() {
        assert_eq!(edited("a\nb", &[((0, 99), (0, 99), "!")]), "a!\nb");
        assert_eq!(edited("a\nb", &[((7, 0), (9, 9), "!")]), "a\nb!");
        assert_eq!(edited("a\nb", &[((1, 1), (0, 0), "!")]), "!");
    }

    #[test]
    fn a_text_that_is_too_large_is_kept_and_not_looked_at() {
        let uri = Uri::parse("file:///plugin.kdl").unwrap();
        let mut documents = Documents::default();
        let text = "ß".repeat(MAX_BYTES);
        let document = documents.open(uri.clone(), 1, text);
        assert!(document.bytes().len() > MAX_BYTES && document.bytes().len() < MAX_BYTES + 4);
        let whole = TextDocumentContentChangeWholeDocument { text: "a".to_owned() };
        let document = documents.change(&uri, 2, vec![whole.into()], Encoding::Utf16).unwrap();
        assert_eq!(document.bytes(), b"a");
    }
}
