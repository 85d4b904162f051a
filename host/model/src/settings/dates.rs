//! Days as users enter them: ISO dates and days counted back from today.

use jiff::Span;
use jiff::civil::Date;

use crate::error::{Error, ErrorKind, Result};
use crate::text::quote;

const FORMS: &str = "a day is `YYYY-MM-DD`, `today`, `yesterday`, `today-7` or, as days back, `7`";
const RANGE_FORMS: &str = "a range is two days `A..B`, both included, or a single day; \
     a day is `YYYY-MM-DD`, `today`, `yesterday`, `today-7` or, as days back, `7`";

/// The day that was entered, as `YYYY-MM-DD`.
pub(super) fn day(entered: &str, today: Date) -> Result<String> {
    parse(entered, today).map(iso).map_err(|error| error.with_hint(FORMS))
}

/// The two days that were entered: as two values, as one text `A..B` or `A,B`, or as one day that
/// is both the first and the last.
pub(super) fn range(entered: &[String], today: Date) -> Result<Vec<String>> {
    let (first, last) = match entered {
        [both] => both
            .split_once("..")
            .or_else(|| both.split_once(','))
            .unwrap_or((both.as_str(), both.as_str())),
        [first, last] => (first.as_str(), last.as_str()),
        _ => {
            let text = format!("set to {} values, not to a range of days", entered.len());
            return Err(Error::new(ErrorKind::Config, text).with_hint(RANGE_FORMS));
        }
    };
    let hinted = |error: Error| error.with_hint(RANGE_FORMS);
    let first = parse(first, today).map_err(hinted)?;
    let last = parse(last, today).map_err(hinted)?;
    if first > last {
        let (first, last) = (iso(first), iso(last));
        let text = format!("{first} to {last}, whose first day is after its last");
        return Err(Error::new(ErrorKind::Config, text).with_hint("swap the two days"));
    }
    Ok(vec![iso(first), iso(last)])
}

fn parse(entered: &str, today: Date) -> Result<Date> {
    let text = entered.trim().to_ascii_lowercase();
    let back = match text.as_str() {
        "today" => "0",
        "yesterday" => "1",
        other => match other.strip_prefix("today") {
            Some(rest) => rest.trim_start().strip_prefix('-').map_or("", str::trim_start),
            None => other,
        },
    };
    let date = if is_digits(back) { days_back(back, today) } else { calendar_day(&text) };
    date.ok_or_else(|| {
        Error::new(ErrorKind::Config, format!("{}, which is not a day", quote(entered)))
    })
}

/// None where the calendar has no such day; that covers numbers of any length.
fn days_back(digits: &str, today: Date) -> Option<Date> {
    let span = Span::new().try_days(digits.parse::<i64>().ok()?).ok()?;
    today.checked_sub(span).ok().filter(|date| date.year() >= 1)
}

/// The parser of the calendar takes more than one form, a time of day among them, so the shape is
/// looked at first.
fn calendar_day(text: &str) -> Option<Date> {
    let mut parts = text.split('-');
    let (year, month, day) = (parts.next()?, parts.next()?, parts.next()?);
    let shape = [(year, 4), (month, 2), (day, 2)];
    if parts.next().is_some() || shape.iter().any(|(p, n)| p.len() != *n || !is_digits(p)) {
        return None;
    }
    let date = Date::new(year.parse().ok()?, month.parse().ok()?, day.parse().ok()?).ok()?;
    Some(date).filter(|date| date.year() >= 1)
}

fn is_digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit())
}

fn iso(date: Date) -> String {
    format!("{:04}-{:02}-{:02}", date.year(), date.month(), date.day())
}
