//! Which place in which object store a user means, and how it is reached.

use std::fmt;
use std::str::FromStr;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use tollgate_model::{Error, ErrorKind, Result, near_miss};
use url::{Host, Url, form_urlencoded};

/// A prefix in a bucket of an S3-compatible object store: `s3://BUCKET/PREFIX?region=eu-central-1`.
/// Never with a secret.
///
/// [`fmt::Display`] gives a form that reads back as the same.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Bucket {
    pub(super) bucket: String,
    /// Without a slash at either end; empty for the whole bucket.
    pub(super) prefix: String,
    endpoint: Option<String>,
    region: Option<String>,
    pub(super) access_key_id: Option<String>,
    path_style: Option<bool>,
    allow_http: Option<bool>,
}

/// The names of what stands behind the question mark.
const KEYS: [&str; 5] = ["endpoint", "region", "access_key_id", "path_style", "allow_http"];
const FORM: &str = "for example s3://BUCKET/PREFIX";
const FORM_OF_ENDPOINT: &str = "for example endpoint = \"https://minio.example.com:9000\"";
/// What a store has whose operator gave it none; AWS takes it for its oldest region.
const REGION: &str = "us-east-1";
/// A key has at most 1,024 bytes; a table's name takes up to 200 of them, and a run's less than 100.
const PREFIX_BYTES_MAX: usize = 512;
/// What a URL takes as it is behind its question mark.
const ESCAPED: &AsciiSet =
    &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~').remove(b'/').remove(b':');

impl Bucket {
    /// What was said of a key, or nothing.
    pub fn get(&self, key: &str) -> Option<String> {
        let flag = |flag: Option<bool>| flag.map(|flag| flag.to_string());
        match key {
            "endpoint" => self.endpoint.clone(),
            "region" => self.region.clone(),
            "access_key_id" => self.access_key_id.clone(),
            "path_style" => flag(self.path_style),
            "allow_http" => flag(self.allow_http),
            _ => None,
        }
    }

    /// Sets what stands behind the question mark: the `endpoint`, where it is not AWS; its
    /// `region`, `us-east-1` unless it is said; the `access_key_id`; whether the bucket stands in the
    /// path (`path_style`) or before the host; `allow_http`, to send rows unencrypted to a host that
    /// is not this one.
    ///
    /// # Errors
    /// [`ErrorKind::Config`] for an unknown key, a value that it does not take, and a key twice.
    pub fn set(&mut self, key: &str, value: &str) -> Result<()> {
        let is_twice = self.get(key).is_some();
        if KEYS.contains(&key) && (value.is_empty() || value.chars().any(char::is_control)) {
            return Err(wrong(format!("{key} is empty or holds control characters"), FORM));
        }
        match key {
            "endpoint" => self.endpoint = Some(endpoint(value)?),
            "region" => self.region = Some(region(value)?),
            "access_key_id" => self.access_key_id = Some(value.to_owned()),
            "path_style" => self.path_style = Some(flag(key, value)?),
            "allow_http" => self.allow_http = Some(flag(key, value)?),
            _ => {
                let hint = near_miss::hint(key, KEYS);
                return Err(wrong(format!("an S3 destination has no key {key:?}"), hint));
            }
        }
        if is_twice {
            return Err(wrong(format!("{key} is said twice"), "once is enough"));
        }
        Ok(())
    }

    /// Refuses to send rows unencrypted to another host, unless that is allowed.
    ///
    /// # Errors
    /// [`ErrorKind::Config`].
    pub fn check(&self) -> Result<()> {
        let endpoint = self.endpoint_url()?;
        let is_here = match endpoint.host() {
            Some(Host::Domain(name)) => name == "localhost",
            Some(Host::Ipv4(address)) => address.is_loopback(),
            Some(Host::Ipv6(address)) => address.is_loopback(),
            None => false,
        };
        let is_open = endpoint.scheme() == "http";
        if is_open && !is_here && self.allow_http != Some(true) {
            let hint =
                "give an endpoint with https, or say allow_http = true where nobody can listen";
            return Err(wrong("the endpoint is not encrypted", hint));
        }
        if !is_open && self.allow_http == Some(true) {
            let hint = "leave allow_http out, or give an endpoint with http";
            return Err(wrong("allow_http is of use only for an endpoint with http", hint));
        }
        Ok(())
    }

