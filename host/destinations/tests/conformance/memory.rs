//! A destination in memory with one defect at a time, each of which the suite has to find. It keeps
//! no states and merges nothing: see [`states`].

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, MutexGuard};

use crate::states;
use arrow_array::{Array, RecordBatch};
use tollgate_destinations::conformance::{self, Fixture, Traits, Value, check_one};
use tollgate_model::{Column, DataType, Error, ErrorKind, Result, literal};
use tollgate_sync::{Begun, Change, Destination, Kept, Load, Loaded, Mode, Start, Table};

const TRAITS: Traits = Traits {
    keeps_types: true,
    widens: true,
    keeps_keys: true,
    keeps_nan: true,
    keeps_nul: false,
    keeps_json_text: true,
    merges: false,
    resumes_replace: false,
};

#[test]
fn a_destination_without_defects_passes() {
    for check in conformance::names().filter(|name| states::checks().all(|other| other != *name)) {
        check_one(check, || Memory::fixture(None), TRAITS)
            .unwrap_or_else(|failure| panic!("{}: {}", failure.check, failure.message));
    }
}

#[test]
fn every_defect_is_found_by_its_check() {
    for (defect, expected) in DEFECTS {
        let found = check_one(expected, || Memory::fixture(Some(*defect)), TRAITS);
        assert!(found.is_err(), "{defect:?} was not found by {expected}");
    }
}

