//! Constant Contact from end to end: the real component in the real runtime against the stand-in,
//! its rows held against what the provider has, its requests against the provider's own rules.

#![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

mod faults;
mod grants;
mod later;
mod options;
mod rows;
mod streams;
mod truth;
mod world;
