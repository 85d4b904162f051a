//! Rows as this vendor writes them: the same kind of value in more than one form.

use std::io::Write as _;

use serde_json::Value;

use crate::random::mix;
use crate::row::{Cell, Row};

/// How an empty text is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Blank {
    /// `null`, as in lists.
    Null,
    /// `""`, as in records read alone.
    Empty,
}

/// Appends `row` as a JSON object. `salt` decides which of the possible forms each value takes.
pub(super) fn write_row(out: &mut Vec<u8>, row: &dyn Row, salt: u64, blank: Blank) {
    let mut salt = mix(salt);
    let mut separator = b'{';
    row.cells(&mut |name, cell| {
        out.push(separator);
        separator = b',';
        write_text(out, name);
        out.push(b':');
        salt = mix(salt);
        write_cell(out, cell, salt.is_multiple_of(2), blank);
    });
    if separator == b'{' {
        out.push(b'{');
    }
    out.push(b'}');
}

fn write_cell(out: &mut Vec<u8>, cell: Cell<'_>, is_quoted: bool, blank: Blank) {
    match cell {
        Cell::Id(Some(id)) => write_number(out, id, is_quoted),
        Cell::Id(None) => out.extend_from_slice(b"\"\""),
        Cell::Text(Some(text)) => write_text(out, text),
        Cell::Text(None) if blank == Blank::Empty => out.extend_from_slice(b"\"\""),
        Cell::Text(None) => out.extend_from_slice(b"null"),
        Cell::Flag(flag) => write_number(out, u64::from(flag), is_quoted),
        Cell::Count(Some(count)) => write_number(out, count, is_quoted),
        Cell::Count(None) if is_quoted => out.extend_from_slice(b"\"\""),
        Cell::Count(None) => out.extend_from_slice(b"null"),
        Cell::Number(number) => write_number(out, number, false),
        Cell::Time(Some(time), format) => write_text(out, &format(time)),
        Cell::Time(None, _) => out.extend_from_slice(b"null"),
        Cell::Json(value) => write_json(out, value),
    }
}

fn write_number(out: &mut Vec<u8>, number: u64, is_quoted: bool) {
    let written = match is_quoted {
        true => write!(out, "\"{number}\""),
        false => write!(out, "{number}"),
    };
    written.expect("a vector takes every byte");
}

/// Appends a JSON string.
pub(super) fn write_text(out: &mut Vec<u8>, text: &str) {
    serde_json::to_writer(out, text).expect("a vector takes every byte");
}

fn write_json(out: &mut Vec<u8>, value: &Value) {
    serde_json::to_writer(out, value).expect("a vector takes every byte");
}

/// Rows rendered once, so that answering costs no more than a copy.
#[derive(Debug, Default)]
pub(super) struct Rendered {
    bytes: Vec<u8>,
    ends: Vec<usize>,
}

impl Rendered {
    /// Appends one row.
    pub(super) fn push(&mut self, row: &dyn Row, salt: u64) {
        write_row(&mut self.bytes, row, salt, Blank::Null);
        self.ends.push(self.bytes.len());
    }

    /// The row at `place`, unless it was not there when the rows were rendered.
    pub(super) fn get(&self, place: usize) -> Option<&[u8]> {
        let end = *self.ends.get(place)?;
        let start = place.checked_sub(1).map_or(0, |before| self.ends[before]);
        Some(&self.bytes[start..end])
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    struct Sample;

    impl Row for Sample {
        fn cells(&self, see: &mut dyn FnMut(&str, Cell<'_>)) {
            see("id", Cell::Id(Some(u64::MAX)));
            see("none", Cell::Id(None));
            see("text", Cell::Text(Some("a\"b\n🎉")));
            see("blank", Cell::Text(None));
            see("flag", Cell::Flag(true));
            see("count", Cell::Count(None));
            see("number", Cell::Number(5));
            see("json", Cell::Json(&json!([1, {"a": null}])));
        }
    }

    #[test]
    fn every_form_of_a_value_turns_up_and_nothing_else() {
        let mut seen = std::collections::BTreeSet::new();
        for salt in 0..50 {
            let mut out = Vec::new();
            write_row(&mut out, &Sample, salt, Blank::Null);
            let row: Value = serde_json::from_slice(&out).unwrap();
            for field in ["id", "flag", "count"] {
                seen.insert(format!("{field} {}", row[field]));
            }
            assert_eq!(row["text"], "a\"b\n🎉");
            assert_eq!(row["blank"], Value::Null);
            assert_eq!(row["none"], "");
            assert_eq!(row["number"], 5);
            assert_eq!(row["json"], json!([1, {"a": null}]));
        }
        let expected = [
            "count \"\"",
            "count null",
            "flag \"1\"",
            "flag 1",
            "id \"18446744073709551615\"",
            "id 18446744073709551615",
        ];
        assert_eq!(seen.into_iter().collect::<Vec<_>>(), expected);
    }

    #[test]
    fn blanks_of_a_single_record_are_empty_texts() {
        let mut out = Vec::new();
        write_row(&mut out, &Sample, 1, Blank::Empty);
        let row: Value = serde_json::from_slice(&out).unwrap();
        assert_eq!(row["blank"], "");
    }

    #[test]
    fn rendered_rows_are_found_by_place() {
        let mut rendered = Rendered::default();
        rendered.push(&Sample, 1);
        rendered.push(&Sample, 2);
        let mut out = Vec::new();
        write_row(&mut out, &Sample, 2, Blank::Null);
        assert_eq!(rendered.get(1), Some(&out[..]));
        assert_eq!(rendered.get(2), None);
    }
}
