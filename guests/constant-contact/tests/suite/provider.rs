//! Constant Contact as a table of canned answers.

use tollgate_constant_contact::ConstantContact;
use tollgate_sdk::connector::Partition;
use tollgate_sdk::testing::{self, Reply, Table};
use tollgate_sdk::{Connector, Failure, ScanRequest};

/// Values of account fields or options.
pub type Values<'v> = &'v [(&'v str, &'v [&'v str])];
/// Answers by path and query below `/v3` or `/v2`. A key without a query fits any query.
pub type Answers = &'static [(&'static str, &'static str)];

/// The table of a stream and those of its children.
pub type Tables = Result<(Table, Vec<Table>), Failure>;
/// A stream, its options, the answers, and values by column: those of all rows.
pub type Case = (&'static str, Values<'static>, Answers, Values<'static>);

/// The settings of an account for the API v3.
pub const OAUTH: Values<'static> = &[("client_id", &["key"])];
/// The settings of an account for the API v2: its fields are all secret.
pub const LEGACY: Values<'static> = &[];
/// When runs begin here: 2026-08-10T12:00:00Z.
pub const STARTED_AT: i64 = 1_786_363_200_000_000;

/// A read to be made.
pub struct Read<'r> {
    /// The stream.
    pub stream: &'r str,
    /// Its options.
    pub options: Values<'r>,
    /// The columns; none for all.
    pub columns: &'r [&'r str],
    /// The child tables.
    pub children: &'r [&'r str],
    /// The checkpoint.
    pub checkpoint: Option<&'r str>,
    /// The bound of a read from the start.
    pub since: Option<i64>,
    /// The part.
    pub partition: Option<Partition>,
}

/// A read of all of a stream.
pub fn of(stream: &str) -> Read<'_> {
    Read {
        stream,
        options: &[],
        columns: &[],
        children: &[],
        checkpoint: None,
        since: None,
        partition: None,
    }
}

impl Read<'_> {
    /// Makes it; gives its table, those of its children, and the requests that it took, without the
    /// origin and version.
    pub fn with(&self, answers: Answers) -> (Tables, Vec<String>) {
        let (http, requests) = testing::http(move |request| answer(&request.url, answers));
        let mut request = testing::request(&http, self.stream);
        let settings = if self.stream.starts_with("v2_") { LEGACY } else { OAUTH };
        request.settings = testing::settings(settings);
        request.started_at = STARTED_AT;
        request.options = testing::settings(self.options);
        let owned = |names: &[&str]| names.iter().map(|&name| name.to_owned()).collect();
        request.columns = owned(self.columns);
        request.children = owned(self.children);
        request.checkpoint = self.checkpoint.map(str::to_owned);
        request.since = self.since;
        request.partition.clone_from(&self.partition);
        let read = self.read(&request);
        let urls = requests.borrow().iter().map(|request| short(&request.url).to_owned()).collect();
        (read, urls)
    }

    fn read(&self, request: &ScanRequest) -> Tables {
        let descriptor = tollgate_sdk::connector::describe::<ConstantContact>();
        let mut streams = descriptor.streams.into_iter();
        let stream = streams.find(|stream| stream.name == self.stream).expect("the stream");
        let children = stream.children;
        let child = |name: &&str| children.iter().find(|child| child.name == **name).cloned();
        let children: Vec<_> = self.children.iter().filter_map(child).collect();
        testing::read_with_children(ConstantContact::open(request)?, &children)
    }
}

/// Reads all of a stream.
pub fn read(
    stream: &str,
    options: Values<'_>,
    answers: Answers,
) -> (Result<Table, Failure>, Vec<String>) {
    let (read, urls) = Read { options, ..of(stream) }.with(answers);
    (read.map(|(table, _)| table), urls)
}

/// Reads streams and compares their values.
pub fn hold(cases: &[Case]) {
    for (stream, options, answers, columns) in cases {
        let (table, _) = read(stream, options, answers);
        let table = table.unwrap_or_else(|failure| panic!("{stream}: {failure:?}"));
        for (column, values) in *columns {
            assert_eq!(table.column(column), *values, "{stream}.{column}");
        }
    }
}

fn answer(url: &str, answers: Answers) -> Reply {
    let url = short(url);
    let path = url.split('?').next().unwrap_or_default();
    let is_meant = |key: &str| key == url || key == path || key.is_empty();
    match answers.iter().find(|(key, _)| is_meant(key)) {
        Some((_, body)) => Reply::ok(*body),
        None => Reply::status(404, r#"[{"error_key":"not_found","error_message":"Not here"}]"#),
    }
}

/// A URL without origin and version.
pub fn short(url: &str) -> &str {
    let v3 = url.strip_prefix("https://api.cc.email/v3");
    let v2 = url.strip_prefix("https://api.constantcontact.com/v2");
    v3.or(v2).expect("one of the two APIs")
}
