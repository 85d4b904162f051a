//! What lies in a contact: its child tables.

use tollgate_sdk::values::Json;
use tollgate_sdk::values::Text;
use tollgate_sdk::{Child, Record};

use crate::values::Moment;

/// The lists in a contact that come only where they are asked for, each also a child table.
pub const INCLUDES: [(&str, &str); 6] = [
    ("custom_fields", "Custom fields"),
    ("list_memberships", "List memberships"),
    ("phone_numbers", "Phone numbers"),
    ("street_addresses", "Street addresses"),
    ("taggings", "Tags"),
    ("notes", "Notes"),
];

/// The child tables of contacts.
pub const CHILDREN: [Child; 6] = [
    Child::of::<CustomFieldValue<'static>>("custom_fields", "A custom field's value of a contact."),
    Child::of_values::<ListMembership<'static>>(
        "list_memberships",
        "A list that a contact is on.",
        "list_id",
    ),
    Child::of::<PhoneNumber<'static>>("phone_numbers", "A phone number of a contact."),
    Child::of::<StreetAddress<'static>>("street_addresses", "A street address of a contact."),
    Child::of_values::<Tagging<'static>>("taggings", "A tag that a contact has.", "tag_id"),
    Child::of::<Note<'static>>("notes", "A note about a contact."),
];

/// A custom field's value.
#[derive(Record)]
pub struct CustomFieldValue<'a> {
    /// The custom field.
    #[record(key)]
    pub custom_field_id: Text<'a>,
    /// Its value.
    pub value: Text<'a>,
    /// The chosen values of a field with choices, a list of ids.
    pub choice_ids: Json<'a>,
}

/// A list membership.
#[derive(Record)]
pub struct ListMembership<'a> {
    /// The list.
    #[record(key)]
    pub list_id: Text<'a>,
}

/// A phone number.
#[derive(Record)]
pub struct PhoneNumber<'a> {
    /// The phone number's id.
    #[record(key)]
    pub phone_number_id: Text<'a>,
    /// The number.
    pub phone_number: Text<'a>,
    /// home, work, mobile or other.
    pub kind: Text<'a>,
    /// When it was added.
    pub created_at: Moment<'a>,
    /// When it was changed last.
    pub updated_at: Moment<'a>,
    /// Who added it: Contact or Account.
    pub create_source: Text<'a>,
    /// Who changed it last: Contact or Account.
    pub update_source: Text<'a>,
}

/// A street address.
#[derive(Record)]
pub struct StreetAddress<'a> {
    /// The address's id.
    #[record(key)]
    pub street_address_id: Text<'a>,
    /// home, work or other.
    pub kind: Text<'a>,
    /// The street, with number.
    pub street: Text<'a>,
    /// The city.
    pub city: Text<'a>,
    /// The state or province.
    pub state: Text<'a>,
    /// The postal code.
    pub postal_code: Text<'a>,
    /// The country.
    pub country: Text<'a>,
    /// When it was added.
    pub created_at: Moment<'a>,
    /// When it was changed last.
    pub updated_at: Moment<'a>,
}

/// A tagging.
#[derive(Record)]
pub struct Tagging<'a> {
    /// The tag.
    #[record(key)]
    pub tag_id: Text<'a>,
}

/// A note.
#[derive(Record)]
pub struct Note<'a> {
    /// The note's id.
    #[record(key)]
    pub note_id: Text<'a>,
    /// When it was written.
    pub created_at: Moment<'a>,
    /// Its text.
    pub content: Text<'a>,
}
