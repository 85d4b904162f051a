//! A destination that fails at any call, having done nothing of it or all.

use tollgate_faults::fault::Fault;
use tollgate_faults::steps::{Call, Steps};
use tollgate_model::{Error, ErrorKind};

use crate::bench::Bench;
use crate::findings::Findings;

pub fn check(bench: &Bench) -> anyhow::Result<Findings> {
    bench.at_each(
        |phase, _| {
            let mut boundaries = bench.boundaries(phase)?;
            boundaries.retain(|at| {
                matches!(at.call, Call::Begin | Call::Write | Call::Keep | Call::Commit)
            });
            Ok(boundaries)
        },
        |chain, at| {
            let steps = Steps::new(move |here| match here == at {
                true => Err(Error::new(ErrorKind::Destination, "it was made to fail")),
                false => Ok(()),
            });
            Ok(Some(bench.run_here(&bench.sync(chain, Fault::None), &steps)?))
        },
    )
}
