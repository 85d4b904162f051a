//! Child tables: rows that lie in a JSON column of other rows.
//!
//! A [`Child`] is declared once, as a constant, and used twice: the description of the stream lists
//! it, and the scan makes its rows. Nothing of this is in a component that declares none.

use crate::columns::ColumnBuilder;
use crate::connector::{Batch, Scan};
use crate::decode::{Hints, Target, items};
use crate::failure::{Failure, Fault};
use crate::identity::Identity;
use crate::manifest::{ChildTable, StreamDescription};
use crate::paging::Item;
use crate::plan::{Plan, Rows};
use crate::record::{Field, Record, Slot, Slots, Table};
use crate::request::ScanRequest;
use crate::response::{self, Maker, Shape};
use crate::scan::{Prepared, RecordScan};

/// A list in a JSON column whose items are rows of their own. It is decoded whether or not the
/// column itself is wanted, so the column's field must not be `large`.
#[derive(Clone, Copy)]
pub struct Child {
    column: &'static str,
    description: &'static str,
    table: &'static Table,
    maker: fn() -> Box<dyn Maker>,
    /// The key under which an item that is no object lies in the record.
    value_key: Option<&'static str>,
}

impl Child {
    /// A list of objects in a column, whose name is also the child table's. The row's columns follow
    /// the key of the row that it lies in; with a key of its own, both together are its key.
    pub const fn of<R: Record>(column: &'static str, description: &'static str) -> Self {
        let maker = || -> Box<dyn Maker> { Box::new(Prepared::<R>(None)) };
        Self { column, description, table: R::TABLE, maker, value_key: None }
    }

    /// A list of plain values, each of which `R` has behind the key `value_key`.
    pub const fn of_values<R: Record>(
        column: &'static str,
        description: &'static str,
        value_key: &'static str,
    ) -> Self {
        Self { value_key: Some(value_key), ..Self::of::<R>(column, description) }
    }

    fn describe(&self, stream: &StreamDescription) -> ChildTable {
        let is_key = |name: &String| stream.columns.iter().find(|column| column.name == *name);
        let mut columns: Vec<_> = stream.primary_key.iter().filter_map(is_key).cloned().collect();
        columns.extend(self.table.columns().map(|(_, field)| field.column()));
        let mut primary_key = Vec::new();
        if self.table.has_key() {
            primary_key.clone_from(&stream.primary_key);
            let own = self.table.fields.iter().filter(|field| field.is_key);
            primary_key.extend(own.map(|field| field.name.to_owned()));
        }
        let (name, description) = (self.column.to_owned(), self.description.to_owned());
        ChildTable { name, description, columns, primary_key }
    }
}

impl StreamDescription {
    /// What can be had beside its rows. The columns and the key have to be complete by now.
    #[must_use]
    pub fn children(mut self, children: &[Child]) -> Self {
        self.children = children.iter().map(|child| child.describe(&self)).collect();
        self
    }
}

impl RecordScan {
    /// The scan, with the child tables that the request asks for.
    ///
    /// # Errors
    /// `invalid-config` for a child table that is none of `children`; `internal` for one whose
    /// column the record has not.
    pub fn with_children(
        mut self,
        request: &ScanRequest,
        children: &[Child],
    ) -> Result<Box<dyn Scan>, Failure> {
        if !request.children.is_empty() {
            let table = self.plan.table();
            let asked = request.children.iter().map(|name| {
                let child = children.iter().find(|child| child.column == name);
                let unknown = || format!("no child table is named {name:?}");
                ChildRows::new(child.ok_or_else(|| Failure::invalid("children", unknown()))?, table)
            });
            let children = asked.collect::<Result<_, _>>()?;
            self.maker = Box::new(Family { parent: self.maker, children });
        }
        Ok(self.boxed())
    }
}

/// Makes rows, and the child rows of each row that is kept.
struct Family {
    parent: Box<dyn Maker>,
    children: Vec<ChildRows>,
}

impl Maker for Family {
    fn begin(&mut self) {
        self.parent.begin();
        self.children.iter_mut().for_each(ChildRows::clear);
    }

