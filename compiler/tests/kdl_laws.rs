//! Laws of the KDL front end. Comes in: random texts and trees. Goes out: nothing panics, every place lies in the text
//! (see `kdl/case.rs`), and a tree that is printed in any of KDL's spellings is read again.

#![expect(clippy::unwrap_used, reason = "a failed test may panic")]

use ambit_compiler::syntax::{Node, Role, Scalar, Shape};
use proptest::prelude::{Just, ProptestConfig, Strategy, any, prop, prop_assert, prop_assert_eq, prop_oneof, proptest};

#[path = "kdl/case.rs"]
mod case;
#[path = "kdl/text.rs"]
mod text;

/// Pieces that mean something, in any order.
const PIECES: &[&str] = &[
    "a",
    "b=",
    "=",
    "1",
    "-1",
    ".5",
    "0x1",
    "1e",
    "#true",
    "true",
    "#",
    "##",
    "\"",
    "\"\"\"",
    "#\"",
    "\"#",
    "\\",
    "\\n",
    "\\u{",
    "}",
    "{",
    "(",
    ")",
    "[",
    ";",
    "/-",
    "/*",
    "*/",
    "//",
    "\n",
    "\r\n",
    "\u{2028}",
    " ",
    "\t",
    "\u{A0}",
    "é",
    "🦀",
    "\u{202E}",
    "\u{FEFF}",
    "\0",
    "r",
    "kdl-version",
];

const VALID: &str = r##"plugin "x" version="1.0" {
  // note
  fs read #"a\b"# /-gone {
    why """
      é
      """
  }
  (t)n 0x1F \
    #null /* c */ k=(u)-1.5e3; /- m {
  }
}
"##;

/// A node without places.
#[derive(Debug, Clone, PartialEq)]
struct Plain {
    annotation: Option<String>,
    name: String,
    entries: Vec<(Option<String>, Option<String>, Value)>,
    children: Vec<Plain>,
}

#[derive(Debug, Clone, PartialEq)]
enum Value {
    Null,
    Bool(bool),
    Number(String),
    Text(String),
}

fn plain(node: Node<'_>) -> Plain {
    let own = |text: &str| text.to_owned();
    let is_child = |below: &Node<'_>| below.role() == Role::Node;
    let entry = |below: Node<'_>| (below.annotation().map(|(text, _)| own(text)), below.key().map(own), value(below));
    Plain {
        annotation: node.annotation().map(|(text, _)| own(text)),
        name: own(node.key().unwrap()),
        entries: node.below().filter(|below| !is_child(below)).map(entry).collect(),
        children: node.below().filter(is_child).map(plain).collect(),
    }
}

fn value(node: Node<'_>) -> Value {
    match node.shape() {
        Shape::Scalar(Scalar::Null) => Value::Null,
        Shape::Scalar(Scalar::Bool(value)) => Value::Bool(value),
        Shape::Scalar(Scalar::Number(_)) => Value::Number(node.number().unwrap().0.to_owned()),
        _ => Value::Text(node.string().unwrap().0.to_owned()),
    }
}

/// Prints with spellings taken from `dice`, one number a choice.
struct Writer<'d> {
    out: String,
    dice: std::iter::Cycle<std::slice::Iter<'d, u8>>,
}

