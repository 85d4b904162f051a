//! Loads become visible as a whole or not at all.

use super::case::{
    Case, Outcome, Rows, appended, commit, contacts, expect_loaded, keyed, people, table, write,
};

pub(super) fn an_empty_load_makes_an_empty_table(case: &Case) -> Outcome {
    let without_batch = contacts();
    expect_loaded(&case.load_batches(&without_batch, &[])?, 0, 0)?;
    case.expect(&without_batch, &vec![])?;
    let with_batch = table("people", &[("id", tollgate_model::DataType::Int64)]);
    expect_loaded(&case.load(&with_batch, &vec![])?, 0, 0)?;
    case.expect(&with_batch, &vec![])
}

pub(super) fn all_batches_arrive(case: &Case) -> Outcome {
    let batches: Vec<Rows> = [0..1, 1..1000, 1000..1000, 1000..13_000, 13_000..25_001]
        .map(|ids| people(ids, ""))
        .to_vec();
    let loaded = case.load_batches(&contacts(), &batches)?;
    expect_loaded(&loaded, 25_001, 0)?;
    case.expect(&contacts(), &batches.concat())
}

pub(super) fn replace_replaces(case: &Case) -> Outcome {
    case.load(&contacts(), &people(0..100, "old"))?;
    let new = people(50..120, "new");
    expect_loaded(&case.load(&contacts(), &new)?, 70, 0)?;
    case.expect(&contacts(), &new)?;
    case.load_batches(&contacts(), &[])?;
    case.expect(&contacts(), &vec![])?;
    case.expect_no_leftovers()
}

pub(super) fn nothing_is_seen_before_the_commit(case: &Case) -> Outcome {
    let (old, new) = (people(0..10, "old"), people(0..20_000, "new"));
    let mut load = case.begin(&contacts())?;
    case.expect_no_table(&contacts())?;
    write(load.as_mut(), &contacts(), &old)?;
    case.expect_no_table(&contacts())?;
    commit(load)?;
    case.expect(&contacts(), &old)?;
    let mut load = case.begin(&contacts())?;
    case.expect(&contacts(), &old)?;
    write(load.as_mut(), &contacts(), &new)?;
    case.expect(&contacts(), &old)?;
    commit(load)?;
    case.expect(&contacts(), &new)
}

pub(super) fn a_dropped_load_changes_nothing(case: &Case) -> Outcome {
    let new = people(0..20_000, "new");
    let mut first = case.begin(&contacts())?;
    write(first.as_mut(), &contacts(), &new)?;
    drop(first);
    case.expect_no_table(&contacts())?;
    let old = people(0..10, "old");
    case.load(&contacts(), &old)?;
    let mut second = case.begin(&contacts())?;
    write(second.as_mut(), &contacts(), &new)?;
    drop(second);
    case.expect(&contacts(), &old)?;
    case.expect_no_leftovers()
}

pub(super) fn append_adds(case: &Case) -> Outcome {
    let table = appended(&contacts());
    let batches = [people(0..10, "a"), people(10..20_000, "b"), people(5..25, "c")];
    for (index, rows) in batches.iter().enumerate() {
        expect_loaded(&case.load(&table, rows)?, rows.len(), 0)?;
        case.expect(&table, &batches[..=index].concat())?;
    }
    expect_loaded(&case.load_batches(&table, &[])?, 0, 0)?;
    case.expect(&table, &batches.concat())?;
    case.expect_no_leftovers()
}

pub(super) fn append_keeps_rows_with_the_same_key(case: &Case) -> Outcome {
    let table = appended(&keyed(&contacts(), &["id"]));
    let (one, two) = (people(0..10, "a"), people(5..15, "b"));
    expect_loaded(&case.load(&table, &one)?, 10, 0)?;
    expect_loaded(&case.load(&table, &two)?, 10, 0)?;
    case.expect(&table, &[one, two].concat())
}

pub(super) fn a_dropped_append_changes_nothing(case: &Case) -> Outcome {
    let table = appended(&contacts());
    let old = people(0..10, "old");
    case.load(&table, &old)?;
    let mut load = case.begin(&table)?;
    write(load.as_mut(), &table, &people(10..20_000, "new"))?;
    case.expect(&table, &old)?;
    drop(load);
    case.expect(&table, &old)?;
    case.expect_no_leftovers()
}

