//! Every limit, with its default and the reason for that number.

use std::time::Duration;

use tollgate_egress::{GateLimits, ScanBudget};

const KIB: usize = 1_024;
const MIB: usize = 1_024 * KIB;

/// What one component may use. A limit that is reached ends the call with
/// [`tollgate_model::ErrorKind::Limit`]; nothing is cut to fit.
///
/// "A read" is one [`crate::Scan`], one [`crate::Writer`], or one call of `check`, `discover`,
/// `choices` or `partitions`: each has an instance of its own.
#[derive(Clone, Debug)]
pub struct Limits {
    /// Bytes of a component file. Connectors in Rust have 0.3 to 1 MiB, those that bring an
    /// interpreter up to 40 MiB.
    pub component_bytes: usize,
    /// How long compiling may take. A Rust connector takes 0.3 s, an interpreter 20 s on two cores.
    pub compile_time: Duration,
    /// Bytes of all linear memories of a read together. A connector in Rust uses 2 to 10 MiB with
    /// pages of some 1,000 rows; the rest is room for interpreters.
    pub memory_bytes: usize,
    /// Bytes of the linear memories of everything that a process has under way. A read is counted
    /// with all that it may use, waits until that fits, and never waits for more. 32 reads at the
    /// limit of one; with connectors that get by with 16 MiB each, `memory_bytes` can be lowered to
    /// that for 256 of them.
    pub memory_total_bytes: usize,
    /// Elements of all tables of a read together. A table holds function pointers; large guests
    /// have some 20,000.
    pub table_elements: usize,
    /// Core instances of a read. A component is a handful of them, with an interpreter some 30.
    pub instances: usize,
    /// Linear memories of a read, and as many tables. A component has one or two.
    pub memories: usize,
    /// Handles open at once, the guest's and the host's. A request holds about eight.
    pub handles: usize,
    /// Bytes that cross from the guest in one call, a page of rows included. The SDK hands pages of
    /// about 1 MB over; the host holds one page for every read.
    pub call_bytes: usize,
    /// Rows of a page.
    pub page_rows: u32,
    /// Pages of a read. Ten million rows by tens.
    pub pages: u64,
    /// Pages without rows one after another. A search through a long history may well pass some.
    pub empty_pages: u64,
    /// CPU time of a call inside the guest. A page takes a few milliseconds; waiting is not counted.
    pub cpu_per_call: Duration,
    /// CPU time of a read inside the guest: 500 million rows at the measured speed.
    pub cpu_per_read: Duration,
    /// How long a call may take with all waiting: for the rate limit, for retries, for the answer.
    pub wall_per_call: Duration,
    /// How long a read may take. A day's quota of a provider is used up by then.
    pub wall_per_read: Duration,
    /// Lines of the guest's log, as the interface says.
    pub log_lines: u32,
    /// Bytes of a line of the log; a longer one is cut and marked, as the interface says.
    pub log_line_bytes: usize,
    /// Bytes kept of what the guest writes to its standard output and error, the last ones. They
    /// are shown after a trap, where a panic message stands at the end.
    pub stdio_bytes: usize,
    /// Bytes of random numbers in one call. A nonce has 32.
    pub random_bytes: u64,
    /// Bytes of one set of HTTP headers in the guest's hands, bookkeeping included.
    pub header_bytes: usize,
    /// What `describe` may use, which runs before anybody trusts the component with anything.
    pub describe: DescribeLimits,
    /// What a request may use.
    pub gate: GateLimits,
    /// What the requests of one read may use together.
    pub budget: ScanBudget,
}

/// What `describe` may use. It has no network and little to do.
#[derive(Clone, Debug)]
pub struct DescribeLimits {
    /// Bytes of all linear memories together.
    pub memory_bytes: usize,
    /// CPU time. A Rust connector takes under a millisecond, an interpreter has to start first.
    pub cpu: Duration,
    /// How long it may take.
    pub wall: Duration,
    /// Bytes that cross from the guest: the 1 MiB of texts that the interface allows, and what lists
    /// and records around them come to.
    pub call_bytes: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Limits {
            component_bytes: 64 * MIB,
            compile_time: Duration::from_secs(60),
            memory_bytes: 128 * MIB,
            memory_total_bytes: 4_096 * MIB,
            table_elements: 100_000,
            instances: 100,
            memories: 10,
            handles: 4_096,
            call_bytes: 32 * MIB,
            page_rows: 100_000,
            pages: 1_000_000,
            empty_pages: 1_000,
            cpu_per_call: Duration::from_secs(30),
            cpu_per_read: Duration::from_secs(60 * 60),
            wall_per_call: Duration::from_secs(15 * 60),
            wall_per_read: Duration::from_secs(24 * 60 * 60),
            log_lines: 1_000,
            log_line_bytes: 4_096,
            stdio_bytes: 16 * KIB,
            random_bytes: 64 * KIB as u64,
            header_bytes: 64 * KIB,
            describe: DescribeLimits::default(),
            gate: GateLimits::default(),
            budget: ScanBudget::default(),
        }
    }
}

impl Default for DescribeLimits {
    fn default() -> Self {
        DescribeLimits {
            memory_bytes: 64 * MIB,
            cpu: Duration::from_secs(2),
            wall: Duration::from_secs(10),
            call_bytes: 4 * MIB,
        }
    }
}
