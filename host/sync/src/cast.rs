//! Values of one type as values of another: without loss, or with an error that names the value.
//!
//! Arrow's own casts are not used: they round decimals, take texts of many forms, and cannot say
//! which value it was that did not fit.

use std::sync::Arc;

use arrow_array::builder::{BinaryBuilder, StringBuilder};
use arrow_array::cast::AsArray;
use arrow_array::types::{
    Date32Type, Decimal128Type, Float64Type, Int64Type, TimestampMicrosecondType,
};
use arrow_array::{
    Array, ArrayRef, BooleanArray, Date32Array, Decimal128Array, Float64Array, Int64Array,
    StringArray, TimestampMicrosecondArray,
};
use serde::de::IgnoredAny;
use tollgate_model::text::quote;
use tollgate_model::{DataType, Error, ErrorKind, Result, decimal, literal};

const MICROS_PER_DAY: i64 = 86_400_000_000;

/// The values of a column as values of another type.
///
/// # Errors
/// [`ErrorKind::Data`] for a value that does not fit, with the column's name and the beginning of
/// the value; [`ErrorKind::Bug`] for types of which [`DataType::converts_to`] says no, and for an
/// array that does not hold what was said.
pub fn cast(array: &ArrayRef, column: &str, (from, to): (DataType, DataType)) -> Result<ArrayRef> {
    if *array.data_type() != from.to_arrow() || !from.converts_to(to) {
        let found = array.data_type();
        let message = format!("column {column:?} came as {found} to be cast from {from} to {to}");
        return Err(Error::new(ErrorKind::Bug, message));
    }
    let misfit = |value: &str| misfit(column, value, to);
    match (from, to) {
        (from, to) if from == to => Ok(Arc::clone(array)),
        (DataType::Text, to) => parsed(array.as_string(), to, misfit),
        (from, DataType::Text) => texts(array, from, misfit),
        (DataType::Int64, _) => int64s(array.as_primitive(), to, misfit),
        (DataType::Decimal { scale, .. }, _) => decimals(array.as_primitive(), scale, to, misfit),
        (DataType::Boolean, _) => {
            let values = array.as_boolean().iter().map(|value| value.map(i64::from));
            Ok(Arc::new(values.collect::<Int64Array>()))
        }
        _ => {
            let values = array.as_primitive::<Date32Type>().iter();
            let midnight = |days: i32| i64::from(days).checked_mul(MICROS_PER_DAY);
            timestamps(each(values, midnight, |days| misfit(&format!("day {days}")))?)
        }
    }
}

fn misfit(column: &str, value: &str, to: DataType) -> Error {
    let message = format!("column {column:?} holds {}, which is no {to}", quote(value));
    Error::new(ErrorKind::Data, message)
        .with_hint("choose a type that holds all of its values; `text` holds any")
}

/// Each value as another, or the error of the first that does not fit.
fn each<T: Copy, U>(
    values: impl Iterator<Item = Option<T>>,
    fit: impl Fn(T) -> Option<U>,
    misfit: impl Fn(T) -> Error,
) -> Result<Vec<Option<U>>> {
    let one = |value: T| fit(value).ok_or_else(|| misfit(value));
    values.map(|value| value.map(one).transpose()).collect()
}

fn timestamps(values: Vec<Option<i64>>) -> Result<ArrayRef> {
    Ok(Arc::new(TimestampMicrosecondArray::from(values).with_timezone("UTC")))
}

fn decimals_of(values: Vec<Option<i128>>, to: DataType) -> Result<ArrayRef> {
    Ok(Arc::new(Decimal128Array::from(values).with_data_type(to.to_arrow())))
}

/// Texts as what they say.
fn parsed(array: &StringArray, to: DataType, misfit: impl Fn(&str) -> Error) -> Result<ArrayRef> {
    let texts = array.iter();
    Ok(match to {
        DataType::Boolean => {
            let values = each(texts, literal::parse_boolean, misfit)?;
            Arc::new(BooleanArray::from(values))
        }
        DataType::Int64 => {
            Arc::new(Int64Array::from(each(texts, |text| text.parse().ok(), misfit)?))
        }
        DataType::Float64 => {
            Arc::new(Float64Array::from(each(texts, literal::parse_float, misfit)?))
        }
        DataType::Decimal { precision, scale } => {
            let parse = |text: &str| decimal::parse(text, precision, scale).ok();
            return decimals_of(each(texts, parse, misfit)?, to);
        }
        DataType::Date => Arc::new(Date32Array::from(each(texts, literal::parse_date, misfit)?)),
        DataType::Timestamp => return timestamps(each(texts, literal::parse_timestamp, misfit)?),
        DataType::Json => {
            let parse = |text: &str| serde_json::from_str::<IgnoredAny>(text).ok();
            each(texts, parse, misfit)?;
            Arc::new(array.clone())
        }
        DataType::Bytes => {
            let mut builder = BinaryBuilder::new();
            for value in each(texts, literal::parse_base64, misfit)? {
                builder.append_option(value);
            }
            Arc::new(builder.finish())
        }
        DataType::Text => Arc::new(array.clone()),
    })
}

