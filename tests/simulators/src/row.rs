//! Rows as named cells: one description serves the wire, the filters and the truth.

use jiff::Timestamp;
use serde_json::{Map, Value};

/// How a moment is written on the wire; each vendor brings its own functions.
pub type TimeFormat = fn(Timestamp) -> String;

/// One value of a row, with its meaning. How it is encoded is decided where it is written.
#[derive(Clone, Copy, Debug)]
pub enum Cell<'a> {
    /// An identifier.
    Id(Option<u64>),
    /// A text; `None` is an empty one, which a vendor may write as null.
    Text(Option<&'a str>),
    /// Yes or no.
    Flag(bool),
    /// A counter that may be unknown.
    Count(Option<u64>),
    /// A number that is always there.
    Number(u64),
    /// A moment, and how the vendor writes it.
    Time(Option<Timestamp>, TimeFormat),
    /// Nested JSON.
    Json(&'a Value),
}

impl Cell<'_> {
    /// The plain value: ids and counters are numbers, flags booleans, moments RFC 3339 in UTC,
    /// what is empty is null.
    pub fn to_value(self) -> Value {
        match self {
            Cell::Id(id) => id.into(),
            Cell::Text(text) => text.into(),
            Cell::Flag(flag) => flag.into(),
            Cell::Count(count) => count.into(),
            Cell::Number(number) => number.into(),
            Cell::Time(time, _) => time.map(|time| time.to_string()).into(),
            Cell::Json(value) => value.clone(),
        }
    }
}

/// One record of a vendor.
pub trait Row {
    /// Shows every field, by its name on the wire, always in the same order.
    fn cells(&self, see: &mut dyn FnMut(&str, Cell<'_>));

    /// Fields that follow from the path and are not in the record on the wire.
    fn path_cells(&self, _see: &mut dyn FnMut(&str, Cell<'_>)) {}

    /// Answers a filter on something that is not a field, `None` if it is unknown.
    fn matches(&self, _name: &str, _wanted: &str) -> Option<bool> {
        None
    }

    /// The plain value of one field, `None` if there is no such field.
    fn value(&self, name: &str) -> Option<Value> {
        let mut found = None;
        self.cells(&mut |field, cell| {
            if field == name {
                found = Some(cell.to_value());
            }
        });
        found
    }

    /// The whole record in plain values (see [`Cell::to_value`]), fields from the path included.
    fn plain(&self) -> Map<String, Value> {
        let mut plain = Map::new();
        let mut see = |name: &str, cell: Cell<'_>| {
            plain.insert(name.to_owned(), cell.to_value());
        };
        self.path_cells(&mut see);
        self.cells(&mut see);
        plain
    }
}
