//! What was measured, as data and as text.

use std::collections::BTreeMap;
use std::fmt;

use serde::Serialize;

use crate::job::Destination;
use crate::machine::Machine;
use crate::measure::{Sample, Spread};
use crate::provider::Provider;

/// Everything that was measured.
#[derive(Debug, Serialize)]
pub struct Report {
    /// Where.
    pub machine: Machine,
    /// Rows that were compared with.
    pub rows: usize,
    /// How often each was measured.
    pub rounds: usize,
    /// Tollgate and native programs.
    pub comparisons: Vec<Comparison>,
    /// From nothing to the first page.
    pub starts: Vec<Start>,
    /// Scans that wait.
    pub idle: Vec<Idle>,
    /// Syncs at once.
    pub crowd: Option<Crowd>,
    /// More and more rows.
    pub growth: Vec<Growth>,
}

/// One job, done by Tollgate and by hand.
#[derive(Debug, Serialize)]
pub struct Comparison {
    provider: Provider,
    into: Destination,
    rows: u64,
    native: Figures,
    tollgate: Figures,
    /// Tollgate's figures by those of the native program in the same round.
    ratios: Ratios,
}

/// Medians.
#[derive(Debug, Serialize)]
pub struct Figures {
    /// CPU seconds.
    cpu: f64,
    /// Seconds.
    wall: f64,
    /// Rows in a second.
    rows_per_second: f64,
    /// The most memory, in MiB.
    peak_mib: f64,
}

/// One thing by another.
#[derive(Debug, Serialize)]
struct Ratios {
    cpu: Spread,
    wall: Spread,
    memory: Spread,
}

/// From the start of the program to the first page, in milliseconds.
#[derive(Debug, Serialize)]
pub struct Start {
    /// Whose component.
    pub provider: Provider,
    /// How large it is.
    pub component_kib: u64,
    /// With compiling.
    pub compiled_ms: Spread,
    /// With what was compiled before.
    pub cached_ms: Spread,
    /// By the native program: nearly all of it is the server's.
    pub native_ms: Spread,
    /// One more instance, with its `open`.
    pub open_ms: Spread,
}

/// Scans that wait.
#[derive(Debug, Serialize)]
pub struct Idle {
    /// How many.
    pub scans: usize,
    /// What each holds in memory, its linear memory included.
    pub kib_each: Spread,
}

/// Syncs at once in one process.
#[derive(Debug, Serialize)]
pub struct Crowd {
    /// How many.
    pub syncs: usize,
    /// How long the server takes to answer.
    pub latency_ms: u64,
    /// All of them together.
    pub figures: Figures,
}

/// One size of a table.
#[derive(Debug, Serialize)]
pub struct Growth {
    rows: usize,
    figures: Figures,
    cpu_us_per_row: Spread,
    peak_mib: Spread,
}

impl Figures {
    /// The medians of these.
    pub fn of(samples: &[Sample]) -> Figures {
        let median = |figure: fn(&Sample) -> f64| Spread::of(samples.iter().map(figure)).median;
        Figures {
            cpu: median(|it| it.cpu),
            wall: median(|it| it.wall),
            rows_per_second: median(|it| it.rows as f64 / it.wall),
            peak_mib: median(|it| it.peak_mib),
        }
    }
}

impl Comparison {
    /// Of the samples of each round.
    pub fn new(
        provider: Provider,
        into: Destination,
        rows: u64,
        native: &[Sample],
        tollgate: &[Sample],
    ) -> Comparison {
        let ratio = |figure: fn(&Sample) -> f64| {
            let rounds = tollgate.iter().zip(native);
            Spread::of(rounds.map(|(tollgate, native)| figure(tollgate) / figure(native)))
        };
        let ratios = Ratios {
            cpu: ratio(|it| it.cpu),
            wall: ratio(|it| it.wall),
            memory: ratio(|it| it.peak_mib),
        };
        let (native, tollgate) = (Figures::of(native), Figures::of(tollgate));
        Comparison { provider, into, rows, native, tollgate, ratios }
    }
}

impl Growth {
    /// Of these samples.
    pub fn new(rows: usize, samples: &[Sample]) -> Growth {
        Growth {
            rows,
            figures: Figures::of(samples),
            cpu_us_per_row: Spread::of(samples.iter().map(|it| it.cpu * 1e6 / it.rows as f64)),
            peak_mib: Spread::of(samples.iter().map(|it| it.peak_mib)),
        }
    }
}

impl Report {
    /// Nothing measured yet.
    pub fn new(machine: Machine, rows: usize, rounds: usize) -> Report {
        Report {
            machine,
            rows,
            rounds,
            comparisons: Vec::new(),
            starts: Vec::new(),
            idle: Vec::new(),
            crowd: None,
            growth: Vec::new(),
        }
    }

