//! The stand-ins from outside: over TCP, through the public interface and the binary alone.

#![expect(clippy::unwrap_used, reason = "a failed unwrap is how a test reports")]

mod checks;
mod client;
mod command;
mod constant_contact;
mod faults;
mod filters;
mod incontact;
mod pages;
mod routes;
mod truth;
mod wire;
