//! The days that a report is about: one day or several, each a date or a number of days back.
//!
//! All days are days UTC. Days back are counted from the day on which the run began.

use tollgate_sdk::manifest::{Field, FieldKind};
use tollgate_sdk::time::{MICROS_PER_SECOND, SECONDS_PER_DAY, utc_text};
use tollgate_sdk::{Failure, ScanRequest};

/// A century: more than any account is old.
const DAYS_BACK_MAX: i64 = 36_500;

/// The options for a report's days.
pub fn fields() -> Vec<Field> {
    let kinds = [("specific", "A date"), ("relative", "A number of days back")];
    let durations = [("single_date", "Single date"), ("date_range", "Date range")];
    let date = |name: &str, title: &str, shown: (&str, &str)| {
        Field::new(name, title, FieldKind::Date)
            .describe("A day UTC, also as `today`, `yesterday` or `today-7`.")
            .required()
            .shown_when(shown.0, &[shown.1])
    };
    let back = |name: &str, title: &str, default: &str, shown: (&str, &str)| {
        days_back(name, title).default(default).shown_when(shown.0, &[shown.1])
    };
    vec![
        Field::choice("duration", "Duration", &durations)
            .describe("Whether the report is about one day or about several.")
            .default("date_range"),
        Field::choice("report_date", "Report date", &kinds)
            .describe("How the day is given.")
            .default("relative")
            .shown_when("duration", &["single_date"]),
        date("specific_date", "Specific date", ("report_date", "specific")),
        back("days_back", "Days back", "1", ("report_date", "relative")),
        Field::choice("start_date", "Start date", &kinds)
            .describe("How the first day is given.")
            .default("relative")
            .shown_when("duration", &["date_range"]),
        date("specific_start_date", "Specific start date", ("start_date", "specific")),
        back(
            "days_back_to_start_from",
            "Days back to start from",
            "30",
            ("start_date", "relative"),
        ),
        Field::choice("end_date", "End date", &kinds)
            .describe("How the last day is given. It is included.")
            .default("relative")
            .shown_when("duration", &["date_range"]),
        date("specific_end_date", "Specific end date", ("end_date", "specific")),
        back("days_back_to_end_at", "Days back to end at", "0", ("end_date", "relative")),
    ]
}

/// A number of days back from the day on which the run began, UTC.
pub fn days_back(name: &str, title: &str) -> Field {
    Field::new(name, title, FieldKind::Integer((0, DAYS_BACK_MAX)))
        .describe("Days back from the day (UTC) on which the run begins: 0 is that day.")
}

/// The first and the last second of the chosen days, as the API takes them.
///
/// # Errors
/// `invalid-config` for a first day after the last, or a date that is missing.
pub fn bounds(request: &ScanRequest) -> Result<(String, String), Failure> {
    let is_relative = |name| request.options.text(name) != Some("specific");
    let (first, last) = match request.options.text("duration") {
        Some("single_date") => {
            let (date, back) = ("specific_date", ("days_back", 1));
            let day = day(request, is_relative("report_date"), date, back)?;
            (day, day)
        }
        _ => {
            let start = ("days_back_to_start_from", 30);
            let end = ("days_back_to_end_at", 0);
            let first = day(request, is_relative("start_date"), "specific_start_date", start)?;
            let last = day(request, is_relative("end_date"), "specific_end_date", end)?;
            (first, last)
        }
    };
    if first > last {
        let reason = "the first day is after the last: see `start_date` and `end_date`, and the \
                      days or days back that belong to them";
        return Err(Failure::invalid("start_date", reason));
    }
    Ok((text(first * SECONDS_PER_DAY)?, text((last + 1) * SECONDS_PER_DAY - 1)?))
}

fn day(
    request: &ScanRequest,
    is_relative: bool,
    date: &str,
    (back, default): (&str, i64),
) -> Result<i64, Failure> {
    if is_relative {
        return Ok(days_ago(request, request.options.integer(back)?.unwrap_or(default)));
    }
    let date = request.options.date(date)?.ok_or_else(|| Failure::invalid(date, "set a date"))?;
    Ok(date.days())
}

fn days_ago(request: &ScanRequest, days: i64) -> i64 {
    request.started_at.div_euclid(MICROS_PER_SECOND * SECONDS_PER_DAY) - days
}

/// The begin of the day that one of two options gives: a date, or a number of days back. In
/// microseconds UTC.
///
/// # Errors
/// `invalid-config` where both are set.
pub fn begin(request: &ScanRequest, date: &str, back: &str) -> Result<Option<i64>, Failure> {
    let days = match (request.options.date(date)?, request.options.integer(back)?) {
        (None, None) => return Ok(None),
        (Some(_), Some(_)) => {
            return Err(Failure::invalid(date, format!("set `{date}` or `{back}`, not both")));
        }
        (Some(date), None) => date.days(),
        (None, Some(back)) => days_ago(request, back),
    };
    Ok(Some(days * SECONDS_PER_DAY * MICROS_PER_SECOND))
}

fn text(seconds: i64) -> Result<String, Failure> {
    instant(seconds * MICROS_PER_SECOND)
}

/// An instant as the API takes it.
///
/// # Errors
/// `internal` for one that the calendar has not.
pub fn instant(micros: i64) -> Result<String, Failure> {
    utc_text(micros).ok_or_else(|| Failure::internal(format!("no instant: {micros}")))
}
