//! Faults as text: `kind[=value][:/path][@when][#name]`.

use std::str::FromStr;
use std::time::Duration;

use super::{Echo, Fault, Kind, RetryAfter, When};

/// Why a text is no fault.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum FaultParseError {
    /// No fault has this name.
    #[error("no fault is called {0:?}: see the list in --help")]
    UnknownKind(String),
    /// The fault needs a value of another form.
    #[error("the fault {kind} takes {expected} after the equals sign")]
    BadValue {
        /// The name of the fault.
        kind: String,
        /// What would have been right.
        expected: &'static str,
    },
    /// What follows the @ is not understood.
    #[error("{0:?} is no moment: write @4, @4x3, @4+, @every3 or @every3x2, counted from 1")]
    BadMoment(String),
}

impl FromStr for Fault {
    type Err = FaultParseError;

    fn from_str(text: &str) -> Result<Fault, FaultParseError> {
        let (text, name) = cut(text, text.rfind('#'));
        let (text, moment) = cut(text, text.rfind('@'));
        let (kind, path) = cut(text, path_start(text));
        let mut fault = Fault::new(parse_kind(kind)?);
        if let Some(path) = path {
            fault = fault.on(path);
        }
        if let Some(moment) = moment {
            let when = parse_moment(moment);
            fault.when = when.ok_or_else(|| FaultParseError::BadMoment(moment.to_owned()))?;
        }
        if let Some(name) = name {
            fault = fault.named(name);
        }
        Ok(fault)
    }
}

/// Splits at the character (of one byte) that stands at `at`, which belongs to neither side.
fn cut(text: &str, at: Option<usize>) -> (&str, Option<&str>) {
    match at {
        Some(at) => (&text[..at], Some(&text[at + 1..])),
        None => (text, None),
    }
}

/// The colon before the path. The one in `http://` is told apart by its second slash.
fn path_start(text: &str) -> Option<usize> {
    let at = text.rfind(":/")?;
    (!text[at..].starts_with("://")).then_some(at)
}

fn parse_moment(text: &str) -> Option<When> {
    let positive = |text: &str| text.parse().ok().filter(|n: &usize| *n > 0);
    if let Some(text) = text.strip_prefix("every") {
        let (step, times) = match text.split_once('x') {
            Some((step, times)) => (positive(step)?, positive(times)?),
            None => (positive(text)?, usize::MAX),
        };
        return Some(When::Every { step, times });
    }
    if let Some(first) = text.strip_suffix('+') {
        return positive(first).map(When::From);
    }
    let (first, times) = text.split_once('x').unwrap_or((text, "1"));
    let (first, times) = (positive(first)?, positive(times)?);
    Some(When::At { first, times })
}

fn parse_kind(text: &str) -> Result<Kind, FaultParseError> {
    let (name, value) = match text.split_once('=') {
        Some((name, value)) => (name, Some(value)),
        None => (text, None),
    };
    let bad = |expected| FaultParseError::BadValue { kind: name.to_owned(), expected };
    if let Some(kind) = plain(name) {
        return match value {
            None => Ok(kind),
            Some(_) => Err(bad("nothing")),
        };
    }
    let number = |default: usize| match value {
        None => Ok(default),
        Some(value) => value.parse().map_err(|_| bad("a whole number")),
    };
    match name {
        "redirect" => {
            value.map(|target| Kind::Redirect(target.to_owned())).ok_or_else(|| bad("an address"))
        }
        "header" => {
            let pair = value.and_then(|value| value.split_once('='));
            pair.map(|(name, value)| Kind::Header {
                name: name.to_owned(),
                value: value.to_owned(),
            })
            .ok_or_else(|| bad("`name=value`"))
        }
        "repeat-page" => match value {
            None | Some("requested") => Ok(Kind::RepeatPage(Echo::Requested)),
            Some("stale") => Ok(Kind::RepeatPage(Echo::Stale)),
            Some(_) => Err(bad("`requested` or `stale`")),
        },
        "grow" => number(1).map(Kind::Grow),
        "shrink" => number(1).map(Kind::Shrink),
        "huge-header" => number(64).map(Kind::HugeHeader),
        "oversized" => number(64).map(Kind::Oversized),
        "drip" => {
            let pause_ms = u64::try_from(number(10)?).map_err(|_| bad("milliseconds"))?;
            Ok(Kind::Drip(Duration::from_millis(pause_ms)))
        }
        _ => parse_status(name, value),
    }
}

