//! The door to a database, over SQLite: each table by its right, and everything else refused.

use std::time::Instant;

use ambit_runtime::{
    CallError, Database, DatabaseAnswer, DatabaseError, DatabaseRequest, DatabaseValue, Plugin, SqliteDatabase, Tables,
};
use ambit_schema::capability::Kind;
use ambit_schema::limits::Quota;

use crate::support::{Probe, World, neighbour_serves, said};

const TABLES: &str = "
    CREATE TABLE notes (id INTEGER PRIMARY KEY, text TEXT);
    CREATE TABLE secrets (id INTEGER PRIMARY KEY, note INTEGER REFERENCES notes ON DELETE CASCADE, text TEXT);
    CREATE TABLE log (text TEXT);
    CREATE TABLE watched (text TEXT);
    CREATE VIEW both AS SELECT notes.text AS note, secrets.text AS secret FROM notes JOIN secrets ON note = notes.id;
    CREATE TRIGGER watch AFTER INSERT ON watched BEGIN INSERT INTO log VALUES (new.text); END;
    CREATE VIRTUAL TABLE found USING fts5(text);
    INSERT INTO notes VALUES (1, 'one'), (2, 'two');
    INSERT INTO secrets VALUES (1, 1, 'hidden');";

fn world() -> (World, tempfile::TempDir) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("data.sqlite");
    rusqlite::Connection::open(&path).unwrap().execute_batch(TABLES).unwrap();
    let database = SqliteDatabase::open(path).unwrap();
    let database = database.procedure("note.count", "SELECT count(*) AS n FROM secrets WHERE text = ?1");
    (World::with(|host| host.database(database)), folder)
}

fn querier() -> Probe {
    let mut probe = Probe::guest("querier.wat");
    probe.imports.push("ambit:host/database@0.1.0".into());
    probe
}

/// One that may read and write notes.
fn noter() -> Probe {
    querier().right(Kind::DbRead, "notes").right(Kind::DbWrite, "notes")
}

/// One that may do everything that there is a right to.
fn free() -> Probe {
    let all = [Kind::DbRead, Kind::DbWrite, Kind::DbExecute].into_iter();
    let probe = all.fold(querier(), |probe, kind| probe.right(kind, "**"));
    probe.right(Kind::ClockRead, "wall").right(Kind::RandomRead, "secure")
}

fn run(plugin: &mut Plugin, statement: &str) -> Result<String, String> {
    said(plugin, "run", &[statement])
}

const DENIED: &str = "Variant(\"access-denied\", None)";

