//! What changes rows, one row a request: the way from a row to its outcome.

pub mod contact_lists;
pub mod contact_operations;
pub mod contacts;

use tollgate_sdk::body::{Object, Raw, ToJson};
use tollgate_sdk::failure::excerpt;
use tollgate_sdk::http::{Request, delete};
use tollgate_sdk::{Failure, Fault, Given, Response, Row, RowOutcome, Rows, WriteRequest};

use crate::account::Api;
use crate::{answers, parts};

/// Why a row is not tried.
#[derive(Debug)]
pub enum Stop {
    /// It cannot be done: why. Other rows can.
    Row(String),
    /// No row can be done now.
    Call(Failure),
}

impl From<Failure> for Stop {
    fn from(failure: Failure) -> Self {
        Self::Call(failure)
    }
}

impl From<Fault> for Stop {
    fn from(fault: Fault) -> Self {
        match fault {
            Fault::Malformed(text) => Self::Call(Failure::unexpected(text)),
            Fault::Failed(failure) => Self::Call(failure),
        }
    }
}

impl Stop {
    /// It cannot be done: why.
    pub fn row(why: impl Into<String>) -> Self {
        Self::Row(why.into())
    }
}

/// Writes one row.
pub type Write = fn(&Api, &WriteRequest, Row<'_>) -> Result<RowOutcome, Stop>;

/// Writes the rows of a call.
///
/// # Errors
/// `invalid-config` for an account of the API v2; why the first row could not be tried.
pub fn each(
    request: &WriteRequest,
    rows: Rows<'_>,
    write: Write,
) -> Result<Vec<RowOutcome>, Failure> {
    let api = Api::v3_for_writing(request)?;
    rows.each(|row| match write(&api, request, row) {
        Ok(outcome) => Ok(outcome),
        Err(Stop::Row(why)) => Ok(RowOutcome::Rejected(why)),
        Err(Stop::Call(failure)) => Err(failure),
    })
}

/// A thing at the provider that a row names by its id.
#[derive(Debug)]
pub struct Named {
    /// The column, and the member of answers, that has the id.
    key: &'static str,
    id: String,
    /// The path of the thing.
    path: String,
}

impl Named {
    /// The thing in the collection at `path` whose id is in the column `key`.
    ///
    /// # Errors
    /// For a row without an id.
    pub fn by(row: Row<'_>, key: &'static str, path: &str) -> Result<Self, Stop> {
        let text = row.text(key)?.value();
        let wrong = |_| Stop::row(format!("{key}: {:?} is no id", excerpt(text.unwrap_or(""))));
        let id = parts::id_of(text).map_err(wrong)?;
        // An id needs no encoding.
        Ok(Self { key, path: format!("{path}/{id}"), id })
    }

    /// Its URL.
    pub fn url(&self, api: &Api) -> String {
        api.url(&self.path)
    }

    /// What it is now: the body of the answer.
    ///
    /// # Errors
    /// Where it is not there, and whatever the request failed with.
    pub fn read(&self, api: &Api) -> Result<Vec<u8>, Stop> {
        let http = api.http.clone().with_status_rule(answers::failure_of_lookup);
        let mut body = Vec::new();
        let read = http.read(&api.get(&self.path), &mut body, &mut |body| {
            // What is taken from another answer would be written over this thing.
            let found = Response::document(body)?.text(self.key)?.unwrap_or_default();
            match found.eq_ignore_ascii_case(&self.id) {
                true => Ok(()),
                false => Err(Fault::malformed(format!("it is not about {}", self.id))),
            }
        });
        match read {
            Ok(()) => Ok(body),
            Err(Failure::NotFound(says)) => Err(Stop::row(format!("it is not there: {says}"))),
            Err(failure) => Err(Stop::Call(failure)),
        }
    }

    /// Deletes it. What is not there needs no deletion.
    ///
    /// # Errors
    /// See [`tollgate_sdk::http::Http::change`].
    pub fn delete(&self, api: &Api) -> Result<RowOutcome, Stop> {
        let outcome = api.http.change(&delete(self.url(api)), &mut |head, _| {
            (head.status == 404).then(|| RowOutcome::Unchanged("it is not there".to_owned()))
        });
        Ok(outcome?)
    }
}

/// Sends a row. The answer has its id in the member `key`.
///
/// # Errors
/// See [`tollgate_sdk::http::Http::change`].
pub fn send(api: &Api, request: Request, key: &str) -> Result<RowOutcome, Stop> {
    let outcome = api.http.change(&request.json(), &mut |head, body| match head.status {
        200 | 201 => {
            let id = Response::document(body).ok()?.text(key).ok()??;
            Some(RowOutcome::Done(Some(id.into_owned())))
        }
        _ => None,
    });
    Ok(outcome?)
}

/// Puts a value into a body: what the row says, or what is there where the row leaves it out. Null
/// is told by leaving the key out, which is how the API empties a field.
pub fn put_or_keep(body: &mut Object, key: &str, given: Given<impl ToJson>, now: Option<&str>) {
    match (given, now) {
        (Given::Value(value), _) => {
            body.set(key, value);
        }
        (Given::LeftOut, Some(now)) => {
            body.set(key, Raw(now));
        }
        (Given::LeftOut | Given::Null, _) => {}
    }
}
