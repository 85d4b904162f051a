//! How a command fails: with errors, or because nobody reads its output any more.

use std::error::Error as StdError;
use std::fmt::Write as _;
use std::io;

use jiff::Timestamp;
use tollgate_model::text::excerpt;
use tollgate_model::{Error, ErrorKind};

use crate::quantities;

/// What a command comes to.
pub type Outcome<T = ()> = Result<T, Failure>;

/// The most characters of one line of an error. A cause may be the body of somebody's answer.
const LINE_CHARS_MAX: usize = 2_000;

/// Why a command ended early.
#[derive(Debug)]
pub enum Failure {
    /// What went wrong, at least one error; the first decides the exit code.
    Errors(Vec<Error>),
    /// The reader of standard output has gone, as `head` does. That is no error.
    OutputClosed,
}

impl Failure {
    /// The exit code of the command.
    pub fn exit_code(&self) -> u8 {
        match self {
            Failure::Errors(errors) => {
                let first = errors.first().map_or(ErrorKind::Bug, Error::kind);
                first.consequence().exit_code
            }
            Failure::OutputClosed => 0,
        }
    }
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        if is_broken_pipe(&error) { Failure::OutputClosed } else { Failure::Errors(vec![error]) }
    }
}

/// An error of writing to standard output.
impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        let message = "cannot write to standard output";
        Error::new(ErrorKind::Destination, message).with_source(error).into()
    }
}

fn is_broken_pipe(error: &Error) -> bool {
    causes(error).any(|cause| {
        cause
            .downcast_ref::<io::Error>()
            .is_some_and(|error| error.kind() == io::ErrorKind::BrokenPipe)
    })
}

/// The causes behind an error, the nearest first.
pub fn causes(error: &Error) -> impl Iterator<Item = &(dyn StdError + 'static)> {
    std::iter::successors(StdError::source(error), |&cause| cause.source())
}

/// An error as people read it: what failed, why, until when, and what to do.
pub fn render(error: &Error, now: Timestamp) -> String {
    let mut text = format!("error: {}", lines(error.message()));
    let mut before = error.message().to_owned();
    for cause in causes(error) {
        let cause = cause.to_string();
        // Some errors repeat their cause in their own text.
        if !before.ends_with(&cause) && !cause.ends_with(&before) {
            let _ = write!(text, "\n  because: {}", lines(&cause));
        }
        before = cause;
    }
    if let Some(at) = error.retry_at() {
        let _ = write!(text, "\n  again from: {}", moment(at, now));
    }
    if let Some(hint) = error.hint() {
        let _ = write!(text, "\nhint: {}", lines(hint));
    }
    text
}

/// A moment to come, and how long that is from now.
pub fn moment(at: Timestamp, now: Timestamp) -> String {
    let seconds = at.duration_since(now).as_secs().max(0);
    let wait = std::time::Duration::from_secs(u64::try_from(seconds).unwrap_or_default());
    format!("{:.0} (in {})", at, quantities::duration(wait))
}

/// A text of several lines with everything but its line breaks escaped, the further lines
/// as they are indented.
fn lines(text: &str) -> String {
    let lines: Vec<String> = text.split('\n').map(|line| excerpt(line, LINE_CHARS_MAX)).collect();
    lines.join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_tells_its_causes_its_moment_and_its_hint() {
        let now: Timestamp = "2026-03-01T10:00:00Z".parse().unwrap();
        let error = Error::new(ErrorKind::RateLimited, "stream contacts: the quota is used up")
            .with_source(io::Error::other("the answer was 429"))
            .with_retry_at("2026-03-01T11:05:00Z".parse().unwrap())
            .with_hint("try again then");
        insta::assert_snapshot!(render(&error, now), @r"
        error: stream contacts: the quota is used up
          because: the answer was 429
          again from: 2026-03-01T11:05:00Z (in 1 h 5 min)
        hint: try again then
        ");
    }

    #[test]
    fn foreign_text_cannot_act_on_the_terminal() {
        let error = Error::new(ErrorKind::Data, "a\u{1b}[2J\rb")
            .with_source(io::Error::other("x".repeat(5_000)));
        let text = render(&error, Timestamp::UNIX_EPOCH);
        assert!(!text.contains('\u{1b}') && !text.contains('\r'), "{text}");
        assert!(text.len() < 2_200);
    }

    #[test]
    fn a_broken_pipe_is_no_error_however_deep_it_is() {
        let pipe = || io::Error::from(io::ErrorKind::BrokenPipe);
        let error = Error::new(ErrorKind::Destination, "cannot write rows").with_source(pipe());
        assert_eq!(Failure::from(error).exit_code(), 0);
        assert_eq!(Failure::from(pipe()).exit_code(), 0);
        let full = io::Error::from(io::ErrorKind::StorageFull);
        assert_eq!(Failure::from(full).exit_code(), 8);
    }
}
