//! What the tool prints of itself: schemas and manual pages.

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

use serde_json::Value;

use crate::stage::{Stage, check};

#[test]
fn every_schema_is_the_one_that_is_kept() {
    for of in ["manifest", "profile", "grants", "index", "lock", "plan"] {
        let kept = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("../../docs/{of}.schema.json"));
        let run = check(&["schema", of]);
        assert!(run.code == 0 && run.out == fs::read_to_string(kept).unwrap(), "{of}");
        let schema: Value = serde_json::from_str(&run.out).unwrap();
        assert!(schema["title"].is_string() && schema["$schema"].is_string(), "{of}");
    }
    assert_eq!(check(&["schema"]).out, check(&["schema", "plan"]).out);
    let run = check(&["schema", "manifst"]);
    assert!(run.code == 2 && run.err.contains("a similar value exists: 'manifest'"), "{run:?}");
}

#[test]
fn every_command_has_its_manual_page() {
    let stage = Stage::new(&[]);
    fs::create_dir(stage.path("man")).unwrap();
    let run = stage.check(&["man", "--out", "man"]);
    assert_eq!((run.code, run.out.as_str(), run.err.as_str()), (0, "", ""));
    let mut pages: Vec<_> = fs::read_dir(stage.path("man")).unwrap().map(|entry| entry.unwrap().path()).collect();
    pages.sort();
    let names: Vec<_> = pages.iter().map(|path| path.file_name().unwrap().to_str().unwrap()).collect();
    for name in ["plugin-check.1", "plugin-check-why.1", "plugin-check-diff.1", "plugin-check-man.1"] {
        assert!(names.contains(&name), "{names:?}");
    }
    for page in &pages {
        let text = fs::read_to_string(page).unwrap();
        let heads: Vec<&str> = text.lines().filter_map(|line| line.strip_prefix(".SH ")).collect();
        assert!(text.contains(".TH ") && heads.starts_with(&["NAME", "SYNOPSIS", "DESCRIPTION"]), "{heads:?}");
        formatted(page);
    }
    let run = check(&["man"]);
    assert_eq!((run.code, run.out), (0, fs::read_to_string(stage.path("man/plugin-check.1")).unwrap()));
    assert_eq!(stage.check(&["man", "--out", "nowhere"]).code, 2);
}

/// What `groff` has to say of a page, where there is one: nothing.
fn formatted(page: &Path) {
    let groff = Command::new("groff").args(["-man", "-Tutf8", "-ww", "-z"]).arg(page).stdin(Stdio::null()).output();
    let Ok(groff) = groff else {
        assert!(std::env::var_os("AMBIT_REQUIRE_PARTS").is_none(), "there is no groff");
        return eprintln!("skipped: there is no groff to format pages");
    };
    assert!(groff.status.success() && groff.stderr.is_empty(), "{}", String::from_utf8_lossy(&groff.stderr));
}
