//! Segments.

use std::marker::PhantomData;

use tollgate_sdk::manifest::Choice;
use tollgate_sdk::values::{Int, Text};
use tollgate_sdk::{Failure, Record, Shape};

use super::collection::{Collection, as_it_is, no_options};
use super::options;
use crate::account::Api;
use crate::values::Moment;

const PATH: &str = "/segments";
const RECORDS: &[&str] = &["segments"];

/// A segment.
#[derive(Record)]
pub struct Segment<'a> {
    /// The segment's id.
    #[record(key)]
    pub segment_id: Int,
    /// Its name.
    pub name: Text<'a>,
    /// When it was made.
    pub created_at: Moment<'a>,
    /// When it was changed last.
    pub edited_at: Moment<'a>,
}

/// The stream of segments.
pub fn stream() -> Collection<Segment<'static>> {
    Collection {
        name: "segments",
        title: "Segments",
        description: "The segments of contacts, without their criteria.",
        api: Api::v3,
        path: PATH,
        shape: Shape::list(RECORDS),
        page_size: Some(1_000),
        options: no_options,
        apply: as_it_is,
        record: PhantomData,
    }
}

/// The segments by name.
///
/// # Errors
/// Whatever the request failed with.
pub fn menu(api: &Api) -> Result<Vec<Choice>, Failure> {
    options::menu_of::<Segment<'static>>(api, PATH, RECORDS, |row| {
        let id = row.segment_id.0.unwrap_or_default().to_string();
        let title = row.name.as_str().unwrap_or(&id).to_owned();
        Ok(Choice::new(id, title))
    })
}
