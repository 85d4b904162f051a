#![doc = include_str!("../README.md")]
#![deny(missing_docs)]

mod account;
mod reference;
mod secret;

mod tokens;
mod vault;

mod command;
mod key;
mod sealed;

pub use account::{Account, ResolvedAccount};
pub use key::KeySource;
pub use reference::{ReadSecret, SECRET_BYTES_MAX, SecretRef};
pub use secret::Secret;
pub use tokens::Tokens;
pub use vault::{LockedVault, Vault};
