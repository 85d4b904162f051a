//! The days that a report is about, and the slices in which it is asked for.
//!
//! Days are days of the account's time zone. A slice is some days in a row, asked for by one request
//! or its pages: it begins with the first moment of its first day and ends, exclusively, where the
//! next slice begins, or where the run began if that is earlier.

use tollgate_sdk::http::Request;
use tollgate_sdk::manifest::{Field, FieldKind};
use tollgate_sdk::time::{
    CivilDate, MICROS_PER_SECOND, SECONDS_PER_DAY, parse_date, start_of_day, utc_text,
};
use tollgate_sdk::values::Text;
use tollgate_sdk::{Failure, Fault, Partition, ScanRequest};

use crate::values::Moment;

/// Slices of one read: 27 years of days, more than any account is old.
const SLICES_MAX: usize = 10_000;
const OFFSET_DAYS: i64 = 7;
const OFFSET_DAYS_MAX: i64 = 3_650;
const START_DAYS_BACK: i64 = 7;

/// How an endpoint takes days.
#[derive(Clone, Copy, Debug)]
pub struct Window {
    /// How days are chosen where nobody says: `single`, `range` or `offset`.
    pub date: &'static str,
    /// Days of a slice, where nobody says.
    pub slice_days: i64,
    /// The most days of a slice.
    pub slice_days_max: i64,
    /// Where slices begin.
    pub begins: Begins,
}

/// Where slices begin.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Begins {
    /// With the first of the chosen days: rows are sums over a slice.
    AtFirstDay,
    /// On days that do not depend on the chosen ones, so that a read which broke off finds its
    /// slices again when the chosen days have moved on.
    OnFixedDays,
}

/// A slice.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Slice {
    /// Its first day, in days since 1970-01-01.
    pub first_day: i64,
    /// When it begins, in microseconds UTC.
    pub start: i64,
    /// When it ends, exclusively, in microseconds UTC.
    pub end: i64,
}

impl Window {
    /// The options for the days and their slices.
    pub fn fields(&self) -> Vec<Field> {
        let mut fields = days(self.date);
        let kind = FieldKind::Integer((1, self.slice_days_max));
        fields.push(
            Field::new("slice_days", "Days per request", kind)
                .describe(
                    "Longer spans are asked for in slices of so many days. How many the endpoint \
                     takes is published nowhere: choose fewer where it refuses them.",
                )
                .default(&self.slice_days.to_string()),
        );
        fields
    }

    /// The parts of a read: its slices.
    ///
    /// # Errors
    /// `invalid-config` for days that cannot be.
    pub fn partitions(&self, request: &ScanRequest) -> Result<Vec<Partition>, Failure> {
        let part = |(first, last): (i64, i64)| {
            let id = format!("{}..{}", civil(first)?, civil(last)?);
            Ok(Partition { title: id.clone(), state: id.clone(), id })
        };
        self.cut(request)?.into_iter().map(part).collect()
    }

    /// The slice that the host chose, or all of them.
    ///
    /// # Errors
    /// `invalid-config` for days that cannot be, `internal` for a part that is not one of ours.
    pub fn slices(&self, request: &ScanRequest) -> Result<Vec<Slice>, Failure> {
        let days = match &request.partition {
            Some(partition) => vec![parse_part(&partition.state)?],
            None => self.cut(request)?,
        };
        days.into_iter().map(|(first, last)| Slice::new(first, last, request.started_at)).collect()
    }

    /// The first and the last day of each slice.
    fn cut(&self, request: &ScanRequest) -> Result<Vec<(i64, i64)>, Failure> {
        let (first, last) = chosen_days(request, self.date)?;
        let days = request.options.integer("slice_days")?.unwrap_or(self.slice_days);
        let days = days.clamp(1, self.slice_days_max);
        // What lies in the future has no rows.
        let last = last.min(today(request)?);
        let (mut slices, mut begin) = (Vec::new(), first);
        while begin <= last {
            if slices.len() == SLICES_MAX {
                let reason = format!("the days make more than {SLICES_MAX} requests");
                return Err(Failure::invalid("slice_days", reason));
            }
            let length = match self.begins {
                Begins::AtFirstDay => days,
                Begins::OnFixedDays => days - begin.rem_euclid(days),
            };
            let next = begin + length;
            slices.push((begin, last.min(next - 1)));
            begin = next;
        }
        Ok(slices)
    }
}

impl Slice {
    fn new(first: i64, last: i64, started_at: i64) -> Result<Self, Failure> {
        let start = begin_of(first)?;
        // The API takes whole seconds, and no span without any.
        let now = started_at.saturating_add(MICROS_PER_SECOND - 1).div_euclid(MICROS_PER_SECOND);
        let end = begin_of(last + 1)?.min(now.saturating_mul(MICROS_PER_SECOND));
        Ok(Self { first_day: first, start, end: end.max(start + MICROS_PER_SECOND) })
    }

    /// The request for this slice.
    #[must_use]
    pub fn apply(&self, request: Request) -> Request {
        request.query("startDate", self.start_text()).query("endDate", self.end_text())
    }

