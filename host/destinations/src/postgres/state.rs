//! The state of reads, in two tables of the same schema: a row for each table that is loaded, and
//! one for each part of a read.

use postgres::Transaction;
use tollgate_sync::{Change, Keeps, Position, Round, State};

use super::connect::lock_schema;
use super::schema::qualified;
use crate::database::about;

/// How the names of these tables begin; no other table may be called so.
pub(super) const PREFIX: &str = "_tollgate_";

type Outcome<T> = Result<T, postgres::Error>;

/// A state with the token of its staged rows, if there is one; or why it cannot be understood.
type Found = tollgate_model::Result<Option<(State, Option<String>)>>;

/// What is stored for a table, and what the names of the staging tables of an interrupted
/// replacement have in common; or why it cannot be understood.
pub(super) fn load(transaction: &mut Transaction<'_>, schema: &str, table: &str) -> Outcome<Found> {
    if !exists(transaction, schema)? {
        return Ok(Ok(None));
    }
    let [heads, parts] = tables(schema);
    let sql = format!(
        "SELECT scope::text, round, began_at, rows, ended, staging FROM {heads}
         WHERE table_name = $1"
    );
    let Some(head) = transaction.query_opt(&sql, &[&table])? else { return Ok(Ok(None)) };
    let round = Round {
        number: unsigned(head.get(1)),
        began_at: head.get(2),
        rows: unsigned(head.get(3)),
        ended: head.get(4),
        ..Round::default()
    };
    let (scope, round) = match about::read(table, head.get(0), round) {
        Ok(about) => about,
        Err(error) => return Ok(Err(error)),
    };
    let sql = format!("SELECT part, round, checkpoint, ended FROM {parts} WHERE table_name = $1");
    let parts = transaction.query(&sql, &[&table])?;
    let part = |row: &postgres::Row| {
        let (round, checkpoint, ended) = (unsigned(row.get(1)), row.get(2), row.get(3));
        (row.get(0), Position { round, checkpoint, ended })
    };
    let parts = parts.iter().map(part).collect();
    Ok(Ok(Some((State { scope, round, parts }, head.get(5)))))
}

/// What the names of the staging tables of an interrupted replacement have in common, also where its
/// state cannot be understood.
pub(super) fn token(
    transaction: &mut Transaction<'_>,
    schema: &str,
    table: &str,
) -> Outcome<Option<String>> {
    if !exists(transaction, schema)? {
        return Ok(None);
    }
    let [heads, _] = tables(schema);
    let sql = format!("SELECT staging FROM {heads} WHERE table_name = $1");
    Ok(transaction.query_opt(&sql, &[&table])?.and_then(|row| row.get(0)))
}

/// Stores a change, in the caller's transaction.
pub(super) fn store(
    transaction: &mut Transaction<'_>,
    schema: &str,
    table: &str,
    change: &Change,
    staging: Option<&str>,
) -> Outcome<()> {
    if !exists(transaction, schema)? {
        create(transaction, schema)?;
    }
    let [heads, parts_of] = tables(schema);
    let Change { scope, round, parts, keeps } = change;
    let scope = about::write(scope, round);
    transaction.execute(
        &format!(
            "INSERT INTO {heads} (table_name, scope, round, began_at, rows, ended, staging)
             VALUES ($1, $2::text::json, $3, $4, $5, $6, $7)
             ON CONFLICT (table_name) DO UPDATE SET scope = excluded.scope,
               round = excluded.round, began_at = excluded.began_at, rows = excluded.rows,
               ended = excluded.ended, staging = excluded.staging"
        ),
        &[
            &table,
            &scope,
            &signed(round.number),
            &round.began_at,
            &signed(round.rows),
            &round.ended,
            &staging,
        ],
    )?;
    let statement = transaction.prepare(&format!(
        "INSERT INTO {parts_of} (table_name, part, round, checkpoint, ended)
         VALUES ($1, $2, $3, $4, $5)
         ON CONFLICT (table_name, part) DO UPDATE SET round = excluded.round,
           checkpoint = excluded.checkpoint, ended = excluded.ended"
    ))?;
    for (part, Position { round, checkpoint, ended }) in parts {
        transaction.execute(&statement, &[&table, part, &signed(*round), checkpoint, ended])?;
    }
    let forget = format!("DELETE FROM {parts_of} WHERE table_name = $1");
    match keeps {
        Keeps::All => {}
        Keeps::OfThisRound => {
            let sql = format!("{forget} AND round <> $2");
            transaction.execute(&sql, &[&table, &signed(round.number)])?;
        }
        Keeps::None => {
            transaction.execute(&forget, &[&table])?;
        }
    }
    Ok(())
}

/// Forgets what is stored for a table, whatever it is; whether there was anything.
pub(super) fn forget(
    transaction: &mut Transaction<'_>,
    schema: &str,
    table: &str,
) -> Outcome<bool> {
    if !exists(transaction, schema)? {
        return Ok(false);
    }
    let [heads, parts] = tables(schema);
    let delete = |name| format!("DELETE FROM {name} WHERE table_name = $1");
    transaction.execute(&delete(parts), &[&table])?;
    Ok(transaction.execute(&delete(heads), &[&table])? > 0)
}

fn create(transaction: &mut Transaction<'_>, schema: &str) -> Outcome<()> {
    lock_schema(transaction, schema)?;
    let [heads, parts] = tables(schema);
    transaction.batch_execute(&format!(
        "CREATE TABLE IF NOT EXISTS {heads} (
           table_name text PRIMARY KEY,
           scope json NOT NULL,
           round bigint NOT NULL,
           began_at bigint NOT NULL,
           rows bigint NOT NULL,
           ended boolean NOT NULL,
           staging text
         );
         CREATE TABLE IF NOT EXISTS {parts} (
           table_name text NOT NULL,
           part text NOT NULL,
           round bigint NOT NULL,
           checkpoint text,
           ended boolean NOT NULL,
           PRIMARY KEY (table_name, part)
         )"
    ))
}

fn exists(transaction: &mut Transaction<'_>, schema: &str) -> Outcome<bool> {
    let [heads, parts] = tables(schema);
    let sql = "SELECT to_regclass($1) IS NOT NULL AND to_regclass($2) IS NOT NULL";
    Ok(transaction.query_one(sql, &[&heads, &parts])?.get(0))
}

fn tables(schema: &str) -> [String; 2] {
    ["_tollgate_state", "_tollgate_state_parts"].map(|name| qualified(schema, name))
}

/// Postgres' integers are signed; nothing is counted that far.
fn signed(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

fn unsigned(number: i64) -> u64 {
    number.unsigned_abs()
}
