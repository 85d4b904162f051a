//! Which columns a scan builds, and the rows it builds them from.

use crate::bindings::tollgate::connector::types::Batch;
use crate::columns::ColumnBuilder;
use crate::failure::{BadValue, Failure};
use crate::record::{Column, DataType, DynamicColumn, Origin, Slot, Slots, Table};
use crate::values::{Int, Text};

/// Which columns a scan builds, and in which order.
#[derive(Clone, Debug)]
pub struct Plan {
    table: &'static Table,
    columns: Vec<Column>,
    sources: Vec<Source>,
    /// The fields that say which row it is: the key, or all where there is none.
    identifying: Vec<usize>,
    /// The fields whose value must come with the record.
    required: Vec<usize>,
    /// The keys of the dynamic columns with the columns' numbers, sorted: a record may have hundreds.
    dynamic_keys: Vec<(String, usize)>,
    /// The field whose keys are columns.
    dynamic_field: Option<usize>,
    /// The field that gathers the keys no other field has.
    others_field: Option<usize>,
}

/// Where a column's values come from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Source {
    Field(usize),
    Dynamic(usize),
}

impl Plan {
    /// All of a record's own columns.
    pub fn of(table: &'static Table) -> Self {
        let mut plan = Self::empty(table);
        for (index, field) in table.columns() {
            plan.add(field.column(), Source::Field(index));
        }
        plan
    }

    /// The columns named in `wanted`, in that order; all of them if it is empty.
    ///
    /// # Errors
    /// `invalid-config` for a name that is none of them.
    pub fn new(
        table: &'static Table,
        dynamic: &[DynamicColumn],
        wanted: &[String],
    ) -> Result<Self, Failure> {
        if wanted.is_empty() {
            let mut plan = Self::of(table);
            dynamic.iter().for_each(|column| plan.add_dynamic(column));
            return Ok(plan);
        }
        let mut plan = Self::empty(table);
        for name in wanted {
            if let Some((index, field)) = table.columns().find(|(_, field)| field.name == name) {
                plan.add(field.column(), Source::Field(index));
            } else if let Some(column) = dynamic.iter().find(|one| one.column.name == *name) {
                plan.add_dynamic(column);
            } else {
                return Err(Failure::invalid("columns", format!("no column is named {name:?}")));
            }
        }
        Ok(plan)
    }

    fn empty(table: &'static Table) -> Self {
        let has_key = table.has_key();
        let (mut identifying, mut required) = (Vec::new(), Vec::new());
        for (index, field) in table.fields.iter().enumerate() {
            if field.is_key || !has_key {
                identifying.push(index);
            }
            if field.is_required && field.origin == Origin::Json {
                required.push(index);
            }
        }
        Self {
            table,
            columns: Vec::new(),
            sources: Vec::new(),
            identifying,
            required,
            dynamic_keys: Vec::new(),
            dynamic_field: table.field_of(Origin::Dynamic),
            others_field: table.field_of(Origin::Others),
        }
    }

    /// The record's table.
    pub fn table(&self) -> &'static Table {
        self.table
    }

    /// The columns of every batch, in order.
    pub fn columns(&self) -> &[Column] {
        &self.columns
    }

    /// The fields that say which row it is.
    pub(crate) fn identifying(&self) -> &[usize] {
        &self.identifying
    }

    /// The fields whose value must come with the record.
    pub(crate) fn required(&self) -> &[usize] {
        &self.required
    }

    /// Whether a field's column is built.
    pub(crate) fn wants(&self, field: usize) -> bool {
        self.sources.contains(&Source::Field(field))
    }

    /// The keys of the dynamic columns, in ascending order, with the columns' numbers.
    pub(crate) fn dynamic_keys(&self) -> &[(String, usize)] {
        &self.dynamic_keys
    }

    /// The field whose keys are columns.
    pub(crate) fn dynamic_field(&self) -> Option<usize> {
        self.dynamic_field
    }

    /// The field that gathers the keys no other field has.
    pub(crate) fn others_field(&self) -> Option<usize> {
        self.others_field
    }

    fn add(&mut self, column: Column, source: Source) {
        self.columns.push(column);
        self.sources.push(source);
    }

    fn add_dynamic(&mut self, column: &DynamicColumn) {
        let number = self.dynamic_keys.len();
        let place = self.dynamic_keys.partition_point(|(key, _)| *key < column.key);
        self.dynamic_keys.insert(place, (column.key.clone(), number));
        self.add(column.column.clone(), Source::Dynamic(number));
    }
}

