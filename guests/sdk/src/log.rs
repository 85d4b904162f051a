//! Lines for the run's log. The host limits their number and length.

pub use crate::bindings::tollgate::connector::host::LogLevel;

/// For the connector's author.
pub fn debug(message: impl AsRef<str>) {
    write(LogLevel::Debug, message.as_ref());
}

/// For the user who asks for details.
pub fn info(message: impl AsRef<str>) {
    write(LogLevel::Info, message.as_ref());
}

/// Something a user should know although the run goes on.
pub fn warn(message: impl AsRef<str>) {
    write(LogLevel::Warn, message.as_ref());
}

/// What led to a failure.
pub fn error(message: impl AsRef<str>) {
    write(LogLevel::Error, message.as_ref());
}

#[cfg(target_family = "wasm")]
fn write(level: LogLevel, message: &str) {
    crate::bindings::tollgate::connector::host::log(level, message);
}

#[cfg(not(target_family = "wasm"))]
fn write(level: LogLevel, message: &str) {
    crate::testing::note(level, message);
}
