//! What the stand-in for NICE inContact is made of.

use std::time::Duration;

use jiff::Timestamp;

use crate::limits::RateLimits;
use crate::query::Bounds;

/// The password of the password grant that the simulator expects unless told otherwise. Like every
/// `CANARY`, it must turn up nowhere but in the requests: tests search rows, logs, errors and state
/// for it.
pub const CANARY_PASSWORD: &str = "canary-password-27c0d9be14fa";

/// The secret of the access key.
pub const CANARY_KEY: &str = "canary-key-6f02/51+ce8a==";

/// The client secret, with characters that a form has to encode.
pub const CANARY_SECRET: &str = "canary-client-9b%4e+7/a1:d3";

/// What every access token begins with.
pub const CANARY_ACCESS: &str = "canary-incontact-access-70d1";

/// What every refresh token begins with.
pub const CANARY_REFRESH: &str = "canary-incontact-refresh-c93e";

/// What a client has to know, for all three ways to sign in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Credentials {
    /// The application of the password grant.
    pub application_name: String,
    /// Its vendor.
    pub vendor_name: String,
    /// The number of the business unit.
    pub business_unit: String,
    /// The user of the password grant.
    pub username: String,
    /// The user's password.
    pub password: String,
    /// The id of the access key.
    pub access_key_id: String,
    /// The secret of the access key.
    pub access_key_secret: String,
    /// The client of CXone.
    pub client_id: String,
    /// The client's secret.
    pub client_secret: String,
    /// The tenant that the id token names.
    pub tenant_id: String,
}

impl Default for Credentials {
    fn default() -> Self {
        Credentials {
            application_name: "Reports".to_owned(),
            vendor_name: "Example".to_owned(),
            business_unit: "4500001".to_owned(),
            username: "reports@example.com".to_owned(),
            password: CANARY_PASSWORD.to_owned(),
            access_key_id: "KEY0001==".to_owned(),
            access_key_secret: CANARY_KEY.to_owned(),
            client_id: "client 0001".to_owned(),
            client_secret: CANARY_SECRET.to_owned(),
            tenant_id: "11e7a4c0-5a1f-4d2e-8c55-0242ac110002".to_owned(),
        }
    }
}

/// The addresses that replies name. They are the vendor's, which a client is told to reach at the
/// simulator; a test puts others here to see them refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Urls {
    /// `resource_server_base_uri` of the password grant.
    pub resource_server: String,
    /// `refresh_token_server_uri` of the password grant.
    pub refresh_server: String,
    /// `token_endpoint` of CXone.
    pub token_endpoint: String,
    /// `api_endpoint` of CXone.
    pub api_endpoint: String,
    /// The origin of result files and of the links of pages.
    pub files: String,
}

impl Default for Urls {
    fn default() -> Self {
        Urls {
            resource_server: "https://api-c30.incontact.com/inContactAPI/".to_owned(),
            refresh_server: "https://api-c30.incontact.com/InContactAuthorizationServer/Token"
                .to_owned(),
            token_endpoint: "https://cxone.niceincontact.com/auth/token".to_owned(),
            api_endpoint: "https://api-na1.niceincontact.com".to_owned(),
            files: "https://api-c30.nice-incontact.com".to_owned(),
        }
    }
}

/// From which version of the API on replies look as they do now. Where exactly the vendor changed
/// them is not known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Versions {
    /// Below: keys in Pascal case, texts in the place of numbers and truth values in every second
    /// record, lists without an envelope or, for contacts, within `resultSet` (13).
    pub pascal_below: u32,
    /// Below: jobs within `jobResult`, their ids as texts (14).
    pub job_result_below: u32,
    /// Below: the old names of the fields and parameters of contacts (22).
    pub old_contacts_below: u32,
    /// Below: campaigns within `resultSet`, with `campaignId` and `campaignName` (33).
    pub old_campaigns_below: u32,
    /// From here on, agents and teams take `updateSince`; before, `updatedSince` (34).
    pub update_since_from: u32,
}

impl Default for Versions {
    fn default() -> Self {
        Versions {
            pascal_below: 13,
            job_result_below: 14,
            old_contacts_below: 22,
            old_campaigns_below: 33,
            update_since_from: 34,
        }
    }
}

/// The longest spans of time that are answered, in days of 24 hours. An hour more is let pass, for
/// days on which clocks go back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Windows {
    /// Of the performance and summary reports (30).
    pub reports_days: i64,
    /// Of both lists of contacts (30).
    pub contacts_days: i64,
    /// Of data downloads (31).
    pub downloads_days: i64,
}

impl Default for Windows {
    fn default() -> Self {
        Windows { reports_days: 30, contacts_days: 30, downloads_days: 31 }
    }
}

/// What is answered where nothing matches.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Empty {
    /// Status 204 without a body.
    #[default]
    NoContent,
    /// An envelope with an empty list.
    List,
}

