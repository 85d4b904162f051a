//! Which database a user means, and how it is reached.

use std::fmt;
use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::time::Duration;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use postgres::config::Host;
use tollgate_model::{Error, ErrorKind, Result, near_miss};
use url::form_urlencoded;

use crate::wait;

/// A database, and the schema of it that rows go into:
/// `postgres://USER@HOST:5432/DATABASE?schema=acme&tls=require&lock_timeout=1m`. Never with a
/// password.
///
/// [`fmt::Display`] gives a form that reads back as the same.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Server {
    pub(super) user: String,
    /// A name, an address, or the folder of a Unix socket.
    pub(super) host: String,
    pub(super) port: u16,
    pub(super) database: String,
    pub(super) schema: Option<String>,
    tls: Option<Tls>,
    pub(super) ca_file: Option<PathBuf>,
    lock_timeout: Option<Duration>,
}

/// How a connection is protected.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Tls {
    /// Not at all.
    Off,
    /// It is encrypted; who the server is, is not checked.
    Require,
    /// It is encrypted, and the server's certificate and name are checked.
    Verify,
}

const TLS: [(&str, Tls); 3] =
    [("off", Tls::Off), ("require", Tls::Require), ("verify", Tls::Verify)];

const DEFAULT_PORT: u16 = 5432;
/// The names of what stands behind the question mark.
const KEYS: [&str; 4] = ["schema", "tls", "ca_file", "lock_timeout"];
/// How long a load waits for another program's lock where nobody says: not so long that readers
/// queue up behind it.
const LOCK_TIMEOUT_DEFAULT: Duration = Duration::from_secs(10);
const FORM: &str = "for example postgres://USER@HOST:5432/DATABASE";
/// What a URL takes as it is in all of its parts.
const ESCAPED: &AsciiSet =
    &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~').remove(b'/');
const ESCAPED_HOST: &AsciiSet = &ESCAPED.add(b'/').remove(b':');

impl Server {
    /// The schema, where one was chosen.
    pub fn schema(&self) -> Option<&str> {
        self.schema.as_deref()
    }

    /// The same with this schema.
    #[must_use]
    pub fn with_schema(mut self, schema: impl Into<String>) -> Self {
        self.schema = Some(schema.into());
        self
    }

    /// The same with this protection.
    #[must_use]
    pub fn with_tls(mut self, tls: Tls) -> Self {
        self.tls = Some(tls);
        self
    }

    /// The same with the certificates of this file as those that a server's is checked against.
    #[must_use]
    pub fn with_ca_file(mut self, path: impl Into<PathBuf>) -> Self {
        self.ca_file = Some(path.into());
        self
    }

    /// The file of certificates, where one was chosen.
    pub fn ca_file(&self) -> Option<&Path> {
        self.ca_file.as_deref()
    }

    /// How long another program's lock is waited for; ten seconds unless told otherwise. Readers of
    /// the table queue up behind a load that waits.
    pub fn lock_timeout(&self) -> Duration {
        self.lock_timeout.unwrap_or(LOCK_TIMEOUT_DEFAULT)
    }

    /// How the connection is protected: as it was said, else checked wherever it leaves this
    /// machine.
    pub fn tls(&self) -> Tls {
        let host = self.host.trim_start_matches('[').trim_end_matches(']');
        let address = host.parse::<std::net::IpAddr>();
        let is_here = self.host.starts_with('/')
            || self.host == "localhost"
            || address.is_ok_and(|address| address.is_loopback());
        let is_open = is_here && self.ca_file.is_none();
        self.tls.unwrap_or(if is_open { Tls::Off } else { Tls::Verify })
    }

    /// Refuses certificates to check a server's against where nothing is checked.
    ///
    /// # Errors
    /// [`ErrorKind::Config`].
    pub fn check(&self) -> Result<()> {
        if self.ca_file.is_some() && self.tls() != Tls::Verify {
            let hint = "say tls = \"verify\", or leave ca_file out";
            return Err(wrong("ca_file is of use only where the certificate is checked", hint));
        }
        Ok(())
    }

    /// Host, port and database, for people.
    pub(crate) fn place(&self) -> String {
        format!("{}:{}/{}", self.host, self.port, self.database)
    }

