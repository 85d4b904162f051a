//! What the databases have in common: names and keys in SQL, the pages that wait for a transaction,
//! and what a load goes on with.

pub(crate) mod about;
pub(crate) mod existing;

use std::ops::AddAssign;
use std::time::Duration;

use arrow_array::RecordBatch;
use tollgate_model::Result;
use tollgate_sync::{Kept, Mode, Pace, Scope, Start, State, Table};

use crate::table::{check_keys, size, with_columns};

/// Rows are collected up to this many or up to [`CHUNK_BYTES`] and then written in one short
/// transaction. Fewer would write the inner pages of a key's index again and again, or cost more
/// round trips than rows; more would only hold memory, and a lock for longer.
const CHUNK_ROWS: usize = 10_000;
const CHUNK_BYTES: usize = 4 * 1024 * 1024;

/// What is lost when a run is killed is read again, at the provider's pace: a few seconds of it, or
/// a few chunks where it is fast. A transaction more often would only cost.
pub(crate) const PACE: Pace =
    Pace { rows: 4 * CHUNK_ROWS as u64, interval: Duration::from_secs(5) };

/// What a load has made visible, in rows of its first table.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Added {
    /// Rows that it put there.
    pub(crate) rows: u64,
    /// Rows that came as deleted.
    pub(crate) removed: u64,
}

impl AddAssign for Added {
    fn add_assign(&mut self, other: Added) {
        self.rows += other.rows;
        self.removed += other.removed;
    }
}

/// Quotes a name, whatever it holds.
pub(crate) fn quote(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

/// Names, quoted, with commas between them.
pub(crate) fn list(names: &[String]) -> String {
    names.iter().map(|name| quote(name)).collect::<Vec<_>>().join(", ")
}

/// The key that the table enforces. With `append` every row stays, so there is none.
pub(crate) fn enforced_key(table: &Table) -> &[String] {
    match table.mode {
        Mode::Replace | Mode::Merge => &table.primary_key,
        Mode::Append => &[],
    }
}

/// Whether a row can take the place of another.
pub(crate) fn is_keyed(table: &Table) -> bool {
    !enforced_key(table).is_empty()
}

/// The clause by which a row takes the place of the one with its key; none without a key.
pub(crate) fn on_conflict(table: &Table) -> Option<String> {
    let key = enforced_key(table);
    if key.is_empty() {
        return None;
    }
    let others = table.columns.iter().map(|column| &column.name).filter(|name| !key.contains(name));
    let set: Vec<String> = others.map(|name| format!("{0} = excluded.{0}", quote(name))).collect();
    let action = if set.is_empty() {
        "NOTHING".to_owned()
    } else {
        format!("UPDATE SET {}", set.join(", "))
    };
    Some(format!("ON CONFLICT ({}) DO {action}", list(key)))
}

/// Where the rows are that are deleted among those of `parent` that lie in `rows`; `None` where none
/// can be. Names are as SQL has them.
pub(crate) fn deleted(parent: &Table, rows: &str) -> Option<String> {
    let column = quote(parent.deletion.as_ref()?);
    Some(format!("FROM {rows} WHERE {column} IS NOT NULL"))
}

/// The statement that takes the [`deleted`] rows from their table, or theirs from a child table.
pub(crate) fn take_away(table: &str, parent: &Table, rows: &str) -> Option<String> {
    let (deleted, key) = (deleted(parent, rows)?, list(&parent.primary_key));
    Some(format!("DELETE FROM {table} WHERE ({key}) IN (SELECT {key} {deleted})"))
}

/// Pages that wait for a transaction: the rows of each table.
#[derive(Debug, Default)]
pub(crate) struct Waiting {
    pub(crate) pages: Vec<Vec<RecordBatch>>,
    rows: usize,
    bytes: usize,
}

impl Waiting {
    /// Takes the rows of a table and its child tables.
    ///
    /// # Errors
    /// As [`check_keys`].
    pub(crate) fn push<'t>(
        &mut self,
        tables: impl IntoIterator<Item = &'t Table>,
        batch: &RecordBatch,
        children: &[RecordBatch],
    ) -> Result<()> {
        let page: Vec<RecordBatch> = std::iter::once(batch).chain(children).cloned().collect();
        for (table, rows) in tables.into_iter().zip(&page) {
            check_keys(table, enforced_key(table), rows)?;
        }
        self.rows += page.iter().map(RecordBatch::num_rows).sum::<usize>();
        self.bytes +=
            page.iter().flat_map(RecordBatch::columns).map(|array| size(array)).sum::<usize>();
        self.pages.push(page);
        Ok(())
    }

    /// Whether there are any rows.
    pub(crate) fn has_rows(&self) -> bool {
        self.rows > 0
    }

    /// Whether they are worth a transaction.
    pub(crate) fn is_full(&self) -> bool {
        self.rows >= CHUNK_ROWS || self.bytes >= CHUNK_BYTES
    }

    /// Drops them, once they are written.
    pub(crate) fn clear(&mut self) {
        self.pages.clear();
        (self.rows, self.bytes) = (0, 0);
    }
}

/// The table of these tables, its own first: each was settled by itself. A key has one type in all of
/// them, for rows are found by it.
pub(crate) fn settled(table: &Table, mut tables: Vec<Table>) -> Table {
    for key in table.primary_key.iter().filter(|_| table.widen) {
        let columns = || tables.iter().flat_map(|table| &table.columns).filter(|c| c.name == *key);
        let types = columns().map(|column| column.data_type);
        let Some(widest) = types.reduce(|one, other| one.widest(other)) else { continue };
        let columns = tables.iter_mut().flat_map(|table| &mut table.columns);
        columns.filter(|column| column.name == *key).for_each(|c| c.data_type = widest);
    }
    with_columns(table, tables.iter().map(|table| &table.columns))
}

/// What is kept for a load that begins so, of the state that is stored with what tells its staged
/// rows; and the latter, where the load goes on with them.
pub(crate) fn kept<S>(
    table: &Table,
    start: Start<'_>,
    stored: Option<(State, Option<S>)>,
) -> (Kept, Option<S>) {
    let Start::GoOn(scope) = start else { return (Kept::Nothing, None) };
    match stored {
        None => (Kept::Nothing, None),
        Some((state, _)) if !goes_on(table, scope, &state) => (Kept::Other(state.scope), None),
        Some((state, staged)) if is_staged(table, &state) => {
            // Rows that were replaced by nothing yet are worth as much as their staging table.
            staged.map_or((Kept::Nothing, None), |staged| (Kept::Same(state), Some(staged)))
        }
        Some((state, _)) => (Kept::Same(state), None),
    }
}

/// Whether a read of this scope goes on with a state. Staged rows have the types that they had.
fn goes_on(table: &Table, scope: &Scope, state: &State) -> bool {
    scope.goes_on(&state.scope, table.widen && table.mode != Mode::Replace)
}

/// How many rows an interrupted load has staged that this one goes on with.
pub(crate) fn rows_staged(table: &Table, kept: &Kept) -> u64 {
    match kept {
        Kept::Same(state) if is_staged(table, state) => state.round.rows,
        _ => 0,
    }
}

/// Whether a state is about rows that are staged and not in their table yet.
fn is_staged(table: &Table, state: &State) -> bool {
    table.mode == Mode::Replace && !state.round.ended
}
