//! What a batch means by the text of the interface, taken value by value with nothing but the
//! standard library.

use tollgate_model::{Column, DataType};
use tollgate_runtime::{Batch, ColumnData, TextData, Values};

/// A value.
#[derive(Clone, Debug, PartialEq)]
pub enum Cell {
    /// A truth value.
    Flag(bool),
    /// A whole number, days, microseconds, or units of a decimal's last place.
    Whole(i128),
    /// The bits of a double.
    Double(u64),
    /// Bytes of a text, of JSON, or of no kind.
    Bytes(Vec<u8>),
}

/// The rows; `None` where the batch breaks a rule.
pub fn rows(columns: &[Column], rows_max: u32, batch: &Batch) -> Option<Vec<Vec<Option<Cell>>>> {
    if batch.rows > rows_max || batch.columns.len() != columns.len() {
        return None;
    }
    let rows = batch.rows as usize;
    let by_column = columns.iter().zip(&batch.columns);
    let by_column: Vec<_> =
        by_column.map(|(column, data)| cells(column, data, rows)).collect::<Option<_>>()?;
    let row = |row: usize| by_column.iter().map(|cells| cells[row].clone()).collect();
    Some((0..rows).map(row).collect())
}

fn cells(column: &Column, data: &ColumnData, rows: usize) -> Option<Vec<Option<Cell>>> {
    if data.validity.as_ref().is_some_and(|bits| bits.len() != rows.div_ceil(8)) {
        return None;
    }
    if !has_length(&data.values, rows) {
        return None;
    }
    // Every text is one, also where there is no value.
    if let (Values::Texts(texts), DataType::Text | DataType::Json) =
        (&data.values, column.data_type)
    {
        (0..rows).try_for_each(|row| str::from_utf8(bytes(texts, row)).ok().map(drop))?;
    }
    let mut cells = Vec::new();
    for row in 0..rows {
        let is_valid = data.validity.as_ref().is_none_or(|bits| bit(bits, row));
        if !is_valid && !column.nullable {
            return None;
        }
        let cell = cell(column.data_type, &data.values, row);
        match (cell, is_valid) {
            (Some(cell), true) => cells.push(Some(cell)),
            (None, true) => return None,
            (_, false) => cells.push(None),
        }
    }
    // A column without rows has to be of the right kind too.
    carries(column.data_type, &data.values).then_some(cells)
}

fn has_length(values: &Values, rows: usize) -> bool {
    match values {
        Values::Booleans(bits) => bits.len() == rows.div_ceil(8),
        Values::Int64s(values) => values.len() == rows,
        Values::Float64s(values) => values.len() == rows,
        Values::Texts(TextData { offsets, bytes }) => {
            offsets.len() == rows + 1
                && offsets[0] == 0
                && offsets.is_sorted()
                && offsets[rows] as usize == bytes.len()
        }
    }
}

fn carries(data_type: DataType, values: &Values) -> bool {
    match values {
        Values::Booleans(_) => data_type == DataType::Boolean,
        Values::Int64s(_) => {
            matches!(data_type, DataType::Int64 | DataType::Date | DataType::Timestamp)
        }
        Values::Float64s(_) => data_type == DataType::Float64,
        Values::Texts(_) => matches!(
            data_type,
            DataType::Text | DataType::Json | DataType::Bytes | DataType::Decimal { .. }
        ),
    }
}

fn cell(data_type: DataType, values: &Values, row: usize) -> Option<Cell> {
    Some(match (data_type, values) {
        (DataType::Boolean, Values::Booleans(bits)) => Cell::Flag(bit(bits, row)),
        (DataType::Int64 | DataType::Timestamp, Values::Int64s(values)) => {
            Cell::Whole(values[row].into())
        }
        (DataType::Date, Values::Int64s(values)) => {
            Cell::Whole(i32::try_from(values[row]).ok()?.into())
        }
        (DataType::Float64, Values::Float64s(values)) => Cell::Double(values[row].to_bits()),
        (DataType::Text | DataType::Bytes, Values::Texts(texts)) => {
            Cell::Bytes(bytes(texts, row).to_vec())
        }
        (DataType::Json, Values::Texts(texts)) => {
            let bytes = bytes(texts, row);
            serde_json::from_slice::<serde_json::Value>(bytes).ok()?;
            Cell::Bytes(bytes.to_vec())
        }
        (DataType::Decimal { precision, scale }, Values::Texts(texts)) => {
            Cell::Whole(units(str::from_utf8(bytes(texts, row)).ok()?, precision, scale)?)
        }
        _ => return None,
    })
}

/// Digits with maybe a point between them and a minus before, as units of the last place.
fn units(text: &str, precision: u8, scale: u8) -> Option<i128> {
    let (digits, sign) = text.strip_prefix('-').map_or((text, 1), |digits| (digits, -1));
    let (whole, fraction) = match digits.split_once('.') {
        Some((_, "")) => return None,
        Some(parts) => parts,
        None => (digits, ""),
    };
    let scale = usize::from(scale);
    let is_number =
        !whole.is_empty() && format!("{whole}{fraction}").bytes().all(|b| b.is_ascii_digit());
    if !is_number || fraction.len() > scale {
        return None;
    }
    let all = format!("{whole}{fraction:0<scale$}");
    let all = all.trim_start_matches('0');
    if all.len() > usize::from(precision) {
        return None;
    }
    format!("0{all}").parse::<i128>().ok().map(|units| sign * units)
}

fn bit(bits: &[u8], row: usize) -> bool {
    bits[row / 8] >> (row % 8) & 1 == 1
}

fn bytes(texts: &TextData, row: usize) -> &[u8] {
    &texts.bytes[texts.offsets[row] as usize..texts.offsets[row + 1] as usize]
}
