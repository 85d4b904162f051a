//! URLs that connectors ask for: what the gate takes means the same to the parser of the browsers,
//! and lies where it was granted.

use percent_encoding::percent_decode_str;
use tollgate_egress::{CanonicalUrl, Remap};
use tollgate_model::origin::{Audience, Origin, origin_of};
use url::{Host, Url};

/// What is granted beside what the input says.
const GRANTED: [&str; 4] = [
    "https://api.example.com",
    "https://api.example.com:8443",
    "https://*.example.org",
    "https://xn--mnchen-3ya.example",
];

/// The first line is a URL; each further one is an origin or a prefix that is granted.
pub fn run(input: &[u8]) {
    let text = String::from_utf8_lossy(input);
    let (asked, granted) = text.split_once('\n').unwrap_or((&text, ""));
    let granted: Vec<&str> = GRANTED.into_iter().chain(granted.lines()).collect();
    granted.iter().for_each(|text| look_at_grant(text));
    if let Ok(url) = CanonicalUrl::parse_text(asked) {
        let other = Url::parse(asked).unwrap_or_else(|error| panic!("{asked:?}: {error}"));
        look_at(asked, &url, &other);
        granted.iter().for_each(|text| look_within(&url, &other, text));
    }
    // It does not look into punycode: the gate does, before it asks anything.
    if let (Ok(origin), Ok(other)) = (origin_of(asked), Url::parse(asked)) {
        assert!(!origin.is_wildcard(), "{asked:?}");
        assert_eq!(other.host_str(), Some(origin.domain()), "{asked:?}");
        assert_eq!(other.port_or_known_default(), Some(origin.port()), "{asked:?}");
    }
    if let Ok(remap) = asked.parse::<Remap>() {
        assert_eq!(remap.to_string().parse::<Remap>().as_ref().ok(), Some(&remap), "{asked:?}");
    }
}

fn look_at(asked: &str, url: &CanonicalUrl, other: &Url) {
    assert_eq!(other.scheme(), "https", "{asked:?}");
    assert_eq!(other.host(), Some(Host::Domain(url.host())), "{asked:?}");
    assert_eq!(other.port_or_known_default(), Some(url.port()), "{asked:?}");
    assert!(other.username().is_empty() && other.password().is_none(), "{asked:?}");
    assert_eq!(other.fragment(), None, "{asked:?}");
    // The other parser encodes some characters that this one leaves as they are.
    let decoded = |text: &str| percent_decode_str(text).collect::<Vec<u8>>();
    assert_eq!(decoded(other.path()), decoded(url.path()), "{asked:?}");
    assert_eq!(other.query().map(decoded), url.query().map(decoded), "{asked:?}");
    let query = url.query().map(|query| format!("?{query}")).unwrap_or_default();
    let again = format!("https://{}:{}{}{query}", url.host(), url.port(), url.path());
    assert_eq!(CanonicalUrl::parse_text(&again).ok().as_ref(), Some(url), "{asked:?}");
    let shown = url.redacted();
    let names = shown.strip_prefix(&format!("{}{}", url.origin(), url.path()));
    assert!(names.is_some_and(|names| !names.contains('=')), "{shown}");
}

/// What an origin or a prefix says of itself is what it was read from.
fn look_at_grant(text: &str) {
    if let Ok(origin) = text.parse::<Origin>() {
        assert_eq!(origin.to_string().parse().ok(), Some(origin.clone()), "{text:?}");
        assert!(origin.covers(&origin), "{text:?}");
        let is_address = Host::parse(origin.domain()).is_ok_and(|host| !is_domain(&host));
        assert!(!is_address, "{text:?} is an address");
    }
}

fn is_domain(host: &Host) -> bool {
    matches!(host, Host::Domain(_))
}

/// A URL within a grant has its host and port, and lies below its path.
fn look_within(url: &CanonicalUrl, other: &Url, grant: &str) {
    let Ok(audience) = grant.parse::<Audience>() else { return };
    let origin = audience.origin();
    let is_granted = origin.matches(url.host(), url.port());
    let host = other.host_str().unwrap_or_default();
    let is_host = match origin.is_wildcard() {
        false => host == origin.domain(),
        true => host
            .strip_suffix(origin.domain())
            .is_some_and(|rest| rest.len() > 1 && rest.ends_with('.')),
    };
    let is_there = is_host && other.port_or_known_default() == Some(origin.port());
    assert_eq!(is_granted, is_there, "{other} in {grant}");
    if url.is_below(&audience) {
        assert!(is_there, "{other} in {grant}");
        let prefix = audience.path().split('/').filter(|segment| !segment.is_empty());
        let mut segments = other.path().split('/').skip(1);
        for expected in prefix {
            let segment = segments.next().unwrap_or_default();
            assert!(
                expected == segment || expected == "*" && !segment.is_empty(),
                "{other} in {grant}"
            );
        }
    }
}
