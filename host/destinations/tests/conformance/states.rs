//! A destination in memory that keeps states, merges and has child tables, with one defect at a
//! time, each of which the suite has to find.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard};

use arrow_array::cast::AsArray;
use arrow_array::types::Int64Type;
use arrow_array::{Array, RecordBatch};
use tollgate_destinations::conformance::{Fixture, Traits, Value, check_one};
use tollgate_model::{Column, DataType, Error, ErrorKind, Result};
use tollgate_sync::{Begun, Change, Destination, Kept, Load, Loaded, Mode, Start, State, Table};

const TRAITS: Traits = Traits {
    keeps_types: false,
    widens: false,
    keeps_keys: true,
    keeps_nan: true,
    keeps_nul: true,
    keeps_json_text: true,
    merges: true,
    resumes_replace: true,
};

#[test]
fn a_destination_without_defects_passes() {
    for check in checks() {
        check_one(check, || Stateful::fixture(None), TRAITS)
            .unwrap_or_else(|failure| panic!("{}: {}", failure.check, failure.message));
    }
}

#[test]
fn every_defect_is_found_by_its_check() {
    for (defect, expected) in DEFECTS {
        let found = check_one(expected, || Stateful::fixture(Some(*defect)), TRAITS);
        assert!(found.is_err(), "{defect:?} was not found by {expected}");
    }
}

/// The checks that are proven here.
pub fn checks() -> impl Iterator<Item = &'static str> {
    DEFECTS.iter().map(|(_, check)| *check)
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Defect {
    MergeAppends,
    KeylessMergeIsTaken,
    ChildrenPileUp,
    DeletedRowsStay,
    ChildrenAreAlwaysReplaced,
    ChildrenAreSeenAtOnce,
    UnkeptRowsStay,
    StateIsNotKept,
    StateRunsAhead,
    PausedRowsGo,
    UnkeptStagedRowsStay,
    ScopeIsIgnored,
    FreshForgetsAtOnce,
    FreshKeepsOldParts,
    StatelessForgets,
    ReplaceKeepsTheState,
    ForgetDoesNothing,
    SetKeepsOldParts,
    OldPartsStay,
}

use Defect::*;

const DEFECTS: &[(Defect, &str)] = &[
    (MergeAppends, "a_merge_adds_and_replaces"),
    (KeylessMergeIsTaken, "a_merge_without_keys_is_refused"),
    (ChildrenPileUp, "merged_children_replace_those_of_their_row"),
    (DeletedRowsStay, "deleted_rows_go_with_their_children"),
    (ChildrenAreAlwaysReplaced, "children_come_with_their_rows"),
    (ChildrenAreSeenAtOnce, "children_are_seen_when_their_rows_are"),
    (UnkeptRowsStay, "kept_rows_are_seen_and_the_others_go"),
    (StateIsNotKept, "a_state_comes_back_with_its_rows"),
    (StateRunsAhead, "a_killed_load_goes_on_after_what_was_kept"),
    (PausedRowsGo, "an_interrupted_replacement_goes_on"),
    (UnkeptStagedRowsStay, "a_killed_replacement_goes_on"),
    (ScopeIsIgnored, "a_state_of_another_read_is_told_and_gone"),
    (FreshForgetsAtOnce, "a_fresh_load_that_ends_early_changes_nothing"),
    (FreshKeepsOldParts, "a_fresh_load_ends_with_its_own_rows_and_state"),
    (StatelessForgets, "a_load_without_state_leaves_it"),
    (ReplaceKeepsTheState, "a_replacement_ends_the_state_of_what_it_replaces"),
    (ForgetDoesNothing, "a_state_is_forgotten_on_demand"),
    (SetKeepsOldParts, "a_state_is_set_in_the_place_of_another"),
    (OldPartsStay, "the_end_keeps_the_parts_of_its_round"),
];

type Row = Vec<Value>;

/// What is on the disk, so to say.
#[derive(Clone, Default)]
struct Storage {
    tables: BTreeMap<String, Vec<Row>>,
    /// The staged rows of a replacement that was kept.
    staged: Vec<Vec<Row>>,
    state: Option<State>,
}

#[derive(Clone)]
struct Stateful {
    storage: Arc<Mutex<Storage>>,
    defect: Option<Defect>,
}

impl Stateful {
    fn fixture(defect: Option<Defect>) -> Box<dyn Fixture> {
        Box::new(Stateful { storage: Arc::default(), defect })
    }

