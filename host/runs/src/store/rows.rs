//! Runs as rows, and back.

use jiff::Timestamp;
use rusqlite::types::Type;
use rusqlite::{Connection, OptionalExtension, Row, Transaction, params};
use tollgate_model::{ErrorKind, Usage};

use crate::record::{
    Ended, Level, LogLine, Progress, Record, Route, RunError, RunId, Start, Status, TableRows,
    Trigger,
};

pub(super) fn insert(
    transaction: &Transaction<'_>,
    start: &Start,
    now: Timestamp,
) -> rusqlite::Result<RunId> {
    transaction.execute(
        "INSERT INTO runs (sync, trigger, varied, attempt, account, place, status, started_at)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        params![
            start.sync,
            start.trigger.name(),
            start.varied,
            start.attempt,
            start.route.account,
            start.route.place,
            Status::Running.name(),
            now.as_microsecond()
        ],
    )?;
    Ok(transaction.last_insert_rowid())
}

pub(super) fn exists(transaction: &Transaction<'_>, run: RunId) -> rusqlite::Result<bool> {
    transaction
        .query_row("SELECT 1 FROM runs WHERE id = ?", [run], |_| Ok(()))
        .optional()
        .map(|found| found.is_some())
}

pub(super) fn set_progress(
    transaction: &Transaction<'_>,
    run: RunId,
    progress: &Progress,
) -> rusqlite::Result<()> {
    let Progress { rows, pages, part_retries, usage } = progress;
    transaction.execute(
        "UPDATE runs SET rows = ?2, pages = ?3, requests = ?4, retries = ?5, wire_bytes = ?6,
            body_bytes = ?7, guest_memory_peak = ?8, part_retries = ?9 WHERE id = ?1",
        params![
            run,
            stored(*rows),
            stored(*pages),
            stored(usage.requests),
            stored(usage.retries),
            stored(usage.wire_bytes),
            stored(usage.body_bytes),
            stored(usage.guest_memory_peak),
            stored(*part_retries)
        ],
    )?;
    Ok(())
}

pub(super) fn add_lines(
    transaction: &Transaction<'_>,
    run: RunId,
    lines: &[LogLine],
) -> rusqlite::Result<()> {
    let mut insert = transaction.prepare(
        "INSERT INTO run_log (run, number, at, level, stream, message) VALUES (?, ?, ?, ?, ?, ?)",
    )?;
    for line in lines {
        let (at, level) = (line.at.as_microsecond(), line.level.name());
        insert.execute(params![run, stored(line.number), at, level, line.stream, line.message])?;
    }
    Ok(())
}

pub(super) fn finish(
    transaction: &Transaction<'_>,
    run: RunId,
    ended: &Ended,
    now: Timestamp,
) -> rusqlite::Result<()> {
    set_progress(transaction, run, &ended.progress)?;
    let error = ended.error.as_ref();
    transaction.execute(
        "UPDATE runs SET status = ?2, ended_at = ?3, error_kind = ?4, error = ?5, error_hint = ?6,
            error_retry_at = ?7 WHERE id = ?1",
        params![
            run,
            ended.status.name(),
            now.as_microsecond(),
            error.map(|error| error.kind.name()),
            error.map(|error| &error.message),
            error.and_then(|error| error.hint.as_ref()),
            error.and_then(|error| error.retry_at).map(Timestamp::as_microsecond)
        ],
    )?;
    let mut insert = transaction.prepare(
        "INSERT INTO run_tables (run, position, stream, name, rows) VALUES (?, ?, ?, ?, ?)",
    )?;
    for (position, table) in ended.tables.iter().enumerate() {
        let position = stored(position as u64);
        insert.execute(params![run, position, table.stream, table.table, stored(table.rows)])?;
    }
    Ok(())
}

/// A run with its tables.
pub(super) fn of_id(connection: &Connection, run: RunId) -> rusqlite::Result<Record> {
    let found = connection.query_row("SELECT * FROM runs WHERE id = ?", [run], record)?;
    with_tables(connection, found)
}

pub(super) fn with_tables(connection: &Connection, mut run: Record) -> rusqlite::Result<Record> {
    let mut tables = connection.prepare_cached(
        "SELECT stream, name, rows FROM run_tables WHERE run = ? ORDER BY position",
    )?;
    let tables = tables.query_map([run.id], |row| {
        Ok(TableRows { stream: row.get(0)?, table: row.get(1)?, rows: count(row.get(2)?) })
    })?;
    run.outcome.tables = tables.collect::<rusqlite::Result<_>>()?;
    Ok(run)
}

/// A run without its tables.
pub(super) fn record(row: &Row<'_>) -> rusqlite::Result<Record> {
    let number = |column| Ok::<_, rusqlite::Error>(count(row.get(column)?));
    let usage = Usage {
        requests: number("requests")?,
        retries: number("retries")?,
        wire_bytes: number("wire_bytes")?,
        body_bytes: number("body_bytes")?,
        guest_memory_peak: number("guest_memory_peak")?,
    };
    Ok(Record {
        id: row.get("id")?,
        start: Start {
            sync: row.get("sync")?,
            trigger: word(row, "trigger", Trigger::of_name)?,
            varied: row.get("varied")?,
            attempt: row.get("attempt")?,
            route: Route { account: row.get("account")?, place: row.get("place")? },
        },
        started_at: timestamp(row.get("started_at")?)?,
        ended_at: moment(row, "ended_at")?,
        outcome: Ended {
            status: word(row, "status", Status::of_name)?,
            progress: Progress {
                rows: number("rows")?,
                pages: number("pages")?,
                part_retries: number("part_retries")?,
                usage,
            },
            tables: Vec::new(),
            error: error(row)?,
        },
    })
}

fn error(row: &Row<'_>) -> rusqlite::Result<Option<RunError>> {
    let Some(message) = row.get("error")? else { return Ok(None) };
    let of_name = |name: &str| ErrorKind::ALL.into_iter().find(|kind| kind.name() == name);
    Ok(Some(RunError {
        kind: word(row, "error_kind", of_name)?,
        message,
        hint: row.get("error_hint")?,
        retry_at: moment(row, "error_retry_at")?,
    }))
}

pub(super) fn log_line(row: &Row<'_>) -> rusqlite::Result<LogLine> {
    Ok(LogLine {
        number: count(row.get("number")?),
        at: timestamp(row.get("at")?)?,
        level: word(row, "level", Level::of_name)?,
        stream: row.get("stream")?,
        message: row.get("message")?,
    })
}

/// A moment that may not be there.
pub(super) fn moment(row: &Row<'_>, column: &str) -> rusqlite::Result<Option<Timestamp>> {
    row.get::<_, Option<i64>>(column)?.map(timestamp).transpose()
}

pub(super) fn timestamp(micros: i64) -> rusqlite::Result<Timestamp> {
    Timestamp::from_microsecond(micros)
        .map_err(|error| rusqlite::Error::FromSqlConversionFailure(0, Type::Integer, error.into()))
}

fn word<T>(row: &Row<'_>, column: &str, of_name: fn(&str) -> Option<T>) -> rusqlite::Result<T> {
    let name: String = row.get(column)?;
    of_name(&name).ok_or_else(|| {
        let text = format!("{column} {name:?} means nothing");
        rusqlite::Error::FromSqlConversionFailure(0, Type::Text, text.into())
    })
}

/// SQLite's integers have a sign; no count of ours comes near it.
fn stored(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

fn count(number: i64) -> u64 {
    u64::try_from(number).unwrap_or_default()
}
