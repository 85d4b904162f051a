//! Streams with one request per message or contact: which ones a read is about, and its parts.

use serde::{Deserialize, Serialize};
use tollgate_sdk::{Failure, Partition, ScanRequest};

use crate::account::Account;

/// What a part needs to be read: no question has to be asked again.
#[derive(Debug, Serialize, Deserialize)]
pub struct Part<T> {
    account_id: i64,
    folder_id: i64,
    /// What the part is about.
    pub items: Vec<T>,
}

impl<T: Serialize + for<'de> Deserialize<'de>> Part<T> {
    /// The part that the host chose, if it did.
    ///
    /// # Errors
    /// `internal` for a state that is not one of ours.
    pub fn of(request: &ScanRequest) -> Result<Option<(Account, Vec<T>)>, Failure> {
        let Some(partition) = &request.partition else { return Ok(None) };
        let part: Self = serde_json::from_str(&partition.state)
            .map_err(|error| Failure::internal(format!("the state of a partition: {error}")))?;
        Ok(Some((Account::known(request, part.account_id, part.folder_id), part.items)))
    }

    /// The text by which the host hands the part back.
    fn state(account: &Account, items: Vec<T>) -> Result<String, Failure> {
        let part = Self { account_id: account.account_id, folder_id: account.folder_id, items };
        serde_json::to_string(&part).map_err(|error| Failure::internal(error.to_string()))
    }

    /// A part of the read. Its id holds a hash of its state: a part with the same id is about the
    /// same things, and a checkpoint made for it still fits.
    ///
    /// # Errors
    /// `internal` if the state cannot be written.
    pub fn partition(
        account: &Account,
        title: String,
        items: Vec<T>,
    ) -> Result<Partition, Failure> {
        let state = Self::state(account, items)?;
        Ok(Partition { id: format!("{:016x}", hash(&state)), title, state })
    }
}

/// Splits ids into parts of so many.
///
/// # Errors
/// `internal` if a state cannot be written.
pub fn split(
    account: &Account,
    what: &str,
    mut ids: Vec<i64>,
    size: usize,
) -> Result<Vec<Partition>, Failure> {
    ids.sort_unstable();
    ids.dedup();
    let part = |ids: &[i64]| {
        let title = match ids {
            [first, .., last] => format!("{} {what}s {first} to {last}", ids.len()),
            [only] => format!("{what} {only}"),
            [] => String::new(),
        };
        Part::partition(account, title, ids.to_vec())
    };
    ids.chunks(size).map(part).collect()
}

/// FNV-1a: short, and the same in every version of the connector.
fn hash(text: &str) -> u64 {
    let step = |hash: u64, byte: u8| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
    text.bytes().fold(0xcbf2_9ce4_8422_2325, step)
}
