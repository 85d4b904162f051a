//! Looks for what is left lying about on the machine it runs on, and says what it found.

use std::time::{Duration, Instant, SystemTime};
use std::{env, fs, io, process, thread};

use tollgate_hostile::{Failure, Hostile, LogLevel, Page, export, log};

struct Component;

impl Hostile for Component {
    fn page(_: u64) -> Result<Option<Page>, Failure> {
        let all = || {
            let variables = env::vars().map(|(name, _)| name).collect::<Vec<_>>();
            let arguments = env::args().collect::<Vec<_>>();
            let mut typed = String::new();
            let read = io::stdin().read_line(&mut typed).unwrap_or_default();
            [
                ("variables", !variables.is_empty()),
                ("arguments", !arguments.is_empty()),
                ("standard input", read > 0),
                ("a file", fs::read("/etc/passwd").is_ok() || fs::read("etc/passwd").is_ok()),
                ("a folder", ["/", ".", ".."].iter().any(|path| fs::read_dir(path).is_ok())),
                (
                    "a new file",
                    fs::write("/tmp/planted", "x").is_ok() || fs::write("x", "x").is_ok(),
                ),
                ("another program", process::Command::new("true").spawn().is_ok()),
                ("a thread", thread::Builder::new().spawn(|| ()).is_ok()),
            ]
        };
        for (what, found) in all() {
            if found {
                log(LogLevel::Info, &format!("found {what}"));
            }
        }
        let started = Instant::now();
        log(LogLevel::Info, &format!("ticks {:?}", tick(|| started.elapsed())));
        let now = || SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
        log(LogLevel::Info, &format!("time of day {:?}", tick(now)));
        Ok(None)
    }
}

/// The least step of a clock.
fn tick(now: impl Fn() -> Duration) -> Duration {
    let mut least = Duration::MAX;
    for _ in 0..5 {
        let before = now();
        let step = loop {
            let step = now().saturating_sub(before);
            if !step.is_zero() {
                break step;
            }
        };
        least = least.min(step);
    }
    least
}

export!(Component);
