//! The limits of the host as a table: the key of each, what it holds, and where it stands.
//!
//! Keys are what `--limits KEY=VALUE` and `[limits]` take. What each default is for stands beside
//! it in the runtime and in the gate; the values shown here are read from there.

use std::time::Duration;

use tollgate_model::{Error, ErrorKind, Result, near_miss};
use tollgate_runtime::Limits;

use crate::quantities::{self, COUNT_FORM, DURATION_FORM, SIZE_FORM};

/// One limit.
pub struct Limit {
    /// Its key.
    pub key: &'static str,
    /// What it bounds.
    pub meaning: &'static str,
    /// Where it stands.
    place: Place,
}

/// Where a limit stands, by the type it has there.
enum Place {
    Bytes(fn(&mut Limits) -> &mut u64),
    BytesInMemory(fn(&mut Limits) -> &mut usize),
    Count(fn(&mut Limits) -> &mut u64),
    CountInMemory(fn(&mut Limits) -> &mut usize),
    SmallCount(fn(&mut Limits) -> &mut u32),
    Time(fn(&mut Limits) -> &mut Duration),
}

const fn limit(key: &'static str, place: Place, meaning: &'static str) -> Limit {
    Limit { key, meaning, place }
}

/// Every limit, those of the component first.
pub const LIMITS: &[Limit] = &[
    limit("component_bytes", Place::BytesInMemory(|l| &mut l.component_bytes), "component file"),
    limit("compile_time", Place::Time(|l| &mut l.compile_time), "compiling a component"),
    limit(
        "guest_memory",
        Place::BytesInMemory(|l| &mut l.memory_bytes),
        "all linear memories of a read together",
    ),
    limit(
        "guest_memory_total",
        Place::BytesInMemory(|l| &mut l.memory_total_bytes),
        "memory that all reads may use together",
    ),
    limit(
        "table_elements",
        Place::CountInMemory(|l| &mut l.table_elements),
        "table elements of a read",
    ),
    limit("instances", Place::CountInMemory(|l| &mut l.instances), "core instances of a read"),
    limit("memories", Place::CountInMemory(|l| &mut l.memories), "linear memories of a read"),
    limit("handles", Place::CountInMemory(|l| &mut l.handles), "handles open at once"),
    limit("call_bytes", Place::BytesInMemory(|l| &mut l.call_bytes), "handed over in one call"),
    limit("page_rows", Place::SmallCount(|l| &mut l.page_rows), "rows of a page"),
    limit("pages", Place::Count(|l| &mut l.pages), "pages of a read"),
    limit("empty_pages", Place::Count(|l| &mut l.empty_pages), "pages without rows in a row"),
    limit("cpu_per_call", Place::Time(|l| &mut l.cpu_per_call), "CPU time of one call"),
    limit("cpu_per_read", Place::Time(|l| &mut l.cpu_per_read), "CPU time of a read"),
    limit("wall_per_call", Place::Time(|l| &mut l.wall_per_call), "one call, all waiting included"),
    limit("wall_per_read", Place::Time(|l| &mut l.wall_per_read), "a read, all waiting included"),
    limit("log_lines", Place::SmallCount(|l| &mut l.log_lines), "log lines of a read"),
    limit("log_line_bytes", Place::BytesInMemory(|l| &mut l.log_line_bytes), "kept of a log line"),
    limit("stdio_bytes", Place::BytesInMemory(|l| &mut l.stdio_bytes), "kept of standard output"),
    limit("random_bytes", Place::Bytes(|l| &mut l.random_bytes), "random numbers in one call"),
    limit("header_bytes", Place::BytesInMemory(|l| &mut l.header_bytes), "one set of HTTP headers"),
    limit(
        "describe_memory",
        Place::BytesInMemory(|l| &mut l.describe.memory_bytes),
        "memory of `describe`",
    ),
    limit("describe_cpu", Place::Time(|l| &mut l.describe.cpu), "CPU time of `describe`"),
    limit("describe_wall", Place::Time(|l| &mut l.describe.wall), "`describe` as a whole"),
    limit(
        "describe_call_bytes",
        Place::BytesInMemory(|l| &mut l.describe.call_bytes),
        "handed over by `describe`",
    ),
    limit(
        "requests",
        Place::Count(|l| &mut l.budget.requests),
        "requests of a read, retries included",
    ),
    limit("request_bytes", Place::Bytes(|l| &mut l.budget.request_bytes), "sent in a read"),
    limit("wire_bytes", Place::Bytes(|l| &mut l.budget.wire_bytes), "received in a read"),
    limit(
        "body_bytes",
        Place::Bytes(|l| &mut l.budget.body_bytes),
        "received in a read, decompressed",
    ),
    limit(
        "request_body_bytes",
        Place::Bytes(|l| &mut l.gate.request_body_bytes),
        "body of one request",
    ),
    limit(
        "response_head_bytes",
        Place::Bytes(|l| &mut l.gate.response_head_bytes),
        "headers of one response",
    ),
    limit(
        "response_wire_bytes",
        Place::Bytes(|l| &mut l.gate.response_wire_bytes),
        "body of one response",
    ),
    limit(
        "response_body_bytes",
        Place::Bytes(|l| &mut l.gate.response_body_bytes),
        "body of one response, decompressed",
    ),
    limit(
        "decompression_ratio",
        Place::Count(|l| &mut l.gate.ratio),
        "growth of a body by decompression",
    ),
    limit(
        "decompression_ratio_floor",
        Place::Bytes(|l| &mut l.gate.ratio_floor_bytes),
        "decompressed, from where on the ratio counts",
    ),
    limit(
        "in_flight",
        Place::SmallCount(|l| &mut l.gate.in_flight),
        "requests of a read open at once",
    ),
    limit(
        "repeats_across_calls",
        Place::SmallCount(|l| &mut l.gate.repeats_across_calls),
        "calls in which the same request may come again",
    ),
    limit(
        "repeats_within_call",
        Place::SmallCount(|l| &mut l.gate.repeats_within_call),
        "repetitions of the same request in a call",
    ),
    limit("attempts", Place::SmallCount(|l| &mut l.gate.retry.attempts), "tries of one request"),
    limit(
        "retry_wait",
        Place::Time(|l| &mut l.gate.retry.wait),
        "all waits of one request together",
    ),
    limit("backoff", Place::Time(|l| &mut l.gate.retry.backoff), "first wait before a further try"),
    limit("backoff_max", Place::Time(|l| &mut l.gate.retry.backoff_max), "every such wait"),
    limit("connect_timeout", Place::Time(|l| &mut l.gate.timeouts.connect), "connecting"),
    limit(
        "first_byte_timeout",
        Place::Time(|l| &mut l.gate.timeouts.first_byte),
        "until an answer begins",
    ),
    limit(
        "between_bytes_timeout",
        Place::Time(|l| &mut l.gate.timeouts.between_bytes),
        "between two pieces of an answer",
    ),
    limit("whole_timeout", Place::Time(|l| &mut l.gate.timeouts.whole), "an answer as a whole"),
    limit(
        "rate_wait",
        Place::Time(|l| &mut l.gate.rate_wait),
        "waiting for the account's rate limits",
    ),
];

