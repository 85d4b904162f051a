//! Syncs: from a [`Source`] into a [`Destination`].
//!
//! This crate owns the two traits at its edges; connectors stand behind [`Source`] (implemented by
//! the runtime), tables and files behind [`Destination`]. Between them: [`plan`] decides with no
//! input or output what is to be done, [`driver`] does it, [`report`] says what came of it.
//!
//! What is not here: HTTP, WebAssembly, SQL, configuration files, the command line.

#![deny(missing_docs)]

pub mod destination;
pub mod driver;
pub mod plan;
pub mod report;
pub mod source;

pub use destination::{Destination, Load, Loaded, Mode, Table};
pub use driver::run;
pub use plan::Plan;
pub use report::{Failed, Report};
pub use source::{Page, Pages, Partition, Read, Source};
