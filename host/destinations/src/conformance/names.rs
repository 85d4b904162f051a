//! Names may hold anything but NUL.

use tollgate_model::DataType;
use tollgate_sync::Table;

use super::case::{Case, Outcome, Rows, contacts, people, table};
use super::value::Value;

const NAMES: &[&str] = &[
    "with space",
    " edge ",
    "with\"quote",
    "it's",
    "back`tick",
    "semi;colon",
    "comma,comma",
    "a.b",
    "line\nbreak",
    "tab\t",
    "back\\slash",
    "a/b",
    "../outside",
    "/outside",
    "..",
    ".",
    "~",
    "*",
    "?",
    "select",
    "table",
    "order",
    "null",
    "%",
    "%2E",
    "%s",
    "{}",
    "[a]",
    "ünïcödé",
    "日本語",
    "👍",
    "1st",
    "-",
    "--",
    "con",
    "a:b",
    "$x",
    "=x",
];

pub(super) fn any_table_name_works(case: &Case) -> Outcome {
    let named = |name: &str| Table { name: name.to_owned(), ..contacts() };
    for name in NAMES {
        case.load(&named(name), &people(0..2, name))?;
    }
    for name in NAMES {
        case.load(&named(name), &people(0..3, name)).map_err(|e| format!("{name:?}: {e}"))?;
        case.expect(&named(name), &people(0..3, name)).map_err(|e| format!("{name:?}: {e}"))?;
    }
    case.expect_no_leftovers()
}

pub(super) fn any_column_name_works(case: &Case) -> Outcome {
    let columns: Vec<_> = NAMES.iter().map(|name| (*name, DataType::Text)).collect();
    let row = |mark: &str| NAMES.iter().map(|name| Value::text(format!("{mark}{name}"))).collect();
    let rows: Rows = vec![row("a"), row("b")];
    case.round_trip(&table("values", &columns), &rows)
}
