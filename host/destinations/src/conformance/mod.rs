//! What every destination has to do, as a suite that any implementation can run.
//!
//! An implementation gives a [`Fixture`]: a fresh, empty storage with the destination on top and a
//! reader beside it that does not use the destination's code. [`check`] runs every check on a
//! fixture of its own and compares what the reader sees with what was loaded, value by value.
//!
//! ```no_run
//! use tollgate_destinations::conformance::{Fixture, Traits, check};
//! # fn my_fixture() -> Box<dyn Fixture> { unimplemented!() }
//!
//! let traits = Traits { keeps_types: true, widens: true, keeps_keys: true, keeps_nan: true, keeps_nul: true, keeps_json_text: true, merges: true, resumes_replace: true };
//! check(my_fixture, traits).expect("it is a destination");
//! ```
//!
//! Each check is proven: this crate's tests run the suite over a destination in memory that has one
//! defect at a time, and every check has to find its own.

mod case;
mod keys;
mod loads;
mod merges;
mod names;
mod schemas;
mod states;
mod types;
mod value;

use std::fmt;

use tollgate_model::Column;
use tollgate_sync::Destination;

use self::case::{Case, Outcome};
pub use self::value::Value;

/// A storage with a destination on top and a reader beside it.
pub trait Fixture {
    /// The destination. All that this gives share the fixture's storage.
    fn destination(&self) -> Box<dyn Destination>;

    /// The rows of a table as any other program sees them now, in any order, with these columns; a
    /// column that a part of the table lacks is [`Value::Null`] there. `None`: there is no such
    /// table.
    fn read(&self, table: &str, columns: &[Column]) -> Option<Vec<Vec<Value>>>;

    /// A fixture whose storage is empty.
    fn another(&self) -> Box<dyn Fixture>;

    /// A fixture whose storage holds what would be left of this one's if its process were killed at
    /// this moment: a copy of the files, say.
    fn killed(&self) -> Box<dyn Fixture>;

    /// What there is in the storage beside the tables and the states of their reads, and whatever was written outside of it.
    fn leftovers(&self) -> Vec<String>;
}

/// What a destination may or may not do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Traits {
    /// It knows the types of the columns that are there, and refuses to append others.
    pub keeps_types: bool,
    /// It makes columns wider for rows of another type, where rows that are there stay.
    pub widens: bool,
    /// It holds one row for each key after a replacement.
    pub keeps_keys: bool,
    /// It tells a double that is not a number from a missing value.
    pub keeps_nan: bool,
    /// It takes texts with the character NUL; else it refuses them.
    pub keeps_nul: bool,
    /// It gives JSON back as the text that it was, not only as the same value.
    pub keeps_json_text: bool,
    /// It merges rows by key.
    pub merges: bool,
    /// It goes on with an interrupted replacement.
    pub resumes_replace: bool,
}

/// The checks that failed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failures(pub Vec<Failure>);

/// A check that failed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// Its name.
    pub check: &'static str,
    /// What was seen instead.
    pub message: String,
}

impl fmt::Display for Failures {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} checks failed", self.0.len())?;
        self.0.iter().try_for_each(|Failure { check, message }| write!(f, "\n{check}: {message}"))
    }
}

impl std::error::Error for Failures {}

/// Runs every check, each on a fixture of its own.
///
/// # Errors
/// Every check that failed.
pub fn check(new: impl Fn() -> Box<dyn Fixture>, traits: Traits) -> Result<(), Failures> {
    let failures: Vec<Failure> =
        names().filter_map(|name| check_one(name, &new, traits).err()).collect();
    if failures.is_empty() { Ok(()) } else { Err(Failures(failures)) }
}

/// Runs the check of this name alone. A name that there is not passes.
///
/// # Errors
/// The check, if it failed.
pub fn check_one(
    name: &str,
    new: impl Fn() -> Box<dyn Fixture>,
    traits: Traits,
) -> Result<(), Failure> {
    CHECKS.iter().filter(|(check, _)| *check == name).try_for_each(|(check, run)| {
        run(&Case { fixture: new(), traits }).map_err(|message| Failure { check, message })
    })
}

/// The names of all checks.
pub fn names() -> impl Iterator<Item = &'static str> {
    CHECKS.iter().map(|(name, _)| *name)
}

macro_rules! checks {
    ($($module:ident: $($check:ident)*;)*) => {
        const CHECKS: &[(&str, fn(&Case) -> Outcome)] =
            &[$($((stringify!($check), $module::$check)),*),*];
    };
}

checks! {
    types:
        booleans_come_back
        int64s_come_back
        float64s_come_back
        decimals_come_back
        texts_come_back
        what_cannot_be_kept_is_refused
        dates_come_back
        timestamps_come_back
        json_comes_back
        bytes_come_back
        empty_differs_from_missing
        a_megabyte_comes_back
        a_slice_of_a_batch_comes_back
        wide_rows_come_back;
    loads:
        an_empty_load_makes_an_empty_table
        all_batches_arrive
        replace_replaces
        nothing_is_seen_before_the_commit
        a_dropped_load_changes_nothing
        append_adds
        append_keeps_rows_with_the_same_key
        a_dropped_append_changes_nothing
        replace_after_appends_replaces_all
        tables_load_side_by_side
        two_loads_of_one_table_do_not_mix
        a_killed_load_leaves_the_old_rows
        a_killed_append_leaves_the_old_rows
        tables_with_similar_names_stay;
    schemas:
        a_new_column_is_added
        a_missing_column_stays_null
        columns_go_by_name
        a_changed_type_is_refused
        rows_of_a_narrower_type_go_into_a_wider_column
        a_column_is_widened_and_keeps_its_values
        a_load_that_ends_early_widens_nothing
        replace_changes_columns;
    names:
        any_table_name_works
        any_column_name_works;
    keys:
        the_last_row_of_a_key_stays
        keys_of_several_columns_work
        keys_come_again_in_later_batches
        a_missing_key_is_refused;
    merges:
        a_merge_adds_and_replaces
        a_merge_without_keys_is_refused
        merged_children_replace_those_of_their_row
        deleted_rows_go_with_their_children
        children_come_with_their_rows
        children_are_seen_when_their_rows_are;
    states:
        kept_rows_are_seen_and_the_others_go
        a_state_comes_back_with_its_rows
        a_killed_load_goes_on_after_what_was_kept
        an_interrupted_replacement_goes_on
        a_killed_replacement_goes_on
        a_state_of_another_read_is_told_and_gone
        a_fresh_load_that_ends_early_changes_nothing
        a_fresh_load_ends_with_its_own_rows_and_state
        a_load_without_state_leaves_it
        a_replacement_ends_the_state_of_what_it_replaces
        a_state_is_forgotten_on_demand
        a_state_is_set_in_the_place_of_another
        the_end_keeps_the_parts_of_its_round;
}
