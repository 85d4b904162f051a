//! Values as Constant Contact writes them.

use std::borrow::Cow;

use tollgate_sdk::record::{DataType, Slot, Value};
use tollgate_sdk::time::{CivilDate, Utc, Zone};
use tollgate_sdk::values::Text;

/// The API v2 writes "never" as the epoch on the clock of US Eastern time, taken for UTC.
const NEVER: &str = "1969-12-31T19:00:00";

/// An instant. Without an offset it is UTC, a bare date is midnight UTC, and "never" is null.
#[derive(Clone, Debug, Default)]
pub struct Moment<'a>(pub Text<'a>);

impl<'de> Value<'de> for Moment<'de> {
    const DATA_TYPE: DataType = DataType::Timestamp;

    // A field is lent empty to be filled, and lent again to be read.
    fn slot(&mut self) -> Slot<'_, 'de> {
        if self.0.as_str().is_some_and(|text| text.starts_with(NEVER)) {
            self.0 = Text(None);
        }
        Slot::Timestamp(&mut self.0, Utc::offset_at_wall)
    }
}

/// A day that people entered: `YYYY-MM-DD`, `YYYY/M/D`, `M/D/YYYY` or `M-D-YYYY`, with or without
/// leading zeros.
#[derive(Clone, Debug, Default)]
pub struct Anniversary<'a>(pub Text<'a>);

impl<'de> Value<'de> for Anniversary<'de> {
    const DATA_TYPE: DataType = DataType::Date;

    fn slot(&mut self) -> Slot<'_, 'de> {
        if let Some(date) = self.0.as_str().and_then(day_of) {
            self.0 = Text(Some(Cow::Owned(date.to_string())));
        }
        Slot::Date(&mut self.0)
    }
}

fn day_of(text: &str) -> Option<CivilDate> {
    let mut parts = text.trim().split(['/', '-']);
    let (first, second, third) = (parts.next()?, parts.next()?, parts.next()?);
    let (year, month, day) = match first.len() {
        4 => (first, second, third),
        _ => (third, first, second),
    };
    let is_day = parts.next().is_none() && year.len() == 4;
    CivilDate::new(year.parse().ok().filter(|_| is_day)?, month.parse().ok()?, day.parse().ok()?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_anniversary_has_many_spellings() {
        for (text, day) in [
            ("2006-11-05", Some("2006-11-05")),
            ("11/05/2006", Some("2006-11-05")),
            ("11/5/2006", Some("2006-11-05")),
            ("2006/11/05", Some("2006-11-05")),
            ("2006/11/5", Some("2006-11-05")),
            ("2006-11-5", Some("2006-11-05")),
            ("11-5-2006", Some("2006-11-05")),
            ("13/5/2006", None),
            ("11/5/06", None),
            ("2006-11", None),
            ("2006-11-05-01", None),
            ("x", None),
        ] {
            assert_eq!(day_of(text).map(|day| day.to_string()).as_deref(), day, "{text}");
        }
    }
}
