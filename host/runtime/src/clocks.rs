//! What time it is in a guest: the run's time of day, and one that only goes on.
//!
//! Both tell whole milliseconds. Pauses and time-outs need no more, and with a finer clock a guest
//! could measure what happens beside it on the machine.

use std::sync::Arc;
use std::time::{Duration, Instant};

use tollgate_model::Clock;
use wasmtime_wasi::clocks::{HostMonotonicClock, HostWallClock};

/// The step of both clocks.
const STEP: Duration = Duration::from_millis(1);

/// The time of day, by the run's clock.
pub(crate) struct TimeOfDay(Arc<dyn Clock>);

impl TimeOfDay {
    pub(crate) fn new(clock: Arc<dyn Clock>) -> Self {
        TimeOfDay(clock)
    }
}

impl HostWallClock for TimeOfDay {
    fn resolution(&self) -> Duration {
        STEP
    }

    fn now(&self) -> Duration {
        // A clock set before 1970 is shown as 1970: the interface has no earlier time.
        whole_steps(Duration::try_from(self.0.now().as_duration()).unwrap_or_default())
    }
}

/// The time since the instance was made.
pub(crate) struct Ticks(Instant);

impl Ticks {
    pub(crate) fn new() -> Self {
        Ticks(Instant::now())
    }
}

impl HostMonotonicClock for Ticks {
    fn resolution(&self) -> u64 {
        nanoseconds(STEP)
    }

    fn now(&self) -> u64 {
        nanoseconds(whole_steps(self.0.elapsed()))
    }
}

/// A time without what is finer than a step.
fn whole_steps(time: Duration) -> Duration {
    Duration::from_secs(time.as_secs()) + STEP * time.subsec_millis()
}

fn nanoseconds(time: Duration) -> u64 {
    u64::try_from(time.as_nanos()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    // Proves: machine
    #[test]
    fn what_is_finer_than_a_millisecond_is_not_told() {
        for (nanoseconds, told) in
            [(0, 0), (999_999, 0), (1_000_000, 1), (2_000_001_999_999, 2_000_001)]
        {
            let time = whole_steps(Duration::from_nanos(nanoseconds));
            assert_eq!(time, Duration::from_millis(told), "{nanoseconds} ns");
        }
    }
}
