//! Requests that may have changed something at the provider.
//!
//! A connector says of each row what became of it. This is what the gate itself saw, for calls that
//! end without the connector's word, and for connectors whose word is wrong.

use std::sync::atomic::{AtomicU64, Ordering};

use http::{Method, StatusCode};

use crate::purpose;

/// How many requests of the present call may have changed something.
#[derive(Debug, Default)]
pub(crate) struct Changes(AtomicU64);

impl Changes {
    /// A call begins.
    pub(crate) fn begin_call(&self) {
        self.0.store(0, Ordering::Relaxed);
    }

    /// A request is about to be sent.
    pub(crate) fn begin(&self, method: &Method) -> Change<'_> {
        let counts = !purpose::is_safe(method);
        self.0.fetch_add(u64::from(counts), Ordering::Relaxed);
        Change { changes: self, counts }
    }

    /// Whether any request of the present call may have changed something.
    pub(crate) fn any(&self) -> bool {
        self.0.load(Ordering::Relaxed) > 0
    }
}

/// A request that counts, unless it is taken back.
pub(crate) struct Change<'a> {
    changes: &'a Changes,
    counts: bool,
}

impl Change<'_> {
    /// It is certain that nothing was done.
    pub(crate) fn take_back(&mut self) {
        let counted = std::mem::take(&mut self.counts);
        self.changes.0.fetch_sub(u64::from(counted), Ordering::Relaxed);
    }
}

/// Whether an answer says that the request was not carried out. An error of the server does not:
/// it may have failed after the deed.
pub(crate) fn is_refusal(status: StatusCode) -> bool {
    status.is_client_error() || status.is_redirection()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_may_have_changed_something_counts_until_the_next_call() {
        let changes = Changes::default();
        changes.begin(&Method::GET);
        assert!(!changes.any());
        let mut change = changes.begin(&Method::POST);
        change.take_back();
        change.take_back();
        changes.begin(&Method::GET).take_back();
        assert!(!changes.any());
        changes.begin(&Method::DELETE);
        assert!(changes.any());
        changes.begin_call();
        assert!(!changes.any());
    }

    #[test]
    fn only_a_refusal_is_certain() {
        for (status, expected) in [
            (200, false),
            (204, false),
            (302, true),
            (400, true),
            (429, true),
            (500, false),
            (503, false),
        ] {
            assert_eq!(is_refusal(StatusCode::from_u16(status).unwrap()), expected, "{status}");
        }
    }
}
