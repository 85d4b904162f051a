//! Providers whose answers are built to break whoever reads them, in front of a connector that is
//! made with the SDK as any other.

use super::*;

/// A connector that reads rows with an id and a name, from a provider that gives this answer.
async fn read(body: String, limits: Limits) -> Result<u64, (u64, tollgate_model::Error)> {
    let provider = Provider::start(move |_, _| Deed::answer(200, body.clone())).unwrap();
    let connector = load("writes_rows", limits).await.unwrap();
    let session = connect(&connector, |access| access.remap(ORIGIN, provider.origin()));
    read_all(&session).await
}

fn rows(row: &str) -> String {
    format!("{{\"rows\": [{{{row}}}]}}")
}

// Proves: documents
#[tokio::test]
async fn a_document_that_is_built_to_break_its_reader_is_an_error_and_no_trap() {
    let limits = || {
        let mut limits = Limits::default();
        limits.gate.retry.backoff = Duration::ZERO;
        limits.cpu_per_call = Duration::from_secs(20);
        limits
    };
    let deep = |open: &str, close: &str| open.repeat(100_000) + &close.repeat(100_000);
    let digits = "9".repeat(10_000);
    let table = [
        ("nested where rows belong", format!("{{\"rows\": {}}}", deep("[", "]"))),
        ("nested in a row", rows(&format!("\"id\": 1, \"name\": {}", deep("{\"a\":[", "]}")))),
        ("nested beside the rows", format!("{{\"x\": {}, \"rows\": []}}", deep("[", "]"))),
        ("nested and never closed", "[".repeat(100_000)),
        ("an id of 10,000 digits", rows(&format!("\"id\": {digits}"))),
        ("an id beyond every number", rows("\"id\": 1e999999999")),
        ("an id with 10,000 decimals", rows(&format!("\"id\": 1.{digits}"))),
        ("a name that never ends", format!("{{\"rows\": [{{\"id\": 1, \"name\": \"{digits}")),
        ("half a surrogate", rows("\"id\": 1, \"name\": \"\\ud800\"")),
        ("no JSON", "<html>".to_owned()),
        ("nothing", String::new()),
    ];
    for (what, body) in table {
        let (pages, error) = read(body, limits()).await.expect_err(what);
        assert_eq!((pages, error.kind()), (0, ErrorKind::Data), "{what}: {error}");
        assert!(error.message().len() < 5_000, "{what}: {}", error.message().len());
    }
}

// Proves: documents
#[tokio::test]
async fn a_text_larger_than_anything_ends_at_the_first_limit_in_its_way() {
    let body = || rows(&format!("\"id\": 1, \"name\": \"{}\"", "x".repeat(8 << 20)));
    let mut limits = Limits::default();
    limits.gate.response_wire_bytes = 1 << 20;
    let (_, error) = read(body(), limits).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Limit);
    assert!(error.message().contains("more than 1048576 bytes on the wire"), "{error}");
    let limits = Limits { memory_bytes: 4 << 20, ..Limits::default() };
    let (_, error) = read(body(), limits).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Limit);
    assert!(error.message().contains("needs more than 4 MiB of memory"), "{error}");
    let limits = Limits { call_bytes: 2 << 20, ..Limits::default() };
    let (_, error) = read(body(), limits).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Limit);
    assert!(error.message().contains("hands over more than 2 MiB in one call"), "{error}");
}

/// What such an answer does to one read, it does to no other in the same process.
// Proves: documents
#[tokio::test]
async fn the_host_goes_on_after_each() {
    let good = || rows("\"id\": 1, \"name\": \"one\"");
    for bad in ["[".repeat(100_000), rows("\"id\": 1e999999999")] {
        let limits = || {
            let mut limits = Limits::default();
            limits.gate.retry.backoff = Duration::ZERO;
            limits
        };
        assert!(read(bad, limits()).await.is_err());
        assert_eq!(read(good(), limits()).await.unwrap(), 1);
    }
}