    /// Bucket and prefix, and the endpoint where it is not AWS, for people.
    pub(crate) fn place(&self) -> String {
        let place = format!("s3://{}", join(&self.bucket, &self.prefix));
        match &self.endpoint {
            Some(endpoint) => format!("{place} at {endpoint}"),
            None => place,
        }
    }

    pub(super) fn region(&self) -> &str {
        self.region.as_deref().unwrap_or(REGION)
    }

    /// Whether the bucket stands before the host. By default it does at AWS, unless it has a dot,
    /// for which no certificate is made out; other stores mostly have one host name only.
    pub(super) fn is_virtual_hosted(&self) -> bool {
        let default = self.endpoint.is_some() || self.bucket.contains('.');
        !self.path_style.unwrap_or(default)
    }

    /// Where requests go to, the bucket before the host if it belongs there.
    pub(super) fn host_url(&self) -> Result<Url> {
        let mut url = self.endpoint_url()?;
        if self.is_virtual_hosted() {
            let host = format!("{}.{}", self.bucket, url.host_str().unwrap_or_default());
            url.set_host(Some(&host)).map_err(|error| {
                let hint = "say path_style = true";
                wrong("the bucket cannot stand before this endpoint's host", hint)
                    .with_source(error)
            })?;
        }
        Ok(url)
    }

    fn endpoint_url(&self) -> Result<Url> {
        let text = match &self.endpoint {
            Some(endpoint) => endpoint.clone(),
            None => format!("https://s3.{}.amazonaws.com", self.region()),
        };
        Url::parse(&text).map_err(|_| wrong("the endpoint is no URL", FORM_OF_ENDPOINT))
    }
}

/// Two parts of a key, with a slash between them if both are there.
pub(super) fn join(front: &str, back: &str) -> String {
    match (front, back) {
        ("", one) | (one, "") => one.to_owned(),
        (front, back) => format!("{front}/{back}"),
    }
}

fn endpoint(text: &str) -> Result<String> {
    let parsed = Url::parse(text).ok().filter(|url| ["http", "https"].contains(&url.scheme()));
    // The text is not repeated: what stands before its host may be a secret.
    let url = parsed.ok_or_else(|| wrong("the endpoint is no URL", FORM_OF_ENDPOINT))?;
    let is_bare = url.path() == "/" && url.query().is_none() && url.fragment().is_none();
    if !is_bare || !url.username().is_empty() || url.password().is_some() {
        let message = "an endpoint has a scheme, a host and a port, and nothing else";
        return Err(wrong(message, FORM_OF_ENDPOINT));
    }
    Ok(url.origin().ascii_serialization())
}

/// It becomes a part of the host.
fn region(text: &str) -> Result<String> {
    let is_region = text.len() <= 63
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_');
    match is_region {
        true => Ok(text.to_owned()),
        false => Err(wrong(format!("{text:?} is no region"), "for example region = \"eu-west-1\"")),
    }
}

fn flag(key: &str, value: &str) -> Result<bool> {
    value.parse().map_err(|_| wrong(format!("{key} is true or false"), FORM))
}

impl fmt::Display for Bucket {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "s3://{}", join(&self.bucket, &self.prefix))?;
        let said = KEYS.iter().filter_map(|key| Some((key, self.get(key)?)));
        for (index, (key, value)) in said.enumerate() {
            let mark = if index == 0 { '?' } else { '&' };
            write!(f, "{mark}{key}={}", utf8_percent_encode(&value, ESCAPED))?;
        }
        Ok(())
    }
}

