//! Texts laid out from the command line: what is written, what is only said, and what is left alone.

use std::fs;

use crate::stage::{HOST, Stage};

const LOOSE: &str = "id   \"demo\"; version \"0.1.0\" // first\ncommands{\n  go \"Goes\"}\n";
const LAID: &str = "id \"demo\"; version \"0.1.0\" // first\ncommands {\n    go \"Goes\"\n}\n";

#[test]
fn a_text_is_laid_out_once() {
    let stage = Stage::new(&[("plugins/demo/plugin.kdl", LOOSE)]);
    let run = stage.check(&["fmt"]);
    assert_eq!((run.code, run.out.as_str(), run.err.as_str()), (0, "", "2 texts, 1 laid out, 0 left alone\n"));
    assert_eq!(fs::read_to_string(stage.path("plugins/demo/plugin.kdl")).unwrap(), LAID);
    assert_eq!(fs::read_to_string(stage.path("host.kdl")).unwrap(), HOST);
    let run = stage.check(&["fmt", "--check", "."]);
    assert_eq!((run.code, run.out.as_str(), run.err.as_str()), (0, "", "2 texts, 0 to lay out, 0 left alone\n"));
}

#[test]
fn check_and_diff_write_nothing() {
    let stage = Stage::new(&[("plugins/demo/plugin.kdl", LOOSE)]);
    let run = stage.check(&["fmt", "--check", "plugins/demo/plugin.kdl"]);
    assert_eq!((run.code, run.out.as_str()), (1, "plugins/demo/plugin.kdl\n"));
    let run = stage.check(&["fmt", "--diff", "plugins/demo/plugin.kdl"]);
    assert!(run.code == 1 && run.out.contains("\n-commands{\n") && run.out.contains("\n+commands {\n"), "{run:?}");
    assert_eq!(fs::read_to_string(stage.path("plugins/demo/plugin.kdl")).unwrap(), LOOSE);
}

#[test]
fn what_cannot_be_read_is_left_alone_and_named() {
    let broken = "id   \"demo\nversion \"0.1.0\"\n";
    let stage = Stage::new(&[("plugins/demo/plugin.kdl", broken)]);
    let run = stage.check(&["fmt"]);
    assert!(
        run.code == 1 && run.err.starts_with("`plugins/demo/plugin.kdl` is left alone: it cannot be read"),
        "{run:?}"
    );
    assert_eq!(fs::read_to_string(stage.path("plugins/demo/plugin.kdl")).unwrap(), broken);
    assert_eq!(stage.check(&["fmt", "nowhere"]).code, 2);
}
