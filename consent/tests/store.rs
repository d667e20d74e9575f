//! Answers that are kept: what is written is read, and nothing else is believed.

#![expect(clippy::unwrap_used, reason = "a failed test may panic")]

use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use ambit_compiler::consent::{Answer, Answers};
use ambit_consent::{Site, Store, StoreError, Text};
use ambit_schema::capability::{CapSet, Kind};
use ambit_schema::name::PluginId;
use tempfile::TempDir;

struct Desk {
    _root: TempDir,
    folder: PathBuf,
    store: Store,
    site: Site,
}

fn desk() -> Desk {
    let root = tempfile::tempdir().unwrap();
    let folder = root.path().join("consents");
    let store = Store::open(&folder).unwrap();
    let site = Site::new("host.kdl", root.path()).unwrap();
    Desk { folder: store.folder().to_owned(), _root: root, store, site }
}

fn answer(plugin: &str, digest: u8, pattern: &str, yes: bool) -> Answer {
    Answer {
        plugin: PluginId::parse(plugin).unwrap(),
        version: "1.0.0".parse().unwrap(),
        digest: format!("{digest:02x}").repeat(32),
        yes,
        capability: "fs.read".into(),
        set: CapSet::parse(Kind::FsRead, pattern).unwrap().terms(),
        span: None,
    }
}

impl Desk {
    fn kept(&self) -> Vec<Answer> {
        let all = self.store.all().unwrap().into_iter().map(Result::unwrap);
        let one = all.flat_map(|answers| answers.answers);
        one.map(|answer| Answer { span: None, ..answer }).collect()
    }

    /// The one file with answers.
    fn file(&self) -> PathBuf {
        let names = fs::read_dir(&self.folder).unwrap().map(|entry| entry.unwrap().path());
        names.into_iter().find(|path| path.extension().is_some_and(|ending| ending == "json")).unwrap()
    }

    fn text(&self) -> Result<Option<Text>, StoreError> {
        self.store.text(&self.site)
    }
}

#[test]
fn what_is_kept_is_read_back() {
    let desk = desk();
    assert_eq!(desk.text().unwrap(), None);
    assert!(desk.store.all().unwrap().is_empty() && !desk.folder.exists(), "looking leaves nothing behind");
    let cut = CapSet::parse(Kind::FsRead, "/a/").unwrap().difference(&CapSet::parse(Kind::FsRead, "/a/b/").unwrap());
    let odd = Answer { set: cut.terms(), ..answer("@scope/b", 2, "/", false) };
    let all = [answer("a", 1, "/a/\u{e4}\u{1f600}/*.txt", true), odd];
    desk.store.add(&desk.site, &all).unwrap();
    desk.store.add(&desk.site, &all[..1]).unwrap();
    assert_eq!(desk.kept(), [all[1].clone(), all[0].clone()], "nothing is kept twice");
    assert_eq!(desk.kept()[0].covers(Kind::FsRead).unwrap(), cut);
    let before = fs::read(desk.file()).unwrap();
    desk.store.add(&desk.site, &[]).unwrap();
    assert_eq!(fs::read(desk.file()).unwrap(), before);
    assert_eq!(desk.store.revoke(&desk.site, |answer| answer.plugin.as_str() == "a").unwrap(), 1);
    assert_eq!(desk.kept(), [all[1].clone()]);
    for name in ["key", "lock"].map(|name| desk.folder.join(name)).iter().chain([&desk.file(), &desk.folder]) {
        let mode = fs::metadata(name).unwrap().permissions().mode();
        assert_eq!(mode & 0o077, 0, "{} is this user's alone", name.display());
    }
}

#[test]
fn a_site_has_its_own_answers() {
    let desk = desk();
    desk.store.add(&desk.site, &[answer("a", 1, "./in/", true)]).unwrap();
    let other = tempfile::tempdir().unwrap();
    for site in [Site::new("host.kdl", other.path()), Site::new("other.kdl", desk.site.folder())] {
        assert_eq!(desk.store.text(&site.unwrap()).unwrap(), None);
    }
    assert!(Site::new("host.kdl", &other.path().join("gone")).is_err());
    let odd = other.path().join(std::ffi::OsStr::from_bytes(b"a\xff"));
    fs::create_dir(&odd).unwrap();
    assert!(Site::new("host.kdl", &odd).is_err(), "a path that is no text could be mistaken for another");
}

