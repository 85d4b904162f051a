//! `tollgate sync`, killed at moments that nobody chose: the next one brings what is missing.

use std::os::unix::process::ExitStatusExt as _;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use tollgate_simulators::ConstantContact;

use super::desk::{Desk, PASTED};

/// Names the seed of the moments.
const SEED: &str = "TOLLGATE_FAULTS_SEED";
/// Kills in each mode.
const KILLS: u32 = 3;
/// A moment may come too late again and again, but not for ever.
const TRIES_MAX: u32 = 30;

#[test]
fn a_sync_that_is_killed_at_any_moment_loses_and_doubles_nothing() {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_micros();
    let mut dice = std::env::var(SEED).map_or(now as u64, |seed| seed.parse().unwrap());
    eprintln!("the moments come from {SEED}={dice}");
    let desk = Desk::new(ConstantContact::builder().contacts(120), PASTED);
    for mode in ["replace", "append", "merge"] {
        // How long a sync takes, as far as it is known.
        let mut whole = Duration::from_secs(2);
        let (mut killed, mut tries) = (0, 0);
        while killed < KILLS {
            tries += 1;
            assert!(tries <= TRIES_MAX, "{killed} of {tries} moments came in time");
            let database = format!("{mode}-{tries}.db");
            let sync = format!(
                "[syncs.people]\naccount = \"acme\"\nstream = \"contacts\"\nmode = \"{mode}\"\n\
                 options = {{ contact_status = \"all\", page_size = 40, overlap_minutes = 0 }}\n\
                 to = \"{database}\"\n"
            );
            desk.configure(PASTED, &sync);
            // Knuth's generator: its upper half is as random as this needs.
            dice = dice.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            let moment = whole.mul_f64((dice >> 32) as f64 / f64::from(u32::MAX));
            let began = Instant::now();
            let mut running = desk.start("sync people");
            // The moment is the fault: nothing is waited for.
            std::thread::sleep(moment);
            running.kill().unwrap();
            if running.wait().unwrap().signal() == Some(9) {
                killed += 1;
            } else {
                whole = whole.min(began.elapsed()).mul_f64(0.8);
            }
            desk.run("sync people").exits(0);
            let mut ids = desk.texts(&database, "contacts", "contact_id");
            assert_eq!(ids.len(), 120, "{mode}, killed after {moment:?}");
            ids.dedup();
            assert_eq!(ids.len(), 120, "{mode}, killed after {moment:?}");
        }
    }
}
