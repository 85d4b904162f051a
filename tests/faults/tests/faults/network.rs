//! The provider, cut off.

use tollgate_faults::fault::Fault;
use tollgate_faults::steps::{Call, Side, Steps};
use tollgate_faults::sync::{Ended, Sync};

use crate::bench::{Bench, Chain};
use crate::findings::Findings;

/// Where nobody listens: the port of the service that throws everything away.
const NOWHERE: &str = "http://127.0.0.1:9";

/// Cuts the connection in this way from each page on.
pub fn cut(bench: &Bench, kind: &str) -> anyhow::Result<Findings> {
    bench.at_each(
        |phase, _| {
            let calls = bench.boundaries(phase)?;
            let is_next = |at: &&_| matches!(at, (Call::Next, Side::Before));
            let calls: Vec<_> = calls.iter().map(|at| (at.call, at.side)).collect();
            // The last call finds the end and makes no request.
            Ok((1..calls.iter().filter(is_next).count()).collect())
        },
        |chain, page| {
            let sync = bench.sync(chain, Fault::None);
            cut_at(chain, kind, page, || Ok(Some(bench.run_here(&sync, &Steps::unwatched())?)))
        },
    )
}

/// Runs something while the connection is cut from this page on.
pub fn cut_at(
    chain: &Chain,
    kind: &str,
    page: usize,
    run: impl FnOnce() -> anyhow::Result<Option<Ended>>,
) -> anyhow::Result<Option<Ended>> {
    let simulator = &chain.provider.simulator;
    simulator.inject(format!("{kind}:/contacts@{page}+").parse()?);
    let ended = run()?;
    simulator.heal();
    Ok(ended)
}

/// Nobody answers for the whole run.
pub fn gone(bench: &Bench) -> anyhow::Result<Findings> {
    bench.at_each(
        |_, _| Ok(vec![()]),
        |chain, ()| {
            let sync = Sync { origin: NOWHERE.to_owned(), ..bench.sync(chain, Fault::None) };
            Ok(Some(bench.run_here(&sync, &Steps::unwatched())?))
        },
    )
}
