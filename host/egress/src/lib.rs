#![doc = include_str!("../README.md")]
#![deny(missing_docs)]

mod config;
mod error;
mod exchange;
mod gate;
mod limits;
mod oauth;
mod passage;

mod crossing;

mod address;
mod answer;
mod audit;
mod body;
mod budget;
mod changes;
mod credentials;
mod decode;
mod endpoint;
mod headers;
mod leak;
mod origin;
mod percent;
mod purpose;
mod rate;
mod repeat;
mod resolve;
mod retry;
mod signs;
mod slots;
mod timeouts;
mod tokens;
mod transport;
mod url;
mod values;
mod wire;

#[cfg(test)]
mod tests;

pub use address::is_public;
pub use body::GateBody;
pub use config::{Credentials, GateConfig, GuestTimeouts};
pub use error::{GateError, Phase};
pub use gate::Gate;
pub use limits::{GateLimits, RetryLimits, ScanBudget, TimeoutLimits};
pub use oauth::{Connected, DevicePrompt, Redirect, SignIn};
pub use origin::{Place, Remap};
pub use passage::Passage;
pub use purpose::Purpose;
pub use retry::retry_after;
pub use rustls_pki_types::CertificateDer;
pub use url::CanonicalUrl;
