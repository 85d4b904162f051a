//! What came of a run.

use std::fmt;
use std::time::Duration;

use serde::Serialize;
use tollgate_model::{Error, Usage};

use crate::destination::Loaded;

/// What a run did, also where it failed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Report {
    /// The stream.
    pub stream: String,
    /// The table.
    pub table: String,
    /// Rows read.
    pub rows: u64,
    /// Pages read.
    pub pages: u64,
    /// Parts read to their end, where the stream was read in parts.
    pub partitions: u64,
    /// What the reads used.
    pub usage: Usage,
    /// From the first call to the last.
    #[serde(rename = "elapsed_ms", serialize_with = "as_millis")]
    pub elapsed: Duration,
    /// What was loaded. `None` where the run failed and the destination is as it was.
    pub loaded: Option<Loaded>,
}

/// A run that failed. The destination is as it was before.
#[derive(Debug)]
pub struct Failed {
    /// Why.
    pub error: Error,
    /// What was done until then.
    pub report: Report,
}

impl fmt::Display for Failed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "stream {}: {}", self.report.stream, self.error)
    }
}

impl std::error::Error for Failed {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        std::error::Error::source(&self.error)
    }
}

fn as_millis<S: serde::Serializer>(duration: &Duration, to: S) -> Result<S::Ok, S::Error> {
    to.serialize_u64(u64::try_from(duration.as_millis()).unwrap_or(u64::MAX))
}
