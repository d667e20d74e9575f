//! The command line as people and scripts use it: every command, every exit code, what goes to which stream.

#[cfg(unix)]
#[path = "cli/action.rs"]
mod action;
#[cfg(unix)]
#[path = "cli/comments.rs"]
mod comments;
#[path = "cli/config.rs"]
mod config;
#[path = "cli/diff.rs"]
mod diff;
#[path = "cli/emacs.rs"]
mod emacs;
#[path = "cli/fix.rs"]
mod fix;
#[path = "cli/fmt.rs"]
mod fmt;
#[path = "cli/lock.rs"]
mod lock;
#[path = "cli/neovim.rs"]
mod neovim;
#[path = "cli/pipelines.rs"]
mod pipelines;
#[path = "cli/printed.rs"]
mod printed;
#[cfg(unix)]
#[path = "cli/review.rs"]
mod review;
#[path = "cli/stage.rs"]
mod stage;
#[path = "cli/suppress.rs"]
mod suppress;
#[path = "cli/suggest.rs"]
mod suggest;
#[cfg(unix)]
#[path = "cli/load.rs"]
mod load;
#[cfg(unix)]
#[path = "cli/watch.rs"]
mod watch;

use std::fs;

use serde_json::Value;
use stage::{Run, Stage, check, example};

#[test]
fn a_clean_folder_exits_0_with_a_summary_on_standard_error() {
    let run = check(&[&example()]);
    assert_eq!((run.code, run.out.as_str(), run.err.as_str()), (0, "", "1 plugin, 0 errors, 0 warnings\n"));
}

#[test]
fn errors_exit_1_in_every_format_and_say_where() {
    let stage = Stage::new(&[("plugins/demo/plugin.kdl", "id \"demo\"\nversion \"1\"\n")]);
    let human = stage.check(&["."]);
    assert!(
        human.out.contains("error[M005] bad-version") && human.out.contains("[plugins/demo/plugin.kdl:2:9]"),
        "{human:?}"
    );
    assert_eq!((human.code, human.err.as_str()), (1, "1 plugin, 1 error, 1 warning\n1 can be fixed with `--fix`\n"));
    let short = stage.check(&["--format", "short"]);
    assert!(short.out.contains("plugins/demo/plugin.kdl:2:9: error[M005]: "), "{short:?}");
    assert_eq!((short.code, short.err.as_str()), (1, ""));
    let json = stage.check(&["--format", "json", "--quiet"]);
    let found: Value = serde_json::from_str(&json.out).unwrap();
    assert_eq!((json.code, found.as_array().unwrap().len()), (1, 1));
    assert_eq!((&found[0]["code"], &found[0]["line"], &found[0]["column"]), (&"M005".into(), &2.into(), &9.into()));
}

#[test]
fn what_cannot_be_checked_exits_2_and_the_rest_is_checked() {
    let stage = Stage::new(&[]);
    let run = stage.check(&["nowhere", "."]);
    assert_eq!(run.code, 2);
    assert!(run.err.contains("plugin-check: cannot read `nowhere`"), "{run:?}");
    assert!(run.err.contains("1 plugin, "), "{run:?}");
    assert_eq!(stage.check(&["--format", "loud"]).code, 2);
    fs::create_dir(stage.path("empty")).unwrap();
    let nothing = stage.check(&["empty"]);
    assert_eq!(nothing.code, 2);
    assert!(nothing.err.starts_with("plugin-check: nothing to check in `empty`"), "{nothing:?}");
}

#[test]
fn a_lone_manifest_is_linted_alone_or_for_a_host_that_is_named() {
    let stage = Stage::new(&[]);
    let alone = stage.check(&["plugins/demo/plugin.kdl"]);
    assert!(alone.code == 0 && alone.out.contains("note[H001] no-profile"), "{alone:?}");
    let hosted = stage.check(&["plugins/demo/plugin.kdl", "--host", "host.kdl"]);
    assert!(hosted.code == 0 && !hosted.out.contains("H001"), "{hosted:?}");
    for lone in ["host.kdl", "grants.kdl"] {
        fs::write(stage.path("grants.kdl"), "layer \"user\"\n").unwrap();
        let run = stage.check(&[lone]);
        assert_eq!((run.code, run.err.as_str()), (0, "0 plugins, 0 errors, 0 warnings\n"), "{run:?}");
    }
}

