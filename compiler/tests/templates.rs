//! Templates for folders, as attacks on them. Comes in: hosts with folders, and manifests and grants that use `~` and
//! `${…}`. Goes out: a folder is what the profile says, of one plugin where it is one plugin's, and never more.

#![expect(clippy::unwrap_used, reason = "a failed test may panic")]

use ambit_compiler::binary::NoArtifacts;
use ambit_compiler::diag::{Code, Severity};
use ambit_compiler::source::Sources;
use ambit_compiler::{Compilation, Inputs, compile};
use ambit_schema::capability::{Kind, Member};

const FOLDERS: &str = r#"folders {
    home "/home/user"
    workspace "/srv/desk"
    plugin.data "./data/${plugin.id}/"
    own "./own/${plugin.id}"
}
"#;

/// Compiles plugins, each an id and its requests, on a host that offers all folders.
fn compiled(host: &str, plugins: &[(&str, &str)], grants: &str) -> Compilation {
    let mut sources = Sources::default();
    let head = "host \"demo\"\nversion \"1.0.0\"\ntiers \"wasm\"\ncapabilities {\n    fs.read \"**\"\n    message.send \"*\"\n}\n";
    let profile = Some(sources.add("host.kdl", format!("{head}{host}").into_bytes()));
    let add = |(at, (id, more)): (usize, &(&str, &str))| {
        let text = format!("id \"{id}\"\nversion \"1.0.0\"\n{more}\n");
        sources.add(format!("plugins/p{at}/plugin.kdl"), text.into_bytes())
    };
    let manifests = plugins.iter().enumerate().map(add).collect();
    let grants = vec![sources.add("grants.kdl", format!("layer \"user\"\n{grants}\n").into_bytes())];
    compile(&Inputs { profile, grants, manifests, ..Inputs::new(sources, &NoArtifacts) })
}

fn errors(done: &Compilation) -> Vec<Code> {
    let errors = done.diagnostics.iter().filter(|found| found.severity == Severity::Error);
    let codes = errors.map(|found| found.code).collect();
    assert_eq!(done.plan.is_none(), !Vec::is_empty(&codes), "{:#?}", done.diagnostics);
    codes
}

fn asks(target: &str) -> String {
    format!("capabilities {{ fs.read \"{target}\" optional=#true; }}")
}

/// What comes of one request that is allowed as it was written.
fn request(target: &str) -> Compilation {
    compiled(FOLDERS, &[("a", &asks(target))], &format!("allow \"a\" {{ fs.read \"{target}\"; }}"))
}

fn reads(done: &Compilation, id: &str, path: &str) -> bool {
    let member = Member::parse(Kind::FsRead, path).unwrap();
    done.plan.as_ref().unwrap().plugin(id).unwrap().allows(Kind::FsRead, &member)
}

#[test]
fn templates_stand_for_what_the_profile_says() {
    for (written, inside, outside) in [
        ("~/", "/home/user/x", "/home/x"),
        ("${home}/", "/home/user/x", "/home/x"),
        ("${workspace}/in/", "/srv/desk/in/x", "/srv/desk/x"),
        ("${plugin.data}/", "./data/a/x", "./data/b/x"),
        ("${own}/", "./own/a/x", "./own/b/x"),
        ("./of/${plugin.id}/", "./of/a/x", "./of/b/x"),
    ] {
        let done = request(written);
        assert_eq!(errors(&done), [], "{written}");
        assert!(reads(&done, "a", inside), "{written}");
        assert!(!reads(&done, "a", outside), "{written}");
    }
}

#[test]
fn only_a_profile_defines_folders() {
    let folders = "folders { home \"/\"; other \"/\"; }";
    let data = asks("~/.ssh/");
    for (manifest, grants) in [(folders, ""), ("", folders)] {
        assert_eq!(errors(&compiled(FOLDERS, &[("a", &format!("{data}\n{manifest}"))], grants)), [Code::UnknownField]);
    }
    assert_eq!(errors(&compiled(FOLDERS, &[("a", &data)], "")), []);
    assert_eq!(errors(&compiled("", &[("a", &data)], "")), [Code::UnknownFolder]);
}

#[test]
fn nothing_climbs_out_of_a_folder() {
    for climbing in ["${workspace}/../x/", "~/../", "${plugin.data}/../b/", "./${plugin.id}/../b/", "${own}/x/../../b/"]
    {
        let found = errors(&request(climbing));
        assert!(found.contains(&Code::BadPattern), "{climbing}: {found:?}");
    }
    let climbing = "folders { workspace \"/srv/../etc\"; }";
    assert_eq!(errors(&compiled(climbing, &[("a", &asks("${workspace}/"))], "")), [Code::BadPattern]);
    let offered = format!("{FOLDERS}capabilities {{ fs.read \"~/../\"; }}");
    assert_eq!(errors(&compiled(&offered, &[], "")), [Code::BadPattern]);
    assert_eq!(errors(&compiled(FOLDERS, &[], "deny \"*\" { fs.read \"~/../\"; }")), [Code::BadPattern]);
}

/// One template does not stand in another.
#[test]
fn templates_are_put_in_once() {
    for odd in ["${${home}}/", "${home", "${}/", "${ home }/", "${HOME}/", "${plugin.id }/", "${plugin.version}/"] {
        let found = errors(&request(odd));
        assert!(found.contains(&Code::UnknownFolder), "{odd}: {found:?}");
    }
}

