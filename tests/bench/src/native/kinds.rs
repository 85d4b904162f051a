//! Kinds of columns: what a value is and how it goes into each destination.
//!
//! All of it is known at compile time, so that a program of them is what one would write out by
//! hand for the one record.

use std::fmt::Write as _;
use std::sync::Arc;

use anyhow::Result;
use arrow_array::ArrayRef;
use arrow_array::builder::{
    BooleanBuilder, Date32Builder, Int64Builder, StringBuilder, TimestampMicrosecondBuilder,
};
use arrow_schema::{DataType, TimeUnit};
use jiff::{SignedDuration, Timestamp};
use rusqlite::Statement;
use serde::Deserialize;
use tollgate_sdk::time::{CivilDate, UsEastern, Utc};

use super::values::{Date, Instant, JsonValue, Number, TextValue, Truth};

/// A column as the destinations declare it.
#[derive(Clone, Debug)]
pub struct Column {
    /// Its name.
    pub name: &'static str,
    /// Its type in Arrow.
    pub arrow: DataType,
    /// Its type in SQLite.
    pub sqlite: &'static str,
    /// Its type in Postgres.
    pub postgres: &'static str,
}

/// What a column holds; a record is several.
pub trait Kind {
    /// A value, borrowed from the response where it can be.
    type Value<'a>: Deserialize<'a>;
    /// What collects values for Arrow.
    type Builder: Default;

