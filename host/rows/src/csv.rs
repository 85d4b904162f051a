//! CSV after RFC 4180, with a header. A cell that is empty and not quoted has no value.

use std::fs::File;

use tollgate_model::{Column, Result};

use crate::lines::Lines;
use crate::reader::{Chunk, Filling, Place, chosen};

pub(crate) struct Csv {
    lines: Lines,
    /// The columns of the file, in its order.
    columns: Vec<Column>,
    row: u64,
}

/// One cell.
#[derive(Debug, Default, PartialEq, Eq)]
struct Cell {
    text: String,
    is_quoted: bool,
}

impl Csv {
    pub(crate) fn open(file: File, columns: &[Column]) -> Result<Self> {
        let mut lines = Lines::new(file);
        let header = match record(&mut lines)? {
            Some((header, _)) => header,
            None => return Err(lines.flaw("the header is missing")),
        };
        let names = header.iter().map(|cell| cell.text.as_str());
        let columns = chosen(columns, names).map_err(|error| error.context("header"))?;
        Ok(Csv { lines, columns, row: 0 })
    }

    pub(crate) fn next_chunk(&mut self) -> Result<Option<Chunk>> {
        let mut chunk = Filling::new(self.columns.clone(), self.row + 1);
        while !chunk.is_full() {
            let Some((cells, place)) = self.cells()? else { break };
            let bytes = cells.iter().map(|cell| cell.text.len()).sum();
            chunk.row(place, bytes, |index, column| match &cells[index] {
                Cell { text, is_quoted: false } if text.is_empty() => Ok(false),
                Cell { text, .. } => column.push_text(text).map(|()| true),
            })?;
        }
        chunk.finish()
    }

    /// The cells of the next row. An empty line is none, unless it is the one cell of its row.
    fn cells(&mut self) -> Result<Option<(Vec<Cell>, Place)>> {
        while let Some((cells, line)) = record(&mut self.lines)? {
            if cells == [Cell::default()] && self.columns.len() > 1 {
                continue;
            }
            self.row += 1;
            let place = Place { row: self.row, line };
            let (has, needs) = (cells.len(), self.columns.len());
            if has != needs {
                return Err(place.flaw(format_args!(": it has {has} cells instead of {needs}")));
            }
            return Ok(Some((cells, place)));
        }
        Ok(None)
    }
}

/// The cells of the next record and the line at which it begins.
fn record(lines: &mut Lines) -> Result<Option<(Vec<Cell>, u64)>> {
    let mut text = String::new();
    if !lines.read(&mut text)? {
        return Ok(None);
    }
    let (begins, mut record, mut read) = (lines.number, Record::default(), 0);
    while !record.take(&text[read..]).map_err(|what| lines.flaw(what))? {
        read = text.len();
        if !lines.read(&mut text)? {
            return Err(lines.flaw(format!("the quotes of line {begins} do not end")));
        }
    }
    Ok(Some((record.cells, begins)))
}

/// A record that is taken line by line, each of them once.
#[derive(Debug, Default)]
struct Record {
    cells: Vec<Cell>,
    /// Whether the last cell is quoted and goes on.
    is_open: bool,
}

impl Record {
    /// Takes a line with its end; whether the record ends with it, or what is wrong with it.
    fn take(&mut self, line: &str) -> Result<bool, &'static str> {
        let mut rest = line;
        loop {
            match self.cells.last_mut().filter(|_| self.is_open) {
                Some(cell) => match cell.take_quoted(rest) {
                    Some(behind) => (rest, self.is_open) = (behind, false),
                    None => return Ok(false),
                },
                None => {
                    let (cell, behind) = match rest.strip_prefix('"') {
                        Some(quoted) => (Cell { text: String::new(), is_quoted: true }, quoted),
                        None => Cell::plain(rest)?,
                    };
                    (rest, self.is_open) = (behind, cell.is_quoted);
                    self.cells.push(cell);
                    if self.is_open {
                        continue;
                    }
                }
            }
            match rest.strip_prefix(',') {
                Some(behind) => rest = behind,
                None if without_end(rest).is_empty() => return Ok(true),
                None => return Err("something stands behind the quotes of a cell"),
            }
        }
    }
}

impl Cell {
    /// A cell without quotes, and what stands behind it.
    fn plain(text: &str) -> Result<(Cell, &str), &'static str> {
        let end = text.find(',').unwrap_or_else(|| without_end(text).len());
        let (cell, behind) = text.split_at(end);
        if cell.contains('"') {
            return Err("a quote stands within a cell that is not quoted");
        }
        Ok((Cell { text: cell.to_owned(), is_quoted: false }, behind))
    }

    /// Takes what stands before the closing quote, and gives what stands behind it; `None` where
    /// there is none.
    fn take_quoted<'t>(&mut self, mut text: &'t str) -> Option<&'t str> {
        loop {
            let Some(quote) = text.find('"') else {
                self.text.push_str(text);
                return None;
            };
            self.text.push_str(&text[..quote]);
            let behind = &text[quote + 1..];
            let Some(after) = behind.strip_prefix('"') else { return Some(behind) };
            self.text.push('"');
            text = after;
        }
    }
}

/// A line without its end.
fn without_end(line: &str) -> &str {
    let line = line.strip_suffix('\n').unwrap_or(line);
    line.strip_suffix('\r').unwrap_or(line)
}
