//! Syncs: from a [`Source`] into a [`Destination`].
//!
//! This crate owns the two traits at its edges; connectors stand behind [`Source`] (implemented by
//! the runtime), tables and files behind [`Destination`]. Between them: [`plan`] decides with no
//! input or output what is to be done, [`course`] where it begins and when what was read is made
//! durable with its [`state`], [`retry`] what becomes of a part that
//! fails; [`driver`] does it, [`report`] says what came of it. What columns are called
//! and hold where they are loaded is said in [`columns`], and how values get there in [`cast`].
//!
//! What is not here: HTTP, WebAssembly, SQL, configuration files, the command line.

#![deny(missing_docs)]

pub mod cast;
pub mod columns;
pub mod course;
pub mod destination;
pub mod driver;
pub mod plan;
pub mod report;
pub mod retry;
pub mod source;
pub mod state;

mod counts;
mod writer;

pub use columns::ColumnChanges;
pub use destination::{Begun, ChildOf, Destination, Kept, Load, Loaded, Mode, Pace, Start, Table};
pub use driver::run;
pub use plan::{Deletes, Plan, Refresh};
pub use report::{ChildRows, Failed, Report, Resumed, ResumedFrom, RowsKept};
pub use source::{Page, Pages, Partition, Read, Source, WantedColumn};
pub use state::{Change, Keeps, Position, Round, Scope, State, part_key};
