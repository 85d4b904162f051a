//! What a run is to do, decided before the first row is asked for and without input or output.

use std::collections::BTreeSet;

use tollgate_model::{Column, Error, ErrorKind, Result, Setting, Settings, Stream, near_miss};

use crate::columns::{ColumnChanges, Shape};
use crate::destination::{ChildOf, Mode, Table};
use crate::retry::PART_RETRIES_DEFAULT;
use crate::source::{Read, WantedColumn};
use crate::state::Scope;

/// How many parts of a stream are read side by side where nothing else is said. The account's own
/// limits hold beside it; each part under way costs an instance's memory.
pub const CONCURRENCY_DEFAULT: usize = 4;

/// What a run is to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Plan {
    /// What is read.
    pub read: Read,
    /// What is loaded.
    pub table: Table,
    /// How what is read becomes what is loaded.
    pub shape: Shape,
    /// What the state is about that is kept with the rows.
    pub scope: Scope,
    /// Whether a read goes on where the one before ended, and brings only what is new.
    pub has_cursor: bool,
    /// Whether what earlier runs have kept is gone on with.
    pub refresh: Refresh,
    /// How many parts of the stream are read side by side, at least 1.
    pub concurrency: usize,
    /// How often a part that fails is opened again.
    pub part_retries: u32,
    /// Rows after which the run is complete; of rows with children, the last page is taken whole. A
    /// run with a limit is a sample: it neither goes on with an earlier run nor keeps a state.
    pub limit: Option<u64>,
}

/// What merging does with a row that was deleted at the provider.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Deletes {
    /// It is taken from the table, its child rows with it.
    #[default]
    Remove,
    /// It stays, as it came.
    Keep,
}

/// Whether what earlier runs have kept is gone on with.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Refresh {
    /// It is.
    #[default]
    GoOn,
    /// It is thrown away, and the stream read from the start, into the rows that are there.
    Anew,
    /// It is not: everything is read from the start and takes the place of all that is there when it
    /// is complete, as in a first run. The run after it goes on with this one in the sync's own mode.
    Full,
}

/// What a user chose for a run.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Choices {
    /// The stream's options, checked and resolved.
    pub options: Vec<Setting>,
    /// The options as they were entered, by name.
    pub entered: Settings,
    /// Only what is new since this moment is wanted, in microseconds UTC. `None`: everything.
    pub since: Option<i64>,
    /// The columns, in order. Empty: all.
    pub columns: Vec<String>,
    /// What columns are called and hold, by the source's names.
    pub changes: ColumnChanges,
    /// The child tables, in order.
    pub children: Vec<String>,
    /// The table. `None`: called like the stream.
    pub table: Option<String>,
    /// What becomes of the rows that are there.
    pub mode: Mode,
    /// What merging does with deleted rows.
    pub deletes: Deletes,
    /// Whose rows they are: a connector and an account. A state of another one does not apply.
    pub source: String,
    /// When the run begins, in microseconds UTC.
    pub started_at: i64,
    /// Whether what earlier runs have kept is gone on with.
    pub refresh: Refresh,
    /// Whether columns whose type changed are widened.
    pub widen: bool,
    /// Parts read side by side. `None`: [`CONCURRENCY_DEFAULT`].
    pub concurrency: Option<usize>,
    /// How often a part that fails is opened again. `None`: [`PART_RETRIES_DEFAULT`].
    pub part_retries: Option<u32>,
    /// Rows after which the run is complete.
    pub limit: Option<u64>,
}

