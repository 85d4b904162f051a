//! Constant Contact from the command line: the real connector, and the stand-in with its server for
//! OAuth 2.

mod accounts;
pub mod desk;
mod menus;
mod quota;
mod streams;
mod writing;