#[test]
fn every_check_finds_a_defect() {
    let proven: BTreeSet<_> =
        DEFECTS.iter().map(|(_, check)| *check).chain(states::checks()).collect();
    let unproven: Vec<_> = conformance::names().filter(|name| !proven.contains(name)).collect();
    assert!(unproven.is_empty(), "{unproven:?}");
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Defect {
    FalseIsMissing,
    Int64ThroughDouble,
    FloatThroughSingle,
    DecimalThroughDouble,
    TextEndsAtNul,
    TextIsTrimmed,
    DateBeforeEpochIsOff,
    TimestampInMilliseconds,
    JsonNumbersThroughDouble,
    BytesAsText,
    EmptyIsMissing,
    TextIsCut,
    SliceIsIgnored,
    NarrowRowsOnly,
    EmptyLoadMakesNothing,
    EmptyLoadSaysNothing,
    LastBatchOnly,
    ReplaceAppends,
    WritesAreSeen,
    DropCommits,
    AppendReplaces,
    AppendUsesTheKey,
    DroppedAppendStays,
    ReplaceRemovesTheFirstPart,
    OneLoadAtATime,
    LoadsShareAStaging,
    KilledLoadStays,
    KilledAppendIsSeen,
    NamesAreCutAtADot,
    NewColumnsAreIgnored,
    MissingColumnsAreRefused,
    ColumnsGoByPlace,
    ChangedTypeIsTaken,
    NarrowerTypeIsKept,
    WideningChangesValues,
    WideningComesTooEarly,
    ReplaceKeepsColumns,
    SlashesAreRefused,
    NamesLeadOutside,
    QuotesAreTakenFromNames,
    FirstRowStays,
    DuplicatesAreNotCounted,
    FirstKeyColumnOnly,
    KeysPerBatch,
    MissingKeyIsTaken,
}

use Defect::*;

const DEFECTS: &[(Defect, &str)] = &[
    (FalseIsMissing, "booleans_come_back"),
    (Int64ThroughDouble, "int64s_come_back"),
    (FloatThroughSingle, "float64s_come_back"),
    (DecimalThroughDouble, "decimals_come_back"),
    (TextEndsAtNul, "what_cannot_be_kept_is_refused"),
    (TextIsTrimmed, "texts_come_back"),
    (DateBeforeEpochIsOff, "dates_come_back"),
    (TimestampInMilliseconds, "timestamps_come_back"),
    (JsonNumbersThroughDouble, "json_comes_back"),
    (BytesAsText, "bytes_come_back"),
    (EmptyIsMissing, "empty_differs_from_missing"),
    (TextIsCut, "a_megabyte_comes_back"),
    (SliceIsIgnored, "a_slice_of_a_batch_comes_back"),
    (NarrowRowsOnly, "wide_rows_come_back"),
    (EmptyLoadMakesNothing, "an_empty_load_makes_an_empty_table"),
    (EmptyLoadSaysNothing, "all_batches_arrive"),
    (LastBatchOnly, "all_batches_arrive"),
    (ReplaceAppends, "replace_replaces"),
    (WritesAreSeen, "nothing_is_seen_before_the_commit"),
    (DropCommits, "a_dropped_load_changes_nothing"),
    (AppendReplaces, "append_adds"),
    (AppendUsesTheKey, "append_keeps_rows_with_the_same_key"),
    (DroppedAppendStays, "a_dropped_append_changes_nothing"),
    (ReplaceRemovesTheFirstPart, "replace_after_appends_replaces_all"),
    (OneLoadAtATime, "tables_load_side_by_side"),
    (LoadsShareAStaging, "two_loads_of_one_table_do_not_mix"),
    (KilledLoadStays, "a_killed_load_leaves_the_old_rows"),
    (KilledAppendIsSeen, "a_killed_append_leaves_the_old_rows"),
    (NamesAreCutAtADot, "tables_with_similar_names_stay"),
    (NewColumnsAreIgnored, "a_new_column_is_added"),
    (MissingColumnsAreRefused, "a_missing_column_stays_null"),
    (ColumnsGoByPlace, "columns_go_by_name"),
    (ChangedTypeIsTaken, "a_changed_type_is_refused"),
    (NarrowerTypeIsKept, "rows_of_a_narrower_type_go_into_a_wider_column"),
    (WideningChangesValues, "a_column_is_widened_and_keeps_its_values"),
    (WideningComesTooEarly, "a_load_that_ends_early_widens_nothing"),
    (ReplaceKeepsColumns, "replace_changes_columns"),
    (SlashesAreRefused, "any_table_name_works"),
    (NamesLeadOutside, "any_table_name_works"),
    (QuotesAreTakenFromNames, "any_column_name_works"),
    (FirstRowStays, "the_last_row_of_a_key_stays"),
    (DuplicatesAreNotCounted, "the_last_row_of_a_key_stays"),
    (FirstKeyColumnOnly, "keys_of_several_columns_work"),
    (KeysPerBatch, "keys_come_again_in_later_batches"),
    (MissingKeyIsTaken, "a_missing_key_is_refused"),
];

type Row = BTreeMap<String, Value>;

fn holds_nul(value: &Value) -> bool {
    match value {
        Value::Text(text) => text.contains('\0'),
        Value::Json(text) => text.contains("\\u0000"),
        _ => false,
    }
}

/// Rows by column name, in the parts in which they came.
#[derive(Clone, Debug, Default)]
struct Stored {
    types: BTreeMap<String, DataType>,
    parts: Vec<Vec<Row>>,
}

impl Stored {
    /// Turns the values into those of this table's types.
    fn widen(&mut self, table: &Table, is_wrong: bool) {
        for column in table.columns.iter().filter(|_| table.widen) {
            let was = self.types.insert(column.name.clone(), column.data_type);
            let Some(was) = was.filter(|was| *was != column.data_type) else { continue };
            for value in self.parts.iter_mut().flatten().filter_map(|row| row.get_mut(&column.name))
            {
                *value = widened(value, was, column.data_type, is_wrong);
            }
        }
    }
}

fn widened(value: &Value, was: DataType, now: DataType, is_wrong: bool) -> Value {
    let mut out = Vec::new();
    let scale = |of: DataType| match of {
        DataType::Decimal { scale, .. } => u32::from(scale),
        _ => 0,
    };
    match (value, now) {
        (Value::Null, _) => return Value::Null,
        (Value::Int64(number), DataType::Decimal { .. }) => {
            return Value::Decimal(i128::from(*number) * 10_i128.pow(scale(now)));
        }
        (Value::Decimal(units), DataType::Decimal { .. }) => {
            return Value::Decimal(units * 10_i128.pow(scale(now) - scale(was)));
        }
        (Value::Decimal(units), DataType::Float64) => return Value::float64(*units as f64),
        (Value::Date(days), DataType::Timestamp) => {
            return Value::Timestamp(i64::from(*days) * 86_400_000_000);
        }
        (Value::Boolean(value), _) => literal::push_display(&mut out, *value),
        (Value::Int64(value), _) => literal::push_display(&mut out, *value),
        // As most programs write doubles.
        (Value::Float64(bits), _) if is_wrong => {
            literal::push_display(&mut out, f64::from_bits(*bits));
        }
        (Value::Float64(bits), _) => literal::push_float(&mut out, f64::from_bits(*bits)),
        (Value::Decimal(units), _) => {
            literal::push_decimal(&mut out, *units, u8::try_from(scale(was)).expect("it is small"));
        }
        (Value::Date(days), _) => {
            literal::push_date(&mut out, *days).expect("it is in range");
        }
        (Value::Timestamp(micros), _) => {
            literal::push_timestamp(&mut out, *micros).expect("it is in range");
        }
        (Value::Bytes(bytes), _) => literal::push_base64(&mut out, bytes),
        (Value::Text(text) | Value::Json(text), _) => out.extend_from_slice(text.as_bytes()),
    }
    Value::text(String::from_utf8(out).expect("it is ASCII"))
}

/// What is shared by all loads.
#[derive(Debug, Default)]
struct Storage {
    tables: BTreeMap<String, Stored>,
    staged: BTreeMap<u64, (String, Vec<Row>)>,
    loads: u64,
}

#[derive(Clone)]
struct Memory {
    storage: Arc<Mutex<Storage>>,
    defect: Option<Defect>,
}

impl Memory {
    fn fixture(defect: Option<Defect>) -> Box<dyn Fixture> {
        Box::new(Memory { storage: Arc::default(), defect })
    }

    fn has(&self, defect: Defect) -> bool {
        self.defect == Some(defect)
    }

    fn storage(&self) -> MutexGuard<'_, Storage> {
        self.storage.lock().expect("no test panics while it holds the lock")
    }

    fn table_name(&self, name: &str) -> String {
        match self.defect {
            Some(NamesAreCutAtADot) => name.split('.').next().unwrap_or_default().to_owned(),
            _ => name.to_owned(),
        }
    }

    fn column_name(&self, name: &str) -> String {
        if self.has(QuotesAreTakenFromNames) { name.replace('"', "") } else { name.to_owned() }
    }
}

