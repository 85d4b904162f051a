//! Times of the calendar: the five fields of cron, in a time zone.
//!
//! Which civil times are meant is decided without a time zone; only then each is brought to a
//! moment. That keeps the order: a later civil time is never an earlier moment.

use std::str::FromStr;

use jiff::civil::{Date, DateTime};
use jiff::tz::{AmbiguousOffset, TimeZone};
use jiff::{Timestamp, ToSpan};
use tollgate_model::Result;

use super::wrong;

/// Days that are looked through for the next time. The rarest date that comes at all is 29 February,
/// after eight years at most.
const DAYS_MAX: usize = 9 * 366;

const MONTHS: [&str; 12] =
    ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
const WEEKDAYS: [&str; 7] = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"];

/// Times of the calendar.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Cron {
    minutes: Values,
    hours: Values,
    days: Values,
    months: Values,
    weekdays: Values,
    /// Whether day and weekday are both restricted: then either suffices.
    either_day: bool,
    zone: TimeZone,
}

impl Cron {
    /// The five fields and the name of the time zone; without one, UTC.
    pub(super) fn parse(fields: [&str; 5], zone: Option<&str>) -> Result<Self> {
        let [minute, hour, day, month, weekday] = fields;
        let cron = Cron {
            minutes: MINUTE.parse(minute)?,
            hours: HOUR.parse(hour)?,
            days: DAY.parse(day)?,
            months: MONTH.parse(month)?,
            weekdays: WEEKDAY.parse(weekday)?.with_sunday_as_zero(),
            either_day: !day.starts_with('*') && !weekday.starts_with('*'),
            zone: match zone {
                None => TimeZone::UTC,
                Some(name) => TimeZone::get(name).map_err(|_| no_zone(name))?,
            },
        };
        match cron.after(Timestamp::UNIX_EPOCH) {
            Some(_) => Ok(cron),
            None => Err(wrong("such a date never comes".to_owned())),
        }
    }

    /// The first time after this one.
    pub(super) fn after(&self, before: Timestamp) -> Option<Timestamp> {
        let local = self.zone.to_datetime(before);
        // Seconds are not asked about: the minute that is under way may still be meant, where the
        // clock skipped it.
        let from = local.with().second(0).subsec_nanosecond(0).build().ok()?;
        let mut date = from.date();
        for _ in 0..DAYS_MAX {
            if self.is_meant(date) {
                let times = self.times(date).filter(|time| *time >= from);
                let mut moments = times.filter_map(|time| self.moment(time));
                if let Some(moment) = moments.find(|moment| *moment > before) {
                    return Some(moment);
                }
            }
            date = date.checked_add(1.day()).ok()?;
        }
        None
    }

    fn is_meant(&self, date: Date) -> bool {
        let day = self.days.has(date.day());
        let weekday = self.weekdays.has(date.weekday().to_sunday_zero_offset());
        let is_day = if self.either_day { day || weekday } else { day && weekday };
        self.months.has(date.month()) && is_day
    }

    fn times(&self, date: Date) -> impl Iterator<Item = DateTime> {
        let hours = self.hours.each();
        hours.flat_map(move |hour| {
            self.minutes.each().map(move |minute| date.at(hour, minute, 0, 0))
        })
    }

    /// The moment of a civil time: the first of two, or the first after a gap.
    fn moment(&self, time: DateTime) -> Option<Timestamp> {
        match self.zone.to_ambiguous_timestamp(time).offset() {
            AmbiguousOffset::Unambiguous { offset } => offset.to_timestamp(time).ok(),
            AmbiguousOffset::Fold { before, .. } => before.to_timestamp(time).ok(),
            AmbiguousOffset::Gap { after, .. } => {
                // Read with the offset from after the gap, the time lies before it.
                let before = after.to_timestamp(time).ok()?;
                self.zone.following(before).next().map(|transition| transition.timestamp())
            }
        }
    }
}

fn no_zone(name: &str) -> tollgate_model::Error {
    wrong(format!("there is no time zone {name:?}"))
        .with_hint("a time zone is a name of the IANA database, such as `America/New_York`")
}

/// What a field may hold.
struct Field {
    name: &'static str,
    min: i8,
    max: i8,
    /// Names of the values from `min` on.
    names: &'static [&'static str],
}

const MINUTE: Field = Field { name: "minute", min: 0, max: 59, names: &[] };
const HOUR: Field = Field { name: "hour", min: 0, max: 23, names: &[] };
const DAY: Field = Field { name: "day", min: 1, max: 31, names: &[] };
const MONTH: Field = Field { name: "month", min: 1, max: 12, names: &MONTHS };
/// Sunday is 0 and 7.
const WEEKDAY: Field = Field { name: "weekday", min: 0, max: 7, names: &WEEKDAYS };

impl Field {
    fn parse(&self, text: &str) -> Result<Values> {
        let mut values = Values(0);
        for item in text.split(',') {
            let (range, step) = match item.split_once('/') {
                None => (item, Some(1)),
                Some((range, step)) => (range, digits(step).filter(|step| *step > 0)),
            };
            let bounds = match range.split_once('-') {
                _ if range == "*" => Some((self.min, self.max)),
                Some((from, to)) => self.value(from).zip(self.value(to)),
                // A step needs something to step through.
                None if item.contains('/') => None,
                None => self.value(range).map(|value| (value, value)),
            };
            let bounds = bounds.filter(|(from, to)| from <= to);
            let (Some((from, to)), Some(step)) = (bounds, step) else {
                let Field { name, min, max, .. } = self;
                return Err(wrong(format!("{item:?} is no {name}, {min} to {max}")));
            };
            (from..=to).step_by(step).for_each(|value| values.add(value));
        }
        Ok(values)
    }

    fn value(&self, text: &str) -> Option<i8> {
        let lower = text.to_ascii_lowercase();
        if let Some(position) = self.names.iter().position(|name| *name == lower) {
            return i8::try_from(position).ok().map(|position| self.min + position);
        }
        let value = digits(text)?;
        (self.min..=self.max).contains(&value).then_some(value)
    }
}

/// A number without a sign.
fn digits<T: FromStr>(text: &str) -> Option<T> {
    text.parse().ok().filter(|_| text.bytes().all(|byte| byte.is_ascii_digit()))
}

/// A set of values from 0 to 59, one bit each.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Values(u64);

impl Values {
    fn add(&mut self, value: i8) {
        self.0 |= 1 << value;
    }

    fn has(self, value: i8) -> bool {
        self.0 & (1 << value) != 0
    }

    fn each(self) -> impl Iterator<Item = i8> {
        (0..60).filter(move |value| self.has(*value))
    }

    fn with_sunday_as_zero(self) -> Self {
        Values((self.0 | self.0 >> 7) & 0x7f)
    }
}
