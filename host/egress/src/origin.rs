//! Which origins may be reached, and where the operator says they are.
//!
//! An origin passes where the connector declares it *and* the operator granted it. A remap changes
//! only the address that is dialled: audience, grants, audit and the connector go by the origin
//! that the connector named.

use std::fmt;
use std::str::FromStr;

use http::Uri;
use tollgate_model::origin::Origin;
use tollgate_model::text::quote;
use tollgate_model::{Error, ErrorKind, Result};

use crate::error::GateError;
use crate::resolve::Reach;
use crate::url::CanonicalUrl;

/// Looks whether a host and port are declared and granted.
///
/// # Errors
/// What is missing.
pub(crate) fn check(
    declared: &[Origin],
    granted: &[Origin],
    host: &str,
    port: u16,
) -> Result<(), &'static str> {
    let has = |origins: &[Origin]| origins.iter().any(|origin| origin.matches(host, port));
    match (has(declared), has(granted)) {
        (true, true) => Ok(()),
        (true, false) => Err("declared by the connector, but not granted"),
        (false, _) => Err("not declared by the connector"),
    }
}

/// The place of the first remap that has this host and port.
pub(crate) fn remapped<'a>(remaps: &'a [Remap], host: &str, port: u16) -> Option<&'a Place> {
    remaps.iter().find(|remap| remap.from.matches(host, port)).map(|remap| &remap.to)
}

/// Where a request for a URL really goes, with this query, and which addresses it may be dialled at.
///
/// # Errors
/// [`GateError::InvalidRequest`] where the parts do not make a URL.
pub(crate) fn destination(
    remaps: &[Remap],
    url: &CanonicalUrl,
    query: Option<&str>,
) -> Result<(Reach, Uri), GateError> {
    let (reach, base) = match remapped(remaps, url.host(), url.port()) {
        Some(place) => (Reach::Anywhere, place.to_string()),
        None => (Reach::Public, url.origin()),
    };
    let query = query.map(|query| format!("?{query}")).unwrap_or_default();
    let uri = format!("{base}{}{query}", url.path())
        .parse()
        .map_err(|_| GateError::InvalidRequest("in its URL, the parts do not fit".to_owned()))?;
    Ok((reach, uri))
}

/// `ORIGIN=PLACE`: requests to the origin go to the place, which may be plain http and on this
/// machine. For simulators, mocks and gateways.
///
/// ```
/// let remap: tollgate_egress::Remap =
///     "https://api.example.com=http://127.0.0.1:8088".parse().expect("a remap");
/// assert_eq!(remap.to().to_string(), "http://127.0.0.1:8088");
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Remap {
    from: Origin,
    to: Place,
}

impl Remap {
    /// A remap of an origin to a place.
    pub fn new(from: Origin, to: Place) -> Self {
        Remap { from, to }
    }

    /// The origin that the connector names.
    pub fn from(&self) -> &Origin {
        &self.from
    }

    /// Where it is.
    pub fn to(&self) -> &Place {
        &self.to
    }
}

impl FromStr for Remap {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        let wrong = |what: String| {
            Error::new(ErrorKind::Config, format!("the remap {} {what}", quote(text)))
                .with_hint("a remap is `https://HOST[:PORT]=http[s]://HOST[:PORT]`")
        };
        let Some((from, to)) = text.split_once('=') else {
            return Err(wrong("has no `=`".to_owned()));
        };
        let from = from.parse().map_err(|error| wrong(format!("is none: {error}")))?;
        Ok(Remap { from, to: to.parse().map_err(|error| wrong(format!("is none: {error}")))? })
    }
}

impl fmt::Display for Remap {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}={}", self.from, self.to)
    }
}

/// Where an origin is, by the operator's word: scheme, host and port. It may be an IP address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    tls: bool,
    host: url::Host<String>,
    port: u16,
}

impl Place {
    /// The scheme, `http` or `https`.
    pub fn scheme(&self) -> &'static str {
        if self.tls { "https" } else { "http" }
    }

    /// Host and port as they stand in a URL; an IPv6 address in brackets.
    pub fn authority(&self) -> String {
        format!("{}:{}", self.host, self.port)
    }
}