    fn has(&self, defect: Defect) -> bool {
        self.defect == Some(defect)
    }

    fn storage(&self) -> MutexGuard<'_, Storage> {
        self.storage.lock().expect("no test panics while it holds the lock")
    }
}

impl Fixture for Stateful {
    fn destination(&self) -> Box<dyn Destination> {
        Box::new(self.clone())
    }

    fn read(&self, table: &str, _columns: &[Column]) -> Option<Vec<Vec<Value>>> {
        self.storage().tables.get(table).cloned()
    }

    fn another(&self) -> Box<dyn Fixture> {
        Stateful::fixture(self.defect)
    }

    fn killed(&self) -> Box<dyn Fixture> {
        let storage = Arc::new(Mutex::new(self.storage().clone()));
        Box::new(Stateful { storage, defect: self.defect })
    }

    fn leftovers(&self) -> Vec<String> {
        Vec::new()
    }
}

impl Destination for Stateful {
    fn begin(&mut self, table: &Table, start: Start<'_>) -> Result<Begun> {
        let keyless = table.mode == Mode::Merge && table.primary_key.is_empty();
        if keyless && !self.has(KeylessMergeIsTaken) {
            return Err(Error::new(ErrorKind::Destination, "there is no key"));
        }
        let mut storage = self.storage();
        let found = storage.state.clone();
        let kept = match (start, found) {
            (Start::GoOn(scope), Some(state))
                if state.scope == *scope || self.has(ScopeIsIgnored) =>
            {
                Kept::Same(state)
            }
            (Start::GoOn(_), Some(state)) => Kept::Other(state.scope),
            _ => Kept::Nothing,
        };
        let forgets = match start {
            Start::Stateless => self.has(StatelessForgets),
            Start::Fresh => self.has(FreshForgetsAtOnce),
            Start::GoOn(_) => !matches!(kept, Kept::Same(_)),
        };
        if forgets {
            storage.state = None;
        }
        let tables = table.each();
        let goes_on = matches!(kept, Kept::Same(_)) && table.mode == Mode::Replace;
        let staged = if goes_on { storage.staged.clone() } else { Vec::new() };
        drop(storage);
        let is_fresh = start == Start::Fresh;
        let mut load = StatefulLoad { memory: self.clone(), tables, staged, is_fresh };
        load.staged.resize(load.tables.len(), Vec::new());
        Ok(Begun { load: Box::new(load), kept, table: table.clone() })
    }

    fn state(&self, _table: &str) -> Result<Option<State>> {
        Ok(self.storage().state.clone())
    }

    fn set_state(&mut self, _table: &str, state: &State) -> Result<()> {
        let mut storage = self.storage();
        let before = storage.state.take().filter(|_| self.has(SetKeepsOldParts));
        storage.state = Some(State::after(before, &state.as_change()));
        Ok(())
    }

    fn forget(&mut self, _table: &str) -> Result<bool> {
        let forgets = !self.has(ForgetDoesNothing);
        let mut storage = self.storage();
        let was_kept = storage.state.is_some();
        if forgets {
            storage.state = None;
        }
        Ok(was_kept)
    }
}

struct StatefulLoad {
    memory: Stateful,
    tables: Vec<Table>,
    /// Rows of each table that are not in it yet.
    staged: Vec<Vec<Row>>,
    is_fresh: bool,
}

impl StatefulLoad {
    fn has(&self, defect: Defect) -> bool {
        self.memory.has(defect)
    }

    fn mode(&self) -> Mode {
        self.tables[0].mode
    }

    /// Puts the staged rows into the tables; gives how many of the first one's there are, and how
    /// many of them are deleted.
    fn put(&mut self) -> (u64, u64) {
        let mode = self.mode();
        let staged: Vec<Vec<Row>> = self.staged.iter_mut().map(std::mem::take).collect();
        let parents: Vec<Value> = staged[0].iter().map(|row| row[0].clone()).collect();
        let gone = self.deleted(&staged[0]);
        let mut storage = self.memory.storage();
        let mut count = 0;
        for (place, (table, rows)) in self.tables.iter().zip(staged).enumerate() {
            let stored = storage.tables.entry(table.name.clone()).or_default();
            let merges = mode == Mode::Merge && !self.has(MergeAppends);
            if mode == Mode::Replace || place > 0 && self.has(ChildrenAreAlwaysReplaced) {
                stored.clear();
            } else if merges && !(place > 0 && self.has(ChildrenPileUp)) {
                stored.retain(|row| !parents.contains(&row[0]));
            }
            if place == 0 && merges {
                let by_key: BTreeMap<Value, Row> =
                    rows.into_iter().map(|row| (row[0].clone(), row)).collect();
                count = by_key.len() as u64;
                stored.extend(by_key.into_values());
            } else {
                count = if place == 0 { rows.len() as u64 } else { count };
                stored.extend(rows);
            }
            stored.retain(|row| !gone.contains(&row[0]));
        }
        let gone = gone.len() as u64;
        (count - gone, gone)
    }

