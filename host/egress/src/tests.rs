//! The gate as a whole, against servers that do as they are told.

mod body;
mod exchange;
mod harness;
mod hostile;
mod http2;
mod oauth;
mod order;
mod pace;
mod requests;
mod retry;
mod signs;
mod tls;
