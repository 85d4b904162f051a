//! Constant Contact from the command line: the real connector, and the stand-in with its server for
//! OAuth 2.

mod accounts;
pub mod desk;
#[cfg(unix)]
mod killed;
mod menus;
mod quota;
mod streams;
mod writing;