impl Writer<'_> {
    fn pick(&mut self, choices: &[&'static str]) -> &'static str {
        choices[usize::from(*self.dice.next().unwrap()) % choices.len()]
    }

    fn write(&mut self, node: &Plain) {
        let before =
            self.pick(&["", "  ", "\n\n", "/* { */", "// }\n", "\\\n", "/- gone \"}\" {\n  a\n}\n", "\u{2029}\t"]);
        self.out += before;
        self.annotation(node.annotation.as_deref());
        self.text(&node.name);
        node.entries.iter().for_each(|entry| self.entry(entry));
        if !node.children.is_empty() {
            self.block(&node.children);
        }
        let after = self.pick(&["\n", ";", " ;", "\r\n", " // {\n", " \u{2028}", "\r", " /-{}\n"]);
        self.out += after;
    }

    fn block(&mut self, children: &[Plain]) {
        let before = self.pick(&["", " ", " /-{ a }", "\\\r\n", "/-\n{}/* } */"]);
        self.out += before;
        self.out.push('{');
        children.iter().for_each(|child| self.write(child));
        self.out.push('}');
    }

    fn entry(&mut self, (annotation, key, value): &(Option<String>, Option<String>, Value)) {
        let before =
            self.pick(&[" ", "\t", "\u{3000}", " \\\n", "/* } */ ", " \\ // {\r\n", " /-gone=\"}\" ", "/-(t)1\\\n"]);
        self.out += before;
        if let Some(key) = key {
            self.text(key);
            let equals = self.pick(&["=", " =", "= ", "/**/=\\\n"]);
            self.out += equals;
        }
        self.annotation(annotation.as_deref());
        match value {
            Value::Null => self.out += "#null",
            Value::Bool(value) => self.out += &format!("#{value}"),
            Value::Number(spelling) => self.out += spelling,
            Value::Text(text) => self.text(text),
        }
    }

    fn annotation(&mut self, annotation: Option<&str>) {
        if let Some(annotation) = annotation {
            let open = self.pick(&["(", "( ", "(\\\n"]);
            self.out += open;
            self.text(annotation);
            let close = self.pick(&[")", " )", ") ", ")/* ( */"]);
            self.out += close;
        }
    }

    fn text(&mut self, text: &str) {
        match self.pick(&["bare", "raw", "lines", "codes"]) {
            "raw" if is_raw(text) => {
                let marks = "#".repeat(text.len() + 1);
                self.out += &format!("{marks}\"{text}\"{marks}");
            }
            "lines" => lines(text, &mut self.out),
            "codes" => {
                let codes: String =
                    text.chars().map(|character| format!("\\u{{{:X}}}", u32::from(character))).collect();
                self.out += &format!("\"{codes}\"");
            }
            _ => text::print_text(text, &mut self.out),
        }
    }
}

/// A multi-line string. Escapes keep the lines that are spaces only from being emptied.
fn lines(text: &str, out: &mut String) {
    out.push_str("\"\"\"\r\n");
    for line in text.split('\n') {
        let blank = line.chars().all(char::is_whitespace) && !line.is_empty();
        out.push_str("\t\u{2003}");
        if blank {
            line.chars().for_each(|character| *out += &format!("\\u{{{:x}}}", u32::from(character)));
        } else {
            text::escape(line, out);
        }
        out.push('\n');
    }
    out.push_str("\t\u{2003}\\   \u{2003}\"\"\"");
}

/// Whether a text can stand in a raw string on one line.
fn is_raw(text: &str) -> bool {
    !text.chars().any(|character| text::must_escape(character) && character != '\t') && !text.starts_with('"')
}

fn texts() -> impl Strategy<Value = String> {
    let words = "[a-z.-][a-z0-9.-]{0,6}";
    prop_oneof![
        words,
        any::<String>(),
        prop::sample::select(PIECES).prop_map(str::to_owned),
        "[ \t\n\"#\\\\a\u{2028}]{0,9}"
    ]
}

fn values() -> impl Strategy<Value = Value> {
    let decimal = "[+-]?[0-9][0-9_]{0,4}(\\.[0-9][0-9_]{0,3})?([eE][+-]?[0-9][0-9_]{0,2})?";
    let others = "[+-]?(0x[0-9a-fA-F][0-9a-fA-F_]{0,5}|0o[0-7][0-7_]{0,5}|0b[01][01_]{0,5})|#inf|#-inf|#nan";
    prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::Bool),
        decimal.prop_map(Value::Number),
        others.prop_map(Value::Number),
        texts().prop_map(Value::Text),
    ]
}

fn nodes() -> impl Strategy<Value = Plain> {
    let annotation = || prop::option::weighted(0.2, texts());
    let entry = (annotation(), prop::option::of(texts()), values());
    let head = (annotation(), texts(), prop::collection::vec(entry, 0..4)).boxed();
    let leaf =
        head.clone().prop_map(|(annotation, name, entries)| Plain { annotation, name, entries, children: vec![] });
    leaf.prop_recursive(5, 20, 4, move |inner| {
        (head.clone(), prop::collection::vec(inner, 0..4)).prop_map(|((annotation, name, entries), children)| Plain {
            annotation,
            name,
            entries,
            children,
        })
    })
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn arbitrary_texts_have_places(text in any::<String>()) {
        case::parse(&text);
    }

    #[test]
    fn meaningful_pieces_have_places(pieces in prop::collection::vec(prop::sample::select(PIECES), 0..40)) {
        case::parse(&pieces.concat());
    }

    #[test]
    fn mutated_texts_have_places(
        edits in prop::collection::vec((any::<prop::sample::Index>(), 0_usize..4, prop::sample::select(PIECES)), 1..6)
    ) {
        let mut text = VALID.to_owned();
        for (at, cut, piece) in edits {
            let start = text.floor_char_boundary(at.index(text.len() + 1));
            let end = text.ceil_char_boundary((start + cut).min(text.len()));
            text.replace_range(start..end, piece);
        }
        case::parse(&text);
    }

    #[test]
    fn printed_trees_are_read_again(
        nodes in prop::collection::vec(nodes(), 0..3),
        dice in prop::collection::vec(any::<u8>(), 1..99),
    ) {
        let mut writer = Writer { out: String::new(), dice: dice.iter().cycle() };
        nodes.iter().for_each(|node| writer.write(node));
        let case = case::parse(&writer.out);
        prop_assert!(case.found.is_empty(), "{:#?}\n{}", case.found, writer.out);
        let read: Vec<_> = case.tree.root().below().map(plain).collect();
        prop_assert_eq!(read, nodes);
    }
}