    /// Sets what stands behind the question mark.
    ///
    /// # Errors
    /// [`ErrorKind::Config`] for an unknown key, a value that it does not take, and a key twice.
    pub fn set(&mut self, key: &str, value: &str) -> Result<()> {
        let is_twice = match key {
            "schema" => self.schema.replace(value.to_owned()).is_some(),
            "tls" => {
                let known = TLS.iter().find(|(name, _)| *name == value);
                let (_, tls) = known.ok_or_else(|| {
                    let hint = near_miss::hint(value, TLS.map(|(name, _)| name));
                    wrong(format!("there is no tls {value:?}"), hint)
                })?;
                self.tls.replace(*tls).is_some()
            }
            "ca_file" => self.ca_file.replace(value.into()).is_some(),
            "lock_timeout" => {
                let timeout = wait::parse(value).ok_or_else(|| {
                    let message = format!("lock_timeout takes a time, not {value:?}");
                    wrong(message, "for example 90s, or 5m; at most 60m")
                })?;
                self.lock_timeout.replace(timeout).is_some()
            }
            _ => {
                let hint = near_miss::hint(key, KEYS);
                return Err(wrong(format!("a Postgres destination has no key {key:?}"), hint));
            }
        };
        if value.is_empty() {
            return Err(wrong(format!("{key} is empty"), FORM));
        }
        if is_twice {
            return Err(wrong(format!("{key} is said twice"), "once is enough"));
        }
        Ok(())
    }
}

impl fmt::Display for Server {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let escaped = |text: &str| utf8_percent_encode(text, ESCAPED).to_string();
        let host = utf8_percent_encode(&self.host, ESCAPED_HOST);
        write!(f, "postgres://{}@", escaped(&self.user))?;
        // Only an address of IPv6 has colons.
        match self.host.contains(':') {
            true => write!(f, "[{host}]")?,
            false => write!(f, "{host}")?,
        }
        write!(f, ":{}/{}", self.port, escaped(&self.database))?;
        let tls = self.tls.and_then(|tls| TLS.iter().find(|(_, known)| *known == tls));
        let ca_file = self.ca_file.as_ref().map(|path| path.display().to_string());
        let said = [
            ("schema", self.schema.clone()),
            ("tls", tls.map(|(name, _)| (*name).to_owned())),
            ("ca_file", ca_file),
            ("lock_timeout", self.lock_timeout.map(|timeout| format!("{}s", timeout.as_secs()))),
        ];
        let said = said.into_iter().filter_map(|(key, value)| Some((key, value?)));
        for (index, (key, value)) in said.enumerate() {
            let mark = if index == 0 { '?' } else { '&' };
            write!(f, "{mark}{key}={}", escaped(&value))?;
        }
        Ok(())
    }
}

impl FromStr for Server {
    type Err = Error;

    /// # Errors
    /// [`ErrorKind::Config`], without a word of what may be a password.
    fn from_str(text: &str) -> Result<Self> {
        let (url, query) = text.split_once('?').unwrap_or((text, ""));
        // The parser is the client's own; its errors are left out, for they may tell a part.
        let parsed: postgres::Config =
            url.parse().map_err(|_| wrong("this is no URL of a Postgres database", FORM))?;
        if parsed.get_password().is_some() {
            let hint = "in tollgate.toml, `to = { postgres = \"postgres://…\", password = { env = \
                        \"NAME\" } }`; or set PGPASSWORD";
            return Err(wrong("a password does not belong into a URL", hint));
        }
        let [host] = parsed.get_hosts() else {
            return Err(wrong("a URL of a Postgres database names one host", FORM));
        };
        let host = match host {
            Host::Tcp(host) => host.trim_start_matches('[').trim_end_matches(']').to_owned(),
            #[cfg(unix)]
            Host::Unix(folder) => folder.to_string_lossy().into_owned(),
        };
        let part = |part: Option<&str>, what: &str| {
            part.filter(|part| !part.is_empty()).map(str::to_owned).ok_or_else(|| {
                wrong(format!("a URL of a Postgres database names the {what}"), FORM)
            })
        };
        let mut server = Server {
            user: part(parsed.get_user(), "user")?,
            host: part(Some(&host), "host")?,
            port: parsed.get_ports().first().copied().unwrap_or(DEFAULT_PORT),
            database: part(parsed.get_dbname(), "database")?,
            schema: None,
            tls: None,
            ca_file: None,
            lock_timeout: None,
        };
        form_urlencoded::parse(query.as_bytes())
            .try_for_each(|(key, value)| server.set(&key, &value))?;
        server.check()?;
        Ok(server)
    }
}

