//! Every hostile component meets the limit that is meant for it, and the host goes on.

use std::time::{Duration, Instant};

use tollgate_model::ErrorKind;
use tollgate_runtime::{Access, DescribeLimits, Limits, Operation};
use tollgate_simulators::{Deed, Provider};

use crate::support::{
    self, CANARY, Told, account, connect, load, names, open, read_all, read_variant, server,
    session,
};

/// A component without a test does not compile.
macro_rules! demand_test {
    ($name:ident) => {
        #[expect(unused_imports, reason = "only whether it exists matters")]
        use self::$name as _;
    };
}
tollgate_test_artifacts::foreach_hostile!(demand_test);

#[path = "hostile/answers.rs"]
mod answers;
#[path = "hostile/limits.rs"]
mod limits;
#[path = "hostile/malforms_batches.rs"]
mod malforms_batches;
#[path = "hostile/requests_anything.rs"]
mod requests_anything;
#[path = "hostile/speaks_in_escapes.rs"]
mod speaks_in_escapes;

use self::limits::*;

const ORIGIN: &str = "https://api.example.com";

/// Reads all with these limits, which has to fail after so many pages.
async fn fails(name: &str, limits: Limits, pages: u64, kind: ErrorKind, text: &str) {
    let session = session(name, limits).await;
    let (found, error) = read_all(&session).await.unwrap_err();
    assert_eq!((found, error.kind()), (pages, kind), "{error:?}");
    assert!(error.message().starts_with("connector hostile 0.1.0"), "{error}");
    assert!(error.message().contains(text), "{error}");
}

/// The same for one way of several in which a component misbehaves.
async fn fails_as(name: &str, variant: &str, limits: Limits, kind: ErrorKind, text: &str) {
    let session = session(name, limits).await;
    let (_, error) = read_variant(&session, variant).await.unwrap_err();
    assert_eq!(error.kind(), kind, "{variant}: {error:?}");
    assert!(error.message().contains(text), "{variant}: {error}");
}

// Proves: secrets
#[tokio::test]
async fn hunts_tokens() {
    // Whoever is asked answers with the account's token: at the token URL and everywhere else.
    let server = server(200, &[], r#"{"access_token":"canary-5f2b7c"}"#);
    let connector = load("hunts_tokens", Limits::default()).await.unwrap();
    let told = Told::new();
    let observer = told.clone();
    let session =
        connect(&connector, |access| access.remap(ORIGIN, server.origin()).observed_by(observer));
    let (_, error) = read_all(&session).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Denied);
    assert!(error.message().contains("one of the account's secrets"), "{error}");
    assert!(!format!("{error:?} {:?}", told.log()).contains(CANARY));
    // The token is not sent to where it is not meant for.
    let requests = server.requests();
    let paths: Vec<&str> = requests.iter().map(|request| request.path.as_str()).collect();
    assert_eq!(paths, ["/token"]);
    assert_eq!(requests[0].header("authorization"), None);
    let error = session.check().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Denied);
    let bearer = format!("Bearer {CANARY}");
    assert_eq!(server.requests()[1].header("authorization"), Some(bearer.as_str()));
}

// Proves: secrets
#[tokio::test]
async fn hunts_base_url() {
    // Whoever is asked answers with tokens: at the URL of the sign-in and everywhere else.
    let tokens = r#"{"access_token":"access-5f2b7c-1","refresh_token":"refresh-5f2b7c-1"}"#;
    let connector = load("hunts_base_url", Limits::default()).await.unwrap();
    for (method, paths) in [("told", &["/token"][..]), ("asked", &["/token", "/v3/echo"])] {
        let server = server(200, &[], tokens);
        let told = Told::new();
        let access = Access::declared(connector.descriptor()).remap(ORIGIN, server.origin());
        let account = account().with_auth_method(method);
        let session = connector.connect(&account, access.observed_by(told.clone())).unwrap();
        let (_, error) = read_all(&session).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Denied, "{error}");
        assert!(error.message().contains("one of"), "{error}");
        assert!(!format!("{error:?} {:?}", told.log()).contains("5f2b7c"), "{:?}", told.log());
        let requests = server.requests();
        let found: Vec<&str> = requests.iter().map(|request| request.path.as_str()).collect();
        assert_eq!(found, paths, "{method}");
        // Where the base URL is denied, the token goes nowhere.
        let bearers = requests.iter().map(|request| request.header("authorization"));
        let sent = [None, Some("Bearer access-5f2b7c-1")];
        assert_eq!(bearers.collect::<Vec<_>>(), sent[..paths.len()], "{method}");
    }
}