impl FromStr for Place {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        let wrong = || {
            Error::new(ErrorKind::Config, format!("{} is no `http[s]://HOST[:PORT]`", quote(text)))
        };
        let url = url::Url::parse(text).map_err(|_| wrong())?;
        let tls = match url.scheme() {
            "https" => true,
            "http" => false,
            _ => return Err(wrong()),
        };
        let (Some(host), Some(port)) = (url.host(), url.port_or_known_default()) else {
            return Err(wrong());
        };
        let bare = url.path() == "/" && url.query().is_none() && url.fragment().is_none();
        if !bare || !url.username().is_empty() || url.password().is_some() || port == 0 {
            return Err(wrong());
        }
        Ok(Place { tls, host: host.to_owned(), port })
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}://{}", self.scheme(), self.authority())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn origins(texts: &[&str]) -> Vec<Origin> {
        texts.iter().map(|text| text.parse().unwrap()).collect()
    }

    #[test]
    fn an_origin_passes_where_it_is_declared_and_granted() {
        let declared = origins(&["https://api.example.com", "https://*.example.org"]);
        let table = [
            (&["https://api.example.com"][..], "api.example.com", 443, true),
            (&["https://api.example.com"], "api.example.com", 8443, false),
            (&["https://api.example.com"], "a.example.org", 443, false),
            (&["https://*.example.com"], "api.example.com", 443, true),
            (&["https://*.example.com"], "other.example.com", 443, false),
            (&["https://a.example.org"], "a.example.org", 443, true),
            (&["https://a.example.org"], "b.example.org", 443, false),
            (&["https://evil.example"], "evil.example", 443, false),
            (&[], "api.example.com", 443, false),
        ];
        for (granted, host, port, expected) in table {
            let granted = origins(granted);
            let passes = check(&declared, &granted, host, port).is_ok();
            assert_eq!(passes, expected, "{granted:?} {host}");
            assert!(check(&declared, &[], host, port).is_err(), "nothing granted");
            assert!(check(&[], &granted, host, port).is_err(), "nothing declared");
        }
    }

    #[test]
    fn the_first_remap_of_an_origin_counts() {
        let remaps: Vec<Remap> = [
            "https://api.example.com=http://127.0.0.1:8088",
            "https://*.example.com=https://[::1]:1",
            "https://api.example.com:8443=http://localhost",
        ]
        .iter()
        .map(|text| text.parse().unwrap())
        .collect();
        let table = [
            ("api.example.com", 443, Some("http://127.0.0.1:8088")),
            ("x.example.com", 443, Some("https://[::1]:1")),
            ("api.example.com", 8443, Some("http://localhost:80")),
            ("example.com", 443, None),
            ("x.example.com", 80, None),
        ];
        for (host, port, expected) in table {
            let place = remapped(&remaps, host, port).map(Place::to_string);
            assert_eq!(place.as_deref(), expected, "{host}:{port}");
        }
        assert_eq!(remaps[0].to_string(), "https://api.example.com=http://127.0.0.1:8088");
        assert_eq!(remaps[0], Remap::new(remaps[0].from().clone(), remaps[0].to().clone()));
    }

    #[test]
    fn what_is_no_remap_says_how_one_looks() {
        for text in [
            "",
            "https://api.example.com",
            "https://api.example.com=",
            "http://api.example.com=http://127.0.0.1",
            "https://localhost=http://127.0.0.1",
            "https://api.example.com/v3=http://127.0.0.1",
            "https://api.example.com=127.0.0.1:8088",
            "https://api.example.com=ftp://127.0.0.1",
            "https://api.example.com=http://127.0.0.1:0",
            "https://api.example.com=http://127.0.0.1/path",
            "https://api.example.com=http://127.0.0.1/?x",
            "https://api.example.com=http://127.0.0.1/#x",
            "https://api.example.com=http://ada@127.0.0.1/",
            "https://api.example.com=http://:ada@127.0.0.1/",
        ] {
            let error = text.parse::<Remap>().unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Config, "{text}");
            assert!(error.hint().is_some_and(|hint| hint.contains("=http")), "{text}");
        }
    }
}