#[test]
fn the_folder_above_several_hosts_is_checked_whole_with_what_belongs_to_none() {
    let stage = Stage::new(&[("more/host.kdl", stage::HOST), ("more/p/plugin.kdl", "id \"p\"\n")]);
    fs::create_dir(stage.path("below")).unwrap();
    fs::rename(stage.path("host.kdl"), stage.path("below/host.kdl")).unwrap();
    let run = stage.check(&["--format", "short"]);
    assert_eq!(run.code, 1);
    assert!(run.out.contains("more/p/plugin.kdl:1:1: error[M002]"), "{run:?}");
    assert!(run.out.contains("plugins/demo/plugin.kdl:1:1: note[H001]"), "{run:?}");
    let plan = stage.check(&["plan", "."]);
    assert_eq!((plan.code, plan.out.as_str()), (2, ""));
    assert!(plan.err.contains("`.` holds several workspaces: name one of them\n"), "{plan:?}");
    assert!(plan.err.contains("below") && plan.err.contains("more"), "{plan:?}");
}

#[test]
fn a_plan_is_the_same_bytes_every_time_and_can_be_written_to_a_file() {
    let (first, second) = (check(&["plan", &example()]), check(&["plan", &example()]));
    assert_eq!(first.code, 0);
    assert!(first.out.starts_with("{\n") && first.out == second.out);
    let stage = Stage::new(&[]);
    fs::write(stage.path("plan.json"), "old").unwrap();
    let run = stage.check(&["plan", &example(), "-o", "plan.json"]);
    assert_eq!((run.code, run.out.as_str()), (0, ""));
    assert_eq!(fs::read_to_string(stage.path("plan.json")).unwrap(), first.out);
    let beside = fs::read_dir(stage.path("")).unwrap().count();
    assert_eq!(beside, 3, "no temporary file is left");
}

#[test]
fn there_is_no_plan_and_no_output_where_there_are_errors_or_no_host() {
    let stage = Stage::new(&[("plugins/demo/plugin.kdl", "id \"demo\"\n")]);
    let run = stage.check(&["plan", ".", "-o", "plan.json"]);
    assert_eq!((run.code, run.out.as_str()), (1, ""));
    assert!(run.err.contains("error[M002]") && run.err.ends_with("no plan was made: there are errors\n"), "{run:?}");
    assert!(!stage.path("plan.json").exists());
    fs::write(stage.path("plugins/demo/plugin.kdl"), "id \"demo\"\nversion \"0.1.0\"\n").unwrap();
    fs::remove_file(stage.path("host.kdl")).unwrap();
    let run = stage.check(&["plan", "."]);
    assert_eq!((run.code, run.out.as_str()), (1, ""));
    assert!(run.err.contains("there is no host profile"), "{run:?}");
}

#[test]
fn a_plan_does_not_say_where_its_folders_stand() {
    let stage = Stage::new(&[("elsewhere/org.kdl", "layer \"organisation\"\n")]);
    let run = stage.check(&["plan", ".", "--host", "host.kdl", "--grants", "elsewhere/org.kdl"]);
    assert_eq!(run.code, 0, "{run:?}");
    assert!(
        run.out.contains("\"elsewhere/org.kdl\"") && !run.out.contains(&*stage.path("").to_string_lossy()),
        "{run:?}"
    );
}

/// Which layer a file is for is in its name; a name that says no layer is not passed over.
#[test]
fn grants_of_every_layer_are_found_and_others_are_refused() {
    let deny = "deny \"*\" { fs.read \"./\" }\n";
    let stage = Stage::new(&[("grants.workspace.kdl", deny), ("grants.json", "{\"layer\": \"system\"}\n")]);
    let run = stage.check(&["plan", "."]);
    assert!(run.code == 0 && run.out.contains("\"layer\": \"workspace\""), "{run:?}");
    assert!(run.out.contains("\"grants.json\"") && run.out.contains("\"grants.workspace.kdl\""), "{run:?}");
    let lone = stage.check(&["grants.workspace.kdl"]);
    assert_eq!((lone.code, lone.err.as_str()), (0, "0 plugins, 0 errors, 0 warnings\n"), "{lone:?}");
    fs::rename(stage.path("grants.workspace.kdl"), stage.path("grants.wrkspace.kdl")).unwrap();
    let run = stage.check(&["plan", "."]);
    assert!(run.code == 2 && run.err.contains("its name says the layer `wrkspace`, which is none of"), "{run:?}");
    let run = stage.check(&["plan", ".", "--grants", "grants.wrkspace.kdl"]);
    assert!(run.code == 0 && run.out.contains("\"layer\": \"wrkspace\""), "{run:?}");
}

