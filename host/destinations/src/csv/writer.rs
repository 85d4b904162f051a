//! Rows as CSV, to anything that can be written to.

use std::io::Write;

use arrow_array::RecordBatch;
use tollgate_model::{Column, Result, literal};

use crate::cells::{self, Cell};
use crate::files::{self, BUFFER_BYTES};

/// Writes rows as CSV (RFC 4180): a header, UTF-8, lines that end in CR LF, quotes only where they
/// are needed.
///
/// A missing value is an empty field; an empty text is `""`. Booleans are `true` and `false`,
/// instants RFC 3339 in UTC, decimals all their digits, bytes Base64. Texts are written as they
/// are: one that begins with `=`, `+`, `-` or `@` is not changed, although spreadsheets may take it
/// for a formula, for changed data would be wrong data everywhere else.
#[derive(Debug)]
pub struct CsvWriter<W: Write> {
    out: W,
    columns: Vec<Column>,
    buffer: Vec<u8>,
}

impl<W: Write> CsvWriter<W> {
    /// Writes the header.
    ///
    /// # Errors
    /// [`tollgate_model::ErrorKind::Destination`] if it cannot be written.
    pub fn new(out: W, columns: &[Column]) -> Result<Self> {
        let buffer = Vec::with_capacity(BUFFER_BYTES + BUFFER_BYTES / 4);
        let mut writer = CsvWriter { out, columns: columns.to_vec(), buffer };
        for (index, column) in columns.iter().enumerate() {
            writer.begin_field(index);
            push_text(&mut writer.buffer, &column.name);
        }
        writer.end_line();
        writer.hand_over()?;
        Ok(writer)
    }

    /// Writes rows, whose columns have to be those of the header. All of them are handed on before
    /// it returns.
    ///
    /// # Errors
    /// [`tollgate_model::ErrorKind::Destination`] if they cannot be written, with the I/O error as
    /// its source; [`tollgate_model::ErrorKind::Data`] for a date beyond the years 1 to 9999.
    pub fn write(&mut self, batch: &RecordBatch) -> Result<()> {
        let cells = cells::of(batch, &self.columns)?;
        for row in 0..batch.num_rows() {
            for (index, cells) in cells.iter().enumerate() {
                self.begin_field(index);
                push_cell(&mut self.buffer, cells.get(row))
                    .map_err(|error| cells::out_of_range(&self.columns[index], error))?;
            }
            self.end_line();
            if self.buffer.len() >= BUFFER_BYTES {
                self.hand_over()?;
            }
        }
        self.hand_over()
    }

    /// Flushes and gives back what was written to.
    ///
    /// # Errors
    /// [`tollgate_model::ErrorKind::Destination`] if it cannot be flushed.
    pub fn finish(mut self) -> Result<W> {
        self.out.flush().map_err(|error| files::io_error("cannot write rows", error))?;
        Ok(self.out)
    }

    fn begin_field(&mut self, index: usize) {
        if index > 0 {
            self.buffer.push(b',');
        }
    }

    fn end_line(&mut self) {
        self.buffer.extend_from_slice(b"\r\n");
    }

    fn hand_over(&mut self) -> Result<()> {
        let written = self.out.write_all(&self.buffer);
        self.buffer.clear();
        written.map_err(|error| files::io_error("cannot write rows", error))
    }
}

fn push_cell(out: &mut Vec<u8>, cell: Cell<'_>) -> Result<(), literal::OutOfRange> {
    match cell {
        Cell::Null => {}
        Cell::Boolean(true) => out.extend_from_slice(b"true"),
        Cell::Boolean(false) => out.extend_from_slice(b"false"),
        Cell::Int64(value) => literal::push_display(out, value),
        Cell::Float64(value) => literal::push_float(out, value),
        Cell::Decimal(value, scale) => literal::push_decimal(out, value, scale),
        Cell::Text(value) | Cell::Json(value) => push_text(out, value),
        Cell::Date(days) => return literal::push_date(out, days),
        Cell::Timestamp(micros) => return literal::push_timestamp(out, micros),
        Cell::Bytes([]) => push_text(out, ""),
        Cell::Bytes(bytes) => literal::push_base64(out, bytes),
    }
    Ok(())
}

fn push_text(out: &mut Vec<u8>, text: &str) {
    let bytes = text.as_bytes();
    // An empty text is quoted to tell it from a missing value.
    if !bytes.is_empty() && !bytes.iter().any(|byte| matches!(byte, b',' | b'"' | b'\r' | b'\n')) {
        out.extend_from_slice(bytes);
        return;
    }
    out.push(b'"');
    let mut rest = bytes;
    while let Some(quote) = rest.iter().position(|byte| *byte == b'"') {
        out.extend_from_slice(&rest[..=quote]);
        out.push(b'"');
        rest = &rest[quote + 1..];
    }
    out.extend_from_slice(rest);
    out.push(b'"');
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use arrow_array::{Date32Array, StringArray};
    use tollgate_model::{DataType, ErrorKind};

    use super::*;
    use crate::samples::{FullDisk, all_columns, all_values, batch, column};

    fn text(columns: &[Column], batches: &[RecordBatch]) -> String {
        let mut writer = CsvWriter::new(Vec::new(), columns).unwrap();
        batches.iter().try_for_each(|batch| writer.write(batch)).unwrap();
        String::from_utf8(writer.finish().unwrap()).unwrap()
    }

    #[test]
    fn every_type_has_its_form() {
        let rows = all_values("a \"b\", c", r#"{"a":1.10}"#);
        let expected = [
            "boolean,int64,float64,decimal,text,date,timestamp,json,bytes",
            "true,-9223372036854775808,1e300,-12.50,\"a \"\"b\"\", c\",2024-02-29,\
             2024-02-29T13:05:09.000250Z,\"{\"\"a\"\":1.10}\",/wA=",
            ",,,,,,,,",
            "",
        ];
        assert_eq!(text(&all_columns(), &[rows]), expected.join("\r\n"));
    }

    #[test]
    fn a_missing_text_is_nothing_and_an_empty_one_is_two_quotes() {
        let columns = [column("a,b", DataType::Text), column("", DataType::Text)];
        let values = Arc::new(StringArray::from(vec![Some(""), None, Some("=1+1")]));
        let rows = batch(&columns, vec![Arc::clone(&values) as _, values]);
        let expected = "\"a,b\",\"\"\r\n\"\",\"\"\r\n,\r\n=1+1,=1+1\r\n";
        assert_eq!(text(&columns, &[rows]), expected);
        assert_eq!(text(&columns, &[]), "\"a,b\",\"\"\r\n");
    }

    #[test]
    fn what_cannot_be_written_is_named() {
        let error = CsvWriter::new(FullDisk, &all_columns()).err().unwrap();
        assert_eq!(error.kind(), ErrorKind::Destination);
        assert_eq!(error.hint(), Some("free some space and try again"));
        let columns = [column("born", DataType::Date)];
        let rows =
            batch(&columns, vec![Arc::new(Date32Array::from(vec![Some(0), Some(i32::MAX)]))]);
        let error = CsvWriter::new(Vec::new(), &columns).unwrap().write(&rows).err().unwrap();
        assert_eq!(error.kind(), ErrorKind::Data);
        let expected = "column \"born\" holds a date beyond the years 1 to 9999";
        assert_eq!(error.message(), expected);
        let error = CsvWriter::new(Vec::new(), &all_columns()).unwrap().write(&rows).err().unwrap();
        assert_eq!(error.kind(), ErrorKind::Bug);
    }
}
