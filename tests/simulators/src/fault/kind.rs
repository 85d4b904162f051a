//! The closed list of things that can go wrong.

use std::fmt;
use std::time::Duration;

use crate::vendor::Twist;

/// What a `Retry-After` header says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RetryAfter {
    /// A number of seconds.
    Seconds(u64),
    /// A date this many seconds from the moment of the answer.
    DateIn(u64),
    /// Any text, to send what no client can read.
    Text(String),
}

/// Which offset a page that is served again and again claims to have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Echo {
    /// The one that was asked for: the page looks new.
    Requested,
    /// The one it really has: a careful client can tell.
    Stale,
}

/// What goes wrong. The text form of each, for the command line, is in the README.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Kind {
    /// An error status with the vendor's kind of body.
    Status {
        /// The HTTP status.
        code: u16,
        /// The header that says when to come back.
        retry_after: Option<RetryAfter>,
    },
    /// A status 302 to another place, with no body to speak of.
    Redirect(String),

    /// Pages go on for ever and the total grows with them.
    Endless,
    /// The first page again, whatever offset was asked for.
    RepeatPage(Echo),
    /// The rows of the page before, once more.
    DuplicatePage,
    /// So many new rows appear before all others, for good.
    Grow(usize),
    /// So many rows vanish from the front, for good.
    Shrink(usize),

    /// A page of HTML under status 200.
    Html,
    /// The vendor's error body under status 200.
    ErrorBody,
    /// Half of the JSON in a complete HTTP answer.
    CutJson,
    /// The field where the records belong is not there.
    MissingRecords,
    /// The field where the records belong holds a text.
    WrongRecords,
    /// The field where the records belong is null, though the total says there are more.
    NullRecords,
    /// The list of records is empty, though the total says there are more.
    EmptyPage,
    /// Bytes that are no UTF-8 within a JSON string.
    InvalidUtf8,
    /// A header of the answer has another value.
    Header {
        /// Its name, in small letters.
        name: String,
        /// The value in place of the right one.
        value: String,
    },
    /// A header of so many KiB.
    HugeHeader(usize),
    /// So many MiB of spaces before the body.
    Oversized(usize),
    /// An error status whose text repeats the request's headers, credentials included.
    EchoHeaders,

    /// A TCP reset behind the head of the request, whose body is not read.
    CutUpload,
    /// The length announces more than is sent before the connection closes.
    CutBody,
    /// A chunked body whose last chunks never come before the connection closes.
    CutChunked,
    /// The length announces half of what is sent.
    WrongLength,
    /// No byte ever comes, and the connection stays open.
    Stall,
    /// The body stops half-way, and the connection stays open.
    StallBody,
    /// The body comes one byte at a time, with this pause before each.
    Drip(Duration),
    /// A TCP reset before the first byte.
    Reset,
    /// A TCP reset half-way through the body.
    ResetBody,
    /// The connection closes in order before the first byte.
    Close,
    /// Bytes that are no HTTP.
    NotHttp,
}

/// When a fault has its effect, in the order of application.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Stage {
    Page(Twist),
    Content,
    Wire,
}

impl Kind {
    /// An error status without a `Retry-After`.
    pub fn status(code: u16) -> Kind {
        Kind::Status { code, retry_after: None }
    }

    /// Status 429 with a `Retry-After`.
    pub fn rate_limited(retry_after: RetryAfter) -> Kind {
        Kind::Status { code: 429, retry_after: Some(retry_after) }
    }

    /// The name without its value: `cut-body`, `503`, `drip`.
    pub fn name(&self) -> String {
        let name = match self {
            Kind::Status { code, .. } => return code.to_string(),
            Kind::Redirect(_) => "redirect",
            Kind::Endless => "endless",
            Kind::RepeatPage(_) => "repeat-page",
            Kind::DuplicatePage => "duplicate-page",
            Kind::Grow(_) => "grow",
            Kind::Shrink(_) => "shrink",
            Kind::Html => "html",
            Kind::ErrorBody => "error-body",
            Kind::CutJson => "cut-json",
            Kind::MissingRecords => "missing-records",
            Kind::WrongRecords => "wrong-records",
            Kind::NullRecords => "null-records",
            Kind::EmptyPage => "empty-page",
            Kind::InvalidUtf8 => "invalid-utf8",
            Kind::Header { .. } => "header",
            Kind::HugeHeader(_) => "huge-header",
            Kind::Oversized(_) => "oversized",
            Kind::EchoHeaders => "echo-headers",
            Kind::CutUpload => "cut-upload",
            Kind::CutBody => "cut-body",
            Kind::CutChunked => "cut-chunked",
            Kind::WrongLength => "wrong-length",
            Kind::Stall => "stall",
            Kind::StallBody => "stall-body",
            Kind::Drip(_) => "drip",
            Kind::Reset => "reset",
            Kind::ResetBody => "reset-body",
            Kind::Close => "close",
            Kind::NotHttp => "not-http",
        };
        name.to_owned()
    }

    pub(crate) fn stage(&self) -> Stage {
        match self {
            Kind::Endless => Stage::Page(Twist::Endless),
            Kind::RepeatPage(echo) => {
                Stage::Page(Twist::Repeat { claims_requested: *echo == Echo::Requested })
            }
            Kind::DuplicatePage => Stage::Page(Twist::Previous),
            Kind::Grow(rows) => Stage::Page(Twist::Insert(*rows)),
            Kind::Shrink(rows) => Stage::Page(Twist::Remove(*rows)),
            Kind::CutUpload
            | Kind::CutBody
            | Kind::CutChunked
            | Kind::WrongLength
            | Kind::Stall
            | Kind::StallBody
            | Kind::Drip(_)
            | Kind::Reset
            | Kind::ResetBody
            | Kind::Close
            | Kind::NotHttp => Stage::Wire,
            _ => Stage::Content,
        }
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.name())?;
        match self {
            Kind::Status { retry_after: Some(value), .. } => write!(out, "={value}"),
            Kind::Redirect(target) => write!(out, "={target}"),
            Kind::Header { name, value } => write!(out, "={name}={value}"),
            Kind::RepeatPage(Echo::Stale) => out.write_str("=stale"),
            Kind::Grow(n) | Kind::Shrink(n) | Kind::HugeHeader(n) | Kind::Oversized(n) => {
                write!(out, "={n}")
            }
            Kind::Drip(pause) => write!(out, "={}", pause.as_millis()),
            _ => Ok(()),
        }
    }
}

impl fmt::Display for RetryAfter {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            RetryAfter::Seconds(seconds) => write!(out, "{seconds}"),
            RetryAfter::DateIn(seconds) => write!(out, "date+{seconds}"),
            RetryAfter::Text(text) => out.write_str(text),
        }
    }
}
