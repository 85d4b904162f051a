//! Whatever request a component makes, only what is granted leaves the host, and nothing that is
//! the account's comes back.

use std::sync::Arc;

use tollgate_simulators::Received;

use super::*;

#[path = "requests_anything/hosts.rs"]
mod hosts;
#[path = "requests_anything/secrets.rs"]
mod secrets;
#[path = "requests_anything/shape.rs"]
mod shape;

/// Granted, but none where the account's secret goes.
const ELSEWHERE: &str = "https://elsewhere.example.com";
/// What came of a request: how the read ended, and what the component was told.
struct Came {
    end: Result<u64, tollgate_model::Error>,
    log: Vec<String>,
    received: Vec<Received>,
}

/// Has the component make this request. Both of its origins are this provider.
async fn request(
    request: impl AsRef<str>,
    script: impl Fn(usize, &Received) -> Deed + Send + Sync + 'static,
) -> Came {
    let provider = Provider::start(script).unwrap();
    let mut limits = Limits::default();
    limits.gate.repeats_within_call = 3;
    limits.gate.retry.backoff = Duration::ZERO;
    let connector = load("requests_anything", limits).await.unwrap();
    let told = Told::new();
    let observer: Arc<Told> = told.clone();
    let place = provider.origin();
    let session = connect(&connector, |access| {
        access.remap(ORIGIN, &place).remap(ELSEWHERE, &place).observed_by(observer)
    });
    let request = request.as_ref();
    let end = read_variant(&session, request).await.map_err(|(_, error)| error);
    let came = Came { end, log: told.log(), received: provider.received() };
    let told = format!("{:?} {:?}", came.end, came.log);
    assert!(!told.contains(CANARY), "{request}: {told}");
    came
}

fn ok(_: usize, _: &Received) -> Deed {
    Deed::answer(200, "{}")
}

impl Came {
    /// Nothing was sent, and the run is over or the component was told why.
    fn assert_refused(&self, request: &str) {
        assert!(self.received.is_empty(), "{request}: {:?}", self.received);
        match &self.end {
            Err(error) => assert!(
                matches!(error.kind(), ErrorKind::Denied | ErrorKind::Bug),
                "{request}: {error}"
            ),
            Ok(_) => assert!(self.log[0].starts_with("refused: "), "{request}: {:?}", self.log),
        }
    }

    fn assert_denied(&self, request: &str) {
        let error = self.end.as_ref().expect_err(request);
        assert_eq!(error.kind(), ErrorKind::Denied, "{request}: {error}");
    }
}

#[tokio::test]
async fn a_good_request_arrives_with_the_accounts_secret() {
    for url in [
        "https://api.example.com/rows?page=1",
        "https://API.Example.COM:443/rows?page=1",
        // A fragment is for whoever reads the answer, and never sent.
        "https://api.example.com/rows?page=1#fragment",
    ] {
        let came = request(format!("GET {url} | accept: text/csv"), ok).await;
        assert_eq!(came.end.unwrap(), 0);
        assert!(came.log[0].starts_with("answered: 200") && came.log[0].ends_with(" {}"));
        assert_eq!(came.received[0].line(), "GET /rows?page=1");
        assert_eq!(header(&came.received[0], "x-token"), [CANARY]);
        assert_eq!(header(&came.received[0], "accept"), ["text/csv"]);
    }
}

fn header<'a>(request: &'a Received, name: &str) -> Vec<&'a str> {
    let named = request.headers.iter().filter(|(found, _)| found == name);
    named.map(|(_, value)| value.as_str()).collect()
}
