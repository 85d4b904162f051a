//! Never comes back from `describe`.

use tollgate_hostile::{Descriptor, Hostile, export};

struct Component;

impl Hostile for Component {
    fn describe() -> Descriptor {
        loop {
            std::hint::spin_loop();
        }
    }
}

export!(Component);