impl Plan {
    /// Plans a run of this stream, whose columns for this account are `available`.
    ///
    /// The table has the stream's primary key only where all its columns are chosen. A child table
    /// is called like the table, `_`, and its own name; its rows have the key of their parents, under
    /// the names and types that it has there.
    ///
    /// # Errors
    /// [`ErrorKind::Config`] for a column or child table that does not exist or is named twice, for
    /// a change that cannot be made, and for [`Mode::Merge`] without what it takes.
    pub fn new(stream: &Stream, available: &[Column], choices: Choices) -> Result<Plan> {
        let columns = select(&stream.name, available, &choices.columns)?;
        let names: Vec<String> = columns.iter().map(|column| column.name.clone()).collect();
        check_mode(stream, &names, choices.mode, choices.deletes)?;
        let changes = &choices.changes;
        changes.check(&stream.name, available, &columns)?;
        if choices.since.is_some() {
            check_since(stream, choices.mode)?;
        }
        let name = choices.table.unwrap_or_else(|| stream.name.clone());
        let wanted = columns.iter().map(WantedColumn::from).collect();
        let is_key = |column: &str| stream.primary_key.iter().any(|key| key == column);
        let (mut source, mut tables) = (vec![columns], Vec::new());
        for child in children(stream, &name, &choices.children)? {
            tables.push(ChildOf {
                columns: changes.apply(&child.name, &child.columns, is_key)?,
                primary_key: changes.keys_of(&child.primary_key, is_key),
                name: child.name,
            });
            source.push(child.columns);
        }
        let mut table = Table {
            children: tables,
            columns: changes.apply(&name, &source[0], |_| true)?,
            name,
            primary_key: if has_key(stream, &names) {
                changes.keys_of(&stream.primary_key, is_key)
            } else {
                Vec::new()
            },
            deletion: changes.deletion(deletion(stream, choices.mode, choices.deletes))?,
            mode: choices.mode,
            widen: choices.widen,
        };
        if choices.refresh == Refresh::Full {
            replace_whole(&mut table);
        }
        let scope = Scope {
            source: choices.source,
            stream: stream.name.clone(),
            mode: choices.mode,
            options: choices.entered.clone(),
            columns: table
                .each()
                .iter()
                .flat_map(|table| Scope::columns_of(&table.name, &table.columns))
                .collect(),
        };
        Ok(Plan {
            read: Read {
                stream: stream.name.clone(),
                options: choices.options,
                entered: choices.entered,
                since: choices.since,
                columns: wanted,
                children: choices.children,
                started_at: choices.started_at,
                rows_wanted: choices.limit,
            },
            shape: Shape::new(&source, &table),
            table,
            scope,
            // Only what is new in the place of all that is there would be a loss.
            has_cursor: stream.cursor.is_some() && choices.mode != Mode::Replace,
            refresh: choices.refresh,
            concurrency: choices.concurrency.unwrap_or(CONCURRENCY_DEFAULT).max(1),
            part_retries: choices.part_retries.unwrap_or(PART_RETRIES_DEFAULT),
            limit: choices.limit,
        })
    }
}

/// Has a load replace all that is there by a table like one of the mode that it has.
fn replace_whole(table: &mut Table) {
    if table.mode == Mode::Append {
        // Every row stays, so no key tells rows apart.
        table.primary_key.clear();
        table.children.iter_mut().for_each(|child| child.primary_key.clear());
    }
    table.mode = Mode::Replace;
}

/// What becomes of the rows that are there, where nobody says: a stream that tells what is new in
/// rows with a key is merged, if the destination can; any other is replaced.
pub fn default_mode(stream: &Stream, chosen: &[String], destination_merges: bool) -> Mode {
    if destination_merges && has_key(stream, chosen) && stream.cursor.is_some() {
        Mode::Merge
    } else {
        Mode::Replace
    }
}

/// Whether the chosen columns (none: all) hold the stream's key.
fn has_key(stream: &Stream, chosen: &[String]) -> bool {
    !stream.primary_key.is_empty()
        && (chosen.is_empty() || stream.primary_key.iter().all(|name| chosen.contains(name)))
}

/// The column by which rows are taken away.
fn deletion(stream: &Stream, mode: Mode, deletes: Deletes) -> Option<&String> {
    let removes = mode == Mode::Merge && deletes == Deletes::Remove;
    stream.deletion.as_ref().filter(|_| removes)
}

