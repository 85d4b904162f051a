//! From a JSON object to a row of columns: what `#[derive(Record)]` implements.
//!
//! A record is a struct for its author and a table for this crate: the derive macro writes which
//! keys lead to which fields, and a function that lends a field as a [`Slot`]. Everything that
//! decodes, checks and builds columns goes by the table and exists once in a component, however
//! many records it has.

pub use crate::bindings::tollgate::connector::types::{Column, DataType, DecimalSize};
pub use crate::failure::BadValue;
pub use crate::plan::Columns;
use crate::values::{Dynamic, Flag, Float, Int, Json, Others, Text};

/// A struct whose fields are the columns of a stream. Derive it; see the crate's README.
///
/// It is implemented for the struct with the lifetime `'static`, which stands for all of them:
/// [`Record::Row`] is the same struct with the lifetime of the response it borrows from.
pub trait Record: 'static {
    /// The struct, borrowing from a response. Its default is a row of nulls.
    type Row<'a>: Slots<'a> + Default;

    /// Its fields and keys.
    const TABLE: &'static Table;
}

/// A record's fields and the JSON keys that lead to them.
#[derive(Debug)]
pub struct Table {
    /// The fields, in order.
    pub fields: &'static [Field],
    /// The keys of the JSON object, at most 256; likewise of each object in it.
    pub keys: &'static [Key],
    /// Whether the first letter of the keys may be small or capital.
    pub either_case: bool,
}

/// A field of a record.
#[derive(Clone, Copy, Debug)]
pub struct Field {
    /// The column's name.
    pub name: &'static str,
    /// What the column holds.
    pub data_type: DataType,
    /// What it means.
    pub description: &'static str,
    /// The place of its value in the JSON object, keys with dots between; else the column's name.
    pub path: &'static str,
    /// Where its value comes from.
    pub origin: Origin,
    /// Whether it belongs to the primary key.
    pub is_key: bool,
    /// Whether a value must be there.
    pub is_required: bool,
    /// Whether it is decoded only if its column is wanted.
    pub is_large: bool,
}

/// Where a field's value comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Origin {
    /// The JSON object.
    Json,
    /// The connector's own code.
    Computed,
    /// All keys that no other field has, gathered.
    Others,
    /// Keys that no other field has and that are columns of their own. The field itself is none.
    Dynamic,
}

/// A key of a JSON object.
#[derive(Debug)]
pub struct Key {
    /// The key.
    pub name: &'static str,
    /// What lies behind it.
    pub behind: Behind,
}

/// What lies behind a key.
#[derive(Debug)]
pub enum Behind {
    /// The value of the field with this number.
    Field(usize),
    /// Another object, with these keys.
    Object(&'static [Key]),
}

impl Table {
    /// The fields that are columns, with their numbers.
    pub fn columns(&self) -> impl Iterator<Item = (usize, &'static Field)> {
        let fields = self.fields.iter().enumerate();
        fields.filter(|(_, field)| field.origin != Origin::Dynamic)
    }

    /// Whether a column is one of the record's own.
    pub fn has_column(&self, name: &str) -> bool {
        self.columns().any(|(_, field)| field.name == name)
    }

    /// Whether the record has a primary key.
    pub fn has_key(&self) -> bool {
        self.fields.iter().any(|field| field.is_key)
    }

    /// The number of the field with this origin, if there is one.
    pub(crate) fn field_of(&self, origin: Origin) -> Option<usize> {
        self.fields.iter().position(|field| field.origin == origin)
    }
}

impl Field {
    /// The field as a column.
    pub fn column(&self) -> Column {
        Column {
            name: self.name.to_owned(),
            data_type: self.data_type,
            nullable: !self.is_required,
            description: self.description.to_owned(),
        }
    }
}

/// A column that the provider's account defines, found by its key in each record. It holds text.
#[derive(Clone, Debug)]
pub struct DynamicColumn {
    /// The key in the JSON object.
    pub key: String,
    /// The column.
    pub column: Column,
}

/// A row that lends its fields.
pub trait Slots<'de> {
    /// The field with this number, below the table's number of fields.
    fn slot(&mut self, field: usize) -> Slot<'_, 'de>;

    /// Lends all fields to the columns under construction, in order: one call a row instead of one
    /// a field.
    fn push_to(&mut self, columns: &mut Columns<'_>);
}

/// A field, lent to be filled or read.
#[derive(Debug)]
pub enum Slot<'s, 'de> {
    /// An integer.
    Int(&'s mut Int),
    /// A double, with what reads one: a connector without doubles has no code for them.
    Float(&'s mut Float, DoubleRule),
    /// A truth value.
    Flag(&'s mut Flag),
    /// A text.
    Text(&'s mut Text<'de>),
    /// A date, as its text.
    Date(&'s mut Text<'de>),
    /// An instant, as its text, with the rule of its zone.
    Timestamp(&'s mut Text<'de>, ZoneRule),
    /// A decimal, as its JSON text.
    Decimal(&'s mut Json<'de>),
    /// Any JSON value.
    Json(&'s mut Json<'de>),
    /// Gathered keys.
    Others(&'s mut Others<'de>),
    /// Dynamic columns.
    Dynamic(&'s mut Dynamic<'de>),
}

/// The double that a number of JSON, or a text, means. None for one that means none.
pub type DoubleRule = fn(&str) -> Option<f64>;

/// [`Zone::offset_at_wall`](crate::time::Zone::offset_at_wall) of some zone.
pub type ZoneRule = fn(i64) -> Option<i64>;

/// A field's type. The default is null.
///
/// The types of [`values`](crate::values) implement it; a type of your own lends one of those that
/// it holds.
pub trait Value<'de>: Default {
    /// What the column holds.
    const DATA_TYPE: DataType;

    /// Lends the field.
    fn slot(&mut self) -> Slot<'_, 'de>;
}
