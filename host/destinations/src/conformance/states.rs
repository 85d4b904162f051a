//! The state of a read is kept with its rows: neither is ever ahead of the other.

use tollgate_model::Setting;
use tollgate_sync::{Change, Keeps, Kept, Mode, Position, Round, Scope, Start, State, Table};

use super::case::{
    Case, Outcome, appended, commit, commit_with, contacts, failed, keep, people, write,
};
use super::merges::merged;

fn scope(status: &str) -> Scope {
    let options = [("status".to_owned(), vec![status.to_owned()])].into();
    let columns = vec!["contacts.id int64".to_owned()];
    Scope { stream: "contacts".to_owned(), options, columns, ..Scope::default() }
}

/// So many rows of a part of the first round were read.
pub(super) fn change(part: &str, rows: u64, ended: bool) -> Change {
    let checkpoint = Some(format!("after {rows}"));
    let option = Setting { name: "days".to_owned(), values: vec!["2026-01-31".to_owned()] };
    let round = Round {
        number: 1,
        began_at: 1_700_000_000_000_000,
        rows,
        ended,
        options: vec![option],
        since: Some(1_600_000_000_000_000),
    };
    Change {
        scope: scope("all"),
        round,
        parts: vec![(part.to_owned(), Position { round: 1, checkpoint, ended })],
        keeps: Keeps::All,
    }
}

/// What is given back to a load that begins after what was kept; the load is dropped.
fn kept(case: &Case, table: &Table) -> Result<Kept, String> {
    Ok(case.begin_with(table, Start::GoOn(&scope("all")))?.kept)
}

fn expect_kept(case: &Case, table: &Table, expected: Option<&State>) -> Outcome {
    match (kept(case, table)?, expected) {
        (Kept::Same(state), Some(expected)) if state == *expected => Ok(()),
        (Kept::Nothing, None) => Ok(()),
        (found, expected) => Err(format!("{found:?} is kept instead of {expected:?}")),
    }
}

/// The modes in which rows are seen when they are kept.
fn growing(case: &Case) -> Vec<Table> {
    let merged = Some(merged()).filter(|_| case.traits.merges);
    [Some(appended(&contacts())), merged].into_iter().flatten().collect()
}

pub(super) fn kept_rows_are_seen_and_the_others_go(case: &Case) -> Outcome {
    for table in growing(case) {
        let case = case.another();
        let mut load = case.begin_with(&table, Start::GoOn(&scope("all")))?.load;
        write(load.as_mut(), &table, &people(0..15_000, "a"))?;
        keep(load.as_mut(), &change("", 15_000, false))?;
        case.expect(&table, &people(0..15_000, "a"))?;
        write(load.as_mut(), &table, &people(15_000..30_000, "b"))?;
        case.expect(&table, &people(0..15_000, "a"))?;
        drop(load);
        case.expect(&table, &people(0..15_000, "a"))?;
    }
    Ok(())
}

pub(super) fn a_state_comes_back_with_its_rows(case: &Case) -> Outcome {
    for table in growing(case) {
        let case = case.another();
        expect_kept(&case, &table, None)?;
        let mut load = case.begin_with(&table, Start::GoOn(&scope("all")))?.load;
        write(load.as_mut(), &table, &people(0..10, "a"))?;
        let (first, second) = (change("/x", 10, false), change("/y", 20, true));
        keep(load.as_mut(), &first)?;
        let one = State::after(None, &first);
        expect_kept(&case.killed(), &table, Some(&one))?;
        write(load.as_mut(), &table, &people(10..20, "a"))?;
        expect_kept(&case.killed(), &table, Some(&one))?;
        commit_with(load, &second)?;
        let both = State::after(Some(one), &second);
        expect_kept(&case, &table, Some(&both))?;
        let shown = case.fixture.destination().state(&table.name);
        if shown.as_ref().ok() != Some(&Some(both)) {
            return Err(format!("{shown:?} is shown"));
        }
        case.expect(&table, &people(0..20, "a"))?;
    }
    Ok(())
}

