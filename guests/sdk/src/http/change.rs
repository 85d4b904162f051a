//! Requests that change something, and what became of them.

use super::{FetchError, Head, Http, Request, failure_of_status, place};
use crate::connector::RowOutcome;
use crate::failure::{Failure, excerpt_of_bytes};

impl Http {
    /// Makes a request that changes one row at the provider, once, and says what became of the row.
    ///
    /// `read` has the first word on an answer that came whole, for example to take the row's key
    /// from it; where it says nothing, and where the body broke off, the status decides:
    ///
    /// | what happens | |
    /// |---|---|
    /// | 200 to 299 | `done`, without a key |
    /// | 401, 403, 429 | the failure |
    /// | 400 to 499 otherwise | `rejected`, with what the answer says |
    /// | 500 to 599 | `unknown` |
    /// | anything else, redirects too | `unexpected-response` |
    /// | no answer came, or not all of the request was taken | `unknown` |
    /// | nothing was sent: no connection, refused by the host | the failure |
    ///
    /// A rule of [`Http::with_status_rule`] that finds a failure decides what is said. Of 400 to 499
    /// it decides whether it is of this row alone: `not-found` and `unexpected-response` reject the
    /// row. Under 200 to 299 it makes the outcome `unknown`.
    ///
    /// # Errors
    /// Why the row could not be tried: the table says when. Nothing was changed then.
    pub fn change(
        &self,
        request: &Request,
        read: &mut dyn FnMut(&Head, &[u8]) -> Option<RowOutcome>,
    ) -> Result<RowOutcome, Failure> {
        let mut request = request.clone();
        request.headers.extend_from_slice(&self.headers);
        let mut body = Vec::new();
        match self.fetch.fetch(&request, &mut body) {
            Ok(head) => {
                read(&head, &body).map_or_else(|| self.by_status(&request, &head, &body), Ok)
            }
            Err(FetchError::Cut { head, .. }) => self.by_status(&request, &head, &body),
            Err(FetchError::Failed(failure)) => Err(failure),
            Err(FetchError::Unanswered(failure)) => {
                let text = text_of(&failure).unwrap_or("no answer came");
                Ok(RowOutcome::Unknown(format!("{}: {text}", place(&request))))
            }
        }
    }

    fn by_status(
        &self,
        request: &Request,
        head: &Head,
        body: &[u8],
    ) -> Result<RowOutcome, Failure> {
        let found = (self.status_rule)(head, body).or_else(|| failure_of_status(head, body));
        let Some(failure) = found else { return Ok(RowOutcome::Done(None)) };
        let said = || {
            let status = || format!("status {}: {}", head.status, excerpt_of_bytes(body));
            text_of(&failure).map_or_else(status, str::to_owned)
        };
        match (head.status, &failure) {
            (400..=499, Failure::NotFound(_) | Failure::UnexpectedResponse(_)) => {
                Ok(RowOutcome::Rejected(said()))
            }
            // It may have failed after the deed.
            (200..=299 | 500..=599, _) => {
                Ok(RowOutcome::Unknown(format!("{}: {}", place(request), said())))
            }
            _ => Err(failure),
        }
    }
}

fn text_of(failure: &Failure) -> Option<&str> {
    match failure {
        Failure::Unauthorized(text)
        | Failure::Forbidden(text)
        | Failure::NotFound(text)
        | Failure::Unavailable(text)
        | Failure::UnexpectedResponse(text)
        | Failure::Denied(text)
        | Failure::Internal(text) => Some(text),
        Failure::InvalidConfig(wrong) => Some(&wrong.reason),
        Failure::RateLimited(_) | Failure::QuotaExhausted(_) | Failure::Cancelled => None,
    }
}

#[cfg(test)]
mod tests {
    use crate::Response;
    use crate::http::{delete, patch, post, put};
    use crate::testing::{Reply, http};

    use super::*;

    fn done(key: &str) -> RowOutcome {
        RowOutcome::Done(Some(key.to_owned()))
    }

    /// What becomes of a row where the provider answers so.
    fn change(reply: Reply) -> Result<RowOutcome, Failure> {
        let (http, seen) = http(move |_| reply.clone());
        let request = post("https://example.com/rows", "{}").json();
        let outcome = http.change(&request, &mut |head, body| {
            let key =
                (head.status == 201).then(|| Response::document(body).ok()?.text("id").ok()?);
            key.flatten().map(|key| done(&key))
        });
        assert_eq!(seen.borrow().len(), 1, "it is made once, whatever comes");
        let header = ("Content-Type".to_owned(), "application/json".to_owned());
        assert_eq!(seen.borrow()[0].headers, [header]);
        outcome
    }

    #[test]
    fn each_answer_has_its_outcome() {
        let said = |status: u16| format!("status {status}: no");
        let rejected = |status| Ok(RowOutcome::Rejected(said(status)));
        let unknown = |text: String| Ok(RowOutcome::Unknown(format!("/rows: {text}")));
        for (reply, expected) in [
            (Reply::status(201, r#"{"id": "7"}"#), Ok(done("7"))),
            (Reply::status(201, "<html>"), Ok(RowOutcome::Done(None))),
            (Reply::ok(""), Ok(RowOutcome::Done(None))),
            (Reply::cut(r#"{"id"#), Ok(RowOutcome::Done(None))),
            (Reply::status(400, "no"), rejected(400)),
            (Reply::status(404, "no"), rejected(404)),
            (Reply::status(409, "no"), rejected(409)),
            (Reply::status(401, "no"), Err(Failure::Unauthorized(said(401)))),
            (Reply::status(403, "no"), Err(Failure::Forbidden(said(403)))),
            (Reply::status(429, "no"), Err(Failure::RateLimited(None))),
            (Reply::status(302, "no"), Err(Failure::UnexpectedResponse(said(302)))),
            (Reply::status(500, "no"), unknown(said(500))),
            (Reply::status(503, "no"), unknown(said(503))),
            (Reply::unanswered(), unknown("the connection broke off".to_owned())),
            (Reply::not_sent(), Err(Failure::unavailable("no connection could be made"))),
        ] {
            assert_eq!(change(reply.clone()), expected, "{reply:?}");
        }
    }

    #[test]
    fn the_providers_own_reading_decides_what_is_said_and_of_whom() {
        let (http, _) = http(|request| match request.url.ends_with("quota") {
            true => Reply::status(400, "quota"),
            false => Reply::status(400, "taken"),
        });
        let http = http.with_status_rule(|_, body| match body {
            b"quota" => Some(Failure::QuotaExhausted(None)),
            _ => Some(Failure::unexpected("the address is taken")),
        });
        let change = |url| http.change(&put(url, "{}"), &mut |_, _| None);
        let taken = RowOutcome::Rejected("the address is taken".to_owned());
        assert_eq!(change("https://example.com/1"), Ok(taken));
        assert_eq!(change("https://example.com/quota"), Err(Failure::QuotaExhausted(None)));
    }

    #[test]
    fn what_is_not_there_can_be_nothing_to_do() {
        let (http, _) = http(|_| Reply::status(404, "{}"));
        let gone = || RowOutcome::Unchanged("it is not there".to_owned());
        let request = delete("https://example.com/1");
        let outcome = http.change(&request, &mut |head, _| (head.status == 404).then(gone));
        assert_eq!(outcome, Ok(gone()));
        assert_eq!(patch("https://example.com/1", "{}").body, b"{}");
    }
}
