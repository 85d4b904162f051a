//! Runs that nothing ends, and a reader who looks at each step.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex};

use anyhow::bail;
use tollgate_faults::fault::Fault;
use tollgate_faults::steps::Steps;
use tollgate_model::{Error, ErrorKind};

use crate::bench::{Bench, PHASES, Phase};
use crate::findings::{Findings, Seen};

pub fn check(bench: &Bench) -> anyhow::Result<Findings> {
    let mut findings = Findings::default();
    let mut chain = bench.chain()?;
    for phase in PHASES {
        if phase == Phase::Later {
            chain.provider.change(true)?;
        }
        let look = Arc::new(bench.look(&chain));
        let seen: Arc<Mutex<BTreeSet<&'static str>>> = Arc::default();
        let noted = Arc::clone(&seen);
        let steps = Steps::new(move |_| {
            let look = Arc::clone(&look);
            // A client that blocks must not be used where tasks run.
            let found = std::thread::spawn(move || look.now()).join().unwrap();
            let found = found.map_err(|error| Error::new(ErrorKind::Bug, format!("{error:#}")))?;
            noted.lock().unwrap().insert(found);
            Ok(())
        });
        let ended = bench.run_here(&bench.sync(&chain, Fault::None), &steps)?;
        if let Some((_, text)) = &ended.failed {
            bail!("{text} ({phase:?})");
        }
        bench.hold(&mut chain)?;
        // Nothing is new for the next one.
        let next = bench.load(&mut chain)?;
        let reader = "the new rows";
        findings.add(Seen { has_fired: true, ended: Some(ended), reader, next });
        findings.reader.extend(seen.lock().unwrap().iter().map(|found| (*found).to_owned()));
    }
    Ok(findings)
}
