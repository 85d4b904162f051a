//! Components that take more than they may have, each of one thing.

use super::*;

// Proves: compute
#[tokio::test]
pub(super) async fn spins() {
    let limits = Limits { cpu_per_call: Duration::from_millis(50), ..Limits::default() };
    let started = Instant::now();
    fails("spins", limits, 0, ErrorKind::Limit, "computed for more than 50ms in one call").await;
    assert!(started.elapsed() < Duration::from_secs(20));
}

// Proves: compute
#[tokio::test]
pub(super) async fn spins_in_describe() {
    let describe = DescribeLimits { cpu: Duration::from_millis(50), ..DescribeLimits::default() };
    let error = load("spins_in_describe", Limits { describe, ..Limits::default() }).await;
    let error = error.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Limit);
    assert!(error.message().contains("computed for more than 50ms"), "{error}");
}

// Proves: compute
#[tokio::test]
pub(super) async fn spins_in_start() {
    let describe = DescribeLimits { cpu: Duration::from_millis(50), ..DescribeLimits::default() };
    let limits = Limits { describe, ..Limits::default() };
    fails_to_start("spins_in_start", limits, "computed for more than 50ms in one call").await;
}

// Proves: memory
#[tokio::test]
pub(super) async fn grows_memory() {
    let limits = Limits { memory_bytes: 8 << 20, ..Limits::default() };
    for variant in ["in pieces", "in small steps", "at once"] {
        let session = session("grows_memory", limits.clone()).await;
        let read = support::variant(&session, variant).unwrap();
        let mut scan = session.open(&read, None, None).await.unwrap();
        let error = scan.next().await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Limit, "{variant}");
        let text = "needs more than 8 MiB of memory (in `next`)";
        assert!(error.message().contains(text), "{variant}: {error}");
        let peak = scan.usage().guest_memory_peak;
        assert!((1 << 20..=8 << 20).contains(&peak), "{variant}: {peak}");
        assert_eq!(scan.next().await.unwrap_err().kind(), ErrorKind::Bug, "it is over");
    }
}

/// Each of its two memories has less than the limit, which is for both together.
// Proves: memory
#[tokio::test]
pub(super) async fn grows_memories() {
    let text = "needs more than 64 MiB of memory";
    fails_to_start("grows_memories", Limits::default(), text).await;
    let limits = Limits { memory_bytes: 8 << 20, ..Limits::default() };
    fails_to_start("grows_memories", limits, "needs more than 8 MiB of memory").await;
}

// Proves: memory
#[tokio::test]
pub(super) async fn grows_tables() {
    let text = "needs more than 100000 table elements";
    fails_to_start("grows_tables", Limits::default(), text).await;
}

// Proves: handover
#[tokio::test]
pub(super) async fn floods_log() {
    let connector = load("floods_log", Limits::default()).await.unwrap();
    let told = Told::new();
    let observer = told.clone();
    let session = connect(&connector, |access| access.observed_by(observer));
    let (_, error) = read_all(&session).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Limit);
    assert!(error.message().contains("wrote more than 1000 lines to its log"), "{error}");
    let log = told.log();
    assert_eq!(log.iter().filter(|line| line.starts_with("\\u{1b}[2Jxxx")).count(), 1_000);
    for line in log {
        assert!(line.len() < 5_000 && !line.contains(char::is_control), "{}", line.len());
    }
}

// Proves: handover
#[tokio::test]
pub(super) async fn floods_stderr() {
    let session = session("floods_stderr", Limits::default()).await;
    assert_eq!(read_all(&session).await.unwrap(), 1, "printing is not forbidden");
}

// Proves: budget
#[tokio::test]
pub(super) async fn floods_requests() {
    let server = server(200, &[], "{}");
    let mut limits = Limits::default();
    limits.budget.requests = 20;
    limits.gate.repeats_within_call = 3;
    limits.gate.retry.backoff = Duration::ZERO;
    let connector = load("floods_requests", limits).await.unwrap();
    for (variant, text, most) in [
        ("always another", "the budget of 20 requests is used up", 20),
        ("the same", "the same request came again and again", 4),
    ] {
        let before = server.requests().len();
        let session = connect(&connector, |access| access.remap(ORIGIN, server.origin()));
        let (_, error) = read_variant(&session, variant).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Limit, "{variant}: {error}");
        assert!(error.message().contains(text), "{variant}: {error}");
        assert_eq!(server.requests().len() - before, most, "{variant}");
    }
}