#[test]
fn nothing_that_was_changed_is_believed() {
    type Change = fn(&Desk, &Path);
    let changes: [(&str, Change, &str); 13] = [
        ("a letter", |_, file| edit(file, |text| text.replace("/in/", "/on/")), "its seal does not fit"),
        ("a no made a yes", |_, file| edit(file, |text| text.replace("\"no\"", "\"yes\"")), "its seal does not fit"),
        ("cut off", |_, file| edit(file, |text| text[..text.len() / 2].to_owned()), "its seal does not fit"),
        ("empty", |_, file| fs::write(file, "").unwrap(), "its seal does not fit"),
        ("no seal", |_, file| edit(file, |text| text.replace("hmac-sha256:", "")), "its seal does not fit"),
        ("something behind it", |_, file| edit(file, |text| format!("{text} ")), "its seal does not fit"),
        ("no text", |_, file| fs::write(file, [0xff, 0xfe, 0]).unwrap(), "its seal does not fit"),
        ("too long", |_, file| fs::write(file, vec![b' '; 2 << 20]).unwrap(), "larger than 1 MiB"),
        (
            "of another site",
            |desk, file| {
                let elsewhere = tempfile::tempdir().unwrap();
                let other = Site::new("host.kdl", elsewhere.path()).unwrap();
                fs::rename(file, file.with_extension("mine")).unwrap();
                desk.store.add(&other, &[answer("a", 1, "/", true)]).unwrap();
                fs::rename(desk.file(), file).unwrap();
            },
            "about another host or folder",
        ),
        ("the key is gone", |desk, _| fs::remove_file(desk.folder.join("key")).unwrap(), "vouch for it is gone"),
        ("another key", |desk, _| fs::write(desk.folder.join("key"), [7; 64]).unwrap(), "its seal does not fit"),
        ("half a key", |desk, _| fs::write(desk.folder.join("key"), [7; 32]).unwrap(), "it is no key"),
        (
            "a folder",
            |_, file| {
                fs::remove_file(file).unwrap();
                fs::create_dir(file).unwrap();
            },
            "no regular file",
        ),
    ];
    for (what, change, says) in changes {
        let desk = desk();
        desk.store.add(&desk.site, &[answer("a", 1, "./in/", true), answer("b", 1, "./in/", false)]).unwrap();
        let file = desk.file();
        desk.text().unwrap().unwrap();
        change(&desk, &file);
        let before = fs::read(&file).ok();
        let told = desk.text().unwrap_err().to_string();
        assert!(told.contains(says) && told.contains(desk.folder.to_str().unwrap()), "{what}: {told}");
        assert!(
            desk.store.add(&desk.site, &[answer("c", 1, "/", true)]).is_err(),
            "{what}: nothing is written over it"
        );
        assert_eq!(fs::read(&file).ok(), before, "{what}: the store is unharmed");
    }
}

fn edit(file: &Path, change: impl FnOnce(&str) -> String) {
    let text = fs::read_to_string(file).unwrap();
    fs::write(file, change(&text)).unwrap();
}

#[test]
fn what_others_can_write_or_lead_elsewhere_is_not_read() {
    let chmod = |path: &Path, mode| fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
    let fresh = || {
        let desk = desk();
        desk.store.add(&desk.site, &[answer("a", 1, "./in/", true)]).unwrap();
        desk
    };
    let told = |desk: &Desk| desk.text().unwrap_err().to_string();
    let desk = fresh();
    chmod(&desk.file(), 0o666);
    assert!(told(&desk).contains("can be written by other users"));
    let desk = fresh();
    chmod(&desk.folder.join("key"), 0o644);
    assert!(told(&desk).contains("can be read by other users"));
    let desk = fresh();
    chmod(&desk.folder, 0o777);
    let open = Store::open(&desk.folder).err().unwrap().to_string();
    assert!(open.contains("can be written by other users"), "{open}");
    let desk = fresh();
    let (file, moved) = (desk.file(), desk.folder.join("moved"));
    fs::rename(&file, &moved).unwrap();
    symlink(&moved, &file).unwrap();
    assert!(matches!(desk.text(), Err(StoreError::Io { .. })), "a link is not followed");
    if rustix::process::geteuid().is_root() {
        let desk = fresh();
        let nobody = rustix::fs::Uid::from_raw(65_534);
        rustix::fs::chown(desk.file(), Some(nobody), None).unwrap();
        assert!(told(&desk).contains("belongs to another user"));
    } else {
        eprintln!("SKIPPED: files of another user, which only root can make");
    }
}