impl Fixture for Memory {
    fn destination(&self) -> Box<dyn Destination> {
        Box::new(self.clone())
    }

    fn read(&self, table: &str, columns: &[Column]) -> Option<Vec<Vec<Value>>> {
        let storage = self.storage();
        let name = self.table_name(table);
        let stored = storage.tables.get(&name).cloned();
        let staged: Vec<Row> = storage
            .staged
            .values()
            .filter(|(of, _)| *of == name && self.has(WritesAreSeen))
            .flat_map(|(_, rows)| rows.clone())
            .collect();
        if stored.is_none() && staged.is_empty() {
            return None;
        }
        let rows = stored.unwrap_or_default().parts.into_iter().flatten().chain(staged);
        let value =
            |row: &Row, column: &Column| row.get(&column.name).cloned().unwrap_or(Value::Null);
        Some(rows.map(|row| columns.iter().map(|column| value(&row, column)).collect()).collect())
    }

    fn another(&self) -> Box<dyn Fixture> {
        Memory::fixture(self.defect)
    }

    fn killed(&self) -> Box<dyn Fixture> {
        let storage = self.storage();
        let mut tables = storage.tables.clone();
        let mut staged = storage.staged.clone();
        if self.has(KilledAppendIsSeen) {
            for (table, rows) in std::mem::take(&mut staged).into_values() {
                tables.entry(table).or_default().parts.push(rows);
            }
        }
        let storage = Storage { tables, staged, loads: storage.loads };
        Box::new(Memory { storage: Arc::new(Mutex::new(storage)), defect: self.defect })
    }

