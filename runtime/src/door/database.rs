//! The door to a database: `ambit:host/database`, as `runtime/wit/database.wit` says. Comes in: a statement of a plugin. Goes out:
//! what the host's [`Database`] answers. Which tables a statement touches only the database knows, so it asks [`Tables`] for each;
//! this door records every question, and answers for whatever was refused. Deliberately absent: SQL; see `sqlite.rs`.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

use ambit_schema::capability::Kind;
use ambit_schema::limits::Quota;
use ambit_schema::name::PluginId;
use wasmtime::StoreContextMut;
use wasmtime::component::{ComponentType, Lift, LinkerInstance, Lower};

use super::{Gate, Reason};
use crate::tier::wasm::state::PluginState;

#[cfg(feature = "sqlite")]
mod allowed;
#[cfg(feature = "sqlite")]
mod sqlite;

#[cfg(feature = "sqlite")]
pub use sqlite::SqliteDatabase;

/// How many rows an answer has at most.
const MAX_ROWS: usize = 10_000;
/// How many bytes the texts and blobs of an answer have at most, whatever memory the plugin has.
const MAX_BYTES: u64 = 16 << 20;
/// How long a statement can be, in bytes.
const MAX_STATEMENT: usize = 64 << 10;
/// How many tables one statement can be asked about.
const MAX_TABLES: usize = 1_000;

/// A database that plugins use. Called on the thread of the plugin, inside its call; plugins on several threads call it at once.
pub trait Database: Send + Sync {
    /// Runs one statement for a plugin. Before it reads or changes anything of a table, it asks `tables`, and does nothing where
    /// one answer is no.
    ///
    /// # Errors
    /// See [`DatabaseError`].
    fn run(&self, request: &DatabaseRequest<'_>, tables: &Tables) -> Result<DatabaseAnswer, DatabaseError>;

    /// Runs a stored procedure, which the plugin may run as it is: what it touches is the host's own matter.
    ///
    /// # Errors
    /// See [`DatabaseError`].
    fn execute(&self, request: &DatabaseRequest<'_>) -> Result<DatabaseAnswer, DatabaseError>;
}

/// What a plugin wants of a database.
#[derive(Debug, Clone, Copy)]
pub struct DatabaseRequest<'r> {
    /// Who asks.
    pub plugin: &'r PluginId,
    /// The statement, or the name of the procedure, which the plugin may execute.
    pub text: &'r str,
    /// What stands in the places that it leaves open, in order.
    pub parameters: &'r [DatabaseValue],
    /// How far it may go.
    pub bounds: Bounds,
}

/// What a statement may touch. Every question is kept, for the audit.
#[derive(Clone)]
pub struct Tables {
    gate: Gate,
    asked: Arc<Mutex<BTreeMap<(Kind, String), bool>>>,
}

/// How far a statement may go.
#[derive(Debug, Clone, Copy)]
pub struct Bounds {
    /// How many rows an answer has at most.
    pub rows: usize,
    /// How many bytes its values take at most, together; each costs 16 beside its own.
    pub bytes: u64,
    /// When it has to be over.
    pub until: Instant,
}

/// A value in a table.
#[derive(Debug, Clone, PartialEq, ComponentType, Lift, Lower)]
#[component(variant)]
pub enum DatabaseValue {
    /// None.
    #[component(name = "null")]
    Null,
    /// A whole number.
    #[component(name = "integer")]
    Integer(i64),
    /// Any number.
    #[component(name = "real")]
    Real(f64),
    /// A text.
    #[component(name = "text")]
    Text(String),
    /// Bytes.
    #[component(name = "blob")]
    Blob(Vec<u8>),
}

/// What a statement came to.
#[derive(Debug, Clone, Default, PartialEq, ComponentType, Lift, Lower)]
#[component(record)]
pub struct DatabaseAnswer {
    /// The names of the columns.
    #[component(name = "columns")]
    pub columns: Vec<String>,
    /// The rows, each with a value for each column.
    #[component(name = "rows")]
    pub rows: Vec<Vec<DatabaseValue>>,
    /// How many rows were changed.
    #[component(name = "changed")]
    pub changed: u64,
}

/// Why a statement came to nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DatabaseError {
    /// It does what no right is about, or [`Tables`] said no.
    Refused,
    /// It goes further than [`Bounds`] let it; in words that the plugin may read.
    TooMuch(String),
    /// Its time was up.
    OutOfTime,
    /// Anything else, in words that the plugin may read.
    Failed(String),
}

#[derive(ComponentType, Lift, Lower)]
#[component(variant)]
enum Error {
    #[component(name = "access-denied")]
    AccessDenied,
    #[component(name = "too-much")]
    TooMuch(String),
    #[component(name = "failed")]
    Failed(String),
}

type Answer = wasmtime::Result<(Result<DatabaseAnswer, Error>,)>;

impl Tables {
    fn new(gate: &Gate) -> Self {
        Tables { gate: gate.clone(), asked: Arc::default() }
    }

    /// Whether a table may be read.
    #[must_use]
    pub fn read(&self, table: &str) -> bool {
        self.may(Kind::DbRead, table)
    }

