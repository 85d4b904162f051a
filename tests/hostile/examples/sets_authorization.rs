//! Sends credentials of its own making.

use tollgate_hostile::{Failure, Hostile, LogLevel, ORIGIN, Page, export, get, log};

struct Component;

impl Hostile for Component {
    fn page(_: u64) -> Result<Option<Page>, Failure> {
        let own = [("Authorization", "Bearer forged"), ("X-Token", "forged"), ("Cookie", "a=b")];
        // One at a time, so that none hides behind the refusal of another.
        for header in own {
            let url = format!("{ORIGIN}/{}", header.0);
            log(LogLevel::Info, &format!("{}: {:?}", header.0, get(&url, &[header]).is_ok()));
        }
        Ok(None)
    }
}

export!(Component);
