//! What went wrong in a guest, as an error to act on.
//!
//! Every text from a guest is escaped and shortened here, and stands behind the connector's name.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use tollgate_model::text::{excerpt, quote};
use tollgate_model::{Error, ErrorKind};
use wasmtime::component::ResourceTableError;
use wasmtime::{PoolConcurrencyLimitError, Trap, WasmBacktrace};
use wasmtime_wasi::I32Exit;
use wasmtime_wasi_http::FieldMapError;

use crate::bindings::tollgate::connector::types::Failure;
use crate::limits::Limits;
use crate::meter::{Breach, Bytes};

/// The most of a failure's text that is kept, as the interface says.
const FAILURE_BYTES_MAX: usize = 4_000;
/// The most characters of a panic message in an error. All of it is in the log.
const PANIC_CHARS_MAX: usize = 300;
/// The longest wait that is believed: beyond it, "later" is all that is said.
const RETRY_AFTER_MAX: Duration = Duration::from_secs(366 * 24 * 60 * 60);

/// The connector in errors: `connector icontact 0.1.0`.
#[derive(Clone, Debug)]
pub(crate) struct Label(Arc<str>);

impl Label {
    pub(crate) fn new(text: impl Into<Arc<str>>) -> Self {
        Label(text.into())
    }

    /// An error of this connector.
    pub(crate) fn error(&self, kind: ErrorKind, text: impl fmt::Display) -> Error {
        Error::new(kind, format!("{self}: {text}"))
    }
}

impl fmt::Display for Label {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The error for a failure that a connector reports.
pub(crate) fn reported(label: &Label, failure: Failure, now: Timestamp) -> Error {
    let say = |kind, text: &str| label.error(kind, shorten(text));
    match failure {
        Failure::Unauthorized(text) => say(ErrorKind::Unauthorized, &text)
            .with_hint("check the account's credentials at the provider"),
        Failure::Forbidden(text) => say(ErrorKind::Forbidden, &text)
            .with_hint("the credentials are good; this account or user may not do it"),
        Failure::NotFound(text) => say(ErrorKind::Config, &text),
        Failure::InvalidConfig(wrong) => {
            let field = quote(&wrong.field);
            label.error(ErrorKind::Config, format_args!("{field}: {}", shorten(&wrong.reason)))
        }
        Failure::RateLimited(after_ms) => {
            let at = after_ms.map(Duration::from_millis).and_then(|after| later(now, after));
            limited(label, "the provider asks to slow down", at)
        }
        Failure::QuotaExhausted(at_ms) => {
            let at = at_ms.and_then(|ms| Timestamp::from_millisecond(i64::try_from(ms).ok()?).ok());
            limited(label, "the provider's quota is used up", at)
        }
        Failure::Unavailable(text) => say(ErrorKind::Unavailable, &text),
        Failure::UnexpectedResponse(text) => say(ErrorKind::Data, &text),
        Failure::Denied(text) => say(ErrorKind::Denied, &text),
        Failure::Cancelled => label.error(ErrorKind::Cancelled, "cancelled"),
        Failure::Internal(text) => say(ErrorKind::Bug, &text)
            .with_hint("this is a defect of the connector; report it to its author"),
    }
}

fn shorten(text: &str) -> String {
    let kept = text.get(..text.floor_char_boundary(FAILURE_BYTES_MAX)).unwrap_or_default();
    let shown = excerpt(kept, usize::MAX);
    if kept.len() < text.len() { format!("{shown}…") } else { shown }
}

fn later(now: Timestamp, after: Duration) -> Option<Timestamp> {
    let after = SignedDuration::try_from(after.min(RETRY_AFTER_MAX)).ok()?;
    now.checked_add(after).ok()
}

fn limited(label: &Label, what: &str, at: Option<Timestamp>) -> Error {
    match at {
        Some(at) => label
            .error(ErrorKind::RateLimited, format_args!("{what}, until {at}"))
            .with_retry_at(at),
        None => label.error(ErrorKind::RateLimited, what).with_hint("try again later"),
    }
}

/// The error for a call that took too long.
pub(crate) fn too_slow(label: &Label, call: &str, limit: Duration) -> Error {
    label.error(ErrorKind::Limit, format_args!("`{call}` took more than {limit:?}"))
}

/// The error for a call that ended in a trap. `stdio` is what the guest printed last.
pub(crate) fn trapped(
    label: &Label,
    call: &str,
    error: wasmtime::Error,
    stdio: &str,
    limits: &Limits,
) -> Error {
    if let Some(limit) = limit(&error, limits) {
        return label.error(ErrorKind::Limit, format_args!("{limit} (in `{call}`)"));
    }
    if let Some(I32Exit(status)) = error.downcast_ref() {
        let text = format!("ended itself with status {status} (in `{call}`)");
        return label.error(ErrorKind::Bug, text);
    }
    let Some(trap) = error.downcast_ref::<Trap>() else {
        let text = format!("broke the rules of the interface in `{call}`");
        let cause = excerpt(&format!("{:#}", error.root_cause()), PANIC_CHARS_MAX);
        return label.error(ErrorKind::Bug, text).with_source(cause);
    };
    let panic = panic_message(stdio).map(|panic| format!(": {panic}")).unwrap_or_default();
    let text = format!("{label} trapped: {}{panic}", trap_name(*trap));
    Error::new(ErrorKind::Bug, text)
        .with_hint("this is a defect of the connector; report it to its author with the log")
}

/// The limit behind a trap, if it was one. Some of wasmtime's own come as text only.
fn limit(error: &wasmtime::Error, limits: &Limits) -> Option<String> {
    if let Some(breach) = error.downcast_ref::<Breach>() {
        return Some(breach.to_string());
    }
    if matches!(error.downcast_ref(), Some(ResourceTableError::Full)) {
        return Some(format!("holds more than {} handles", limits.handles));
    }
    if let Some(FieldMapError::TooManyFields | FieldMapError::TotalSizeTooBig) =
        error.downcast_ref()
    {
        let max = Bytes(limits.header_bytes);
        return Some(format!("puts more than {max} into one set of headers"));
    }
    if error.is::<PoolConcurrencyLimitError>() {
        return Some("finds every pooled instance in use".to_owned());
    }
    let text = error.root_cause().to_string();
    if text.contains("fuel allocated for hostcalls has been exhausted") {
        return Some(format!("hands over more than {} in one call", Bytes(limits.call_bytes)));
    }
    if text.contains("store handle limit exceeded") {
        return Some(format!("holds more than {} handles", limits.handles));
    }
    if text.starts_with("requested len ") && text.contains(" exceeds limit ") {
        return Some(format!("asks for more than {} random bytes at once", limits.random_bytes));
    }
    text.strip_prefix("resource limit exceeded: ").map(|what| format!("needs too much: {what}"))
}

fn trap_name(trap: Trap) -> String {
    match trap {
        Trap::UnreachableCodeReached => "unreachable".to_owned(),
        Trap::StackOverflow => "stack overflow".to_owned(),
        trap => trap.to_string().trim_start_matches("wasm trap: ").to_owned(),
    }
}

/// What a Rust guest said when it panicked: the line after "panicked at …:", with the place.
fn panic_message(stdio: &str) -> Option<String> {
    let (_, panic) = stdio.rsplit_once("panicked at ")?;
    let mut lines = panic.lines();
    let place = lines.next()?.trim_end_matches(':');
    let message = lines.next().unwrap_or_default();
    Some(excerpt(&format!("{message} ({place})"), PANIC_CHARS_MAX))
}

/// The guest's own stack at a trap, for the log: a line for each frame.
pub(crate) fn backtrace(error: &wasmtime::Error) -> Vec<String> {
    let Some(backtrace) = error.downcast_ref::<WasmBacktrace>() else { return Vec::new() };
    let line = |(depth, frame): (usize, &wasmtime::FrameInfo)| {
        let name = frame.func_name().map_or_else(
            || format!("function {}", frame.func_index()),
            |name| excerpt(name, PANIC_CHARS_MAX),
        );
        let offset = frame.module_offset().unwrap_or_default();
        format!("{depth}: {name} at {offset:#x}")
    };
    backtrace.frames().iter().enumerate().map(line).collect()
}

#[cfg(test)]
mod tests {
    use crate::bindings::tollgate::connector::types::InvalidConfig;