pub(super) fn a_killed_load_goes_on_after_what_was_kept(case: &Case) -> Outcome {
    for table in growing(case) {
        let case = case.another();
        case.load(&table, &people(0..5, "old"))?;
        let mut load = case.begin_with(&table, Start::GoOn(&scope("all")))?.load;
        write(load.as_mut(), &table, &people(5..10, "a"))?;
        keep(load.as_mut(), &change("", 5, false))?;
        write(load.as_mut(), &table, &people(10..20_000, "lost"))?;
        let killed = case.killed();
        let begun = killed.begin_with(&table, Start::GoOn(&scope("all")))?;
        if !matches!(&begun.kept, Kept::Same(_)) {
            return Err(format!("{:?} is kept", begun.kept));
        }
        let mut load = begun.load;
        write(load.as_mut(), &table, &people(10..20, "b"))?;
        commit_with(load, &change("", 15, true))?;
        let expected = [people(0..5, "old"), people(5..10, "a"), people(10..20, "b")].concat();
        killed.expect(&table, &expected)?;
    }
    Ok(())
}

/// Keeps 10 rows of a replacement of five, and writes more.
fn begin_replacement(case: &Case) -> Result<Box<dyn tollgate_sync::Load>, String> {
    case.load(&contacts(), &people(0..5, "old"))?;
    let mut load = case.begin_with(&contacts(), Start::GoOn(&scope("all")))?.load;
    write(load.as_mut(), &contacts(), &people(0..10, "a"))?;
    keep(load.as_mut(), &change("", 10, false))?;
    write(load.as_mut(), &contacts(), &people(10..20_000, "lost"))?;
    Ok(load)
}

/// The replacement is gone on with, after what was kept of it.
fn end_replacement(case: &Case) -> Outcome {
    case.expect(&contacts(), &people(0..5, "old"))?;
    let begun = case.begin_with(&contacts(), Start::GoOn(&scope("all")))?;
    if begun.kept != Kept::Same(State::after(None, &change("", 10, false))) {
        return Err(format!("{:?} is kept", begun.kept));
    }
    let mut load = begun.load;
    write(load.as_mut(), &contacts(), &people(10..20, "b"))?;
    case.expect(&contacts(), &people(0..5, "old"))?;
    let loaded = commit_with(load, &change("", 20, true))?;
    super::case::expect_loaded(&loaded, 20, 0)?;
    case.expect(&contacts(), &[people(0..10, "a"), people(10..20, "b")].concat())
}

pub(super) fn an_interrupted_replacement_goes_on(case: &Case) -> Outcome {
    if !case.traits.resumes_replace {
        return Ok(());
    }
    begin_replacement(case)?.pause().map_err(|error| failed("pause", &error))?;
    end_replacement(case)
}

pub(super) fn a_killed_replacement_goes_on(case: &Case) -> Outcome {
    if !case.traits.resumes_replace {
        return Ok(());
    }
    let _alive = begin_replacement(case)?;
    end_replacement(&case.killed())
}

pub(super) fn a_state_of_another_read_is_told_and_gone(case: &Case) -> Outcome {
    for table in growing(case) {
        let case = case.another();
        let mut load = case.begin_with(&table, Start::GoOn(&scope("all")))?.load;
        write(load.as_mut(), &table, &people(0..10, "a"))?;
        commit_with(load, &change("", 10, false))?;
        let found = case.begin_with(&table, Start::GoOn(&scope("normal")))?.kept;
        if found != Kept::Other(scope("all")) {
            return Err(format!("{found:?} instead of the other read"));
        }
        expect_kept(&case, &table, None)?;
        case.expect(&table, &people(0..10, "a"))?;
    }
    Ok(())
}

/// A load that ended, with a state of 10 rows.
fn ended(case: &Case, table: &Table) -> Result<State, String> {
    let mut load = case.begin_with(table, Start::GoOn(&scope("all")))?.load;
    write(load.as_mut(), table, &people(0..10, "a"))?;
    commit_with(load, &change("", 10, true))?;
    Ok(State::after(None, &change("", 10, true)))
}

/// The same table, to be replaced as a whole.
fn whole(table: &Table) -> Table {
    Table { mode: Mode::Replace, ..table.clone() }
}

pub(super) fn a_fresh_load_that_ends_early_changes_nothing(case: &Case) -> Outcome {
    for table in growing(case) {
        let case = case.another();
        let state = ended(&case, &table)?;
        let begun = case.begin_with(&whole(&table), Start::Fresh)?;
        if begun.kept != Kept::Nothing || begun.load.pace().is_some() {
            return Err(format!("{:?} is kept, and more is to be", begun.kept));
        }
        let mut load = begun.load;
        write(load.as_mut(), &table, &people(0..15_000, "lost"))?;
        for case in [&case, &case.killed()] {
            case.expect(&table, &people(0..10, "a"))?;
        }
        expect_kept(&case.killed(), &table, Some(&state))?;
        drop(load);
        expect_kept(&case, &table, Some(&state))?;
        case.expect(&table, &people(0..10, "a"))?;
    }
    Ok(())
}

