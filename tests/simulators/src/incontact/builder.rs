//! Puts a stand-in for NICE inContact together.

use std::time::Duration;

use jiff::Timestamp;

use super::InContact;
use super::settings::{
    Credentials, Empty, Encoding, Excess, FileContent, JobOutcome, Settings, Urls, Versions,
    Windows,
};
use crate::builder::builder_methods;
use crate::limits::RateLimits;
use crate::query::Bounds;
use crate::server::ServerSettings;

/// Puts a stand-in for NICE inContact together.
#[derive(Clone, Debug, Default)]
pub struct Builder {
    settings: Settings,
    server: ServerSettings,
}

impl Builder {
    builder_methods! {
        InContact;
        /// What the data grows from (1).
        seed: u64 => settings.seed;
        /// The days before the start that data is spread over (60).
        days: u32 => settings.days;
        /// Agents (24).
        agents: usize => settings.agents;
        /// Teams (5).
        teams: usize => settings.teams;
        /// Skills (8).
        skills: usize => settings.skills;
        /// Campaigns (4).
        campaigns: usize => settings.campaigns;
        /// Contacts, those that are still open included (600).
        contacts: usize => settings.contacts;
        /// Custom reports (4).
        reports: usize => settings.reports;
        /// Rows of a custom report (40).
        report_rows: usize => settings.report_rows;
        /// What is added to every id of a contact (455,000,000,000).
        id_base: i64 => settings.id_base;
        /// How old versions look (see [`Versions`]).
        versions: Versions => settings.versions;
        /// The longest spans of time that are answered (30 and 31 days).
        windows: Windows => settings.windows;
        /// Whether `endDate` admits the moment itself in the lists of contacts (it does).
        end_date: Bounds => settings.end_date;
        /// The size of a page when none is asked for (100).
        top_default: usize => settings.top_default;
        /// The largest page (10,000).
        top_max: usize => settings.top_max;
        /// What comes of a larger `top` (it is cut).
        top_excess: Excess => settings.top_excess;
        /// What comes of `updatedSince` where it is spelt `updateSince`, and the other way round
        /// (it is passed over, which a violation notes).
        spelling: Excess => settings.spelling;
        /// What is answered where nothing matches (204).
        empty: Empty => settings.empty;
        /// How many polls find a job still running (2).
        job_polls: usize => settings.job_polls;
        /// How a job ends (with a file).
        job_outcome: JobOutcome => settings.job_outcome;
        /// How long a result file is kept (7 days).
        file_lifetime: Duration => settings.file_lifetime;
        /// The status behind which a file is that was not kept (404).
        file_expired_status: u16 => settings.file_expired_status;
        /// What result files and data downloads hold (what the report found).
        file_content: FileContent => settings.file_content;
        /// How they are encoded (UTF-8).
        file_encoding: Encoding => settings.file_encoding;
        /// The `errorMessage` of data downloads (empty).
        download_error: String => settings.download_error;
        /// How long an access token lives (an hour).
        access_lifetime: Duration => settings.access_lifetime;
        /// How long a refresh token lives (two hours).
        refresh_lifetime: Duration => settings.refresh_lifetime;
        /// Whether a renewal gives a new refresh token and ends the old one (yes).
        rotating_refresh: bool => settings.rotating_refresh;
        /// Whether every renewal is refused (no).
        refresh_refused: bool => settings.refresh_refused;
        /// How often the account may call (without end).
        rate_limits: RateLimits => settings.rate_limits;
        /// The addresses that replies name (the vendor's).
        urls: Urls => settings.urls;
        /// What a client has to know (the defaults, with the canaries).
        credentials: Credentials => settings.credentials;
    }

    /// How many requests an access token is good for (without end).
    #[must_use]
    pub fn requests_per_token(mut self, requests: usize) -> Self {
        self.settings.requests_per_token = Some(requests);
        self
    }

    /// Has data downloads that begin then or later have one more column, `Team` (never).
    #[must_use]
    pub fn download_grows(mut self, since: Timestamp) -> Self {
        self.settings.download_grows = Some(since);
        self
    }

    /// The time, which then stands still but for [`advance`](InContact::advance) (the real one).
    #[must_use]
    pub fn now(mut self, now: Timestamp) -> Self {
        self.settings.now = Some(now);
        self
    }

    /// The data and the answers alone, without a server.
    pub fn vendor(self) -> InContact {
        InContact::new(self.settings)
    }
}