/// Refuses a mode that does not go with these columns (none: all).
///
/// # Errors
/// [`ErrorKind::Config`] for [`Mode::Merge`] without the stream's key, or without the column that
/// tells deletions where those are to be followed.
pub fn check_mode(stream: &Stream, chosen: &[String], mode: Mode, deletes: Deletes) -> Result<()> {
    if mode == Mode::Merge && !has_key(stream, chosen) {
        return Err(cannot_merge(stream));
    }
    match deletion(stream, mode, deletes) {
        Some(column) if !chosen.is_empty() && !chosen.contains(column) => {
            let message = format!(
                "merging stream {} takes its column {column}, which tells deletions",
                stream.name
            );
            let hint = "keep it among the columns that are read, or say deletes = \"keep\"";
            Err(Error::new(ErrorKind::Config, message).with_hint(hint))
        }
        _ => Ok(()),
    }
}

/// Refuses to read only what is new since a moment, where a stream cannot tell.
///
/// # Errors
/// [`ErrorKind::Config`] for a stream without a cursor.
pub fn check_cursor(stream: &Stream) -> Result<()> {
    if stream.cursor.is_some() {
        return Ok(());
    }
    let message = format!("stream {} does not tell what is new since a day", stream.name);
    Err(Error::new(ErrorKind::Config, message)
        .with_hint("`cursor` in `tollgate describe` marks the streams that do"))
}

/// Refuses to load only what is new since a moment, where that cannot be.
///
/// # Errors
/// [`ErrorKind::Config`] for a stream without a cursor, and for [`Mode::Replace`].
pub fn check_since(stream: &Stream, mode: Mode) -> Result<()> {
    check_cursor(stream)?;
    if mode != Mode::Replace {
        return Ok(());
    }
    let name = &stream.name;
    let message =
        format!("stream {name} is replaced: what is new since a day would take the place of all");
    Err(Error::new(ErrorKind::Config, message)
        .with_hint("the modes merge and append keep the rows that are there"))
}

fn cannot_merge(stream: &Stream) -> Error {
    if stream.primary_key.is_empty() {
        let message = format!("stream {} has no key by which rows could be merged", stream.name);
        return Error::new(ErrorKind::Config, message).with_hint("the modes replace and append go");
    }
    let key = stream.primary_key.join(", ");
    Error::new(ErrorKind::Config, format!("merging stream {} takes its key: {key}", stream.name))
        .with_hint("keep the key among the columns that are read")
}

/// The chosen child tables of a stream that is loaded into this table.
fn children(stream: &Stream, table: &str, chosen: &[String]) -> Result<Vec<ChildOf>> {
    let mut seen = BTreeSet::new();
    let find = |name: &String| {
        if !seen.insert(name.clone()) {
            let message = format!("child table {name:?} is named twice");
            return Err(Error::new(ErrorKind::Config, message));
        }
        let child = stream.child(name).ok_or_else(|| {
            let known = stream.children.iter().map(|child| child.name.as_str());
            let message = format!("stream {} has no child table {name:?}", stream.name);
            Error::new(ErrorKind::Config, message).with_hint(near_miss::hint(name, known))
        })?;
        Ok(ChildOf {
            name: format!("{table}_{name}"),
            columns: child.columns.clone(),
            primary_key: child.primary_key.clone(),
        })
    };
    chosen.iter().map(find).collect()
}

/// The chosen ones of these columns, in the order of choice; all where none is chosen.
///
/// # Errors
/// [`ErrorKind::Config`] for a column that does not exist or is named twice.
pub fn select(stream: &str, available: &[Column], chosen: &[String]) -> Result<Vec<Column>> {
    if chosen.is_empty() {
        return Ok(available.to_vec());
    }
    let mut seen = BTreeSet::new();
    let find = |name: &String| {
        if !seen.insert(name.clone()) {
            let message = format!("column {name:?} is named twice");
            return Err(Error::new(ErrorKind::Config, message));
        }
        available.iter().find(|column| column.name == *name).cloned().ok_or_else(|| {
            let known = available.iter().map(|column| column.name.as_str());
            Error::new(ErrorKind::Config, format!("stream {stream} has no column {name:?}"))
                .with_hint(near_miss::hint(name, known))
        })
    };
    chosen.iter().map(find).collect()
}

#[cfg(test)]
mod tests;
