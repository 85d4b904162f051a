//! The recorded ratios, and what a run says against them.
//!
//! Only ratios are recorded: they hold on another machine too, as far as two programs on one
//! machine are fast and slow together.

use std::collections::BTreeMap;
use std::fmt;
use std::path::Path;

use anyhow::{Context, Result};
use serde::{Deserialize, Serialize};

use crate::machine::Machine;
use crate::measure::Spread;
use crate::report::Report;

/// How much worse a median may be.
const WORSE_BY_MAX: f64 = 1.1;

/// What is kept of a run.
#[derive(Debug, Deserialize, Serialize)]
pub struct Record {
    machine: Machine,
    rows: usize,
    rounds: usize,
    ratios: BTreeMap<String, Spread>,
}

/// What a run says of a ratio, or of the record.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Verdict {
    /// The median is not worse by more than a tenth.
    Holds,
    /// It is, and it is not noise: three quarters of the rounds are above what three quarters of the
    /// recorded ones are below.
    Worse,
    /// It is, but the rounds differ so much that it may be noise.
    Unclear,
    /// The record does not have it.
    New,
}

/// A ratio against the recorded one.
#[derive(Debug, Serialize)]
pub struct Judged {
    name: String,
    recorded: Option<Spread>,
    now: Spread,
    /// What the run says.
    pub verdict: Verdict,
}

impl Record {
    /// What is kept of this run.
    pub fn of(report: &Report) -> Record {
        let Report { machine, rows, rounds, .. } = report;
        let round = |figure: f64| (figure * 1e3).round() / 1e3;
        let rounded = |(name, spread): (String, Spread)| {
            let Spread { median, low, high } = spread;
            (name, Spread { median: round(median), low: round(low), high: round(high) })
        };
        Record {
            machine: machine.clone(),
            rows: *rows,
            rounds: *rounds,
            ratios: report.ratios().into_iter().map(rounded).collect(),
        }
    }

    /// Reads a record.
    pub fn read(path: &Path) -> Result<Record> {
        let text = std::fs::read(path).with_context(|| {
            format!("cannot read {}: `make bench ARGS=--record` makes it", path.display())
        })?;
        serde_json::from_slice(&text).with_context(|| format!("{} is no record", path.display()))
    }

    /// Writes it.
    pub fn write(&self, path: &Path) -> Result<()> {
        let text = serde_json::to_string_pretty(self)? + "\n";
        std::fs::write(path, text).with_context(|| format!("cannot write {}", path.display()))
    }

    /// What a run says of each of its ratios.
    pub fn judge(&self, ratios: BTreeMap<String, Spread>) -> Vec<Judged> {
        let judge = |(name, now): (String, Spread)| {
            let recorded = self.ratios.get(&name).copied();
            let verdict = recorded.map_or(Verdict::New, |recorded| verdict(recorded, now));
            Judged { name, recorded, now, verdict }
        };
        ratios.into_iter().map(judge).collect()
    }
}

fn verdict(recorded: Spread, now: Spread) -> Verdict {
    if now.median <= recorded.median * WORSE_BY_MAX {
        Verdict::Holds
    } else if now.low > recorded.high {
        Verdict::Worse
    } else {
        Verdict::Unclear
    }
}

impl fmt::Display for Judged {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let word = match self.verdict {
            Verdict::Holds => "holds  ",
            Verdict::Worse => "WORSE  ",
            Verdict::Unclear => "unclear",
            Verdict::New => "new    ",
        };
        let spread = |of: Spread| format!("{:.2} ({:.2}–{:.2})", of.median, of.low, of.high);
        write!(f, "{word}  {}: {}", self.name, spread(self.now))?;
        match self.recorded {
            Some(recorded) => write!(f, ", recorded {}", spread(recorded)),
            None => f.write_str(", not recorded"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_ratio_is_worse_by_more_than_a_tenth_and_more_than_the_noise() {
        let recorded = Spread { median: 1.0, low: 0.95, high: 1.05 };
        for (median, low, high, expected) in [
            (0.5, 0.4, 0.6, Verdict::Holds),
            (1.09, 1.08, 1.3, Verdict::Holds),
            (1.11, 1.06, 1.2, Verdict::Worse),
            (1.11, 1.04, 1.2, Verdict::Unclear),
            (2.0, 1.0, 3.0, Verdict::Unclear),
        ] {
            assert_eq!(verdict(recorded, Spread { median, low, high }), expected, "{median}");
        }
    }

    #[test]
    fn a_ratio_that_is_not_recorded_is_new() {
        let spread = Spread { median: 1.0, low: 1.0, high: 1.0 };
        let ratios = BTreeMap::from([("a".to_owned(), spread)]);
        let machine = Machine::this();
        let record = Record { machine, rows: 1, rounds: 1, ratios: ratios.clone() };
        assert_eq!(record.judge(ratios)[0].verdict, Verdict::Holds);
        let other = BTreeMap::from([("b".to_owned(), spread)]);
        assert_eq!(record.judge(other)[0].verdict, Verdict::New);
    }
}
