//! Reads that go on where an earlier one ended.

use super::{Item, Pager, Verdict, foreign_checkpoint};
use crate::failure::{Failure, Fault};
use crate::http::Request;
use crate::request::ScanRequest;
use crate::response::Response;
use crate::time::MICROS_PER_SECOND;

/// Reads what is new or changed since the read before it began, with the provider's own filter.
///
/// The checkpoint of a read under way is `BEGAN SINCE PLACE`: when the read began, the bound it asks
/// the provider for (`-` for none), and the place of its pager. That of a read that came to its end
/// is `BEGAN` alone. What follows such a one asks for everything since `BEGAN`, less an overlap, and
/// begins anew; what follows one under way keeps both times. The begin of a read counts, not its
/// end: what changes behind a page that was read comes with the next read.
pub struct Incremental {
    /// Microseconds UTC.
    began: i64,
    /// Microseconds UTC.
    since: Option<i64>,
    inner: Box<dyn Pager>,
}

impl Incremental {
    /// Reads with what `pager_of` makes of the bound in microseconds UTC. That of a read from the
    /// start is the later of what the host wants and of `begin`, which the stream's own options may
    /// say; it is none where neither is there. That of a read which goes on is when the one before
    /// began: bounds of providers may be exclusive and their clocks differ, so `overlap_seconds` are
    /// read twice.
    ///
    /// # Errors
    /// `invalid-config` for a checkpoint that is not one of these.
    pub fn new(
        request: &ScanRequest,
        overlap_seconds: i64,
        begin: Option<i64>,
        pager_of: impl FnOnce(Option<i64>) -> Box<dyn Pager>,
    ) -> Result<Self, Failure> {
        let (began, since) = match &request.checkpoint {
            None => (request.started_at, request.since.max(begin)),
            Some(checkpoint) => match Mark::parse(checkpoint)? {
                Mark { began, place: Some((since, _)) } => (began, since),
                Mark { began, place: None } => {
                    let overlap = overlap_seconds.saturating_mul(MICROS_PER_SECOND);
                    (request.started_at, Some(began.saturating_sub(overlap)))
                }
            },
        };
        Ok(Self { began, since, inner: pager_of(since) })
    }
}

/// A checkpoint: when its read began and, if it did not come to its end, its bound and its place.
struct Mark<'c> {
    began: i64,
    place: Option<(Option<i64>, &'c str)>,
}

impl<'c> Mark<'c> {
    fn parse(checkpoint: &'c str) -> Result<Self, Failure> {
        let foreign = || foreign_checkpoint(checkpoint);
        let mut words = checkpoint.splitn(3, ' ');
        let began = words.next().and_then(|word| word.parse().ok()).ok_or_else(foreign)?;
        let place = match (words.next(), words.next()) {
            (None, _) => None,
            (Some("-"), Some(place)) => Some((None, place)),
            (Some(since), Some(place)) => {
                Some((Some(since.parse().map_err(|_| foreign())?), place))
            }
            (Some(_), None) => return Err(foreign()),
        };
        Ok(Self { began, place })
    }
}

impl Pager for Incremental {
    fn item(&self) -> &Item {
        self.inner.item()
    }

    fn resume(&mut self, checkpoint: &str) -> Result<(), Failure> {
        match Mark::parse(checkpoint)?.place {
            Some((_, place)) => self.inner.resume(place),
            None => Ok(()),
        }
    }

    fn request(&mut self) -> Option<Request> {
        self.inner.request()
    }

    fn accept(&mut self, response: &Response<'_>) -> Result<Verdict, Fault> {
        self.inner.accept(response)
    }

    fn is_done(&self) -> bool {
        self.inner.is_done()
    }

    fn skip(&mut self) -> bool {
        self.inner.skip()
    }

    fn checkpoint(&self) -> Option<String> {
        if self.is_done() {
            return Some(self.began.to_string());
        }
        let since = self.since.map_or_else(|| "-".to_owned(), |since| since.to_string());
        self.inner.checkpoint().map(|place| format!("{} {since} {place}", self.began))
    }

    fn next_cursor(&self) -> Option<String> {
        self.inner.next_cursor()
    }

    fn rows_total(&self) -> Option<u64> {
        self.inner.rows_total()
    }
}
