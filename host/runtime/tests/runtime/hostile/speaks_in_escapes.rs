//! Whatever a component says, what is shown of it cannot move a cursor, forge a line or end a string.

use tollgate_model::text::{is_control, is_line};

use super::*;
use crate::support::variant;

async fn speaker() -> (tollgate_runtime::Session, std::sync::Arc<Told>) {
    let connector = load("speaks_in_escapes", Limits::default()).await.unwrap();
    let told = Told::new();
    let observer = told.clone();
    (connect(&connector, |access| access.observed_by(observer)), told)
}

/// Whether an error can be printed, causes and hint included. Only a line break of the host's own
/// may be in it, before the indented lines of a list.
fn assert_harmless(error: &tollgate_model::Error, place: &str) {
    let shown = format!("{error} {}", error.hint().unwrap_or_default());
    let own = shown.replace("\n  ", " ");
    assert!(!own.contains(is_control), "{place}: {shown:?}");
    let cause = std::error::Error::source(error).map(ToString::to_string).unwrap_or_default();
    assert!(is_line(&cause), "{place}: {cause:?}");
}

// Proves: texts
#[tokio::test]
async fn failures_and_panics_are_escaped() {
    let (session, told) = speaker().await;
    let table = [
        ("unauthorized", ErrorKind::Unauthorized),
        ("forbidden", ErrorKind::Forbidden),
        ("not found", ErrorKind::Config),
        ("invalid config", ErrorKind::Config),
        ("unavailable", ErrorKind::Unavailable),
        ("unexpected response", ErrorKind::Data),
        ("denied", ErrorKind::Denied),
        ("internal", ErrorKind::Bug),
        ("panic", ErrorKind::Bug),
        ("checkpoint", ErrorKind::Bug),
        ("cursor", ErrorKind::Data),
    ];
    for (place, kind) in table {
        let (_, error) = read_variant(&session, place).await.unwrap_err();
        assert_eq!(error.kind(), kind, "{place}: {error}");
        assert_harmless(&error, place);
    }
    for line in told.log() {
        assert!(is_line(&line), "{line:?}");
    }
}

// Proves: texts
#[tokio::test]
async fn log_lines_and_standard_output_are_escaped() {
    let (session, told) = speaker().await;
    for place in ["log", "standard output"] {
        let _ = read_variant(&session, place).await;
    }
    let log = told.log();
    assert!(
        log.iter().any(|line| line.contains("\\u{1b}[2J") && line.contains("forged")),
        "{log:?}"
    );
    for line in log {
        assert!(is_line(&line), "{line:?}");
    }
}

// Proves: texts
#[tokio::test]
async fn what_is_shown_in_menus_and_tables_is_refused() {
    let (session, _) = speaker().await;
    for place in ["a column's name", "a column's description"] {
        let read = variant(&session, place).unwrap();
        let error = session.discover(&read).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Bug, "{place}: {error}");
        assert_harmless(&error, place);
        let error = session.open(&read, None, None).await.err().unwrap();
        assert_eq!(error.kind(), ErrorKind::Bug, "{place}: {error}");
        assert_harmless(&error, place);
    }
    for place in ["a choice's value", "a choice's title"] {
        let error = session.choices(&variant(&session, place).unwrap(), "menu").await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Bug, "{place}: {error}");
        assert_harmless(&error, place);
    }
    for place in ["a part's id", "a part's title"] {
        let error = session.partitions(&variant(&session, place).unwrap()).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Bug, "{place}: {error}");
        assert_harmless(&error, place);
    }
}

// Proves: texts
#[tokio::test]
async fn who_an_account_says_it_is_is_escaped() {
    let (session, _) = speaker().await;
    let identity = session.check().await.unwrap();
    assert!(is_line(&identity) && identity.starts_with("a\\u{0}b\\u{1b}[2J"), "{identity:?}");
}

/// Values are the provider's, and stay as they are: rows are data, and whoever shows them escapes
/// them.
#[tokio::test]
async fn rows_are_not_changed() {
    let (session, _) = speaker().await;
    let read = variant(&session, "nothing else").unwrap();
    let mut scan = session.open(&read, None, None).await.unwrap();
    let page = scan.next().await.unwrap().unwrap();
    let names = page.batch.column(1);
    let names = names.as_any().downcast_ref::<arrow_array::StringArray>().unwrap();
    assert!(names.value(0).starts_with("a\0b\u{1b}[2J"), "{:?}", names.value(0));
}
