//! Brings what happens at an account's gate to the streams that are read through it.
//!
//! All reads of an account share one gate, which keeps its rate limits, and so one observer. While
//! a single stream is under way, all that happens is about it; of several, nobody can tell, so each
//! hears of waits, and the rest is told under the account's name.

use std::sync::{Arc, Mutex, PoisonError};

use tollgate_model::{Event, Observer};

use super::StreamProgress;
use super::tell;
use crate::messages::Messages;

/// The observer of an account's gate.
pub struct Router {
    messages: Messages,
    label: String,
    under_way: Mutex<Vec<Arc<StreamProgress>>>,
}

impl Router {
    /// A router for an account, to which no stream listens yet.
    pub fn new(messages: &Messages, account: &str) -> Self {
        Router {
            messages: messages.clone(),
            label: format!("account {account}"),
            under_way: Mutex::default(),
        }
    }

    /// Has a stream told what happens until it is removed.
    pub fn add(&self, stream: Arc<StreamProgress>) {
        self.under_way.lock().unwrap_or_else(PoisonError::into_inner).push(stream);
    }

    /// Ends that.
    pub fn remove(&self, stream: &Arc<StreamProgress>) {
        let mut under_way = self.under_way.lock().unwrap_or_else(PoisonError::into_inner);
        under_way.retain(|other| !Arc::ptr_eq(other, stream));
    }

    fn under_way(&self) -> Vec<Arc<StreamProgress>> {
        self.under_way.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl Observer for Router {
    fn observe(&self, event: &Event) {
        match (self.under_way().as_slice(), event) {
            ([only], _) => only.observe(event),
            (several, Event::Wait { .. }) => several.iter().for_each(|one| one.observe(event)),
            (several, _) => {
                several.iter().for_each(|one| one.log().observe_any(&self.label, event));
                tell(&self.messages, &self.label, event);
            }
        }
    }
}
