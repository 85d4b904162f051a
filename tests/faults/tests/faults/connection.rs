//! The connection to a database, lost at each step, and on each side of each `COMMIT`.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use anyhow::ensure;
use tollgate_faults::fault::Fault;
use tollgate_faults::place::Place;
use tollgate_faults::proxy::Proxy;
use tollgate_faults::steps::{Call, Side, Steps};
use tollgate_faults::sync::{Ended, Sync};
use tollgate_model::{Error, ErrorKind};

use crate::bench::{Bench, Chain};
use crate::findings::Findings;

/// The server ends the session, as its operator may.
pub fn terminated(bench: &Bench) -> anyhow::Result<Findings> {
    bench.at_each(
        |phase, _| {
            let mut boundaries = bench.boundaries(phase)?;
            // There is no session before the load begins, and none after it.
            let has_session = |call, side| {
                !matches!((call, side), (Call::Begin, Side::Before) | (Call::Commit, Side::After))
            };
            boundaries.retain(|at| has_session(at.call, at.side));
            Ok(boundaries)
        },
        |chain, at| {
            let has_fired = Arc::new(AtomicBool::new(false));
            let (fired, place) = (Arc::clone(&has_fired), chain.place.clone());
            let steps = Steps::new(move |here| {
                if here == at {
                    let place = place.clone();
                    // A client that blocks must not be used where tasks run.
                    let ended = std::thread::spawn(move || terminate(&place)).join().unwrap();
                    let ended =
                        ended.map_err(|error| Error::new(ErrorKind::Bug, format!("{error:#}")))?;
                    fired.store(ended, Ordering::SeqCst);
                }
                Ok(())
            });
            let ended = bench.run_here(&bench.sync(chain, Fault::None), &steps)?;
            ensure!(has_fired.load(Ordering::SeqCst), "there was no session");
            Ok(Some(ended))
        },
    )
}

/// Ends the session of the sync and waits until it has ended; whether there was one.
fn terminate(place: &Place) -> anyhow::Result<bool> {
    let mut client = place.connect()?;
    let sql = "SELECT count(pg_terminate_backend(pid, 10000)) FROM pg_stat_activity
               WHERE application_name = 'tollgate'";
    Ok(client.query_one(sql, &[])?.get::<_, i64>(0) > 0)
}

/// The server never gets to know of it.
pub fn commit_lost(bench: &Bench) -> anyhow::Result<Findings> {
    bench.until_too_late(|chain, point| through_proxy(bench, chain, point, Side::Before))
}

/// The server has done it, and its answer does not arrive.
pub fn answer_lost(bench: &Bench) -> anyhow::Result<Findings> {
    bench.until_too_late(|chain, point| through_proxy(bench, chain, point, Side::After))
}

fn through_proxy(
    bench: &Bench,
    chain: &Chain,
    point: u32,
    side: Side,
) -> anyhow::Result<Option<Ended>> {
    let server = bench.server()?;
    let proxy = Proxy::start(server, point + 1, side)?;
    let sync = bench.sync(chain, Fault::None);
    let Place::Postgres { url, password } = &sync.place else { anyhow::bail!("it is no server") };
    let url = url.replace(&server.to_string(), &proxy.address.to_string());
    let place = Place::Postgres { url, password: password.clone() };
    let ended = bench.run_here(&Sync { place, ..sync }, &Steps::unwatched())?;
    ensure!(ended.failed.is_some() == proxy.has_fired(), "it failed for another reason: {ended:?}");
    Ok(Some(ended))
}
