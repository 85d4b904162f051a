//! The vendor's many ways to write a moment.

use jiff::Timestamp;
use jiff::tz::{Offset, TimeZone};

/// `2024-10-30T18:56:35Z`: contacts and custom fields.
pub fn seconds(time: Timestamp) -> String {
    time.strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
}

/// `2018-02-06T22:09:15.000Z`: campaigns, reports, the whole of v2 but its library.
pub fn millis(time: Timestamp) -> String {
    time.strftime("%Y-%m-%dT%H:%M:%S%.3fZ").to_string()
}

/// `2016-03-03T10:53:04-05:00`: when a list was changed.
pub fn offset(time: Timestamp) -> String {
    at_offset(time, -5, "%Y-%m-%dT%H:%M:%S%:z")
}

/// `2026-02-05T07:32:49.766+0000`: when an address of the account was confirmed.
pub fn plain_offset(time: Timestamp) -> String {
    time.strftime("%Y-%m-%dT%H:%M:%S%.3f+0000").to_string()
}

/// `2015-01-09T00:14:08.000-04:00`: files of the v2 library.
pub fn millis_offset(time: Timestamp) -> String {
    at_offset(time, -4, "%Y-%m-%dT%H:%M:%S%.3f%:z")
}

fn at_offset(time: Timestamp, hours: i8, format: &str) -> String {
    let zone = TimeZone::fixed(Offset::constant(hours));
    time.to_zoned(zone).strftime(format).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn five_encodings_of_one_moment() {
        let time = "2024-07-27T19:36:37.125Z".parse().unwrap();
        assert_eq!(seconds(time), "2024-07-27T19:36:37Z");
        assert_eq!(millis(time), "2024-07-27T19:36:37.125Z");
        assert_eq!(offset(time), "2024-07-27T14:36:37-05:00");
        assert_eq!(plain_offset(time), "2024-07-27T19:36:37.125+0000");
        assert_eq!(millis_offset(time), "2024-07-27T15:36:37.125-04:00");
    }
}