#[test]
fn old_files_of_a_plugin_are_forgotten_and_a_full_store_says_so() {
    let desk = desk();
    for digest in 0..20 {
        let answers = [answer("a", digest, "/a/", true), answer("a", digest, "/b/", true), answer("b", 1, "/b/", true)];
        desk.store.add(&desk.site, &answers).unwrap();
    }
    let of = |plugin: &str| desk.kept().into_iter().filter(|answer| answer.plugin.as_str() == plugin).count();
    assert_eq!((of("a"), of("b")), (16, 1));
    let before = fs::read(desk.file()).unwrap();
    let long = "x".repeat(4000);
    let many: Vec<Answer> = (0..300).map(|at| answer(&format!("p{at}"), 1, &format!("/{at}{long}/"), true)).collect();
    assert!(matches!(desk.store.add(&desk.site, &many), Err(StoreError::Full { .. })));
    assert_eq!(fs::read(desk.file()).unwrap(), before);
}

/// Set for the child that writes until it is killed: the folder of the store.
const WRITER: &str = "AMBIT_TEST_WRITER";

#[test]
fn a_writer_that_is_killed_leaves_the_old_answers_or_the_new() {
    let desk = desk();
    if let Some(folder) = std::env::var_os(WRITER) {
        let store = Store::open(Path::new(&folder)).unwrap();
        let site = Site::new("host.kdl", Path::new(&folder).parent().unwrap()).unwrap();
        for turn in 0_u64.. {
            let pattern = format!("/{}/", "x".repeat(usize::try_from(turn % 97).unwrap() * 40));
            store.revoke(&site, |_| true).unwrap();
            store.add(&site, &[answer("a", 1, &pattern, true), answer("b", 1, &pattern, true)]).unwrap();
        }
    }
    let mut seen = 0;
    for turn in 0..25 {
        let mut child = Command::new(std::env::current_exe().unwrap());
        let name = "a_writer_that_is_killed_leaves_the_old_answers_or_the_new";
        child.args(["--exact", name]).env(WRITER, &desk.folder).stdout(Stdio::null()).stderr(Stdio::null());
        let mut child = child.spawn().unwrap();
        std::thread::sleep(Duration::from_millis(12 + turn * 3));
        child.kill().unwrap();
        child.wait().unwrap();
        let both: Vec<Answers> = desk.store.all().unwrap().into_iter().map(Result::unwrap).collect();
        let counts: Vec<usize> = both.iter().map(|answers| answers.answers.len()).collect();
        assert!(counts.iter().all(|count| *count == 0 || *count == 2), "{counts:?}");
        seen += counts.len();
    }
    assert!(seen > 0, "no writer got as far as writing");
    desk.store.add(&desk.site, &[answer("c", 1, "/", true)]).unwrap();
    let names = fs::read_dir(&desk.folder).unwrap().map(|entry| entry.unwrap().file_name());
    assert!(names.into_iter().all(|name| !name.to_string_lossy().starts_with('.')), "leftovers are swept");
}

#[test]
fn two_writers_lose_nothing() {
    let desk = desk();
    std::thread::scope(|scope| {
        for writer in 0..4 {
            let (store, site) = (&desk.store, &desk.site);
            scope.spawn(move || {
                for turn in 0..10 {
                    store.add(site, &[answer(&format!("p{writer}-{turn}"), 1, "/a/", true)]).unwrap();
                }
            });
        }
    });
    assert_eq!(desk.kept().len(), 40);
}
