//! iContact as a table of canned answers.

use tollgate_icontact::Icontact;
use tollgate_sdk::testing::{self, Reply, Table};
use tollgate_sdk::{Connector, Failure};

/// Values of account fields or options.
pub type Values = &'static [(&'static str, &'static [&'static str])];
/// Answers by path below `/icp`, or below the client folder 2 of account 1. What follows a space is
/// how the query ends.
pub type Answers = &'static [(&'static str, &'static str)];

/// The settings that spare the search for the account.
pub const FOLDER: Values = &[("account_id", &["1"]), ("client_folder_id", &["2"])];

/// Reads a stream; gives its table and the requests that it took, without the origin.
pub fn read(
    settings: Values,
    stream: &str,
    options: Values,
    answers: Answers,
) -> (Result<Table, Failure>, Vec<String>) {
    let (http, requests) = testing::http(move |request| answer(&request.url, answers));
    let mut request = testing::request(&http, stream);
    request.settings = testing::settings(settings);
    request.options = testing::settings(options);
    let table = Icontact::open(&request).and_then(testing::read);
    let urls = requests.borrow().iter().map(|request| short(&request.url).to_owned()).collect();
    (table, urls)
}

fn answer(url: &str, answers: Answers) -> Reply {
    let (path, query) = short(url).split_once('?').unwrap_or((short(url), ""));
    let is_meant = |key: &str| {
        let (wanted, end) = key.split_once(' ').unwrap_or((key, ""));
        wanted == path && query.ends_with(end)
    };
    match answers.iter().find(|(key, _)| is_meant(key)) {
        Some((_, body)) => Reply::ok(*body),
        None => Reply::status(404, r#"{"errors":["Not Found"]}"#),
    }
}

fn short(url: &str) -> &str {
    let path = url.strip_prefix("https://app.icontact.com/icp").expect("the API's origin");
    path.strip_prefix("/a/1/c/2").unwrap_or(path)
}
