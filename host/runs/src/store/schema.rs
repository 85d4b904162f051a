//! The tables of the store. Times are microseconds UTC since 1970.

use rusqlite::Transaction;
use tollgate_model::{Error, ErrorKind};

/// The version of the tables, kept where SQLite has a place for it.
const VERSION: i64 = 2;

const TABLES: &str = "
CREATE TABLE runs (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    sync TEXT NOT NULL,
    trigger TEXT NOT NULL,
    varied INTEGER NOT NULL,
    attempt INTEGER NOT NULL,
    status TEXT NOT NULL,
    started_at INTEGER NOT NULL,
    ended_at INTEGER,
    rows INTEGER NOT NULL DEFAULT 0,
    pages INTEGER NOT NULL DEFAULT 0,
    requests INTEGER NOT NULL DEFAULT 0,
    retries INTEGER NOT NULL DEFAULT 0,
    wire_bytes INTEGER NOT NULL DEFAULT 0,
    body_bytes INTEGER NOT NULL DEFAULT 0,
    guest_memory_peak INTEGER NOT NULL DEFAULT 0,
    error_kind TEXT,
    error TEXT,
    error_hint TEXT,
    error_retry_at INTEGER,
    part_retries INTEGER NOT NULL DEFAULT 0,
    account TEXT NOT NULL DEFAULT '',
    place TEXT NOT NULL DEFAULT ''
) STRICT;
CREATE INDEX runs_by_sync ON runs (sync, id);
CREATE TABLE run_tables (
    run INTEGER NOT NULL REFERENCES runs ON DELETE CASCADE,
    position INTEGER NOT NULL,
    stream TEXT NOT NULL,
    name TEXT NOT NULL,
    rows INTEGER NOT NULL,
    PRIMARY KEY (run, position)
) STRICT, WITHOUT ROWID;
CREATE TABLE run_log (
    run INTEGER NOT NULL REFERENCES runs ON DELETE CASCADE,
    number INTEGER NOT NULL,
    at INTEGER NOT NULL,
    level TEXT NOT NULL,
    stream TEXT,
    message TEXT NOT NULL,
    PRIMARY KEY (run, number)
) STRICT, WITHOUT ROWID;
CREATE TABLE locks (
    sync TEXT PRIMARY KEY,
    run INTEGER REFERENCES runs ON DELETE CASCADE,
    since INTEGER NOT NULL,
    host TEXT NOT NULL,
    place TEXT NOT NULL,
    pid INTEGER NOT NULL,
    process_began TEXT NOT NULL,
    beat_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE syncs (
    sync TEXT PRIMARY KEY,
    schedule TEXT,
    since INTEGER,
    paused_at INTEGER,
    loaded INTEGER NOT NULL DEFAULT 0,
    covered_at INTEGER,
    failing_since INTEGER,
    told_since INTEGER
) STRICT, WITHOUT ROWID;
";

/// Makes the tables in a new file, and refuses those of another version.
pub(super) fn prepare(transaction: &Transaction<'_>) -> rusqlite::Result<Result<(), Error>> {
    let version: i64 = transaction.pragma_query_value(None, "user_version", |row| row.get(0))?;
    let tables: i64 =
        transaction.query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0))?;
    match (version, tables) {
        (VERSION, _) => Ok(Ok(())),
        (0, 0) => {
            transaction.execute_batch(TABLES)?;
            transaction.pragma_update(None, "user_version", VERSION)?;
            Ok(Ok(()))
        }
        _ => Ok(Err(Error::new(
            ErrorKind::Config,
            format!("the store of runs has the form {version}, which this version cannot read"),
        )
        .with_hint("use the version of Tollgate that wrote it, or move the file away"))),
    }
}