impl Limit {
    /// Its value in these limits, for people.
    pub fn show(&self, limits: &Limits) -> String {
        // The places are functions to what can be changed, hence the copy.
        let limits = &mut limits.clone();
        match self.place {
            Place::Bytes(place) => quantities::size(*place(limits)),
            Place::BytesInMemory(place) => quantities::size(*place(limits) as u64),
            Place::Count(place) => quantities::count(*place(limits)),
            Place::CountInMemory(place) => quantities::count(*place(limits) as u64),
            Place::SmallCount(place) => quantities::count(u64::from(*place(limits))),
            Place::Time(place) => quantities::duration(*place(limits)),
        }
    }

    fn form(&self) -> &'static str {
        match self.place {
            Place::Bytes(_) | Place::BytesInMemory(_) => SIZE_FORM,
            Place::Count(_) | Place::CountInMemory(_) | Place::SmallCount(_) => COUNT_FORM,
            Place::Time(_) => DURATION_FORM,
        }
    }

    fn put(&self, text: &str, limits: &mut Limits) -> Option<()> {
        match self.place {
            Place::Bytes(place) => *place(limits) = quantities::parse_size(text)?,
            Place::BytesInMemory(place) => {
                *place(limits) = usize::try_from(quantities::parse_size(text)?).ok()?;
            }
            Place::Count(place) => *place(limits) = quantities::parse_count(text)?,
            Place::CountInMemory(place) => {
                *place(limits) = usize::try_from(quantities::parse_count(text)?).ok()?;
            }
            Place::SmallCount(place) => {
                *place(limits) = u32::try_from(quantities::parse_count(text)?).ok()?;
            }
            Place::Time(place) => *place(limits) = quantities::parse_duration(text)?,
        }
        Some(())
    }
}

