#![doc = include_str!("../README.md")]
#![deny(missing_docs)]

mod access;
mod admission;
mod batch;
mod bindings;
mod cache;
mod clocks;
mod connector;
mod convert;
mod engine;
mod failure;
mod guest;
mod http;
mod inspect;
mod limits;
mod linker;
mod log;
mod meter;
mod paging;
mod read;
mod runtime;
mod scan;
mod services;
mod session;
mod state;
mod stdio;
mod version;
mod write;

pub use access::Access;
pub use batch::take_batch;
pub use bindings::tollgate::connector::types::{Batch, ColumnData, TextData, Values};
pub use connector::Connector;
pub use inspect::Inspection;
pub use limits::{DescribeLimits, Limits};
pub use read::ReadBuilder;
pub use runtime::{Origin, Runtime, RuntimeConfig};
pub use scan::Scan;
pub use session::Session;
pub use tollgate_egress::{Connected, DevicePrompt, GateLimits, Redirect, ScanBudget, SignIn};
pub use tollgate_model::{Error, ErrorKind, Operation, Result};
pub use tollgate_package::{
    About, Declared, Digest, Manifest, Package, PublicKey, package_bytes_max,
};
pub use tollgate_sync::{Page, Pages, Partition, Read, Source};
pub use tollgate_vault::{Account, KeySource, Secret, SecretRef, Vault};
pub use version::INTERFACE_VERSION;
pub use write::{RowOutcome, Write, WriteBuilder, Writer, Written};
