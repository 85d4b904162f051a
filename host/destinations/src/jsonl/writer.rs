//! Rows as JSON Lines, to anything that can be written to.

use std::io::Write;

use arrow_array::RecordBatch;
use serde_json::value::RawValue;
use tollgate_model::{Column, Result, literal};

use crate::cells::{self, Cell};
use crate::files::{self, BUFFER_BYTES};

/// Writes rows as JSON Lines: one object a line, all columns in it, in their order; a missing value
/// is `null`.
///
/// Whole numbers are numbers with all their digits. Decimals are strings, since most readers would
/// make a double of a number. A double that JSON has no number for is `"NaN"`, `"Infinity"` or
/// `"-Infinity"`. Instants are RFC 3339 in UTC, bytes Base64. A JSON column is embedded as it is,
/// but for line breaks between its tokens, which become spaces; where its text is not JSON, it
/// becomes a string.
#[derive(Debug)]
pub struct JsonlWriter<W: Write> {
    out: W,
    columns: Vec<Column>,
    /// What stands before each value: `{"id":`, `,"email":`.
    keys: Vec<Vec<u8>>,
    buffer: Vec<u8>,
}

impl<W: Write> JsonlWriter<W> {
    /// A writer of rows with these columns. It writes nothing yet.
    pub fn new(out: W, columns: &[Column]) -> Self {
        let keys = columns.iter().enumerate().map(|(index, column)| {
            let mut key = if index == 0 { vec![b'{'] } else { vec![b','] };
            push_string(&mut key, &column.name);
            key.push(b':');
            key
        });
        let buffer = Vec::with_capacity(BUFFER_BYTES + BUFFER_BYTES / 4);
        JsonlWriter { out, columns: columns.to_vec(), keys: keys.collect(), buffer }
    }

