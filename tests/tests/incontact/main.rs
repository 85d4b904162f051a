//! NICE inContact from end to end: the real component in the real runtime against the stand-in, its
//! rows held against what the provider has, its requests against what the provider takes.

#![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

mod downloads;
mod faults;
mod files;
mod later;
mod options;
mod parts;
mod places;
mod reports;
mod sign_in;
mod slices;
mod streams;
mod truth;
mod world;
