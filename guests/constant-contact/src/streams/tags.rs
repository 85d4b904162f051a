//! Tags.

use std::marker::PhantomData;

use tollgate_sdk::http::Request;
use tollgate_sdk::manifest::Choice;
use tollgate_sdk::values::{Int, Text};
use tollgate_sdk::{Failure, Record, ScanRequest, Shape};

use super::collection::{Collection, no_options};
use super::options;
use crate::account::Api;
use crate::values::Moment;

const PATH: &str = "/contact_tags";
const RECORDS: &[&str] = &["tags"];

/// A tag.
#[derive(Record)]
pub struct Tag<'a> {
    /// The tag's id.
    #[record(key)]
    pub tag_id: Text<'a>,
    /// Its name.
    pub name: Text<'a>,
    /// How many contacts have it.
    pub contacts_count: Int,
    /// When it was made.
    pub created_at: Moment<'a>,
    /// When it was changed last.
    pub updated_at: Moment<'a>,
    /// Where it came from.
    pub tag_source: Text<'a>,
}

/// The stream of tags.
pub fn stream() -> Collection<Tag<'static>> {
    Collection {
        name: "tags",
        title: "Tags",
        description: "The tags of contacts.",
        api: Api::v3,
        path: PATH,
        shape: Shape::list(RECORDS),
        page_size: Some(500),
        options: no_options,
        apply,
        record: PhantomData,
    }
}

fn apply(first: Request, _: &ScanRequest) -> Result<Request, Failure> {
    Ok(first.query("include_count", "true"))
}

/// The tags by name.
///
/// # Errors
/// Whatever the request failed with.
pub fn menu(api: &Api) -> Result<Vec<Choice>, Failure> {
    options::menu_of::<Tag<'static>>(api, PATH, RECORDS, |row| {
        let id = row.tag_id.as_str().unwrap_or_default();
        Ok(Choice::new(id, row.name.as_str().unwrap_or(id)))
    })
}
