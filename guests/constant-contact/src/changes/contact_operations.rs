//! Contacts: what each operation takes.

use tollgate_sdk::manifest::{Column, DataType, Field, FieldKind, Operation, WriteOperation};

use super::contacts::KEY;

/// What can be done with contacts.
pub fn operations() -> [WriteOperation; 4] {
    [create(), update(), upsert(), delete()]
}

fn create() -> WriteOperation {
    WriteOperation::new(
        Operation::Create,
        "Makes a contact. It needs one of email_address, first_name, last_name and sms_channel. \
         Rejected where a contact with the address is there. Null is the same as left out.",
        [email(80), permission()]
            .into_iter()
            .chain(person())
            .chain([source("create_source", "Who makes it")])
            .chain(collections())
            .chain([sms_channel()]),
    )
}

fn update() -> WriteOperation {
    let about = "Changes the contact with this contact_id. Columns that are left out stay as they \
                 are; null empties, but for email_address and sms_channel, which are never \
                 removed. A list that is given takes the place of the whole list. The contact is \
                 read first: two requests a row. A deleted contact is rejected.";
    let reason = "Why the contact opted out, 255 characters at most.";
    WriteOperation::new(
        Operation::Update,
        about,
        [id(), email(80), permission(), text("opt_out_reason", reason)]
            .into_iter()
            .chain(person())
            .chain([source("update_source", "Who changes it")])
            .chain(collections())
            .chain([sms_channel()]),
    )
    .options([
        Field::new("replace", "Replace", FieldKind::Boolean)
            .describe(
                "Sends the row's columns alone. What they leave out of names, job title, company, \
                 birthday and anniversary is emptied, perhaps the e-mail address too; lists in \
                 the contact stay.",
            )
            .default("false"),
        Field::new("revive", "Revive", FieldKind::Boolean)
            .describe("Changes deleted contacts as well, which brings them back.")
            .default("false"),
    ])
}

fn upsert() -> WriteOperation {
    let phone = "A phone number, 25 characters at most.";
    let street = "A street address, an object: kind, street, city, state, postal_code, country.";
    let sms = "The number for text messages, an object: sms_address, dial_code, country_code, \
               sms_channel_consents.";
    let lists = "The lists to add the contact to, a list of 1 to 50 ids.";
    let custom = "Custom fields to set, a list of at most 50 objects: custom_field_id, value.";
    WriteOperation::new(
        Operation::Upsert,
        "Makes a contact, or changes the one with this email_address, as a sign-up form does. \
         Lists and custom fields are added, never removed. What is left out or null stays as it \
         is. One request a row.",
        [email(50).required()].into_iter().chain(person()).chain([
            text("phone_number", phone),
            json("list_memberships", lists).required(),
            json("custom_fields", custom),
            json("street_address", street),
            json("sms_channel", sms),
        ]),
    )
}

fn delete() -> WriteOperation {
    let about = "Deletes the contact with this contact_id. One that is not there is unchanged.";
    WriteOperation::new(Operation::Delete, about, [id()])
}

fn text(name: &str, description: &str) -> Column {
    Column::new(name, DataType::Text, description)
}

fn json(name: &str, description: &str) -> Column {
    Column::new(name, DataType::Json, description)
}

fn id() -> Column {
    text(KEY, "The contact's id.").required()
}

fn email(characters_max: u32) -> Column {
    text("email_address", &format!("The e-mail address, {characters_max} characters at most."))
}

fn permission() -> Column {
    let about = "explicit, implicit, not_set, pending_confirmation, temp_hold or unsubscribed. It \
                 goes with an e-mail address.";
    text("permission_to_send", about)
}

fn source(name: &str, who: &str) -> Column {
    text(name, &format!("{who}: Contact or Account. Left out or null: Account."))
}

fn person() -> [Column; 7] {
    let birth = |name, what| {
        Column::new(name, DataType::Int64, &format!("The {what}. Month and day go together."))
    };
    [
        text("first_name", "The first name, 50 characters at most."),
        text("last_name", "The last name, 50 characters at most."),
        text("job_title", "The job title, 50 characters at most."),
        text("company_name", "The company, 50 characters at most."),
        birth("birthday_month", "month of birth, 1 to 12"),
        birth("birthday_day", "day of birth, 1 to 31"),
        Column::new(
            "anniversary",
            DataType::Date,
            "A day that the account keeps about the contact.",
        ),
    ]
}

fn collections() -> [Column; 6] {
    [
        json(
            "custom_fields",
            "Values of custom fields, a list of at most 25 objects: custom_field_id, value (255 \
             characters at most) or choice_ids.",
        ),
        json("list_memberships", "The lists the contact is on, a list of at most 50 ids."),
        json(
            "phone_numbers",
            "Phone numbers, a list of at most 3 objects: phone_number (25 characters at most), \
             kind (home, work, mobile, other).",
        ),
        json(
            "street_addresses",
            "Street addresses, a list of at most 3 objects: kind (home, work, other), street (255 \
             characters at most), city, state, postal_code, country (50 at most each).",
        ),
        json("taggings", "The tags the contact has, a list of at most 50 ids."),
        json(
            "notes",
            "Notes, a list of at most 150 objects: content (2,000 characters at most), created_at.",
        ),
    ]
}

fn sms_channel() -> Column {
    let about = "The number for text messages, an object, not as it is read: full_sms_address, \
                 sms_channel_consents (a list of objects: sms_consent_permission, consent_type).";
    json("sms_channel", about)
}
