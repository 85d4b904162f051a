//! Streams with one request per message or contact: which ones a read is about, and its parts.
//!
//! The state of a part is a text: `ACCOUNT FOLDER REST`. No question has to be asked again to read
//! it.

use std::collections::BinaryHeap;

use tollgate_sdk::paging::Item;
use tollgate_sdk::{Failure, Partition, ScanRequest};

use crate::account::Account;

/// The part of a read that the host chose, if it did: its account, and the rest of its state.
///
/// # Errors
/// `internal` for a state that is not one of ours.
pub fn state(request: &ScanRequest) -> Result<Option<(Account, &str)>, Failure> {
    let Some(partition) = &request.partition else { return Ok(None) };
    let mut words = partition.state.splitn(3, ' ');
    let ids = (words.next().map(str::parse), words.next().map(str::parse), words.next());
    match ids {
        (Some(Ok(account_id)), Some(Ok(folder_id)), Some(rest)) => {
            Ok(Some((Account::known(request, account_id, folder_id), rest)))
        }
        _ => Err(foreign()),
    }
}

/// The ids of the part that the host chose, if it did.
///
/// # Errors
/// `internal` for a state that is not one of ours.
pub fn chosen(request: &ScanRequest) -> Result<Option<(Account, Vec<i64>)>, Failure> {
    let Some((account, rest)) = state(request)? else { return Ok(None) };
    Ok(Some((account, parse_ids(rest)?)))
}

/// Ids with commas between.
///
/// # Errors
/// `internal` for something else.
pub fn parse_ids(text: &str) -> Result<Vec<i64>, Failure> {
    text.split(',').map(|id| id.parse().map_err(|_| foreign())).collect()
}

fn foreign() -> Failure {
    Failure::internal("the state of a partition is not one of this connector's")
}

/// A part of a read. Its id is a hash of its state: a part with the same id is about the same
/// things, and a checkpoint made for it still fits.
pub fn partition(account: &Account, title: String, rest: &str) -> Partition {
    let state = format!("{} {} {rest}", account.account_id, account.folder_id);
    Partition { id: format!("{:016x}", hash(&state)), title, state }
}

/// Splits ids into parts of so many.
pub fn split(account: &Account, what: &str, ids: Vec<i64>, size: usize) -> Vec<Partition> {
    let ids = ascending(ids);
    let part = |ids: &[i64]| {
        let title = match ids {
            [first, .., last] => format!("{} {what}s {first} to {last}", ids.len()),
            [only] => format!("{what} {only}"),
            [] => String::new(),
        };
        partition(account, title, &join(ids))
    };
    ids.chunks(size).map(part).collect()
}

/// Ids with commas between.
pub fn join(ids: &[i64]) -> String {
    let mut text = String::new();
    for id in ids {
        if !text.is_empty() {
            text.push(',');
        }
        text.push_str(&id.to_string());
    }
    text
}

/// Ids in order, each once.
pub fn ascending(ids: Vec<i64>) -> Vec<i64> {
    let mut ids = BinaryHeap::from(ids).into_sorted_vec();
    ids.dedup();
    ids
}

/// Ids as the things that a read goes through.
pub fn items(ids: Vec<i64>) -> Vec<Item> {
    ids.into_iter().map(Item::Number).collect()
}

/// FNV-1a: short, and the same in every version of the connector.
fn hash(text: &str) -> u64 {
    let step = |hash: u64, byte: u8| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
    text.bytes().fold(0xcbf2_9ce4_8422_2325, step)
}
