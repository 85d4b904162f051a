//! NICE inContact from the command line: the real connector, and the stand-in with its three ways to
//! sign in.

mod accounts;
pub mod desk;
mod menus;
mod reports;
mod streams;
