//! Whatever request a component makes, only what is granted leaves the host, and nothing that is
//! the account's comes back.

use std::sync::Arc;

use tollgate_simulators::Received;

use super::*;

/// Granted, but none where the account's secret goes.
const ELSEWHERE: &str = "https://elsewhere.example.com";
/// Headers that are not a connector's to set.
const TAKEN: [&str; 19] = [
    "authorization",
    "cookie",
    "proxy-authorization",
    "content-length",
    "transfer-encoding",
    "connection",
    "keep-alive",
    "upgrade",
    "http2-settings",
    "expect",
    "te",
    "trailer",
    "x-http-method-override",
    "x-http-method",
    "x-method-override",
    "x-forwarded-for",
    "x-forwarded-host",
    "forwarded",
    "x-real-ip",
];

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

// Proves: hosts, addresses
#[tokio::test]
async fn no_way_of_writing_a_url_leads_to_another_host() {
    for url in [
        // Hosts that nobody declared or granted.
        "https://exfiltration.example.net/?rows=stolen",
        "https://example.com/",
        "https://api.example.com.evil.example/",
        "https://xapi.example.com/",
        "https://a.api.example.com/",
        // What reads as the granted host and is another.
        "https://api.example.com@evil.example/",
        "https://api.example.com:443@evil.example/",
        "https://evil.example\\@api.example.com/",
        "https://api.example.com%2eevil.example/",
        "https://\u{0430}pi.example.com/",
        "https://xn--pi-6kc.example.com/",
        "https://api\u{3002}example.com/",
        "https://api.example.com./",
        "https://api..example.com/",
        // Other doors of the granted host.
        "http://api.example.com/",
        "ftp://api.example.com/",
        "file:///etc/passwd",
        "https://api.example.com:8443/",
        "https://api.example.com:0/",
        "https://api.example.com:99999/",
        "https://user:password@api.example.com/",
        "https://api.example.com/a/../../rows",
        "https://api.example.com/%2e%2e/rows",
        "https://api.example.com/a\\..\\rows",
        "https://api.example.com/%00",
        // This machine and its network, by every notation.
        "https://localhost/",
        "https://127.0.0.1/",
        "https://127.1/",
        "https://2130706433/",
        "https://0x7f000001/",
        "https://0177.0.0.1/",
        "https://0/",
        "https://[::1]/",
        "https://[::ffff:127.0.0.1]/",
        "https://[::ffff:7f00:1]/",
        "https://[64:ff9b::7f00:1]/",
        "https://[2002:7f00:1::]/",
        "https://[fe80::1%25eth0]/",
        "https://10.0.0.1/",
        "https://100.64.0.1/",
        "https://169.254.169.254/latest/meta-data/",
        "https://\u{2460}\u{2461}\u{2466}.0.0.1/",
    ] {
        let came = request(format!("GET {url}"), ok).await;
        came.assert_refused(url);
    }
}

// Proves: redirects
#[tokio::test]
async fn a_redirect_is_followed_by_nobody_but_the_component_and_passes_every_check_again() {
    for location in [
        "https://exfiltration.example.net/",
        "https://127.0.0.1/",
        "https://[::1]/",
        "https://169.254.169.254/latest/meta-data/",
        "https://localhost/",
        "http://api.example.com/",
        "https://api.example.com@evil.example/",
    ] {
        let redirect = vec![("location".to_owned(), location.to_owned())];
        let came = request(format!("GET {ORIGIN}/go"), move |_, _| {
            Deed::Answer(302, String::new(), redirect.clone())
        });
        let came = came.await;
        assert_eq!(came.received.len(), 1, "{location}");
        came.assert_denied(location);
    }
    // To another granted host it is followed without the secret.
    let came = request(format!("GET {ORIGIN}/go"), |number, _| match number {
        0 => Deed::Answer(302, String::new(), vec![("location".into(), format!("{ELSEWHERE}/"))]),
        _ => Deed::answer(200, "{}"),
    });
    let came = came.await;
    assert_eq!(came.end.unwrap(), 0);
    assert_eq!(header(&came.received[0], "x-token"), [CANARY]);
    assert_eq!(header(&came.received[1], "x-token"), [""; 0]);
}