/// Values as the texts that a CSV file would have.
fn texts(array: &ArrayRef, from: DataType, misfit: impl Fn(&str) -> Error) -> Result<ArrayRef> {
    if from == DataType::Json {
        return Ok(Arc::clone(array));
    }
    let mut builder = StringBuilder::new();
    let mut out = Vec::new();
    for row in 0..array.len() {
        if array.is_null(row) {
            builder.append_null();
            continue;
        }
        out.clear();
        let far = |number: i64| misfit(&format!("{number} since 1970"));
        match from {
            DataType::Boolean => literal::push_display(&mut out, array.as_boolean().value(row)),
            DataType::Int64 => {
                literal::push_display(&mut out, array.as_primitive::<Int64Type>().value(row));
            }
            DataType::Float64 => {
                literal::push_float(&mut out, array.as_primitive::<Float64Type>().value(row));
            }
            DataType::Decimal { scale, .. } => {
                let units = array.as_primitive::<Decimal128Type>().value(row);
                literal::push_decimal(&mut out, units, scale);
            }
            DataType::Date => {
                let days = array.as_primitive::<Date32Type>().value(row);
                literal::push_date(&mut out, days).map_err(|_| far(i64::from(days)))?;
            }
            DataType::Timestamp => {
                let micros = array.as_primitive::<TimestampMicrosecondType>().value(row);
                literal::push_timestamp(&mut out, micros).map_err(|_| far(micros))?;
            }
            DataType::Bytes => {
                literal::push_base64(&mut out, array.as_binary::<i32>().value(row));
            }
            DataType::Text | DataType::Json => {}
        }
        // What is written is ASCII.
        builder.append_value(String::from_utf8_lossy(&out));
    }
    Ok(Arc::new(builder.finish()))
}

fn int64s(array: &Int64Array, to: DataType, misfit: impl Fn(&str) -> Error) -> Result<ArrayRef> {
    let misfit = |value: i64| misfit(&value.to_string());
    if let DataType::Decimal { precision, scale } = to {
        let fit = |value: i64| rescaled(i128::from(value), scale, precision);
        return decimals_of(each(array.iter(), fit, misfit)?, to);
    }
    let exact = |value: i64| {
        let float = value as f64;
        (float as i128 == i128::from(value)).then_some(float)
    };
    Ok(Arc::new(Float64Array::from(each(array.iter(), exact, misfit)?)))
}

fn decimals(
    array: &Decimal128Array,
    scale: u8,
    to: DataType,
    misfit: impl Fn(&str) -> Error,
) -> Result<ArrayRef> {
    let misfit = |units: i128| {
        let mut out = Vec::new();
        literal::push_decimal(&mut out, units, scale);
        misfit(&String::from_utf8_lossy(&out))
    };
    let unit = 10_i128.pow(u32::from(scale));
    Ok(match to {
        DataType::Decimal { precision, scale: wider } => {
            let fit = |units: i128| rescaled(units, wider.saturating_sub(scale), precision);
            return decimals_of(each(array.iter(), fit, misfit)?, to);
        }
        DataType::Float64 => {
            // So few digits that each of these numbers is a double.
            Arc::new(Float64Array::from(each(array.iter(), |units| Some(units as f64), misfit)?))
        }
        _ => {
            let whole = |units: i128| {
                (units % unit == 0).then(|| units / unit).and_then(|whole| whole.try_into().ok())
            };
            Arc::new(Int64Array::from(each(array.iter(), whole, misfit)?))
        }
    })
}

/// So many zeros behind a number, if all its digits fit then.
fn rescaled(units: i128, zeros: u8, precision: u8) -> Option<i128> {
    let units = units.checked_mul(10_i128.checked_pow(u32::from(zeros))?)?;
    (units.unsigned_abs() < 10_u128.checked_pow(u32::from(precision))?).then_some(units)
}

#[cfg(test)]
mod tests;
