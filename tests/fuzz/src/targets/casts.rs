//! Values of one type as values of another: nothing is lost, or the error names the value.

use std::sync::Arc;

use arbitrary::{Result, Unstructured};
use arrow_array::cast::AsArray;
use arrow_array::{Array, ArrayRef, StringArray};
use tollgate_model::{DataType, ErrorKind};
use tollgate_sync::cast::cast;

/// Two types by a byte each, then texts, one a line. An empty one is a missing value.
pub fn run(input: &[u8]) {
    let mut input = Unstructured::new(input);
    let (Ok(from), Ok(to)) = (data_type(&mut input), data_type(&mut input)) else { return };
    let texts = String::from_utf8_lossy(input.take_rest()).into_owned();
    let texts: StringArray =
        texts.split('\n').map(|text| Some(text).filter(|text| !text.is_empty())).collect();
    let texts: ArrayRef = Arc::new(texts);
    let Some(values) = look_at(&texts, DataType::Text, from) else { return };
    look_at_again(&values, from);
    let Some(others) = look_at(&values, from, to) else { return };
    look_at_again(&others, to);
    if to.converts_to(from) && from != DataType::Text {
        let back = cast(&others, "c", (to, from)).expect("they came from there");
        assert_eq!(shown(&back, from), shown(&values, from), "{from} to {to} and back");
    }
    look_at_numbers((&values, from), (&others, to));
}

fn data_type(input: &mut Unstructured<'_>) -> Result<DataType> {
    Ok(match input.arbitrary::<u8>()? % 12 {
        0 => DataType::Text,
        1 => DataType::Int64,
        2 => DataType::Float64,
        3 => DataType::Boolean,
        4 => DataType::Date,
        5 => DataType::Timestamp,
        6 => DataType::Json,
        7 => DataType::Bytes,
        8 => DataType::Decimal { precision: 38, scale: 38 },
        9 => DataType::Decimal { precision: 38, scale: 0 },
        _ => {
            let precision = input.int_in_range(1..=38)?;
            DataType::Decimal { precision, scale: input.int_in_range(0..=precision)? }
        }
    })
}

/// The values in the other type, none of them missing that were there.
fn look_at(values: &ArrayRef, from: DataType, to: DataType) -> Option<ArrayRef> {
    match cast(values, "c", (from, to)) {
        Ok(others) => {
            assert!(from.converts_to(to), "{from} to {to}");
            assert_eq!(*others.data_type(), to.to_arrow());
            assert_eq!(others.len(), values.len());
            let nulls = |array: &ArrayRef| {
                (0..array.len()).map(|row| array.is_null(row)).collect::<Vec<_>>()
            };
            assert_eq!(nulls(&others), nulls(values), "{from} to {to}");
            Some(others)
        }
        Err(error) => {
            let kind = if from.converts_to(to) { ErrorKind::Data } else { ErrorKind::Bug };
            assert_eq!(error.kind(), kind, "{from} to {to}: {error}");
            assert!(error.message().len() < 1_000, "{error}");
            None
        }
    }
}

/// What is written of values reads as the same values.
fn look_at_again(values: &ArrayRef, data_type: DataType) {
    let Some(texts) = look_at(values, data_type, DataType::Text) else { return };
    if texts.as_string::<i32>().iter().flatten().any(str::is_empty) {
        return;
    }
    let again = cast(&texts, "c", (DataType::Text, data_type))
        .unwrap_or_else(|error| panic!("{data_type} does not read what it wrote: {error}"));
    assert_eq!(shown(&again, data_type), shown(values, data_type));
}

fn shown(values: &ArrayRef, data_type: DataType) -> Option<Vec<Option<String>>> {
    let texts = cast(values, "c", (data_type, DataType::Text)).ok()?;
    Some(texts.as_string::<i32>().iter().map(|text| text.map(str::to_owned)).collect())
}

/// A number is the same number in every type that holds it.
fn look_at_numbers((values, from): (&ArrayRef, DataType), (others, to): (&ArrayRef, DataType)) {
    let is_number =
        |of| matches!(of, DataType::Int64 | DataType::Float64 | DataType::Decimal { .. });
    if !is_number(from) || !is_number(to) || from == to {
        return;
    }
    let numbers = |values, of| shown(values, of).expect("every number can be written");
    for (one, other) in numbers(values, from).iter().zip(&numbers(others, to)) {
        let (Some(one), Some(other)) = (one, other) else { continue };
        if [from, to].contains(&DataType::Float64) {
            assert_eq!(exactly(one), exactly(other), "{from} to {to}");
        } else {
            assert_eq!(plain(one), plain(other), "{from} to {to}");
        }
    }
}

/// The whole number of a text. That of a double is the shortest that reads as the same double.
fn exactly(number: &str) -> Option<i128> {
    let double = || number.parse::<f64>().ok().map(|double| double as i128);
    number.parse().ok().or_else(double)
}

/// A number without the zeros that say nothing.
fn plain(number: &str) -> String {
    let (number, exponent) = number.split_once('e').unwrap_or((number, "0"));
    let zeros = "0".repeat(exponent.parse().expect("doubles that hold a whole number are whole"));
    let number = match number.split_once('.') {
        Some((whole, fraction)) => {
            let fraction = fraction.trim_end_matches('0');
            if fraction.is_empty() { whole.to_owned() } else { format!("{whole}.{fraction}") }
        }
        None => number.to_owned(),
    };
    let number = format!("{number}{zeros}");
    if number == "-0" { "0".to_owned() } else { number }
}
