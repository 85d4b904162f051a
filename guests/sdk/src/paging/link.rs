//! Paging by links.

use super::{Pager, Verdict, foreign_checkpoint};
use crate::failure::{Failure, Fault};
use crate::http::{Request, get};
use crate::response::Response;

/// The checkpoint of a read that came to its end.
const END: &str = "end";

/// Pages by a URL that each answer gives: it is followed to the letter. One that begins with `/` is
/// on the origin of the first request. An answer without one is the last; an empty page with one is
/// not: nobody but the provider can tell whether it is right, so that it is asked for once more, and
/// where it stays empty the read goes on. The host refuses a link that leads where the connector may
/// not go.
#[derive(Clone, Debug)]
pub struct Link {
    origin: String,
    member: &'static str,
    other_member: Option<&'static str>,
    next: Option<Request>,
    /// Whether the page that is read was empty before.
    was_empty: bool,
}

impl Link {
    /// Pages that begin with `request`; the next one is the answer's `member` (`_links.next.href`).
    pub fn new(request: Request, member: &'static str) -> Self {
        let origin = origin_of(&request.url).to_owned();
        Self { origin, member, other_member: None, next: Some(request), was_empty: false }
    }

    /// Where the link stands in answers that do not have it in the first place.
    #[must_use]
    pub fn or(mut self, member: &'static str) -> Self {
        self.other_member = Some(member);
        self
    }

    fn follow(&mut self, link: &str) {
        let url = match link.starts_with('/') {
            true => format!("{}{link}", self.origin),
            false => link.to_owned(),
        };
        // The headers of the first request are as good for the others.
        let headers = self.next.take().map(|request| request.headers).unwrap_or_default();
        self.next = Some(Request { headers, ..get(url) });
    }
}

fn origin_of(url: &str) -> &str {
    let scheme_end = url.find("://").map_or(0, |at| at + 3);
    let path = url[scheme_end..].find(['/', '?', '#']).map_or(url.len(), |at| scheme_end + at);
    &url[..path]
}

impl Pager for Link {
    fn resume(&mut self, checkpoint: &str) -> Result<(), Failure> {
        match checkpoint {
            "" => return Err(foreign_checkpoint(checkpoint)),
            END => self.next = None,
            link => self.follow(link),
        }
        Ok(())
    }

    fn request(&mut self) -> Option<Request> {
        self.next.clone()
    }

    fn accept(&mut self, response: &Response<'_>) -> Result<Verdict, Fault> {
        let link = match (response.text(self.member)?, self.other_member) {
            (None, Some(other)) => response.text(other)?,
            (link, _) => link,
        };
        let is_empty = link.is_some() && response.count() == 0;
        if is_empty && !std::mem::replace(&mut self.was_empty, true) {
            return Err(Fault::malformed("it is empty, and more is to follow"));
        }
        self.was_empty = false;
        match link {
            Some(link) => self.follow(&link),
            None => self.next = None,
        }
        Ok(Verdict::Keep)
    }

    fn is_done(&self) -> bool {
        self.next.is_none()
    }

    fn checkpoint(&self) -> Option<String> {
        Some(self.next_cursor().unwrap_or_else(|| END.to_owned()))
    }

    fn next_cursor(&self) -> Option<String> {
        self.next.as_ref().map(|request| request.url.clone())
    }
}
