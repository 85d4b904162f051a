//! Which columns a scan builds, and the rows it builds them from.

use crate::bindings::tollgate::connector::types::Batch;
use crate::columns::ColumnBuilder;
use crate::failure::{BadValue, Failure};
use crate::record::{Column, DataType, DynamicColumn, Origin, Slot, Slots, Table};

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
    /// The keys of the dynamic columns with their places, sorted: a record may have hundreds.
    dynamic_keys: Vec<(String, usize)>,
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
        let (columns, sources, dynamic_keys) = (Vec::new(), Vec::new(), Vec::new());
        Self { table, columns, sources, identifying, required, dynamic_keys }
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

    /// Which of the dynamic columns has this key.
    pub(crate) fn dynamic_slot(&self, key: &str) -> Option<usize> {
        let by_key = |(one, _): &(String, usize)| one.as_str().cmp(key);
        let found = self.dynamic_keys.binary_search_by(by_key).ok()?;
        Some(self.dynamic_keys[found].1)
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
    /// The columns that come from fields, with the fields' numbers.
    fields: Vec<(usize, ColumnBuilder)>,
    /// The columns that come from the dynamic field.
    dynamic: Vec<ColumnBuilder>,
    /// The field whose keys are columns.
    dynamic_field: Option<usize>,
    count: u32,
}

impl Rows {
    /// No rows yet.
    pub fn new(plan: &Plan) -> Self {
        let mut rows = Self {
            fields: Vec::new(),
            dynamic: Vec::new(),
            dynamic_field: plan.table.field_of(Origin::Dynamic),
            count: 0,
        };
        for (source, column) in plan.sources.iter().zip(&plan.columns) {
            let builder = ColumnBuilder::new(column.data_type);
            match *source {
                Source::Field(field) => rows.fields.push((field, builder)),
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
        for (field, builder) in &mut self.fields {
            let pushed = builder.push(row.slot(*field));
            pushed.map_err(|bad| bad.in_field(plan.table.fields[*field].path))?;
        }
        if let (Some(field), false) = (self.dynamic_field, self.dynamic.is_empty()) {
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
        self.fields.iter_mut().for_each(|(_, builder)| builder.clear());
        self.dynamic.iter_mut().for_each(ColumnBuilder::clear);
        self.count = 0;
    }

    /// Hands them over, in the order of the plan they were made by, and begins again.
    pub fn take(&mut self, plan: &Plan) -> Batch {
        let mut fields = self.fields.iter_mut().map(|(_, builder)| builder);
        let mut dynamic = self.dynamic.iter_mut();
        let mut columns = Vec::with_capacity(plan.sources.len());
        for source in &plan.sources {
            let builder = match source {
                Source::Field(_) => fields.next(),
                Source::Dynamic(_) => dynamic.next(),
            };
            columns.extend(builder.map(ColumnBuilder::take));
        }
        Batch { rows: std::mem::take(&mut self.count), columns }
    }
}
