//! What can happen to a process that runs a sync.

use std::sync::Once;
use std::thread;
use std::time::Duration;

use nix::sys::resource::{Resource, setrlimit};
use nix::sys::signal::{SigSet, Signal, kill};
use nix::unistd::Pid;
use serde::{Deserialize, Serialize};
use tollgate_model::{Error, ErrorKind};

use crate::sqlite;
use crate::steps::{Boundary, Steps};

/// What is to happen.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Fault {
    /// Nothing.
    None,
    /// It is killed between two steps.
    KilledAt(Boundary),
    /// It is killed so many microseconds after its first step.
    KilledAfter(u64),
    /// It is killed when SQLite is about to commit a transaction for this time.
    KilledAtCommit(u32),
    /// A SQLite database may have no more pages than these.
    DatabasePages(u32),
    /// A file may have no more bytes than these, from its first step on.
    FileBytes(u64),
}

impl Fault {
    /// Has it happen to this process.
    ///
    /// # Errors
    /// Where the system refuses.
    pub fn arm(self) -> anyhow::Result<Steps> {
        match self {
            Fault::None => {}
            Fault::KilledAt(at) => {
                return Ok(Steps::new(move |here| if here == at { die() } else { Ok(()) }));
            }
            Fault::KilledAfter(micros) => {
                let is_set = Once::new();
                return Ok(Steps::new(move |_| {
                    is_set.call_once(|| {
                        // The moment is the fault: nothing waits for it.
                        thread::spawn(move || {
                            thread::sleep(Duration::from_micros(micros));
                            die()
                        });
                    });
                    Ok(())
                }));
            }
            Fault::KilledAtCommit(nth) => sqlite::at_commit(nth)?,
            Fault::DatabasePages(pages) => sqlite::limit_pages(pages)?,
            Fault::FileBytes(bytes) => {
                // Held back, the signal ends nothing, and the write that is too much fails as on a
                // full disk.
                let mut signals = SigSet::empty();
                signals.add(Signal::SIGXFSZ);
                signals.thread_block()?;
                let is_set = Once::new();
                // What the runtime keeps in files of memory was made before.
                return Ok(Steps::new(move |_| {
                    let mut limited = Ok(());
                    is_set.call_once(|| {
                        limited = setrlimit(Resource::RLIMIT_FSIZE, bytes, bytes);
                    });
                    limited.map_err(|error| Error::new(ErrorKind::Bug, error.to_string()))
                }));
            }
        }
        Ok(Steps::unwatched())
    }
}

/// Ends this process in the middle of everything.
pub(crate) fn die() -> ! {
    loop {
        // There is nothing to be done about an error, and no signal to one's own process has one.
        let _ = kill(Pid::this(), Signal::SIGKILL);
    }
}