/// The kinds that take no value.
fn plain(name: &str) -> Option<Kind> {
    let kinds = [
        Kind::Endless,
        Kind::DuplicatePage,
        Kind::Html,
        Kind::ErrorBody,
        Kind::CutJson,
        Kind::MissingRecords,
        Kind::WrongRecords,
        Kind::NullRecords,
        Kind::EmptyPage,
        Kind::InvalidUtf8,
        Kind::EchoHeaders,
        Kind::CutUpload,
        Kind::CutBody,
        Kind::CutChunked,
        Kind::WrongLength,
        Kind::Stall,
        Kind::StallBody,
        Kind::Reset,
        Kind::ResetBody,
        Kind::Close,
        Kind::NotHttp,
    ];
    kinds.into_iter().find(|kind| kind.name() == name)
}

fn parse_status(name: &str, value: Option<&str>) -> Result<Kind, FaultParseError> {
    let unknown = || FaultParseError::UnknownKind(name.to_owned());
    let code = name.parse().map_err(|_| unknown())?;
    if !(400..600).contains(&code) {
        return Err(unknown());
    }
    let retry_after = value.map(|value| match value.strip_prefix("date+") {
        Some(seconds) => seconds.parse().map(RetryAfter::DateIn),
        None => value.parse().map(RetryAfter::Seconds),
    });
    // What is no number is sent as it stands: a client has to survive that, too.
    let retry_after = match (retry_after, value) {
        (Some(Err(_)), Some(text)) => Some(RetryAfter::Text(text.to_owned())),
        (Some(Ok(known)), _) => Some(known),
        _ => None,
    };
    Ok(Kind::Status { code, retry_after })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_and_builder_agree_and_text_survives_a_round_trip() {
        let cases = [
            ("html", Fault::new(Kind::Html)),
            ("cut-body:/contacts@4", Fault::new(Kind::CutBody).on("contacts").at(4)),
            ("503@2x3", Fault::new(Kind::status(503)).at(2).times(3)),
            (
                "429=3600:/messages/*/opens@every3",
                Fault::new(Kind::rate_limited(RetryAfter::Seconds(3600)))
                    .on("messages/*/opens")
                    .every(3),
            ),
            ("429=date+90@1", Fault::new(Kind::rate_limited(RetryAfter::DateIn(90))).at(1)),
            ("429=soon", Fault::new(Kind::rate_limited(RetryAfter::Text("soon".to_owned())))),
            (
                "redirect=http://127.0.0.1:9/x:/contacts@2+#away",
                Fault::new(Kind::Redirect("http://127.0.0.1:9/x".to_owned()))
                    .on("contacts")
                    .from(2)
                    .named("away"),
            ),
            (
                "redirect=http://127.0.0.1:9/x",
                Fault::new(Kind::Redirect("http://127.0.0.1:9/x".to_owned())),
            ),
            ("repeat-page=stale", Fault::new(Kind::RepeatPage(Echo::Stale))),
            ("drip=5", Fault::new(Kind::Drip(Duration::from_millis(5)))),
            ("shrink=7@3", Fault::new(Kind::Shrink(7)).at(3)),
            ("cut-upload@2", Fault::new(Kind::CutUpload).at(2)),
            (
                "header=etag=x:/a@1",
                Fault::new(Kind::Header { name: "etag".to_owned(), value: "x".to_owned() })
                    .on("a")
                    .at(1),
            ),
            ("html@every4x2", Fault::new(Kind::Html).every(4).times(2)),
        ];
        for (text, fault) in cases {
            assert_eq!(text.parse().as_ref(), Ok(&fault), "{text}");
            assert_eq!(fault.to_string(), text);
        }
    }

    #[test]
    fn values_left_out_have_defaults() {
        let kind = |text: &str| text.parse::<Fault>().unwrap().kind().clone();
        assert_eq!(kind("grow"), Kind::Grow(1));
        assert_eq!(kind("oversized"), Kind::Oversized(64));
        assert_eq!(kind("drip"), Kind::Drip(Duration::from_millis(10)));
        assert_eq!(kind("repeat-page"), Kind::RepeatPage(Echo::Requested));
    }

    #[test]
    fn nonsense_is_refused_with_a_reason() {
        for text in
            ["", "cutbody", "200", "999", "html=1", "grow=x", "redirect", "header=a", "html@0"]
        {
            assert!(text.parse::<Fault>().is_err(), "{text}");
        }
        let error = "html@never".parse::<Fault>().unwrap_err();
        assert_eq!(error, FaultParseError::BadMoment("never".to_owned()));
    }
}
