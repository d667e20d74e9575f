//! The tokens of a text with nothing left out: comments, blanks and broken ends are tokens too. Comes in: a text of one of the
//! three syntaxes, also one that is being written. Goes out: [`Token`]s, end to end. For what a tree does not keep: layout,
//! comments, what stands before a cursor. Deliberately absent: any decision; what a text means is read from its tree alone.

use std::ops::Range;

use ambit_compiler::syntax::Syntax;

mod json;
mod kdl;
mod yaml;

/// A stretch of a text. Together the tokens of a text are the text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Token {
    /// What it is.
    pub kind: Kind,
    /// Where, in bytes.
    pub place: Range<usize>,
}

/// What a token is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Blanks within a line.
    Space,
    /// The end of a line.
    Newline,
    /// A comment up to the end of its line.
    LineComment,
    /// A comment between marks.
    BlockComment,
    /// `{`, `[`.
    Open,
    /// `}`, `]`.
    Close,
    /// `;` in KDL, `,` elsewhere.
    Separator,
    /// `=` in KDL, `:` elsewhere.
    Equals,
    /// `(` before a type.
    TypeOpen,
    /// `)` behind one.
    TypeClose,
    /// `/-`, which comments out what follows.
    Slashdash,
    /// `\` at the end of a line, `- ` at the start of an item.
    Mark,
    /// A text between quotes.
    Quoted,
    /// The same without its end: it breaks off with its line or with the text.
    Unclosed,
    /// A name, number or keyword.
    Word,
}

impl Kind {
    /// Whether it is nothing but layout.
    #[must_use]
    pub fn is_blank(self) -> bool {
        matches!(self, Kind::Space | Kind::Newline)
    }

    /// Whether it says something to people alone.
    #[must_use]
    pub fn is_comment(self) -> bool {
        matches!(self, Kind::LineComment | Kind::BlockComment)
    }

    /// Whether it is a value or a name.
    #[must_use]
    pub fn is_text(self) -> bool {
        matches!(self, Kind::Quoted | Kind::Unclosed | Kind::Word)
    }
}

/// The tokens of a text.
#[must_use]
pub fn tokens(syntax: Syntax, text: &str) -> Vec<Token> {
    match syntax {
        Syntax::Kdl => kdl::tokens(text),
        Syntax::Yaml => yaml::tokens(text),
        Syntax::Json => json::tokens(text),
    }
}

/// A text that is being cut into tokens, from its start.
struct Cutter<'t> {
    text: &'t str,
    at: usize,
    tokens: Vec<Token>,
}

impl<'t> Cutter<'t> {
    fn new(text: &'t str) -> Self {
        Cutter { text, at: 0, tokens: Vec::with_capacity(text.len() / 4 + 1) }
    }

    fn rest(&self) -> &'t str {
        self.text.get(self.at..).unwrap_or_default()
    }

    fn is_done(&self) -> bool {
        self.at >= self.text.len()
    }

    /// Ends a token that is `length` bytes long, at least one character.
    fn push(&mut self, kind: Kind, length: usize) {
        let rest = self.rest();
        let least = rest.chars().next().map_or(0, char::len_utf8);
        let end = self.at + rest.floor_char_boundary(length.min(rest.len())).max(least);
        self.tokens.push(Token { kind, place: self.at..end });
        self.at = end;
    }

    /// A token of all characters from here that `is` holds for.
    fn run(&mut self, kind: Kind, is: impl Fn(char) -> bool) {
        let rest = self.rest();
        self.push(kind, rest.find(|character| !is(character)).unwrap_or(rest.len()));
    }
}

#[cfg(test)]
mod tests {
    use super::{Kind, tokens};
    use ambit_compiler::syntax::Syntax;

    fn shown(syntax: Syntax, text: &str) -> Vec<(Kind, &str)> {
        tokens(syntax, text).iter().map(|token| (token.kind, &text[token.place.clone()])).collect()
    }

    #[test]
    fn tokens_are_the_text() {
        for text in
            ["", "a \"b\\\"", "#\"x\"# /* /* */", "\"\"\"\n\\\"\"\" \"", "/- a ( é )", "- a: 'it''s'\n#", "{\"a\\"]
        {
            for syntax in [Syntax::Kdl, Syntax::Yaml, Syntax::Json] {
                let joined: String = shown(syntax, text).into_iter().map(|(_, part)| part).collect();
                assert_eq!(joined, text, "{syntax:?}");
            }
        }
    }

    #[test]
    fn what_is_between_quotes_is_one_token() {
        let quoted = |syntax, text| {
            let all = shown(syntax, text);
            all.into_iter().filter(|(kind, _)| *kind == Kind::Quoted).map(|(_, part)| part).collect::<Vec<_>>()
        };
        assert_eq!(
            quoted(Syntax::Kdl, "a \"{ // \\\"\" ##\"\"#\"## \"\"\"\n\"\n\"\"\""),
            ["\"{ // \\\"\"", "##\"\"#\"##", "\"\"\"\n\"\n\"\"\""]
        );
        assert_eq!(quoted(Syntax::Yaml, "a: 'it''s #1' # 'no'\nb: \"x: \\\" y\""), ["'it''s #1'", "\"x: \\\" y\""]);
    }
}
