//! Custom fields: what an account keeps about its contacts beside the built-in fields.

use tollgate_sdk::manifest::StreamDescription;
use tollgate_sdk::paging::Offset;
use tollgate_sdk::record::{Column, DataType, DynamicColumn, Table};
use tollgate_sdk::values::{Flag, Text};
use tollgate_sdk::{Failure, Record, RecordScan, Scan, ScanRequest, Stream, log};

use super::options;
use crate::account::{Account, PAGE_SIZE};

const RECORDS: &[&str] = &["customfields"];
/// The interface allows no longer names.
const COLUMN_BYTES_MAX: usize = 128;

/// A custom field.
#[derive(Record)]
#[record(rename_all = "camelCase")]
pub struct CustomField<'a> {
    /// The field's id, which equals its private name.
    #[record(key)]
    pub custom_field_id: Text<'a>,
    /// The name by which a contact's record carries it.
    pub private_name: Text<'a>,
    /// The name that people read.
    pub public_name: Text<'a>,
    /// Whether contacts see it.
    pub display_to_user: Flag,
    /// Its type: `text`, `checkbox` and others.
    pub field_type: Text<'a>,
}

/// The stream of custom fields.
pub struct CustomFields;

impl Stream for CustomFields {
    fn describe(&self) -> StreamDescription {
        StreamDescription::of::<CustomField<'static>>(
            "custom_fields",
            "Custom Fields",
            "The custom contact fields of the client folder. Each is also a column of Contacts.",
        )
        .options([options::page_size()])
    }

    fn open(&self, request: &ScanRequest) -> Result<Box<dyn Scan>, Failure> {
        let size = options::page_size_in(request, PAGE_SIZE)?;
        let account = Account::of(request)?;
        let pager = Offset::new(account.get("/customfields"), size);
        let pages = account.pages(pager.rows_wanted(request.rows_wanted), RECORDS);
        Ok(RecordScan::new::<CustomField<'static>>(request, pages)?.boxed())
    }
}

/// The custom fields as columns beside the built-in ones.
///
/// # Errors
/// Whatever a request failed with.
pub fn columns(account: &Account, built_in: &Table) -> Result<Vec<DynamicColumn>, Failure> {
    let mut pages = account.list(account.get("/customfields"), RECORDS);
    let fields = pages.collect::<CustomField<'static>, _>(|row| {
        let id = row.custom_field_id.as_str().unwrap_or_default();
        let key = row.private_name.as_str().filter(|name| !name.is_empty()).unwrap_or(id);
        let title = row.public_name.as_str().unwrap_or(key);
        let kind = row.field_type.as_str().unwrap_or("text");
        Ok((key.to_owned(), format!("Custom field \"{title}\" of type {kind}.")))
    })?;
    let mut columns: Vec<DynamicColumn> = Vec::new();
    for (key, description) in fields {
        // Its value could not be told from the built-in field's.
        if built_in.keys.iter().any(|built_in| built_in.name == key) {
            log::warn(format!("the custom field {key} is named like a built-in field: left out"));
            continue;
        }
        let is_taken = |name: &str| {
            built_in.has_column(name) || columns.iter().any(|column| column.column.name == name)
        };
        let name = match is_taken(&key) {
            true => format!("custom_{key}"),
            false => key.clone(),
        };
        if name.is_empty() || name.len() > COLUMN_BYTES_MAX || is_taken(&name) {
            log::warn(format!("the custom field {key:?} cannot be a column: left out"));
            continue;
        }
        let column = Column { name, data_type: DataType::Text, nullable: true, description };
        columns.push(DynamicColumn { key, column });
    }
    Ok(columns)
}
