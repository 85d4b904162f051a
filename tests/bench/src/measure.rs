//! What one process used, and what several of them say together.

use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use rustix::time::{ClockId, clock_gettime};
use serde::{Deserialize, Serialize};

/// What a process used for its whole job.
#[derive(Clone, Copy, Debug, Default, Deserialize, Serialize)]
pub struct Sample {
    /// What it had in the end: rows, scans.
    pub rows: u64,
    /// CPU time of all its threads, the system's on their behalf included, in seconds.
    pub cpu: f64,
    /// Seconds from start to end.
    pub wall: f64,
    /// The most memory it had resident, in MiB.
    pub peak_mib: f64,
}

/// Measures this process from here on.
pub struct Meter {
    cpu: Duration,
    started: Instant,
}

impl Meter {
    /// Starts to measure.
    pub fn start() -> Result<Meter> {
        Ok(Meter { cpu: cpu()?, started: Instant::now() })
    }

    /// What was used since.
    pub fn stop(self, rows: u64) -> Result<Sample> {
        Ok(Sample {
            rows,
            cpu: (cpu()? - self.cpu).as_secs_f64(),
            wall: self.started.elapsed().as_secs_f64(),
            peak_mib: memory_mib("VmHWM")?,
        })
    }
}

fn cpu() -> Result<Duration> {
    Ok(clock_gettime(ClockId::ProcessCPUTime).try_into()?)
}

/// A figure of this process's memory as Linux keeps it: `VmHWM` is the peak, `VmRSS` is now.
pub fn memory_mib(figure: &str) -> Result<f64> {
    let status = std::fs::read_to_string("/proc/self/status")?;
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix(figure)?.strip_prefix(':'))
        .with_context(|| format!("no {figure} in the status of this process"))?;
    let kib: f64 = line.trim().trim_end_matches("kB").trim().parse()?;
    Ok(kib / 1024.0)
}

/// Several figures for one thing.
#[derive(Clone, Copy, Debug, PartialEq, Deserialize, Serialize)]
pub struct Spread {
    /// Half of them are below, half above.
    pub median: f64,
    /// A quarter of them is below.
    pub low: f64,
    /// A quarter of them is above.
    pub high: f64,
}

impl Spread {
    /// Of these figures, at least one.
    pub fn of(figures: impl IntoIterator<Item = f64>) -> Spread {
        let mut figures: Vec<f64> = figures.into_iter().collect();
        figures.sort_by(f64::total_cmp);
        let at = |part: f64| {
            let place = part * figures.len().saturating_sub(1) as f64;
            let below = figures.get(place.floor() as usize).copied().unwrap_or(f64::NAN);
            let above = figures.get(place.ceil() as usize).copied().unwrap_or(f64::NAN);
            below + (above - below) * place.fract()
        };
        Spread { median: at(0.5), low: at(0.25), high: at(0.75) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_spread_is_median_and_quartiles() {
        for (figures, median, low, high) in [
            (&[3.0][..], 3.0, 3.0, 3.0),
            (&[2.0, 1.0], 1.5, 1.25, 1.75),
            (&[5.0, 1.0, 3.0, 2.0, 4.0], 3.0, 2.0, 4.0),
        ] {
            let spread = Spread::of(figures.iter().copied());
            assert_eq!(spread, Spread { median, low, high }, "{figures:?}");
        }
    }
}
