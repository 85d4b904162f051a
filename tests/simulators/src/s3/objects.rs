//! What the store holds: objects, and uploads that have not ended.

use std::collections::BTreeMap;

use bytes::Bytes;
use sha2::{Digest as _, Sha256};

use super::signature::hex;
use super::uploads::Upload;
use super::xml;
use crate::vendor::{Reply, Request};

/// When every object was made: nothing of a client depends on it.
pub(super) const MODIFIED_HTTP: &str = "Sat, 21 Nov 2026 17:05:00 GMT";

/// One object.
#[derive(Clone, Debug)]
pub(super) struct Object {
    pub(super) bytes: Bytes,
    pub(super) etag: String,
}

impl Object {
    pub(super) fn new(bytes: Bytes) -> Self {
        let etag = etag(&bytes);
        Object { bytes, etag }
    }
}

/// A tag of what is held, as stores make one: the same for the same bytes.
pub(super) fn etag(bytes: &[u8]) -> String {
    format!("\"{}\"", &hex(&Sha256::digest(bytes))[..32])
}

/// All that the store holds.
#[derive(Clone, Debug, Default)]
pub(super) struct Contents {
    pub(super) objects: BTreeMap<String, Object>,
    pub(super) uploads: BTreeMap<String, Upload>,
    pub(super) uploads_begun: usize,
}

impl Contents {
    pub(super) fn get(&self, key: &str) -> Result<Reply, Reply> {
        let object = self.objects.get(key).ok_or_else(no_such_key)?;
        let mut reply = Reply::new(200, "application/octet-stream", object.bytes.clone());
        reply.headers.push(("etag".to_owned(), object.etag.clone()));
        reply.headers.push(("last-modified".to_owned(), MODIFIED_HTTP.to_owned()));
        Ok(reply)
    }

    pub(super) fn put(
        &mut self,
        key: &str,
        request: &Request,
        ignores_conditions: bool,
    ) -> Result<Reply, Reply> {
        if !ignores_conditions {
            self.check_condition(key, request)?;
        }
        let object = Object::new(request.body.clone());
        let mut reply = Reply::new(200, xml::CONTENT_TYPE, "");
        reply.headers.push(("etag".to_owned(), object.etag.clone()));
        self.objects.insert(key.to_owned(), object);
        Ok(reply)
    }

    fn check_condition(&self, key: &str, request: &Request) -> Result<(), Reply> {
        let there = self.objects.get(key);
        if let Some(wanted) = request.header("if-match") {
            let object = there.ok_or_else(no_such_key)?;
            if object.etag != wanted {
                return Err(precondition_failed());
            }
        }
        match request.header("if-none-match") {
            Some("*") if there.is_some() => Err(precondition_failed()),
            _ => Ok(()),
        }
    }
}

pub(super) fn no_such_key() -> Reply {
    xml::error(404, "NoSuchKey", "The specified key does not exist.")
}

fn precondition_failed() -> Reply {
    let message = "At least one of the pre-conditions you specified did not hold";
    xml::error(412, "PreconditionFailed", message)
}
