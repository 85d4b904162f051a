//! inContact as a table of canned answers.

use tollgate_incontact::Incontact;
use tollgate_sdk::connector::Partition;
use tollgate_sdk::testing::{self, Reply, Requests, Table};
use tollgate_sdk::{Connector, Failure, ScanRequest};

/// Values of account fields or options, one each.
pub type Values<'v> = &'v [(&'v str, &'v str)];

/// Where the API of the tests is.
pub const BASE: &str = "https://api-c30.incontact.com/inContactAPI";
/// When runs begin here: 2026-08-10T12:00:00.25Z.
pub const STARTED_AT: i64 = 1_786_363_200_250_000;

/// A read to be made.
#[derive(Clone, Default)]
pub struct Read<'r> {
    /// The stream.
    pub stream: &'r str,
    /// The account's API version, 33 where there is none.
    pub version: Option<&'r str>,
    /// Its options.
    pub options: Values<'r>,
    /// The columns; none for all.
    pub columns: &'r [&'r str],
    /// The checkpoint.
    pub checkpoint: Option<&'r str>,
    /// The bound of a read from the start.
    pub since: Option<i64>,
    /// The part.
    pub partition: Option<Partition>,
    /// How many rows are wanted.
    pub rows_wanted: Option<u64>,
}

/// A read of all of a stream.
pub fn of(stream: &str) -> Read<'_> {
    Read { stream, ..Read::default() }
}

impl Read<'_> {
    /// The request for it, at a provider that answers with what `reply` makes of a URL below the
    /// version.
    pub fn request(&self, reply: impl Fn(&str) -> Reply + 'static) -> (ScanRequest, Requests) {
        let version = self.version.unwrap_or("33").to_owned();
        let base = format!("{BASE}/services/v{version}.0");
        let (http, requests) = testing::http(move |request| {
            reply(request.url.strip_prefix(&base).expect("a URL of the account's version"))
        });
        let mut request = testing::request(&http, self.stream);
        let mut settings = vec![("base_url", BASE)];
        settings.extend(self.version.map(|version| ("api_version", version)));
        request.settings = values(&settings);
        request.options = values(self.options);
        request.started_at = STARTED_AT;
        request.columns = self.columns.iter().map(|&name| name.to_owned()).collect();
        request.checkpoint = self.checkpoint.map(str::to_owned);
        request.since = self.since;
        request.partition.clone_from(&self.partition);
        request.rows_wanted = self.rows_wanted;
        (request, requests)
    }

    /// Makes it; gives its table and the requests that it took, without the version and before.
    pub fn with(
        &self,
        reply: impl Fn(&str) -> Reply + 'static,
    ) -> (Result<Table, Failure>, Vec<String>) {
        let (request, requests) = self.request(reply);
        let table = Incontact::open(&request).and_then(testing::read);
        (table, urls(&requests))
    }
}

/// The URLs that were asked for, below the version.
pub fn urls(requests: &Requests) -> Vec<String> {
    let below =
        |url: &str| url.split_once(".0/").map_or(String::new(), |(_, rest)| rest.to_owned());
    requests.borrow().iter().map(|request| below(&request.url)).collect()
}

/// Settings with one value each.
pub fn values(pairs: Values<'_>) -> tollgate_sdk::Settings {
    let pairs: Vec<_> = pairs.iter().map(|(name, value)| (*name, [*value])).collect();
    let pairs: Vec<_> = pairs.iter().map(|(name, value)| (*name, value.as_slice())).collect();
    testing::settings(&pairs)
}
