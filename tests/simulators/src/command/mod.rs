//! The command line: a file for each vendor, and one for what they share.

pub mod constant_contact;
pub mod icontact;
pub mod incontact;
mod server;
