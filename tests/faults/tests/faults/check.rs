//! The checks: what can end a run, and for which destinations.

use crate::bench::{Bench, Into};
use crate::findings::Findings;
use crate::{connection, failing, killed, network, space, undisturbed};

/// A check, in the order of the table.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Check {
    Undisturbed,
    KilledAtSteps,
    KilledAtRandom,
    KilledAtCommits,
    CutInHead,
    CutInBody,
    Gone,
    Failing,
    DiskFull,
    Terminated,
    CommitLost,
    AnswerLost,
}

impl Check {
    pub const ALL: [Check; 12] = [
        Check::Undisturbed,
        Check::KilledAtSteps,
        Check::KilledAtRandom,
        Check::KilledAtCommits,
        Check::CutInHead,
        Check::CutInBody,
        Check::Gone,
        Check::Failing,
        Check::DiskFull,
        Check::Terminated,
        Check::CommitLost,
        Check::AnswerLost,
    ];

    /// What happens, in words for the table.
    pub fn title(self) -> &'static str {
        match self {
            Check::Undisturbed => "nothing",
            Check::KilledAtSteps => "SIGKILL before and after each step",
            Check::KilledAtRandom => "SIGKILL at random moments",
            Check::KilledAtCommits => "SIGKILL at each transaction of the database",
            Check::CutInHead => "the provider's connection is cut before an answer, at each page",
            Check::CutInBody => "the provider's connection is cut in an answer, at each page",
            Check::Gone => "the provider is gone",
            Check::Failing => "each call into the destination fails, undone or done",
            Check::DiskFull => "the disk is full, at each point",
            Check::Terminated => "the server ends the connection, at each step",
            Check::CommitLost => "the connection is lost before each `COMMIT`",
            Check::AnswerLost => "the connection is lost behind each `COMMIT`",
        }
    }

    pub fn is_for(self, into: Into) -> bool {
        match self {
            Check::KilledAtCommits => into == Into::Sqlite,
            Check::Terminated | Check::CommitLost | Check::AnswerLost => into == Into::Postgres,
            _ => true,
        }
    }

    /// Makes it.
    ///
    /// # Errors
    /// Where a row is lost or there twice, a reader finds what it must not, or the fault does not
    /// fire.
    pub fn make(self, bench: &Bench) -> anyhow::Result<Findings> {
        match self {
            Check::Undisturbed => undisturbed::check(bench),
            Check::KilledAtSteps => killed::at_steps(bench),
            Check::KilledAtRandom => killed::at_random(bench),
            Check::KilledAtCommits => killed::at_commits(bench),
            Check::CutInHead => network::cut(bench, "reset"),
            Check::CutInBody => network::cut(bench, "reset-body"),
            Check::Gone => network::gone(bench),
            Check::Failing => failing::check(bench),
            Check::DiskFull => space::check(bench),
            Check::Terminated => connection::terminated(bench),
            Check::CommitLost => connection::commit_lost(bench),
            Check::AnswerLost => connection::answer_lost(bench),
        }
    }
}
