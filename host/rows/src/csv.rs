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
    let begins = lines.number;
    loop {
        match split(&text) {
            Split::Cells(cells) => return Ok(Some((cells, begins))),
            Split::Wrong(what) => return Err(lines.flaw(what)),
            Split::Open => {
                if !lines.read(&mut text)? {
                    return Err(lines.flaw(format!("the quotes of line {begins} do not end")));
                }
            }
        }
    }
}

enum Split {
    Cells(Vec<Cell>),
    /// A quoted cell goes on in the next line.
    Open,
    Wrong(&'static str),
}

fn split(text: &str) -> Split {
    let text = text.strip_suffix('\n').unwrap_or(text);
    let text = text.strip_suffix('\r').unwrap_or(text);
    let mut cells = Vec::new();
    let mut rest = text;
    loop {
        let mut cell = Cell::default();
        if let Some(quoted) = rest.strip_prefix('"') {
            cell.is_quoted = true;
            rest = quoted;
            loop {
                let Some(quote) = rest.find('"') else { return Split::Open };
                cell.text.push_str(&rest[..quote]);
                rest = &rest[quote + 1..];
                let Some(after) = rest.strip_prefix('"') else { break };
                cell.text.push('"');
                rest = after;
            }
        } else {
            let end = rest.find(',').unwrap_or(rest.len());
            cell.text.push_str(&rest[..end]);
            rest = &rest[end..];
            if cell.text.contains('"') {
                return Split::Wrong("a quote stands within a cell that is not quoted");
            }
        }
        cells.push(cell);
        match rest.strip_prefix(',') {
            Some(after) => rest = after,
            None if rest.is_empty() => return Split::Cells(cells),
            None => return Split::Wrong("something stands behind the quotes of a cell"),
        }
    }
}