    use super::*;

    fn label() -> Label {
        Label::new("connector example 1.0.0")
    }

    #[test]
    fn every_failure_has_its_kind() {
        let text = || "what\u{7}".to_owned();
        let wrong = InvalidConfig { field: "status".to_owned(), reason: text() };
        let table = [
            (Failure::Unauthorized(text()), ErrorKind::Unauthorized),
            (Failure::Forbidden(text()), ErrorKind::Forbidden),
            (Failure::NotFound(text()), ErrorKind::Config),
            (Failure::InvalidConfig(wrong), ErrorKind::Config),
            (Failure::RateLimited(Some(1_000)), ErrorKind::RateLimited),
            (Failure::QuotaExhausted(None), ErrorKind::RateLimited),
            (Failure::Unavailable(text()), ErrorKind::Unavailable),
            (Failure::UnexpectedResponse(text()), ErrorKind::Data),
            (Failure::Denied(text()), ErrorKind::Denied),
            (Failure::Cancelled, ErrorKind::Cancelled),
            (Failure::Internal(text()), ErrorKind::Bug),
        ];
        for (failure, kind) in table {
            let error = reported(&label(), failure, Timestamp::UNIX_EPOCH);
            assert_eq!(error.kind(), kind);
            assert!(error.message().starts_with("connector example 1.0.0: "), "{error}");
            assert!(!error.message().contains('\u{7}'), "{error}");
        }
    }

    #[test]
    fn waits_beyond_belief_are_bounded() {
        let now = Timestamp::UNIX_EPOCH;
        let error = reported(&label(), Failure::RateLimited(Some(2_000)), now);
        assert_eq!(error.retry_at().unwrap().as_second(), 2);
        let error = reported(&label(), Failure::RateLimited(Some(u64::MAX)), now);
        assert_eq!(error.retry_at().unwrap().as_second(), 366 * 86_400);
        let error = reported(&label(), Failure::QuotaExhausted(Some(u64::MAX)), now);
        assert_eq!(error.retry_at(), None);
    }

    #[test]
    fn long_texts_are_cut_at_a_character() {
        let text = "é".repeat(4_000);
        let shown = shorten(&text);
        assert_eq!(shown.chars().count(), FAILURE_BYTES_MAX / 2 + 1);
        assert!(shown.ends_with('…'));
    }

    #[test]
    fn a_panic_is_found_in_what_was_printed() {
        let stdio = "noise\nthread '<unnamed>' panicked at src/lib.rs:3:5:\nno \u{1b}[1mrows\nnote";
        assert_eq!(panic_message(stdio).unwrap(), "no \\u{1b}[1mrows (src/lib.rs:3:5)");
        assert_eq!(panic_message("all is well"), None);
    }

    #[test]
    fn a_breach_is_a_limit_and_names_it() {
        let error = wasmtime::Error::from(Breach::LogLines { max: 3 });
        let error = trapped(&label(), "next", error, "", &Limits::default());
        assert_eq!(error.kind(), ErrorKind::Limit);
        let text = "connector example 1.0.0: wrote more than 3 lines to its log (in `next`)";
        assert_eq!(error.message(), text);
    }
}
