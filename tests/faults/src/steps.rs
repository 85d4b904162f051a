//! The calls into a source and a destination, counted, with something to happen at any of them.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use serde::{Deserialize, Serialize};
use tollgate_model::Result;

/// A call into the source or the destination.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Call {
    /// Of the destination: a load begins.
    Begin,
    /// Of the source: which parts there are.
    Partitions,
    /// Of the source: a read begins.
    Open,
    /// Of the source: a page.
    Next,
    /// Of the destination: a page.
    Write,
    /// Of the destination: rows and state become durable.
    Keep,
    /// Of the destination: the load ends.
    Commit,
    /// Of the destination: the load ends early.
    Pause,
}

/// Before or after it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Side {
    /// Nothing of the call has happened.
    Before,
    /// It has come to its end, and its caller does not know yet.
    After,
}

/// A place between two steps of a sync.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Boundary {
    /// The call.
    pub call: Call,
    /// Which one of its kind, from 1.
    pub nth: u32,
    /// Before or after it.
    pub side: Side,
}

/// What happens at each boundary. An error is what the call comes to.
pub type Watch = dyn Fn(Boundary) -> Result<()> + Send + Sync;

/// Counts calls, and has something happen at them.
#[derive(Clone)]
pub struct Steps {
    counts: Arc<Mutex<BTreeMap<Call, u32>>>,
    watch: Arc<Watch>,
}

impl Steps {
    /// Has this happen at each boundary.
    pub fn new(watch: impl Fn(Boundary) -> Result<()> + Send + Sync + 'static) -> Self {
        Steps { counts: Arc::default(), watch: Arc::new(watch) }
    }

    /// Nothing happens.
    pub fn unwatched() -> Self {
        Steps::new(|_| Ok(()))
    }

    /// Makes a call.
    ///
    /// # Errors
    /// The call's, or what was to happen at it.
    pub fn around<T>(&self, call: Call, body: impl FnOnce() -> Result<T>) -> Result<T> {
        let after = self.before(call)?;
        let value = body()?;
        (self.watch)(after)?;
        Ok(value)
    }

    /// Makes a call that waits.
    ///
    /// # Errors
    /// The call's, or what was to happen at it.
    pub async fn around_async<T>(
        &self,
        call: Call,
        body: impl Future<Output = Result<T>>,
    ) -> Result<T> {
        let after = self.before(call)?;
        let value = body.await?;
        (self.watch)(after)?;
        Ok(value)
    }

    /// Counts a call that begins; gives its end.
    fn before(&self, call: Call) -> Result<Boundary> {
        let nth = {
            let mut counts = self.counts.lock().unwrap_or_else(PoisonError::into_inner);
            let count = counts.entry(call).or_default();
            *count += 1;
            *count
        };
        (self.watch)(Boundary { call, nth, side: Side::Before })?;
        Ok(Boundary { call, nth, side: Side::After })
    }
}
