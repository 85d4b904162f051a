//! Makes requests without end: always another one, always the same one, or one beside the other
//! without ever reading an answer.

use tollgate_hostile::{Failure, Hostile, ORIGIN, Page, export, get};

struct Component;

impl Hostile for Component {
    fn page_of(variant: &str, _: u64) -> Result<Option<Page>, Failure> {
        for number in 0_u64.. {
            match variant {
                "the same" => get(ORIGIN)?,
                "unread" => leave_unread(&format!("{ORIGIN}/{number}"))?,
                _ => get(&format!("{ORIGIN}/{number}"))?,
            };
        }
        Ok(None)
    }
}

#[cfg(target_family = "wasm")]
fn leave_unread(url: &str) -> Result<Vec<u8>, Failure> {
    let answer = waki::Client::new().get(url).send();
    std::mem::forget(answer.map_err(|error| Failure::Internal(format!("{error:#}")))?);
    Ok(Vec::new())
}

#[cfg(not(target_family = "wasm"))]
fn leave_unread(url: &str) -> Result<Vec<u8>, Failure> {
    get(url)
}

export!(Component);
