//! The lock of a sync, for what must not happen while it runs.

use jiff::Timestamp;
use tollgate_model::{Result, SyncName};
use tollgate_runs::Store;

use crate::config::Config;
use crate::context::Context;
use crate::recorder::{busy, open_store};

/// The lock of a sync. It is given back when this is dropped.
pub struct Hold {
    store: Store,
    sync: SyncName,
}

impl Hold {
    /// Takes the lock of a sync.
    ///
    /// # Errors
    /// [`tollgate_model::ErrorKind::Busy`] where it runs,
    /// [`tollgate_model::ErrorKind::Config`] where the store of runs fails: whether it runs is not
    /// known then.
    pub fn take(sync: &SyncName, context: &Context, config: &Config) -> Result<Self> {
        let mut store = open_store(context, config)?;
        match store.hold(sync.as_str(), Timestamp::now())? {
            Ok(()) => Ok(Hold { store, sync: sync.clone() }),
            Err(held) => Err(busy(sync.as_str(), &held)),
        }
    }

    /// Forgets the sync; whether anything was remembered of it.
    ///
    /// # Errors
    /// As [`Store::forget`].
    pub fn forget(&mut self) -> Result<bool> {
        self.store.forget(self.sync.as_str())
    }
}

impl Drop for Hold {
    fn drop(&mut self) {
        // A lock that cannot be given back is broken when this process has ended.
        drop(self.store.release(self.sync.as_str()));
    }
}