    /// The keys of the rows that came as deleted, and did not come again.
    fn deleted(&self, rows: &[Row]) -> Vec<Value> {
        let table = &self.tables[0];
        let column = table.columns.iter().position(|it| Some(&it.name) == table.deletion.as_ref());
        let Some(column) = column.filter(|_| !self.has(DeletedRowsStay)) else { return Vec::new() };
        let last: BTreeMap<&Value, &Row> = rows.iter().map(|row| (&row[0], row)).collect();
        let gone = last.into_iter().filter(|(_, row)| row[column] != Value::Null);
        gone.map(|(key, _)| key.clone()).collect()
    }

    fn store(&self, change: &Change) {
        let keeps = if self.has(OldPartsStay) { tollgate_sync::Keeps::All } else { change.keeps };
        let change = Change { keeps, ..change.clone() };
        let mut storage = self.memory.storage();
        storage.state = Some(State::after(storage.state.take(), &change));
    }
}

impl Load for StatefulLoad {
    fn write(&mut self, batch: &RecordBatch, children: &[RecordBatch]) -> Result<()> {
        let parents: Vec<Value> = rows(batch).into_iter().map(|row| row[0].clone()).collect();
        for (place, batch) in std::iter::once(batch).chain(children).enumerate() {
            if place > 0 && self.mode() == Mode::Merge {
                self.staged[place].retain(|row| !parents.contains(&row[0]));
            }
            if place > 0 && self.has(ChildrenAreSeenAtOnce) {
                let name = self.tables[place].name.clone();
                self.memory.storage().tables.entry(name).or_default().extend(rows(batch));
            }
            self.staged[place].extend(rows(batch));
        }
        if self.has(UnkeptStagedRowsStay) && self.mode() == Mode::Replace {
            self.memory.storage().staged = self.staged.clone();
        }
        Ok(())
    }

    fn keep(&mut self, change: &Change) -> Result<()> {
        if self.mode() == Mode::Replace {
            self.memory.storage().staged = self.staged.clone();
        } else if !self.has(StateRunsAhead) {
            self.put();
        }
        if !self.has(StateIsNotKept) {
            self.store(change);
        }
        Ok(())
    }

    fn commit(mut self: Box<Self>, change: Option<&Change>) -> Result<Loaded> {
        let written = self.staged[0].len() as u64;
        let (rows, removed) = self.put();
        if self.is_fresh && !self.has(FreshKeepsOldParts) {
            self.memory.storage().state = None;
        }
        match change {
            Some(change) => self.store(change),
            None if self.mode() == Mode::Replace && !self.has(ReplaceKeepsTheState) => {
                self.memory.storage().state = None;
            }
            None => {}
        }
        Ok(Loaded {
            rows,
            duplicates: written - rows - removed,
            removed,
            location: "memory".to_owned(),
        })
    }

    fn pause(self: Box<Self>) -> Result<()> {
        if self.has(PausedRowsGo) {
            self.memory.storage().staged.clear();
        }
        Ok(())
    }
}

impl Drop for StatefulLoad {
    fn drop(&mut self) {
        if self.has(UnkeptRowsStay) && self.mode() != Mode::Replace {
            self.put();
        }
    }
}

/// The rows of a batch of numbers and texts.
fn rows(batch: &RecordBatch) -> Vec<Row> {
    let value = |array: &Arc<dyn Array>, row: usize| match array.data_type() {
        _ if array.is_null(row) => Value::Null,
        kind if *kind == DataType::Int64.to_arrow() => {
            Value::Int64(array.as_primitive::<Int64Type>().value(row))
        }
        _ => Value::text(array.as_string::<i32>().value(row)),
    };
    let row = |row: usize| batch.columns().iter().map(|array| value(array, row)).collect();
    (0..batch.num_rows()).map(row).collect()
}
