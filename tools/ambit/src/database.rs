//! The database that `ambit run` gives to plugins. Comes in: a file, as the user says. Goes out: its tables, for those who may use
//! them. Deliberately absent: making a file or a table, and procedures, which are a host author's.

use std::fs::File;
use std::io::Read;
use std::path::Path;

use ambit_runtime::{DatabaseError, SqliteDatabase};

/// What every file of SQLite begins with, unless there is nothing in it yet.
const HEAD: &[u8] = b"SQLite format 3\0";

/// The database in a file.
///
/// # Errors
/// When it is not there, cannot be opened, or is something else.
pub(crate) fn database(file: &Path) -> Result<SqliteDatabase, String> {
    let unusable = |why: &dyn std::fmt::Display| format!("there is no database in `{}`: {why}", file.display());
    let mut head = Vec::new();
    let read = File::open(file).and_then(|opened| opened.take(HEAD.len() as u64).read_to_end(&mut head));
    read.map_err(|error| unusable(&error))?;
    if !head.is_empty() && head != HEAD {
        return Err(unusable(&"it is not a file of SQLite"));
    }
    SqliteDatabase::open(file).map_err(|error| match error {
        DatabaseError::Failed(why) | DatabaseError::TooMuch(why) => unusable(&why),
        DatabaseError::Refused | DatabaseError::OutOfTime => unusable(&"it does not answer"),
    })
}
