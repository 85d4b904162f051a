//! Each check, made with a mistake planted, has to fail.

use tollgate_faults::defect::Defect;
use tollgate_sync::Mode::{self, Append, Merge, Replace};

use crate::bench::{Bench, Into};
use crate::check::Check;
use crate::document::{self, Line};

/// A mistake, and the check that catches it.
pub struct Caught {
    check: Check,
    defect: Defect,
    into: Into,
    mode: Mode,
}

const fn caught(check: Check, defect: Defect, into: Into, mode: Mode) -> Caught {
    Caught { check, defect, into, mode }
}

/// All of them, in the order of the table.
pub const CAUGHT: [Caught; 15] = [
    caught(Check::Undisturbed, Defect::LastPageForgotten, Into::Sqlite, Append),
    caught(Check::Undisturbed, Defect::MergeAppends, Into::Sqlite, Merge),
    caught(Check::KilledAtSteps, Defect::StateBeforeRows, Into::Sqlite, Append),
    caught(Check::KilledAtSteps, Defect::PageTwice, Into::Sqlite, Append),
    caught(Check::KilledAtCommits, Defect::TwoTransactions, Into::Sqlite, Append),
    caught(Check::KilledAtCommits, Defect::DeletedFirst, Into::Sqlite, Replace),
    caught(Check::CutInHead, Defect::PageTwice, Into::Sqlite, Append),
    caught(Check::CutInBody, Defect::PageTwice, Into::Sqlite, Append),
    caught(Check::Gone, Defect::EmptiedAtBegin, Into::Sqlite, Replace),
    caught(Check::Failing, Defect::StateBeforeRows, Into::Sqlite, Append),
    caught(Check::DiskFull, Defect::TwoTransactions, Into::Sqlite, Append),
    caught(Check::DiskFull, Defect::TwoTransactions, Into::Csv, Append),
    caught(Check::Terminated, Defect::StateBeforeRows, Into::Postgres, Append),
    caught(Check::CommitLost, Defect::TwoTransactions, Into::Postgres, Append),
    caught(Check::AnswerLost, Defect::TwoTransactions, Into::Postgres, Append),
];

/// What a check says of a mistake.
const SAYINGS: [&str; 3] =
    ["rows are lost", "rows are there twice", "a reader finds neither old nor new rows"];

impl Caught {
    /// How its line begins.
    pub fn key(&self) -> String {
        let mistake = match self.defect {
            Defect::StateBeforeRows => "a state is stored before its rows",
            Defect::TwoTransactions => "a state is stored, its rows in another transaction",
            Defect::LastPageForgotten => "a commit forgets the last page",
            Defect::DeletedFirst => "a swap deletes the old rows first",
            Defect::EmptiedAtBegin => "a replacement empties the table when it begins",
            Defect::MergeAppends => "a merge appends",
            Defect::PageTwice => "a page is read again by a run that goes on",
        };
        let (check, into) = (self.check.title(), document::section(self.into));
        format!("| {check} | {mistake} | {into} | {} |", document::mode_name(self.mode))
    }

    /// Makes the check; what it said, or `None` where there is no such destination here.
    fn said(&self) -> Option<&'static str> {
        let bench = Bench::new(self.into, self.mode, Some(self.defect))?;
        let error = match self.check.make(&bench) {
            Ok(_) => panic!("nothing was noticed: {}", self.key()),
            Err(error) => format!("{error:#}"),
        };
        let said = SAYINGS.into_iter().find(|saying| error.contains(saying));
        Some(said.unwrap_or_else(|| panic!("{}: {error}", self.key())))
    }
}

/// Makes the checks of one destination.
fn hold(into: Into) {
    let places = (0..CAUGHT.len()).filter(|place| CAUGHT[*place].into == into);
    let lines = places.filter_map(|place| Some(Line::caught(place, CAUGHT[place].said()?)));
    document::hold(&lines.collect::<Vec<_>>());
}

#[test]
fn mistakes_with_a_database_file_are_caught() {
    hold(Into::Sqlite);
}

#[test]
fn mistakes_with_a_server_are_caught() {
    hold(Into::Postgres);
}

#[test]
fn mistakes_with_files_are_caught() {
    hold(Into::Csv);
}
