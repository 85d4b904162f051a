//! A batch made of bytes: mostly as it has to be, with a flaw here and there.

use arbitrary::{Result, Unstructured};
use tollgate_model::{Column, DataType};
use tollgate_runtime::{Batch, ColumnData, TextData, Values};

/// Texts that one type or another takes.
const TEXTS: [&str; 12] = [
    "",
    "a",
    "\u{e9}\u{20ac}",
    "null",
    "{\"a\":[1]}",
    "[1,",
    "12.50",
    "-0.01",
    "1e3",
    "99999",
    "\u{0}",
    "\"\u{1b}\"",
];

/// Columns, and data that may fit them. Each choice takes a byte, and 0 is the plain one.
pub fn batch(input: &mut Unstructured<'_>) -> Result<(Vec<Column>, Batch)> {
    let rows: u32 = input.int_in_range(0..=super::ROWS_MAX + 1)?;
    let count: usize = input.int_in_range(0..=3)?;
    let mut columns = Vec::new();
    let mut data = Vec::new();
    for number in 0..count {
        let column = column(input, number)?;
        data.push(column_data(input, column.data_type, rows as usize)?);
        columns.push(column);
    }
    match input.arbitrary::<u8>().unwrap_or_default() {
        1 => drop(data.pop()),
        2 => data.push(ColumnData { validity: None, values: Values::Booleans(Vec::new()) }),
        _ => {}
    }
    Ok((columns, Batch { rows, columns: data }))
}

fn column(input: &mut Unstructured<'_>, number: usize) -> Result<Column> {
    let data_type = match input.arbitrary::<u8>()? % 10 {
        0 => DataType::Text,
        1 => DataType::Int64,
        2 => DataType::Boolean,
        3 => DataType::Float64,
        4 => DataType::Date,
        5 => DataType::Timestamp,
        6 => DataType::Json,
        7 => DataType::Bytes,
        8 => DataType::Decimal { precision: 5, scale: 2 },
        _ => DataType::Decimal { precision: 38, scale: 38 },
    };
    let nullable = input.arbitrary::<u8>()? % 4 != 3;
    Ok(Column { name: format!("c{number}"), data_type, nullable, description: String::new() })
}

fn column_data(
    input: &mut Unstructured<'_>,
    data_type: DataType,
    rows: usize,
) -> Result<ColumnData> {
    let flaw: u8 = input.arbitrary()?;
    let validity = match flaw % 4 {
        0 => None,
        3 => Some(some_bytes(input)?),
        _ => Some(input.bytes(rows.div_ceil(8))?.to_vec()),
    };
    let length = match flaw / 4 % 8 {
        7 => input.int_in_range(0..=40)?,
        _ => rows,
    };
    let carrier = match flaw / 32 {
        7 => input.arbitrary::<u8>()? % 4,
        _ => carrier_of(data_type),
    };
    let values = match carrier {
        0 => Values::Booleans(input.bytes(length.div_ceil(8))?.to_vec()),
        1 => Values::Int64s((0..length).map(|_| whole(input)).collect::<Result<_>>()?),
        2 => Values::Float64s((0..length).map(|_| input.arbitrary()).collect::<Result<_>>()?),
        _ => Values::Texts(texts(input, length)?),
    };
    Ok(ColumnData { validity, values })
}

fn carrier_of(data_type: DataType) -> u8 {
    match data_type {
        DataType::Boolean => 0,
        DataType::Int64 | DataType::Date | DataType::Timestamp => 1,
        DataType::Float64 => 2,
        _ => 3,
    }
}

fn whole(input: &mut Unstructured<'_>) -> Result<i64> {
    Ok(match input.arbitrary::<u8>()? {
        255 => input.arbitrary()?,
        254 => i64::MAX,
        253 => i64::from(i32::MIN) - 1,
        252 => i64::from(i32::MAX),
        small => i64::from(small) - 100,
    })
}

/// One text a row, one after the other; then maybe an offset that is another.
fn texts(input: &mut Unstructured<'_>, rows: usize) -> Result<TextData> {
    let mut texts = TextData { offsets: vec![0], bytes: Vec::new() };
    for _ in 0..rows {
        match usize::from(input.arbitrary::<u8>()?) {
            known if known < TEXTS.len() => texts.bytes.extend_from_slice(TEXTS[known].as_bytes()),
            _ => texts.bytes.extend_from_slice(&some_bytes(input)?),
        }
        texts.offsets.push(texts.bytes.len() as u32);
    }
    match input.arbitrary::<u8>()? {
        1 => {
            let at = input.choose_index(texts.offsets.len())?;
            texts.offsets[at] = input.arbitrary()?;
        }
        2 => {
            let at = input.choose_index(texts.offsets.len())?;
            texts.offsets[at] = texts.offsets[at].wrapping_add(1);
        }
        3 => texts.bytes.push(b'x'),
        4 => texts.offsets.clear(),
        _ => {}
    }
    Ok(texts)
}

fn some_bytes(input: &mut Unstructured<'_>) -> Result<Vec<u8>> {
    let length = input.int_in_range(0..=9)?;
    Ok(input.bytes(length)?.to_vec())
}
