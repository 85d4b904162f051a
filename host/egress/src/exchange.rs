//! Token exchange, carried out by the host: the connector describes the requests by which an account
//! signs in, and never sees what they send or what comes back.
//!
//! What is sent, what a reply gives and which URLs are good is decided by pure functions; only the
//! gate's `endpoint` does input and output, and `login` puts them in order.

mod login;
mod reply;
mod request;
mod urls;

pub(crate) use login::Login;
