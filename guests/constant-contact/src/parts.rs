//! Streams with a request for each contact or campaign: the ids of those, and the parts of a read.
//!
//! The state of a part is its ids with commas between.

use std::collections::BTreeMap;

use tollgate_sdk::http::encode_path_segment;
use tollgate_sdk::paging::Item;
use tollgate_sdk::{Failure, Fault, Partition, ScanRequest};

/// Ids a part, about: a small step to repeat, and few enough parts.
const IDS_PER_PART: usize = 10;
/// The interface allows 100,000 parts.
const PARTS_MAX: usize = 65_536;
/// The longest id; the provider's have 36 characters at most.
const ID_BYTES_MAX: usize = 64;

/// The ids of the part that the host chose, if it did.
///
/// # Errors
/// `internal` for a state that is not one of ours.
pub fn chosen(request: &ScanRequest) -> Result<Option<Vec<String>>, Failure> {
    let Some(partition) = &request.partition else { return Ok(None) };
    let ids: Vec<String> = partition.state.split(',').map(str::to_owned).collect();
    match ids.iter().all(|id| is_id(id)) {
        true => Ok(Some(ids)),
        false => Err(Failure::internal("the state of a partition is not this connector's")),
    }
}

/// The ids that an option names; none where it is not set.
///
/// # Errors
/// `invalid-config` for a text that is no id.
pub fn named(request: &ScanRequest, option: &str) -> Result<Vec<String>, Failure> {
    let ids = request.options.values(option);
    match ids.iter().find(|id| !is_id(id)) {
        Some(wrong) => Err(Failure::invalid(option, format!("{wrong:?} is no id"))),
        None => Ok(ids.to_vec()),
    }
}

/// An id of the provider, fit to stand in a path and in a state.
///
/// # Errors
/// For a text that is no id.
pub fn id_of(text: Option<&str>) -> Result<String, Fault> {
    let text = text.unwrap_or_default();
    match is_id(text) {
        true => Ok(text.to_owned()),
        false => Err(Fault::malformed(format!("{text:?} is no id"))),
    }
}

fn is_id(text: &str) -> bool {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
    (1..=ID_BYTES_MAX).contains(&text.len()) && text.bytes().all(is_plain)
}

/// Splits ids into parts by their hashes, so that an id that comes or goes changes one part only: a
/// part with the same id is about the same things, and a checkpoint made for it still fits.
pub fn split(what: &str, ids: Vec<String>) -> Vec<Partition> {
    let parts = ids.len().div_ceil(IDS_PER_PART).next_power_of_two().min(PARTS_MAX) as u64;
    let mut by_hash: BTreeMap<u64, Vec<String>> = BTreeMap::new();
    for id in ids {
        by_hash.entry(hash(&id) % parts).or_default().push(id);
    }
    let part = |(_, mut ids): (u64, Vec<String>)| {
        ids.sort_unstable();
        ids.dedup();
        let title = match ids.as_slice() {
            [only] => format!("{what} {only}"),
            ids => format!("{} {what}s, the first {}", ids.len(), ids.first().map_or("", |id| id)),
        };
        let state = ids.join(",");
        Partition { id: format!("{:016x}", hash(&state)), title, state }
    };
    by_hash.into_iter().map(part).collect()
}

/// Ids as the things that a read goes through.
pub fn items(ids: Vec<String>) -> Vec<Item> {
    ids.into_iter().map(Item::Text).collect()
}

/// The id of a thing that a read goes through, for a path.
pub fn segment(item: &Item) -> String {
    encode_path_segment(item.text().unwrap_or_default())
}

/// FNV-1a with a last mixing step, so that the low bits are as good as the others.
fn hash(text: &str) -> u64 {
    let step = |hash: u64, byte: u8| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
    let hash = text.bytes().fold(0xcbf2_9ce4_8422_2325, step);
    hash ^ hash >> 32
}
