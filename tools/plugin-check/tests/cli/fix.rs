//! Fixing as people use it: what is written, what is only shown, and what is left alone.

use std::fs;

use crate::stage::{HOST, Stage};

const WRONG: &str = "id \"demo\" // who\r\nvesion \"0.1\"\r\ncapabilites {\r\n    fs.raed \"./in/\" // why\r\n}\r\n";
const RIGHT: &str =
    "id \"demo\" // who\r\nversion \"0.1.0\"\r\ncapabilities {\r\n    fs.read \"./in/\" // why\r\n}\r\n";

fn stage() -> Stage {
    Stage::new(&[("plugins/demo/plugin.kdl", WRONG), ("grants.kdl", "layer \"user\"\n")])
}

#[test]
fn fixes_are_written_and_what_is_left_is_told() {
    let stage = stage();
    let before = stage.check(&["."]);
    assert!(before.code == 1 && before.err.ends_with(" can be fixed with `--fix`\n"), "{before:?}");
    let run = stage.check(&["--fix"]);
    assert_eq!(fs::read_to_string(stage.path("plugins/demo/plugin.kdl")).unwrap(), RIGHT);
    assert!(run.err.starts_with("4 fixes made in 1 file\n") && run.out.contains("error[G001]"), "{run:?}");
    assert!(run.err.ends_with("1 can be fixed with `--fix --unsafe`\n") && run.code == 1, "{run:?}");
    let run = stage.check(&["--fix", "--unsafe", "--format", "short"]);
    let grants = fs::read_to_string(stage.path("grants.kdl")).unwrap();
    assert_eq!(grants, "layer \"user\"\n\nallow \"demo\" {\n    fs.read \"./in/\"\n}\n");
    assert!(run.code == 0 && run.err == "1 fix made in 1 file\n", "{run:?}");
    assert_eq!(stage.check(&["--fix", "--unsafe"]).err.lines().next(), Some("0 fixes made in 0 files"));
}

#[test]
fn a_diff_is_shown_and_nothing_is_written() {
    let stage = stage();
    let run = stage.check(&["--diff"]);
    assert_eq!((run.code, run.err.as_str()), (1, ""));
    for line in
        ["--- a/plugins/demo/plugin.kdl\n", "-vesion \"0.1\"\r\n", "+version \"0.1.0\"\r\n", "@@ -1,5 +1,5 @@\n"]
    {
        assert!(run.out.contains(line), "{line:?} {run:?}");
    }
    assert!(stage.check(&["--diff", "--unsafe"]).out.contains("+++ b/grants.kdl\n"));
    assert_eq!(fs::read_to_string(stage.path("plugins/demo/plugin.kdl")).unwrap(), WRONG);
    stage.check(&["--fix", "--unsafe"]);
    assert_eq!((stage.check(&["--diff", "--unsafe"]).code, stage.check(&["--diff"]).out.as_str()), (0, ""));
    assert_eq!(stage.check(&["--unsafe"]).code, 2);
}

#[test]
fn each_syntax_keeps_its_own_writing() {
    let yaml =
        "# grants\nallow:\n  demo:\n    # only texts\n    env.read: [LANG, HOME] # both\n    fs.read: \"./in/\"\n";
    let json = "{\n\t\"allow\": {\n\t\t\"demo\": {\n\t\t\t\"env.read\": [\"HOME\", \"LANG\"]\n\t\t}\n\t}\n}\n";
    let host = format!("{}\ncapabilities {{ env.read \"**\"; fs.read \"./\" }}\n", HOST.split("capab").next().unwrap());
    let manifest =
        "id \"demo\"\nversion \"0.1.0\"\ncapabilities {\n    fs.read \"./in/\" \"./more/\"\n    env.read \"LANG\"\n}\n";
    let texts =
        [("g.yaml", yaml), ("g.json", json), ("host.kdl", host.as_str()), ("plugins/demo/plugin.kdl", manifest)];
    let stage = Stage::new(&texts);
    let fixed = |grants: &str| {
        let run = stage.check(&["--fix", "--unsafe", "--grants", grants]);
        assert_eq!(run.code, 0, "{run:?}");
        fs::read_to_string(stage.path(grants)).unwrap()
    };
    let expected = "# grants\nallow:\n  demo:\n    # only texts\n    env.read: [LANG] # both\n    fs.read: [\"./in/\", \"./more/\"]\n";
    assert_eq!(fixed("g.yaml"), expected);
    let expected = "{\n\t\"allow\": {\n\t\t\"demo\": {\n\t\t\t\"env.read\": [\"LANG\"],\n\t\t\t\"fs.read\": [\"./in/\", \"./more/\"]\n\t\t}\n\t}\n}\n";
    assert_eq!(fixed("g.json"), expected);
}

#[test]
fn what_a_text_says_last_is_not_left_empty() {
    let grants = "allow \"demo\" { env.read \"HOME\" } // all of it\nallow \"demo\" { fs.read \"./in/\" }\n";
    let manifest = "id \"demo\"\nversion \"0.1.0\"\ncapabilities { fs.read \"./in/\" }\n";
    let stage = Stage::new(&[("grants.kdl", grants), ("plugins/demo/plugin.kdl", manifest)]);
    assert_eq!(stage.check(&["--fix", "--unsafe"]).code, 0);
    let text = fs::read_to_string(stage.path("grants.kdl")).unwrap();
    assert_eq!(text, " // all of it\nallow \"demo\" { fs.read \"./in/\" }\n");
}

#[cfg(unix)]
#[test]
fn permissions_stay_and_links_out_of_the_folder_are_not_written_through() {
    use std::os::unix::fs::{PermissionsExt, symlink};
    let stage = stage();
    let path = stage.path("plugins/demo/plugin.kdl");
    fs::set_permissions(&path, fs::Permissions::from_mode(0o640)).unwrap();
    stage.check(&["--fix"]);
    assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o640);
    fs::create_dir(stage.path("elsewhere")).unwrap();
    fs::write(stage.path("elsewhere/other.kdl"), WRONG).unwrap();
    fs::create_dir(stage.path("alone")).unwrap();
    symlink("../elsewhere/other.kdl", stage.path("alone/plugin.kdl")).unwrap();
    let run = stage.check(&["--fix", "alone/plugin.kdl"]);
    assert!(run.code == 2 && run.err.contains("it is a link that leads out of the folder"), "{run:?}");
    assert_eq!(fs::read_to_string(stage.path("elsewhere/other.kdl")).unwrap(), WRONG);
}

#[test]
fn rules_are_made_graver_or_left_out_but_errors_stay() {
    let stage = Stage::new(&[]);
    let codes = |words: &[&str]| {
        let run = stage.check(&[&["--format", "short"], words].concat());
        (run.code, run.out)
    };
    assert_eq!(codes(&[]), (0, codes(&["--warn", "M014"]).1));
    let (code, out) = codes(&["--deny", "warnings"]);
    assert!(code == 1 && out.contains("error[M014]"), "{out}");
    assert_eq!(codes(&["--deny", "warnings", "--allow", "no-artifact"]), (0, String::new()));
    assert_eq!(codes(&["--deny", "M014", "--allow", "warnings"]).0, 1);
    let run = stage.check(&["--allow", "G001"]);
    assert!(run.code == 2 && run.err.contains("`G001` not-granted is an error"), "{run:?}");
    assert!(stage.check(&["--warn", "no-artefact"]).err.contains("did you mean `no-artifact`?"));
}
