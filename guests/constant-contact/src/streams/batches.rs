//! One request about several things at once.

use tollgate_sdk::http::Request;
use tollgate_sdk::paging::{Pager, Verdict};
use tollgate_sdk::{Failure, Fault, Response, log};

/// Asks about ids in batches, each id in one request. One id that the provider does not know makes
/// the whole answer a 404: the batch is then halved until that id is alone, and it is passed over.
///
/// It gives no checkpoint before its end: it begins again, at a few requests.
pub struct Batches {
    /// The batches still to be asked for, the next one last.
    batches: Vec<Vec<String>>,
    request_of: Box<dyn Fn(&str) -> Request>,
    has_passed_over: bool,
}

impl Batches {
    /// Asks what `request_of` makes of ids with commas between, up to `size` of them.
    pub fn new(
        ids: &[String],
        size: usize,
        request_of: impl Fn(&str) -> Request + 'static,
    ) -> Self {
        let batches = ids.chunks(size).rev().map(<[String]>::to_vec).collect();
        Self { batches, request_of: Box::new(request_of), has_passed_over: false }
    }
}

impl Pager for Batches {
    fn resume(&mut self, checkpoint: &str) -> Result<(), Failure> {
        match checkpoint {
            "end" => self.batches.clear(),
            _ => return Err(Failure::invalid("checkpoint", "it is not a place in this stream")),
        }
        Ok(())
    }

    fn request(&mut self) -> Option<Request> {
        self.batches.last().map(|ids| (self.request_of)(&ids.join(",")))
    }

    fn accept(&mut self, _: &Response<'_>) -> Result<Verdict, Fault> {
        self.batches.pop();
        Ok(Verdict::Keep)
    }

    fn skip(&mut self) -> bool {
        let Some(mut ids) = self.batches.pop() else { return false };
        if ids.len() > 1 {
            let rest = ids.split_off(ids.len() / 2);
            self.batches.extend([rest, ids]);
        } else if !std::mem::replace(&mut self.has_passed_over, true) {
            log::warn(format!("no statistics of {}, and perhaps of others", ids.join(",")));
        }
        true
    }

    fn is_done(&self) -> bool {
        self.batches.is_empty()
    }

    fn checkpoint(&self) -> Option<String> {
        self.is_done().then(|| "end".to_owned())
    }

    fn next_cursor(&self) -> Option<String> {
        let ids = self.batches.last()?;
        Some(format!("{} {}", ids.first()?, ids.len()))
    }
}
