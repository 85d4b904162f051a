//! The account: its settings, and which account and client folder they mean.

use tollgate_sdk::http::{Http, Request, get};
use tollgate_sdk::manifest::{Field, FieldKind};
use tollgate_sdk::paging::{Offset, Pager, Pages};
use tollgate_sdk::values::{Flag, Int, Text};
use tollgate_sdk::{Failure, Record, ScanRequest, Settings, Shape};

use crate::answers;

/// Where the API is.
pub const ORIGINS: [&str; 2] = ["https://app.icontact.com", "https://app.sandbox.icontact.com"];
/// Rows asked for at once. No maximum is published; clients have kept to this one for years.
pub const PAGE_SIZE: u64 = 500;
const API_VERSION: &str = "2.2";

/// The account fields, beside those of the auth method.
pub fn fields() -> Vec<Field> {
    let versions = [("2.2", "2.2"), ("2.1", "2.1"), ("2.0", "2.0")];
    let origins = [(ORIGINS[0], "Production"), (ORIGINS[1], "Sandbox")];
    vec![
        Field::new("account_id", "Account id", FieldKind::Text)
            .describe("Needed only where the login has several enabled accounts."),
        Field::new("client_folder_id", "Client folder id", FieldKind::Text)
            .describe("Needed only where the account has several client folders."),
        Field::choice("api_version", "API version", &versions)
            .describe("The version of the API to speak.")
            .default(API_VERSION),
        Field::choice("origin", "Environment", &origins)
            .describe("The vendor no longer recommends the sandbox.")
            .default(ORIGINS[0]),
    ]
}

/// One client folder of one account, and the way to it.
#[derive(Clone)]
pub struct Account {
    /// The way, with the headers that iContact wants.
    pub http: Http,
    /// The account's id.
    pub account_id: i64,
    /// The client folder's id.
    pub folder_id: i64,
    base: String,
}

/// An account of the login.
#[derive(Record)]
#[record(rename_all = "camelCase")]
struct AccountRow<'a> {
    #[record(key)]
    account_id: Int,
    company_name: Text<'a>,
    email: Text<'a>,
    enabled: Flag,
    first_name: Text<'a>,
    last_name: Text<'a>,
}

/// A client folder of an account.
#[derive(Record)]
#[record(rename_all = "camelCase")]
struct FolderRow<'a> {
    #[record(key)]
    client_folder_id: Int,
    email_recipient: Text<'a>,
}

/// An account or a folder: its id, and what people call it.
struct Named {
    id: i64,
    title: String,
    is_enabled: bool,
}

impl Account {
    /// The account and folder that the settings name, or else the only ones there are.
    ///
    /// # Errors
    /// `invalid-config` where there are several; whatever a request failed with.
    pub fn of(request: &ScanRequest) -> Result<Self, Failure> {
        let http = configure(&request.settings, &request.http);
        let base = base_of(&request.settings);
        let account_id = match id_of(&request.settings, "account_id")? {
            Some(id) => id,
            None => choose("account_id", "enabled account", &accounts(&http, &base)?)?.id,
        };
        let folder_id = match id_of(&request.settings, "client_folder_id")? {
            Some(id) => id,
            None => {
                let folders = folders(&http, &base, account_id)?;
                choose("client_folder_id", "client folder", &folders)?.id
            }
        };
        Ok(Self::new(http, &base, account_id, folder_id))
    }

    /// The same account and folder as another part of the read.
    pub fn known(request: &ScanRequest, account_id: i64, folder_id: i64) -> Self {
        let http = configure(&request.settings, &request.http);
        Self::new(http, &base_of(&request.settings), account_id, folder_id)
    }

    fn new(http: Http, base: &str, account_id: i64, folder_id: i64) -> Self {
        let base = format!("{base}/a/{account_id}/c/{folder_id}");
        Self { http, account_id, folder_id, base }
    }

    /// A request below the client folder, for example for `/contacts`.
    pub fn get(&self, path: &str) -> Request {
        get(format!("{}{path}", self.base))
    }

    /// The pages of a list, as large as they may be.
    pub fn list(&self, request: Request, records: &'static [&'static str]) -> Pages {
        self.pages(Offset::new(request, PAGE_SIZE), records)
    }

    /// The pages of a list.
    pub fn pages(&self, pager: impl Pager + 'static, records: &'static [&'static str]) -> Pages {
        Pages::new(self.http.clone(), pager, Shape::list(records)).inspect(answers::inspect)
    }
}

