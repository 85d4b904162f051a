//! One answer that holds everything.

use super::{Pager, Verdict, foreign_checkpoint};
use crate::failure::{Failure, Fault};
use crate::http::Request;
use crate::response::Response;

/// One request, whose answer holds everything. An answer that names a `total` and has fewer rows is
/// an error, not an end.
#[derive(Clone, Debug)]
pub struct Whole {
    request: Request,
    is_done: bool,
}

impl Whole {
    /// Everything that `request` gives.
    pub fn new(request: Request) -> Self {
        Self { request, is_done: false }
    }
}

impl Pager for Whole {
    fn resume(&mut self, checkpoint: &str) -> Result<(), Failure> {
        match checkpoint {
            "end" => self.is_done = true,
            _ => return Err(foreign_checkpoint(checkpoint)),
        }
        Ok(())
    }

    fn request(&mut self) -> Option<Request> {
        (!self.is_done).then(|| self.request.clone())
    }

    fn accept(&mut self, response: &Response<'_>) -> Result<Verdict, Fault> {
        let count = response.count() as u64;
        if let Some(total) = response.count_of("total")?.filter(|&total| total > count) {
            return Err(Fault::Malformed(format!("it holds {count} of {total} rows")));
        }
        self.is_done = true;
        Ok(Verdict::Keep)
    }

    fn is_done(&self) -> bool {
        self.is_done
    }

    fn checkpoint(&self) -> Option<String> {
        self.is_done.then(|| "end".to_owned())
    }

    fn next_cursor(&self) -> Option<String> {
        (!self.is_done).then(|| "start".to_owned())
    }
}
