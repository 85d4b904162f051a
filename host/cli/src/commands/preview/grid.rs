//! Rows as a table that fits a width: values are cut, and the columns that find no room are named.

use comfy_table::Table;
use serde_json::{Map, Value};
use tollgate_model::text::excerpt;
use tollgate_model::{Column, DataType};

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

/// Lays rows out. A value is shown as `read` writes it.
pub fn grid(columns: &[Column], rows: &[Map<String, Value>], width: u16) -> Grid {
    let cells: Vec<Vec<String>> = columns
        .iter()
        .map(|column| rows.iter().map(|row| cell(row.get(&column.name))).collect())
        .collect();
    let names: Vec<String> =
        columns.iter().map(|column| excerpt(&column.name, VALUE_CHARS_MAX)).collect();
    let shown = how_many_fit(&names, &cells, width);
    let names_shown: Vec<&str> = names.iter().take(shown).map(String::as_str).collect();
    // Wider than it becomes, for nothing is to be wrapped any more.
    let mut table = output::table(&names_shown, u16::MAX);
    for row in 0..rows.len() {
        table.add_row(cells.iter().take(shown).map(|column| column[row].as_str()));
    }
    let numbers: Vec<usize> = (0..shown).filter(|index| is_number(&columns[*index])).collect();
    output::align_right(&mut table, &numbers);
    Grid { text: output::indented(&table, 0), left_out: names.into_iter().skip(shown).collect() }
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
        used <= width
    });
    fitting.count().max(1).min(names.len())
}

fn cell(value: Option<&Value>) -> String {
    match value {
        None | Some(Value::Null) => NULL.to_owned(),
        Some(Value::String(text)) => excerpt(text, VALUE_CHARS_MAX - 1),
        Some(other) => excerpt(&other.to_string(), VALUE_CHARS_MAX - 1),
    }
}

fn is_number(column: &Column) -> bool {
    matches!(column.data_type, DataType::Int64 | DataType::Float64 | DataType::Decimal { .. })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn rows() -> (Vec<Column>, Vec<Map<String, Value>>) {
        let column = |name: &str, data_type| Column {
            name: name.to_owned(),
            data_type,
            nullable: true,
            description: String::new(),
        };
        let columns = vec![
            column("id", DataType::Int64),
            column("name", DataType::Text),
            column("note", DataType::Json),
        ];
        let rows = [
            json!({ "id": 1, "name": "漢字", "note": "x".repeat(100) }),
            json!({ "id": 9_007_199_254_740_993_i64, "name": "Zoë", "note": null }),
            json!({ "id": null, "name": "a\u{1b}[2Jb", "note": { "a": [1] } }),
        ];
        (columns, rows.iter().filter_map(Value::as_object).cloned().collect())
    }

    #[test]
    fn long_values_are_cut_and_controls_escaped() {
        let (columns, rows) = rows();
        let grid = grid(&columns, &rows, 80);
        assert!(grid.left_out.is_empty());
        insta::assert_snapshot!(grid.text, @r#"
                      id   name          note
        ───────────────────────────────────────────────────────────────────
                       1   漢字          xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx…
        9007199254740993   Zoë           null
                    null   a\u{1b}[2Jb   {"a":[1]}
        "#);
    }

    #[test]
    fn columns_without_room_are_named() {
        let (columns, rows) = rows();
        let grid = grid(&columns, &rows, 40);
        assert_eq!(grid.left_out, ["note"]);
        assert!(grid.text.lines().all(|line| line.chars().count() <= 40), "{}", grid.text);
    }

    #[test]
    fn no_rows_are_a_header_alone() {
        let (columns, _) = rows();
        assert_eq!(grid(&columns, &[], 80).text.lines().count(), 2);
    }
}
