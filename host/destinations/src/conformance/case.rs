//! What the checks are made of.

use tollgate_model::{Column, DataType};
use tollgate_sync::{Begun, Change, Load, Loaded, Mode, Start, Table};

use super::value::{Value, to_batch};
use super::{Fixture, Traits};

/// `Err` says what was seen instead.
pub(super) type Outcome = Result<(), String>;

pub(super) type Rows = Vec<Vec<Value>>;

/// How much of a value is worth showing.
const SHOWN_CHARS_MAX: usize = 300;

/// One run of a check.
pub(super) struct Case {
    pub(super) fixture: Box<dyn Fixture>,
    pub(super) traits: Traits,
}

impl Case {
    /// Begins a load.
    pub(super) fn begin(&self, table: &Table) -> Result<Box<dyn Load>, String> {
        Ok(self.begin_with(table, Start::Stateless)?.load)
    }

    /// Begins a load, with a state or without.
    pub(super) fn begin_with(&self, table: &Table, start: Start<'_>) -> Result<Begun, String> {
        let begun = self.fixture.destination().begin(table, start);
        begun.map_err(|error| failed("begin", &error))
    }

    /// Loads rows in one batch.
    pub(super) fn load(&self, table: &Table, rows: &Rows) -> Result<Loaded, String> {
        self.load_batches(table, std::slice::from_ref(rows))
    }

    /// Loads rows in several batches.
    pub(super) fn load_batches(&self, table: &Table, batches: &[Rows]) -> Result<Loaded, String> {
        let mut load = self.begin(table)?;
        for rows in batches {
            write(load.as_mut(), table, rows)?;
        }
        commit(load)
    }

    /// The table has exactly these rows, in any order.
    pub(super) fn expect(&self, table: &Table, rows: &Rows) -> Outcome {
        let found = self.fixture.read(&table.name, &table.columns);
        let Some(found) = found else { return Err(format!("there is no table {:?}", table.name)) };
        compare(found, rows.clone())
    }

    /// There is no such table.
    pub(super) fn expect_no_table(&self, table: &Table) -> Outcome {
        match self.fixture.read(&table.name, &table.columns) {
            None => Ok(()),
            Some(rows) => Err(format!("there is a table {:?}: {}", table.name, shown(&rows))),
        }
    }

    /// There is nothing but tables.
    pub(super) fn expect_no_leftovers(&self) -> Outcome {
        let leftovers = self.fixture.leftovers();
        if leftovers.is_empty() { Ok(()) } else { Err(format!("there are still {leftovers:?}")) }
    }

    /// Loads these rows and expects them back.
    pub(super) fn round_trip(&self, table: &Table, rows: &Rows) -> Outcome {
        let loaded = self.load(table, rows)?;
        expect_loaded(&loaded, rows.len(), 0)?;
        self.expect(table, rows)
    }

    /// A case on an empty storage of its own.
    pub(super) fn another(&self) -> Case {
        Case { fixture: self.fixture.another(), traits: self.traits }
    }

    /// The same, on what would be left if the process were killed now.
    pub(super) fn killed(&self) -> Case {
        Case { fixture: self.fixture.killed(), traits: self.traits }
    }
}

/// Writes rows as one batch.
pub(super) fn write(load: &mut dyn Load, table: &Table, rows: &Rows) -> Outcome {
    let batch = to_batch(&table.columns, rows)?;
    load.write(&batch, &[]).map_err(|error| failed("write", &error))
}

/// Writes rows as one batch, with a batch for each child table.
pub(super) fn write_with(
    load: &mut dyn Load,
    table: &Table,
    rows: &Rows,
    children: &[(&Table, &Rows)],
) -> Outcome {
    let batch = to_batch(&table.columns, rows)?;
    let child = |(table, rows): &(&Table, &Rows)| to_batch(&table.columns, rows);
    let children = children.iter().map(child).collect::<Result<Vec<_>, _>>()?;
    load.write(&batch, &children).map_err(|error| failed("write", &error))
}

pub(super) fn commit(load: Box<dyn Load>) -> Result<Loaded, String> {
    load.commit(None).map_err(|error| failed("commit", &error))
}

pub(super) fn commit_with(load: Box<dyn Load>, change: &Change) -> Result<Loaded, String> {
    load.commit(Some(change)).map_err(|error| failed("commit", &error))
}

pub(super) fn keep(load: &mut dyn Load, change: &Change) -> Outcome {
    load.keep(change).map_err(|error| failed("keep", &error))
}

/// The load says that it put so many rows there.
pub(super) fn expect_loaded(loaded: &Loaded, rows: usize, duplicates: u64) -> Outcome {
    if loaded.rows != rows as u64 || loaded.duplicates != duplicates || loaded.location.is_empty() {
        return Err(format!("{rows} rows and {duplicates} duplicates came to {loaded:?}"));
    }
    Ok(())
}

/// A table to replace.
pub(super) fn table(name: &str, columns: &[(&str, DataType)]) -> Table {
    let column = |(name, data_type): &(&str, DataType)| Column {
        name: (*name).to_owned(),
        data_type: *data_type,
        nullable: true,
        description: String::new(),
    };
    Table {
        name: name.to_owned(),
        columns: columns.iter().map(column).collect(),
        primary_key: Vec::new(),
        deletion: None,
        mode: Mode::Replace,
        children: Vec::new(),
        widen: false,
    }
}

/// The same table, to append to.
pub(super) fn appended(table: &Table) -> Table {
    Table { mode: Mode::Append, ..table.clone() }
}

/// The same table with a key.
pub(super) fn keyed(table: &Table, key: &[&str]) -> Table {
    Table { primary_key: key.iter().map(|name| (*name).to_owned()).collect(), ..table.clone() }
}

/// A plain table for the checks to which types do not matter.
pub(super) fn contacts() -> Table {
    table("contacts", &[("id", DataType::Int64), ("email", DataType::Text)])
}

/// Rows of [`contacts`]: these ids, with a mark to tell one load from another.
pub(super) fn people(ids: std::ops::Range<i64>, mark: &str) -> Rows {
    ids.map(|id| vec![Value::Int64(id), Value::text(format!("{mark}{id}@example.com"))]).collect()
}

fn compare(mut found: Rows, mut expected: Rows) -> Outcome {
    found.sort_unstable();
    expected.sort_unstable();
    if found == expected {
        return Ok(());
    }
    let differing = found.iter().zip(&expected).find(|(found, expected)| found != expected);
    let detail = match differing {
        Some((found, expected)) => format!("{} instead of {}", shown(found), shown(expected)),
        None => "some are missing or come twice".to_owned(),
    };
    Err(format!("{} rows instead of {}: {detail}", found.len(), expected.len()))
}

fn shown(value: &impl std::fmt::Debug) -> String {
    let text = format!("{value:?}");
    match text.char_indices().nth(SHOWN_CHARS_MAX) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text,
    }
}

pub(super) fn failed(step: &str, error: &tollgate_model::Error) -> String {
    let mut text = format!("{step} failed ({}): {error}", error.kind());
    let mut source = std::error::Error::source(error);
    while let Some(error) = source {
        text += &format!(": {error}");
        source = error.source();
    }
    text
}
