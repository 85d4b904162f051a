#![doc = include_str!("../README.md")]
#![deny(missing_docs)]

pub mod constant_contact;
pub mod fault;
pub mod icontact;
pub mod incontact;
pub mod log;
pub mod provider;
pub mod row;
pub mod s3;
pub mod server;
pub mod simulator;
pub mod vendor;

mod builder;
mod change;
mod clock;
mod connection;
mod form;
mod limits;
mod manners;
mod query;
mod random;
mod script;

pub use constant_contact::ConstantContact;
pub use fault::{Echo, Fault, Kind, RetryAfter, When};
pub use icontact::IContact;
pub use incontact::InContact;
pub use log::LoggedRequest;
pub use provider::{Deed, Provider, Received};
pub use s3::S3;
pub use server::{Server, ServerSettings};
pub use simulator::Simulator;
pub use vendor::{Reply, Request, Twist, Vendor};