impl FromStr for Bucket {
    type Err = Error;

    /// # Errors
    /// [`ErrorKind::Config`], without a word of what may be a secret.
    fn from_str(text: &str) -> Result<Self> {
        let (place, query) = text.split_once('?').unwrap_or((text, ""));
        let place =
            place.strip_prefix("s3://").ok_or_else(|| wrong("this is no s3:// URL", FORM))?;
        let (bucket, prefix) = place.split_once('/').unwrap_or((place, ""));
        if bucket.contains('@') {
            let hint = "in tollgate.toml, `to = { s3 = \"s3://…\", access_key_id = \"…\", \
                        secret_access_key = { env = \"NAME\" } }`; or set AWS_ACCESS_KEY_ID and \
                        AWS_SECRET_ACCESS_KEY";
            return Err(wrong("keys do not belong into a URL", hint));
        }
        let mut parsed = Bucket {
            bucket: bucket_name(bucket)?,
            prefix: checked_prefix(prefix)?,
            endpoint: None,
            region: None,
            access_key_id: None,
            path_style: None,
            allow_http: None,
        };
        form_urlencoded::parse(query.as_bytes())
            .try_for_each(|(key, value)| parsed.set(&key, &value))?;
        parsed.check()?;
        Ok(parsed)
    }
}

/// The rules of AWS: what breaks them is a name that no store can have before its host.
fn bucket_name(name: &str) -> Result<String> {
    let is_inner = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
    let is_bucket = (3..=63).contains(&name.len())
        && name.bytes().all(|byte| is_inner(byte) || byte == b'-' || byte == b'.')
        && name.bytes().next().is_some_and(is_inner)
        && name.bytes().next_back().is_some_and(is_inner)
        && !name.contains("..");
    if is_bucket {
        return Ok(name.to_owned());
    }
    let hint = "a bucket has 3 to 63 small letters, digits, hyphens and dots";
    Err(wrong("this is no name of a bucket", hint))
}

fn checked_prefix(prefix: &str) -> Result<String> {
    let prefix = prefix.strip_suffix('/').unwrap_or(prefix);
    let mut parts = prefix.split('/');
    let is_plain = parts.all(|part| !["", ".", ".."].contains(&part));
    let is_prefix = prefix.is_empty() || (is_plain && !prefix.chars().any(char::is_control));
    if !is_prefix || prefix.contains('#') {
        let hint = "parts between single slashes, none of them `.` or `..`, and no `#`";
        return Err(wrong("this is no prefix of keys", hint));
    }
    if prefix.len() > PREFIX_BYTES_MAX {
        let hint = format!("a prefix has at most {PREFIX_BYTES_MAX} bytes");
        return Err(wrong("the prefix is too long", hint));
    }
    Ok(prefix.to_owned())
}

