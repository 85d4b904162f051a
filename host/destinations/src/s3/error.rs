//! What a store's errors mean to a user.

use std::error::Error as StdError;

use object_store::Error as StoreError;
use tollgate_model::{Error, ErrorKind};

use super::http::Failure;

const AGAIN: &str = "try again: the next run goes on after what was kept";
const KEYS: &str = "check access_key_id and secret_access_key, and the session_token of keys that have \
                    one";
const RIGHTS: &str = "the keys need s3:ListBucket, s3:GetObject, s3:PutObject, s3:DeleteObject and \
                      s3:AbortMultipartUpload for this prefix";

/// The error for people: what could not be done, and the store's own word as its source.
pub(super) fn explain(place: &str, what: &str, error: StoreError) -> Error {
    let Some(failure) = failure(&error).cloned() else {
        let message = format!("cannot {what}");
        return Error::new(ErrorKind::Destination, message).with_source(error);
    };
    let (kind, message, hint) = meaning(place, what, &failure);
    Error::new(kind, message).with_hint(hint).with_source(failure)
}

/// What happened to the request, found among the error's sources.
pub(super) fn failure(error: &StoreError) -> Option<&Failure> {
    let mut source = error.source();
    while let Some(error) = source {
        if let Some(failure) = error.downcast_ref::<Failure>() {
            return Some(failure);
        }
        source = error.source();
    }
    None
}

fn meaning(place: &str, what: &str, failure: &Failure) -> (ErrorKind, String, String) {
    let told = |kind, message: String, hint: &str| (kind, message, hint.to_owned());
    let Failure::Refused { status, code, region, .. } = failure else {
        return match failure {
            Failure::TooLong => {
                let message = format!("cannot {what}: the answer is too long");
                told(ErrorKind::Destination, message, "replace the table, or load elsewhere")
            }
            _ => {
                let message = format!("the connection to {place} was lost");
                told(ErrorKind::Unavailable, message, AGAIN)
            }
        };
    };
    match (code.as_str(), status.as_u16()) {
        ("NoSuchBucket", _) => {
            let message = format!("there is no such bucket: {place}");
            told(ErrorKind::Config, message, "make it, or correct the URL")
        }
        ("InvalidAccessKeyId" | "SignatureDoesNotMatch" | "ExpiredToken" | "InvalidToken", _)
        | (_, 401) => told(ErrorKind::Config, format!("{place} does not accept the keys"), KEYS),
        ("RequestTimeTooSkewed", _) => {
            let message = "this machine's clock differs from the store's".to_owned();
            told(ErrorKind::Config, message, "set the clock")
        }
        ("AuthorizationHeaderMalformed" | "PermanentRedirect" | "TemporaryRedirect", _)
        | (_, 300..=399) => {
            let region = region.as_deref().unwrap_or("…");
            let hint = format!("say region = {region:?}, or give its endpoint");
            (ErrorKind::Config, format!("{place} is in another region"), hint)
        }
        (_, 403) => {
            let message = format!("the keys may not {what}");
            told(ErrorKind::Destination, message, RIGHTS)
        }
        _ if failure.is_passing() => {
            told(ErrorKind::Unavailable, format!("{place} is too busy or out of order"), AGAIN)
        }
        _ => {
            let message = format!("cannot {what}");
            told(ErrorKind::Destination, message, "the cause is the store's own word")
        }
    }
}