    /// When it begins and when it ends, for the columns of a row.
    pub fn bounds<'a>(&self) -> (Moment<'a>, Moment<'a>) {
        let moment = |text: String| Moment::new(Text(Some(text.into())));
        (moment(self.start_text()), moment(self.end_text()))
    }

    /// Whether a row that began then is in this slice. One on its end is in the next one as well.
    ///
    /// # Errors
    /// For a text that is no time.
    pub fn has(&self, began: &Moment<'_>, key: &'static str) -> Result<bool, Fault> {
        let began = began.micros().map_err(|bad| bad.in_field(key))?;
        Ok(began != Some(self.end))
    }

    /// When it begins, as the API takes it.
    pub fn start_text(&self) -> String {
        utc_text(self.start).unwrap_or_default()
    }

    /// When it ends, as the API takes it.
    pub fn end_text(&self) -> String {
        utc_text(self.end).unwrap_or_default()
    }
}

/// The menus for the days, and how they are chosen where nobody says.
pub fn days(default: &str) -> Vec<Field> {
    let dates =
        [("single", "One day"), ("range", "From a day to a day"), ("offset", "The last days")];
    let kinds = [("specific", "A date"), ("relative", "A number of days back")];
    let date = |name: &str, title: &str, menu: &str| {
        Field::new(name, title, FieldKind::Date)
            .describe("A day, for example 2026-01-31.")
            .required()
            .shown_when(menu, &["specific"])
    };
    let back = |name: &str, title: &str, menu: &str, default: &str| {
        Field::new(name, title, FieldKind::Date)
            .describe("Days back from today: `today` or 0, `yesterday` or 1, `today-7` or 7.")
            .default(default)
            .shown_when(menu, &["relative"])
    };
    let offset = FieldKind::Integer((1, OFFSET_DAYS_MAX));
    vec![
        Field::choice("date", "Date", &dates)
            .describe("Which days, in the account's time zone.")
            .default(default),
        Field::choice("single_date", "Single date", &kinds)
            .describe("How the day is given.")
            .default("relative")
            .shown_when("date", &["single"]),
        date("single_date_specific", "Single date - specific", "single_date"),
        back("single_date_relative", "Single date - relative", "single_date", "yesterday"),
        Field::new("date_offset", "Date offset", offset)
            .describe("The last so many days, up to and including today.")
            .default(&OFFSET_DAYS.to_string())
            .shown_when("date", &["offset"]),
        Field::choice("date_range", "Date range", &kinds)
            .describe("How the first and the last day are given. Both are included.")
            .default("relative")
            .shown_when("date", &["range"]),
        date("start_date_specific", "Start date - specific", "date_range"),
        date("end_date_specific", "End date - specific", "date_range"),
        back("start_date_relative", "Start date - relative", "date_range", "7"),
        back("end_date_relative", "End date - relative", "date_range", "today"),
    ]
}

/// The chosen days as one slice.
///
/// # Errors
/// `invalid-config` for days that cannot be.
pub fn span(request: &ScanRequest, default: &str) -> Result<Slice, Failure> {
    let (first, last) = chosen_days(request, default)?;
    Slice::new(first, last, request.started_at)
}

/// The first and the last of the chosen days, in days since 1970-01-01.
fn chosen_days(request: &ScanRequest, date: &str) -> Result<(i64, i64), Failure> {
    let options = &request.options;
    let is_specific = |menu| options.text(menu) == Some("specific");
    let specific = |name| {
        let day = options.date(name)?.ok_or_else(|| Failure::invalid(name, "set a date"))?;
        Ok::<_, Failure>(day.days())
    };
    let relative = |name, days_back| match options.date(name)? {
        Some(day) => Ok::<_, Failure>(day.days()),
        None => Ok(today(request)? - days_back),
    };
    let (first, last) = match options.text("date").unwrap_or(date) {
        "single" if is_specific("single_date") => {
            let day = specific("single_date_specific")?;
            (day, day)
        }
        "single" => {
            let day = relative("single_date_relative", 1)?;
            (day, day)
        }
        "offset" => {
            let days = options.integer("date_offset")?.unwrap_or(OFFSET_DAYS);
            let today = today(request)?;
            (today - days.clamp(1, OFFSET_DAYS_MAX) + 1, today)
        }
        _ if is_specific("date_range") => {
            (specific("start_date_specific")?, specific("end_date_specific")?)
        }
        _ => (relative("start_date_relative", START_DAYS_BACK)?, relative("end_date_relative", 0)?),
    };
    if first > last {
        let reason = "the first day is after the last: see the days of `date_range`";
        return Err(Failure::invalid("date_range", reason));
    }
    Ok((first, last))
}

/// The day on which the run began, in the account's time zone.
fn today(request: &ScanRequest) -> Result<i64, Failure> {
    let day_utc = request.started_at.div_euclid(SECONDS_PER_DAY * MICROS_PER_SECOND);
    // No zone is more than a day away from UTC.
    for day in [day_utc + 1, day_utc] {
        if begin_of(day)? <= request.started_at {
            return Ok(day);
        }
    }
    Ok(day_utc - 1)
}

fn begin_of(day: i64) -> Result<i64, Failure> {
    let begin = start_of_day(civil(day)?);
    begin.ok_or_else(|| Failure::internal(format!("the day {day} has no beginning")))
}

fn civil(day: i64) -> Result<CivilDate, Failure> {
    CivilDate::from_days(day).ok_or_else(|| Failure::internal(format!("no day has number {day}")))
}

/// The first and the last day of a part.
fn parse_part(state: &str) -> Result<(i64, i64), Failure> {
    let days = state
        .split_once("..")
        .and_then(|(first, last)| Some((parse_date(first)?.days(), parse_date(last)?.days())));
    let foreign = || Failure::internal("the state of a partition is not one of this connector's");
    days.filter(|(first, last)| first <= last).ok_or_else(foreign)
}
