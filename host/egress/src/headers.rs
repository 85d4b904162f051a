//! Which headers cross the gate, in either direction.
//!
//! What belongs to the connection, to the account or to the gate itself is taken away silently: a
//! client library that sets `Host` or `Accept-Encoding` by habit is no attack and goes on working.

use http::header::{
    ACCEPT_ENCODING, AUTHORIZATION, CONNECTION, CONTENT_ENCODING, CONTENT_LENGTH, COOKIE, EXPECT,
    FORWARDED, HOST, SET_COOKIE, TE, TRAILER, TRANSFER_ENCODING, UPGRADE, USER_AGENT, VIA,
};
use http::{HeaderMap, HeaderName, HeaderValue};

use crate::error::GateError;

/// Headers of one request. 64: ten times what APIs ask for.
const REQUEST_HEADERS_MAX: usize = 64;
/// Bytes of one request's headers. 16 KiB: where common servers stop reading.
const REQUEST_HEAD_BYTES_MAX: usize = 16 << 10;

/// What decompression the gate offers.
const ACCEPTED: HeaderValue = HeaderValue::from_static("gzip, deflate, br");
pub(crate) const AGENT: HeaderValue =
    HeaderValue::from_static(concat!("tollgate/", env!("CARGO_PKG_VERSION")));

/// Whether a header is never the connector's to set. Those of the account's credentials come on
/// top of these.
pub(crate) fn is_reserved(name: &HeaderName) -> bool {
    const EXACT: [HeaderName; 15] = [
        ACCEPT_ENCODING,
        AUTHORIZATION,
        CONNECTION,
        CONTENT_LENGTH,
        COOKIE,
        EXPECT,
        FORWARDED,
        HOST,
        SET_COOKIE,
        TE,
        TRAILER,
        TRANSFER_ENCODING,
        UPGRADE,
        USER_AGENT,
        VIA,
    ];
    // The override headers would turn a request that may be repeated into one that may not.
    const OTHERS: [&str; 8] = [
        "cookie2",
        "http2-settings",
        "keep-alive",
        "true-client-ip",
        "x-http-method",
        "x-http-method-override",
        "x-method-override",
        "x-real-ip",
    ];
    const PREFIXES: [&str; 2] = ["proxy-", "x-forwarded-"];
    EXACT.contains(name)
        || OTHERS.contains(&name.as_str())
        || PREFIXES.iter().any(|prefix| name.as_str().starts_with(prefix))
}

/// The headers of a connector's request that go on, with the gate's own.
///
/// # Errors
/// [`GateError::InvalidRequest`] where there are too many or they are too large.
pub(crate) fn outgoing(guest: &HeaderMap, injected: &[HeaderName]) -> Result<HeaderMap, GateError> {
    if guest.len() > REQUEST_HEADERS_MAX || bytes(guest) > REQUEST_HEAD_BYTES_MAX as u64 {
        return Err(GateError::InvalidRequest(format!(
            "more than {REQUEST_HEADERS_MAX} headers or {REQUEST_HEAD_BYTES_MAX} bytes in them"
        )));
    }
    let mut headers = HeaderMap::with_capacity(guest.len() + injected.len() + 2);
    for (name, value) in guest {
        if !is_reserved(name) && !injected.contains(name) {
            headers.append(name, value.clone());
        }
    }
    headers.insert(ACCEPT_ENCODING, ACCEPTED);
    headers.insert(USER_AGENT, AGENT);
    Ok(headers)
}

/// Takes from the headers of an answer what is not for the connector. The length stays only where
/// the body does.
pub(crate) fn clean_incoming(headers: &mut HeaderMap, body_is_decoded: bool) {
    let named: Vec<HeaderName> = headers
        .get_all(CONNECTION)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .filter_map(|name| name.trim().parse().ok())
        .collect();
    let of_connection = |name: &HeaderName| {
        [CONNECTION, TE, TRAILER, TRANSFER_ENCODING, UPGRADE, SET_COOKIE].contains(name)
            || ["keep-alive", "set-cookie2", "alt-svc"].contains(&name.as_str())
            || name.as_str().starts_with("proxy-")
            || named.contains(name)
    };
    let dropped: Vec<HeaderName> =
        headers.keys().filter(|name| of_connection(name)).cloned().collect();
    for name in dropped {
        headers.remove(name);
    }
    headers.remove(CONTENT_ENCODING);
    if body_is_decoded {
        headers.remove(CONTENT_LENGTH);
    }
}

