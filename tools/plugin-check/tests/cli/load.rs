//! What lies on disks: links, pipes, devices, folders in folders. Whatever it is, the linter neither hangs nor passes over it
//! in silence.

use std::fs;
use std::os::unix::fs::symlink;
use std::process::Command;

use crate::stage::{self, Stage};

const DEMO: &str = "id \"demo\"\nversion \"0.1.0\"\n";
const PLUGIN: &str = "id \"other\"\nversion \"0.1.0\"\n";

#[test]
fn pipes_and_devices_are_not_opened() {
    let stage = Stage::new(&[]);
    let pipe = stage.path("plugins/other/plugin.kdl");
    fs::create_dir(pipe.parent().unwrap()).unwrap();
    assert!(Command::new("mkfifo").arg(&pipe).status().unwrap().success());
    for path in [".", "plugins/other/plugin.kdl"] {
        let run = stage.check(&[path]);
        assert!(run.code == 2 && run.err.contains("plugin.kdl`: it is not a regular file"), "{run:?}");
    }
    fs::remove_file(&pipe).unwrap();
    symlink("/dev/zero", &pipe).unwrap();
    assert!(stage.check(&["."]).err.contains("it is not a regular file"));
}

#[test]
fn an_artifact_that_is_a_pipe_is_no_artifact() {
    let stage = Stage::new(&[("plugins/demo/plugin.kdl", "id \"demo\"\nversion \"0.1.0\"\nwasm \"demo.wasm\"\n")]);
    assert!(Command::new("mkfifo").arg(stage.path("plugins/demo/demo.wasm")).status().unwrap().success());
    let run = stage.check(&["--format", "short"]);
    assert!(run.code == 1 && run.out.contains("error[B003]"), "{run:?}");
}

#[test]
fn a_link_that_leads_out_of_the_folder_is_refused_and_one_inside_is_read() {
    let stage = Stage::new(&[("private/secret", "password \"hunter2\"\n"), ("host/host.kdl", stage::HOST)]);
    fs::create_dir_all(stage.path("host/plugins/other")).unwrap();
    symlink(stage.path("private/secret"), stage.path("host/plugins/other/plugin.kdl")).unwrap();
    let run = stage.check(&["host"]);
    assert!(run.code == 2 && run.err.contains("it is a link that leads out of the folder"), "{run:?}");
    assert!(!run.out.contains("hunter2") && !run.err.contains("hunter2"), "{run:?}");
    fs::remove_file(stage.path("host/plugins/other/plugin.kdl")).unwrap();
    fs::write(stage.path("host/common.kdl"), PLUGIN).unwrap();
    symlink("../../common.kdl", stage.path("host/plugins/other/plugin.kdl")).unwrap();
    let run = stage.check(&["host"]);
    assert_eq!((run.code, run.err.as_str()), (0, "1 plugin, 0 errors, 1 warning\n"));
}

#[test]
fn dangling_links_are_told_and_circles_of_folders_are_not_walked() {
    let stage = Stage::new(&[]);
    symlink("..", stage.path("plugins/loop")).unwrap();
    assert_eq!(stage.check(&["."]).code, 0);
    fs::create_dir(stage.path("plugins/other")).unwrap();
    symlink("nothing", stage.path("plugins/other/plugin.kdl")).unwrap();
    let run = stage.check(&["."]);
    assert!(run.code == 2 && run.err.contains("plugins/other/plugin.kdl"), "{run:?}");
}

#[test]
fn both_manifests_of_one_folder_are_read() {
    let texts = [
        ("plugins/demo/plugin.json", "{\"id\": \"demo\", \"version\": \"0.2.0\"}\n"),
        ("plugins/demo/plugin.kdl", DEMO),
    ];
    let stage = Stage::new(&texts);
    let run = stage.check(&["--format", "short"]);
    assert!(run.code == 1 && run.out.contains("error[R008]"), "{run:?}");
}

#[test]
fn a_host_that_is_a_plugin_too_has_plugins_below_it() {
    let stage = Stage::new(&[("plugin.kdl", PLUGIN)]);
    assert_eq!(stage.check(&["."]).err, "2 plugins, 0 errors, 2 warnings\n");
}

#[test]
fn a_folder_called_like_a_manifest_is_a_folder() {
    let stage = Stage::new(&[("plugins/plugin.kdl/x/plugin.yaml", "id: x\nversion: \"0.1.0\"\n")]);
    assert_eq!(stage.check(&["."]).err, "2 plugins, 0 errors, 2 warnings\n");
}

#[test]
fn texts_have_a_limit_each_and_together() {
    let large = "// x\n".repeat(210_000);
    let stage = Stage::new(&[("plugins/large/plugin.kdl", &large)]);
    let run = stage.check(&["--format", "short"]);
    assert!(run.code == 1 && run.out.contains("error[S004]"), "{run:?}");
    for at in 0..128 {
        let folder = stage.path(&format!("plugins/large-{at}"));
        fs::create_dir(&folder).unwrap();
        fs::write(folder.join("plugin.kdl"), &large).unwrap();
    }
    let run = stage.check(&["--format", "short"]);
    let said = "cannot read `.`: the texts of this folder have more than 128 MiB together";
    assert!(run.code == 2 && run.err.contains(said), "{}", run.err);
}

#[test]
fn the_order_of_folders_does_not_matter() {
    let texts = [
        ("plugins/a/plugin.kdl", "id \"a\"\nversion \"1.0.0\"\n"),
        ("plugins/b/plugin.kdl", "id \"b\"\nversion \"1.0.0\"\n"),
    ];
    let backwards: Vec<_> = texts.iter().rev().copied().collect();
    let plan = |texts: &[(&str, &str)]| Stage::new(texts).check(&["plan", "."]).out;
    assert!(!plan(&texts).is_empty());
    assert_eq!(plan(&texts), plan(&backwards));
}

#[test]
fn a_plan_goes_to_what_is_there_and_never_in_the_place_of_a_device() {
    let stage = Stage::new(&[]);
    assert_eq!(stage.check(&["plan", ".", "-o", "/dev/null"]).code, 0);
    assert!(!fs::metadata("/dev/null").unwrap().is_file());
    symlink("real.json", stage.path("link.json")).unwrap();
    fs::write(stage.path("real.json"), "old").unwrap();
    assert_eq!(stage.check(&["plan", ".", "-o", "link.json"]).code, 0);
    assert!(fs::symlink_metadata(stage.path("link.json")).unwrap().is_symlink());
    assert!(fs::read_to_string(stage.path("real.json")).unwrap().contains("ambit_plan"));
    let run = stage.check(&["plan", ".", "-o", "nowhere/plan.json"]);
    assert!(run.code == 2 && run.err.contains("cannot write `nowhere/plan.json`"), "{run:?}");
    assert_eq!(stage.check(&["plan", ".", "-o", "plugins"]).code, 2);
}
