//! NICE inContact from the command line: the real connector, and the stand-in with its three ways to
//! sign in.

mod accounts;
mod columns;
pub mod desk;
mod kept;
mod menus;
mod reports;
mod since;
mod streams;
