//! Syncs that are ended in every way: the real component in the real runtime, a stand-in for the
//! provider, and every destination. What comes of it stands in `docs/faults.md`, which the tests of
//! this crate write and hold.
//!
//! | module | what it is |
//! |---|---|
//! | [`sync`] | one sync, described so that another process can run it: `tollgate-doomed-sync` |
//! | [`steps`] | the calls into source and destination, counted, with something to happen at one |
//! | [`fault`] | what can happen to a process that runs a sync |
//! | [`place`] | where rows go, and what a reader finds there |
//! | [`provider`] | the stand-in, whose rows change between runs, and what has to come of them |
//! | [`defect`] | sources and destinations with a planted mistake, which the tests have to catch |
//! | [`proxy`] | a connection to a database that breaks around a `COMMIT` |

pub mod defect;
pub mod fault;
pub mod place;
pub mod provider;
pub mod proxy;
pub mod steps;
pub mod sync;

mod sqlite;
mod watched;