pub(super) fn replace_after_appends_replaces_all(case: &Case) -> Outcome {
    for ids in [0..10, 10..20, 20..30] {
        case.load(&appended(&contacts()), &people(ids, "old"))?;
    }
    let new = people(25..40, "new");
    case.load(&contacts(), &new)?;
    case.expect(&contacts(), &new)?;
    let more = people(0..3, "more");
    case.load(&appended(&contacts()), &more)?;
    case.expect(&contacts(), &[new, more].concat())?;
    case.expect_no_leftovers()
}

pub(super) fn tables_load_side_by_side(case: &Case) -> Outcome {
    let (one, two) = (contacts(), table("people", &[("id", tollgate_model::DataType::Int64)]));
    let ids = |rows: Rows| -> Rows { rows.into_iter().map(|row| row[..1].to_vec()).collect() };
    let mut load_one = case.begin(&one)?;
    let mut load_two = case.begin(&two)?;
    write(load_one.as_mut(), &one, &people(0..12_000, ""))?;
    write(load_two.as_mut(), &two, &ids(people(0..12_000, "")))?;
    write(load_one.as_mut(), &one, &people(12_000..12_100, ""))?;
    commit(load_one)?;
    write(load_two.as_mut(), &two, &ids(people(12_000..12_200, "")))?;
    commit(load_two)?;
    case.expect(&one, &people(0..12_100, ""))?;
    case.expect(&two, &ids(people(0..12_200, "")))
}

pub(super) fn two_loads_of_one_table_do_not_mix(case: &Case) -> Outcome {
    // Either may be refused at any step; but what is there in the end has to be of one load alone.
    let sets = [people(0..12_000, "one"), people(6_000..18_000, "two")];
    let mut loads: Vec<_> = sets.iter().map(|_| case.begin(&contacts()).ok()).collect();
    for (load, rows) in loads.iter_mut().zip(&sets) {
        if let Some(running) = load
            && write(running.as_mut(), &contacts(), rows).is_err()
        {
            *load = None;
        }
    }
    let committed: Vec<bool> =
        loads.into_iter().map(|load| load.is_some_and(|load| load.commit(None).is_ok())).collect();
    let last = sets.iter().zip(&committed).rfind(|(_, committed)| **committed);
    let Some((rows, _)) = last else { return Err("neither load succeeded".to_owned()) };
    case.expect(&contacts(), rows)
}

pub(super) fn a_killed_load_leaves_the_old_rows(case: &Case) -> Outcome {
    let old = people(0..10, "old");
    case.load(&contacts(), &old)?;
    let mut load = case.begin(&contacts())?;
    write(load.as_mut(), &contacts(), &people(0..25_000, "new"))?;
    let killed = case.killed();
    drop(load);
    killed.expect(&contacts(), &old)?;
    let newer = people(3..12, "newer");
    killed.load(&contacts(), &newer)?;
    killed.expect(&contacts(), &newer)?;
    killed.expect_no_leftovers()
}

pub(super) fn a_killed_append_leaves_the_old_rows(case: &Case) -> Outcome {
    let table = appended(&contacts());
    let old = people(0..10, "old");
    case.load(&table, &old)?;
    let mut load = case.begin(&table)?;
    write(load.as_mut(), &table, &people(0..25_000, "new"))?;
    let killed = case.killed();
    drop(load);
    killed.expect(&table, &old)?;
    let newer = people(3..12, "newer");
    killed.load(&table, &newer)?;
    killed.expect(&table, &[old, newer].concat())?;
    killed.expect_no_leftovers()
}

pub(super) fn tables_with_similar_names_stay(case: &Case) -> Outcome {
    let names = ["a", "a_b", "a.b", "a.000002", "b"];
    let named = |name: &str| tollgate_sync::Table { name: name.to_owned(), ..contacts() };
    for name in names {
        case.load(&appended(&named(name)), &people(0..3, name))?;
        case.load(&appended(&named(name)), &people(3..6, name))?;
    }
    let new = people(0..2, "new");
    case.load(&named("a"), &new)?;
    case.expect(&named("a"), &new)?;
    names[1..].iter().try_for_each(|name| case.expect(&named(name), &people(0..6, name)))
}
