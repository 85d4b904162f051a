//! Custom fields of contacts.

use std::marker::PhantomData;

use tollgate_sdk::values::{Int, Json, Text};
use tollgate_sdk::{Record, Shape};

use super::collection::{Collection, as_it_is, no_options};
use crate::account::Api;
use crate::values::Moment;

/// A custom field.
#[derive(Record)]
pub struct CustomField<'a> {
    /// The field's id, as contacts carry it.
    #[record(key)]
    pub custom_field_id: Text<'a>,
    /// What people read.
    pub label: Text<'a>,
    /// Its name, made of the label.
    pub name: Text<'a>,
    /// string, date, datetime, currency, text_area, number, boolean, single_select or multi_select.
    #[record(rename = "type")]
    pub field_type: Text<'a>,
    /// How it is shown, an object.
    pub metadata: Json<'a>,
    /// 1 for the older types, 2 for the newer.
    pub version: Int,
    /// The choices of a field that has some, a list of objects.
    pub choices: Json<'a>,
    /// When it was made.
    pub created_at: Moment<'a>,
    /// When it was changed last.
    pub updated_at: Moment<'a>,
}

/// The stream of custom fields.
pub fn stream() -> Collection<CustomField<'static>> {
    Collection {
        name: "custom_fields",
        title: "Custom Fields",
        description: "What the account keeps about its contacts beside the built-in fields.",
        api: Api::v3,
        path: "/contact_custom_fields",
        shape: Shape::list(&["custom_fields"]),
        page_size: Some(100),
        options: no_options,
        apply: as_it_is,
        record: PhantomData,
    }
}
