//! Describes itself at great length.

use tollgate_hostile::{Descriptor, Hostile, descriptor, export};

struct Component;

impl Hostile for Component {
    fn describe() -> Descriptor {
        Descriptor { description: "x".repeat(16 << 20), ..descriptor() }
    }
}

export!(Component);
