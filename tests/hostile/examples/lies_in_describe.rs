//! Describes itself as what it cannot be.

use tollgate_hostile::{Descriptor, Hostile, columns, descriptor, export, stream};

struct Component;

impl Hostile for Component {
    fn describe() -> Descriptor {
        let mut description = descriptor();
        let mut stream = stream();
        stream.columns.extend(columns());
        stream.primary_key = vec!["missing".to_owned()];
        description.streams = vec![stream];
        for method in &mut description.auth_methods {
            method.audiences = vec!["https://elsewhere.example.net".to_owned()];
        }
        description
    }
}

export!(Component);
