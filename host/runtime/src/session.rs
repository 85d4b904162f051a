//! An account of a connector, with its gate: what can be asked of it.

use std::collections::HashSet;
use std::sync::Arc;

use async_trait::async_trait;
use tollgate_egress::{Gate, Purpose};
use tollgate_model::check::check_columns;
use tollgate_model::near_miss;
use tollgate_model::settings::{VALUE_BYTES_MAX, today_in};
use tollgate_model::text::{excerpt, is_line, quote};
use tollgate_model::{
    Choice, Column, Error, ErrorKind, FieldKind, Operation, Result, Setting, Stream, TokenExchange,
    check,
};
use tollgate_sync::state::{PART_ID_BYTES_MAX, PARTS_MAX};
use tollgate_sync::{Pages, Partition, Read, Source};
use tollgate_vault::Account;

use crate::access::Access;
use crate::connector::Connector;
use crate::convert;
use crate::guest::{Guest, World};
use crate::http::Hooks;
use crate::read::{self, ReadBuilder};
use crate::scan::Scan;
use crate::write::{Write, WriteBuilder, Writer};

/// The most characters of what `check` says that are shown.
const IDENTITY_CHARS_MAX: usize = 200;
/// The most bytes of a part's state, as the interface says.
const PARTITION_STATE_BYTES_MAX: usize = 16 << 10;
/// The most entries of a menu: more than people scroll through.
const CHOICES_MAX: usize = 10_000;

/// An account of a connector. Clones share its gate, and with it the rate limits.
#[derive(Clone)]
pub struct Session(Arc<Shared>);

struct Shared {
    connector: Connector,
    settings: Vec<Setting>,
    gate: Gate,
    access: Access,
}

impl Session {
    pub(crate) fn new(connector: Connector, account: &Account, access: Access) -> Result<Self> {
        let (account, config) = access.admit(account, &connector)?;
        let gate = Gate::new(config, Arc::clone(&access.clock), Arc::clone(&access.observer))?;
        Ok(Session(Arc::new(Shared { connector, settings: account.settings, gate, access })))
    }

    /// The connector.
    pub fn connector(&self) -> &Connector {
        &self.0.connector
    }

