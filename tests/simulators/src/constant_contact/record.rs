//! A record of this vendor: fields in order, some of which may be left out.

use std::io::Write as _;

use jiff::Timestamp;
use serde_json::{Map, Value};

use super::settings::{Blank, IdForm};
use crate::random::mix;
use crate::row::{Cell, Row, TimeFormat};

/// One value of a record, with what is needed to write it.
#[derive(Clone, Debug)]
pub(super) enum Datum {
    /// There is none: the field is left out, or null where a setting says so.
    Absent,
    /// There is none, which this vendor writes as this text.
    Never(&'static str),
    /// JSON, written as it is.
    Value(Value),
    /// A moment, and how it is written.
    Time(Timestamp, TimeFormat),
    /// A number that stands for a text: written as one or the other.
    Id(u64),
    /// A record within the record.
    Object(Record),
    /// Records within the record.
    List(Vec<Record>),
}

impl Datum {
    /// A moment, if there is one.
    pub(super) fn time(time: impl Into<Option<Timestamp>>, format: TimeFormat) -> Self {
        time.into().map_or(Datum::Absent, |time| Datum::Time(time, format))
    }

    /// The value as it is written with the default settings, `None` if it is left out.
    fn written(&self) -> Option<Value> {
        match self {
            Datum::Absent => None,
            Datum::Never(text) => Some(Value::from(*text)),
            Datum::Value(value) => Some(value.clone()),
            Datum::Time(time, format) => Some(format(*time).into()),
            Datum::Id(id) => Some(id.to_string().into()),
            Datum::Object(record) => Some(record.written()),
            Datum::List(records) => Some(records.iter().map(Record::written).collect()),
        }
    }
}

impl From<Value> for Datum {
    fn from(value: Value) -> Self {
        Datum::Value(value)
    }
}

impl From<Record> for Datum {
    fn from(record: Record) -> Self {
        Datum::Object(record)
    }
}

impl From<Vec<Record>> for Datum {
    fn from(records: Vec<Record>) -> Self {
        Datum::List(records)
    }
}

impl<T: Into<Value>> From<Option<T>> for Datum {
    fn from(value: Option<T>) -> Self {
        value.map_or(Datum::Absent, |value| Datum::Value(value.into()))
    }
}

/// Conversions that are those of plain JSON.
macro_rules! plain {
    ($($type:ty)*) => {
        $(impl From<$type> for Datum {
            fn from(value: $type) -> Self {
                Datum::Value(value.into())
            }
        })*
    };
}

plain! { &str String bool u64 usize f64 i32 }

/// How a record is written.
#[derive(Clone, Copy, Debug)]
pub(super) struct Style {
    pub(super) blank: Blank,
    pub(super) ids: IdForm,
    /// What decides between forms that take turns.
    pub(super) salt: u64,
}

/// One record: fields by their names on the wire, in the order in which they are written.
#[derive(Clone, Debug, Default)]
pub struct Record {
    fields: Vec<(&'static str, Datum)>,
    path: Vec<(&'static str, String)>,
}

/// Makes a record from names and values.
macro_rules! record {
    ($($name:literal: $value:expr),* $(,)?) => {
        $crate::constant_contact::record::Record::from_fields(
            vec![$(($name, $crate::constant_contact::record::Datum::from($value))),*]
        )
    };
}
pub(super) use record;

impl Record {
    pub(super) fn from_fields(fields: Vec<(&'static str, Datum)>) -> Self {
        Record { fields, path: Vec::new() }
    }

    /// The same record with what follows from its path and is not in it.
    pub(super) fn below(mut self, name: &'static str, id: impl Into<String>) -> Self {
        self.path.push((name, id.into()));
        self
    }

    /// The same record with more fields.
    pub(super) fn and(mut self, more: Record) -> Self {
        self.fields.extend(more.fields);
        self
    }

    /// The same record with one more field.
    pub(super) fn with(mut self, name: &'static str, datum: impl Into<Datum>) -> Self {
        self.fields.push((name, datum.into()));
        self
    }

    /// The same record without the fields of these names.
    pub(super) fn without(mut self, names: &[&str]) -> Self {
        self.fields.retain(|(name, _)| !names.contains(name));
        self
    }

    fn written(&self) -> Value {
        let fields = self.fields.iter().filter_map(|(name, datum)| {
            let value = datum.written()?;
            Some(((*name).to_owned(), value))
        });
        Value::Object(fields.collect::<Map<_, _>>())
    }

    /// Appends the record as a JSON object.
    pub(super) fn write(&self, out: &mut Vec<u8>, style: Style) {
        let mut salt = mix(style.salt);
        let mut separator = b'{';
        for (name, datum) in &self.fields {
            if matches!(datum, Datum::Absent) && style.blank == Blank::Absent {
                continue;
            }
            out.push(separator);
            separator = b',';
            write_text(out, name);
            out.push(b':');
            salt = mix(salt);
            write_datum(out, datum, Style { salt, ..style });
        }
        if separator == b'{' {
            out.push(b'{');
        }
        out.push(b'}');
    }
}

impl Row for Record {
    fn cells(&self, see: &mut dyn FnMut(&str, Cell<'_>)) {
        for (name, datum) in &self.fields {
            match datum {
                Datum::Absent | Datum::Never(_) => see(name, Cell::Text(None)),
                Datum::Value(value) => see(name, Cell::Json(value)),
                Datum::Time(time, format) => see(name, Cell::Time(Some(*time), *format)),
                Datum::Id(id) => see(name, Cell::Text(Some(&id.to_string()))),
                Datum::Object(_) | Datum::List(_) => {
                    see(name, Cell::Json(&datum.written().unwrap_or_default()));
                }
            }
        }
    }

    fn path_cells(&self, see: &mut dyn FnMut(&str, Cell<'_>)) {
        for (name, id) in &self.path {
            see(name, Cell::Text(Some(id)));
        }
    }
}

/// Appends `records` as a JSON array.
pub(super) fn write_list(out: &mut Vec<u8>, records: &[Record], style: Style) {
    out.push(b'[');
    for (at, record) in records.iter().enumerate() {
        if at > 0 {
            out.push(b',');
        }
        record.write(out, Style { salt: style.salt ^ at as u64, ..style });
    }
    out.push(b']');
}

fn write_datum(out: &mut Vec<u8>, datum: &Datum, style: Style) {
    match datum {
        Datum::Absent => out.extend_from_slice(b"null"),
        Datum::Never(text) => write_text(out, text),
        Datum::Value(value) => write_json(out, value),
        Datum::Time(time, format) => write_text(out, &format(*time)),
        Datum::Id(id) => match style.ids.is_text(style.salt) {
            true => write!(out, "\"{id}\"").expect("a vector takes every byte"),
            false => write!(out, "{id}").expect("a vector takes every byte"),
        },
        Datum::Object(record) => record.write(out, style),
        Datum::List(records) => write_list(out, records, style),
    }
}

/// Appends a JSON string.
pub(super) fn write_text(out: &mut Vec<u8>, text: &str) {
    serde_json::to_writer(out, text).expect("a vector takes every byte");
}

/// Appends JSON.
pub(super) fn write_json(out: &mut Vec<u8>, value: &Value) {
    serde_json::to_writer(out, value).expect("a vector takes every byte");
}
