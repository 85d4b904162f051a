//! From text to rows of fields, after RFC 4180.
//!
//! Line ends are CRLF, LF or CR. A field may stand in quotes, and then hold delimiters, line ends
//! and doubled quotes; a quote elsewhere is a character like any other.
//!
//! Written here because the known parsers forgive what must not pass: a quote that is not closed, as
//! in a file that was cut, and text behind one that is.

use std::borrow::Cow;

use memchr::{memchr, memchr3};

use super::Delimiter;
use crate::failure::Failure;

/// Where a reader goes on.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Place {
    /// Bytes that were read.
    pub at: usize,
    /// Lines that were read.
    pub lines: u64,
}

/// Reads row by row.
#[derive(Debug)]
pub(super) struct Reader<'t> {
    /// Without the line ends behind the last row.
    text: &'t str,
    delimiter: u8,
    fields_max: usize,
    place: Place,
    /// The line, from 1, in which the row begins that was read last.
    line: u64,
}

/// A field as it stands in the file.
#[derive(Clone, Copy, Debug)]
pub(super) struct Field<'t> {
    /// Without the quotes around it.
    text: &'t str,
    has_doubled_quotes: bool,
}

impl<'t> Field<'t> {
    /// What it says.
    pub fn text(self) -> Cow<'t, str> {
        match self.has_doubled_quotes {
            true => Cow::Owned(self.text.replace("\"\"", "\"")),
            false => Cow::Borrowed(self.text),
        }
    }
}

impl<'t> Reader<'t> {
    /// Reads rows of at most so many fields, from a place on.
    ///
    /// A line with nothing in it is passed over, for it has no values; where rows have one field, it
    /// is a row without a value. Those behind the last row are none in either case.
    pub fn new(text: &'t str, delimiter: Delimiter, fields_max: usize, place: Place) -> Self {
        let text = text.trim_end_matches(['\r', '\n']);
        Self { text, delimiter: delimiter.byte(), fields_max, place, line: 0 }
    }

    /// Where the next row begins.
    pub fn place(&self) -> Place {
        self.place
    }

    /// Reads a row. False at the end.
    ///
    /// # Errors
    /// `unexpected-response` for a row of more fields than allowed, a quote that is not closed, and
    /// text behind one that is.
    pub fn next(&mut self, row: &mut Vec<Field<'t>>) -> Result<bool, Failure> {
        row.clear();
        while self.fields_max > 1 && self.line_end() {}
        self.line = self.place.lines + 1;
        if self.place.at >= self.text.len() {
            return Ok(false);
        }
        loop {
            if row.len() == self.fields_max {
                return Err(self.wrong(&format!("it has more than {} fields", self.fields_max)));
            }
            row.push(self.field()?);
            match self.peek() {
                Some(byte) if byte == self.delimiter => self.place.at += 1,
                Some(_) => {
                    self.line_end();
                    return Ok(true);
                }
                None => return Ok(true),
            }
        }
    }

    /// The failure for the row that was read last.
    #[cold]
    pub fn wrong(&self, what: &str) -> Failure {
        Failure::unexpected(format!("line {} of the CSV file: {what}", self.line))
    }

    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.place.at).copied()
    }

    /// Passes over a line end, if one is next.
    fn line_end(&mut self) -> bool {
        let rest = &self.text.as_bytes()[self.place.at..];
        let length = match rest {
            [b'\r', b'\n', ..] => 2,
            [b'\r' | b'\n', ..] => 1,
            _ => return false,
        };
        self.place.at += length;
        self.place.lines += 1;
        true
    }

    /// Reads up to a delimiter, a line end or the end of the file.
    fn field(&mut self) -> Result<Field<'t>, Failure> {
        let begin = self.place.at;
        if self.peek() == Some(b'"') {
            return self.quoted(begin + 1);
        }
        let rest = &self.text.as_bytes()[begin..];
        self.place.at += memchr3(self.delimiter, b'\n', b'\r', rest).unwrap_or(rest.len());
        Ok(Field { text: &self.text[begin..self.place.at], has_doubled_quotes: false })
    }

    /// Reads up to the closing quote.
    fn quoted(&mut self, begin: usize) -> Result<Field<'t>, Failure> {
        let bytes = self.text.as_bytes();
        let (mut at, mut has_doubled_quotes) = (begin, false);
        let end = loop {
            let Some(length) = memchr(b'"', &bytes[at..]) else {
                return Err(self.wrong("a quote is not closed"));
            };
            at += length + 1;
            if bytes.get(at) != Some(&b'"') {
                break at - 1;
            }
            has_doubled_quotes = true;
            at += 1;
        };
        self.place.at = at;
        match self.peek() {
            None | Some(b'\r' | b'\n') => {}
            Some(byte) if byte == self.delimiter => {}
            Some(_) => return Err(self.wrong("there is text behind a closing quote")),
        }
        let text = &self.text[begin..end];
        self.place.lines += line_ends(text);
        Ok(Field { text, has_doubled_quotes })
    }
}

