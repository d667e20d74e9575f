//! A database in one file, by SQLite. Comes in: a statement and what it may touch. Goes out: rows, or why not. Each plugin has a
//! connection of its own, so that none waits for another's reading; each statement is a transaction. Deliberately absent: making
//! tables, pragmas, other files, extensions, and temporary tables, which are the host author's.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use ambit_schema::name::PluginId;
use rusqlite::config::DbConfig;
use rusqlite::hooks::{AuthContext, Authorization};
use rusqlite::limits::Limit;
use rusqlite::types::{ToSql, ToSqlOutput, Value, ValueRef};
use rusqlite::{Connection, ErrorCode, OpenFlags, Statement};

use super::allowed::{Names, allowed};
use super::{
    Bounds, Database, DatabaseAnswer, DatabaseError, DatabaseRequest, DatabaseValue, MAX_STATEMENT, Tables, size,
    too_many_bytes, too_many_rows,
};

/// How large one value can be, in bytes.
const MAX_VALUE: i32 = 1 << 20;
/// After so many steps of a statement, its time is looked at.
const STEPS: i32 = 1_000;
/// How many times that is: so much work is one statement.
const MAX_LOOKS: u32 = 100_000;
/// More ends of statements than this are no statement that anybody wrote.
const MAX_ENDS: usize = 64;

/// A file that plugins read and change, table by table.
pub struct SqliteDatabase {
    path: PathBuf,
    procedures: BTreeMap<String, String>,
    connections: Mutex<BTreeMap<PluginId, Arc<Mutex<Linked>>>>,
}

/// A connection, and the tables that it leads to as they were last looked up.
struct Linked {
    connection: Connection,
    names: Arc<Names>,
    /// Of the schema that the names are from.
    version: Option<i64>,
}

impl SqliteDatabase {
    /// Uses a file that is there, with the tables that the host's author made.
    ///
    /// # Errors
    /// When it cannot be opened.
    pub fn open(path: impl Into<PathBuf>) -> Result<Self, DatabaseError> {
        let database = SqliteDatabase { path: path.into(), procedures: BTreeMap::new(), connections: Mutex::default() };
        database.connect().map_err(|error| failed(&error))?;
        Ok(database)
    }

    /// Stores a procedure: one statement of the host author's, which plugins with `db.execute` of its name run with parameters
    /// of theirs.
    #[must_use]
    pub fn procedure(mut self, name: impl Into<String>, statement: impl Into<String>) -> Self {
        self.procedures.insert(name.into(), statement.into());
        self
    }

    fn connect(&self) -> rusqlite::Result<Connection> {
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let connection = Connection::open_with_flags(&self.path, flags)?;
        connection.set_db_config(DbConfig::SQLITE_DBCONFIG_DEFENSIVE, true)?;
        connection.set_db_config(DbConfig::SQLITE_DBCONFIG_TRUSTED_SCHEMA, false)?;
        connection.set_db_config(DbConfig::SQLITE_DBCONFIG_DQS_DML, false)?;
        for (limit, most) in [
            (Limit::SQLITE_LIMIT_LENGTH, MAX_VALUE),
            (Limit::SQLITE_LIMIT_SQL_LENGTH, i32::try_from(MAX_STATEMENT).unwrap_or(i32::MAX)),
            (Limit::SQLITE_LIMIT_ATTACHED, 0),
            (Limit::SQLITE_LIMIT_LIKE_PATTERN_LENGTH, 256),
            (Limit::SQLITE_LIMIT_EXPR_DEPTH, 200),
            (Limit::SQLITE_LIMIT_TRIGGER_DEPTH, 20),
            (Limit::SQLITE_LIMIT_WORKER_THREADS, 0),
        ] {
            connection.set_limit(limit, most)?;
        }
        Ok(connection)
    }

    fn connection(&self, plugin: &PluginId) -> rusqlite::Result<Arc<Mutex<Linked>>> {
        let mut all = self.connections.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(connection) = all.get(plugin) {
            return Ok(Arc::clone(connection));
        }
        let linked = Linked { connection: self.connect()?, names: Arc::default(), version: None };
        let connection = Arc::new(Mutex::new(linked));
        all.insert(plugin.clone(), Arc::clone(&connection));
        Ok(connection)
    }

