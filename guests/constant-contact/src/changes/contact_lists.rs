//! Contact lists: create, update, delete.

use tollgate_sdk::body::Object;
use tollgate_sdk::http::{post, put};
use tollgate_sdk::manifest::{Column, DataType, Operation, WriteOperation};
use tollgate_sdk::{Failure, Given, Response, Row, RowOutcome, WriteRequest};

use super::{Named, Stop, put_or_keep, send};
use crate::account::Api;

const PATH: &str = "/contact_lists";
const KEY: &str = "list_id";

/// What can be done with contact lists.
pub fn operations() -> [WriteOperation; 3] {
    let id = || Column::new(KEY, DataType::Text, "The list's id.").required();
    let name = || Column::new("name", DataType::Text, "Its name, 255 characters at most.");
    let others = || {
        [
            Column::new("description", DataType::Text, "What it is for. Only the owner reads it."),
            Column::new("favorite", DataType::Boolean, "Whether the owner marks it. Null: no."),
        ]
    };
    [
        WriteOperation::new(
            Operation::Create,
            "Makes a list.",
            [name().required()].into_iter().chain(others()),
        ),
        WriteOperation::new(
            Operation::Update,
            "Changes the list with this list_id. Columns that are left out stay as they are, null \
             empties. The list is read first: two requests a row. A deleted list is rejected.",
            [id(), name()].into_iter().chain(others()),
        ),
        WriteOperation::new(
            Operation::Delete,
            "Deletes the list with this list_id, not its contacts. A row is done once Constant \
             Contact has taken the deletion on; it is carried out later. A list that is not there \
             is unchanged.",
            [id()],
        ),
    ]
}

/// Writes one.
///
/// # Errors
/// Why it is not tried.
pub fn write(api: &Api, request: &WriteRequest, row: Row<'_>) -> Result<RowOutcome, Stop> {
    match request.operation {
        Operation::Create => send(api, post(api.url(PATH), body(row, b"{}")?), KEY),
        Operation::Update => update(api, row),
        Operation::Delete => Named::by(row, KEY, PATH)?.delete(api),
        Operation::Upsert => Err(Failure::internal("lists take no upsert").into()),
    }
}

fn update(api: &Api, row: Row<'_>) -> Result<RowOutcome, Stop> {
    let list = Named::by(row, KEY, PATH)?;
    if row.text("name")? == Given::Null {
        return Err(Stop::row("name: a list needs one"));
    }
    let now = list.read(api)?;
    if Response::document(&now)?.member("deleted_at")?.is_some() {
        return Err(Stop::row("the list is deleted"));
    }
    send(api, put(list.url(api), body(row, &now)?), KEY)
}

fn body(row: Row<'_>, now: &[u8]) -> Result<Vec<u8>, Stop> {
    let now = Response::document(now)?;
    let mut body = Object::new();
    for name in ["name", "description"] {
        put_or_keep(&mut body, name, row.text(name)?, now.member(name)?);
    }
    put_or_keep(&mut body, "favorite", row.boolean("favorite")?, now.member("favorite")?);
    Ok(body.into_body())
}
