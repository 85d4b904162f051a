//! A schema of a Postgres database.
//!
//! Rows are copied into staging tables, in binary form, and become visible in one transaction: with
//! `replace` at the end, with `append` and `merge` again and again, and each time together with the
//! state of the read. No transaction is open while a load waits for rows, so that it is in nobody's
//! way however slow its provider is.

mod chunk;
mod connect;
mod copy;
mod error;
mod existing;
mod load;
mod schema;
mod server;
mod staging;
mod state;
mod tls;
mod widen;

use postgres::Transaction;
use tollgate_model::{Error, ErrorKind, Result};
use tollgate_sync::{Begun, Destination, Start, State, Table};
use tollgate_vault::Secret;

use self::connect::Session;
use self::error::Context;
pub use self::server::{Server, Tls};
use crate::table;

/// A schema of a Postgres database, 13 or later.
///
/// Its calls block, and must not be made on a thread that runs asynchronous tasks.
#[derive(Clone, Debug)]
pub struct Postgres {
    server: Server,
    password: Option<Secret>,
}

impl Postgres {
    /// The database of this server, which takes this password. Nothing is opened before the first
    /// load, which makes the schema if it does not exist.
    pub fn at(server: Server, password: Option<Secret>) -> Self {
        Postgres { server, password }
    }

    fn schema(&self) -> Result<&str> {
        self.server.schema().ok_or_else(|| {
            let message = format!("no schema of {} is chosen", self.server.place());
            Error::new(ErrorKind::Config, message).with_hint("add ?schema=NAME to the URL")
        })
    }

    fn connect(&self) -> Result<Session> {
        Session::open(&self.server, self.password.as_ref())
    }

    /// Does something with what is kept of this table, in one transaction.
    fn with_state<T>(
        &self,
        session: &mut Session,
        table: &str,
        action: impl FnOnce(&mut Transaction<'_>) -> Result<T, postgres::Error>,
    ) -> Result<T> {
        let Session { client, place, .. } = session;
        let explain = |error| Context::table(place, table).explain(error);
        let mut transaction = client.transaction().map_err(explain)?;
        let value = action(&mut transaction).map_err(explain)?;
        transaction.commit().map_err(explain)?;
        Ok(value)
    }
}

/// The table with names that fit.
///
/// # Errors
/// `ErrorKind::Destination` for a table that Postgres cannot hold.
pub(crate) fn check(table: &Table) -> Result<Table> {
    table::check(table)?;
    let table = schema::fitted(table);
    table::check(&table)?;
    table.each().iter().try_for_each(schema::check)?;
    Ok(table)
}

impl Destination for Postgres {
    fn begin(&mut self, table: &Table, start: Start<'_>) -> Result<Begun> {
        let table = check(table)?;
        let schema = self.schema()?;
        let mut session = self.connect()?;
        for table in table.each() {
            session.lock(schema, &table.name)?;
        }
        load::begin(session, schema, &table, start)
    }

    fn state(&self, table: &str) -> Result<Option<State>> {
        let (schema, table) = (self.schema()?, schema::fitting(table));
        let mut session = self.connect()?;
        let found = self.with_state(&mut session, &table, |transaction| {
            state::load(transaction, schema, &table)
        })??;
        Ok(found.map(|(state, _)| state))
    }

    fn set_state(&mut self, table: &str, state: &State) -> Result<()> {
        let (schema, table) = (self.schema()?, schema::fitting(table));
        let mut session = self.connect()?;
        session.lock(schema, &table)?;
        self.with_state(&mut session, &table, |transaction| {
            load::make_schema(transaction, schema)?;
            staging::abandon(transaction, schema, &table)?;
            state::forget(transaction, schema, &table)?;
            state::store(transaction, schema, &table, &state.as_change(), None)
        })
    }

    fn forget(&mut self, table: &str) -> Result<bool> {
        let (schema, table) = (self.schema()?, schema::fitting(table));
        let mut session = self.connect()?;
        session.lock(schema, &table)?;
        self.with_state(&mut session, &table, |transaction| {
            let was_staged = staging::abandon(transaction, schema, &table)?;
            Ok(state::forget(transaction, schema, &table)? || was_staged)
        })
    }
}
