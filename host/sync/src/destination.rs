//! Where rows go, and where the state of a read is kept: with its rows, so that neither is ever
//! ahead of the other.

use std::time::Duration;

use arrow_array::RecordBatch;
use serde::{Deserialize, Serialize};
use tollgate_model::{Column, Error, ErrorKind, Result};

use crate::state::{Change, Scope, State};

/// Something that tables can be loaded into. Its calls block: the driver makes them on a thread of
/// their own, so that reading and writing overlap.
pub trait Destination: Send {
    /// Looks at what is there, refuses what cannot work (a column whose type changed and is not to be
    /// widened, a folder that cannot be written, a mode that it does not have) and makes ready to
    /// load. Called before the first request of the read.
    fn begin(&mut self, table: &Table, start: Start<'_>) -> Result<Begun>;

    /// What is kept of the reads of the table of this name.
    fn state(&self, table: &str) -> Result<Option<State>> {
        let _ = table;
        Ok(None)
    }

    /// Keeps this state of the reads of this table in the place of what is kept, as a whole or not at
    /// all. The table's rows stay.
    ///
    /// # Errors
    /// [`ErrorKind::Destination`] where it keeps no states.
    fn set_state(&mut self, table: &str, state: &State) -> Result<()> {
        let _ = (table, state);
        Err(Error::new(ErrorKind::Destination, "this destination keeps no states"))
    }

    /// Throws away what is kept of the reads of this table, so that the next one begins from the
    /// start; whether there was anything. The table's rows stay.
    fn forget(&mut self, table: &str) -> Result<bool> {
        let _ = table;
        Ok(false)
    }
}

/// How a load begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Start<'a> {
    /// Without state: none is read or kept. What is kept of `append` and `merge` stays as it is.
    Stateless,
    /// From nothing, for a replacement: what is kept of earlier runs is left as it is until the load
    /// commits, and then its state takes that one's place. A load that ends early keeps nothing.
    Fresh,
    /// After what is kept, if it is of a read of this scope; what is kept of another one is thrown
    /// away.
    GoOn(&'a Scope),
}

/// A load that has begun.
pub struct Begun {
    /// The load.
    pub load: Box<dyn Load>,
    /// What was kept of earlier runs.
    pub kept: Kept,
    /// The table as it is loaded. Only types may differ from those asked for, and only where
    /// [`Table::widen`] allows it: a column takes the narrowest type that holds the rows that are
    /// there and those that come. The load takes rows of these types.
    pub table: Table,
}

/// What a destination has kept of earlier runs.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Kept {
    /// Nothing, or nothing that was asked for.
    #[default]
    Nothing,
    /// The state of a read of the same scope. Rows that the load takes go on after it.
    Same(State),
    /// Something of a read of this other scope. It is gone now.
    Other(Scope),
}

/// A load under way.
///
/// With `replace`, nothing of it is to be seen by readers of the destination before `commit`. With
/// `append` and `merge`, rows become visible at every `keep` and at `commit`. If it is dropped, what
/// was written since the last `keep` is gone, and with `replace` everything; the old rows stay.
pub trait Load: Send {
    /// Takes a page: rows with the table's columns, and a batch for each of its child tables.
    fn write(&mut self, batch: &RecordBatch, children: &[RecordBatch]) -> Result<()>;

    /// How often `keep` is worth its price. `None`: nothing can be kept before the end.
    fn pace(&self) -> Option<Pace> {
        None
    }

    /// Makes all rows so far durable, and with them, in the same transaction, the state. Not called
    /// where there is no pace.
    fn keep(&mut self, change: &Change) -> Result<()> {
        let _ = change;
        Ok(())
    }

    /// Makes all rows visible at once, the last state with them; without a change, no state is
    /// kept.
    fn commit(self: Box<Self>, change: Option<&Change>) -> Result<Loaded>;

    /// Ends the load as an interrupted one: what was kept last stays for a later run.
    fn pause(self: Box<Self>) -> Result<()> {
        Ok(())
    }
}

/// How often rows and state are made durable while a read is under way: whatever comes first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pace {
    /// After so many rows.
    pub rows: u64,
    /// After so much time.
    pub interval: Duration,
}

/// The table to load.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Table {
    /// Its name.
    pub name: String,
    /// Its columns.
    pub columns: Vec<Column>,
    /// The columns that identify a row; none where rows have no identity.
    pub primary_key: Vec<String>,
    /// The column that tells, where it is not null, that a row was deleted at the provider. Such a
    /// row is taken from the table, its child rows with it. Not with [`Mode::Append`], nor in files;
    /// without one, every row is a row.
    pub deletion: Option<String>,
    /// What becomes of the rows that are there.
    pub mode: Mode,
    /// The tables that are loaded with it, in the same transactions.
    pub children: Vec<ChildOf>,
    /// Whether a column whose type changed is made wide enough for old and new rows, where rows that
    /// are there stay; else it is refused.
    pub widen: bool,
}

/// A table whose rows belong to rows of another one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChildOf {
    /// Its name.
    pub name: String,
    /// Its columns, among them those of the parent's key, called as there.
    pub columns: Vec<Column>,
    /// The columns that identify a row; none where rows have no identity.
    pub primary_key: Vec<String>,
}

impl Table {
    /// The table itself and its child tables, each as a table of its own.
    pub fn each(&self) -> Vec<Table> {
        let own = Table { children: Vec::new(), ..self.clone() };
        let child = |child: &ChildOf| Table {
            name: child.name.clone(),
            columns: child.columns.clone(),
            primary_key: child.primary_key.clone(),
            deletion: None,
            mode: self.mode,
            children: Vec::new(),
            widen: self.widen,
        };
        std::iter::once(own).chain(self.children.iter().map(child)).collect()
    }
}

/// What becomes of the rows that are there.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Mode {
    /// They are replaced, at once, when all new rows have come.
    #[default]
    Replace,
    /// They stay, and the new ones come on top.
    Append,
    /// A new row takes the place of the one with its primary key, its child rows that of all child
    /// rows of that one; a row that was deleted at the provider goes; the others stay.
    Merge,
}

/// What a load did.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Loaded {
    /// Rows that this load put there; with `replace` also those of the interrupted run that it went
    /// on with.
    pub rows: u64,
    /// Rows that came again with a key that had come before; the last one stays.
    pub duplicates: u64,
    /// Rows that came as deleted at the provider and are not in the table, whether or not they were
    /// before; see [`Table::deletion`].
    pub removed: u64,
    /// Where they are, for people: a file, or a file and a table.
    pub location: String,
}
