//! SIGKILL: the process of a run is gone between two instructions.

use std::collections::BTreeSet;
use std::time::{SystemTime, UNIX_EPOCH};

use anyhow::{Context as _, ensure};
use tollgate_faults::fault::Fault;
use tollgate_faults::steps::{Boundary, Call, Side};

use crate::bench::{Bench, Phase};
use crate::findings::Findings;
use crate::network;

/// Names the seed of the random moments.
const SEED: &str = "TOLLGATE_FAULTS_SEED";
/// Kills at random moments, of a first load and of a later one.
const MOMENTS: u32 = 4;

/// Before and after each call into the source and the destination.
pub fn at_steps(bench: &Bench) -> anyhow::Result<Findings> {
    let points = |phase: Phase| {
        let mut boundaries = bench.boundaries(phase)?;
        // A run that fails says a last word to a load of which something is kept.
        if boundaries.iter().any(|boundary| boundary.call == Call::Keep) {
            let pause = |side| Boundary { call: Call::Pause, nth: 1, side };
            boundaries.extend([Side::Before, Side::After].map(pause));
        }
        Ok(boundaries)
    };
    bench.at_each(
        |phase, _| points(phase),
        |chain, at| {
            let sync = bench.sync(chain, Fault::KilledAt(at));
            match at.call {
                Call::Pause => network::cut_at(chain, "reset", 2, || bench.run_apart(&sync)),
                _ => bench.run_apart(&sync),
            }
        },
    )
}

/// When SQLite is about to commit, for each transaction.
pub fn at_commits(bench: &Bench) -> anyhow::Result<Findings> {
    bench.until_too_late(|chain, point| {
        bench.run_apart(&bench.sync(chain, Fault::KilledAtCommit(point + 1)))
    })
}

/// At moments of a run's time that nobody chose.
pub fn at_random(bench: &Bench) -> anyhow::Result<Findings> {
    let seed = match std::env::var(SEED) {
        Ok(seed) => seed.parse().context(SEED)?,
        Err(_) => SystemTime::now().duration_since(UNIX_EPOCH)?.as_micros() as u64,
    };
    eprintln!("the moments come from {SEED}={seed}");
    moments(bench, &mut Dice(seed)).with_context(|| format!("with {SEED}={seed}"))
}

fn moments(bench: &Bench, dice: &mut Dice) -> anyhow::Result<Findings> {
    /// A moment may come too late again and again, but not for ever.
    const TRIES_MAX: u32 = 50;
    let mut later = bench.loaded()?;
    for phase in [Phase::First, Phase::Later] {
        // How long a run takes: one that a moment came too late for.
        let mut whole = 1_000_000;
        let (mut fired, mut tries) = (0, 0);
        while fired < MOMENTS {
            tries += 1;
            ensure!(tries <= TRIES_MAX, "{fired} of {tries} moments came in time ({phase:?})");
            let moment = dice.below(whole);
            let sync = |chain: &_| bench.sync(chain, Fault::KilledAfter(moment));
            let seen = match phase {
                Phase::First => bench.first(|chain| bench.run_apart(&sync(chain))),
                Phase::Later => bench.later(&mut later, |chain| bench.run_apart(&sync(chain))),
            };
            let seen = seen.with_context(|| format!("{moment} µs after the first step"))?;
            match &seen.ended {
                None => fired += 1,
                Some(ended) => whole = ended.micros.clamp(1, whole),
            }
        }
    }
    // What came of it in particular is another each time.
    let words = |text: &str| BTreeSet::from([text.to_owned()]);
    let as_there = "as at each step";
    Ok(Findings { run: words("is killed"), reader: words(as_there), next: words(as_there) })
}

/// SplitMix64.
struct Dice(u64);

impl Dice {
    fn below(&mut self, bound: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut value = self.0;
        value = (value ^ (value >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        value = (value ^ (value >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (value ^ (value >> 31)) % bound.max(1)
    }
}
