//! What happens during a run, told as it happens: for progress, logs and the audit trail.

use std::time::Duration;

use serde::Serialize;

/// Something that happened. Texts from connectors and providers are escaped before they get here;
/// no event holds a secret, a body or a query value.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum Event {
    /// One request passed the gate or was refused there: a line of the audit trail.
    Request(RequestAudit),
    /// A request waits before it is sent (again).
    Wait {
        /// Why.
        reason: WaitReason,
        /// How long.
        #[serde(rename = "wait_ms", serialize_with = "as_millis")]
        wait: Duration,
    },
    /// A line of the connector's log.
    Log {
        /// How much it matters.
        level: LogLevel,
        /// The line.
        message: String,
    },
    /// A part of a partitioned read began.
    PartitionStarted {
        /// Its title.
        partition: String,
    },
    /// A part of a partitioned read came to its end.
    PartitionFinished {
        /// Its title.
        partition: String,
        /// Its rows.
        rows: u64,
    },
    /// A part failed and is opened again after its last checkpoint.
    PartitionRetried {
        /// Its title. `None`: the stream is read as one.
        partition: Option<String>,
        /// Which retry this is, from 1.
        retry: u32,
        /// How long it waits.
        #[serde(rename = "wait_ms", serialize_with = "as_millis")]
        wait: Duration,
        /// Why it failed, for people.
        error: String,
    },
    /// A part failed, and is left for a later run while the others go on.
    PartitionLeft {
        /// Its title.
        partition: String,
        /// Why it failed, for people.
        error: String,
    },
    /// The read goes on with an earlier run's.
    GoesOn {
        /// Rows that are there of an interrupted read; none where only what is new is read.
        rows: u64,
        /// When that read began, in microseconds UTC.
        began_at: i64,
    },
    /// The read begins from the start although an earlier run had kept something.
    FromStart {
        /// Why, for people.
        reason: String,
    },
    /// Rows of a child table came with a page.
    ChildRows {
        /// The child table.
        table: String,
        /// Its rows.
        rows: u64,
    },
    /// A page was read and handed to the destination.
    Page {
        /// Its rows.
        rows: u64,
        /// How many rows the provider says this part has in all.
        rows_total: Option<u64>,
    },
}

/// One request at the gate.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct RequestAudit {
    /// The method.
    pub method: String,
    /// The URL without user info and fragment; of the query only the names.
    pub url: String,
    /// Which try it was, from 1.
    pub attempt: u32,
    /// The status, if there was an answer.
    pub status: Option<u16>,
    /// What went wrong, if there was none, in a few words.
    pub error: Option<String>,
    /// From the first byte sent to the head of the answer.
    #[serde(rename = "elapsed_ms", serialize_with = "as_millis")]
    pub elapsed: Duration,
}

/// Why a request waits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum WaitReason {
    /// The account's rate limit.
    RateLimit,
    /// The provider said when to come back, or only that there were too many requests.
    RetryAfter,
    /// A failed try; the wait grows.
    Backoff,
}

/// How much a log line matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum LogLevel {
    /// For the connector's author.
    Debug,
    /// For the user who asks for details.
    Info,
    /// Something a user should know although the run goes on.
    Warn,
    /// What led to a failure.
    Error,
}

/// Is told what happens. Called from many tasks; has to be quick and must not block.
pub trait Observer: Send + Sync {
    /// It happened.
    fn observe(&self, event: &Event);
}

/// An observer that does nothing.
#[derive(Clone, Copy, Debug, Default)]
pub struct Unobserved;

impl Observer for Unobserved {
    fn observe(&self, _event: &Event) {}
}

/// What a read has used so far.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Usage {
    /// Requests sent, repeated ones included.
    pub requests: u64,
    /// Requests that were sent again after a failure.
    pub retries: u64,
    /// Bytes of response bodies as they came over the wire.
    pub wire_bytes: u64,
    /// Bytes of response bodies as the connector got them.
    pub body_bytes: u64,
    /// The most linear memory the connector's instances held at once, in bytes.
    pub guest_memory_peak: u64,
}

impl Usage {
    /// Adds another read that ran beside or after this one.
    pub fn add(&mut self, other: Usage) {
        self.requests += other.requests;
        self.retries += other.retries;
        self.wire_bytes += other.wire_bytes;
        self.body_bytes += other.body_bytes;
        self.guest_memory_peak = self.guest_memory_peak.max(other.guest_memory_peak);
    }
}

/// A duration in whole milliseconds, as every report and event writes it.
///
/// # Errors
/// Those of the serializer.
pub fn as_millis<S: serde::Serializer>(duration: &Duration, to: S) -> Result<S::Ok, S::Error> {
    to.serialize_u64(u64::try_from(duration.as_millis()).unwrap_or(u64::MAX))
}
