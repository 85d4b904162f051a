//! The command from outside: the built program against the simulator, as a user starts it.
//!
//! | module | what it shows |
//! |---|---|
//! | [`account`] | connecting accounts, and their tokens |
//! | [`constant_contact`] | that connector, from signing in to its menus |
//! | [`incontact`] | that connector, from signing in to its menus |
//! | [`help`] | every help text, pinned |
//! | [`install`] | adding, granting, refusing what changed |
//! | [`configuration`] | what is wrong in a file, by line |
//! | [`parts`] | reads that fail for a moment, and several processes at one file |
//! | [`reading`] | check, discover, choices, preview, read |
//! | [`syncing`] | sync, its reports, and what stays when it fails |
//! | [`remembered`] | what is kept of runs, and that none runs beside itself |
//! | [`scheduled`] | `run`, which stays up and starts what is due |
//! | [`notified`] | that a command is told of syncs that fail and recover |
//! | [`failing`] | one clear error and the right exit code for each thing that goes wrong |
//! | [`postgres`] | sync into a database server, where there is one |
//! | [`side_by_side`] | three providers into one database server, each at its pace |
//! | [`writing`] | write, what it tells of each row, and what stops it |
//! | [`secrets`] | that no output has one |

#![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

mod account;
mod configuration;
mod constant_contact;
mod failing;
mod harness;
mod help;
mod incontact;
mod install;
mod notified;
mod parts;
mod place;
#[cfg(unix)]
mod postgres;
mod reading;
mod remembered;
mod scheduled;
mod secrets;
#[cfg(unix)]
mod side_by_side;
mod syncing;
mod writing;