    /// Begins to put a read together.
    pub fn read(&self, stream: impl Into<String>) -> ReadBuilder<'_> {
        let began = self.0.access.clock.now().to_zoned(self.0.access.time_zone.clone());
        ReadBuilder::new(self.0.connector.descriptor(), began, stream.into())
    }

    /// Signs in and says whose account it is, in a line for people.
    ///
    /// # Errors
    /// [`ErrorKind::Unauthorized`] and all that a request can come to.
    pub async fn check(&self) -> Result<String> {
        let settings = convert::settings(&self.settings().await?);
        let call = self
            .guest(Purpose::Read)
            .await?
            .call("check", async |exports, store| exports.call_check(store, &settings).await);
        let (_, identity) = call.await?;
        Ok(excerpt(&identity, IDENTITY_CHARS_MAX))
    }

    /// All columns of a stream for these options, the account's own included.
    ///
    /// # Errors
    /// [`ErrorKind::Bug`] where the columns break the interface's rules, and all that a request can
    /// come to.
    pub async fn discover(&self, read: &Read) -> Result<Vec<Column>> {
        let stream = self.stream(read)?;
        if !stream.dynamic_columns {
            return Ok(stream.columns.clone());
        }
        let request = convert::scan_request(&self.settings().await?, read, None, None);
        let call = self
            .guest(Purpose::Read)
            .await?
            .call("discover", async |exports, store| exports.call_discover(store, &request).await);
        let (guest, columns) = call.await?;
        let columns = convert::columns(columns);
        let flawed = |error: Error| error.context(guest.label());
        check_columns(&columns, true).map_err(flawed)?;
        keeps_its_word(stream, &columns).map_err(flawed)?;
        if let Some(missing) = stream.columns.iter().find(|column| !columns.contains(column)) {
            let text = format!("`discover` leaves out the column `{}`", missing.name);
            return Err(guest.label().error(ErrorKind::Bug, text));
        }
        Ok(columns)
    }

    /// The menu of a `lookup` or `lookups` option.
    ///
    /// # Errors
    /// [`ErrorKind::Config`] where the stream has no such option, [`ErrorKind::Bug`] for a menu that
    /// breaks the interface's rules, and all that a request can come to.
    pub async fn choices(&self, read: &Read, field: &str) -> Result<Vec<Choice>> {
        self.lookup(read, field)?;
        let request = convert::scan_request(&self.settings().await?, read, None, None);
        let call = self.guest(Purpose::Read).await?.call("choices", async |exports, store| {
            exports.call_choices(store, &request, field).await
        });
        let (guest, choices) = call.await?;
        let choices = convert::choices(choices);
        check_choices(&choices).map_err(|flaw| {
            guest.label().error(ErrorKind::Bug, format_args!("`choices` {flaw}"))
        })?;
        Ok(choices)
    }

    /// The parts into which this read can be split; `None` where the stream is read as one.
    ///
    /// # Errors
    /// [`ErrorKind::Bug`] where the parts break the interface's rules, and all that a request can
    /// come to.
    pub async fn partitions(&self, read: &Read) -> Result<Option<Vec<Partition>>> {
        if !self.stream(read)?.partitioned {
            return Ok(None);
        }
        let request = convert::scan_request(&self.settings().await?, read, None, None);
        let call = self.guest(Purpose::Read).await?.call("partitions", async |exports, store| {
            exports.call_partitions(store, &request).await
        });
        let (guest, partitions) = call.await?;
        let partitions: Vec<_> = partitions.into_iter().map(convert::partition).collect();
        check_partitions(&partitions).map_err(|flaw| {
            guest.label().error(ErrorKind::Bug, format_args!("`partitions` {flaw}"))
        })?;
        Ok(Some(partitions))
    }

    /// Begins to read: one part, or all; after the checkpoint of a page, or from the start. Waits
    /// until there is memory for it beside what is under way ([`crate::Limits::memory_total_bytes`]),
    /// so whoever holds many reads must not need a further one to go on with them.
    ///
    /// # Errors
    /// [`ErrorKind::Config`] for a column that the account does not have or a checkpoint that is
    /// none of this stream's, [`ErrorKind::Bug`] where the connector gives other columns than it was
    /// asked for, and all that a request can come to.
    pub async fn open(
        &self,
        read: &Read,
        partition: Option<&Partition>,
        checkpoint: Option<&str>,
    ) -> Result<Scan> {
        let stream = self.stream(read)?;
        let request = convert::scan_request(&self.settings().await?, read, partition, checkpoint);
        Scan::open(
            self.guest(Purpose::Read).await?,
            stream,
            read,
            &request,
            &self.0.connector.template().limits,
        )
        .await
    }

    /// Begins to put a write together.
    pub fn write(&self, stream: impl Into<String>, operation: Operation) -> WriteBuilder<'_> {
        let today = today_in(&self.0.access.time_zone, self.0.access.clock.now());
        WriteBuilder::new(self.0.connector.descriptor(), today, stream.into(), operation)
    }

    /// Makes an instance that writes rows. No request of it is made yet; where the auth method finds
    /// the URL of the account's API, that is found first.
    ///
    /// # Errors
    /// [`ErrorKind::Limit`] where it needs more than it may have, and all that a sign-in can come to.
    pub async fn writer(&self, write: Write) -> Result<Writer> {
        let settings = self.settings().await?;
        Ok(Writer::new(self.guest(Purpose::Write).await?, settings, write))
    }

    /// The account's settings as a connector receives them: the URL below which its API is among
    /// them, where the auth method finds that by signing in.
    async fn settings(&self) -> Result<Vec<Setting>> {
        let Shared { settings, gate, .. } = &*self.0;
        let base_url = gate
            .base_url()
            .await?
            .map(|url| Setting { name: TokenExchange::BASE_URL.to_owned(), values: vec![url] });
        Ok(settings.iter().cloned().chain(base_url).collect())
    }

    async fn guest(&self, purpose: Purpose) -> Result<Guest> {
        let Shared { connector, gate, access, .. } = &*self.0;
        let passage = gate.passage(purpose, connector.template().limits.budget);
        let world = World {
            hooks: Hooks::through(passage),
            observer: Arc::clone(&access.observer),
            clock: Arc::clone(&access.clock),
            time_zone: access.time_zone.clone(),
        };
        Guest::start(connector.template(), world).await
    }

    fn stream(&self, read: &Read) -> Result<&Stream> {
        read::stream(self.0.connector.descriptor(), &read.stream)
    }

    fn lookup(&self, read: &Read, field: &str) -> Result<()> {
        let stream = self.stream(read)?;
        let lookups = stream
            .options
            .iter()
            .filter(|option| matches!(option.kind, FieldKind::Lookup | FieldKind::Lookups))
            .map(|option| option.name.as_str());
        if lookups.clone().any(|lookup| lookup == field) {
            return Ok(());
        }
        let text = format!("the stream `{}` has no menu {} to look up", stream.name, quote(field));
        Err(Error::new(ErrorKind::Config, text).with_hint(near_miss::hint(field, lookups)))
    }
}

