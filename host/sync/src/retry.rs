//! Decides, with no input or output, what becomes of a part whose read failed: it is opened again
//! after its last checkpoint, or left for a later run while the others go on, or it ends the run.

use std::time::Duration;

use tollgate_model::{Error, ErrorKind};

/// How often a part is opened again in one run where nothing else is said. The gate has sent each
/// request several times by then: what fails twice more, after a pause, is no passing moment.
pub const PART_RETRIES_DEFAULT: u32 = 2;
/// The most that can be asked for. The delays before ten of them come to three minutes.
pub const PART_RETRIES_MAX: u32 = 10;

/// How long the first retry waits; each further one twice as long as the one before. The gate's own
/// pauses between requests were shorter, and did not help.
const DELAY_FIRST: Duration = Duration::from_secs(1);
/// What the delays grow to.
const DELAY_MAX: Duration = Duration::from_secs(30);

/// So many parts may be left one after another without a page between them. Then it is not the
/// parts: the provider is down, and every further one would only take its time to find that out.
pub const LEFT_IN_A_ROW_MAX: u32 = 3;

/// What holds for every part of a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Terms {
    /// How often a part is opened again.
    pub retries: u32,
    /// Whether a row that comes again takes its own place, as under `merge`.
    pub merges: bool,
    /// Whether what other parts bring is kept although one is missing.
    pub keeps: bool,
}

/// How far the read of a part has come, over all its tries in this run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tries {
    checkpoint: Option<String>,
    is_ahead: bool,
    retries: u32,
}

/// What becomes of a part whose read failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Next {
    /// It is opened again.
    Again {
        /// Which retry this is, from 1.
        retry: u32,
        /// How long from now.
        delay: Duration,
    },
    /// It is left for a later run; the other parts go on to their end.
    Leave,
    /// The run ends.
    EndRun,
}

impl Tries {
    /// A part that begins after this checkpoint, or at its start.
    pub fn from(checkpoint: Option<String>) -> Tries {
        Tries { checkpoint, is_ahead: false, retries: 0 }
    }

    /// Where it is opened.
    pub fn checkpoint(&self) -> Option<&str> {
        self.checkpoint.as_deref()
    }

    /// A page of it was handed over.
    pub fn page(&mut self, rows: u64, checkpoint: Option<String>) {
        if checkpoint.is_some() {
            (self.checkpoint, self.is_ahead) = (checkpoint, false);
        } else if rows > 0 {
            self.is_ahead = true;
        }
    }

    /// Its read failed, after so many parts were left one after another.
    ///
    /// Rows that were handed over behind the last checkpoint would come again. Under `merge` they
    /// take their own places; otherwise they would be there twice, and nothing of any part could be
    /// kept as long as they are there without an end: the error stands.
    pub fn failed(&mut self, error: &Error, terms: Terms, left_in_a_row: u32) -> Next {
        if !is_of_the_part(error) || self.is_ahead && !terms.merges {
            return Next::EndRun;
        }
        if self.retries < terms.retries {
            self.retries += 1;
            let delay = DELAY_FIRST.saturating_mul(1 << (self.retries - 1).min(16));
            return Next::Again { retry: self.retries, delay: delay.min(DELAY_MAX) };
        }
        let is_provider_down = left_in_a_row + 1 >= LEFT_IN_A_ROW_MAX;
        if terms.keeps && !is_provider_down { Next::Leave } else { Next::EndRun }
    }
}

/// Whether an error may pass by itself and is not about the account or the run as a whole, which
/// every other part would meet too. Where the provider named a time, nobody comes before it.
fn is_of_the_part(error: &Error) -> bool {
    error.kind() == ErrorKind::Unavailable && error.retry_at().is_none()
}

#[cfg(test)]
mod tests;