    /// Whether a table may be changed.
    #[must_use]
    pub fn write(&self, table: &str) -> bool {
        self.may(Kind::DbWrite, table)
    }

    /// Whether a right is held that something in a statement takes as it would outside, such as the time of day.
    #[cfg(feature = "sqlite")]
    fn also(&self, kind: Kind, target: &str) -> bool {
        self.may(kind, target)
    }

    fn may(&self, kind: Kind, target: &str) -> bool {
        let mut asked = self.asked.lock().unwrap_or_else(PoisonError::into_inner);
        let key = (kind, target.to_owned());
        if let Some(known) = asked.get(&key) {
            return *known;
        }
        let may = asked.len() < MAX_TABLES && self.gate.holds(kind, target);
        if asked.len() <= MAX_TABLES {
            asked.insert(key, may);
        }
        may
    }

    /// Records every question at the gate. Whether each was answered with yes.
    fn tell(&self, gate: &mut Gate) -> bool {
        let asked = std::mem::take(&mut *self.asked.lock().unwrap_or_else(PoisonError::into_inner));
        let tell = |((kind, target), may): ((Kind, String), bool)| gate.ask_named(kind, &target, "use").is_ok() && may;
        // Each is told, and not only the first that was refused.
        let told: Vec<bool> = asked.into_iter().map(tell).collect();
        !told.contains(&false)
    }
}

/// Links the door.
pub(super) fn link(functions: &mut LinkerInstance<'_, PluginState>, _: &str) -> wasmtime::Result<()> {
    functions.func_wrap("run", run)?;
    functions.func_wrap("execute", execute)
}

fn run(mut store: StoreContextMut<'_, PluginState>, (statement, parameters): (String, Vec<DatabaseValue>)) -> Answer {
    let state = store.data_mut();
    if statement.len() > MAX_STATEMENT {
        return Ok((Err(Error::TooMuch("a statement has at most 64 KiB".into())),));
    }
    let (tables, bounds) = (Tables::new(state.gate()), bounds(state));
    let Some(database) = &state.offers.database else { return Ok((Err(Error::AccessDenied),)) };
    let plugin = &state.gate.entry().id;
    let done = database.run(&DatabaseRequest { plugin, text: &statement, parameters: &parameters, bounds }, &tables);
    let allowed = tables.tell(&mut state.gate);
    if allowed && done == Err(DatabaseError::Refused) {
        let why = Reason::Unsupported("the statement does what no right is about");
        state.gate.refuse_interface("ambit:host/database.run", why);
    }
    answer(state, if allowed { done } else { Err(DatabaseError::Refused) }, &bounds)
}

fn execute(
    mut store: StoreContextMut<'_, PluginState>,
    (procedure, parameters): (String, Vec<DatabaseValue>),
) -> Answer {
    let state = store.data_mut();
    if state.gate().ask_named(Kind::DbExecute, &procedure, "execute").is_err() {
        return Ok((Err(Error::AccessDenied),));
    }
    let bounds = bounds(state);
    let Some(database) = &state.offers.database else { return Ok((Err(Error::AccessDenied),)) };
    let plugin = &state.gate.entry().id;
    let done = database.execute(&DatabaseRequest { plugin, text: &procedure, parameters: &parameters, bounds });
    answer(state, done, &bounds)
}

fn bounds(state: &PluginState) -> Bounds {
    let memory = state.quota(Quota::Memory).limit;
    Bounds { rows: MAX_ROWS, bytes: memory.min(MAX_BYTES), until: state.clock.deadline() }
}

/// What the plugin gets. Whatever the database says, an answer is within its bounds, and time that is up ends the call.
fn answer(state: &PluginState, done: Result<DatabaseAnswer, DatabaseError>, bounds: &Bounds) -> Answer {
    state.clock.resume();
    if state.clock.wall_left().is_zero() {
        return Err(state.clock.out_of_time().into());
    }
    let answered = match done {
        Ok(answer) if answer.rows.len() > bounds.rows => Err(Error::TooMuch(too_many_rows())),
        Ok(answer) if answer.rows.iter().flatten().map(size).sum::<u64>() > bounds.bytes => {
            Err(Error::TooMuch(too_many_bytes(bounds)))
        }
        Ok(answer) => Ok(answer),
        Err(DatabaseError::Refused) => Err(Error::AccessDenied),
        Err(DatabaseError::TooMuch(what)) => Err(Error::TooMuch(what)),
        Err(DatabaseError::OutOfTime) => return Err(state.clock.out_of_time().into()),
        Err(DatabaseError::Failed(why)) => Err(Error::Failed(why)),
    };
    Ok((answered,))
}

fn too_many_rows() -> String {
    format!("an answer has at most {MAX_ROWS} rows")
}

fn too_many_bytes(bounds: &Bounds) -> String {
    format!("an answer has at most {} bytes", bounds.bytes)
}

/// What a value costs whoever holds it, in bytes.
fn size(value: &DatabaseValue) -> u64 {
    let own = match value {
        DatabaseValue::Text(text) => text.len(),
        DatabaseValue::Blob(bytes) => bytes.len(),
        DatabaseValue::Null | DatabaseValue::Integer(_) | DatabaseValue::Real(_) => 0,
    };
    own as u64 + 16
}