pub(super) fn a_fresh_load_ends_with_its_own_rows_and_state(case: &Case) -> Outcome {
    for table in growing(case) {
        let case = case.another();
        ended(&case, &table)?;
        let own = Scope { mode: table.mode, ..scope("all") };
        let mut load = case.begin_with(&whole(&table), Start::Fresh)?.load;
        write(load.as_mut(), &table, &people(5..8, "new"))?;
        let change = Change { scope: own.clone(), ..change("/new", 3, true) };
        commit_with(load, &change)?;
        case.expect(&table, &people(5..8, "new"))?;
        let begun = case.begin_with(&table, Start::GoOn(&own))?;
        if begun.kept != Kept::Same(State::after(None, &change)) {
            return Err(format!("{:?} is kept", begun.kept));
        }
        let mut load = begun.load;
        write(load.as_mut(), &table, &people(8..10, "later"))?;
        commit_with(load, &change)?;
        case.expect(&table, &[people(5..8, "new"), people(8..10, "later")].concat())?;
        case.expect_no_leftovers()?;
    }
    Ok(())
}

pub(super) fn a_load_without_state_leaves_it(case: &Case) -> Outcome {
    for table in growing(case) {
        let case = case.another();
        let state = ended(&case, &table)?;
        let mut load = case.begin(&table)?;
        write(load.as_mut(), &table, &people(10..12, "b"))?;
        commit(load)?;
        expect_kept(&case, &table, Some(&state))?;
        case.expect(&table, &[people(0..10, "a"), people(10..12, "b")].concat())?;
    }
    Ok(())
}

pub(super) fn a_replacement_ends_the_state_of_what_it_replaces(case: &Case) -> Outcome {
    for table in growing(case) {
        let case = case.another();
        ended(&case, &table)?;
        case.load(&Table { mode: Mode::Replace, ..table.clone() }, &people(0..1, "new"))?;
        expect_kept(&case, &table, None)?;
    }
    Ok(())
}

pub(super) fn a_state_is_forgotten_on_demand(case: &Case) -> Outcome {
    for table in growing(case) {
        let case = case.another();
        ended(&case, &table)?;
        for expected in [true, false] {
            let found = case.fixture.destination().forget(&table.name);
            if found.as_ref().ok() != Some(&expected) {
                return Err(format!("{found:?} instead of {expected}"));
            }
        }
        expect_kept(&case, &table, None)?;
        case.expect(&table, &people(0..10, "a"))?;
    }
    Ok(())
}

pub(super) fn a_state_is_set_in_the_place_of_another(case: &Case) -> Outcome {
    let set = |case: &Case, table: &Table, state: &State| {
        let done = case.fixture.destination().set_state(&table.name, state);
        done.map_err(|error| failed("set_state", &error))
    };
    for table in growing(case) {
        let case = case.another();
        let first = State::after(None, &change("/x", 7, false));
        set(&case, &table, &first)?;
        expect_kept(&case, &table, Some(&first))?;
        let case = case.another();
        ended(&case, &table)?;
        let mut state = State::after(None, &change("/y", 20, true));
        state.round.number = 4;
        set(&case, &table, &state)?;
        expect_kept(&case.killed(), &table, Some(&state))?;
        case.expect(&table, &people(0..10, "a"))?;
        let mut load = case.begin_with(&table, Start::GoOn(&scope("all")))?.load;
        write(load.as_mut(), &table, &people(10..12, "b"))?;
        commit_with(load, &change("/y", 22, true))?;
        case.expect(&table, &[people(0..10, "a"), people(10..12, "b")].concat())?;
    }
    Ok(())
}

pub(super) fn the_end_keeps_the_parts_of_its_round(case: &Case) -> Outcome {
    for table in growing(case) {
        let case = case.another();
        let mut load = case.begin_with(&table, Start::GoOn(&scope("all")))?.load;
        let (old, mut end) = (change("/old", 10, true), change("/new", 5, true));
        keep(load.as_mut(), &old)?;
        end.round.number = 2;
        end.parts[0].1.round = 2;
        end.keeps = Keeps::OfThisRound;
        commit_with(load, &end)?;
        expect_kept(&case, &table, Some(&State::after(None, &end)))?;
        let load = case.begin_with(&table, Start::GoOn(&scope("all")))?.load;
        end.keeps = Keeps::None;
        commit_with(load, &end)?;
        expect_kept(&case, &table, Some(&State::after(None, &end)))?;
    }
    Ok(())
}