// Proves: paging, budget
#[tokio::test]
async fn redirects_in_a_circle_end_as_a_loop() {
    let to = |url: String| Deed::Answer(302, String::new(), vec![("location".into(), url)]);
    let came = request(format!("GET {ORIGIN}/a"), move |_, request| {
        to(format!("{ORIGIN}{}", if request.path == "/a" { "/b" } else { "/a" }))
    });
    let came = came.await;
    let error = came.end.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Limit);
    assert!(error.message().contains("the same request came again and again"), "{error}");
    assert_eq!(came.received.len(), 8, "two requests, each with three repetitions");
}

// Proves: requests
#[tokio::test]
async fn no_header_changes_who_is_spoken_to_or_what_is_said() {
    for header in [
        "Authorization: Bearer forged",
        "Cookie: a=b",
        "X-Token: forged",
        "x-token: forged | X-TOKEN: twice",
        "Proxy-Authorization: Basic forged",
        "Host: evil.example",
        "Content-Length: 5",
        "Content-Length: 0 | Content-Length: 100",
        "Content-Length: -1",
        "Content-Length: 99999999999999999999",
        "Transfer-Encoding: chunked",
        "Transfer-Encoding: identity, chunked | Content-Length: 3",
        "Connection: keep-alive, X-Token",
        "Connection: close | Keep-Alive: max=1",
        "Upgrade: h2c | HTTP2-Settings: AAMAAABkAAQAoAAAAAIAAAAA",
        "Expect: 100-continue",
        "TE: trailers | Trailer: X-Token",
        "X-HTTP-Method-Override: DELETE",
        "X-HTTP-Method: DELETE",
        "X-Method-Override: DELETE",
        "X-Forwarded-For: 127.0.0.1",
        "X-Forwarded-Host: evil.example",
        "Forwarded: for=127.0.0.1",
        "X-Real-IP: 127.0.0.1",
        "Accept-Encoding: identity",
        "X-Note: a\\r\\nX-Token: forged",
        "X-Note: a\\r\\n\\r\\nDELETE /rows HTTP/1.1\\r\\nHost: api.example.com\\r\\n\\r\\n",
        "X-Note: a\\nX-Token: forged",
        "X-Note: a\\0b",
        "X Note: space in the name",
        "X-N\u{f6}te: not ASCII in the name",
        ": no name",
    ] {
        let came = request(format!("GET {ORIGIN}/rows | {header}"), ok).await;
        let Some(received) = came.received.first() else {
            came.assert_refused(header);
            continue;
        };
        assert_eq!(came.received.len(), 1, "{header}: {:?}", came.received);
        assert_eq!(received.line(), "GET /rows", "{header}");
        assert_eq!(self::header(received, "x-token"), [CANARY], "{header}");
        let hosts = self::header(received, "host");
        assert!(hosts.len() == 1 && hosts[0].starts_with("127.0.0.1:"), "{header}: {hosts:?}");
        for name in TAKEN {
            assert_eq!(self::header(received, name), [""; 0], "{header}: {name}");
        }
        assert_eq!(self::header(received, "accept-encoding"), ["gzip, deflate, br"], "{header}");
    }
}

