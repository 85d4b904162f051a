//! Requests by waki, as any connector could make them.

use crate::Failure;

/// Requests a URL; the body of the answer, or why there is none.
#[cfg(target_family = "wasm")]
pub fn get(url: &str) -> Result<Vec<u8>, Failure> {
    send(waki::Client::new().get(url))
}

/// Sends a body to a URL; the body of the answer, or why there is none.
#[cfg(target_family = "wasm")]
pub fn post(url: &str, body: &str) -> Result<Vec<u8>, Failure> {
    send(waki::Client::new().post(url).body(body.as_bytes().to_vec()))
}

#[cfg(target_family = "wasm")]
fn send(request: waki::RequestBuilder) -> Result<Vec<u8>, Failure> {
    let internal = |error: &dyn std::fmt::Display| Failure::Internal(error.to_string());
    let response = request.send().map_err(|error| internal(&error))?;
    response.body().map_err(|error| internal(&error))
}

/// Requests a URL: only in a component.
#[cfg(not(target_family = "wasm"))]
pub fn get(_: &str) -> Result<Vec<u8>, Failure> {
    Err(Failure::Internal("there is no host".to_owned()))
}

/// Sends a body to a URL: only in a component.
#[cfg(not(target_family = "wasm"))]
pub fn post(_: &str, _: &str) -> Result<Vec<u8>, Failure> {
    Err(Failure::Internal("there is no host".to_owned()))
}