    /// Runs a statement, which `tables` is asked about where there are any to ask.
    fn perform(
        &self,
        request: &DatabaseRequest<'_>,
        statement: &str,
        tables: Option<&Tables>,
    ) -> Result<DatabaseAnswer, DatabaseError> {
        let job = Job { statement, parameters: request.parameters, bounds: request.bounds };
        let linked = self.connection(request.plugin).map_err(|error| failed(&error))?;
        let mut linked = linked.lock().unwrap_or_else(PoisonError::into_inner);
        let prepared = linked.prepare(tables, job.bounds.until);
        let done = prepared.map_err(|error| job.told(&error)).and_then(|()| job.perform(&linked.connection));
        linked.release().map_err(|error| failed(&error))?;
        done
    }
}

impl Linked {
    /// Puts the connection under the bounds of one statement, and under the rights of its plugin.
    fn prepare(&mut self, tables: Option<&Tables>, until: Instant) -> rusqlite::Result<()> {
        let left = until.saturating_duration_since(Instant::now());
        self.connection.busy_timeout(left.min(Duration::from_secs(3600)))?;
        let mut looks = 0;
        self.connection.progress_handler(
            STEPS,
            Some(move || {
                looks += 1;
                looks > MAX_LOOKS || Instant::now() >= until
            }),
        )?;
        let Some(tables) = tables.cloned() else { return Ok(()) };
        let names = self.names()?;
        self.connection.authorizer(Some(move |context: AuthContext<'_>| allowed(&context, &names, &tables)))
    }

    /// The tables and views that there are.
    fn names(&mut self) -> rusqlite::Result<Arc<Names>> {
        let version = Some(self.connection.pragma_query_value(None, "schema_version", |row| row.get(0))?);
        if self.version != version {
            let mut all = self.connection.prepare("SELECT name FROM sqlite_schema WHERE type IN ('table', 'view')")?;
            let names = all.query_map([], |row| row.get::<_, String>(0))?;
            let names = names.map(|name| name.map(|name| (name.to_ascii_lowercase(), name)));
            self.names = Arc::new(names.collect::<rusqlite::Result<Names>>()?);
            self.version = version;
        }
        Ok(Arc::clone(&self.names))
    }

    /// Takes what was for one statement away: the next is asked in another call.
    fn release(&mut self) -> rusqlite::Result<()> {
        self.connection.authorizer(None::<fn(AuthContext<'_>) -> Authorization>)?;
        self.connection.progress_handler(0, None::<fn() -> bool>)
    }
}

impl Database for SqliteDatabase {
    fn run(&self, request: &DatabaseRequest<'_>, tables: &Tables) -> Result<DatabaseAnswer, DatabaseError> {
        if request.text.bytes().filter(|byte| *byte == b';').count() > MAX_ENDS {
            return Err(DatabaseError::TooMuch("it is more than one statement; texts belong into parameters".into()));
        }
        self.perform(request, request.text, Some(tables))
    }

    fn execute(&self, request: &DatabaseRequest<'_>) -> Result<DatabaseAnswer, DatabaseError> {
        let stored = self.procedures.get(request.text);
        let statement = stored.ok_or_else(|| DatabaseError::Failed("there is no such procedure".into()))?;
        self.perform(request, statement, None)
    }
}

/// One statement to run.
struct Job<'j> {
    statement: &'j str,
    parameters: &'j [DatabaseValue],
    bounds: Bounds,
}

impl Job<'_> {
    fn perform(&self, connection: &Connection) -> Result<DatabaseAnswer, DatabaseError> {
        let told = |error: rusqlite::Error| self.told(&error);
        let mut statement = connection.prepare(self.statement).map_err(told)?;
        if statement.parameter_count() != self.parameters.len() {
            let (takes, given) = (statement.parameter_count(), self.parameters.len());
            return Err(DatabaseError::Failed(format!("it takes {takes} parameters, and {given} were given")));
        }
        for (n, value) in self.parameters.iter().enumerate() {
            statement.raw_bind_parameter(n + 1, value).map_err(told)?;
        }
        let before = connection.total_changes();
        let (columns, rows) = self.rows(&mut statement)?;
        Ok(DatabaseAnswer { columns, rows, changed: connection.total_changes().saturating_sub(before) })
    }

    fn rows(&self, statement: &mut Statement<'_>) -> Result<(Vec<String>, Vec<Vec<DatabaseValue>>), DatabaseError> {
        let columns: Vec<String> = statement.column_names().map(str::to_owned).collect();
        let (mut all, mut bytes, mut found) = (Vec::new(), 0, statement.raw_query());
        while let Some(row) = found.next().map_err(|error| self.told(&error))? {
            let values = (0..columns.len()).map(|n| row.get_ref(n).map(kept)).collect::<rusqlite::Result<Vec<_>>>();
            let values = values.map_err(|error| self.told(&error))?;
            bytes += values.iter().map(size).sum::<u64>();
            if all.len() == self.bounds.rows {
                return Err(DatabaseError::TooMuch(too_many_rows()));
            }
            if bytes > self.bounds.bytes {
                return Err(DatabaseError::TooMuch(too_many_bytes(&self.bounds)));
            }
            all.push(values);
        }
        Ok((columns, all))
    }

    /// What came of a statement that did not come to its end.
    fn told(&self, error: &rusqlite::Error) -> DatabaseError {
        let interrupted = matches!(
            error.sqlite_error_code(),
            Some(ErrorCode::OperationInterrupted | ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked)
        );
        match error.sqlite_error_code() {
            _ if interrupted && Instant::now() >= self.bounds.until => DatabaseError::OutOfTime,
            Some(ErrorCode::OperationInterrupted) => {
                DatabaseError::TooMuch("it is more work than one statement may be".into())
            }
            Some(ErrorCode::AuthorizationForStatementDenied) => DatabaseError::Refused,
            Some(ErrorCode::TooBig) => DatabaseError::TooMuch("a value has at most 1 MiB".into()),
            // Of functions it has no code of their own, only words.
            _ => match failed(error) {
                DatabaseError::Failed(what) if what.starts_with("not authorized") => DatabaseError::Refused,
                other => other,
            },
        }
    }
}

fn kept(value: ValueRef<'_>) -> DatabaseValue {
    match value {
        ValueRef::Null => DatabaseValue::Null,
        ValueRef::Integer(value) => DatabaseValue::Integer(value),
        ValueRef::Real(value) => DatabaseValue::Real(value),
        ValueRef::Text(text) => match std::str::from_utf8(text) {
            Ok(text) => DatabaseValue::Text(text.to_owned()),
            Err(_) => DatabaseValue::Blob(text.to_owned()),
        },
        ValueRef::Blob(bytes) => DatabaseValue::Blob(bytes.to_owned()),
    }
}

impl ToSql for DatabaseValue {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(match self {
            DatabaseValue::Null => ToSqlOutput::Owned(Value::Null),
            DatabaseValue::Integer(value) => ToSqlOutput::Owned(Value::Integer(*value)),
            DatabaseValue::Real(value) => ToSqlOutput::Owned(Value::Real(*value)),
            DatabaseValue::Text(text) => ToSqlOutput::Borrowed(ValueRef::Text(text.as_bytes())),
            DatabaseValue::Blob(bytes) => ToSqlOutput::Borrowed(ValueRef::Blob(bytes)),
        })
    }
}

/// What a plugin may read of an error: the statement is its own, the file is not.
fn failed(error: &rusqlite::Error) -> DatabaseError {
    DatabaseError::Failed(match error {
        rusqlite::Error::SqliteFailure(code, None) => code.to_string(),
        rusqlite::Error::SqliteFailure(_, Some(what)) => what.clone(),
        rusqlite::Error::SqlInputError { msg, .. } => msg.clone(),
        rusqlite::Error::MultipleStatement => "it is more than one statement".to_owned(),
        _ => "the database does not answer".to_owned(),
    })
}