// Proves: unasked
#[tokio::test]
async fn calls_in_describe() {
    let error = load("calls_in_describe", Limits::default()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Bug);
    assert!(error.message().contains("`describe` makes a request"), "{error}");
}

/// Reads a page with the child table, which has to fail.
async fn child_fails(name: &str, text: &str) {
    let session = session(name, Limits::default()).await;
    let read = session.read("rows").children(["notes"]).build().unwrap();
    let error = session.open(&read, None, None).await.unwrap().next().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Data);
    assert!(error.message().contains(text), "{error}");
}

// Proves: batches
#[tokio::test]
async fn wrong_child_count() {
    child_fails("wrong_child_count", "page 1: it has 0 child tables instead of 1").await;
    let unknown = session("wrong_child_count", Limits::default()).await;
    let error = unknown.read("rows").children(["note"]).build().unwrap_err();
    assert_eq!((error.kind(), error.hint()), (ErrorKind::Config, Some("did you mean `notes`?")));
}

// Proves: batches
#[tokio::test]
async fn wrong_child_columns() {
    let text = "page 1, child table `notes`: column `id`: its values are texts";
    child_fails("wrong_child_columns", text).await;
    // Nobody asked for it here, so that it must not come.
    let text = "page 1: it has 1 child tables instead of 0";
    fails("wrong_child_columns", Limits::default(), 0, ErrorKind::Data, text).await;
}

// Proves: over, texts
#[tokio::test]
async fn traps_mid_page() {
    let connector = load("traps_mid_page", Limits::default()).await.unwrap();
    let told = Told::new();
    let observer = told.clone();
    let session = connect(&connector, |access| access.observed_by(observer));
    let mut scan = open(&session).await.unwrap();
    assert_eq!(scan.next().await.unwrap().unwrap().batch.num_rows(), 1);
    let error = scan.next().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Bug);
    let text = "connector hostile 0.1.0 trapped: unreachable: no more \\u{1b}[31mrows (";
    assert!(error.message().starts_with(text), "{error}");
    assert_eq!(scan.next().await.unwrap_err().kind(), ErrorKind::Bug, "it is over");
    let log = told.log().join("\n");
    assert!(log.contains("connector hostile 0.1.0 wrote: "), "{log}");
    assert!(log.contains("connector hostile 0.1.0 trapped at 0: "), "{log}");
    assert!(!log.contains('\u{1b}'), "{log}");
}

// Proves: paging
#[tokio::test]
async fn never_ends_paging() {
    let limits = Limits { pages: 5, ..Limits::default() };
    let text = "the read has more than 5 pages";
    fails("never_ends_paging", limits, 5, ErrorKind::Limit, text).await;
}

// Proves: paging
#[tokio::test]
async fn repeats_cursor() {
    let text = "page 4 leads to the cursor `page-1`, which was there before";
    fails("repeats_cursor", Limits::default(), 3, ErrorKind::Data, text).await;
}

// Proves: paging
#[tokio::test]
async fn endless_empty_pages() {
    let limits = Limits { empty_pages: 7, ..Limits::default() };
    let text = "more than 7 pages in a row have no rows";
    fails("endless_empty_pages", limits, 7, ErrorKind::Limit, text).await;
}

// Proves: paging
#[tokio::test]
async fn goes_on_after_the_end() {
    let text = "gives a page after one without `next-cursor`";
    fails("goes_on_after_the_end", Limits::default(), 1, ErrorKind::Bug, text).await;
}

// Proves: descriptions
#[tokio::test]
async fn lies_in_describe() {
    let error = load("lies_in_describe", Limits::default()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Bug);
    for lie in ["there twice", "missing", "elsewhere.example.net"] {
        assert!(error.message().contains(lie), "{lie}: {error}");
    }
}

// Proves: verdicts
#[tokio::test]
async fn swallows_rate_limit() {
    let server = server(429, &[("retry-after", "3600")], "{}");
    let connector = load("swallows_rate_limit", Limits::default()).await.unwrap();
    let session = connect(&connector, |access| access.remap(ORIGIN, server.origin()));
    let (pages, error) = read_all(&session).await.unwrap_err();
    assert_eq!((pages, error.kind()), (0, ErrorKind::RateLimited), "{error}");
    assert!(error.retry_at().is_some(), "{error:?}");
}

