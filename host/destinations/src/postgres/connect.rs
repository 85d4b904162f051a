//! A connection of one load.

use std::time::Duration;

use postgres::config::SslMode;
use postgres::{Client, Config};
use secrecy::ExposeSecret;
use tollgate_model::{Error, ErrorKind, Result};
use tollgate_vault::Secret;

use super::error::Context;
use super::server::{Server, Tls};
use super::tls::Connector;
use crate::files::loading_already;

/// How long to wait for an answer to the first packet: a server that lives gives it at once.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(15);

/// A load is idle while the provider has it wait. Probes keep what lies between from forgetting the
/// connection, and tell within a minute that the other side is gone.
const KEEPALIVE_IDLE: Duration = Duration::from_secs(30);
const KEEPALIVE_INTERVAL: Duration = Duration::from_secs(10);
const KEEPALIVE_RETRIES: u32 = 3;

/// What a session asks of the server: that it probes likewise, so that the locks of a machine that
/// is gone do not outlive it by hours; and that no limit meant for people's queries ends a load.
const SETTINGS: &str = "
    SET tcp_keepalives_idle = 30;
    SET tcp_keepalives_interval = 10;
    SET tcp_keepalives_count = 3;
    SET statement_timeout = 0;
    SET idle_in_transaction_session_timeout = 0;
    SET default_transaction_isolation = 'read committed';
    SET client_min_messages = 'error'";

/// How long a run waits for the lock of one that has just ended: a server notices the end of a
/// process some moments after it.
const TABLE_LOCK_TIMEOUT: &str = "SET lock_timeout = '2s'";

/// The key of a lock that stands for a text.
const LOCK_KEY: &str = "hashtextextended($1, 0)";

/// A connection, and the locks that it holds.
pub(super) struct Session {
    pub(super) client: Client,
    /// How long another program's lock is waited for, as the server is told.
    lock_timeout: String,
    /// Host, port and database.
    pub(super) place: String,
}

impl Session {
    /// Connects.
    pub(super) fn open(server: &Server, password: Option<&Secret>) -> Result<Self> {
        let place = server.place();
        let mut config = Config::new();
        config
            .user(&server.user)
            .host(&server.host)
            .port(server.port)
            .dbname(&server.database)
            .application_name("tollgate")
            .connect_timeout(CONNECT_TIMEOUT)
            .keepalives_idle(KEEPALIVE_IDLE)
            .keepalives_interval(KEEPALIVE_INTERVAL)
            .keepalives_retries(KEEPALIVE_RETRIES);
        if let Some(password) = password {
            config.password(password.expose_secret());
        }
        let connector = match server.tls() {
            Tls::Verify => Connector::verifying(server.ca_file())?,
            Tls::Require | Tls::Off => Connector::trusting()?,
        };
        config.ssl_mode(match server.tls() {
            Tls::Off => SslMode::Disable,
            Tls::Require | Tls::Verify => SslMode::Require,
        });
        let context = Context::database(&place);
        let unreachable = |error| context.unreachable(&server.user, error);
        let mut client = config.connect(connector).map_err(unreachable)?;
        // Nothing would mean without an end.
        let millis = server.lock_timeout().as_millis().max(1);
        let lock_timeout = format!("SET lock_timeout = {millis}");
        let settings = format!("{SETTINGS}; {lock_timeout}");
        client.batch_execute(&settings).map_err(|error| context.explain(error))?;
        Ok(Session { client, lock_timeout, place })
    }

    /// Locks a table until the session ends.
    ///
    /// # Errors
    /// [`ErrorKind::Destination`] where another run has it.
    pub(super) fn lock(&mut self, schema: &str, table: &str) -> Result<()> {
        let sql = format!("SELECT pg_advisory_lock({LOCK_KEY})");
        let key = format!("tollgate table {schema:?} {table:?}");
        let Session { client, lock_timeout, place } = self;
        let locked = client
            .batch_execute(TABLE_LOCK_TIMEOUT)
            .and_then(|()| client.execute(&sql, &[&key]))
            .and_then(|_| client.batch_execute(lock_timeout));
        locked.map_err(|error| match error.code() {
            Some(&postgres::error::SqlState::LOCK_NOT_AVAILABLE) => loading_already(table),
            _ => Context::table(place, table).explain(error),
        })
    }
}

/// Locks a schema until the transaction ends: what is made only if it is not there is made by one.
pub(super) fn lock_schema(
    transaction: &mut postgres::Transaction<'_>,
    schema: &str,
) -> Result<(), postgres::Error> {
    let sql = format!("SELECT pg_advisory_xact_lock({LOCK_KEY})");
    transaction.execute(&sql, &[&format!("tollgate schema {schema:?}")]).map(|_| ())
}

impl Drop for Session {
    fn drop(&mut self) {
        // The end of the session would do it too, but some moments after this process goes on.
        drop(self.client.batch_execute("SELECT pg_advisory_unlock_all()"));
    }
}

/// The error for a load that has come to its end.
pub(super) fn ended() -> Error {
    Error::new(ErrorKind::Destination, "the load has come to its end")
}
