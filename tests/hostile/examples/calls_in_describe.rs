//! Makes a request where there is no network.

use tollgate_hostile::{Descriptor, Hostile, ORIGIN, descriptor, export, get};

struct Component;

impl Hostile for Component {
    fn describe() -> Descriptor {
        let _ = get(ORIGIN);
        descriptor()
    }
}

export!(Component);
