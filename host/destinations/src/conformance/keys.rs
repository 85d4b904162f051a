//! A table that is replaced has one row for each key, where the destination knows keys at all.

use tollgate_model::DataType;

use super::case::{Case, Outcome, Rows, contacts, expect_loaded, keyed, people, table, write};
use super::value::Value;

pub(super) fn the_last_row_of_a_key_stays(case: &Case) -> Outcome {
    if !case.traits.keeps_keys {
        return Ok(());
    }
    let table = keyed(&contacts(), &["id"]);
    let mut rows = people(0..10, "first");
    rows.extend(people(3..5, "second"));
    rows.extend(people(4..6, "third"));
    let loaded = case.load(&table, &rows)?;
    expect_loaded(&loaded, 10, 4)?;
    let expected = [
        people(0..3, "first"),
        people(3..4, "second"),
        people(4..6, "third"),
        people(6..10, "first"),
    ];
    case.expect(&table, &expected.concat())
}

pub(super) fn keys_of_several_columns_work(case: &Case) -> Outcome {
    if !case.traits.keeps_keys {
        return Ok(());
    }
    let columns =
        [("list", DataType::Text), ("contact", DataType::Int64), ("note", DataType::Text)];
    let row = |list: &str, contact, note: &str| {
        vec![Value::text(list), Value::Int64(contact), Value::text(note)]
    };
    let rows = vec![
        row("a", 1, "x"),
        row("a", 2, "x"),
        row("A", 1, "case matters"),
        row("a", 1, "y"),
        row("", 1, "empty is a value"),
    ];
    let table_of_two = keyed(&table("members", &columns), &["contact", "list"]);
    expect_loaded(&case.load(&table_of_two, &rows)?, 4, 1)?;
    case.expect(&table_of_two, &rows[1..].to_vec())?;
    let only_keys = keyed(&table("pairs", &columns[..2]), &["list", "contact"]);
    let pairs: Rows = rows.into_iter().map(|row| row[..2].to_vec()).collect();
    expect_loaded(&case.load(&only_keys, &pairs)?, 4, 1)?;
    case.expect(&only_keys, &pairs[1..].to_vec())
}

pub(super) fn keys_come_again_in_later_batches(case: &Case) -> Outcome {
    if !case.traits.keeps_keys {
        return Ok(());
    }
    let table = keyed(&contacts(), &["email"]);
    let batches = [people(0..15_000, "a"), people(15_000..30_000, "b"), people(0..15_000, "a")];
    let loaded = case.load_batches(&table, &batches)?;
    expect_loaded(&loaded, 30_000, 15_000)?;
    case.expect(&table, &batches[..2].concat())
}

pub(super) fn a_missing_key_is_refused(case: &Case) -> Outcome {
    if !case.traits.keeps_keys {
        return Ok(());
    }
    for key in ["id", "email"] {
        let table = keyed(&contacts(), &[key]);
        let old = people(0..3, "old");
        case.load(&table, &old)?;
        let mut load = case.begin(&table)?;
        let row = |name: &str, value| if name == key { Value::Null } else { value };
        let rows = vec![vec![row("id", Value::Int64(7)), row("email", Value::text("7"))]];
        if write(load.as_mut(), &table, &rows).is_ok() && load.commit(None).is_ok() {
            return Err(format!("a row without {key:?} was taken"));
        }
        case.expect(&table, &old)?;
    }
    Ok(())
}