    /// Everything that is one thing by another, by name: it does not depend on how fast the machine
    /// is.
    pub fn ratios(&self) -> BTreeMap<String, Spread> {
        let mut ratios = BTreeMap::new();
        for Comparison { provider, into, ratios: of, .. } in &self.comparisons {
            let job = format!("{} into {}", provider.name(), into.name());
            for (figure, ratio) in [("CPU", of.cpu), ("wall", of.wall), ("memory", of.memory)] {
                ratios.insert(format!("{job}: {figure}"), ratio);
            }
        }
        if let [.., small, large] = &self.growth[..] {
            let by = |of: fn(&Growth) -> Spread| Spread {
                median: of(large).median / of(small).median,
                low: of(large).low / of(small).high,
                high: of(large).high / of(small).low,
            };
            let job = format!("{} rows by {}", large.rows, small.rows);
            ratios.insert(format!("{job}: CPU of a row"), by(|it| it.cpu_us_per_row));
            ratios.insert(format!("{job}: memory"), by(|it| it.peak_mib));
        }
        ratios
    }
}

/// As Markdown.
impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Machine { processor, cores, memory_gib, system, rustc, load } = &self.machine;
        writeln!(f, "{processor}, {cores} cores, {memory_gib} GiB, {system}; {rustc}.")?;
        writeln!(f, "{} rounds; load before the start {load}.", self.rounds)?;
        self.comparisons(f)?;
        self.starts(f)?;
        self.crowds(f)
    }
}

impl Report {
    fn comparisons(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.comparisons.is_empty() {
            return Ok(());
        }
        let head = ["", "CPU s", "wall s", "rows/s", "peak MiB", "CPU ratio", "wall ratio"];
        table(f, &[&head[..], &["memory ratio"]].concat())?;
        for Comparison { provider, into, native, tollgate, ratios, .. } in &self.comparisons {
            let by = |figure: fn(&Figures) -> String| {
                format!("{} / {}", figure(tollgate), figure(native))
            };
            let ratio = |of: Spread| format!("**{:.2}** ({:.2}–{:.2})", of.median, of.low, of.high);
            row(
                f,
                &[
                    format!("{} into {}", provider.name(), into.name()),
                    by(|it| format!("{:.2}", it.cpu)),
                    by(|it| format!("{:.2}", it.wall)),
                    by(|it| format!("{:.0}", it.rows_per_second)),
                    by(|it| format!("{:.0}", it.peak_mib)),
                    ratio(ratios.cpu),
                    ratio(ratios.wall),
                    format!("{:.2}", ratios.memory.median),
                ],
            )?;
        }
        Ok(())
    }

    fn starts(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.starts.is_empty() {
            let head =
                ["component", "KiB", "compiled ms", "cached ms", "native ms", "one instance ms"];
            table(f, &head)?;
        }
        for start in &self.starts {
            let ms = |of: Spread| format!("{:.1} ({:.1}–{:.1})", of.median, of.low, of.high);
            row(
                f,
                &[
                    start.provider.name().to_owned(),
                    start.component_kib.to_string(),
                    format!("{:.0}", start.compiled_ms.median),
                    ms(start.cached_ms),
                    ms(start.native_ms),
                    format!("{:.2}", start.open_ms.median),
                ],
            )?;
        }
        if !self.idle.is_empty() {
            table(f, &["idle scans", "KiB each"])?;
        }
        for Idle { scans, kib_each } in &self.idle {
            row(f, &[scans.to_string(), format!("{:.0}", kib_each.median)])?;
        }
        Ok(())
    }

    fn crowds(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let head = ["", "CPU s", "wall s", "rows/s", "peak MiB"];
        if let Some(Crowd { syncs, latency_ms, figures }) = &self.crowd {
            table(f, &head)?;
            let name = format!("{syncs} syncs at once, answers after {latency_ms} ms");
            row(f, &figures.cells(name))?;
        }
        if !self.growth.is_empty() {
            table(f, &[&head[..], &["CPU µs a row"]].concat())?;
        }
        for Growth { rows, figures, cpu_us_per_row, .. } in &self.growth {
            let mut cells = figures.cells(format!("{rows} rows into SQLite")).to_vec();
            cells.push(format!("{:.2}", cpu_us_per_row.median));
            row(f, &cells)?;
        }
        Ok(())
    }
}

impl Figures {
    fn cells(&self, name: String) -> [String; 5] {
        let Figures { cpu, wall, rows_per_second, peak_mib } = self;
        let figures = [format!("{cpu:.2}"), format!("{wall:.2}"), format!("{rows_per_second:.0}")];
        let [cpu, wall, rows_per_second] = figures;
        [name, cpu, wall, rows_per_second, format!("{peak_mib:.0}")]
    }
}

fn table(f: &mut fmt::Formatter<'_>, head: &[&str]) -> fmt::Result {
    writeln!(f)?;
    writeln!(f, "| {} |", head.join(" | "))?;
    writeln!(f, "|---|{}", "---:|".repeat(head.len() - 1))
}

fn row(f: &mut fmt::Formatter<'_>, cells: &[String]) -> fmt::Result {
    writeln!(f, "| {} |", cells.join(" | "))
}
