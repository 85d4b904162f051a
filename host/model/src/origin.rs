//! Origins and audiences as a descriptor declares them. Pure: what is declared, and whether one
//! lies within the other. What a request may do is decided where requests are made.

use std::fmt;
use std::str::FromStr;

use crate::error::{Error, ErrorKind, Result};
use crate::text::quote;

const HTTPS_PORT: u16 = 443;

/// One or all hosts below a domain, reached by https: `https://HOST[:PORT]` or
/// `https://*.DOMAIN[:PORT]`.
///
/// A host is a lowercase DNS name with at least one dot, so that neither an IP address nor a name
/// of the local network is one. A wildcard stands for one or more labels, never for none.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Origin {
    /// The host, or the domain behind `*.`.
    domain: String,
    wildcard: bool,
    port: u16,
}

impl Origin {
    /// The host, or the domain below which every host is one.
    pub fn domain(&self) -> &str {
        &self.domain
    }

    /// Whether it stands for all hosts below the domain.
    pub fn is_wildcard(&self) -> bool {
        self.wildcard
    }

    /// The port, 443 where none was written.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Whether a host and port are of this origin. The host has to be in lowercase.
    pub fn matches(&self, host: &str, port: u16) -> bool {
        let host_matches = if self.wildcard { self.is_above(host) } else { self.domain == host };
        host_matches && self.port == port
    }

    /// Whether every host and port of the other is one of this.
    pub fn covers(&self, other: &Origin) -> bool {
        if other.wildcard {
            let domain_covers = self.domain == other.domain || self.is_above(&other.domain);
            return self.wildcard && domain_covers && self.port == other.port;
        }
        self.matches(&other.domain, other.port)
    }

    fn is_above(&self, host: &str) -> bool {
        host.strip_suffix(self.domain.as_str())
            .and_then(|labels| labels.strip_suffix('.'))
            .is_some_and(|labels| !labels.is_empty())
    }
}

impl FromStr for Origin {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        let wrong = |what: &str| {
            Error::new(ErrorKind::Bug, format!("the origin {} {what}", quote(text)))
                .with_hint("an origin is `https://HOST[:PORT]` or `https://*.DOMAIN[:PORT]`")
        };
        let authority =
            text.strip_prefix("https://").ok_or_else(|| wrong("does not begin with https://"))?;
        let (host, port) = match authority.split_once(':') {
            None => (authority, HTTPS_PORT),
            Some((host, port)) => {
                (host, parse_port(port).ok_or_else(|| wrong("has a port that is none"))?)
            }
        };
        let (domain, wildcard) = match host.strip_prefix("*.") {
            Some(domain) => (domain, true),
            None => (host, false),
        };
        if !is_domain(domain) {
            return Err(wrong("has no lowercase DNS name with at least one dot as its host"));
        }
        Ok(Origin { domain: domain.to_owned(), wildcard, port })
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let star = if self.wildcard { "*." } else { "" };
        write!(f, "https://{star}{}", self.domain)?;
        if self.port != HTTPS_PORT {
            write!(f, ":{}", self.port)?;
        }
        Ok(())
    }
}

/// A prefix of URLs: an origin, and below it the paths under a prefix. A segment `*` of that stands
/// for any one segment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Audience {
    origin: Origin,
    path: String,
}

impl Audience {
    /// The origin.
    pub fn origin(&self) -> &Origin {
        &self.origin
    }

    /// The prefix of the path; `/` where none was written.
    pub fn path(&self) -> &str {
        &self.path
    }

    /// Whether a path is at or below the prefix: `/v3` takes `/v3` and `/v3/contacts`, not `/v30`.
    /// The path has to be canonical, without `.` and `..`.
    pub fn covers_path(&self, path: &str) -> bool {
        let (prefix, is_folder) = match self.path.strip_suffix('/') {
            Some(folder) => (folder, true),
            None => (self.path.as_str(), false),
        };
        let mut segments = path.split('/');
        let is_met = |expected: &str, segment: &str| match expected {
            "*" => !segment.is_empty(),
            _ => segment == expected,
        };
        prefix.split('/').all(|expected| segments.next().is_some_and(|s| is_met(expected, s)))
            && (!is_folder || segments.next().is_some())
    }
}

impl FromStr for Audience {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        let (origin, path) = split_origin(text);
        let path = if path.is_empty() { "/" } else { path };
        if !is_plain_path(path) {
            let message =
                format!("the audience {} has a path that is no plain prefix", quote(text));
            return Err(Error::new(ErrorKind::Bug, message).with_hint(
                "a prefix begins with `/` and has no query, fragment, `%`, `.` or `..`",
            ));
        }
        Ok(Audience { origin: origin.parse()?, path: path.to_owned() })
    }
}

/// The origin of a URL.
///
/// # Errors
/// [`ErrorKind::Bug`] for anything but an https URL with a host as [`Origin`] has it, without a
/// fragment, spaces or backslashes.
pub fn origin_of(url: &str) -> Result<Origin> {
    let (origin, rest) = split_origin(url);
    let origin: Origin = origin.parse()?;
    let is_url = |b: u8| b.is_ascii_graphic() && !b"#\\\"<>^`{|}".contains(&b);
    if origin.wildcard || !rest.bytes().all(is_url) {
        let message = format!("{} is not a URL without fragment and wildcard", quote(url));
        return Err(Error::new(ErrorKind::Bug, message));
    }
    Ok(origin)
}

/// A URL cut where its origin ends. A backslash ends it too: some parsers take it for a slash.
fn split_origin(url: &str) -> (&str, &str) {
    let end = url
        .strip_prefix("https://")
        .and_then(|rest| rest.find(['/', '?', '#', '\\']))
        .map_or(url.len(), |position| position + "https://".len());
    url.split_at(end)
}

/// A port in decimal without a leading zero.
fn parse_port(text: &str) -> Option<u16> {
    let digits = text.bytes().all(|b| b.is_ascii_digit()) && !text.starts_with('0');
    text.parse().ok().filter(|_| digits)
}

/// The last label begins with a letter: numbers there make an IP address of the whole, in decimal,
/// octal or hexadecimal.
fn is_domain(text: &str) -> bool {
    let is_label = |label: &str| {
        (1..=63).contains(&label.len())
            && label.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
            && !label.starts_with('-')
            && !label.ends_with('-')
    };
    let last = text.rsplit('.').next().unwrap_or_default();
    text.len() <= 253
        && text.contains('.')
        && text.split('.').all(is_label)
        && last.starts_with(|c: char| c.is_ascii_lowercase())
}

/// Without `%`, because two writings of one path must not differ in what they allow.
fn is_plain_path(path: &str) -> bool {
    let is_plain = |b: u8| b.is_ascii_alphanumeric() || b"-._~!$&'()*+,;=:@/".contains(&b);
    path.starts_with('/')
        && path.bytes().all(is_plain)
        && !path.contains("//")
        && !path.split('/').any(|segment| segment == "." || segment == "..")
}

#[cfg(test)]
mod tests;