/// Answers that nobody reads hold no more connections than a read may have open.
// Proves: budget
#[tokio::test]
pub(super) async fn floods_requests_that_it_never_reads() {
    let server = server(200, &[], "{}");
    let mut limits = Limits::default();
    limits.gate.in_flight = 8;
    let connector = load("floods_requests", limits).await.unwrap();
    let session = connect(&connector, |access| access.remap(ORIGIN, server.origin()));
    let (_, error) = read_variant(&session, "unread").await.unwrap_err();
    assert!(error.message().contains("ConnectionLimitReached"), "{error:?}");
    assert_eq!(server.requests().len(), 8);
}

// Proves: memory
#[tokio::test]
pub(super) async fn hoards_handles() {
    let limits = Limits { handles: 100, ..Limits::default() };
    for variant in ["its own", "of the host"] {
        let text = "holds more than 100 handles";
        fails_as("hoards_handles", variant, limits.clone(), ErrorKind::Limit, text).await;
    }
}

// Proves: memory
#[tokio::test]
pub(super) async fn hoards_random() {
    for variant in ["good", "cheap"] {
        let text = "asks for more than 65536 random bytes at once";
        fails_as("hoards_random", variant, Limits::default(), ErrorKind::Limit, text).await;
    }
    // As much as may be had at once, without end.
    for variant in ["good in small steps", "cheap in small steps"] {
        let limits = Limits { cpu_per_call: Duration::from_millis(50), ..Limits::default() };
        let text = "computed for more than 50ms in one call";
        fails_as("hoards_random", variant, limits, ErrorKind::Limit, text).await;
    }
}

// Proves: memory
#[tokio::test]
pub(super) async fn hoards_headers() {
    let text = "puts more than 64 KiB into one set of headers";
    fails("hoards_headers", Limits::default(), 0, ErrorKind::Limit, text).await;
}

// Proves: handover
#[tokio::test]
pub(super) async fn huge_describe() {
    let error = load("huge_describe", Limits::default()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Limit);
    assert!(error.message().contains("hands over more than 4 MiB in one call"), "{error}");
}

// Proves: handover
#[tokio::test]
pub(super) async fn huge_page() {
    let text = "hands over more than 32 MiB in one call";
    fails("huge_page", Limits::default(), 0, ErrorKind::Limit, text).await;
}

// Proves: waiting
#[tokio::test]
pub(super) async fn sleeps() {
    let limits = Limits { wall_per_call: Duration::from_millis(100), ..Limits::default() };
    fails("sleeps", limits, 0, ErrorKind::Limit, "`next` took more than 100ms").await;
}

/// Waiting for a provider that never answers is bounded as waiting for a clock is.
// Proves: waiting
#[tokio::test]
pub(super) async fn sleeps_on_a_socket() {
    let provider = Provider::start(|_, _| Deed::Hang).unwrap();
    let limits = Limits { wall_per_call: Duration::from_millis(200), ..Limits::default() };
    let connector = load("swallows_rate_limit", limits).await.unwrap();
    let session = connect(&connector, |access| access.remap(ORIGIN, provider.origin()));
    let (_, error) = read_all(&session).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Limit);
    assert!(error.message().contains("`next` took more than 200ms"), "{error}");
}

// Proves: memory
#[tokio::test]
pub(super) async fn recurses() {
    fails("recurses", Limits::default(), 0, ErrorKind::Bug, "trapped: stack overflow").await;
}

// Proves: compute, waiting
#[tokio::test]
async fn a_read_is_limited_in_its_whole_length_too() {
    let limits = Limits { wall_per_read: Duration::from_millis(100), ..Limits::default() };
    fails("sleeps", limits, 0, ErrorKind::Limit, "`next` took more than ").await;
    let limits = Limits { cpu_per_read: Duration::from_millis(50), ..Limits::default() };
    fails("spins", limits, 0, ErrorKind::Limit, "computed for more than 50ms in one read").await;
}

/// One component that never comes back does not keep another from its work, on one thread.
// Proves: compute
#[tokio::test]
async fn a_guest_that_spins_lets_others_run() {
    let spinning = session("spins", Limits::default()).await;
    let working = session("floods_stderr", Limits::default()).await;
    let spinner = tokio::spawn(async move { read_all(&spinning).await.is_ok() });
    tokio::task::yield_now().await;
    assert_eq!(read_all(&working).await.unwrap(), 1);
    assert!(!spinner.is_finished());
    spinner.abort();
    assert!(spinner.await.unwrap_err().is_cancelled());
}

/// Loads a component that does its worst before anybody has called it.
async fn fails_to_start(name: &str, limits: Limits, text: &str) {
    let error = load(name, limits).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Limit, "{error:?}");
    assert!(error.message().ends_with(&format!("{text} (in `start`)")), "{error}");
}