    fn leftovers(&self) -> Vec<String> {
        let storage = self.storage();
        let mut leftovers: Vec<_> = storage.staged.keys().map(u64::to_string).collect();
        if self.has(NamesLeadOutside) {
            let names = storage.tables.keys();
            leftovers.extend(names.filter(|name| name.starts_with("..")).cloned());
        }
        leftovers
    }
}

impl Destination for Memory {
    fn begin(&mut self, table: &Table, _start: Start<'_>) -> Result<Begun> {
        let name = self.table_name(&table.name);
        let mut storage = self.storage();
        if self.has(SlashesAreRefused) && name.contains('/') {
            return Err(Error::new(ErrorKind::Destination, "there is no such folder"));
        }
        let mut settled = table.clone();
        if table.mode == Mode::Append
            && let Some(stored) = storage.tables.get_mut(&name)
        {
            self.settle(&mut settled, stored);
            self.check_append(table, stored)?;
        }
        if self.has(OneLoadAtATime) && !storage.staged.is_empty() {
            return Err(Error::new(ErrorKind::Destination, "another load is under way"));
        }
        if !self.has(KilledLoadStays) && !self.has(LoadsShareAStaging) {
            storage.staged.retain(|_, (of, _)| *of != name);
        }
        storage.loads += if self.has(LoadsShareAStaging) { 0 } else { 1 };
        let id = storage.loads;
        storage.staged.entry(id).or_insert((name, Vec::new()));
        drop(storage);
        let (memory, table) = (self.clone(), settled.clone());
        let load = Box::new(MemoryLoad { memory, table, id, written: 0, is_done: false });
        Ok(Begun { load, kept: Kept::Nothing, table: settled })
    }
}

impl Memory {
    /// Gives the table types that hold old and new rows.
    fn settle(&self, table: &mut Table, stored: &mut Stored) {
        for column in table.columns.iter_mut().filter(|_| table.widen) {
            let known = stored.types.get(&column.name).copied().unwrap_or(column.data_type);
            if !self.has(NarrowerTypeIsKept) {
                column.data_type = known.widest(column.data_type);
            }
        }
        if self.has(WideningComesTooEarly) {
            stored.widen(table, false);
        }
    }

    fn check_append(&self, table: &Table, stored: &Stored) -> Result<()> {
        for Column { name, data_type, .. } in &table.columns {
            let known = stored.types.get(name);
            let changed = known.is_some_and(|known| known != data_type) && !table.widen;
            if changed && !self.has(ChangedTypeIsTaken) {
                let message = format!("column {name:?} holds {known:?}, the new rows {data_type}");
                return Err(Error::new(ErrorKind::Destination, message).with_hint("replace it"));
            }
        }
        if self.has(MissingColumnsAreRefused) && stored.types.len() > table.columns.len() {
            return Err(Error::new(ErrorKind::Destination, "a column is missing"));
        }
        Ok(())
    }
}

struct MemoryLoad {
    memory: Memory,
    table: Table,
    id: u64,
    written: u64,
    is_done: bool,
}