#[async_trait]
impl Source for Session {
    async fn columns(&self, read: &Read) -> Result<Vec<Column>> {
        self.discover(read).await
    }

    async fn partitions(&self, read: &Read) -> Result<Option<Vec<Partition>>> {
        Session::partitions(self, read).await
    }

    async fn open(
        &self,
        read: &Read,
        partition: Option<&Partition>,
        checkpoint: Option<&str>,
    ) -> Result<Box<dyn Pages>> {
        Ok(Box::new(Session::open(self, read, partition, checkpoint).await?))
    }
}

/// Whether columns that the descriptor declares are what it says.
pub(crate) fn keeps_its_word(stream: &Stream, columns: &[Column]) -> Result<()> {
    for column in columns {
        let declared = stream.columns.iter().find(|declared| declared.name == column.name);
        if let Some(declared) = declared
            && (declared.data_type, declared.nullable) != (column.data_type, column.nullable)
        {
            let text = format!(
                "the column {} is {} where the description says {}",
                quote(&column.name),
                kind(column),
                kind(declared)
            );
            return Err(Error::new(ErrorKind::Bug, text));
        }
    }
    Ok(())
}

fn kind(column: &Column) -> String {
    let nullable = if column.nullable { "nullable" } else { "not nullable" };
    format!("{} ({nullable})", column.data_type)
}

fn check_partitions(partitions: &[Partition]) -> Result<(), String> {
    if partitions.len() > PARTS_MAX {
        return Err(format!("gives {} parts, more than {PARTS_MAX}", partitions.len()));
    }
    let mut ids = HashSet::new();
    for partition in partitions {
        let id = quote(&partition.id);
        if partition.id.len() > PART_ID_BYTES_MAX || !is_line(&partition.id) {
            return Err(format!("gives a part the id {id}, which is too long or no line"));
        }
        if !ids.insert(partition.id.as_str()) {
            return Err(format!("gives two parts the id {id}"));
        }
        if partition.title.len() > check::TITLE_BYTES_MAX || !is_line(&partition.title) {
            return Err(format!("gives the part {id} a title that is too long or no line"));
        }
        if partition.state.len() > PARTITION_STATE_BYTES_MAX {
            return Err(format!("gives the part {id} more than {PARTITION_STATE_BYTES_MAX} bytes"));
        }
    }
    Ok(())
}

fn check_choices(choices: &[Choice]) -> Result<(), String> {
    if choices.len() > CHOICES_MAX {
        return Err(format!("gives {} entries, more than {CHOICES_MAX}", choices.len()));
    }
    let mut values = HashSet::new();
    for choice in choices {
        let value = quote(&choice.value);
        if choice.value.len() > VALUE_BYTES_MAX || !is_line(&choice.value) {
            return Err(format!("gives the value {value}, which is too long or no line"));
        }
        if !values.insert(choice.value.as_str()) {
            return Err(format!("gives the value {value} twice"));
        }
        if choice.title.len() > check::TITLE_BYTES_MAX || !is_line(&choice.title) {
            return Err(format!("gives {value} a title that is too long or no line"));
        }
    }
    Ok(())
}