/// The limit with this key.
///
/// # Errors
/// [`ErrorKind::Config`] with what was likely meant.
pub fn find(key: &str) -> Result<&'static Limit> {
    LIMITS.iter().find(|limit| limit.key == key).ok_or_else(|| {
        let hint = match near_miss::near_miss(key, LIMITS.iter().map(|limit| limit.key)) {
            Some(near) => format!("did you mean `{near}`?"),
            None => "`tollgate help limits` lists all limits".to_owned(),
        };
        Error::new(ErrorKind::Config, format!("there is no limit {key:?}")).with_hint(hint)
    })
}

/// Sets one limit. None of them may be nothing: that would let nothing pass.
///
/// # Errors
/// [`ErrorKind::Config`] for a key that does not exist and a value that is none of its kind.
pub fn set(limits: &mut Limits, key: &str, value: &str) -> Result<()> {
    let limit = find(key)?;
    let mut changed = limits.clone();
    let nothing =
        value.trim().starts_with('0') && !value.bytes().any(|b| (b'1'..=b'9').contains(&b));
    if nothing || limit.put(value, &mut changed).is_none() {
        let message = format!("the limit {key} cannot be {value:?}");
        let hint = if nothing { "a limit is greater than zero" } else { limit.form() };
        return Err(Error::new(ErrorKind::Config, message).with_hint(hint));
    }
    *limits = changed;
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_limit_shows_what_was_set_and_changes_nothing_else() {
        for limit in LIMITS {
            let mut limits = Limits::default();
            let value = match limit.form() {
                SIZE_FORM => "3 KiB",
                DURATION_FORM => "7 ms",
                _ => "13",
            };
            set(&mut limits, limit.key, value).unwrap();
            assert_eq!(limit.show(&limits), value, "{}", limit.key);
            let changed =
                LIMITS.iter().filter(|other| other.show(&limits) != other.show(&Limits::default()));
            let keys: Vec<&str> = changed.map(|limit| limit.key).collect();
            assert_eq!(keys, [limit.key]);
        }
        let keys: BTreeSet<&str> = LIMITS.iter().map(|limit| limit.key).collect();
        assert_eq!(keys.len(), LIMITS.len());
    }

    #[test]
    fn every_default_reads_back() {
        for limit in LIMITS {
            let defaults = Limits::default();
            let mut limits = Limits::default();
            let shown = limit.show(&defaults).replace(',', "_");
            set(&mut limits, limit.key, &shown).unwrap();
            assert_eq!(limit.show(&limits), limit.show(&defaults), "{}", limit.key);
        }
    }

    #[test]
    fn wrong_keys_and_values_are_refused_with_what_helps() {
        let mut limits = Limits::default();
        for (key, value, hint) in [
            ("gest_memory", "1MiB", "did you mean `guest_memory`?"),
            ("zebra", "1", "`tollgate help limits` lists all limits"),
            ("guest_memory", "128", SIZE_FORM),
            ("pages", "many", COUNT_FORM),
            ("page_rows", "99999999999", COUNT_FORM),
            ("cpu_per_call", "30", DURATION_FORM),
            ("guest_memory", "0 MiB", "a limit is greater than zero"),
            ("pages", "0", "a limit is greater than zero"),
        ] {
            let error = set(&mut limits, key, value).unwrap_err();
            assert_eq!((error.kind(), error.hint()), (ErrorKind::Config, Some(hint)), "{key}");
        }
        assert_eq!(LIMITS[0].show(&limits), LIMITS[0].show(&Limits::default()));
    }
}
