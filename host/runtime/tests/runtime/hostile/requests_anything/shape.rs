//! What requests are: well-formed, of methods and sizes that are allowed, and nothing beside.

use super::*;

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

// Proves: requests
#[tokio::test]
async fn no_header_changes_who_is_spoken_to_or_what_is_said() {
    for header in [
        "Authorization: Bearer forged",
        "Authorization: Bearer forged | authorization: Bearer twice",
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
