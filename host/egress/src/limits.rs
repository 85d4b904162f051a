//! Every limit of the gate, with its default and the reason for that number.

use std::time::Duration;

const KIB: u64 = 1 << 10;
const MIB: u64 = 1 << 20;
const GIB: u64 = 1 << 30;

/// What one passage (one scan, or one call outside a scan) may use in all.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ScanBudget {
    /// Requests sent, repeated ones included. 100,000: at one request a message, more messages
    /// than an account sends in years; an endless loop is over in hours instead of never.
    pub requests: u64,
    /// Bytes a connector chooses in its requests: paths, queries, bodies. 64 MiB: some 640 bytes
    /// for each of the requests above, and a bound on what could be smuggled out.
    pub request_bytes: u64,
    /// Bytes of response bodies on the wire. 8 GiB: forty times the 200,000 contacts we measure
    /// with (179 MB) even where nothing is compressed.
    pub wire_bytes: u64,
    /// Bytes of response bodies once decompressed. 32 GiB: four times the wire, as JSON shrinks.
    pub body_bytes: u64,
}

impl Default for ScanBudget {
    fn default() -> Self {
        ScanBudget {
            requests: 100_000,
            request_bytes: 64 * MIB,
            wire_bytes: 8 * GIB,
            body_bytes: 32 * GIB,
        }
    }
}

/// The limits of a single request and response.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct GateLimits {
    /// Bytes of one request's body. 8 MiB: it is held in memory to be sent again; providers take
    /// less in one request.
    pub request_body_bytes: u64,
    /// Bytes of one response's headers. 32 KiB: twice what common servers send at most.
    pub response_head_bytes: u64,
    /// Bytes of one response's body on the wire. 256 MiB: larger than the export files we know,
    /// and as much as a connector's memory has.
    pub response_wire_bytes: u64,
    /// Bytes of one response's body once decompressed. 1 GiB: four times the wire.
    pub response_body_bytes: u64,
    /// How many times larger a body may become by decompression, looked at from
    /// [`GateLimits::ratio_floor_bytes`] on. 200: JSON and CSV stay below 50, bombs start at 1,000.
    pub ratio: u64,
    /// Decompressed bytes below which the ratio does not matter. 1 MiB: a short repetitive page
    /// may shrink to almost nothing and does no harm.
    pub ratio_floor_bytes: u64,
    /// Requests of one passage that are open at once, sent or read. 64: as many as an account may
    /// have under way; each holds a socket buffer.
    pub in_flight: u32,
    /// Further calls of a scan in which one and the same request may come again. 10: looking up
    /// the same thing on some pages is common, on more it is a paging loop.
    pub repeats_across_calls: u32,
    /// Times one and the same request may come again within a call; each waits as a retry does.
    /// 100: enough to await an export for most of an hour.
    pub repeats_within_call: u32,
    /// When and how often a request is sent again.
    pub retry: RetryLimits,
    /// The timeouts of one exchange.
    pub timeouts: TimeoutLimits,
    /// The longest wait for the account's own rate limits, and for another request of the account
    /// to end. 5 minutes: windows of a minute pass, those of an hour or a day end the run as rate
    /// limited; and as long as an exchange may take.
    pub rate_wait: Duration,
}

impl Default for GateLimits {
    fn default() -> Self {
        GateLimits {
            request_body_bytes: 8 * MIB,
            response_head_bytes: 32 * KIB,
            response_wire_bytes: 256 * MIB,
            response_body_bytes: GIB,
            ratio: 200,
            ratio_floor_bytes: MIB,
            in_flight: 64,
            repeats_across_calls: 10,
            repeats_within_call: 100,
            retry: RetryLimits::default(),
            timeouts: TimeoutLimits::default(),
            rate_wait: Duration::from_secs(300),
        }
    }
}

/// When and how often a request is sent again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RetryLimits {
    /// Tries in all, the first included. 5: bridges the restart of a load balancer.
    pub attempts: u32,
    /// All waits of one request together; a longer `Retry-After` ends the passage as rate limited.
    /// 60 s: the window of most rate limits.
    pub wait: Duration,
    /// The bound of the first wait; each further bound is twice the one before. 500 ms: a lost
    /// connection comes back sooner than that.
    pub backoff: Duration,
    /// The bound of every wait. 30 s: half of all waits together.
    pub backoff_max: Duration,
}

impl Default for RetryLimits {
    fn default() -> Self {
        RetryLimits {
            attempts: 5,
            wait: Duration::from_secs(60),
            backoff: Duration::from_millis(500),
            backoff_max: Duration::from_secs(30),
        }
    }
}

/// The timeouts of one exchange. They are what a connector gets that asks for none, and the most
/// it gets if it asks for more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TimeoutLimits {
    /// Resolving, connecting and the TLS handshake. 10 s: several lost packets at each step.
    pub connect: Duration,
    /// From the connection to the head of the answer. 60 s: where providers' own gateways give up.
    pub first_byte: Duration,
    /// Between two pieces of the body. 30 s: longer than a provider's database query in between.
    pub between_bytes: Duration,
    /// Waiting for the peer in one exchange, all together; time in which the connector does not
    /// read does not count. 300 s: ends an answer that drips forever.
    pub whole: Duration,
}

impl Default for TimeoutLimits {
    fn default() -> Self {
        TimeoutLimits {
            connect: Duration::from_secs(10),
            first_byte: Duration::from_secs(60),
            between_bytes: Duration::from_secs(30),
            whole: Duration::from_secs(300),
        }
    }
}