// Proves: over
#[tokio::test]
async fn exits() {
    let text = "ended itself with status 0 (in `next`)";
    fails("exits", Limits::default(), 0, ErrorKind::Bug, text).await;
}

// Proves: descriptions
#[tokio::test]
async fn renames_columns() {
    let text = "it gives other columns than it was asked for";
    fails("renames_columns", Limits::default(), 0, ErrorKind::Bug, text).await;
}

// Proves: machine
#[tokio::test]
async fn imports_sockets() {
    let error = load("imports_sockets", Limits::default()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Config);
    assert!(error.message().contains("`wasi:sockets/"), "{error}");
}

/// There is nothing to be found where a component looks, and its clocks are coarse.
// Proves: machine
#[tokio::test]
async fn looks_around() {
    let connector = load("looks_around", Limits::default()).await.unwrap();
    let told = Told::new();
    let observer = told.clone();
    let session = connect(&connector, |access| access.observed_by(observer));
    assert_eq!(read_all(&session).await.unwrap(), 0);
    let log = told.log();
    assert_eq!(log.len(), 2, "{log:?}");
    for (line, clock) in log.iter().zip(["ticks ", "time of day "]) {
        // A finer step would be shown in microseconds, or with a fraction.
        let step = line.strip_prefix(clock).unwrap().strip_suffix("ms").unwrap();
        assert!(step.parse::<u32>().is_ok(), "{line}");
    }
}

/// Whatever a connector says of rows that may have been written, they are not taken for untried.
// Proves: writes, texts
#[tokio::test]
async fn lies_about_writes() {
    let provider = Provider::start(|_, _| Deed::answer(200, "{}")).unwrap();
    let connector = load("lies_about_writes", Limits::default()).await.unwrap();
    for (first, outcomes, ended) in [
        ("honest", "[Done(Some(\"1\"))]", None),
        ("untried", "[]", Some(ErrorKind::Unavailable)),
        ("fails", "[Unknown(", Some(ErrorKind::Unavailable)),
        ("nothing", "[Unknown(", Some(ErrorKind::Bug)),
        ("too many", "[Unknown(", Some(ErrorKind::Bug)),
        ("traps", "[Unknown(", Some(ErrorKind::Bug)),
        ("long", "[Rejected(\"\\\\u{1b}[31m", None),
        ("escapes", "[Done(Some(\"\\\\u{0}\\\\u{1b}[31m", None),
        ("unchanged", "[Unchanged(\"\\\\u{0}\\\\u{1b}[31m", None),
        ("unknown", "[Unknown(\"\\\\u{0}\\\\u{1b}[31m", None),
    ] {
        let session = connect(&connector, |access| access.remap(ORIGIN, provider.origin()));
        let write = session.write("rows", Operation::Create).build().unwrap();
        let mut writer = session.writer(write).await.unwrap();
        let written = writer.write(&names(&[first, "second", "third"])).await;
        let said = format!("{:?}", written.outcomes);
        assert!(said.starts_with(outcomes), "{first}: {said}");
        assert!(said.len() < 3_000 && !said.contains('\u{1b}'), "{first}: {said}");
        assert_eq!(written.ended.map(|error| error.kind()), ended, "{first}");
        if outcomes == "[Unknown(" {
            assert_eq!(written.outcomes.len(), 2, "{first}: those of the call");
        }
        let again = writer.write(&names(&["honest"])).await.ended;
        assert_eq!(again.is_some(), ended.is_some(), "{first}: a failure ends it");
    }
}

/// The one that behaves has its tests in `writing.rs`.
mod writes_rows {}

/// Every text crosses over in the same way, whichever it is.
// Proves: texts
#[tokio::test]
async fn hands_over_bytes() {
    let error = load("hands_over_bytes", Limits::default()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Bug, "{error}");
    assert!(error.message().ends_with("broke the rules of the interface in `start`"), "{error}");
    let cause = std::error::Error::source(&error).map(ToString::to_string).unwrap_or_default();
    assert!(cause.starts_with("invalid utf-8"), "{cause}");
}

/// A page that nobody waits for any more takes its instance with it.
// Proves: over
#[tokio::test]
async fn a_read_that_is_dropped_in_a_page_is_over() {
    let session = session("sleeps", Limits::default()).await;
    let mut scan = open(&session).await.unwrap();
    let timeout = tokio::time::timeout(Duration::from_millis(50), scan.next()).await;
    assert!(timeout.is_err());
    assert_eq!(scan.next().await.unwrap_err().kind(), ErrorKind::Cancelled);
}