/// Rows under construction.
#[derive(Debug)]
pub struct Rows {
    /// The columns that come from fields, by number of the field; none for a field that nobody
    /// asked for.
    fields: Vec<Option<ColumnBuilder>>,
    /// The columns that come from the dynamic field.
    dynamic: Vec<ColumnBuilder>,
    count: u32,
}

impl Rows {
    /// No rows yet.
    pub fn new(plan: &Plan) -> Self {
        let mut rows = Self {
            fields: plan.table.fields.iter().map(|_| None).collect(),
            dynamic: Vec::new(),
            count: 0,
        };
        for (source, column) in plan.sources.iter().zip(&plan.columns) {
            let builder = ColumnBuilder::new(column.data_type);
            match *source {
                Source::Field(field) => rows.fields[field] = Some(builder),
                Source::Dynamic(_) => rows.dynamic.push(ColumnBuilder::new(DataType::Text)),
            }
        }
        rows
    }

    /// How many there are.
    pub fn count(&self) -> u32 {
        self.count
    }

    /// Adds one. After an error [`Rows::clear`] has to follow.
    ///
    /// # Errors
    /// For a text that is no date, time or decimal although its field says so.
    pub fn push<'de>(&mut self, plan: &Plan, row: &mut dyn Slots<'de>) -> Result<(), BadValue> {
        let mut columns = Columns { fields: &mut self.fields, next: 0, refused: None };
        row.push_to(&mut columns);
        if let Some((field, bad)) = columns.refused {
            return Err(bad.in_field(plan.table.fields[field].path));
        }
        if let (Some(field), false) = (plan.dynamic_field, self.dynamic.is_empty()) {
            let Slot::Dynamic(values) = row.slot(field) else { return Ok(()) };
            for (number, builder) in self.dynamic.iter_mut().enumerate() {
                builder.push_text(values.get(number));
            }
        }
        self.count += 1;
        Ok(())
    }

    /// Drops all of them.
    pub fn clear(&mut self) {
        self.fields.iter_mut().flatten().for_each(ColumnBuilder::clear);
        self.dynamic.iter_mut().for_each(ColumnBuilder::clear);
        self.count = 0;
    }

    /// Hands them over, in the order of the plan they were made by, and begins again.
    pub fn take(&mut self, plan: &Plan) -> Batch {
        let mut columns = Vec::with_capacity(plan.sources.len());
        for source in &plan.sources {
            let builder = match *source {
                Source::Field(field) => self.fields[field].as_mut(),
                Source::Dynamic(number) => self.dynamic.get_mut(number),
            };
            columns.extend(builder.map(ColumnBuilder::take));
        }
        Batch { rows: std::mem::take(&mut self.count), columns }
    }
}

/// The columns that a row's fields go to.
#[derive(Debug)]
pub struct Columns<'r> {
    fields: &'r mut [Option<ColumnBuilder>],
    next: usize,
    /// The first field that its column did not take.
    refused: Option<(usize, BadValue)>,
}

impl Columns<'_> {
    /// Takes the next field.
    // Where a field is lent its kind is known, so that no more than one of these calls is left there.
    #[inline(always)]
    pub fn push(&mut self, slot: Slot<'_, '_>) {
        match slot {
            Slot::Text(text) => self.push_text(text),
            Slot::Int(int) => self.push_int(int),
            other => self.push_any(other),
        }
    }

    #[inline(never)]
    fn push_text(&mut self, text: &mut Text<'_>) {
        let Some(Some(ColumnBuilder::Text(column))) = self.fields.get_mut(self.next) else {
            return self.push_any(Slot::Text(text));
        };
        column.push_inline(text.as_str());
        self.next += 1;
    }

    #[inline(never)]
    fn push_int(&mut self, int: &mut Int) {
        let Some(Some(ColumnBuilder::Int(column))) = self.fields.get_mut(self.next) else {
            return self.push_any(Slot::Int(int));
        };
        column.push(int.0);
        self.next += 1;
    }

    #[inline(never)]
    fn push_any(&mut self, slot: Slot<'_, '_>) {
        let field = self.next;
        self.next += 1;
        if let Some(Some(column)) = self.fields.get_mut(field)
            && let Err(bad) = column.push(slot)
        {
            self.refused.get_or_insert((field, bad));
        }
    }
}
