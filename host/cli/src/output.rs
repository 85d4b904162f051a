//! Standard output: data, and nothing else. All that comes from others is escaped here.

use std::io::{self, IsTerminal, Write};

use comfy_table::{Cell, CellAlignment, ContentArrangement, LineStyle, Table, TableStyle};
use serde::Serialize;
use tollgate_model::text::excerpt;

use crate::failure::Outcome;

/// The width where nobody says how wide the output may be.
const WIDTH_DEFAULT: u16 = 120;
/// Below this nothing of use fits.
const WIDTH_MIN: u16 = 40;

/// What separates a table's header from its rows; columns are apart by two spaces.
const STYLE: TableStyle =
    TableStyle::new().header_separator(LineStyle::none().fill('─').junction('─'));

/// Writes a text.
///
/// # Errors
/// That standard output cannot be written; where its reader has gone, that is no failure.
pub fn print(text: &str) -> Outcome {
    let mut out = io::stdout().lock();
    out.write_all(text.as_bytes())?;
    out.flush()?;
    Ok(())
}

/// Writes a value as JSON.
///
/// # Errors
/// As [`print()`].
pub fn print_json<T: Serialize>(value: &T) -> Outcome {
    let text = serde_json::to_string_pretty(value).map_err(io::Error::from)?;
    print(&format!("{text}\n"))
}

/// How wide text may be: the terminal's width, else what the environment says, else a default.
pub fn width(columns: Option<u16>) -> u16 {
    let terminal = if io::stdout().is_terminal() { Table::new().width() } else { None };
    terminal.or(columns).unwrap_or(WIDTH_DEFAULT).max(WIDTH_MIN)
}

/// A table without frame, to be filled row by row.
pub fn table(header: &[&str], width: u16) -> Table {
    let mut table = Table::new();
    table
        .load_style(STYLE)
        .force_no_tty()
        .set_width(width)
        .set_content_arrangement(ContentArrangement::Dynamic)
        .set_header(header.iter().map(Cell::new));
    for column in table.column_iter_mut() {
        column.set_padding((0, 2));
    }
    table
}

/// Puts numbers in the columns of these positions to the right.
pub fn align_right(table: &mut Table, columns: &[usize]) {
    for index in columns {
        if let Some(column) = table.column_mut(*index) {
            column.set_cell_alignment(CellAlignment::Right);
        }
    }
}

/// The text of a table, each line indented, with a line break at its end.
pub fn indented(table: &Table, indent: usize) -> String {
    let indent = " ".repeat(indent);
    let lines: Vec<String> =
        table.lines().map(|line| format!("{indent}{}", line.trim_end())).collect();
    let lines: Vec<&str> = lines.iter().map(|line| line.trim_end()).collect();
    format!("{}\n", lines.join("\n"))
}

/// A foreign text on one line: everything that acts on the display is escaped.
pub fn line(text: &str) -> String {
    excerpt(text, usize::MAX)
}

/// A foreign text of several lines, wrapped to a width and indented.
pub fn paragraph(text: &str, indent: usize, width: u16) -> String {
    let width = usize::from(width).saturating_sub(indent).max(20);
    let mut wrapped = String::new();
    for source in text.split('\n') {
        let mut row = String::new();
        for word in line(source).split_whitespace() {
            if !row.is_empty() && row.chars().count() + 1 + word.chars().count() > width {
                push_row(&mut wrapped, &row, indent);
                row.clear();
            }
            if !row.is_empty() {
                row.push(' ');
            }
            row.push_str(word);
        }
        push_row(&mut wrapped, &row, indent);
    }
    wrapped
}

fn push_row(text: &mut String, row: &str, indent: usize) {
    if !row.is_empty() {
        text.push_str(&" ".repeat(indent));
        text.push_str(row);
    }
    text.push('\n');
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paragraphs_are_wrapped_indented_and_escaped() {
        insta::assert_snapshot!(paragraph("one two three four five six seven\n\nb\u{1b}c", 2, 24), @r"
          one two three four
          five six seven

          b\u{1b}c
        ");
    }

    #[test]
    fn tables_have_no_frame_and_no_spaces_at_their_ends() {
        let mut table = table(&["name", "rows"], 40);
        align_right(&mut table, &[1]);
        table.add_row(["contacts", "1,000"]);
        table.add_row(["lists", "7"]);
        insta::assert_snapshot!(indented(&table, 2), @r"
        name        rows
        ──────────────────
        contacts   1,000
        lists          7
        ");
    }
}
