//! Gives no batch for a child table that was asked for.

use tollgate_hostile::{Descriptor, Hostile, descriptor_with_child, export};

struct Component;

impl Hostile for Component {
    fn describe() -> Descriptor {
        descriptor_with_child()
    }
}

export!(Component);