#[test]
fn a_tilde_is_a_folder_only_at_the_start() {
    for name in ["~user/", "~~/", "$home/", "{home}/"] {
        let found = errors(&request(name));
        assert!(found.contains(&Code::BadPattern), "{name}: {found:?}");
    }
    for (written, inside) in [("/a/~/", "/a/~/x"), ("./~/", "./~/x"), ("/a$b{c}/", "/a$b{c}/x")] {
        let done = request(written);
        assert_eq!(errors(&done), [], "{written}");
        assert!(reads(&done, "a", inside) && !reads(&done, "a", "/home/user/x"), "{written}");
    }
    for folder in ["~/x", "${home}/x", "x", "../x", "/srv/${x}", "/srv/${plugin.id}/${", "./${plugin.data}"] {
        assert_eq!(
            errors(&compiled(&format!("folders {{ x \"{folder}\"; }}"), &[], "")),
            [Code::BadPattern],
            "{folder}"
        );
    }
}

#[test]
fn an_id_is_one_part_of_a_path() {
    let all = "allow \"**\" { fs.read \"${plugin.data}/\"; }";
    let data = asks("${plugin.data}/");
    for id in ["..", ".", "a/../b", "a/b", "*", "?", "~", "${home}", "@a/..", "@../a", "@a/b/c", "a\\\\b", "a+b", ""] {
        let done = compiled(FOLDERS, &[(id, &data)], all);
        assert!(errors(&done).contains(&Code::BadName), "{id}");
    }
    let done = compiled(FOLDERS, &[("@a/b", &data), ("a", &data), ("a.b", &data)], all);
    assert_eq!(errors(&done), []);
    for (id, own) in [("@a/b", "./data/@a+b/x"), ("a", "./data/a/x"), ("a.b", "./data/a.b/x")] {
        for path in ["./data/@a+b/x", "./data/@a/b/x", "./data/a/x", "./data/a.b/x", "./data/x"] {
            assert_eq!(reads(&done, id, path), path == own, "{id} {path}");
        }
    }
}

/// Also where the folder's own name does not say that it is one of each plugin.
#[test]
fn a_folder_of_each_plugin_is_of_one_plugin_in_every_line() {
    let plugins: [(&str, &str); 2] = [("a", &asks("./")), ("b", &asks("./"))];
    for (template, folder) in [("${plugin.data}", "./data"), ("${own}", "./own"), ("./of/${plugin.id}", "./of")] {
        let done = compiled(FOLDERS, &plugins, &format!("allow \"*\" {{ fs.read \"{template}/\"; }}"));
        assert_eq!(errors(&done), [], "{template}");
        for (id, other) in [("a", "b"), ("b", "a")] {
            assert!(reads(&done, id, &format!("{folder}/{id}/x")), "{template} {id}");
            assert!(!reads(&done, id, &format!("{folder}/{other}/x")), "{template} {id}");
            assert!(!reads(&done, id, &format!("{folder}/x")), "{template} {id}");
        }
        let both = "allow \"a\" { fs.read \"./data/a/\" \"./own/a/\" \"./of/a/\"; }\n";
        for (never, broken) in [("a", true), ("*", true), ("b", false)] {
            let found = errors(&compiled(
                FOLDERS,
                &plugins,
                &format!("{both}never \"{never}\" {{ fs.read \"{template}/x\"; }}"),
            ));
            assert_eq!(found.contains(&Code::BrokenAssertion), broken, "{template} {never}");
        }
        let denied = compiled(FOLDERS, &plugins, &format!("{both}deny \"*\" {{ fs.read \"{template}/\"; }}"));
        assert_eq!(errors(&denied), [], "{template}");
        assert!(!reads(&denied, "a", &format!("{folder}/a/x")), "{template}");
    }
}

#[test]
fn a_flow_through_a_plugin_is_to_its_own_folder() {
    let sends = "capabilities { message.send \"b\"; }";
    let reading = asks("**");
    let flow = |grant: &str, flow: &str| {
        let grants = format!(
            "allow \"a\" {{ message.send \"b\"; }}\nallow \"b\" {{ fs.read \"{grant}\"; }}\nflow \"a\" \"b\" {{ fs.read \"{flow}\"; }}"
        );
        errors(&compiled(FOLDERS, &[("a", sends), ("b", &reading)], &grants))
    };
    for template in ["${plugin.data}/", "${own}/", "./of/${plugin.id}/", "~/"] {
        let other = template.replace("${plugin.data}", "./data/a").replace("${own}", "./own/a");
        assert_eq!(flow(template, template), [], "{template}");
        let other = other.replace("${plugin.id}", "a").replace('~', "/home/other");
        assert!(flow(&other, template).contains(&Code::BeyondFlow), "{template} {other}");
    }
}

#[test]
fn publishers_have_ids_and_no_folders() {
    for odd in ["${plugin.id}", "~", "${home}"] {
        let grants =
            format!("publisher \"acme\" {{ plugins \"{odd}\"; }}\nallow \"publisher:acme\" {{ fs.read \"~/\"; }}");
        let done = compiled(FOLDERS, &[("a", &asks("~/"))], &grants);
        assert!(done.plan.is_none() || !reads(&done, "a", "/home/user/x"), "{odd}");
    }
    let grants = "publisher \"acme\" { plugins \"a\"; }\nallow \"publisher:acme\" { fs.read \"${plugin.data}/\"; }";
    let done = compiled(FOLDERS, &[("a", &asks("./")), ("b", &asks("./"))], grants);
    assert_eq!(errors(&done), []);
    assert!(reads(&done, "a", "./data/a/x") && !reads(&done, "b", "./data/b/x") && !reads(&done, "a", "./data/b/x"));
}
