//! One room a target. Each takes any bytes, does what Tollgate would do with them, and panics where
//! a property does not hold.

pub mod addresses;
pub mod batches;
pub mod casts;
pub mod config;
pub mod csv;
pub mod descriptors;
pub mod durations;
pub mod json;
pub mod packages;
pub mod retry_after;
pub mod rows;
pub mod schedules;
pub mod states;
pub mod templates;
pub mod urls;

/// Does something with bytes and looks at what came of it.
pub type Target = fn(&[u8]);

/// Every target by its name, which is that of its corpus and of its program too.
pub const ALL: [(&str, Target); 15] = [
    ("addresses", addresses::run),
    ("batches", batches::run),
    ("casts", casts::run),
    ("config", config::run),
    ("csv", csv::run),
    ("descriptors", descriptors::run),
    ("durations", durations::run),
    ("json", json::run),
    ("packages", packages::run),
    ("retry_after", retry_after::run),
    ("rows", rows::run),
    ("schedules", schedules::run),
    ("states", states::run),
    ("templates", templates::run),
    ("urls", urls::run),
];
