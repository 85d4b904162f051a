//! How long another program that writes to the file is waited for.

use std::time::Duration;

use tollgate_model::{Error, ErrorKind, Result, near_miss};

use crate::wait;

/// What stands behind the `?` of a file.
pub(super) const KEY: &str = "busy_timeout";

/// How long a load waits where nobody says. Another load into the file holds the lock for some
/// hundredths of a second at a time, and for seconds where a large table with indexes takes the place
/// of an old one. Whoever holds it for half a minute is likely to keep it.
pub(super) const TIMEOUT_DEFAULT: Duration = Duration::from_secs(30);

const FORM: &str = "for example out.db?busy_timeout=90s, or 5m; at most 60m";

/// Reads `busy_timeout=90s`.
pub(super) fn parse(query: &str) -> Result<Duration> {
    let (key, value) = query.split_once('=').unwrap_or((query, ""));
    if key != KEY {
        let message = format!("a SQLite destination has no parameter {key:?}");
        let hint = format!("{}; {FORM}", near_miss::hint(key, [KEY]));
        return Err(Error::new(ErrorKind::Config, message).with_hint(hint));
    }
    wait::parse(value).ok_or_else(|| {
        let message = format!("{KEY} takes a time, not {value:?}");
        Error::new(ErrorKind::Config, message).with_hint(FORM)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_is_a_number_with_a_unit_and_nothing_else() {
        for (query, seconds) in
            [("0s", 0), ("90s", 90), ("5m", 300), ("60m", 3_600), ("3600s", 3_600)]
        {
            let timeout = parse(&format!("busy_timeout={query}")).unwrap();
            assert_eq!(timeout, Duration::from_secs(seconds));
        }
        for (query, message, hint) in [
            ("busy_timout=1s", "no parameter \"busy_timout\"", "did you mean `busy_timeout`?"),
            ("mode=memory", "no parameter \"mode\"", FORM),
            ("", "no parameter \"\"", FORM),
            ("busy_timeout", "not \"\"", FORM),
            ("busy_timeout=5", "not \"5\"", FORM),
            ("busy_timeout=+5s", "not \"+5s\"", FORM),
            ("busy_timeout=61m", "not \"61m\"", FORM),
            ("busy_timeout=99999999999999999999m", "takes a time", FORM),
            ("busy_timeout=1s&busy_timeout=2s", "takes a time", FORM),
        ] {
            let error = parse(query).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Config);
            assert!(error.message().contains(message), "{error}");
            assert!(error.hint().is_some_and(|text| text.contains(hint)), "{:?}", error.hint());
        }
    }
}