#[test]
fn tables_are_read_and_written_where_they_are_granted() {
    let (world, _folder) = world();
    let mut plugin = world.load(&noter());
    let read = run(&mut plugin, "SELECT id, text FROM notes WHERE id = 1").unwrap();
    assert!(
        read.contains(r#"List([Variant("integer", Some(S64(1))), Variant("text", Some(String("one")))])"#),
        "{read}"
    );
    assert!(read.contains(r#"("columns", List([String("id"), String("text")]))"#), "{read}");
    let written = run(&mut plugin, "UPDATE notes SET text = upper(text) RETURNING text").unwrap();
    assert!(written.contains("TWO") && written.contains("(\"changed\", U64(2))"), "{written}");
    let given = said(&mut plugin, "run-with", &["INSERT INTO notes (text) VALUES (?1)", "'); DROP TABLE notes; --"]);
    assert!(given.unwrap().contains("U64(1)"));
    assert!(run(&mut plugin, "SELECT count(*) FROM Notes").unwrap().contains("S64(3)"), "by any case");
    let with = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 5) SELECT sum(i) FROM n";
    assert!(run(&mut plugin, with).unwrap().contains("S64(15)"));
    assert_eq!(world.denials(), [""; 0]);
    let mut reader = world.load(&querier().right(Kind::DbRead, "notes"));
    for statement in ["DELETE FROM notes", "INSERT INTO notes (text) VALUES ('x')", "UPDATE notes SET text = ''"] {
        assert_eq!(run(&mut reader, statement).unwrap_err(), DENIED, "{statement}");
        assert_eq!(world.denials(), ["use notes"], "{statement}");
    }
    let mut writer = world.load(&querier().right(Kind::DbWrite, "notes"));
    assert!(run(&mut writer, "INSERT INTO notes (text) VALUES ('x')").is_ok());
    for statement in
        ["UPDATE notes SET text = text || 'x'", "DELETE FROM notes WHERE id = 1", "DELETE FROM notes RETURNING text"]
    {
        assert_eq!(run(&mut writer, statement).unwrap_err(), DENIED, "what it looks at it reads: {statement}");
    }
}

/// Every way to a table that is not granted, and each has its refusal with the line that would allow it.
#[test]
fn no_statement_leads_to_other_tables() {
    let (world, _folder) = world();
    let mut plugin = world.load(&noter());
    for (statement, tables) in [
        ("SELECT * FROM secrets", "secrets"),
        ("SELECT * FROM main.SECRETS", "secrets"),
        ("SELECT count(*) FROM secrets", "secrets"),
        ("SELECT * FROM notes WHERE text IN (SELECT text FROM secrets)", "secrets"),
        ("SELECT (SELECT text FROM secrets) FROM notes", "secrets"),
        ("SELECT text FROM notes UNION SELECT text FROM secrets", "secrets"),
        ("WITH n AS (SELECT * FROM secrets) SELECT * FROM n", "secrets"),
        ("INSERT INTO notes (text) SELECT text FROM secrets", "secrets"),
        ("UPDATE notes SET text = secrets.text FROM secrets", "secrets"),
        ("EXPLAIN SELECT * FROM secrets", "secrets"),
        ("DELETE FROM secrets", "secrets"),
        ("REPLACE INTO secrets VALUES (1, 1, '')", "secrets"),
    ] {
        assert_eq!(run(&mut plugin, statement).unwrap_err(), DENIED, "{statement}");
        let events = world.log.take();
        let denied = events.iter().filter(|event| event.to_string().contains("denied")).collect::<Vec<_>>();
        assert!(!denied.is_empty() && denied.iter().all(|event| &*event.target == tables), "{statement}: {events:?}");
        assert!(denied[0].to_string().contains("db."), "{}", denied[0]);
    }
}

/// A right to another spelling is none to the table, however a statement spells it.
#[test]
fn names_of_tables_are_those_that_the_host_gave_them() {
    let (world, _folder) = world();
    let mut plugin = world.load(&querier().right(Kind::DbRead, "S*").right(Kind::DbRead, "n"));
    for statement in [
        "SELECT count(*) FROM SECRETS",
        "SELECT 1 FROM Secrets",
        "SELECT text FROM SECRETS AS n",
        "SELECT 1 FROM main.SECRETS n",
    ] {
        assert_eq!(run(&mut plugin, statement).unwrap_err(), DENIED, "{statement}");
        assert_eq!(world.denials(), ["use secrets"], "{statement}");
    }
    for statement in
        ["SELECT count(*) FROM sqlite_schema", "SELECT 1 FROM Pragma_Table_List", "SELECT count(*) FROM DBSTAT"]
    {
        assert_eq!(run(&mut plugin, statement).unwrap_err(), DENIED, "{statement}");
    }
    assert!(run(&mut plugin, "WITH part AS (SELECT 1) SELECT count(*) FROM part").is_ok(), "a part of the statement");
}

/// What views, triggers, foreign keys and virtual tables touch is asked as well.
#[test]
fn what_a_statement_sets_off_is_asked_too() {
    let (world, _folder) = world();
    let mut viewer = world.load(&querier().right(Kind::DbRead, "both").right(Kind::DbRead, "notes"));
    assert_eq!(run(&mut viewer, "SELECT secret FROM both").unwrap_err(), DENIED);
    let all = querier().right(Kind::DbRead, "both").right(Kind::DbRead, "notes").right(Kind::DbRead, "secrets");
    assert!(run(&mut world.load(&all), "SELECT secret FROM both").unwrap().contains("hidden"));
    let mut watched = world.load(&querier().right(Kind::DbWrite, "watched"));
    assert_eq!(run(&mut watched, "INSERT INTO watched VALUES ('x')").unwrap_err(), DENIED);
    let all = querier().right(Kind::DbWrite, "watched").right(Kind::DbWrite, "log").right(Kind::DbRead, "watched");
    assert!(run(&mut world.load(&all), "INSERT INTO watched VALUES ('x')").is_ok());
    let mut plugin = world.load(&noter());
    assert_eq!(run(&mut plugin, "DELETE FROM notes WHERE id = 1").unwrap_err(), DENIED, "it would remove secrets");
    let mut searcher = world.load(&querier().right(Kind::DbRead, "found"));
    let found = run(&mut searcher, "SELECT text FROM found WHERE found MATCH 'x'");
    assert!(found.is_err(), "its parts are tables of their own: {found:?}");
    assert!(run(&mut world.load(&free()), "SELECT text FROM found WHERE found MATCH 'x'").is_ok());
}

/// Not even who may read and write every table.
#[test]
fn what_no_right_is_about_is_refused() {
    let (world, folder) = world();
    let mut plugin = world.load(&free());
    let other = folder.path().join("other.sqlite");
    let attach = format!("ATTACH '{}' AS other", other.display());
    let vacuum = format!("VACUUM INTO '{}'", other.display());
    for statement in [
        attach.as_str(),
        &vacuum,
        "VACUUM",
        "PRAGMA table_info(notes)",
        "PRAGMA writable_schema = 1",
        "PRAGMA foreign_keys = 0",
        "SELECT * FROM pragma_table_list",
        "SELECT * FROM sqlite_master",
        "SELECT * FROM sqlite_schema",
        "SELECT * FROM temp.sqlite_master",
        "SELECT * FROM dbstat",
        "SELECT * FROM SQLite_Master",
        "CREATE TABLE mine (a)",
        "CREATE TEMP TABLE notes (a)",
        "CREATE TEMP VIEW notes AS SELECT 1",
        "CREATE TEMP TRIGGER t AFTER INSERT ON notes BEGIN SELECT 1; END",
        "CREATE TRIGGER t AFTER INSERT ON notes BEGIN SELECT 1; END",
        "CREATE VIEW v AS SELECT 1",
        "CREATE INDEX i ON notes (text)",
        "CREATE VIRTUAL TABLE v USING fts5(a)",
        "ALTER TABLE notes RENAME TO other",
        "DROP TABLE notes",
        "DROP VIEW both",
        "ANALYZE",
        "REINDEX",
        "BEGIN",
        "COMMIT",
        "SAVEPOINT s",
        "SELECT load_extension('x')",
        "SELECT fts3_tokenizer('simple')",
        "SELECT sqlite_version()",
    ] {
        let refused = run(&mut plugin, statement).unwrap_err();
        assert_eq!(refused, DENIED, "{statement}");
        let told = world.denials();
        assert!(told == ["call ambit:host/database.run"], "{statement}: {told:?}");
    }
    assert!(!other.exists());
    assert!(run(&mut plugin, "DELETE FROM sqlite_master").unwrap_err().contains("may not be modified"));
    for statement in ["SELECT 1; DROP TABLE notes", "SELECT 1; SELECT 2", &"SELECT 1;".repeat(5_000), "SELECT", "\u{0}"]
    {
        let failed = run(&mut plugin, statement).unwrap_err();
        assert!(["failed", "too-much", DENIED].iter().any(|why| failed.contains(why)), "{statement:.40}: {failed}");
    }
    assert!(run(&mut plugin, "SELECT * FROM notes").unwrap().contains("two"));
}

/// The time of day and random numbers take their own rights, by this way too.
#[test]
fn clocks_and_dice_take_their_own_rights() {
    let (world, _folder) = world();
    let mut plugin = world.load(&noter());
    for (statement, kind) in [
        ("SELECT datetime('now')", "clock.read"),
        ("SELECT CURRENT_TIMESTAMP", "clock.read"),
        ("SELECT unixepoch()", "clock.read"),
        ("SELECT random()", "random.read"),
        ("SELECT hex(randomblob(8))", "random.read"),
    ] {
        assert_eq!(run(&mut plugin, statement).unwrap_err(), DENIED, "{statement}");
        assert!(world.log.take().pop().unwrap().to_string().contains(kind), "{statement}");
        assert!(run(&mut world.load(&free()), statement).is_ok(), "{statement}");
    }
}

#[test]
fn procedures_are_run_by_name() {
    let (world, _folder) = world();
    let mut plugin = world.load(&querier().right(Kind::DbExecute, "note.*"));
    let counted = said(&mut plugin, "execute", &["note.count", "hidden"]).unwrap();
    assert!(counted.contains("S64(1)"), "what it touches is the host's own matter: {counted}");
    assert!(said(&mut plugin, "execute", &["note.gone", ""]).unwrap_err().contains("no such procedure"));
    let _ = world.log.take();
    assert_eq!(said(&mut plugin, "execute", &["other", ""]).unwrap_err(), DENIED);
    assert_eq!(said(&mut plugin, "execute", &[&"n".repeat(1 << 20), ""]).unwrap_err(), DENIED);
    assert_eq!(world.denials().len(), 2);
    assert_eq!(run(&mut plugin, "SELECT * FROM secrets").unwrap_err(), DENIED, "and the next statement is asked again");
}

const ENDLESS: &str = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT";

#[test]
fn statements_without_end_are_stopped() {
    let (world, _folder) = world();
    let mut neighbour = world.load(&Probe::greeter());
    let mut plugin = world.load(&free().quota(Quota::Wall, 150));
    let began = Instant::now();
    let ended = plugin.command("run", &[&format!("{ENDLESS} count(*) FROM n")]).unwrap_err();
    assert!(matches!(&ended, CallError::Quota { hit, .. } if hit.quota == Quota::Wall), "{ended}");
    assert!(began.elapsed().as_secs() < 20);
    neighbour_serves(&mut neighbour);
    assert!(run(&mut plugin, "SELECT 1").is_ok(), "the next call has its own time");
}

#[test]
fn answers_and_values_are_bounded() {
    let (world, _folder) = world();
    let mut plugin = world.load(&free().quota(Quota::Memory, 8 << 20));
    let many = run(&mut plugin, &format!("{ENDLESS} i FROM n")).unwrap_err();
    assert!(many.contains("at most 10000 rows"), "{many}");
    let large = run(&mut plugin, &format!("{ENDLESS} zeroblob(1000000) FROM n")).unwrap_err();
    assert!(large.contains("at most 8388608 bytes"), "{large}");
    let value = run(&mut plugin, "SELECT zeroblob(1000000000)").unwrap_err();
    assert!(value.contains("at most 1 MiB"), "{value}");
    let long = run(&mut plugin, &format!("SELECT '{}'", "x".repeat(100_000))).unwrap_err();
    assert!(long.contains("at most 64 KiB"), "{long}");
    let deep = run(&mut plugin, &format!("SELECT {}1{}", "(".repeat(10_000), ")".repeat(10_000))).unwrap_err();
    assert!(deep.contains("failed"), "{deep}");
    let wide = (0..1_100).map(|n| format!("t{n}")).collect::<Vec<_>>().join(", ");
    assert!(run(&mut plugin, &format!("SELECT * FROM {wide}")).is_err());
    let few = said(&mut plugin, "run-with", &["SELECT 1", "x"]).unwrap_err();
    assert!(few.contains("it takes 0 parameters, and 1 were given"), "{few}");
    assert!(run(&mut plugin, "SELECT text FROM notes").is_ok());
}

#[test]
fn plugins_do_not_wait_for_each_others_reading() {
    let (world, folder) = world();
    let reading = rusqlite::Connection::open(folder.path().join("data.sqlite")).unwrap();
    reading.execute_batch("BEGIN EXCLUSIVE").unwrap();
    let mut plugin = world.load(&noter().quota(Quota::Wall, 100));
    let ended = plugin.command("run", &["SELECT text FROM notes"]).unwrap_err();
    assert!(matches!(&ended, CallError::Quota { hit, .. } if hit.quota == Quota::Wall), "a wait has an end: {ended}");
    reading.execute_batch("COMMIT").unwrap();
    assert!(run(&mut plugin, "SELECT text FROM notes").is_ok());
}

/// A database of a host's author: whatever it does, the door answers for what was refused.
#[test]
fn databases_of_host_authors_ask_the_same_rights() {
    struct One;
    impl Database for One {
        fn run(&self, request: &DatabaseRequest<'_>, tables: &Tables) -> Result<DatabaseAnswer, DatabaseError> {
            let _ = tables.read(request.text);
            let row = match request.text {
                "large" => vec![DatabaseValue::Text("x".repeat(usize::try_from(request.bounds.bytes).unwrap()))],
                _ => vec![DatabaseValue::Null],
            };
            let rows = if request.text == "many" { request.bounds.rows + 1 } else { 1 };
            Ok(DatabaseAnswer { rows: vec![row; rows], ..DatabaseAnswer::default() })
        }
        fn execute(&self, _: &DatabaseRequest<'_>) -> Result<DatabaseAnswer, DatabaseError> {
            Err(DatabaseError::Refused)
        }
    }
    let world = World::with(|host| host.database(One));
    let granted = ["notes", "many", "large"];
    let probe = granted.into_iter().fold(querier(), |probe, table| probe.right(Kind::DbRead, table));
    let mut plugin = world.load(&probe);
    assert!(run(&mut plugin, "notes").is_ok());
    assert_eq!(run(&mut plugin, "secrets").unwrap_err(), DENIED, "the answer is kept from the plugin");
    assert!(run(&mut plugin, "many").unwrap_err().contains("at most 10000 rows"));
    let bytes = run(&mut plugin, "large").unwrap_err();
    assert!(bytes.contains("an answer has at most") && bytes.contains("bytes"), "{bytes}");
    assert_eq!(world.denials(), ["use secrets"]);
    let Err(CallError::Denied(denied)) = World::new().load(&noter()).command("run", &["SELECT 1"]) else { panic!() };
    assert!(denied.to_string().contains("nothing behind this interface"), "{denied}");
}
