//! An even pace.

use jiff::{SignedDuration, Timestamp};
use tollgate_model::Result;

use super::wrong;

/// The units, in seconds.
const UNITS: [(&str, i64); 7] = [
    ("m", 60),
    ("min", 60),
    ("minutes", 60),
    ("h", 3_600),
    ("hours", 3_600),
    ("d", 86_400),
    ("days", 86_400),
];
/// Below a minute a sync would be under way all the time.
const SECONDS_MIN: i64 = 60;
/// A year: whoever wants less than that does not want a pace.
const SECONDS_MAX: i64 = 366 * 86_400;

/// So long after the run before.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Every(SignedDuration);

impl Every {
    /// The pace, for example `15m`.
    pub(super) fn parse(text: &str) -> Result<Self> {
        let digits = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
        let (number, unit) = text.split_at(digits);
        let seconds = UNITS.iter().find(|(name, _)| *name == unit).and_then(|(_, seconds)| {
            number.parse::<i64>().ok().and_then(|number| number.checked_mul(*seconds))
        });
        match seconds {
            Some(seconds @ SECONDS_MIN..=SECONDS_MAX) => {
                Ok(Every(SignedDuration::from_secs(seconds)))
            }
            Some(_) => Err(wrong("the pace is from 1 minute to 366 days".to_owned())),
            None => Err(wrong(format!("{text:?} is no pace"))),
        }
    }

    /// The time after that of the run before.
    pub(super) fn after(self, before: Timestamp) -> Option<Timestamp> {
        before.checked_add(self.0).ok()
    }
}
