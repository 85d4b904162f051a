//! Paging by an offset.

use super::{Pager, Verdict, foreign_checkpoint};
use crate::failure::{Failure, Fault};
use crate::http::Request;
use crate::log;
use crate::response::Response;

/// Pages read again without getting ahead, after which the total is taken for a moving target.
const REREADS_MAX: u32 = 20;

/// What a provider calls the parts of paging by an offset.
#[derive(Clone, Copy, Debug)]
pub struct OffsetNames {
    /// The parameter for the first row.
    pub offset: &'static str,
    /// The parameter for the number of rows.
    pub limit: &'static str,
    /// The member of an answer with the number of all rows.
    pub total: &'static str,
}

impl Default for OffsetNames {
    fn default() -> Self {
        Self { offset: "offset", limit: "limit", total: "total" }
    }
}

/// Pages by `offset` and `limit`, with a `total` in the answer, or by other [`OffsetNames`].
///
/// The limit asked for is a wish: the offset advances by the rows that came, whatever the provider
/// made of the limit. An answer that echoes another offset than the one asked for is an error. The
/// read ends where the offset reaches the total; an empty page before that is an error. Without a
/// total it ends at an empty page, or at one that is shorter than the limit the answer echoes.
///
/// A total that has shrunk since the page before means that rows were removed, perhaps some that
/// lay before the offset, so that others moved up past it. The page is dropped and read again from
/// that many rows before. Rows may then come twice; none is left out. A total that has grown is
/// followed. Removals and additions that cancel out cannot be seen.
#[derive(Clone, Debug)]
pub struct Offset {
    request: Request,
    names: OffsetNames,
    limit: u64,
    first_limit: u64,
    offset: u64,
    total: Option<u64>,
    /// The furthest offset so far, and the pages read again since then.
    furthest: u64,
    rereads_in_place: u32,
    /// All pages read again: it makes a cursor that comes back a new one.
    rereads: u32,
    is_done: bool,
}

impl Offset {
    /// Pages of `request`, up to `limit` rows each.
    pub fn new(request: Request, limit: u64) -> Self {
        Self {
            request,
            names: OffsetNames::default(),
            limit,
            first_limit: limit,
            offset: 0,
            total: None,
            furthest: 0,
            rereads_in_place: 0,
            rereads: 0,
            is_done: false,
        }
    }

    /// The provider has these names.
    #[must_use]
    pub fn named(mut self, names: OffsetNames) -> Self {
        self.names = names;
        self
    }

    /// Makes the first page smaller where only so many rows will be taken.
    #[must_use]
    pub fn rows_wanted(mut self, rows_wanted: Option<u64>) -> Self {
        let wanted = rows_wanted.unwrap_or(self.limit);
        self.first_limit = wanted.clamp(1, self.limit);
        self
    }

    /// Checks the page against what the read knows so far; gives its total.
    fn check(&self, response: &Response<'_>) -> Result<Option<u64>, Fault> {
        let echoed = response.count_of(self.names.offset)?;
        if let Some(echoed) = echoed.filter(|&echoed| echoed != self.offset) {
            let text = format!("it begins at row {echoed} instead of {}", self.offset);
            return Err(Fault::Malformed(text));
        }
        let total = response.count_of(self.names.total)?;
        // An answer without any content says no total, so the one before counts.
        if let Some(total) =
            total.or(self.total).filter(|&total| response.count() == 0 && self.offset < total)
        {
            let text = format!("it is empty at row {} of {total}", self.offset);
            return Err(Fault::Malformed(text));
        }
        Ok(total)
    }

    /// How many rows have gone since the page before, where that can have moved others past us.
    fn rows_lost(&self, total: Option<u64>) -> Option<u64> {
        let lost = self.total?.checked_sub(total?)?;
        (lost > 0 && self.offset > 0).then_some(lost)
    }

    fn step_back(&mut self, lost: u64, total: Option<u64>) -> Result<Verdict, Fault> {
        if self.rereads_in_place == REREADS_MAX {
            let text = format!("the total shrank {REREADS_MAX} times without getting ahead");
            return Err(Fault::Failed(Failure::UnexpectedResponse(text)));
        }
        let from = self.offset.saturating_sub(lost);
        log::warn(format!(
            "{lost} rows were removed during the read: reading again from row {from}, some rows \
             may come twice"
        ));
        self.rereads_in_place += 1;
        self.rereads += 1;
        self.offset = from;
        self.total = total;
        Ok(Verdict::Reread)
    }

    fn ends(&self, response: &Response<'_>) -> Result<bool, Fault> {
        let count = response.count() as u64;
        let echoed_limit = response.count_of(self.names.limit)?;
        Ok(match self.total {
            Some(total) => self.offset >= total,
            None => count == 0 || echoed_limit.is_some_and(|limit| count < limit),
        })
    }
}

impl Pager for Offset {
    fn resume(&mut self, checkpoint: &str) -> Result<(), Failure> {
        let foreign = || foreign_checkpoint(checkpoint);
        let mut parts = checkpoint.split('/');
        let mut part = || parts.next().ok_or_else(foreign);
        let (offset, total, end) = (part()?, part()?, part()?);
        self.offset = offset.parse().map_err(|_| foreign())?;
        self.total = match total {
            "" => None,
            total => Some(total.parse().map_err(|_| foreign())?),
        };
        self.is_done = match end {
            "end" => true,
            "" => false,
            _ => return Err(foreign()),
        };
        self.furthest = self.offset;
        Ok(())
    }

    fn request(&mut self) -> Option<Request> {
        if self.is_done {
            return None;
        }
        let limit = if self.offset == 0 { self.first_limit } else { self.limit };
        let request = self.request.clone().query(self.names.limit, limit.to_string());
        Some(request.query(self.names.offset, self.offset.to_string()))
    }

    fn accept(&mut self, response: &Response<'_>) -> Result<Verdict, Fault> {
        let total = self.check(response)?;
        if let Some(lost) = self.rows_lost(total) {
            return self.step_back(lost, total);
        }
        // `ends` can fail, so the state changes behind it.
        let mut next = self.clone();
        next.offset += response.count() as u64;
        next.total = total;
        next.is_done = next.ends(response)?;
        if next.offset > next.furthest {
            next.furthest = next.offset;
            next.rereads_in_place = 0;
        }
        *self = next;
        Ok(Verdict::Keep)
    }

    fn is_done(&self) -> bool {
        self.is_done
    }

    fn checkpoint(&self) -> Option<String> {
        let total = self.total.map(|total| total.to_string()).unwrap_or_default();
        let end = if self.is_done { "end" } else { "" };
        Some(format!("{}/{total}/{end}", self.offset))
    }

    fn next_cursor(&self) -> Option<String> {
        let again = match self.rereads {
            0 => String::new(),
            rereads => format!("#{rereads}"),
        };
        (!self.is_done).then(|| format!("{}{again}", self.offset))
    }

    fn rows_total(&self) -> Option<u64> {
        self.total
    }
}
