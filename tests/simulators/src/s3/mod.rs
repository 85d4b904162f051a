//! A stand-in for an S3-compatible object store with one bucket, addressed in the path.
//!
//! It takes GET, HEAD, PUT and DELETE of objects, the listing of version 2 in pages, uploads in
//! parts, and writes on a condition; and it computes the signature of every request.
//!
//! ```
//! use tollgate_simulators::S3;
//!
//! let server = S3::builder().bucket("acme".to_owned()).start_blocking()?;
//! assert!(server.origin().starts_with("http://127.0.0.1:"));
//! assert!(server.vendor().keys().is_empty());
//! # Ok::<(), std::io::Error>(())
//! ```

mod builder;
mod listing;
mod objects;
mod signature;
mod uploads;
mod xml;

use std::sync::{Mutex, MutexGuard};

use bytes::Bytes;

use crate::log::lock;
use crate::vendor::{Reply, Request, Twist, Vendor};

use builder::Settings;
pub use builder::{Builder, Credentials};
use objects::{Contents, Object};

/// The longest body that is taken: a part of an upload, with room.
const BODY_BYTES_MAX: usize = 64 << 20;

/// The stand-in, and what it holds.
#[derive(Debug)]
pub struct S3 {
    settings: Settings,
    contents: Mutex<Contents>,
}

impl S3 {
    /// Begins to put one together.
    pub fn builder() -> Builder {
        Builder::default()
    }

    /// The keys of all objects, in order.
    pub fn keys(&self) -> Vec<String> {
        self.contents().objects.keys().cloned().collect()
    }

    /// What an object holds.
    pub fn object(&self, key: &str) -> Option<Bytes> {
        self.contents().objects.get(key).map(|object| object.bytes.clone())
    }

    /// Puts an object there, as another program would.
    pub fn put(&self, key: &str, bytes: impl Into<Bytes>) {
        let object = Object::new(bytes.into());
        self.contents().objects.insert(key.to_owned(), object);
    }

    /// How many uploads in parts have neither been completed nor given up.
    pub fn open_uploads(&self) -> usize {
        self.contents().uploads.len()
    }

    /// How a stand-in is begun that holds what this one holds now, as if all clients had been killed.
    pub fn copied(&self) -> Builder {
        Builder::with(self.settings.clone(), self.contents().clone())
    }

    fn contents(&self) -> MutexGuard<'_, Contents> {
        lock(&self.contents)
    }

    /// The key of a path, or why there is none.
    fn key(&self, path: &str) -> Result<String, Reply> {
        let path = percent_decoded(path.trim_start_matches('/'));
        let (bucket, key) = path.split_once('/').unwrap_or((&path, ""));
        match bucket == self.settings.bucket {
            true => Ok(key.to_owned()),
            false => Err(xml::error(404, "NoSuchBucket", "The specified bucket does not exist")),
        }
    }

    fn answer(&self, request: &Request) -> Result<Reply, Reply> {
        signature::check(request, &self.settings)?;
        let key = self.key(&request.path)?;
        let (asks_for, mut contents) = (|name| request.parameter(name), self.contents());
        match (request.method.as_str(), key.as_str()) {
            ("GET", "") if asks_for("list-type") == Some("2") => {
                Ok(listing::list(&contents, request, self.settings.page_keys))
            }
            (_, "") => Err(xml::error(405, "MethodNotAllowed", "The method is not allowed")),
            ("GET" | "HEAD", key) => contents.get(key),
            ("PUT", key) => match asks_for("uploadId") {
                Some(id) => contents.put_part(key, id, request),
                None => contents.put(key, request, self.settings.ignores_conditions),
            },
            ("POST", key) => match asks_for("uploadId") {
                Some(id) => contents.complete(key, id, request),
                None => Ok(contents.begin_upload(key)),
            },
            ("DELETE", key) => match asks_for("uploadId") {
                Some(id) => contents.abort(key, id),
                None => {
                    contents.objects.remove(key);
                    Ok(Reply::new(204, xml::CONTENT_TYPE, ""))
                }
            },
            _ => Err(xml::error(405, "MethodNotAllowed", "The method is not allowed")),
        }
    }
}

impl Vendor for S3 {
    fn respond(&self, request: &Request, _: &[Twist]) -> Reply {
        self.answer(request).unwrap_or_else(|refusal| refusal)
    }

    fn error_body(&self, status: u16, message: &str) -> Bytes {
        let code = match status {
            403 => "AccessDenied",
            503 => "SlowDown",
            _ => "InternalError",
        };
        xml::error(status, code, message).body
    }

    fn content_type(&self) -> &'static str {
        xml::CONTENT_TYPE
    }

    fn body_bytes_max(&self) -> usize {
        BODY_BYTES_MAX
    }
}

fn percent_decoded(text: &str) -> String {
    // A plus is no space in a path, as it is in a form.
    let text = text.replace('+', "%2B");
    let decoded = url::form_urlencoded::parse(text.as_bytes()).next();
    decoded.map(|(key, _)| key.into_owned()).unwrap_or_default()
}