// Proves: reads, verdicts
#[tokio::test]
async fn a_read_changes_nothing_at_the_provider() {
    for line in [
        "POST https://api.example.com/rows",
        "PUT https://api.example.com/rows/1",
        "PATCH https://api.example.com/rows/1",
        "DELETE https://api.example.com/rows/1",
        "OPTIONS https://api.example.com/rows",
        "CONNECT https://api.example.com/",
        "TRACE https://api.example.com/",
        "BREW https://api.example.com/",
        "get https://api.example.com/",
        "GET\\r\\nX https://api.example.com/",
        // Below the prefix at which a read may POST, and out of it again.
        "POST https://api.example.com/reports/../rows",
        "POST https://api.example.com/reports/%2e%2e/rows",
        "POST https://api.example.com/reports/..%2frows",
        "POST https://api.example.com/reports",
        "POST https://api.example.com/reportsx/1",
        "POST https://elsewhere.example.com/reports/1",
    ] {
        request(format!("{line} | body=5"), ok).await.assert_refused(line);
    }
    let came = request(format!("POST {ORIGIN}/reports/daily | body=5"), ok).await;
    assert_eq!(came.end.unwrap(), 0);
    assert_eq!(
        (came.received[0].line(), &*came.received[0].body),
        ("POST /reports/daily".into(), "xxxxx")
    );
}

// Proves: budget
#[tokio::test]
async fn what_is_too_large_is_not_sent() {
    let body = format!("POST {ORIGIN}/reports/1 | body={}", (8 << 20) + 1);
    let came = request(body, ok).await;
    assert!(came.received.is_empty());
    assert_eq!(came.log, ["refused: ErrorCode::HttpRequestBodySize(Some(8388608))"]);
    let many = format!("GET {ORIGIN}/{}", " | x: y".repeat(65));
    let came = request(many, ok).await;
    came.assert_refused("65 headers");
    assert_eq!(came.end.unwrap_err().kind(), ErrorKind::Bug);
}

/// What a provider makes of a request.
type Answer = fn(&Received) -> Deed;

// Proves: secrets, traces
#[tokio::test]
async fn an_echo_of_the_secret_reaches_nobody() {
    let echoes: [(&str, Answer); 5] = [
        ("in the body", |request| Deed::answer(200, format!("{request:?}"))),
        ("in an error's text", |request| Deed::answer(500, format!("{request:?}"))),
        ("in base64", |_| Deed::answer(200, "{\"t\": \"Y2FuYXJ5LTVmMmI3Yw==\"}")),
        ("in a header", |request| {
            let token = header(request, "x-token").concat();
            Deed::Answer(200, "{}".to_owned(), vec![("x-echo".to_owned(), token)])
        }),
        ("in a redirect", |request| {
            let token = header(request, "x-token").concat();
            let location = format!("{ELSEWHERE}/?token={token}");
            Deed::Answer(302, String::new(), vec![("location".to_owned(), location)])
        }),
    ];
    for (place, echo) in echoes {
        let came = request(format!("GET {ORIGIN}/echo"), move |_, request| echo(request)).await;
        came.assert_denied(place);
        assert_eq!(came.received.len(), 1, "{place}: nothing goes on with it");
        let error = came.end.unwrap_err();
        assert!(error.message().contains("one of the account's secrets"), "{place}: {error}");
    }
}

// Proves: audience
#[tokio::test]
async fn the_secret_goes_nowhere_but_to_its_audience() {
    let came = request(format!("GET {ELSEWHERE}/echo"), |_, request| {
        Deed::answer(200, format!("{request:?}"))
    });
    let came = came.await;
    assert_eq!(came.end.unwrap(), 0);
    assert!(!format!("{:?}", came.received).contains(CANARY));
    // A component that knows it, from wherever, cannot send it on.
    for url in [
        format!("{ELSEWHERE}/?t={CANARY}"),
        format!("{ELSEWHERE}/{CANARY}"),
        format!("{ORIGIN}/ | x-note: {CANARY}"),
        format!("{ORIGIN}/?t=Y2FuYXJ5LTVmMmI3Yw"),
        format!("{ORIGIN}/?t=canary%2D5f2b7c"),
    ] {
        let came = request(format!("GET {url}"), ok).await;
        came.assert_denied(&url);
        assert!(came.received.is_empty(), "{url}");
    }
}

fn header<'a>(request: &'a Received, name: &str) -> Vec<&'a str> {
    let named = request.headers.iter().filter(|(found, _)| found == name);
    named.map(|(_, value)| value.as_str()).collect()
}
