#![doc = include_str!("../README.md")]
#![deny(missing_docs)]

mod container;
mod declared;
mod digest;
mod key;
mod manifest;
mod package;

pub use container::package_bytes_max;
pub use declared::Declared;
pub use digest::Digest;
pub use key::{PublicKey, SigningKey};
pub use manifest::{About, Manifest};
pub use package::{Package, pack};