    fn page_kept(&mut self) {
        self.parent.page_kept();
    }

    fn make<'de>(
        &mut self,
        item: &Item,
        fill: &mut dyn FnMut(&mut dyn Slots<'de>) -> Result<(), Fault>,
        keep: &mut dyn FnMut(&mut dyn Slots<'de>) -> Result<(), Fault>,
    ) -> Result<(), Fault> {
        let children = &mut self.children;
        self.parent.make(item, fill, &mut |row| {
            keep(row)?;
            children.iter_mut().try_for_each(|child| child.add(item, row))
        })
    }

    fn take_children(&mut self) -> Vec<Batch> {
        self.children.iter_mut().map(ChildRows::take).collect()
    }
}

/// The rows of a child table under construction.
struct ChildRows {
    child: Child,
    /// The number of the parent's field in which they lie.
    field: usize,
    /// The columns of the parent's key, with the numbers of its fields.
    keys: Vec<(usize, ColumnBuilder)>,
    plan: Plan,
    rows: Rows,
    maker: Box<dyn Maker>,
}

impl ChildRows {
    fn new(child: &Child, parent: &'static Table) -> Result<Self, Failure> {
        let missing = || Failure::internal(format!("the record has no column {}", child.column));
        let is_meant = |field: &Field| field.name == child.column && !field.is_large;
        let field = parent.fields.iter().position(is_meant).ok_or_else(missing)?;
        let keys = parent.fields.iter().enumerate().filter(|(_, field)| field.is_key);
        let keys = keys.map(|(number, field)| (number, ColumnBuilder::new(field.data_type)));
        let plan = Plan::of(child.table);
        let (rows, maker) = (Rows::new(&plan), (child.maker)());
        Ok(Self { child: *child, field, keys: keys.collect(), plan, rows, maker })
    }

    /// Adds the rows that lie in a row of the parent.
    fn add<'de>(&mut self, item: &Item, parent: &mut dyn Slots<'de>) -> Result<(), Fault> {
        let Slot::Json(json) = parent.slot(self.field) else { return Ok(()) };
        let Some(text) = json.as_str() else { return Ok(()) };
        let before = self.rows.count();
        let decoded = match self.child.value_key {
            None => self.decode(item, text),
            Some(key) => objects(key, text).and_then(|text| self.decode(item, &text)),
        };
        decoded.map_err(|fault| self.about(fault))?;
        for _ in before..self.rows.count() {
            for (field, builder) in &mut self.keys {
                builder.push(parent.slot(*field))?;
            }
        }
        Ok(())
    }

    fn decode(&mut self, item: &Item, text: &str) -> Result<(), Fault> {
        let Self { plan, rows, maker, .. } = self;
        let identity = Identity::about("");
        let maker = &mut **maker;
        let mut target = Target { plan, item, maker, rows, identity, hints: Hints::default() };
        response::read(text.as_bytes(), Shape::list(&[]), &mut target).map(drop)
    }

    fn about(&self, fault: Fault) -> Fault {
        match fault {
            Fault::Malformed(what) => Fault::Malformed(format!("{}: {what}", self.child.column)),
            Fault::Failed(failure) => Fault::Failed(failure),
        }
    }

    fn clear(&mut self) {
        self.rows.clear();
        self.keys.iter_mut().for_each(|(_, builder)| builder.clear());
    }

    fn take(&mut self) -> Batch {
        let Batch { rows, columns } = self.rows.take(&self.plan);
        let mut all: Vec<_> = self.keys.iter_mut().map(|(_, builder)| builder.take()).collect();
        all.extend(columns);
        Batch { rows, columns: all }
    }
}

/// A list of plain values as a list of objects with one key, which is what a record is read from.
fn objects(key: &str, list: &str) -> Result<String, Fault> {
    let mut text = String::from("[");
    for (index, item) in items(list)?.iter().enumerate() {
        let comma = if index == 0 { "" } else { "," };
        text.push_str(&format!("{comma}{{\"{key}\":{item}}}"));
    }
    text.push(']');
    Ok(text)
}