fn wrong(message: impl Into<String>, hint: impl Into<String>) -> Error {
    Error::new(ErrorKind::Config, message).with_hint(hint)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_bucket_reads_back_as_it_is_shown() {
        for (text, shown) in [
            ("s3://acme", "s3://acme"),
            ("s3://acme/", "s3://acme"),
            ("s3://acme/a/b/", "s3://acme/a/b"),
            ("s3://acme/Größe 1%", "s3://acme/Größe 1%"),
            (
                "s3://acme/a?region=eu-central-1&endpoint=http://127.0.0.1:9000/",
                "s3://acme/a?endpoint=http://127.0.0.1:9000&region=eu-central-1",
            ),
            (
                "s3://acme?endpoint=http://minio:9000&allow_http=true&path_style=false",
                "s3://acme?endpoint=http://minio:9000&path_style=false&allow_http=true",
            ),
            ("s3://acme?access_key_id=A+B", "s3://acme?access_key_id=A%20B"),
        ] {
            let bucket: Bucket = text.parse().unwrap();
            assert_eq!(bucket.to_string(), shown);
            assert_eq!(shown.parse::<Bucket>().unwrap(), bucket);
        }
    }

    #[test]
    fn requests_go_to_the_bucket_s_host_or_to_its_path() {
        for (text, url) in [
            ("s3://acme", "https://acme.s3.us-east-1.amazonaws.com/"),
            ("s3://acme?region=eu-west-1", "https://acme.s3.eu-west-1.amazonaws.com/"),
            ("s3://acme?path_style=true", "https://s3.us-east-1.amazonaws.com/"),
            ("s3://acme.example", "https://s3.us-east-1.amazonaws.com/"),
            ("s3://acme?endpoint=https://minio:9000", "https://minio:9000/"),
            (
                "s3://acme?endpoint=https://store.example.com&path_style=false",
                "https://acme.store.example.com/",
            ),
        ] {
            let bucket: Bucket = text.parse().unwrap();
            assert_eq!(bucket.host_url().unwrap().as_str(), url, "{text}");
        }
    }

    #[test]
    fn what_leaves_the_machine_is_encrypted_unless_it_is_said_otherwise() {
        let to = |rest: &str| format!("s3://acme?endpoint={rest}").parse::<Bucket>();
        for endpoint in [
            "https://minio.example.com",
            "http://localhost:9000",
            "http://127.0.0.1:9000",
            "http://[::1]:9000",
            "http://10.0.0.1:9000&allow_http=true",
        ] {
            assert!(to(endpoint).is_ok(), "{endpoint}");
        }
        for endpoint in [
            "http://minio.example.com",
            "http://10.0.0.1:9000",
            "http://localhost.example.com",
            "http://10.0.0.1:9000&allow_http=false",
        ] {
            let error = to(endpoint).err().unwrap();
            assert_eq!(error.message(), "the endpoint is not encrypted", "{endpoint}");
        }
        let error = to("https://minio.example.com&allow_http=true").err().unwrap();
        assert!(error.message().starts_with("allow_http is of use only"), "{error}");
    }

    #[test]
    fn what_is_wrong_is_told_without_a_secret() {
        let long = format!("s3://acme/{}", "x".repeat(513));
        for (text, message) in [
            ("s3://KEY:hunter2@acme/a", "keys do not belong into a URL"),
            ("s3:acme", "this is no s3:// URL"),
            ("s3://", "this is no name of a bucket"),
            ("s3://Acme", "this is no name of a bucket"),
            ("s3://a_b_c", "this is no name of a bucket"),
            ("s3://-acme", "this is no name of a bucket"),
            ("s3://acme/../b", "this is no prefix of keys"),
            ("s3://acme//b", "this is no prefix of keys"),
            ("s3://acme/a#b", "this is no prefix of keys"),
            ("s3://acme/a\nb", "this is no prefix of keys"),
            (&long, "the prefix is too long"),
            ("s3://acme?regoin=x", "an S3 destination has no key \"regoin\""),
            ("s3://acme?region=a&region=b", "region is said twice"),
            ("s3://acme?region=a.evil/", "\"a.evil/\" is no region"),
            ("s3://acme?region=", "region is empty or holds control characters"),
            ("s3://acme?path_style=yes", "path_style is true or false"),
            ("s3://acme?endpoint=minio:9000", "the endpoint is no URL"),
            (
                "s3://acme?endpoint=https://me:hunter2@minio",
                "an endpoint has a scheme, a host and a port, and nothing else",
            ),
            (
                "s3://acme?endpoint=https://minio/path",
                "an endpoint has a scheme, a host and a port, and nothing else",
            ),
        ] {
            let error = text.parse::<Bucket>().err().unwrap();
            assert_eq!((error.kind(), error.message()), (ErrorKind::Config, message), "{text}");
            assert!(error.hint().is_some(), "{text}");
            assert!(!format!("{error:?}").contains("hunter2"), "{error:?}");
        }
    }
}
