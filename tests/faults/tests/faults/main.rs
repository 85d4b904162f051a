//! Whatever ends a run, no row is lost and none is there twice: fault by fault, into each destination
//! and in each mode. Each test holds its lines of `docs/faults.md`; `make faults` writes them anew.
//!
//! | module | what it shows |
//! |---|---|
//! | [`undisturbed`] | what a reader sees at each step of runs that nothing ends |
//! | [`killed`] | SIGKILL: at each step, at random, at each transaction |
//! | [`network`] | the provider, cut off at each page |
//! | [`space`] | a disk that fills up at any point |
//! | [`failing`] | each call into the destination, failing |
//! | [`connection`] | the connection to a database, lost at each step and around each `COMMIT` |
//! | [`defects`] | that each of these catches a planted mistake |
//! | [`document`] | the table, and that it is what the tests found |

#![cfg(unix)]
#![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

mod bench;
mod check;
mod connection;
mod defects;
mod document;
mod failing;
mod findings;
mod killed;
mod network;
mod space;
mod undisturbed;

use bench::{Into, Into::*};
use check::Check;
use tollgate_sync::Mode::{self, Append, Merge, Replace};

/// Makes all checks that go together, and holds their lines of the table.
fn hold(into: Into, mode: Mode, checks: &[Check]) {
    let Some(bench) = bench::Bench::new(into, mode, None) else { return };
    let lines = checks.iter().filter(|check| check.is_for(into)).map(|check| {
        let found = check.make(&bench);
        let found = found.unwrap_or_else(|error| panic!("{}: {error:#}", check.title()));
        document::Line::of(*check, into, mode, &found)
    });
    document::hold(&lines.collect::<Vec<_>>());
}

/// A test for each destination and mode, of each group of checks: they take about as long.
macro_rules! tests {
    ($($name:ident: $into:expr, $mode:expr;)*) => {
        $(mod $name {
            use super::*;

            #[test]
            fn killed_at_any_step() {
                hold($into, $mode, &[Check::KilledAtSteps]);
            }

            #[test]
            fn killed_at_any_moment() {
                hold($into, $mode, &[Check::KilledAtRandom, Check::KilledAtCommits]);
            }

            #[test]
            fn cut_off_or_failing() {
                hold($into, $mode, &[Check::Undisturbed, Check::CutInHead, Check::CutInBody,
                    Check::Gone, Check::Failing]);
            }

            #[test]
            fn out_of_space_or_disconnected() {
                hold($into, $mode, &[Check::DiskFull, Check::Terminated, Check::CommitLost,
                    Check::AnswerLost]);
            }
        })*
    };
}

tests! {
    sqlite_replace: Sqlite, Replace;
    sqlite_append: Sqlite, Append;
    sqlite_merge: Sqlite, Merge;
    postgres_replace: Postgres, Replace;
    postgres_append: Postgres, Append;
    postgres_merge: Postgres, Merge;
    parquet_replace: Parquet, Replace;
    parquet_append: Parquet, Append;
    csv_replace: Csv, Replace;
    csv_append: Csv, Append;
    jsonl_replace: Jsonl, Replace;
    jsonl_append: Jsonl, Append;
}
