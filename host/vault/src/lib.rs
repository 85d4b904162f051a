#![doc = include_str!("../README.md")]
#![deny(missing_docs)]

mod account;
mod reference;
mod secret;

pub use account::{Account, ResolvedAccount};
pub use reference::{ReadSecret, SECRET_BYTES_MAX, SecretRef};
pub use secret::Secret;
