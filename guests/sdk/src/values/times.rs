//! Dates and instants. They are read when they are asked for, so that a column nobody wants costs
//! nothing and cannot fail.

use std::marker::PhantomData;

use super::Text;
use crate::record::{BadValue, DataType, Slot, Value, ZoneRule};
use crate::time::{
    MICROS_PER_SECOND, NeedsOffset, SECONDS_PER_DAY, Zone, parse_date, parse_moment,
};

/// What MySQL and its users write for "no date".
const ZERO_DATE: &str = "0000-00-00";

/// A calendar day; `""`, `null` and `0000-00-00` are null.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Date<'a>(pub Text<'a>);

impl Date<'_> {
    /// Days since 1970-01-01.
    ///
    /// # Errors
    /// For a text that is no date.
    pub fn days(&self) -> Result<Option<i64>, BadValue> {
        days_of(&self.0)
    }
}

impl<'de> Value<'de> for Date<'de> {
    const DATA_TYPE: DataType = DataType::Date;

    fn slot(&mut self) -> Slot<'_, 'de> {
        Slot::Date(&mut self.0)
    }
}

/// An instant; the zone `Z` says what a text without an offset means. `""`, `null` and
/// `0000-00-00 00:00:00` are null.
#[derive(Clone, Debug)]
pub struct Timestamp<'a, Z = NeedsOffset>(pub Text<'a>, PhantomData<Z>);

impl<Z> Default for Timestamp<'_, Z> {
    fn default() -> Self {
        Self(Text::default(), PhantomData)
    }
}

impl<'a, Z: Zone> Timestamp<'a, Z> {
    /// An instant as the provider wrote it.
    pub fn new(text: Text<'a>) -> Self {
        Self(text, PhantomData)
    }

    /// Microseconds since 1970-01-01T00:00:00Z.
    ///
    /// # Errors
    /// For a text that is no time, or lacks the offset that the zone needs.
    pub fn micros(&self) -> Result<Option<i64>, BadValue> {
        micros_of(&self.0, Z::offset_at_wall)
    }

    /// The day on the zone's clock, in days since 1970-01-01.
    ///
    /// # Errors
    /// As for [`Timestamp::micros`].
    pub fn day(&self) -> Result<Option<i64>, BadValue> {
        let day_of = |micros: i64| {
            let seconds = micros.div_euclid(MICROS_PER_SECOND);
            (seconds + Z::offset_at_utc(seconds)).div_euclid(SECONDS_PER_DAY)
        };
        Ok(self.micros()?.map(day_of))
    }
}

impl<'de, Z: Zone> Value<'de> for Timestamp<'de, Z> {
    const DATA_TYPE: DataType = DataType::Timestamp;

    fn slot(&mut self) -> Slot<'_, 'de> {
        Slot::Timestamp(&mut self.0, Z::offset_at_wall)
    }
}

/// The days of a text.
pub(crate) fn days_of(text: &Text<'_>) -> Result<Option<i64>, BadValue> {
    let Some(text) = present(text) else { return Ok(None) };
    let date = parse_date(text).ok_or_else(|| BadValue::new("a date", text))?;
    Ok(Some(date.days()))
}

/// The microseconds of a text, by the rule of a zone.
pub(crate) fn micros_of(text: &Text<'_>, zone: ZoneRule) -> Result<Option<i64>, BadValue> {
    let Some(text) = present(text) else { return Ok(None) };
    let micros = parse_moment(text).and_then(|moment| moment.utc_micros(zone));
    Ok(Some(micros.ok_or_else(|| BadValue::new("a time", text))?))
}

/// The text, unless it means that there is none.
pub(crate) fn present<'t>(text: &'t Text<'_>) -> Option<&'t str> {
    let text = text.as_str()?;
    // A look at the first byte answers for nearly all.
    let is_absent = match text.as_bytes().first() {
        Some(b'1'..=b'9') => false,
        _ => text.trim().is_empty() || text.starts_with(ZERO_DATE),
    };
    (!is_absent).then_some(text)
}