fn line_ends(text: &str) -> u64 {
    let mut before = 0;
    let mut count = 0;
    for byte in text.bytes() {
        count += u64::from(byte == b'\r' || byte == b'\n' && before != b'\r');
        before = byte;
    }
    count
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn rows_of(
        text: &str,
        delimiter: Delimiter,
        fields_max: usize,
    ) -> Result<Vec<(u64, Vec<String>)>, Failure> {
        let mut reader = Reader::new(text, delimiter, fields_max, Place::default());
        let (mut rows, mut row) = (Vec::new(), Vec::new());
        while reader.next(&mut row)? {
            rows.push((reader.line, row.iter().map(|field| field.text().into_owned()).collect()));
        }
        Ok(rows)
    }

    fn rows(text: &str) -> Result<Vec<Vec<String>>, Failure> {
        Ok(rows_of(text, Delimiter::Comma, 3)?.into_iter().map(|(_, row)| row).collect())
    }

    #[test]
    fn a_text_is_these_rows() {
        for (text, expected) in [
            ("", &[][..]),
            ("\r\n\n", &[]),
            ("a", &[&["a"][..]]),
            ("a,b\r\n1,2\r\n", &[&["a", "b"], &["1", "2"]]),
            ("a,b\n1,2\n\n", &[&["a", "b"], &["1", "2"]]),
            ("a,b\r1,2\r", &[&["a", "b"], &["1", "2"]]),
            ("a,b\n\r\n\n1,", &[&["a", "b"], &["1", ""]]),
            (",\n,", &[&["", ""], &["", ""]]),
            ("\"a,\r\nb\",\"say \"\"hi\"\"\"\nc", &[&["a,\r\nb", "say \"hi\""], &["c"]]),
            ("\"\",\"\"\"\"", &[&["", "\""]]),
            ("a\"b\", \"c\"", &[&["a\"b\"", " \"c\""]]),
            ("é,\"ü\"\n€", &[&["é", "ü"], &["€"]]),
        ] {
            let expected: Vec<Vec<String>> = expected
                .iter()
                .map(|row| row.iter().map(|&field| field.to_owned()).collect())
                .collect();
            assert_eq!(rows(text), Ok(expected), "{text:?}");
        }
    }

    #[test]
    fn a_text_that_is_no_csv_names_its_line() {
        for (text, line, what) in [
            ("a,b\n1,\"2\n3", 2, "not closed"),
            ("a\n\"", 2, "not closed"),
            ("a\n\"x\ny\"\nb\n\"1\"2", 5, "behind a closing quote"),
            ("a\r\n\r\n1,2,3,4", 3, "more than 3 fields"),
            ("\"a\r\nb\r\"\n1,2,3,4", 4, "more than 3 fields"),
        ] {
            let Err(Failure::UnexpectedResponse(told)) = rows(text) else { panic!("{text:?}") };
            assert!(told.starts_with(&format!("line {line} ")) && told.contains(what), "{told}");
        }
    }

    #[test]
    fn an_empty_line_is_a_row_only_between_rows_of_one_field() {
        let lines = |text, fields_max| {
            let rows = rows_of(text, Delimiter::Comma, fields_max).expect("rows");
            rows.into_iter().map(|(line, _)| line).collect::<Vec<_>>()
        };
        assert_eq!(lines("a\n\nb\n\n", 1), [1, 2, 3]);
        assert_eq!(lines("\na\n\nb\n\n", 2), [2, 4]);
        assert_eq!(lines("a\n\"\"\n", 1), [1, 2]);
    }

    #[test]
    fn the_delimiter_can_be_another() {
        for (delimiter, text) in [(Delimiter::Semicolon, "a,;b"), (Delimiter::Tab, "a,\tb")] {
            let rows = rows_of(text, delimiter, 3).expect("rows");
            assert_eq!(rows, [(1, vec!["a,".to_owned(), "b".to_owned()])]);
        }
    }

    /// Writes a field as RFC 4180 says, in quotes where it needs them or `is_quoted` says so.
    fn written(field: &str, is_quoted: bool) -> String {
        let needs = field.contains([',', '"', '\r', '\n']);
        match needs || is_quoted {
            true => format!("\"{}\"", field.replace('"', "\"\"")),
            false => field.to_owned(),
        }
    }

    proptest! {
        #[test]
        fn what_was_written_is_read(
            rows in prop::collection::vec(
                (prop::array::uniform3("[a,\"\r\n é]{0,6}"), any::<bool>()), 0..6),
            line_end in prop::sample::select(vec!["\n", "\r\n", "\r"]),
            has_last in any::<bool>(),
        ) {
            let lines: Vec<String> = rows.iter().map(|(row, is_quoted)| {
                row.each_ref().map(|field| written(field, *is_quoted)).join(",")
            }).collect();
            let mut text = lines.join(line_end);
            if has_last {
                text.push_str(line_end);
            }
            let expected: Vec<Vec<String>> = rows.iter().map(|(row, _)| row.to_vec()).collect();
            prop_assert_eq!(super::tests::rows(&text), Ok(expected));
        }

        #[test]
        fn no_text_panics_and_every_row_can_be_read_from_its_place(
            text in "[a,\"\r\né]{0,24}",
            fields_max in 1usize..4,
        ) {
            let mut reader = Reader::new(&text, Delimiter::Comma, fields_max, Place::default());
            let (mut row, mut again) = (Vec::new(), Vec::new());
            loop {
                let place = reader.place();
                let read = reader.next(&mut row);
                let mut other = Reader::new(&text, Delimiter::Comma, fields_max, place);
                prop_assert_eq!(&other.next(&mut again), &read);
                prop_assert_eq!(other.line, reader.line);
                if !matches!(read, Ok(true)) {
                    break;
                }
            }
        }
    }
}