/// The bytes of names and values.
pub(crate) fn bytes(headers: &HeaderMap) -> u64 {
    headers.iter().map(|(name, value)| (name.as_str().len() + value.len()) as u64).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn map(headers: &[(&str, &str)]) -> HeaderMap {
        let pair = |(name, value): &(&str, &str)| {
            (name.parse::<HeaderName>().unwrap(), value.parse::<HeaderValue>().unwrap())
        };
        headers.iter().map(pair).collect()
    }

    // Proves: requests
    #[test]
    fn a_connector_sets_no_header_of_the_account_the_connection_or_the_gate() {
        let taken = [
            "Authorization",
            "Cookie",
            "Cookie2",
            "Proxy-Authorization",
            "Proxy-Anything",
            "X-Forwarded-For",
            "X-Forwarded-Host",
            "X-Real-IP",
            "Forwarded",
            "Via",
            "Host",
            "Content-Length",
            "Transfer-Encoding",
            "Connection",
            "Keep-Alive",
            "TE",
            "Trailer",
            "Upgrade",
            "HTTP2-Settings",
            "Expect",
            "Accept-Encoding",
            "User-Agent",
            "X-HTTP-Method-Override",
            "X-HTTP-Method",
            "X-Method-Override",
            "API-Password",
        ];
        let injected = [HeaderName::from_static("api-password")];
        for name in taken {
            let headers = outgoing(&map(&[(name, "guest")]), &injected).unwrap();
            assert!(headers.values().all(|value| value != "guest"), "{name} passed");
            assert_eq!(headers.len(), 2, "{name}: {headers:?}");
        }
    }

    #[test]
    fn everything_else_passes_with_all_its_values() {
        let headers = outgoing(
            &map(&[("Accept", "a"), ("accept", "b"), ("X-Page", "1"), ("Range", "bytes=0-1")]),
            &[],
        )
        .unwrap();
        assert_eq!(headers.get_all("accept").iter().collect::<Vec<_>>(), ["a", "b"]);
        assert_eq!(headers["x-page"], "1");
        assert_eq!(headers["range"], "bytes=0-1");
        assert_eq!(headers[ACCEPT_ENCODING], "gzip, deflate, br");
        assert!(headers[USER_AGENT].to_str().unwrap().starts_with("tollgate/0."));
    }

    // Proves: budget
    #[test]
    fn floods_are_refused() {
        let many: Vec<_> = (0..65).map(|n| (format!("x-{n}"), "1".to_owned())).collect();
        let large = vec![("x-large".to_owned(), "x".repeat(REQUEST_HEAD_BYTES_MAX))];
        for headers in [many, large] {
            let headers: Vec<_> =
                headers.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
            assert!(outgoing(&map(&headers), &[]).is_err());
        }
    }

    #[test]
    fn an_answer_loses_what_is_not_for_the_connector() {
        let headers = [
            ("connection", "close, X-Hop"),
            ("x-hop", "1"),
            ("keep-alive", "1"),
            ("te", "1"),
            ("proxy-authenticate", "1"),
            ("transfer-encoding", "chunked"),
            ("upgrade", "h2c"),
            ("set-cookie", "a=b"),
            ("set-cookie", "c=d"),
            ("alt-svc", "h3"),
            ("trailer", "x"),
            ("content-encoding", "gzip"),
            ("content-length", "5"),
            ("content-type", "text/csv"),
            ("retry-after", "1"),
            ("location", "https://a.example/"),
            ("etag", "x"),
        ];
        for (decoded, length) in [(true, 0), (false, 1)] {
            let mut headers = map(&headers);
            clean_incoming(&mut headers, decoded);
            for name in ["content-type", "retry-after", "location", "etag"] {
                assert!(headers.contains_key(name), "{name} is gone");
            }
            assert_eq!(headers.len(), 4 + length, "{headers:?}");
        }
    }
}
