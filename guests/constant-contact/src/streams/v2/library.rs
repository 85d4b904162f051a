//! Files of the library of the API v2, and those in its trash.

use std::marker::PhantomData;

use tollgate_sdk::http::Request;
use tollgate_sdk::manifest::Field;
use tollgate_sdk::values::{Flag, Int, Json, Text};
use tollgate_sdk::{Failure, Record, ScanRequest};

use super::RESULTS;
use crate::account::Api;
use crate::streams::collection::Collection;
use crate::values::Moment;

/// A file.
#[derive(Record)]
pub struct File<'a> {
    /// Its name.
    pub name: Text<'a>,
    /// The file's id.
    #[record(key)]
    pub id: Text<'a>,
    /// What it shows.
    pub description: Text<'a>,
    /// The name of its folder.
    pub folder: Text<'a>,
    /// Height in pixels.
    pub height: Int,
    /// Width in pixels.
    pub width: Int,
    /// Size in bytes.
    pub size: Int,
    /// Where it is.
    pub url: Text<'a>,
    /// MyComputer, StockImage, Facebook, Instagram, Shutterstock or Mobile.
    pub source: Text<'a>,
    /// Active, Processing, Uploaded, VirusFound, Failed or Deleted.
    pub status: Text<'a>,
    /// A small image of it, an object.
    pub thumbnail: Json<'a>,
    /// When it was made.
    pub created_date: Moment<'a>,
    /// When it was changed last.
    pub modified_date: Moment<'a>,
    /// The folder; those of the system have negative numbers.
    pub folder_id: Text<'a>,
    /// Whether it is an image.
    pub is_image: Flag,
    /// Its type, for example JPG.
    #[record(alias = "type")]
    pub file_type: Text<'a>,
}

/// The stream of files in the library.
pub fn my_library_files() -> Collection<File<'static>> {
    Collection {
        name: "v2_my_library_files",
        title: "MyLibrary Files (v2)",
        description: "The files of the library, by the API v2.",
        api: Api::v2,
        path: "/library/files",
        shape: RESULTS,
        page_size: Some(1_000),
        options: || vec![kind(), source()],
        apply,
        record: PhantomData,
    }
}

/// The stream of files in the trash.
pub fn trash_files() -> Collection<File<'static>> {
    Collection {
        name: "v2_trash_files",
        title: "Trash Files (v2)",
        description: "The files in the trash of the library, by the API v2.",
        path: "/library/folders/trash/files",
        options: || vec![kind()],
        ..my_library_files()
    }
}

fn kind() -> Field {
    let kinds = [("ALL", "All"), ("IMAGES", "Images"), ("DOCUMENTS", "Documents")];
    Field::choice("type", "Type", &kinds).describe("Only files of this type.").default("ALL")
}

fn source() -> Field {
    let sources = [
        ("ALL", "All"),
        ("MyComputer", "My computer"),
        ("StockImage", "Stock image"),
        ("Facebook", "Facebook"),
        ("Instagram", "Instagram"),
        ("Shutterstock", "Shutterstock"),
        ("Mobile", "Mobile"),
    ];
    Field::choice("source", "Source", &sources)
        .describe("Only files from this source.")
        .default("ALL")
}

fn apply(first: Request, request: &ScanRequest) -> Result<Request, Failure> {
    let text = |name| request.options.text(name);
    Ok(first.query_if("type", text("type")).query_if("source", text("source")))
}