/// What comes of something that is more than, or other than, a path takes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Excess {
    /// It is cut to what is taken, or passed over.
    #[default]
    Tolerated,
    /// Status 400.
    Refused,
}

/// How a report job ends.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum JobOutcome {
    /// With a file.
    #[default]
    Finished,
    /// With the state `Failed` and no file.
    Failed,
    /// With the state `Expired` and no file.
    Expired,
    /// Never: it goes on running.
    Never,
}

/// What a result file or a data download holds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum FileContent {
    /// What the report found.
    #[default]
    Whole,
    /// The header alone.
    HeaderOnly,
    /// No byte.
    Empty,
    /// Every third row lacks its last field, every fourth has one too many.
    Ragged,
}

/// How the text of a file is encoded.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Encoding {
    /// UTF-8.
    #[default]
    Utf8,
    /// UTF-8 after a byte order mark.
    Utf8Bom,
    /// Windows-1252.
    Windows1252,
    /// UTF-16, little end first, after a byte order mark.
    Utf16Le,
}

/// Everything the data and the answers follow from.
#[derive(Clone, Debug)]
pub struct Settings {
    /// What the data grows from: the same seed and the same time give the same data.
    pub seed: u64,
    /// The days before the start that data is spread over.
    pub days: u32,
    /// Agents.
    pub agents: usize,
    /// Teams.
    pub teams: usize,
    /// Skills.
    pub skills: usize,
    /// Campaigns.
    pub campaigns: usize,
    /// Contacts, those that are still open included.
    pub contacts: usize,
    /// Custom reports.
    pub reports: usize,
    /// Rows of a custom report.
    pub report_rows: usize,
    /// What is added to every id of a contact.
    pub id_base: i64,
    /// How old versions look.
    pub versions: Versions,
    /// The longest spans of time that are answered.
    pub windows: Windows,
    /// Whether `endDate` admits the moment itself in the lists of contacts. In reports and data
    /// downloads it does not.
    pub end_date: Bounds,
    /// The size of a page when none is asked for.
    pub top_default: usize,
    /// The largest page.
    pub top_max: usize,
    /// What comes of a larger `top`.
    pub top_excess: Excess,
    /// What comes of `updatedSince` where it is spelt `updateSince`, and the other way round.
    pub spelling: Excess,
    /// What is answered where nothing matches.
    pub empty: Empty,
    /// How many polls find a job still running.
    pub job_polls: usize,
    /// How a job ends.
    pub job_outcome: JobOutcome,
    /// How long a result file is kept.
    pub file_lifetime: Duration,
    /// The status behind which a file is that was not kept.
    pub file_expired_status: u16,
    /// What result files and data downloads hold.
    pub file_content: FileContent,
    /// How they are encoded.
    pub file_encoding: Encoding,
    /// The `errorMessage` of data downloads.
    pub download_error: String,
    /// From when on data downloads have one more column, `Team`; `None` is never.
    pub download_grows: Option<Timestamp>,
    /// How long an access token lives.
    pub access_lifetime: Duration,
    /// How long a refresh token lives.
    pub refresh_lifetime: Duration,
    /// How many requests an access token is good for. `None` is without end.
    pub requests_per_token: Option<usize>,
    /// Whether a renewal gives a new refresh token and ends the old one.
    pub rotating_refresh: bool,
    /// Whether every renewal is refused.
    pub refresh_refused: bool,
    /// How often the account may call.
    pub rate_limits: RateLimits,
    /// The addresses that replies name.
    pub urls: Urls,
    /// What a client has to know.
    pub credentials: Credentials,
    /// The time at the start, which then stands still; the real one unless set.
    pub now: Option<Timestamp>,
}

impl Default for Settings {
    fn default() -> Self {
        Settings {
            seed: 1,
            days: 60,
            agents: 24,
            teams: 5,
            skills: 8,
            campaigns: 4,
            contacts: 600,
            reports: 4,
            report_rows: 40,
            id_base: 455_000_000_000,
            versions: Versions::default(),
            windows: Windows::default(),
            end_date: Bounds::default(),
            top_default: 100,
            top_max: 10_000,
            top_excess: Excess::default(),
            spelling: Excess::default(),
            empty: Empty::default(),
            job_polls: 2,
            job_outcome: JobOutcome::default(),
            file_lifetime: Duration::from_secs(7 * 86_400),
            file_expired_status: 404,
            file_content: FileContent::default(),
            file_encoding: Encoding::default(),
            download_error: String::new(),
            download_grows: None,
            access_lifetime: Duration::from_secs(3_600),
            refresh_lifetime: Duration::from_secs(7_200),
            requests_per_token: None,
            rotating_refresh: true,
            refresh_refused: false,
            rate_limits: RateLimits::default(),
            urls: Urls::default(),
            credentials: Credentials::default(),
            now: None,
        }
    }
}