    /// Writes rows, whose columns have to be those given to [`JsonlWriter::new`]. All of them are
    /// handed on before it returns.
    ///
    /// # Errors
    /// [`tollgate_model::ErrorKind::Destination`] if they cannot be written, with the I/O error as
    /// its source; [`tollgate_model::ErrorKind::Data`] for a date beyond the years 1 to 9999.
    pub fn write(&mut self, batch: &RecordBatch) -> Result<()> {
        let cells = cells::of(batch, &self.columns)?;
        for row in 0..batch.num_rows() {
            for (index, (cells, key)) in cells.iter().zip(&self.keys).enumerate() {
                self.buffer.extend_from_slice(key);
                push_cell(&mut self.buffer, cells.get(row))
                    .map_err(|error| cells::out_of_range(&self.columns[index], error))?;
            }
            self.buffer.extend_from_slice(if cells.is_empty() { b"{}\n" } else { b"}\n" });
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

    fn hand_over(&mut self) -> Result<()> {
        let written = self.out.write_all(&self.buffer);
        self.buffer.clear();
        written.map_err(|error| files::io_error("cannot write rows", error))
    }
}

fn push_cell(out: &mut Vec<u8>, cell: Cell<'_>) -> Result<(), literal::OutOfRange> {
    match cell {
        Cell::Null => out.extend_from_slice(b"null"),
        Cell::Boolean(true) => out.extend_from_slice(b"true"),
        Cell::Boolean(false) => out.extend_from_slice(b"false"),
        Cell::Int64(value) => literal::push_display(out, value),
        Cell::Float64(value) if value.is_finite() => literal::push_float(out, value),
        Cell::Text(value) => push_string(out, value),
        Cell::Json(value) => push_json(out, value),
        // What is left is plain ASCII that needs no escapes.
        Cell::Float64(value) => push_quoted(out, |out| literal::push_float(out, value)),
        Cell::Decimal(value, scale) => {
            push_quoted(out, |out| literal::push_decimal(out, value, scale))
        }
        Cell::Date(days) => return push_quoted(out, |out| literal::push_date(out, days)),
        Cell::Timestamp(micros) => {
            return push_quoted(out, |out| literal::push_timestamp(out, micros));
        }
        Cell::Bytes(bytes) => push_quoted(out, |out| literal::push_base64(out, bytes)),
    }
    Ok(())
}

fn push_quoted<T>(out: &mut Vec<u8>, push: impl FnOnce(&mut Vec<u8>) -> T) -> T {
    out.push(b'"');
    let pushed = push(out);
    out.push(b'"');
    pushed
}

fn push_string(out: &mut Vec<u8>, text: &str) {
    let written = serde_json::to_writer(out, text);
    debug_assert!(written.is_ok(), "any text is a JSON string, and a Vec takes all of it");
}

fn push_json(out: &mut Vec<u8>, json: &str) {
    if serde_json::from_str::<&RawValue>(json).is_err() {
        return push_string(out, json);
    }
    // A line break in a JSON text can only stand between tokens: inside strings it is escaped.
    let on_one_line = json.trim_ascii().bytes().map(|byte| match byte {
        b'\n' | b'\r' => b' ',
        other => other,
    });
    out.extend(on_one_line);
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use arrow_array::{Float64Array, StringArray};
    use tollgate_model::{DataType, ErrorKind};

    use super::*;
    use crate::samples::{FullDisk, all_columns, all_values, batch, column};

    fn text(columns: &[Column], batches: &[RecordBatch]) -> String {
        let mut writer = JsonlWriter::new(Vec::new(), columns);
        batches.iter().try_for_each(|batch| writer.write(batch)).unwrap();
        String::from_utf8(writer.finish().unwrap()).unwrap()
    }

    #[test]
    fn every_type_has_its_form() {
        let rows = all_values("a \"b\"\n\0ü", r#"{"a":1.10}"#);
        let first = [
            r#"{"boolean":true,"int64":-9223372036854775808,"float64":1e300,"decimal":"-12.50","#,
            r#""text":"a \"b\"\n\u0000ü","date":"2024-02-29","#,
            r#""timestamp":"2024-02-29T13:05:09.000250Z","json":{"a":1.10},"bytes":"/wA="}"#,
        ];
        let second = [
            r#"{"boolean":null,"int64":null,"float64":null,"decimal":null,"#,
            r#""text":null,"date":null,"timestamp":null,"json":null,"bytes":null}"#,
        ];
        let expected = format!("{}\n{}\n", first.concat(), second.concat());
        assert_eq!(text(&all_columns(), &[rows]), expected);
        assert_eq!(text(&all_columns(), &[]), "");
    }

    #[test]
    fn json_is_embedded_on_one_line_and_what_is_no_json_becomes_a_string() {
        let deep = format!("{}{}", "[".repeat(1000), "]".repeat(1000));
        for (json, expected) in [
            ("{\n  \"a\": [1,\r\n 2.50]\n}\n", "{   \"a\": [1,   2.50] }"),
            (" 123456789012345678901234567890 ", "123456789012345678901234567890"),
            (r#""a\nb""#, r#""a\nb""#),
            ("null", "null"),
            ("", r#""""#),
            ("not json", r#""not json""#),
            ("{\"a\":1} {\"b\":2}", r#""{\"a\":1} {\"b\":2}""#),
            ("{\"a\":\"\n\"}", r#""{\"a\":\"\n\"}""#),
            ("NaN", r#""NaN""#),
            (&deep, &deep),
        ] {
            let columns = [column("j", DataType::Json)];
            let rows = batch(&columns, vec![Arc::new(StringArray::from(vec![json]))]);
            assert_eq!(text(&columns, &[rows]), format!("{{\"j\":{expected}}}\n"));
        }
    }

    #[test]
    fn keys_are_escaped_and_what_is_no_number_is_a_string() {
        let columns = [column("a \"b\"\n", DataType::Float64)];
        let values = vec![f64::NAN, f64::INFINITY, f64::NEG_INFINITY, -0.0];
        let rows = batch(&columns, vec![Arc::new(Float64Array::from(values))]);
        let line = |value: &str| format!("{{\"a \\\"b\\\"\\n\":{value}}}\n");
        let expected = ["\"NaN\"", "\"Infinity\"", "\"-Infinity\"", "-0.0"].map(line).concat();
        assert_eq!(text(&columns, &[rows]), expected);
    }

    #[test]
    fn what_cannot_be_written_is_named() {
        let mut writer = JsonlWriter::new(FullDisk, &all_columns());
        let error = writer.write(&all_values("", "")).err().unwrap();
        assert_eq!(error.kind(), ErrorKind::Destination);
        assert_eq!(error.hint(), Some("free some space and try again"));
    }
}
