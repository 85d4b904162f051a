//! Rows as a table that fits a width: values are cut, and the columns that find no room are named.

use arrow_array::{Array, RecordBatch};
use arrow_cast::display::{ArrayFormatter, FormatOptions};
use comfy_table::Table;
use tollgate_model::text::excerpt;
use tollgate_model::{Column, DataType, Error, ErrorKind, Result};

use crate::output;

/// The most characters of a value.
const VALUE_CHARS_MAX: usize = 32;
/// What stands for a missing value.
const NULL: &str = "null";
/// The spaces between two columns.
const GAP: u16 = 2;

/// The table, and the columns that are not in it.
pub struct Grid {
    /// The table as text.
    pub text: String,
    /// The names of the columns for which there was no room.
    pub left_out: Vec<String>,
}

/// Lays rows out.
///
/// # Errors
/// [`ErrorKind::Data`] for a value that cannot be shown.
pub fn grid(columns: &[Column], batches: &[RecordBatch], width: u16) -> Result<Grid> {
    let cells: Vec<Vec<String>> =
        (0..columns.len()).map(|index| column_cells(index, batches)).collect::<Result<_>>()?;
    let names: Vec<String> =
        columns.iter().map(|column| excerpt(&column.name, VALUE_CHARS_MAX)).collect();
    let shown = how_many_fit(&names, &cells, width);
    let names_shown: Vec<&str> = names.iter().take(shown).map(String::as_str).collect();
    // Wider than it becomes, for nothing is to be wrapped any more.
    let mut table = output::table(&names_shown, u16::MAX);
    for row in 0..cells.first().map_or(0, Vec::len) {
        table.add_row(cells.iter().take(shown).map(|column| column[row].as_str()));
    }
    let numbers: Vec<usize> = (0..shown).filter(|index| is_number(&columns[*index])).collect();
    output::align_right(&mut table, &numbers);
    Ok(Grid {
        text: output::indented(&table, 0),
        left_out: names.into_iter().skip(shown).collect(),
    })
}

/// How many columns fit, at least one.
fn how_many_fit(names: &[String], cells: &[Vec<String>], width: u16) -> usize {
    let mut used = 0_u16;
    let fitting = names.iter().zip(cells).take_while(|(name, cells)| {
        // The table knows how wide characters are on a terminal.
        let mut column = Table::new();
        column.set_header([name.as_str()]);
        column.add_rows(cells.iter().map(|cell| [cell.as_str()]));
        let widest = column.column_max_content_widths().first().copied().unwrap_or_default();
        used = used.saturating_add(widest).saturating_add(GAP);
        used <= width.saturating_add(GAP)
    });
    fitting.count().max(1).min(names.len())
}

fn column_cells(index: usize, batches: &[RecordBatch]) -> Result<Vec<String>> {
    let options = FormatOptions::default();
    let mut cells = Vec::new();
    for batch in batches {
        let array = batch.column(index);
        let formatter = ArrayFormatter::try_new(array, &options).map_err(cannot_show)?;
        for row in 0..array.len() {
            if array.is_null(row) {
                cells.push(NULL.to_owned());
                continue;
            }
            let value = formatter.value(row).try_to_string().map_err(cannot_show)?;
            cells.push(excerpt(&value, VALUE_CHARS_MAX - 1));
        }
    }
    Ok(cells)
}

fn cannot_show(error: impl std::error::Error + Send + Sync + 'static) -> Error {
    Error::new(ErrorKind::Data, "cannot show a value").with_source(error)
}

fn is_number(column: &Column) -> bool {
    matches!(column.data_type, DataType::Int64 | DataType::Float64 | DataType::Decimal { .. })
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

    use std::sync::Arc;

    use arrow_array::{ArrayRef, Int64Array, StringArray};
    use tollgate_model::schema::to_arrow_schema;

    use super::*;

    fn rows() -> (Vec<Column>, RecordBatch) {
        let column = |name: &str, data_type| Column {
            name: name.to_owned(),
            data_type,
            nullable: true,
            description: String::new(),
        };
        let columns = vec![
            column("id", DataType::Int64),
            column("name", DataType::Text),
            column("note", DataType::Text),
        ];
        let ids: ArrayRef = Arc::new(Int64Array::from(vec![Some(1), Some(1_000), None]));
        let names: ArrayRef = Arc::new(StringArray::from(vec!["漢字", "Zoë", "a\u{1b}[2Jb"]));
        let long = "x".repeat(100);
        let notes: ArrayRef =
            Arc::new(StringArray::from(vec![Some(long.as_str()), None, Some("")]));
        let schema = to_arrow_schema(&columns);
        (columns, RecordBatch::try_new(schema, vec![ids, names, notes]).unwrap())
    }

    #[test]
    fn long_values_are_cut_and_controls_escaped() {
        let (columns, batch) = rows();
        let grid = grid(&columns, &[batch], 80).unwrap();
        assert!(grid.left_out.is_empty());
        insta::assert_snapshot!(grid.text, @r"
          id   name          note
        ───────────────────────────────────────────────────────
           1   漢字          xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx…
        1000   Zoë           null
        null   a\u{1b}[2Jb
        ");
    }

    #[test]
    fn columns_without_room_are_named() {
        let (columns, batch) = rows();
        let grid = grid(&columns, &[batch], 30).unwrap();
        assert_eq!(grid.left_out, ["note"]);
        assert!(grid.text.lines().all(|line| line.chars().count() <= 30), "{}", grid.text);
    }

    #[test]
    fn no_rows_are_a_header_alone() {
        let (columns, _) = rows();
        assert_eq!(grid(&columns, &[], 80).unwrap().text.lines().count(), 2);
    }
}
