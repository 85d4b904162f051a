//! Options that several streams share, and what they mean for a request.

use tollgate_sdk::connector::no_menu;
use tollgate_sdk::manifest::{Choice, Field, FieldKind};
use tollgate_sdk::{Failure, ScanRequest};

use super::{campaigns, lists, messages};
use crate::account::{Account, PAGE_SIZE};

/// Rows a page.
pub fn page_size() -> Field {
    page_size_of(PAGE_SIZE, 500)
}

/// Rows a page, with another default.
pub fn page_size_of(default: u64, max: i64) -> Field {
    Field::new("page_size", "Rows per request", FieldKind::Integer((1, max)))
        .describe("How many rows one request asks for. iContact may give fewer.")
        .default(&default.to_string())
}

/// The value of `page_size`.
///
/// # Errors
/// `invalid-config` for no number.
pub fn page_size_in(request: &ScanRequest, default: u64) -> Result<u64, Failure> {
    let size = request.options.integer("page_size")?;
    Ok(size.and_then(|size| u64::try_from(size).ok()).unwrap_or(default).max(1))
}

/// Only rows of one list.
pub fn list() -> Field {
    Field::new("list", "List", FieldKind::Lookup).describe("Only rows of this list.")
}

/// Only messages of one campaign.
pub fn campaign() -> Field {
    Field::new("campaign", "Campaign", FieldKind::Lookup)
        .describe("Only messages of this campaign (sender profile).")
}

/// Only these messages.
pub fn selected_messages() -> Field {
    Field::new("messages", "Messages", FieldKind::Lookups)
        .describe("Only these messages. Left out: all that the other options leave.")
}

/// Only messages of one type.
pub fn message_type() -> Field {
    let types = [
        ("any", "Any"),
        ("normal", "Normal"),
        ("confirmation", "Confirmation"),
        ("autoresponder", "Autoresponder (deprecated)"),
        ("welcome", "Welcome (deprecated)"),
    ];
    Field::choice("message_type", "Message type", &types)
        .describe("Only messages of this type.")
        .default("any")
}

/// A window of days on iContact's clock.
pub fn window(name: &str, title: &str, what: &str) -> Field {
    let description = format!("Only {what} on these days, both included, US Eastern time.");
    Field::new(name, title, FieldKind::DateRange).describe(&description)
}

/// The menus of the lookups above.
///
/// # Errors
/// Whatever a request failed with; `invalid-config` for another field.
pub fn menu(request: &ScanRequest, field: &str) -> Result<Vec<Choice>, Failure> {
    match field {
        "list" => lists::menu(&Account::of(request)?),
        "campaign" => campaigns::menu(&Account::of(request)?),
        "messages" => messages::menu(&Account::of(request)?),
        _ => Err(no_menu(field)),
    }
}
