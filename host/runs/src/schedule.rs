//! When a sync runs: at an even pace, or at times of the calendar.

mod cron;
mod every;

use std::fmt;
use std::str::FromStr;

use jiff::Timestamp;
use tollgate_model::{Error, ErrorKind, Result};

use cron::Cron;
use every::Every;

/// The forms of a schedule, for hints.
const FORM: &str = "a schedule is `every 15m`, `every 2h` or `every 1d`, or minute, hour, day, month \
                    and weekday as in `0 6 * * 1-5 Europe/Berlin`";

/// When a sync runs.
///
/// - `every 15m` (or `h`, `d`): so long after the run before began; the first time at once. A day is
///   24 hours.
/// - `0 6 * * 1-5 Europe/Berlin`: minute, hour, day of the month, month and weekday, with lists,
///   ranges, steps and English names as in cron, in a time zone of the IANA database, else in UTC.
///   Where day and weekday are both restricted, either of them suffices. A time that the clock skips
///   is the first moment after the gap; one that it shows twice is the first of the two.
#[derive(Clone, Debug, PartialEq)]
pub struct Schedule {
    text: String,
    kind: Kind,
}

#[derive(Clone, Debug, PartialEq)]
enum Kind {
    Every(Every),
    Cron(Cron),
}

impl Schedule {
    /// When the next run is due, where runs are accounted for up to `covered` and times before
    /// `since` do not count. `None`: never again, within the range of the calendar.
    pub fn due(&self, since: Timestamp, covered: Option<Timestamp>) -> Option<Timestamp> {
        match &self.kind {
            Kind::Every(every) => covered.map_or(Some(since), |covered| every.after(covered)),
            Kind::Cron(cron) => cron.after(covered.map_or(since, |covered| covered.max(since))),
        }
    }
}

impl FromStr for Schedule {
    type Err = Error;

    /// # Errors
    /// [`ErrorKind::Config`] for a text that is no schedule, a time zone that does not exist, and a
    /// date that never comes.
    fn from_str(text: &str) -> Result<Self> {
        let words: Vec<&str> = text.split_whitespace().collect();
        let kind = match words.as_slice() {
            ["every", pace] => Every::parse(pace).map(Kind::Every),
            ["every", number, unit] => Every::parse(&[*number, unit].concat()).map(Kind::Every),
            ["every", rest @ ..] => Err(wrong(format!("{:?} is no pace", rest.join(" ")))),
            [minute, hour, day, month, weekday, zone @ ..] if zone.len() <= 1 => {
                let fields = [*minute, *hour, *day, *month, *weekday];
                Cron::parse(fields, zone.first().copied()).map(Kind::Cron)
            }
            _ => Err(wrong("it has neither `every` nor five fields".to_owned())),
        };
        let kind = kind.map_err(|error| error.context(format_args!("the schedule {text:?}")))?;
        Ok(Schedule { text: words.join(" "), kind })
    }
}

impl fmt::Display for Schedule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

fn wrong(message: String) -> Error {
    Error::new(ErrorKind::Config, message).with_hint(FORM)
}

#[cfg(test)]
mod tests;
