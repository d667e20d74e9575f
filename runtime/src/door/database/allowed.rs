//! What a statement of a plugin may be made of, as SQLite's authorizer tells. Comes in: one action of a statement that is being
//! prepared. Goes out: yes or no. Tables are asked of the plugin's rights, and so are functions that tell the time or make random
//! numbers; everything that is neither reading nor changing rows is refused.

use std::collections::BTreeMap;

use ambit_schema::capability::Kind;
use rusqlite::hooks::{AuthAction, AuthContext, Authorization};

use super::Tables;

/// Functions that take what they say from their arguments and from rows. `json…` and `jsonb…` are among them.
const FUNCTIONS: &[&str] = &[
    "->",
    "->>",
    "abs",
    "acos",
    "acosh",
    "asin",
    "asinh",
    "atan",
    "atan2",
    "atanh",
    "avg",
    "bm25",
    "ceil",
    "ceiling",
    "char",
    "changes",
    "coalesce",
    "concat",
    "concat_ws",
    "cos",
    "cosh",
    "count",
    "cume_dist",
    "degrees",
    "dense_rank",
    "exp",
    "first_value",
    "floor",
    "format",
    "glob",
    "group_concat",
    "hex",
    "highlight",
    "if",
    "ifnull",
    "iif",
    "instr",
    "lag",
    "last_insert_rowid",
    "last_value",
    "lead",
    "length",
    "like",
    "likelihood",
    "likely",
    "ln",
    "log",
    "log10",
    "log2",
    "lower",
    "ltrim",
    "match",
    "max",
    "min",
    "mod",
    "nth_value",
    "ntile",
    "nullif",
    "octet_length",
    "percent_rank",
    "pi",
    "pow",
    "power",
    "printf",
    "quote",
    "radians",
    "rank",
    "replace",
    "round",
    "row_number",
    "rtrim",
    "sign",
    "sin",
    "sinh",
    "snippet",
    "soundex",
    "sqrt",
    "string_agg",
    "substr",
    "substring",
    "sum",
    "tan",
    "tanh",
    "total",
    "trim",
    "trunc",
    "typeof",
    "unhex",
    "unicode",
    "unlikely",
    "upper",
    "zeroblob",
];
/// Those that tell the time: with the words for it and without arguments they do.
const CLOCKS: &[&str] = &[
    "current_date",
    "current_time",
    "current_timestamp",
    "date",
    "datetime",
    "julianday",
    "strftime",
    "time",
    "timediff",
    "unixepoch",
];
const DICE: &[&str] = &["random", "randomblob"];

/// The tables and views of a database as they are called, by their names in small letters.
pub(super) type Names = BTreeMap<String, String>;

/// Decides.
pub(super) fn allowed(context: &AuthContext<'_>, names: &Names, tables: &Tables) -> Authorization {
    // A temporary table, view or trigger could stand for one of the host's.
    let elsewhere = context.database_name.is_some_and(|name| name != "main");
    let may = !elsewhere
        && match context.action {
            AuthAction::Select | AuthAction::Recursive => true,
            AuthAction::Read { table_name, column_name: "" } => counted(table_name, names, tables),
            AuthAction::Read { table_name, .. } => is_open(table_name) && tables.read(table_name),
            AuthAction::Insert { table_name }
            | AuthAction::Update { table_name, .. }
            | AuthAction::Delete { table_name } => is_open(table_name) && tables.write(table_name),
            AuthAction::Function { function_name } => function(function_name, tables),
            // What searching texts looks at, to know whether anything was changed.
            AuthAction::Pragma { pragma_name: "data_version", pragma_value: None } => true,
            _ => false,
        };
    if may { Authorization::Allow } else { Authorization::Deny }
}

/// A table of which no column is read, as where its rows are counted. SQLite passes on how the statement spells it, which may
/// be the name of a part of that statement too.
fn counted(spelled: &str, names: &Names, tables: &Tables) -> bool {
    let name = names.get(&spelled.to_ascii_lowercase());
    is_open(spelled) && name.is_none_or(|name| tables.read(name))
}

/// Tables of SQLite's own tell of every table, whatever a right says.
fn is_open(table: &str) -> bool {
    let table = table.to_ascii_lowercase();
    !table.starts_with("sqlite_") && !table.starts_with("pragma_") && table != "dbstat"
}

fn function(name: &str, tables: &Tables) -> bool {
    let name = name.to_ascii_lowercase();
    if CLOCKS.contains(&name.as_str()) {
        return tables.also(Kind::ClockRead, "wall");
    }
    if DICE.contains(&name.as_str()) {
        return tables.also(Kind::RandomRead, "secure");
    }
    FUNCTIONS.contains(&name.as_str()) || name.starts_with("json")
}