fn wrong(message: impl Into<String>, hint: impl Into<String>) -> Error {
    Error::new(ErrorKind::Config, message).with_hint(hint)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_server_reads_back_as_it_is_shown() {
        for (text, shown) in [
            ("postgres://me@db.example.com/acme", "postgres://me@db.example.com:5432/acme"),
            ("postgresql://me@[::1]:6432/acme", "postgres://me@[::1]:6432/acme"),
            (
                "postgres://a%40b@10.0.0.1/a%20b?tls=require&schema=x+y",
                "postgres://a%40b@10.0.0.1:5432/a%20b?schema=x%20y&tls=require",
            ),
            (
                "postgres://me@%2Frun%2Fpostgresql/acme?lock_timeout=2m&ca_file=%2Fetc%2Fca.pem",
                "postgres://me@%2Frun%2Fpostgresql:5432/acme?ca_file=/etc/ca.pem&lock_timeout=120s",
            ),
        ] {
            let server: Server = text.parse().unwrap();
            assert_eq!(server.to_string(), shown);
            assert_eq!(shown.parse::<Server>().unwrap(), server);
        }
    }

    #[test]
    fn what_leaves_the_machine_is_checked_unless_it_is_said_otherwise() {
        for (text, tls) in [
            ("postgres://me@db.example.com/acme", Tls::Verify),
            ("postgres://me@10.0.0.1/acme", Tls::Verify),
            ("postgres://me@db.example.com/acme?tls=off", Tls::Off),
            ("postgres://me@localhost/acme", Tls::Off),
            ("postgres://me@127.0.0.1/acme", Tls::Off),
            ("postgres://me@[::1]/acme", Tls::Off),
            ("postgres://me@%2Ftmp/acme", Tls::Off),
            ("postgres://me@localhost/acme?tls=verify", Tls::Verify),
            ("postgres://me@localhost/acme?ca_file=ca.pem", Tls::Verify),
        ] {
            assert_eq!(text.parse::<Server>().unwrap().tls(), tls, "{text}");
        }
    }

    #[test]
    fn what_is_wrong_is_told_without_a_password() {
        for (text, message) in [
            ("postgres://me:hunter2@h/db", "a password does not belong into a URL"),
            ("postgres://me:hunter2@h:x/db", "this is no URL of a Postgres database"),
            ("postgres://me@a,b/db", "a URL of a Postgres database names one host"),
            ("postgres://h/db", "a URL of a Postgres database names the user"),
            ("postgres://me@h", "a URL of a Postgres database names the database"),
            ("postgres://me@/db", "a URL of a Postgres database names one host"),
            ("postgres://me@h/db?tls=yes", "there is no tls \"yes\""),
            ("postgres://me@h/db?shema=a", "a Postgres destination has no key \"shema\""),
            ("postgres://me@h/db?schema=a&schema=b", "schema is said twice"),
            ("postgres://me@h/db?schema=", "schema is empty"),
            ("postgres://me@h/db?lock_timeout=10", "lock_timeout takes a time, not \"10\""),
            ("postgres://me@h/db?lock_timeout=61m", "lock_timeout takes a time, not \"61m\""),
            (
                "postgres://me@h/db?tls=require&ca_file=ca.pem",
                "ca_file is of use only where the certificate is checked",
            ),
        ] {
            let error = text.parse::<Server>().err().unwrap();
            assert_eq!((error.kind(), error.message()), (ErrorKind::Config, message), "{text}");
            assert!(error.hint().is_some(), "{text}");
            assert!(!format!("{error:?}").contains("hunter2"), "{error:?}");
        }
    }
}