#[test]
fn why_says_which_lines_decide() {
    let yes = check(&["why", &example(), "text-tool", "fs.read", "./in/a.txt"]);
    assert_eq!(yes.code, 0);
    assert!(yes.out.starts_with("allowed: `text-tool` can read `./in/a.txt`\n"), "{yes:?}");
    for line in ["  yes  the manifest asks for it\n", "  yes  a grant allows it\n", "/grants.kdl:5:13\n"] {
        assert!(yes.out.contains(line), "{yes:?}");
    }
    let no = check(&["why", &example(), "text-tool", "fs.read", "~/.ssh/id"]);
    assert_eq!(no.code, 1);
    assert!(no.out.starts_with("denied: `text-tool` cannot read `/home/user/.ssh/id`\n"), "{no:?}");
    assert!(no.out.contains("  no   a grant denies `/home/user/.ssh/id`") && no.out.contains("\nhelp: "), "{no:?}");
    let json = check(&["why", &example(), "text-tool", "fs.read", "~/x", "--format", "json"]);
    let answer: Value = serde_json::from_str(&json.out).unwrap();
    assert_eq!((json.code, &answer["allowed"], &answer["target"]), (1, &false.into(), &"/home/user/x".into()));
    assert_eq!(answer["steps"].as_array().unwrap().len(), 4);
}

#[test]
fn why_not_names_the_edits_and_their_places() {
    let words = ["why-not", &example(), "text-tool", "fs.read", "~/.ssh/id"];
    let run = check(&words);
    assert_eq!(run.code, 1);
    for line in [
        "\nblocked by: manifest, grants\n",
        "\nhelp: 3 edits allow it, and all of them are needed:\n  1. ",
        "/plugin.kdl:18 (manifest): add below this line\n       fs.read \"/home/user/.ssh/id\"\n",
        "/grants.kdl:10:13 (grants): take out the pattern here",
        "\nit gives `text-tool`: fs.read `/home/user/.ssh/id`\n",
    ] {
        assert!(run.out.contains(line), "{line}: {run:?}");
    }
    let run = check(&[&words[..], &["--format", "json"]].concat());
    let answer: Value = serde_json::from_str(&run.out).unwrap();
    let change = &answer["change"];
    assert_eq!((run.code, &change["total"], &change["possible"]), (1, &3.into(), &true.into()));
    assert_eq!(change["blockers"], serde_json::json!(["manifest", "grants"]));
    assert_eq!((&change["edits"][1]["action"], &change["edits"][1]["column"]), (&"remove".into(), &13.into()));
    let run = check(&["why-not", &example(), "text-tool", "fs.read", "./in/a"]);
    assert_eq!((run.code, run.out.as_str()), (0, "allowed: `text-tool` can read `./in/a`\n"));
    assert_eq!(check(&["why-not", &example(), "text-tol", "fs.read", "./in/a"]).code, 2);
}

#[test]
fn what_cannot_be_asked_exits_2_and_says_what_was_meant() {
    let ask = |words: [&str; 3]| check(&["why", &example(), words[0], words[1], words[2]]);
    let cases = [
        (["text-tol", "fs.read", "./in"], "there is no plugin `text-tol`; did you mean `text-tool`?"),
        (["text-tool", "fs.raed", "./in"], "there is no capability `fs.raed`; did you mean `fs.read`?"),
        (["text-tool", "fs.read", "in"], "`in` cannot be a target of `fs.read`"),
        (["text-tool", "fs.read", "${work}/a"], "names the folder `work`, which the host profile does not define"),
    ];
    for (words, expected) in cases {
        let run = ask(words);
        assert_eq!((run.code, run.out.as_str()), (2, ""), "{run:?}");
        assert!(run.err.contains(expected), "{run:?}");
    }
    let stage = Stage::new(&[("plugins/demo/plugin.kdl", "id \"demo\"\n")]);
    let run = stage.check(&["why", ".", "demo", "fs.read", "./in"]);
    assert_eq!((run.code, run.out.as_str()), (2, ""));
    assert!(
        run.err.contains("error[M002]") && run.err.contains("there is no plan to ask: there are errors"),
        "{run:?}"
    );
}

#[test]
fn who_can_lists_plugins() {
    let run = check(&["who-can", &example(), "fs.write", "./out/a"]);
    assert!(run.code == 0 && run.out.starts_with("1 plugin can write `./out/a`:\n  text-tool 0.1.0  "), "{run:?}");
    let run = check(&["who-can", &example(), "fs.write", "/etc/a"]);
    assert_eq!((run.code, run.out.as_str()), (1, "no plugin can write `/etc/a`\n"));
    let run = check(&["who-can", &example(), "fs.write", "./out/a", "--format", "json"]);
    let answer: Value = serde_json::from_str(&run.out).unwrap();
    assert_eq!((run.code, &answer["plugins"][0]["id"]), (0, &"text-tool".into()));
    assert_eq!(check(&["who-can", &example(), "fs.write", "out"]).code, 2);
}

