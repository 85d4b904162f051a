//! The state of reads, in two tables of the same database: a row for each table that is loaded, and
//! one for each part of a read.

use rusqlite::{Connection, OptionalExtension, params};
use tollgate_model::Result;
use tollgate_sync::{Change, Keeps, Position, Round, State};

use crate::database::about;

/// How the names of these tables begin; no other table may be called so.
pub(super) const PREFIX: &str = "_tollgate_";

const CREATE: &str = "
    CREATE TABLE IF NOT EXISTS _tollgate_state (
      table_name TEXT PRIMARY KEY COLLATE NOCASE,
      scope JSON_TEXT NOT NULL,
      round INTEGER NOT NULL,
      began_at INTEGER NOT NULL,
      rows INTEGER NOT NULL,
      ended BOOLEAN NOT NULL,
      staging TEXT,
      staged JSON_TEXT
    );
    CREATE TABLE IF NOT EXISTS _tollgate_state_parts (
      table_name TEXT NOT NULL COLLATE NOCASE,
      part TEXT NOT NULL,
      round INTEGER NOT NULL,
      checkpoint TEXT,
      ended BOOLEAN NOT NULL,
      PRIMARY KEY (table_name, part)
    ) WITHOUT ROWID";

/// The rows that a load which replaces has staged when its state was stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Staged {
    /// What the names of its staging tables have in common.
    pub(super) token: String,
    /// The last row of each staging table, the table's own first.
    pub(super) last_rows: Vec<i64>,
}

/// A state with what tells its staged rows, if there is one; or why it cannot be understood.
type Found = Result<Option<(State, Option<Staged>)>>;

/// What is stored for a table, or why it cannot be understood.
pub(super) fn load(connection: &Connection, table: &str) -> rusqlite::Result<Found> {
    if !exists(connection)? {
        return Ok(Ok(None));
    }
    let head = connection
        .query_row(
            "SELECT scope, round, began_at, rows, ended, staging, staged
             FROM _tollgate_state WHERE table_name = ?",
            [table],
            |row| {
                let round = Round {
                    number: unsigned(row.get(1)?),
                    began_at: row.get(2)?,
                    rows: unsigned(row.get(3)?),
                    ended: row.get(4)?,
                    ..Round::default()
                };
                let texts: (String, Option<String>, Option<String>) =
                    (row.get(0)?, row.get(5)?, row.get(6)?);
                Ok((round, texts))
            },
        )
        .optional()?;
    let Some((round, (text, token, last_rows))) = head else { return Ok(Ok(None)) };
    let (scope, round) = match about::read(table, &text, round) {
        Ok(about) => about,
        Err(error) => return Ok(Err(error)),
    };
    let last_rows = last_rows.and_then(|text| serde_json::from_str(&text).ok());
    let staged = token.zip(last_rows).map(|(token, last_rows)| Staged { token, last_rows });
    let mut statement = connection.prepare(
        "SELECT part, round, checkpoint, ended FROM _tollgate_state_parts WHERE table_name = ?",
    )?;
    let parts = statement.query_map([table], |row| {
        let position =
            Position { round: unsigned(row.get(1)?), checkpoint: row.get(2)?, ended: row.get(3)? };
        Ok((row.get(0)?, position))
    })?;
    let parts = parts.collect::<rusqlite::Result<_>>()?;
    Ok(Ok(Some((State { scope, round, parts }, staged))))
}

/// What the names of the staging tables of an interrupted replacement have in common, also where its
/// state cannot be understood.
pub(super) fn token(connection: &Connection, table: &str) -> rusqlite::Result<Option<String>> {
    if !exists(connection)? {
        return Ok(None);
    }
    let sql = "SELECT staging FROM _tollgate_state WHERE table_name = ?";
    Ok(connection.query_row(sql, [table], |row| row.get(0)).optional()?.flatten())
}

/// Stores a change, in the caller's transaction.
pub(super) fn store(
    connection: &Connection,
    table: &str,
    change: &Change,
    staged: Option<&Staged>,
) -> rusqlite::Result<()> {
    connection.execute_batch(CREATE)?;
    let Change { scope, round, parts, keeps } = change;
    connection.execute(
        "INSERT OR REPLACE INTO _tollgate_state VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        params![
            table,
            about::write(scope, round),
            signed(round.number),
            round.began_at,
            signed(round.rows),
            round.ended,
            staged.map(|staged| &staged.token),
            staged.map(|staged| json(&staged.last_rows)),
        ],
    )?;
    let mut statement = connection
        .prepare_cached("INSERT OR REPLACE INTO _tollgate_state_parts VALUES (?, ?, ?, ?, ?)")?;
    for (part, Position { round, checkpoint, ended }) in parts {
        statement.execute(params![table, part, signed(*round), checkpoint, ended])?;
    }
    let forget = "DELETE FROM _tollgate_state_parts WHERE table_name = ?";
    match keeps {
        Keeps::All => {}
        Keeps::OfThisRound => {
            let round = signed(round.number);
            connection.execute(&format!("{forget} AND round <> ?"), params![table, round])?;
        }
        Keeps::None => {
            connection.execute(forget, [table])?;
        }
    }
    Ok(())
}

/// Forgets what is stored for a table, whatever it is; whether there was anything.
pub(super) fn forget(connection: &Connection, table: &str) -> rusqlite::Result<bool> {
    if !exists(connection)? {
        return Ok(false);
    }
    connection.execute("DELETE FROM _tollgate_state_parts WHERE table_name = ?", [table])?;
    let sql = "DELETE FROM _tollgate_state WHERE table_name = ?";
    Ok(connection.execute(sql, [table])? > 0)
}

fn exists(connection: &Connection) -> rusqlite::Result<bool> {
    let sql = "SELECT count(*) FROM sqlite_master
               WHERE name IN ('_tollgate_state', '_tollgate_state_parts')";
    connection.query_row(sql, [], |row| Ok(row.get::<_, i64>(0)? == 2))
}

fn json(value: &impl serde::Serialize) -> String {
    // Texts, numbers and maps by text: nothing of it can fail.
    serde_json::to_string(value).unwrap_or_default()
}

/// SQLite's integers are signed; nothing is counted that far.
fn signed(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

fn unsigned(number: i64) -> u64 {
    number.unsigned_abs()
}
