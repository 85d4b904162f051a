//! Paging by a token.

use super::{Pager, Verdict, foreign_checkpoint};
use crate::failure::{Failure, Fault};
use crate::http::Request;
use crate::response::Response;

/// The checkpoint of a read that came to its end. No provider's token begins like this.
const END: &str = "\u{1}end";

/// Pages by a token that each answer gives and the next request carries. An answer without one is
/// the last; an empty page with one is not.
#[derive(Clone, Debug)]
pub struct Cursor {
    request: Request,
    parameter: &'static str,
    member: &'static str,
    token: Option<String>,
    is_done: bool,
}

impl Cursor {
    /// Pages of `request`: the answer's `member` (`meta.next`) is the next request's `parameter`.
    pub fn new(request: Request, parameter: &'static str, member: &'static str) -> Self {
        Self { request, parameter, member, token: None, is_done: false }
    }
}

impl Pager for Cursor {
    fn resume(&mut self, checkpoint: &str) -> Result<(), Failure> {
        match checkpoint {
            "" => return Err(foreign_checkpoint(checkpoint)),
            END => self.is_done = true,
            token => self.token = Some(token.to_owned()),
        }
        Ok(())
    }

    fn request(&mut self) -> Option<Request> {
        (!self.is_done).then(|| self.request.clone().query_if(self.parameter, self.token.as_ref()))
    }

    fn accept(&mut self, response: &Response<'_>) -> Result<Verdict, Fault> {
        self.token = response.text(self.member)?.map(String::from);
        self.is_done = self.token.is_none();
        Ok(Verdict::Keep)
    }

    fn is_done(&self) -> bool {
        self.is_done
    }

    fn checkpoint(&self) -> Option<String> {
        if self.is_done { Some(END.to_owned()) } else { self.token.clone() }
    }

    fn next_cursor(&self) -> Option<String> {
        self.token.clone()
    }
}