    /// Adds the columns, the first of which has this name.
    fn columns(name: &'static str, columns: &mut Vec<Column>);
    /// Appends a value to Arrow columns.
    fn append(value: &Self::Value<'_>, builder: &mut Self::Builder);
    /// Gives the Arrow columns and begins again.
    fn finish(builder: &mut Self::Builder, arrays: &mut Vec<ArrayRef>);
    /// Binds a value to the next parameter of a statement.
    fn bind(value: &Self::Value<'_>, insert: &mut Binding<'_, '_>) -> Result<()>;
    /// Appends a value as Postgres's binary `COPY` has it.
    fn copy(value: &Self::Value<'_>, row: &mut Vec<u8>);
}

/// A statement and the parameter that was bound last.
pub struct Binding<'s, 'c> {
    /// The statement.
    pub statement: &'s mut Statement<'c>,
    /// The parameter.
    pub place: usize,
    /// For texts that are made.
    pub scratch: &'s mut String,
}

impl Binding<'_, '_> {
    fn next(&mut self, value: impl rusqlite::ToSql) -> Result<()> {
        self.place += 1;
        Ok(self.statement.raw_bind_parameter(self.place, value)?)
    }
}

/// A field of `COPY`: its length, -1 for null, and its bytes.
fn field<const N: usize>(bytes: Option<[u8; N]>, row: &mut Vec<u8>) {
    match bytes {
        None => row.extend_from_slice(&(-1_i32).to_be_bytes()),
        Some(bytes) => {
            row.extend_from_slice(&(N as i32).to_be_bytes());
            row.extend_from_slice(&bytes);
        }
    }
}

fn text_field(prefix: &[u8], text: Option<&str>, row: &mut Vec<u8>) {
    let Some(text) = text else { return field::<0>(None, row) };
    row.extend_from_slice(&((prefix.len() + text.len()) as i32).to_be_bytes());
    row.extend_from_slice(prefix);
    row.extend_from_slice(text.as_bytes());
}

/// Defines a kind: its name, value and builder; how it is declared; and how a value is taken as what
/// Arrow, SQLite and Postgres want.
macro_rules! kind {
    (
        $(#[$doc:meta])* $kind:ident, $value:ty, $builder:ty;
        $arrow:expr, $sqlite:literal, $postgres:literal;
        $append:expr; $bind:expr; $copy:expr
    ) => {
        $(#[$doc])*
        pub enum $kind {}

        impl Kind for $kind {
            type Value<'a> = $value;
            type Builder = $builder;

            fn columns(name: &'static str, columns: &mut Vec<Column>) {
                let (arrow, sqlite, postgres) = ($arrow, $sqlite, $postgres);
                columns.push(Column { name, arrow, sqlite, postgres });
            }

            #[inline]
            fn append(value: &Self::Value<'_>, builder: &mut Self::Builder) {
                let take: fn(&Self::Value<'_>, &mut $builder) = $append;
                take(value, builder);
            }

            fn finish(builder: &mut Self::Builder, arrays: &mut Vec<ArrayRef>) {
                arrays.push(Arc::new(builder.finish()));
            }

            #[inline]
            fn bind(value: &Self::Value<'_>, insert: &mut Binding<'_, '_>) -> Result<()> {
                let bind: fn(&Self::Value<'_>, &mut Binding<'_, '_>) -> Result<()> = $bind;
                bind(value, insert)
            }

            #[inline]
            fn copy(value: &Self::Value<'_>, row: &mut Vec<u8>) {
                let copy: fn(&Self::Value<'_>, &mut Vec<u8>) = $copy;
                copy(value, row);
            }
        }
    };
}

kind! {
    /// A text.
    Text, TextValue<'a>, StringBuilder;
    DataType::Utf8, "TEXT", "text";
    |value, builder| builder.append_option(value.get());
    |value, insert| insert.next(value.get());
    |value, row| text_field(b"", value.get(), row)
}
kind! {
    /// Any JSON value, as its text.
    Json, JsonValue<'a>, StringBuilder;
    DataType::Utf8, "TEXT", "jsonb";
    |value, builder| builder.append_option(value.get());
    |value, insert| insert.next(value.get());
    // The version of the binary form comes first.
    |value, row| text_field(b"\x01", value.get(), row)
}
kind! {
    /// An integer.
    Int, Number, Int64Builder;
    DataType::Int64, "INTEGER", "bigint";
    |value, builder| builder.append_option(value.0);
    |value, insert| insert.next(value.0);
    |value, row| field(value.0.map(i64::to_be_bytes), row)
}
kind! {
    /// A truth value.
    Flag, Truth, BooleanBuilder;
    DataType::Boolean, "BOOLEAN", "boolean";
    |value, builder| builder.append_option(value.0);
    |value, insert| insert.next(value.0);
    |value, row| field(value.0.map(|truth| [u8::from(truth)]), row)
}
kind! {
    /// A day.
    Day, Date, Date32Builder;
    DataType::Date32, "DATE", "date";
    |value, builder| builder.append_option(value.0);
    |value, insert| {
        let date = value.0.and_then(|days| CivilDate::from_days(days.into()));
        insert.next(date.map(|date| date.to_string()))
    };
    |value, row| field(value.0.map(|days| (days - POSTGRES_EPOCH_DAYS).to_be_bytes()), row)
}
kind! {
    /// An instant on the clock of US Eastern time.
    EasternTime, Instant<UsEastern>, TimestampBuilder;
    timestamp(), "TEXT", "timestamptz";
    |value, builder| builder.0.append_option(value.micros);
    |value, insert| bind_instant(value.micros, insert);
    |value, row| copy_instant(value.micros, row)
}
kind! {
    /// An instant.
    Time, Instant<Utc>, TimestampBuilder;
    timestamp(), "TEXT", "timestamptz";
    |value, builder| builder.0.append_option(value.micros);
    |value, insert| bind_instant(value.micros, insert);
    |value, row| copy_instant(value.micros, row)
}

/// Days from 1970 to 2000, where Postgres begins to count.
const POSTGRES_EPOCH_DAYS: i32 = 10_957;
const POSTGRES_EPOCH: SignedDuration = SignedDuration::from_hours(24 * 10_957);

fn timestamp() -> DataType {
    DataType::Timestamp(TimeUnit::Microsecond, Some("UTC".into()))
}

/// The same text that Tollgate stores: UTC, microseconds.
fn bind_instant(micros: Option<i64>, insert: &mut Binding<'_, '_>) -> Result<()> {
    let Some(micros) = micros else { return insert.next(None::<i64>) };
    insert.scratch.clear();
    write!(insert.scratch, "{:.6}", Timestamp::from_microsecond(micros)?)?;
    insert.place += 1;
    Ok(insert.statement.raw_bind_parameter(insert.place, insert.scratch.as_str())?)
}

fn copy_instant(micros: Option<i64>, row: &mut Vec<u8>) {
    let since_2000 = |micros: i64| micros - POSTGRES_EPOCH.as_micros() as i64;
    field(micros.map(|micros| since_2000(micros).to_be_bytes()), row);
}

/// A builder of instants in UTC.
pub struct TimestampBuilder(TimestampMicrosecondBuilder);

impl Default for TimestampBuilder {
    fn default() -> Self {
        TimestampBuilder(TimestampMicrosecondBuilder::new().with_timezone("UTC"))
    }
}

impl TimestampBuilder {
    fn finish(&mut self) -> impl arrow_array::Array + use<> {
        self.0.finish()
    }
}

/// Defines a record: its JSON object with its fields, and the columns that they are.
macro_rules! record {
    ($(#[$meta:meta])* $name:ident, $value:ident, $builder:ident {
        $($(#[$field_meta:meta])* $field:ident: $kind:ident,)*
    }) => {
        #[doc = concat!("The columns of a [`", stringify!($value), "`].")]
        pub enum $name {}

        /// One row.
        #[derive(serde::Deserialize, Default)]
        #[serde(bound(deserialize = "'de: 'a"))]
        $(#[$meta])*
        pub struct $value<'a> {
            $($(#[$field_meta])* pub $field: <$kind as Kind>::Value<'a>,)*
        }

        /// Its columns under construction.
        #[derive(Default)]
        pub struct $builder {
            $($field: <$kind as Kind>::Builder,)*
        }

        impl Kind for $name {
            type Value<'a> = $value<'a>;
            type Builder = $builder;

            fn columns(_: &'static str, columns: &mut Vec<Column>) {
                $(<$kind as Kind>::columns(stringify!($field), columns);)*
            }

            fn append(value: &Self::Value<'_>, builder: &mut Self::Builder) {
                $(<$kind as Kind>::append(&value.$field, &mut builder.$field);)*
            }

            fn finish(builder: &mut Self::Builder, arrays: &mut Vec<arrow_array::ArrayRef>) {
                $(<$kind as Kind>::finish(&mut builder.$field, arrays);)*
            }

            fn bind(
                value: &Self::Value<'_>,
                insert: &mut $crate::native::kinds::Binding<'_, '_>,
            ) -> anyhow::Result<()> {
                $(<$kind as Kind>::bind(&value.$field, insert)?;)*
                Ok(())
            }

            fn copy(value: &Self::Value<'_>, row: &mut Vec<u8>) {
                $(<$kind as Kind>::copy(&value.$field, row);)*
            }
        }
    };
}
pub(super) use record;
