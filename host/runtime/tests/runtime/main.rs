//! The runtime with real components: one program, so that wasmtime is linked once.

#![expect(clippy::unwrap_used, reason = "a test says what it expects by failing")]

mod hostile;
mod icontact;
mod load;
mod memory;
mod support;
mod writing;
