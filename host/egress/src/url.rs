//! The one form of a URL that the gate decides on.
//!
//! A connector's URL is taken apart here, once, and everything after it works on the parts; what is
//! sent is put together again from them. Whatever could be read in two ways is refused, not mended:
//! a check and a server that disagree about a URL are how checks are passed by.

use std::fmt::Write;

use http::Uri;
use tollgate_model::origin::Audience;

use crate::error::GateError;
use crate::percent;

/// Bytes of a path. 8 KiB: where common servers stop reading a request line.
const PATH_BYTES_MAX: usize = 8 << 10;
/// Bytes of a query, for the same reason.
const QUERY_BYTES_MAX: usize = 8 << 10;
const HTTPS_PORT: u16 = 443;

/// A URL in its one form: https, a lowercase DNS name, the port, a path without dot segments and a
/// query, both as the connector wrote them.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct CanonicalUrl {
    host: String,
    port: u16,
    path: String,
    query: Option<String>,
}

impl CanonicalUrl {
    /// Takes apart what a connector asks for.
    ///
    /// # Errors
    /// [`GateError::Denied`] for what is no URL in its one form, without repeating it, as it may
    /// hold anything.
    pub fn parse(uri: &Uri) -> Result<Self, GateError> {
        if uri.scheme_str() != Some("https") {
            return Err(invalid("its scheme is not https"));
        }
        let authority = uri.authority().ok_or_else(|| invalid("it has no host"))?.as_str();
        if authority.contains('@') {
            return Err(invalid("it has user info"));
        }
        let (host, port) = match authority.rsplit_once(':') {
            Some((host, port)) if !port.ends_with(']') => (host, canonical_port(port)?),
            _ => (authority, HTTPS_PORT),
        };
        let host = canonical_host(host)?;
        let path = if uri.path().is_empty() { "/" } else { uri.path() };
        check_path(path)?;
        if let Some(query) = uri.query() {
            check_text(query, QUERY_BYTES_MAX, "query")?;
        }
        Ok(CanonicalUrl {
            host,
            port,
            path: path.to_owned(),
            query: uri.query().map(str::to_owned),
        })
    }

    /// Takes apart a text. A fragment is refused: it would be lost on the way.
    ///
    /// # Errors
    /// As [`CanonicalUrl::parse`].
    pub fn parse_text(text: &str) -> Result<Self, GateError> {
        if text.contains('#') {
            return Err(invalid("there is a fragment"));
        }
        let uri: Uri = text.parse().map_err(|_| invalid("the parts do not fit"))?;
        CanonicalUrl::parse(&uri)
    }

    /// The host, in lowercase.
    pub fn host(&self) -> &str {
        &self.host
    }

    /// The port, 443 where none was written.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// The path, as it was written; `/` where there was none.
    pub fn path(&self) -> &str {
        &self.path
    }

    /// The query, as it was written.
    pub fn query(&self) -> Option<&str> {
        self.query.as_deref()
    }

    /// Scheme, host and, where it is not the usual one, port.
    pub fn origin(&self) -> String {
        match self.port {
            HTTPS_PORT => format!("https://{}", self.host),
            port => format!("https://{}:{port}", self.host),
        }
    }

    /// Whether it lies at or below a prefix.
    pub fn is_below(&self, prefix: &Audience) -> bool {
        prefix.origin().matches(&self.host, self.port) && prefix.covers_path(&self.path)
    }

    /// For the audit trail: of the query only the names.
    pub fn redacted(&self) -> String {
        let mut text = format!("{}{}", self.origin(), self.path);
        for (position, pair) in self.query.iter().flat_map(|query| query.split('&')).enumerate() {
            let name = pair.split_once('=').map_or(pair, |(name, _)| name);
            let mark = if position == 0 { '?' } else { '&' };
            // Writing to a string cannot fail.
            let _ = write!(text, "{mark}{name}");
        }
        text
    }
}

fn invalid(what: &str) -> GateError {
    GateError::Denied(format!("in its URL, {what}"))
}

fn canonical_port(text: &str) -> Result<u16, GateError> {
    let plain = text.bytes().all(|byte| byte.is_ascii_digit()) && !text.starts_with('0');
    match text.parse() {
        Ok(port) if plain => Ok(port),
        _ => Err(invalid("the port is none")),
    }
}

/// The host in lowercase. A trailing dot is refused: the same host under another name would have
/// its own grants, pool and certificate check.
fn canonical_host(text: &str) -> Result<String, GateError> {
    let host = text.to_ascii_lowercase();
    match url::Host::parse(&host) {
        Ok(url::Host::Domain(domain)) if domain == host && is_dns_name(&host) => Ok(host),
        Ok(url::Host::Ipv4(_) | url::Host::Ipv6(_)) => Err(invalid("the host is an IP address")),
        _ => Err(invalid("the host is no DNS name")),
    }
}

fn is_dns_name(host: &str) -> bool {
    let label_is_good = |label: &str| {
        let bytes = label.as_bytes();
        (1..=63).contains(&bytes.len())
            && bytes.iter().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'))
            && !label.starts_with('-')
            && !label.ends_with('-')
    };
    host.len() <= 253 && host.split('.').all(label_is_good)
}

fn check_path(path: &str) -> Result<(), GateError> {
    check_text(path, PATH_BYTES_MAX, "path")?;
    // Servers differ in whether they decode before they resolve dot segments, so both readings
    // have to be free of them; an audience is a prefix of this path.
    let decoded = percent::decode(path.as_bytes());
    if decoded.iter().any(|byte| *byte == b'\\' || byte.is_ascii_control()) {
        return Err(invalid("the path has an encoded control character or backslash"));
    }
    let mut segments = decoded.split(|byte| *byte == b'/');
    if segments.any(|segment| matches!(segment, b"." | b"..") || segment.starts_with(b"..;")) {
        return Err(invalid("the path has dot segments"));
    }
    Ok(())
}

