//! What a complete read of each stream has to bring, from what the stand-in knows.

use serde_json::Value;
use tollgate_simulators::incontact::{Truth, Versions};
use tollgate_tests::rows::Rows;

use crate::world::now;

/// The streams that are lists, those of contacts among them.
pub const LISTS: [&str; 6] =
    ["agents", "campaigns", "contacts", "contacts_completed", "skills", "teams"];

/// All rows of a list, as an account of this version reads them.
pub fn list(truth: Truth<'_>, stream: &str, version: u32) -> Rows {
    let rows = match stream {
        "contacts" | "contacts_completed" => truth.within(stream, &[], truth.first(), now()),
        _ => truth.plain(stream),
    };
    match stream {
        "agents" if version < Versions::default().pascal_below => in_parts(rows),
        _ => rows,
    }
}

/// Agents as the first versions have them: with the business unit, and the names of those they report
/// to in parts.
fn in_parts(mut rows: Rows) -> Rows {
    for row in &mut rows {
        let Some(Value::String(name)) = row.remove("report_to_name") else { panic!("{row:?}") };
        let (first, last) = name.split_once(' ').unwrap();
        row.insert("business_unit_id".to_owned(), 4_500_001.into());
        for (part, text) in [("first", first), ("middle", ""), ("last", last)] {
            row.insert(format!("report_to_{part}_name"), text.into());
        }
    }
    rows
}

/// The rows in which these columns have these values.
pub fn keep(mut rows: Rows, values: &[(&str, Value)]) -> Rows {
    rows.retain(|row| values.iter().all(|(name, value)| row[*name] == *value));
    rows
}
