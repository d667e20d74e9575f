//! What editors are told: each in three lines, and each starts the server by the same words.

#[cfg(unix)]
use std::process::{Command, Output};

use ambit_tests::house;
use serde_json::Value;
use toml::Table;

fn table(path: &str) -> Table {
    house::read(&house::at(path)).parse().unwrap()
}

#[test]
fn every_editor_has_three_lines_of_instructions() {
    let folders = house::folders(&house::at("editors"));
    assert_eq!(folders.len(), 5);
    for folder in folders {
        let text = house::read(&folder.join("README.md"));
        let steps = text.lines().filter(|line| line.starts_with(|c: char| c.is_ascii_digit())).count();
        assert!(steps == 3 && text.contains("\n1. Install the tool"), "{}: {steps} lines", house::shown(&folder));
        let overview = house::read(&house::at("docs/editors.md"));
        assert!(overview.contains(&format!("../{}/README.md", house::shown(&folder))), "{}", house::shown(&folder));
    }
}

#[test]
fn helix_asks_the_server_about_every_syntax() {
    let languages = table("editors/helix/languages.toml");
    let server = &languages["language-server"]["plugin-check"];
    assert_eq!((server["command"].as_str(), &server["args"]), (Some("plugin-check"), &toml::Value::from(vec!["lsp"])));
    for language in ["kdl", "yaml", "json"] {
        let all = languages["language"].as_array().unwrap();
        let one = all.iter().find(|one| one["name"].as_str() == Some(language)).unwrap();
        let servers = one["language-servers"].as_array().unwrap();
        assert!(servers.iter().any(|server| server.as_str() == Some("plugin-check")), "{language}");
    }
}

#[test]
fn zed_has_an_extension_for_the_server() {
    let extension = table("editors/zed/extension.toml");
    let languages = extension["language_servers"]["plugin-check"]["languages"].as_array().unwrap();
    assert_eq!(languages, &["KDL", "YAML", "JSON"].map(toml::Value::from));
    let cargo = table("editors/zed/Cargo.toml");
    let source = house::read(&house::at("editors/zed").join(cargo["lib"]["path"].as_str().unwrap()));
    assert!(source.contains("\"lsp\"") && source.contains("register_extension!"));
}

/// Packages are fetched from whatever registry a machine uses, and are what their hashes say.
#[test]
fn the_lock_of_packages_names_no_registry() {
    let lock: Value = serde_json::from_str(&house::read(&house::at("editors/vscode/package-lock.json"))).unwrap();
    let packages = lock["packages"].as_object().unwrap();
    assert!(packages.len() > 50, "{} packages", packages.len());
    for (name, package) in packages.iter().filter(|(name, _)| !name.is_empty()) {
        assert!(package["resolved"].is_null() && package["integrity"].is_string(), "{name}: {package}");
    }
}

/// Says what is missing by the names of programs, and installs nothing where nobody can.
#[test]
#[cfg(unix)]
fn the_installer_says_what_is_missing() {
    let tools = tempfile::tempdir().unwrap();
    let run = |words: &[&str]| -> Output {
        let mut installer = Command::new(tools.path().join("bash"));
        installer.arg(house::at("tools/parts/install.sh")).args(words).env("PATH", tools.path()).output().unwrap()
    };
    let found = |name: &str| {
        let all = std::env::var_os("PATH").unwrap();
        std::env::split_paths(&all).map(|folder| folder.join(name)).find(|path| path.is_file()).unwrap()
    };
    for name in ["bash", "cat", "cut", "tr"] {
        std::os::unix::fs::symlink(found(name), tools.path().join(name)).unwrap();
    }
    let valgrind = if cfg!(target_os = "linux") { "valgrind " } else { "" };
    let checked = run(&["--check"]);
    let programs = "git node npm nvim groff emacs eglot clang wasm-ld python3";
    let files = "*/wasm32-wasi/stdio.h */libclang_rt.builtins*wasm32*";
    assert_eq!(
        (checked.status.code(), String::from_utf8_lossy(&checked.stdout).as_ref()),
        (Some(1), format!("missing: {programs} {files} {valgrind}\n").as_str())
    );
    let installed = run(&[]);
    let said = String::from_utf8_lossy(&installed.stderr);
    assert!(installed.status.code() == Some(1) && said.starts_with("install these by hand"), "{said}");
    // An Emacs that ends well is one that has eglot, and whatever is looked for is found.
    for name in ["git", "node", "npm", "nvim", "groff", "emacs", "clang", "wasm-ld", "python3", "find", "valgrind"] {
        let does = if name == "find" { "#!/bin/sh\necho found\n" } else { "" };
        std::fs::write(tools.path().join(name), does).unwrap();
        let path = tools.path().join(name);
        std::fs::set_permissions(&path, std::os::unix::fs::PermissionsExt::from_mode(0o700)).unwrap();
    }
    assert_eq!(run(&[]).status.code(), Some(0), "nothing is missing, and nothing is done");
}