#[test]
fn who_can_takes_no_folder_of_each_plugin() {
    let host = "host \"demo\"\nversion \"1.0.0\"\ntiers \"wasm\"\nfolders {\n    own \"./own/${plugin.id}\"\n    all \"./all\"\n}\n";
    let stage =
        Stage::new(&[("host.kdl", host), ("plugins/a/plugin.kdl", "id \"a\"\nversion \"0.1.0\"\nlicense \"MIT\"\n")]);
    for (target, code) in [("${own}/x", 2), ("./${plugin.id}/x", 2), ("${all}/x", 1)] {
        let run = stage.check(&["who-can", ".", "fs.read", target]);
        assert_eq!((run.code, run.err.contains("is another folder for each plugin")), (code, code == 2), "{run:?}");
    }
}

/// `a` may do nothing, and moves `b`, which may.
fn two() -> Stage {
    let host = "host \"demo\"\nversion \"1.0.0\"\ntiers \"wasm\"\ncapabilities {\n    net.connect \"*://10.0.0.0/8:*\"\n    \
                message.send \"*\"\n}\n";
    let grants =
        "allow \"b\" {\n    net.connect \"tcp://10.1.0.0/16:80\"\n}\nallow \"a\" {\n    message.send \"b\"\n}\n";
    Stage::new(&[
        ("host.kdl", host),
        ("grants.kdl", grants),
        ("plugins/a/plugin.kdl", "id \"a\"\nversion \"0.1.0\"\ncapabilities {\n    message.send \"b\"\n}\n"),
        (
            "plugins/b/plugin.kdl",
            "id \"b\"\nversion \"0.1.0\"\ncapabilities {\n    net.connect \"tcp://10.1.0.0/16:80\"\n}\n",
        ),
    ])
}

#[test]
fn who_can_takes_patterns_and_follows_the_ways() {
    let stage = two();
    let run = stage.check(&["who-can", ".", "net.connect", "10.0.0.0/8", "--through"]);
    let expected = "1 plugin can connect to something in `10.0.0.0/8`:\n  b 0.1.0  plugins/b/plugin.kdl:1:4  for example `tcp://10.1.0.0:80`\n\n\
                    1 plugin may not, and can reach one that may:\n  a 0.1.0  plugins/a/plugin.kdl:1:4\n    can send messages to `b`\n";
    assert_eq!((run.code, run.out.as_str()), (0, expected), "{run:?}");
    let run = stage.check(&["who-can", ".", "net.connect", "tcp://10.1.2.3:80", "--through", "--format", "json"]);
    let answer: Value = serde_json::from_str(&run.out).unwrap();
    assert_eq!((run.code, &answer["pattern"], &answer["plugins"][0]["witness"]), (0, &false.into(), &Value::Null));
    assert_eq!(answer["through"][0]["way"], serde_json::json!([{"how": "message", "to": "b"}]));
    assert_eq!(stage.check(&["who-can", ".", "net.connect", "10.2.0.0/16"]).code, 1);
    assert_eq!(stage.check(&["who-can", ".", "net.connect", "tcp://10.0.0.0/8:x"]).code, 2);
    // A name with a star in it is a name, unless it is asked for as a pattern.
    assert_eq!(stage.check(&["who-can", ".", "message.send", "*"]).code, 1);
    assert_eq!(stage.check(&["who-can", ".", "message.send", "*", "--any"]).code, 0);
}

#[test]
fn graphs_are_drawn_in_three_forms() {
    let stage = two();
    let text = "demo 1.0.0: 2 plugins\n\nstage 1\n  a 0.1.0 wasm\n    can send messages to b\n  b 0.1.0 wasm\n";
    assert_eq!(stage.check(&["graph", "."]).out, text);
    let order = stage.check(&["graph", ".", "--what", "order"]);
    assert!(order.code == 0 && !order.out.contains("messages"), "{order:?}");
    let dot = stage.check(&["graph", ".", "--format", "dot"]);
    assert!(dot.out.contains("    \"a\" -> \"b\" [style=dashed label=\"message\"]\n"), "{dot:?}");
    let run = stage.check(&["graph", ".", "--format", "svg", "-o", "graph.svg"]);
    assert_eq!((run.code, run.out.as_str()), (0, ""));
    assert!(fs::read_to_string(stage.path("graph.svg")).unwrap().ends_with("</svg>\n"));
    assert_eq!(stage.check(&["plan", ".", "-o", "plan.json"]).code, 0);
    assert_eq!(stage.check(&["graph", "plan.json"]).out, text);
    assert_eq!(stage.check(&["graph", "nowhere"]).code, 2);
}

