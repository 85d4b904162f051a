//! The values of one column, taken from texts or JSON one by one.

use std::sync::Arc;

use arrow_array::ArrayRef;
use arrow_array::builder::{
    BinaryBuilder, BooleanBuilder, Date32Builder, Decimal128Builder, Float64Builder, Int64Builder,
    StringBuilder, TimestampMicrosecondBuilder,
};
use serde::de::IgnoredAny;
use tollgate_model::text::quote;
use tollgate_model::{DataType, decimal, literal};

/// The values of one column so far.
pub(crate) enum Cells {
    Boolean(BooleanBuilder),
    Int64(Int64Builder),
    Float64(Float64Builder),
    Decimal { builder: Decimal128Builder, precision: u8, scale: u8 },
    Text(StringBuilder),
    Date(Date32Builder),
    Timestamp(TimestampMicrosecondBuilder),
    Json(StringBuilder),
    Bytes(BinaryBuilder),
}

impl Cells {
    pub(crate) fn new(data_type: DataType) -> Self {
        match data_type {
            DataType::Boolean => Cells::Boolean(BooleanBuilder::new()),
            DataType::Int64 => Cells::Int64(Int64Builder::new()),
            DataType::Float64 => Cells::Float64(Float64Builder::new()),
            DataType::Decimal { precision, scale } => {
                let builder = Decimal128Builder::new().with_data_type(data_type.to_arrow());
                Cells::Decimal { builder, precision, scale }
            }
            DataType::Text => Cells::Text(StringBuilder::new()),
            DataType::Date => Cells::Date(Date32Builder::new()),
            DataType::Timestamp => {
                let builder = TimestampMicrosecondBuilder::new();
                Cells::Timestamp(builder.with_data_type(data_type.to_arrow()))
            }
            DataType::Json => Cells::Json(StringBuilder::new()),
            DataType::Bytes => Cells::Bytes(BinaryBuilder::new()),
        }
    }

    /// Adds that there is no value.
    pub(crate) fn push_null(&mut self) {
        match self {
            Cells::Boolean(builder) => builder.append_null(),
            Cells::Int64(builder) => builder.append_null(),
            Cells::Float64(builder) => builder.append_null(),
            Cells::Decimal { builder, .. } => builder.append_null(),
            Cells::Text(builder) | Cells::Json(builder) => builder.append_null(),
            Cells::Date(builder) => builder.append_null(),
            Cells::Timestamp(builder) => builder.append_null(),
            Cells::Bytes(builder) => builder.append_null(),
        }
    }

    /// Adds a value that stands as text.
    ///
    /// # Errors
    /// What is wrong with it.
    pub(crate) fn push_text(&mut self, text: &str) -> Result<(), String> {
        let not = |what: &str| format!("{} is no {what}", quote(text));
        match self {
            Cells::Text(builder) => builder.append_value(text),
            Cells::Json(builder) => {
                serde_json::from_str::<IgnoredAny>(text).map_err(|_| not("JSON"))?;
                builder.append_value(text);
            }
            Cells::Boolean(builder) => {
                let wrong = || not("truth value, which is `true` or `false`");
                builder.append_value(literal::parse_boolean(text).ok_or_else(wrong)?);
            }
            Cells::Int64(builder) => {
                builder.append_value(text.parse().map_err(|_| not("whole number of 64 bits"))?);
            }
            Cells::Float64(builder) => {
                builder.append_value(literal::parse_float(text).ok_or_else(|| not("number"))?);
            }
            Cells::Decimal { builder, precision, scale } => {
                let units = decimal::parse(text, *precision, *scale).map_err(|flaw| {
                    format!("{} in a decimal({precision},{scale}): {flaw}", quote(text))
                })?;
                builder.append_value(units);
            }
            Cells::Date(builder) => {
                builder
                    .append_value(literal::parse_date(text).ok_or_else(|| not("date YYYY-MM-DD"))?);
            }
            Cells::Timestamp(builder) => {
                let wrong = || not("RFC 3339 time with an offset, to the microsecond");
                builder.append_value(literal::parse_timestamp(text).ok_or_else(wrong)?);
            }
            Cells::Bytes(builder) => {
                builder.append_value(literal::parse_base64(text).ok_or_else(|| not("Base64"))?);
            }
        }
        Ok(())
    }

    /// Adds a value that stands as JSON.
    ///
    /// # Errors
    /// What is wrong with it.
    pub(crate) fn push_json(&mut self, json: &str) -> Result<(), String> {
        let is_text = json.starts_with('"');
        let not = |what: &str| format!("{} is no {what}", quote(json));
        match self {
            _ if json == "null" => self.push_null(),
            Cells::Json(builder) => builder.append_value(json),
            Cells::Boolean(_) if !is_text => return self.push_text(json),
            Cells::Boolean(_) => return Err(not("truth value, which is `true` or `false`")),
            Cells::Int64(_) | Cells::Float64(_) | Cells::Decimal { .. } if !is_text => {
                return self.push_text(json);
            }
            _ => {
                let text: String = serde_json::from_str(json).map_err(|_| not("text"))?;
                return self.push_text(&text);
            }
        }
        Ok(())
    }

    pub(crate) fn finish(&mut self) -> ArrayRef {
        match self {
            Cells::Boolean(builder) => Arc::new(builder.finish()),
            Cells::Int64(builder) => Arc::new(builder.finish()),
            Cells::Float64(builder) => Arc::new(builder.finish()),
            Cells::Decimal { builder, .. } => Arc::new(builder.finish()),
            Cells::Text(builder) | Cells::Json(builder) => Arc::new(builder.finish()),
            Cells::Date(builder) => Arc::new(builder.finish()),
            Cells::Timestamp(builder) => Arc::new(builder.finish()),
            Cells::Bytes(builder) => Arc::new(builder.finish()),
        }
    }
}
