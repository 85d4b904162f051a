//! Rows that are merged by their key, and tables that are loaded with their child tables.

use tollgate_model::{DataType, ErrorKind};
use tollgate_sync::{ChildOf, Mode, Start, Table};

use super::case::{
    Case, Outcome, Rows, commit, contacts, expect_loaded, keyed, people, table, write_with,
};
use super::states::change;
use super::value::Value;

/// [`contacts`], to merge into by `id`.
pub(super) fn merged() -> Table {
    Table { mode: Mode::Merge, ..keyed(&contacts(), &["id"]) }
}

/// The same with a child table of notes, which have no key of their own.
fn with_notes(parent: Table) -> (Table, Table) {
    let columns = [("id", DataType::Int64), ("note", DataType::Text)];
    let notes = table("contacts_notes", &columns);
    let child = ChildOf {
        name: notes.name.clone(),
        columns: notes.columns.clone(),
        primary_key: Vec::new(),
    };
    (Table { children: vec![child], ..parent }, notes)
}

fn notes(of: &[(i64, &str)]) -> Rows {
    of.iter().map(|(id, note)| vec![Value::Int64(*id), Value::text(*note)]).collect()
}

pub(super) fn a_merge_adds_and_replaces(case: &Case) -> Outcome {
    if !case.traits.merges {
        return Ok(());
    }
    expect_loaded(&case.load(&merged(), &people(0..10, "old"))?, 10, 0)?;
    let mut new = people(5..15, "new");
    new.extend(people(14..15, "last"));
    expect_loaded(&case.load(&merged(), &new)?, 10, 1)?;
    let expected = [people(0..5, "old"), people(5..14, "new"), people(14..15, "last")];
    case.expect(&merged(), &expected.concat())?;
    case.expect_no_leftovers()
}

pub(super) fn a_merge_without_keys_is_refused(case: &Case) -> Outcome {
    let keyless = Table { primary_key: Vec::new(), ..merged() };
    if case.fixture.destination().begin(&keyless, Start::Stateless).is_ok() {
        return Err("a merge without a key was taken".to_owned());
    }
    if case.traits.merges {
        return Ok(());
    }
    match case.fixture.destination().begin(&merged(), Start::Stateless) {
        Err(error) if error.kind() == ErrorKind::Config && error.hint().is_some() => Ok(()),
        Err(error) => Err(format!("it is no error of the configuration with a hint: {error}")),
        Ok(_) => Err("a merge was taken where nothing can be merged".to_owned()),
    }
}

pub(super) fn merged_children_replace_those_of_their_row(case: &Case) -> Outcome {
    if !case.traits.merges {
        return Ok(());
    }
    let (table, children) = with_notes(merged());
    let mut load = case.begin(&table)?;
    let first = notes(&[(0, "a"), (0, "b"), (1, "c"), (2, "d")]);
    write_with(load.as_mut(), &table, &people(0..3, "old"), &[(&children, &first)])?;
    commit(load)?;
    case.expect(&children, &first)?;
    // Row 0 loses a note, row 1 all, and row 3 comes twice: only its last notes count.
    let mut load = case.begin(&table)?;
    let mut rows = people(0..2, "new");
    rows.extend(people(3..4, "new"));
    let second = notes(&[(0, "e"), (3, "f"), (3, "g")]);
    write_with(load.as_mut(), &table, &rows, &[(&children, &second)])?;
    let third = notes(&[(3, "h")]);
    write_with(load.as_mut(), &table, &people(3..4, "last"), &[(&children, &third)])?;
    commit(load)?;
    case.expect(&children, &notes(&[(0, "e"), (2, "d"), (3, "h")]))?;
    let expected = [people(0..2, "new"), people(2..3, "old"), people(3..4, "last")];
    case.expect(&table, &expected.concat())
}

pub(super) fn deleted_rows_go_with_their_children(case: &Case) -> Outcome {
    if !case.traits.merges {
        return Ok(());
    }
    for mode in [Mode::Merge, Mode::Replace] {
        let case = case.another();
        let (table, children) = with_notes(Table { mode, ..dying(&merged()) });
        let rows = [lives(0..2, None), lives(2..4, Some("gone"))].concat();
        let of_rows = notes(&[(0, "a"), (1, "b"), (2, "c"), (3, "d")]);
        let mut load = case.begin(&table)?;
        write_with(load.as_mut(), &table, &rows, &[(&children, &of_rows)])?;
        let loaded = commit(load)?;
        if (loaded.rows, loaded.duplicates, loaded.removed) != (2, 0, 2) {
            return Err(format!("two rows that live and two that are deleted came to {loaded:?}"));
        }
        case.expect(&table, &lives(0..2, None))?;
        case.expect(&children, &notes(&[(0, "a"), (1, "b")]))?;
    }
    let (table, children) = with_notes(dying(&merged()));
    let of_rows = notes(&[(0, "a"), (1, "b")]);
    let mut load = case.begin(&table)?;
    write_with(load.as_mut(), &table, &lives(0..2, None), &[(&children, &of_rows)])?;
    commit(load)?;
    // A row that is there goes when rows are made visible before the end; one that was not there
    // does not come; one that lives again comes back.
    let mut load = case.begin(&table)?;
    let gone = [lives(0..1, Some("gone")), lives(7..8, None), lives(7..8, Some("gone"))].concat();
    write_with(load.as_mut(), &table, &gone, &[(&children, &Rows::new())])?;
    load.keep(&change("", 3, false)).map_err(|error| error.to_string())?;
    write_with(load.as_mut(), &table, &lives(0..1, None), &[(&children, &notes(&[(0, "z")]))])?;
    commit(load)?;
    case.expect(&table, &[lives(1..2, None), lives(0..1, None)].concat())?;
    case.expect(&children, &notes(&[(0, "z"), (1, "b")]))?;
    case.expect_no_leftovers()
}

/// The table with a column that tells deletions.
fn dying(table: &Table) -> Table {
    let mut table = table.clone();
    table.deletion = Some("email".to_owned());
    table
}

/// Rows of [`dying`].
fn lives(ids: std::ops::Range<i64>, deletion: Option<&str>) -> Rows {
    ids.map(|id| vec![Value::Int64(id), deletion.map_or(Value::Null, Value::text)]).collect()
}

pub(super) fn children_come_with_their_rows(case: &Case) -> Outcome {
    for (mode, expected) in [(Mode::Replace, 1), (Mode::Append, 2)] {
        let (table, children) = with_notes(Table { mode, ..contacts() });
        let (rows, children_rows) = (people(0..2, ""), notes(&[(0, "a"), (0, "b"), (1, "c")]));
        let case = case.another();
        for _ in 0..2 {
            let mut load = case.begin(&table)?;
            write_with(load.as_mut(), &table, &rows, &[(&children, &children_rows)])?;
            commit(load)?;
        }
        case.expect(&table, &vec![rows; expected].concat())?;
        case.expect(&children, &vec![children_rows; expected].concat())?;
        case.expect_no_leftovers()?;
    }
    Ok(())
}

pub(super) fn children_are_seen_when_their_rows_are(case: &Case) -> Outcome {
    let (table, children) = with_notes(contacts());
    let mut load = case.begin(&table)?;
    let rows = notes(&[(0, "a")]);
    write_with(load.as_mut(), &table, &people(0..20_000, ""), &[(&children, &rows)])?;
    case.expect_no_table(&children)?;
    drop(load);
    case.expect_no_table(&children)?;
    case.expect_no_leftovers()
}