/// Signs in and says who it is: asks for the accounts of the login, then for the folders of one.
///
/// # Errors
/// Whatever a request failed with; `invalid-config` for an account or folder that is not there, or
/// not the only one.
pub fn check(settings: &Settings, http: &Http) -> Result<String, Failure> {
    let http = configure(settings, http);
    let base = base_of(settings);
    let accounts = accounts(&http, &base)?;
    let account = match id_of(settings, "account_id")? {
        Some(id) => find("account_id", id, &accounts)?,
        None => choose("account_id", "enabled account", &accounts)?,
    };
    let folders = folders(&http, &base, account.id)?;
    let folder = match id_of(settings, "client_folder_id")? {
        Some(id) => find("client_folder_id", id, &folders)?,
        None => choose("client_folder_id", "client folder", &folders)?,
    };
    Ok(format!("{}, account {}, folder {}", account.title, account.id, folder.id))
}

/// The headers that every request carries. The host adds the credentials.
fn configure(settings: &Settings, http: &Http) -> Http {
    http.clone()
        .with_header("API-Version", settings.text("api_version").unwrap_or(API_VERSION))
        .with_header("Accept", "application/json")
        .with_header("Content-Type", "application/json")
        .with_status_rule(answers::failure_of_status)
}

fn base_of(settings: &Settings) -> String {
    format!("{}/icp", settings.text("origin").unwrap_or(ORIGINS[0]))
}

/// An id that the user typed. It becomes part of a path, so it is digits and nothing else.
fn id_of(settings: &Settings, field: &str) -> Result<Option<i64>, Failure> {
    let Some(text) = settings.text(field).map(str::trim).filter(|text| !text.is_empty()) else {
        return Ok(None);
    };
    match text.parse::<i64>().ok().filter(|&id| id >= 0) {
        Some(id) => Ok(Some(id)),
        None => Err(Failure::invalid(field, "the id is a number, for example 111111")),
    }
}

fn accounts(http: &Http, base: &str) -> Result<Vec<Named>, Failure> {
    let pager = Offset::new(get(format!("{base}/a/")), PAGE_SIZE);
    let pages = Pages::new(http.clone(), pager, Shape::list(&["accounts"]));
    pages.inspect(answers::inspect).collect::<AccountRow<'static>, _>(|row| {
        let text = |text: &Text<'_>| text.as_str().unwrap_or_default().to_owned();
        let name = format!("{} {}", text(&row.first_name), text(&row.last_name));
        let name = if name.trim().is_empty() { text(&row.company_name) } else { name };
        let email = text(&row.email);
        let title = format!("{} <{email}>", name.trim()).trim_start().to_owned();
        // An account that does not say is taken for enabled: the login could not use it otherwise.
        let is_enabled = row.enabled.0.unwrap_or(true);
        Ok(Named { id: row.account_id.0.unwrap_or_default(), title, is_enabled })
    })
}

fn folders(http: &Http, base: &str, account_id: i64) -> Result<Vec<Named>, Failure> {
    let pager = Offset::new(get(format!("{base}/a/{account_id}/c/")), PAGE_SIZE);
    let pages = Pages::new(http.clone(), pager, Shape::list(&["clientfolders"]));
    pages.inspect(answers::inspect).collect::<FolderRow<'static>, _>(|row| {
        let title = row.email_recipient.as_str().unwrap_or_default().to_owned();
        Ok(Named { id: row.client_folder_id.0.unwrap_or_default(), title, is_enabled: true })
    })
}

/// The only enabled one.
fn choose<'n>(field: &str, what: &str, all: &'n [Named]) -> Result<&'n Named, Failure> {
    let mut enabled = all.iter().filter(|one| one.is_enabled);
    match (enabled.next(), enabled.next()) {
        (Some(one), None) => Ok(one),
        (Some(_), Some(_)) => {
            let reason = format!("there is more than one {what}: set one of {}", ids_of(all));
            Err(Failure::invalid(field, reason))
        }
        (None, _) if all.is_empty() => Err(Failure::forbidden(format!("the login has no {what}"))),
        (None, _) => {
            Err(Failure::forbidden(format!("the login has no {what} among {}", ids_of(all))))
        }
    }
}

fn find<'n>(field: &str, id: i64, all: &'n [Named]) -> Result<&'n Named, Failure> {
    let found = all.iter().find(|one| one.id == id);
    found.ok_or_else(|| {
        let reason = match all.is_empty() {
            true => "the login has none".to_owned(),
            false => format!("{id} is not there: set one of {}", ids_of(all)),
        };
        Failure::invalid(field, reason)
    })
}

fn ids_of(all: &[Named]) -> String {
    let shown = |one: &Named| match (one.title.is_empty(), one.is_enabled) {
        (true, _) => one.id.to_string(),
        (false, true) => format!("{} ({})", one.id, one.title),
        (false, false) => format!("{} ({}, disabled)", one.id, one.title),
    };
    all.iter().map(shown).collect::<Vec<_>>().join(", ")
}
