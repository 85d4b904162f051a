//! Contact lists.

use std::marker::PhantomData;

use tollgate_sdk::http::Request;
use tollgate_sdk::manifest::{Choice, Field, FieldKind, StreamDescription};
use tollgate_sdk::values::{Flag, Int, Text};
use tollgate_sdk::{Failure, Record, RowOutcome, Rows};
use tollgate_sdk::{Scan, ScanRequest, Shape, Stream, WriteRequest};

use super::collection::Collection;
use super::options;
use crate::account::Api;
use crate::changes;
use crate::values::Moment;

const PATH: &str = "/contact_lists";
const RECORDS: &[&str] = &["lists"];

/// A contact list.
#[derive(Record)]
pub struct ContactList<'a> {
    /// The list's id.
    #[record(key)]
    pub list_id: Text<'a>,
    /// Its name.
    pub name: Text<'a>,
    /// What it is for. Only the owner reads it.
    pub description: Text<'a>,
    /// Whether the owner marked it.
    pub favorite: Flag,
    /// When it was made.
    pub created_at: Moment<'a>,
    /// When it was changed last.
    pub updated_at: Moment<'a>,
    /// When it was deleted.
    pub deleted_at: Moment<'a>,
    /// How many contacts are on it, as `membership_count` says which.
    pub membership_count: Int,
}

/// The stream of contact lists.
pub struct ContactLists;

impl Stream for ContactLists {
    fn describe(&self) -> StreamDescription {
        collection().describe().writes(changes::contact_lists::operations())
    }

    fn open(&self, request: &ScanRequest) -> Result<Box<dyn Scan>, Failure> {
        collection().open(request)
    }

    fn write(&self, request: &WriteRequest, rows: Rows<'_>) -> Result<Vec<RowOutcome>, Failure> {
        changes::each(request, rows, changes::contact_lists::write)
    }
}

fn collection() -> Collection<ContactList<'static>> {
    Collection {
        name: "contact_lists",
        title: "Contact Lists",
        description: "The lists of contacts.",
        api: Api::v3,
        path: PATH,
        shape: Shape::list(RECORDS),
        page_size: Some(500),
        options: fields,
        apply,
        record: PhantomData,
    }
}

fn fields() -> Vec<Field> {
    let statuses = [("all", "All"), ("active", "Active"), ("deleted", "Deleted")];
    let counts = [("all", "All contacts"), ("active", "Active contacts")];
    let channels = [("email", "E-mail"), ("sms", "Text messages")];
    vec![
        Field::choices("status", "Status", &statuses)
            .describe("Only lists with one of these statuses. Left out: the provider's choice."),
        Field::choice("membership_count", "Count", &counts)
            .describe("Which contacts `membership_count` counts.")
            .default("all"),
        Field::choice("channel_type", "Channel", &channels)
            .describe("Lists for what. Left out: for e-mail."),
        Field::new("name", "Name", FieldKind::Text).describe("Only the list of exactly this name."),
    ]
}

fn apply(first: Request, request: &ScanRequest) -> Result<Request, Failure> {
    let text = |name| request.options.text(name);
    let first = options::csv(first, request, ("status", "status"), 3)?;
    Ok(first
        .query("include_membership_count", text("membership_count").unwrap_or("all"))
        .query_if("channel_type", text("channel_type"))
        .query_if("name", text("name")))
}

/// The lists by name.
///
/// # Errors
/// Whatever the request failed with.
pub fn menu(api: &Api) -> Result<Vec<Choice>, Failure> {
    options::menu_of::<ContactList<'static>>(api, PATH, RECORDS, |row| {
        let id = row.list_id.as_str().unwrap_or_default();
        Ok(Choice::new(id, row.name.as_str().unwrap_or(id)))
    })
}
