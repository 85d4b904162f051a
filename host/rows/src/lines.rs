//! A file of text, line by line.

use std::fs::File;
use std::io::{BufRead, BufReader, Read};

use tollgate_model::{Error, ErrorKind, Result};

/// The most bytes of a line, and with it of a row. 8 MiB: the most that a request may have.
pub(crate) const LINE_BYTES_MAX: usize = 8 << 20;

/// A file of text.
pub(crate) struct Lines {
    input: BufReader<File>,
    /// The number of the last line that was read, from 1.
    pub(crate) number: u64,
}

impl Lines {
    pub(crate) fn new(file: File) -> Self {
        Lines { input: BufReader::new(file), number: 0 }
    }

    /// Adds the next line to a text, its end included; false at the end of the file.
    ///
    /// # Errors
    /// [`ErrorKind::Config`] for a text over the limit or one that is not UTF-8, and where the file
    /// cannot be read.
    pub(crate) fn read(&mut self, into: &mut String) -> Result<bool> {
        let room = LINE_BYTES_MAX.saturating_sub(into.len()) as u64 + 1;
        let mut bytes = Vec::new();
        let read = (&mut self.input).take(room).read_until(b'\n', &mut bytes);
        let read = read.map_err(|error| {
            Error::new(ErrorKind::Config, "the rows cannot be read").with_source(error)
        })?;
        self.number += 1;
        if into.len() + read > LINE_BYTES_MAX {
            return Err(self.flaw(format!("it has more than {LINE_BYTES_MAX} bytes")));
        }
        let text = std::str::from_utf8(&bytes).map_err(|_| self.flaw("it is not UTF-8"))?;
        let is_first = self.number == 1;
        into.push_str(text.strip_prefix('\u{feff}').filter(|_| is_first).unwrap_or(text));
        Ok(read > 0)
    }

    /// An error of the present line.
    pub(crate) fn flaw(&self, what: impl Into<String>) -> Error {
        Error::new(ErrorKind::Config, format!("line {}: {}", self.number, what.into()))
    }
}