impl Load for MemoryLoad {
    fn write(&mut self, batch: &RecordBatch, _children: &[RecordBatch]) -> Result<()> {
        let rows = self.rows(batch);
        self.written += rows.len() as u64;
        if self.refuses_key(&rows) {
            return Err(Error::new(ErrorKind::Data, "a row has no key"));
        }
        if rows.iter().flat_map(BTreeMap::values).any(holds_nul) {
            return Err(Error::new(ErrorKind::Data, "a value holds NUL"));
        }
        let rows = if self.memory.has(KeysPerBatch) { self.by_key(rows) } else { rows };
        let mut storage = self.memory.storage();
        let Some((_, staged)) = storage.staged.get_mut(&self.id) else {
            return Err(Error::new(ErrorKind::Destination, "another load took its place"));
        };
        if self.memory.has(LastBatchOnly) {
            staged.clear();
        }
        staged.extend(rows);
        Ok(())
    }

    fn commit(mut self: Box<Self>, _change: Option<&Change>) -> Result<Loaded> {
        self.put(self.table.mode)
    }
}

impl Drop for MemoryLoad {
    fn drop(&mut self) {
        if self.is_done {
            return;
        }
        let stays = self.memory.has(DroppedAppendStays) && self.table.mode == Mode::Append;
        if self.memory.has(DropCommits) || stays {
            drop(self.put(self.table.mode));
        } else if !self.memory.has(KilledLoadStays) {
            self.memory.storage().staged.remove(&self.id);
        }
    }
}

impl MemoryLoad {
    fn has(&self, defect: Defect) -> bool {
        self.memory.has(defect)
    }

    fn put(&mut self, mode: Mode) -> Result<Loaded> {
        self.is_done = true;
        let name = self.memory.table_name(&self.table.name);
        let Some((_, rows)) = self.memory.storage().staged.remove(&self.id) else {
            return Err(Error::new(ErrorKind::Destination, "another load took its place"));
        };
        let uses_key = mode == Mode::Replace || self.has(AppendUsesTheKey);
        let rows = if uses_key && !self.has(KeysPerBatch) { self.by_key(rows) } else { rows };
        let (count, location) = (rows.len() as u64, "memory".to_owned());
        let mut duplicates = self.written.saturating_sub(count);
        if self.has(DuplicatesAreNotCounted) {
            duplicates = 0;
        }
        let loaded = Loaded { rows: count, duplicates, removed: 0, location };
        if self.written == 0 && self.has(EmptyLoadMakesNothing) {
            return Ok(loaded);
        }
        let mut storage = self.memory.storage();
        let stored = storage.tables.entry(name).or_default();
        let replaces = match mode {
            Mode::Replace => !self.has(ReplaceAppends),
            Mode::Append | Mode::Merge => self.has(AppendReplaces),
        };
        let rows =
            if self.has(EmptyLoadSaysNothing) { rows[..rows.len() / 2].to_vec() } else { rows };
        let rows = self.fit(rows, stored, replaces);
        if replaces && self.has(ReplaceRemovesTheFirstPart) && !stored.parts.is_empty() {
            stored.parts[0] = rows;
            return Ok(loaded);
        }
        if replaces {
            *stored = Stored::default();
        }
        stored.widen(&self.table, self.has(WideningChangesValues));
        stored.types.extend(self.table.columns.iter().map(|c| (c.name.clone(), c.data_type)));
        stored.parts.push(rows);
        if self.has(AppendUsesTheKey) {
            stored.parts = vec![self.by_key(stored.parts.concat())];
        }
        Ok(loaded)
    }

    /// The defects of columns.
    fn fit(&self, mut rows: Vec<Row>, stored: &Stored, replaces: bool) -> Vec<Row> {
        let known: Vec<_> = stored.types.keys().cloned().collect();
        let ignores = self.has(NewColumnsAreIgnored) && !replaces
            || self.has(ReplaceKeepsColumns) && replaces;
        if ignores && !known.is_empty() {
            rows.iter_mut().for_each(|row| row.retain(|name, _| known.contains(name)));
        }
        if self.has(ColumnsGoByPlace) && !replaces && known.len() == self.table.columns.len() {
            let named = |row: Row| {
                let place = |(place, known): (usize, &String)| {
                    (known.clone(), row[&self.table.columns[place].name].clone())
                };
                known.iter().enumerate().map(place).collect()
            };
            rows = rows.into_iter().map(named).collect();
        }
        rows
    }

