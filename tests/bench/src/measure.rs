//! What one process used, and medians over several.

use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use nix::time::{ClockId, clock_gettime};
use serde::{Deserialize, Serialize};

/// What a client used for its whole job.
#[derive(Clone, Copy, Debug, Default, Deserialize, Serialize)]
pub struct Sample {
    /// Rows it had in the end.
    pub rows: u64,
    /// CPU time of all its threads, in seconds.
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
    Ok(clock_gettime(ClockId::CLOCK_PROCESS_CPUTIME_ID)?.into())
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

/// The median of what `figure` picks from each sample.
pub fn median(samples: &[Sample], figure: impl Fn(&Sample) -> f64) -> f64 {
    let mut figures: Vec<f64> = samples.iter().map(figure).collect();
    figures.sort_by(f64::total_cmp);
    match figures.len() {
        0 => f64::NAN,
        len if len % 2 == 1 => figures[len / 2],
        len => (figures[len / 2 - 1] + figures[len / 2]) / 2.0,
    }
}
