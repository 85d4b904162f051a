//! What the observer hears: one line for every try, and one for every wait.

use std::sync::Arc;
use std::time::Duration;

use http::{Method, StatusCode};
use tollgate_model::text::excerpt;
use tollgate_model::{Event, Observer, RequestAudit, WaitReason};

use crate::error::GateError;

/// Characters of a URL in a line. 500: enough to tell endpoints apart.
const URL_CHARS_MAX: usize = 500;

/// The audit trail of one request.
pub(crate) struct Trail {
    observer: Arc<dyn Observer>,
    method: Method,
    /// Without query values.
    url: String,
}

impl Trail {
    pub(crate) fn new(observer: Arc<dyn Observer>, method: Method, redacted_url: &str) -> Self {
        Trail { observer, method, url: excerpt(redacted_url, URL_CHARS_MAX) }
    }

    /// A try, or a refusal, is over.
    pub(crate) fn tried(
        &self,
        attempt: u32,
        elapsed: Duration,
        outcome: Result<StatusCode, &GateError>,
    ) {
        self.observer.observe(&Event::Request(RequestAudit {
            method: excerpt(self.method.as_str(), 32),
            url: self.url.clone(),
            attempt,
            status: outcome.ok().map(|status| status.as_u16()),
            error: outcome.err().map(GateError::to_string),
            elapsed,
        }));
    }

    /// A wait begins.
    pub(crate) fn waits(&self, reason: WaitReason, wait: Duration) {
        self.observer.observe(&Event::Wait { reason, wait });
    }
}
