//! Rows written to Constant Contact, which answers in turn.

use tollgate_constant_contact::ConstantContact;
use tollgate_sdk::manifest::Operation;
use tollgate_sdk::testing::{self, Cells, Reply, settings};
use tollgate_sdk::{Connector, Failure, RowOutcome, Rows};

use crate::provider::{OAUTH, Values, short};

/// What became of a row.
pub type Outcome = Result<RowOutcome, Failure>;

/// A row to be written: a stream, what to do, its columns and the options.
#[derive(Clone, Copy)]
pub struct Write<'w> {
    /// The stream.
    pub stream: &'w str,
    /// What to do.
    pub operation: Operation,
    /// The row.
    pub row: &'w [(&'w str, Cells<'w>)],
    /// The options.
    pub options: Values<'w>,
    /// The account's settings.
    pub account: Values<'w>,
}

/// A row without options.
pub fn row<'w>(
    stream: &'w str,
    operation: Operation,
    row: &'w [(&'w str, Cells<'w>)],
) -> Write<'w> {
    Write { stream, operation, row, options: &[], account: OAUTH }
}

impl Write<'_> {
    /// Writes it, and gives the requests that this took: method, path and body.
    ///
    /// Every reply must have been asked for.
    pub fn with(&self, replies: &[Reply]) -> (Outcome, Vec<String>) {
        let mut left = replies.to_vec();
        left.reverse();
        let (http, requests) = testing::http(move |_| left.pop().expect("another request"));
        let (columns, batch) = testing::batch(self.row);
        let mut request = testing::write_request(&http, self.stream, self.operation, &columns);
        request.settings = settings(self.account);
        request.options = settings(self.options);
        let written = ConstantContact::write(&request, Rows::new(&columns, &batch));
        let outcome = written.map(|mut outcomes| {
            assert_eq!(outcomes.len(), 1);
            outcomes.remove(0)
        });
        let requests = requests.borrow();
        let shown = requests.iter().map(|request| {
            let has = |name: &str| {
                let json = (name.to_owned(), "application/json".to_owned());
                request.headers.contains(&json)
            };
            assert!(has("Accept"), "{request:?}");
            assert_eq!(has("Content-Type"), !request.body.is_empty(), "{request:?}");
            let body = String::from_utf8_lossy(&request.body);
            format!("{:?} {} {body}", request.method, short(&request.url)).trim_end().to_owned()
        });
        let shown: Vec<_> = shown.collect();
        assert_eq!(shown.len(), replies.len(), "{shown:?}");
        (outcome, shown)
    }
}

/// An error as the API tells it.
pub fn refusal(status: u16, key: &str) -> Reply {
    let body = format!(r#"[{{"error_key":"{key}","error_message":"No"}}]"#);
    Reply::status(status, body)
}

/// It was done; the row's id.
pub fn done(id: &str) -> Outcome {
    Ok(RowOutcome::Done(Some(id.to_owned())))
}

/// It was refused: why.
pub fn rejected(why: &str) -> Outcome {
    Ok(RowOutcome::Rejected(why.to_owned()))
}

/// Nobody knows.
pub fn unknown(what: &str) -> Outcome {
    Ok(RowOutcome::Unknown(what.to_owned()))
}

/// What comes of the request that changes something, by its answer; `path` is that of the request.
pub fn common_answers(path: &str) -> Vec<(Reply, Outcome)> {
    let throttled = r#"{"error_key":"throttled","error_message":"Too Many Requests"}"#;
    let spent = r#"{"error_key":"quota_exceeded","error_message":"Limit Exceeded"}"#;
    let two =
        r#"[{"error_key":"a","error_message":"Long"},{"error_key":"b","error_message":"Bad"}]"#;
    let at = |what: &str| unknown(&format!("{path}: {what}"));
    let scope =
        "No (no) (the application lacks a scope, or the user a privilege, or the key is off)";
    vec![
        (Reply::cut(""), Ok(RowOutcome::Done(None))),
        (refusal(409, "contacts.api.conflict"), rejected("status 409: No (contacts.api.conflict)")),
        (Reply::status(400, two), rejected("status 400: Long (a); Bad (b)")),
        (Reply::status(422, "odd"), rejected("status 422: odd")),
        (refusal(401, "no"), Err(Failure::Unauthorized("No (no)".to_owned()))),
        (refusal(403, "no"), Err(Failure::forbidden(scope))),
        (Reply::status(429, throttled), Err(Failure::RateLimited(Some(1_000)))),
        (Reply::status(429, spent), Err(Failure::QuotaExhausted(None))),
        (Reply::status(503, "later"), at("status 503: later")),
        (Reply::unanswered(), at("the connection broke off")),
        (Reply::not_sent(), Err(Failure::unavailable("no connection could be made"))),
    ]
}