#[test]
fn questions_are_answered_from_a_plan_alone() {
    let stage = Stage::new(&[]);
    assert_eq!(stage.check(&["plan", &example(), "-o", "plan.json"]).code, 0);
    let ask = |target: &str| stage.check(&["why", "plan.json", "text-tool", "fs.read", target]);
    assert_eq!((ask("./in/a").code, ask("/etc/passwd").code), (0, 1));
    assert!(ask("~/x").err.contains("a plan keeps no names of folders"), "{:?}", ask("~/x"));
    assert_eq!(stage.check(&["who-can", "plan.json", "fs.write", "./out/a"]).code, 0);
    let text = fs::read_to_string(stage.path("plan.json")).unwrap();
    fs::write(stage.path("plan.json"), text.replace("./out", "/")).unwrap();
    let run = ask("./in/a");
    assert!(run.code == 2 && run.err.starts_with("plugin-check: `plan.json`: "), "{run:?}");
    fs::write(stage.path("plan.json"), "{\"ambit_plan\": ").unwrap();
    assert!(ask("./in/a").err.contains("not a plan"), "{:?}", ask("./in/a"));
}

#[test]
fn explain_prints_pages_and_lists_rules() {
    for rule in ["G001", "g001", "not-granted"] {
        let run = check(&["explain", rule]);
        assert!(run.code == 0 && run.out.starts_with("# G001 not-granted\n"), "{run:?}");
    }
    let all = check(&["explain"]);
    assert_eq!(all.out.lines().count(), ambit_compiler::diag::Code::ALL.len());
    let run = check(&["explain", "not-grnted"]);
    assert_eq!(
        (run.code, run.err.as_str()),
        (2, "plugin-check: there is no rule `not-grnted`; did you mean `not-granted`?\n")
    );
}

#[test]
fn schema_completions_and_help_are_printed() {
    let schema: Value = serde_json::from_str(&check(&["schema"]).out).unwrap();
    assert!(schema["properties"]["ambit_plan"].is_object());
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        let run = check(&["completions", shell]);
        assert!(run.code == 0 && run.out.contains("who-can") && run.out.contains("graph"), "{run:?}");
    }
    let help = check(&["--help"]);
    assert!(help.code == 0 && help.out.contains("Examples:") && help.out.contains("Exit codes:"), "{help:?}");
}

#[test]
fn colour_is_for_terminals_or_for_those_who_ask() {
    let stage = Stage::new(&[("plugins/demo/plugin.kdl", "id \"demo\"\n")]);
    let escapes = |run: &Run| run.out.contains('\u{1b}');
    assert!(!escapes(&stage.check(&["."])));
    assert!(!escapes(&check(&["explain"])));
    assert!(escapes(&stage.check(&[".", "--color", "always"])));
    assert!(!escapes(&stage.check(&[".", "--color", "never"])));
    assert!(!escapes(&check(&["why", &example(), "text-tool", "fs.read", "./in"])));
}

#[test]
fn hostile_text_reaches_no_terminal() {
    let hostile =
        "id \"demo\"\nversion \"\u{1b}]0;x\u{7}\u{202e}\"\ncommands {\n    \"\\u{9b}31m\" \"a\"\n}\n\u{1b}[2J 1\n";
    let stage = Stage::new(&[("plugins/de\u{1b}[1mmo/plugin.kdl", hostile)]);
    for format in ["human", "short", "json"] {
        let run = stage.check(&[".", "--format", format]);
        let is_safe = |text: &str| text.chars().all(|c| c == '\n' || !c.is_control() && c != '\u{202e}');
        assert!(run.code == 1 && is_safe(&run.out) && is_safe(&run.err), "{format}: {run:?}");
    }
    let run = stage.check(&["why", ".", "de\u{1b}mo", "fs.read", "./\u{202e}"]);
    assert!(run.code == 2 && !run.err.contains('\u{1b}') && !run.err.contains('\u{202e}'), "{run:?}");
    assert!(!stage.check(&["no\u{1b}where"]).err.contains('\u{1b}'));
}

#[test]
fn a_reader_that_goes_away_is_no_error() {
    let run = stage::unread(&["explain"]);
    assert_eq!((run.code, run.err.as_str()), (0, ""));
    let run = stage::unread(&["--help"]);
    assert!(!run.err.contains("panicked"), "{run:?}");
}
