//! Gives other columns than it was asked for.

use tollgate_hostile::{Column, Hostile, columns, export};

struct Component;

impl Hostile for Component {
    fn columns(_: &str) -> Vec<Column> {
        columns().into_iter().rev().collect()
    }
}

export!(Component);
