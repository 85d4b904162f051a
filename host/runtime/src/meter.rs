//! Counts what a read uses and stops it at its limits.
//!
//! A limit is reached in the middle of the guest's code or of a host function, where only a trap
//! can end the call. The trap carries a [`Breach`], by which `failure` knows it again.

use std::fmt;
use std::future::poll_fn;
use std::pin::pin;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use wasmtime::ResourceLimiter;

/// How long one tick of the engine's epoch is. Coarser than a scheduler's slice, fine enough to
/// keep a guest that spins from holding a thread of the embedder for long.
pub(crate) const TICK: Duration = Duration::from_millis(10);

/// A limit that was reached.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Breach {
    Memory { bytes_max: usize },
    TableElements { max: usize },
    CpuPerCall { max: Duration },
    CpuPerRead { max: Duration },
    LogLines { max: u32 },
}

impl fmt::Display for Breach {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Breach::Memory { bytes_max } => {
                write!(f, "needs more than {} of memory", Bytes(*bytes_max))
            }
            Breach::TableElements { max } => write!(f, "needs more than {max} table elements"),
            Breach::CpuPerCall { max } => write!(f, "computed for more than {max:?} in one call"),
            Breach::CpuPerRead { max } => write!(f, "computed for more than {max:?} in one read"),
            Breach::LogLines { max } => write!(f, "wrote more than {max} lines to its log"),
        }
    }
}

impl std::error::Error for Breach {}

/// A size as people read it.
pub(crate) struct Bytes(pub(crate) usize);

impl fmt::Display for Bytes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            bytes if bytes >= 1 << 20 && bytes % (1 << 20) == 0 => write!(f, "{} MiB", bytes >> 20),
            bytes if bytes >= 1 << 10 && bytes % (1 << 10) == 0 => write!(f, "{} KiB", bytes >> 10),
            bytes => write!(f, "{bytes} bytes"),
        }
    }
}

/// Bounds memories, tables and instances of one store, all of them together.
#[derive(Debug)]
pub(crate) struct MemoryMeter {
    bytes_max: usize,
    table_elements_max: usize,
    instances_max: usize,
    memories_max: usize,
    bytes: usize,
    table_elements: usize,
    /// What the growth under way added, to be taken back should it fail.
    pending_bytes: usize,
    pending_elements: usize,
    peak: Arc<AtomicU64>,
}

/// The bounds of a [`MemoryMeter`].
#[derive(Clone, Copy, Debug)]
pub(crate) struct MemoryBounds {
    pub(crate) bytes: usize,
    pub(crate) table_elements: usize,
    pub(crate) instances: usize,
    pub(crate) memories: usize,
}

impl MemoryMeter {
    pub(crate) fn new(bounds: MemoryBounds) -> Self {
        MemoryMeter {
            bytes_max: bounds.bytes,
            table_elements_max: bounds.table_elements,
            instances_max: bounds.instances,
            memories_max: bounds.memories,
            bytes: 0,
            table_elements: 0,
            pending_bytes: 0,
            pending_elements: 0,
            peak: Arc::default(),
        }
    }

    /// The most bytes that were held at once; goes on being true while the guest runs.
    pub(crate) fn peak(&self) -> Arc<AtomicU64> {
        Arc::clone(&self.peak)
    }
}

impl ResourceLimiter for MemoryMeter {
    fn memory_growing(
        &mut self,
        current: usize,
        desired: usize,
        maximum: Option<usize>,
    ) -> wasmtime::Result<bool> {
        self.pending_bytes = 0;
        if maximum.is_some_and(|maximum| desired > maximum) {
            // The module's own bound: the guest is told no, as it would be anywhere.
            return Ok(false);
        }
        let added = desired.saturating_sub(current);
        let total = self.bytes.saturating_add(added);
        if total > self.bytes_max {
            return Err(Breach::Memory { bytes_max: self.bytes_max }.into());
        }
        self.bytes = total;
        self.pending_bytes = added;
        self.peak.fetch_max(total as u64, Ordering::Relaxed);
        Ok(true)
    }

    fn memory_grow_failed(&mut self, _error: wasmtime::Error) -> wasmtime::Result<()> {
        self.bytes = self.bytes.saturating_sub(self.pending_bytes);
        self.pending_bytes = 0;
        Ok(())
    }

    fn table_growing(
        &mut self,
        current: usize,
        desired: usize,
        maximum: Option<usize>,
    ) -> wasmtime::Result<bool> {
        self.pending_elements = 0;
        if maximum.is_some_and(|maximum| desired > maximum) {
            return Ok(false);
        }
        let added = desired.saturating_sub(current);
        let total = self.table_elements.saturating_add(added);
        if total > self.table_elements_max {
            return Err(Breach::TableElements { max: self.table_elements_max }.into());
        }
        self.table_elements = total;
        self.pending_elements = added;
        Ok(true)
    }

    fn table_grow_failed(&mut self, _error: wasmtime::Error) -> wasmtime::Result<()> {
        self.table_elements = self.table_elements.saturating_sub(self.pending_elements);
        self.pending_elements = 0;
        Ok(())
    }

    fn instances(&self) -> usize {
        self.instances_max
    }

