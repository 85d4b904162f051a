//! OAuth 2, carried out by the host: the connector names the URLs, and never sees a token.
//!
//! What is decided (forms, replies, addresses of the browser) is decided by pure functions; only
//! `loopback` and the gate's `endpoint` do input and output, and `login` and `sign_in` put them in
//! order.

mod authorize;
mod client;
mod device;
mod form;
mod login;
mod loopback;
mod reply;
mod sign_in;

pub(crate) use login::Login;

pub use device::DevicePrompt;
pub use sign_in::{Connected, Redirect, SignIn};

/// What tokens are marked with that are had for these credentials.
#[cfg(test)]
pub(crate) fn fingerprint(
    credentials: &crate::config::Credentials,
    oauth2: &tollgate_model::OAuth2,
) -> String {
    client::Client::prepare(credentials, oauth2).unwrap().fingerprint
}