fn check_text(text: &str, bytes_max: usize, what: &str) -> Result<(), GateError> {
    if text.len() > bytes_max {
        return Err(invalid(&format!("the {what} is longer than {bytes_max} bytes")));
    }
    let is_plain = |byte: u8| byte.is_ascii_graphic() && byte != b'\\' && byte != b'#';
    if !text.bytes().all(is_plain) {
        return Err(invalid(&format!("the {what} has characters that have to be encoded")));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn parse(text: &str) -> Result<CanonicalUrl, GateError> {
        let uri = text.parse().map_err(|_| invalid("it is no URI"))?;
        CanonicalUrl::parse(&uri)
    }

    #[test]
    fn good_urls_have_one_form() {
        let table = [
            ("https://api.example.com", "https://api.example.com/"),
            ("https://API.Example.COM/A?B=c", "https://api.example.com/A?B"),
            ("https://api.example.com:443/v3/", "https://api.example.com/v3/"),
            ("https://api.example.com:8443/?a=1&b&c=", "https://api.example.com:8443/?a&b&c"),
            ("https://xn--mnchen-3ya.example/", "https://xn--mnchen-3ya.example/"),
            ("https://a.example/x%2Fy/..z/...", "https://a.example/x%2Fy/..z/..."),
            ("https://a.example/?next=https://b/../c", "https://a.example/?next"),
            ("https://a_b.example/", "https://a_b.example/"),
        ];
        for (text, redacted) in table {
            assert_eq!(parse(text).unwrap().redacted(), redacted, "{text}");
        }
        let url = parse("https://a.example/p?q=1").unwrap();
        assert_eq!((url.host(), url.port()), ("a.example", 443));
        assert_eq!((url.path(), url.query()), ("/p", Some("q=1")));
    }

    // Proves: hosts
    #[test]
    fn whatever_could_be_read_in_two_ways_is_refused() {
        let long_path = format!("https://a.example/{}", "x".repeat(PATH_BYTES_MAX));
        let long_query = format!("https://a.example/?{}", "x".repeat(QUERY_BYTES_MAX + 1));
        let table = [
            ("http://a.example/", "scheme"),
            ("ftp://a.example/", "scheme"),
            ("/only/a/path", "scheme"),
            ("https://user@a.example/", "user info"),
            ("https://user:pass@a.example/", "user info"),
            ("https://a.example:0/", "port"),
            ("https://a.example:0443/", "port"),
            ("https://a.example:65536/", ""),
            ("https://a.example:/", ""),
            ("https://a.example./", "DNS name"),
            ("https://.a.example/", "DNS name"),
            ("https://a..example/", "DNS name"),
            ("https://-a.example/", "DNS name"),
            ("https://a%2eexample/", ""),
            ("https://127.0.0.1/", "IP address"),
            ("https://127.1/", "IP address"),
            ("https://2130706433/", "IP address"),
            ("https://0x7f000001/", "IP address"),
            ("https://0X7F.1/", "IP address"),
            ("https://0177.0.0.1/", "IP address"),
            ("https://1.2.3.0x4/", "IP address"),
            ("https://256.256.256.256/", "DNS name"),
            ("https://[::1]/", "IP address"),
            ("https://[::ffff:10.0.0.1]:443/", "IP address"),
            ("https://[fe80::1%25eth0]/", ""),
            ("https://a.example/a/../b", "dot segments"),
            ("https://a.example/a/./b", "dot segments"),
            ("https://a.example/..", "dot segments"),
            ("https://a.example/a/%2e%2E/b", "dot segments"),
            ("https://a.example/a/.%2e/b", "dot segments"),
            ("https://a.example/a%2f..%2fb", "dot segments"),
            ("https://a.example/a/..;x/b", "dot segments"),
            ("https://a.example/a\\b", ""),
            ("https://a.example/a%5c..%5cb", "backslash"),
            ("https://a.example/a%0d%0aHost:b", "control"),
            ("https://a.example/a%00", "control"),
            ("https://a.example/ä", ""),
            ("https://a.example/?ä", ""),
            (&long_path, "longer"),
            (&long_query, "longer"),
        ];
        for (text, expected) in table {
            match parse(text) {
                Ok(url) => panic!("{text} was taken as {url:?}"),
                Err(error) => assert!(error.to_string().contains(expected), "{text}: {error}"),
            }
        }
    }

    proptest! {
        #[test]
        fn what_passes_is_one_form_of_itself(
            text in "https://[a-z0-9.:@\\[\\]%_-]{1,20}/[ -~]{0,20}",
        ) {
            if let Ok(url) = parse(&text) {
                let query = url.query().map(|query| format!("?{query}")).unwrap_or_default();
                let again = format!("https://{}:{}{}{query}", url.host(), url.port(), url.path());
                prop_assert_eq!(parse(&again).unwrap(), url);
            }
        }

        // Proves: hosts, addresses
        #[test]
        fn no_address_passes_as_a_name(bits: u32) {
            let [a, b, c, d] = bits.to_be_bytes();
            for host in [
                format!("{a}.{b}.{c}.{d}"), format!("{bits}"), format!("0x{bits:x}"),
                format!("0{bits:o}"), format!("{a}.{}", bits & 0xff_ffff),
                format!("{a}.{b}.{}", bits & 0xffff), format!("0x{a:x}.0{b:o}.{c}.{d}"),
            ] {
                prop_assert!(parse(&format!("https://{host}/")).is_err(), "{}", host);
            }
        }
    }
}