    fn key(&self) -> &[String] {
        let key = &self.table.primary_key[..];
        if self.has(FirstKeyColumnOnly) { &key[..key.len().min(1)] } else { key }
    }

    fn refuses_key(&self, rows: &[Row]) -> bool {
        let lacks = |row: &Row| self.key().iter().any(|name| row[name] == Value::Null);
        !self.has(MissingKeyIsTaken) && rows.iter().any(lacks)
    }

    fn by_key(&self, rows: Vec<Row>) -> Vec<Row> {
        if self.key().is_empty() {
            return rows;
        }
        let mut kept: BTreeMap<Vec<Value>, Row> = BTreeMap::new();
        for row in rows {
            let key = self.key().iter().map(|name| row[name].clone()).collect();
            if self.has(FirstRowStays) {
                kept.entry(key).or_insert(row);
            } else {
                kept.insert(key, row);
            }
        }
        kept.into_values().collect()
    }

    fn rows(&self, batch: &RecordBatch) -> Vec<Row> {
        let columns = self.table.columns.iter().zip(batch.columns());
        let limit = if self.has(NarrowRowsOnly) { 256 } else { usize::MAX };
        let columns: Vec<_> = columns.take(limit).collect();
        let row = |row: usize| {
            let value = |(column, array): &(&Column, &Arc<dyn Array>)| {
                (self.memory.column_name(&column.name), self.value(column, array, row))
            };
            columns.iter().map(value).collect()
        };
        (0..batch.num_rows()).map(row).collect()
    }

    fn value(&self, column: &Column, array: &dyn Array, row: usize) -> Value {
        // A slice whose offset is forgotten shows the validity of other rows.
        let shifted = row.checked_sub(1).filter(|_| self.has(SliceIsIgnored) && array.offset() > 0);
        if array.is_null(shifted.unwrap_or(row)) {
            return Value::Null;
        }
        self.damage(super::value(column.data_type, array, row))
    }

    /// The defects of values.
    fn damage(&self, value: Value) -> Value {
        match (self.memory.defect, value) {
            (Some(FalseIsMissing), Value::Boolean(false)) => Value::Null,
            (Some(Int64ThroughDouble), Value::Int64(v)) => Value::Int64(v as f64 as i64),
            (Some(FloatThroughSingle), Value::Float64(bits)) => {
                Value::float64(f64::from(f64::from_bits(bits) as f32))
            }
            (Some(DecimalThroughDouble), Value::Decimal(v)) => Value::Decimal(v as f64 as i128),
            (Some(TextEndsAtNul), Value::Text(v)) => {
                Value::text(v.split('\0').next().unwrap_or_default())
            }
            (Some(TextIsTrimmed), Value::Text(v)) => Value::text(v.trim()),
            (Some(DateBeforeEpochIsOff), Value::Date(v)) if v < 0 => Value::Date(v + 1),
            (Some(TimestampInMilliseconds), Value::Timestamp(v)) => {
                Value::Timestamp(v / 1000 * 1000)
            }
            (Some(JsonNumbersThroughDouble), Value::Json(v)) => match v.parse::<f64>() {
                Ok(number) => Value::json(number.to_string()),
                Err(_) => Value::Json(v),
            },
            (Some(BytesAsText), Value::Bytes(v)) => {
                Value::Bytes(String::from_utf8_lossy(&v).into_owned().into_bytes())
            }
            (Some(EmptyIsMissing), Value::Text(v)) if v.is_empty() => Value::Null,
            (Some(TextIsCut), Value::Text(v)) if v.len() > 65_535 => Value::text(&v[..65_535]),
            (_, value) => value,
        }
    }
}