    fn tables(&self) -> usize {
        self.memories_max
    }

    fn memories(&self) -> usize {
        self.memories_max
    }
}

/// How long the guest has computed: the time during which its calls were polled. Waiting, for an
/// answer or for its turn, is not counted.
#[derive(Clone, Debug)]
pub(crate) struct CpuMeter(Arc<Mutex<Spent>>);

#[derive(Debug)]
struct Spent {
    per_call: Duration,
    per_read: Duration,
    in_call: Duration,
    in_read: Duration,
    /// Since when the call is being polled.
    since: Option<Instant>,
}

impl CpuMeter {
    pub(crate) fn new(per_call: Duration, per_read: Duration) -> Self {
        let (in_call, in_read) = (Duration::ZERO, Duration::ZERO);
        CpuMeter(Arc::new(Mutex::new(Spent { per_call, per_read, in_call, in_read, since: None })))
    }

    /// Runs one call and counts what it computes.
    pub(crate) async fn call<F: Future>(&self, call: F) -> F::Output {
        self.spent().in_call = Duration::ZERO;
        let mut call = pin!(call);
        poll_fn(|cx| {
            self.start(Instant::now());
            let polled = call.as_mut().poll(cx);
            self.stop(Instant::now());
            polled
        })
        .await
    }

    /// What the read has computed so far.
    pub(crate) fn in_read(&self) -> Duration {
        self.spent().in_read
    }

    fn start(&self, at: Instant) {
        self.spent().since = Some(at);
    }

    fn stop(&self, at: Instant) {
        let mut spent = self.spent();
        let polled = spent.since.take().map_or(Duration::ZERO, |since| at - since);
        spent.in_call += polled;
        spent.in_read += polled;
    }

    /// Whether the guest may go on: asked at every tick while its code runs.
    pub(crate) fn check(&self, now: Instant) -> Result<(), Breach> {
        let spent = self.spent();
        let polled = spent.since.map_or(Duration::ZERO, |since| now - since);
        if spent.in_call + polled > spent.per_call {
            return Err(Breach::CpuPerCall { max: spent.per_call });
        }
        if spent.in_read + polled > spent.per_read {
            return Err(Breach::CpuPerRead { max: spent.per_read });
        }
        Ok(())
    }

    fn spent(&self) -> MutexGuard<'_, Spent> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PAGE: usize = 64 << 10;

    fn meter(pages: usize) -> MemoryMeter {
        MemoryMeter::new(MemoryBounds {
            bytes: pages * PAGE,
            table_elements: 10,
            instances: 3,
            memories: 2,
        })
    }

    #[test]
    fn memories_share_one_bound() {
        let mut meter = meter(3);
        assert!(meter.memory_growing(0, PAGE, None).unwrap());
        assert!(meter.memory_growing(0, 2 * PAGE, None).unwrap());
        let error = meter.memory_growing(PAGE, 2 * PAGE, None).unwrap_err();
        assert_eq!(error.downcast_ref::<Breach>(), Some(&Breach::Memory { bytes_max: 3 * PAGE }));
        assert_eq!(meter.peak().load(Ordering::Relaxed), 3 * PAGE as u64);
    }

    #[test]
    fn a_growth_that_failed_is_taken_back() {
        let mut meter = meter(2);
        assert!(meter.memory_growing(0, 2 * PAGE, None).unwrap());
        meter.memory_grow_failed(wasmtime::Error::msg("no memory")).unwrap();
        assert!(meter.memory_growing(0, 2 * PAGE, None).unwrap());
        assert!(!meter.memory_growing(PAGE, 2 * PAGE, Some(PAGE)).unwrap());
        meter.memory_grow_failed(wasmtime::Error::msg("too much")).unwrap();
        assert!(meter.memory_growing(0, PAGE, None).is_err());
    }

    #[test]
    fn tables_share_one_bound() {
        let mut meter = meter(1);
        assert!(meter.table_growing(0, 6, None).unwrap());
        assert!(meter.table_growing(0, 5, None).is_err());
        assert!(meter.table_growing(0, 4, None).unwrap());
    }

    #[test]
    fn cpu_time_is_counted_by_call_and_by_read_without_the_waits() {
        let begin = Instant::now();
        let at = |ticks: u32| begin + ticks * TICK;
        let meter = CpuMeter::new(3 * TICK, 5 * TICK);
        meter.start(at(0));
        meter.stop(at(2));
        meter.start(at(100));
        assert_eq!(meter.check(at(101)), Ok(()));
        assert_eq!(meter.check(at(102)), Err(Breach::CpuPerCall { max: 3 * TICK }));
        meter.stop(at(101));

        meter.spent().in_call = Duration::ZERO;
        meter.start(at(200));
        assert_eq!(meter.check(at(202)), Ok(()));
        assert_eq!(meter.check(at(203)), Err(Breach::CpuPerRead { max: 5 * TICK }));
    }

    #[test]
    fn sizes_read_well() {
        assert_eq!(Bytes(128 << 20).to_string(), "128 MiB");
        assert_eq!(Bytes(64 << 10).to_string(), "64 KiB");
        assert_eq!(Bytes(1_000).to_string(), "1000 bytes");
    }
}
