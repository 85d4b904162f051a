//! Progress as JSON lines: the type of each, and how it comes from an event.

use serde::Serialize;
use tollgate_model::{Event, WaitReason};

use super::{level_name, shown_from};
use crate::messages::Verbosity;
use crate::quantities;

/// What happened to a stream.
#[derive(Default, Serialize)]
struct Line<'a> {
    sync: &'a str,
    stream: &'a str,
    #[serde(rename = "event")]
    name: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    rows: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    rows_total: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    table: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    began_at: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    partition: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    retry: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    wait_ms: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    level: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    message: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    request: Option<Request<'a>>,
}

/// A request at the gate.
#[derive(Serialize)]
struct Request<'a> {
    method: &'a str,
    url: &'a str,
    attempt: u32,
    status: Option<u16>,
    error: Option<&'a str>,
    elapsed_ms: u64,
}

/// The line of an event; `None` where it is not to be told. Requests and the lesser log lines are
/// told where people would see them too.
pub fn line(sync: &str, stream: &str, event: &Event, verbosity: Verbosity) -> Option<String> {
    let none = Line { sync, stream, ..Line::default() };
    let line = match event {
        Event::Page { rows, rows_total } => {
            Line { name: "page", rows: Some(*rows), rows_total: *rows_total, ..none }
        }
        Event::ChildRows { table, rows } => {
            Line { name: "child_rows", table: Some(table), rows: Some(*rows), ..none }
        }
        Event::GoesOn { rows, began_at } => Line {
            name: "goes_on",
            rows: Some(*rows),
            began_at: Some(quantities::instant(*began_at)),
            ..none
        },
        Event::FromStart { reason } => Line { name: "from_start", message: Some(reason), ..none },
        Event::PartitionStarted { partition } => {
            Line { name: "partition_started", partition: Some(partition), ..none }
        }
        Event::PartitionFinished { partition, rows } => Line {
            name: "partition_finished",
            partition: Some(partition),
            rows: Some(*rows),
            ..none
        },
        Event::PartitionRetried { partition, retry, wait, error } => Line {
            name: "partition_retried",
            partition: partition.as_deref(),
            retry: Some(*retry),
            wait_ms: Some(millis(*wait)),
            message: Some(error),
            ..none
        },
        Event::PartitionLeft { partition, error } => Line {
            name: "partition_left",
            partition: Some(partition),
            message: Some(error),
            ..none
        },
        Event::Wait { reason, wait } => Line {
            name: "wait",
            reason: Some(reason_name(*reason)),
            wait_ms: Some(millis(*wait)),
            ..none
        },
        Event::Log { level, message } if verbosity >= shown_from(*level) => {
            Line { name: "log", level: Some(level_name(*level)), message: Some(message), ..none }
        }
        Event::Request(audit) if verbosity >= Verbosity::Verbose => Line {
            name: "request",
            request: Some(Request {
                method: &audit.method,
                url: &audit.url,
                attempt: audit.attempt,
                status: audit.status,
                error: audit.error.as_deref(),
                elapsed_ms: millis(audit.elapsed),
            }),
            ..none
        },
        Event::Log { .. } | Event::Request(_) => return None,
    };
    serde_json::to_string(&line).ok()
}

fn reason_name(reason: WaitReason) -> &'static str {
    match reason {
        WaitReason::RateLimit => "rate_limit",
        WaitReason::RetryAfter => "retry_after",
        WaitReason::Backoff => "backoff",
    }
}

fn millis(duration: std::time::Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use tollgate_model::LogLevel;

    use super::*;

    #[test]
    fn each_event_is_an_object_with_what_it_has_and_nothing_else() {
        let told = |event: &Event| line("nightly", "contacts", event, Verbosity::Normal);
        insta::assert_snapshot!(
            told(&Event::Page { rows: 5, rows_total: Some(10) }).unwrap(),
            @r#"{"sync":"nightly","stream":"contacts","event":"page","rows":5,"rows_total":10}"#
        );
        let wait = Event::Wait { reason: WaitReason::Backoff, wait: Duration::from_secs(2) };
        insta::assert_snapshot!(told(&wait).unwrap(), @r#"{"sync":"nightly","stream":"contacts","event":"wait","reason":"backoff","wait_ms":2000}"#);
        let retried = Event::PartitionRetried {
            partition: Some("July".to_owned()),
            retry: 1,
            wait: Duration::from_secs(1),
            error: "no answer".to_owned(),
        };
        insta::assert_snapshot!(told(&retried).unwrap(), @r#"{"sync":"nightly","stream":"contacts","event":"partition_retried","partition":"July","retry":1,"wait_ms":1000,"message":"no answer"}"#);
        let log = |level| Event::Log { level, message: "x".to_owned() };
        assert!(told(&log(LogLevel::Info)).is_none());
        insta::assert_snapshot!(told(&log(LogLevel::Warn)).unwrap(), @r#"{"sync":"nightly","stream":"contacts","event":"log","level":"warning","message":"x"}"#);
    }
}
