//! Writing rows to a provider: what is asked for, checked before anything runs, and the instance
//! that carries it out.

use std::time::Duration;

use arrow_array::RecordBatch;
use arrow_schema::Schema;
use jiff::civil::Date;
use tollgate_model::text::{excerpt, quote};
use tollgate_model::{
    Column, Descriptor, Error, ErrorKind, Operation, Result, Setting, Settings, Usage,
    WriteOperation, near_miss, settings,
};

use crate::batch;
use crate::bindings::exports::tollgate::connector::connector as wire;
use crate::convert;
use crate::failure::Label;
use crate::guest::{Called, Gauge, Guest};
use crate::read;

/// The most characters of what a connector says of a row that are kept: a paragraph.
const OUTCOME_CHARS_MAX: usize = 1_000;

/// Puts a [`Write`] together; [`crate::Session::write`] gives one.
#[derive(Clone, Debug)]
#[must_use = "`build` gives the write"]
pub struct WriteBuilder<'a> {
    descriptor: &'a Descriptor,
    today: Date,
    stream: String,
    operation: Operation,
    options: Settings,
}

impl<'a> WriteBuilder<'a> {
    pub(crate) fn new(
        descriptor: &'a Descriptor,
        today: Date,
        stream: String,
        operation: Operation,
    ) -> Self {
        WriteBuilder { descriptor, today, stream, operation, options: Settings::new() }
    }

    /// Sets an option, as a user would enter it. Of an option that takes several values, each call
    /// adds one.
    pub fn option(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.options.entry(name.into()).or_default().push(value.into());
        self
    }

    /// Sets several options.
    pub fn options(mut self, options: Settings) -> Self {
        for (name, values) in options {
            self.options.entry(name).or_default().extend(values);
        }
        self
    }

    /// Checks all of it.
    ///
    /// # Errors
    /// [`ErrorKind::Config`] for an unknown stream, an operation that it does not offer, an unknown
    /// option or a value outside its kind.
    pub fn build(self) -> Result<Write> {
        let stream = read::stream(self.descriptor, &self.stream)?;
        let Some(operation) = stream.write_operation(self.operation) else {
            let offered: Vec<_> = stream.writes.iter().map(|w| w.operation.name()).collect();
            let hint = match offered.as_slice() {
                [] => "it can only be read".to_owned(),
                offered => format!("it offers {}", offered.join(", ")),
            };
            let name = self.operation.name();
            let text = format!("the stream `{}` does not offer to {name} rows", stream.name);
            return Err(Error::new(ErrorKind::Config, text).with_hint(hint));
        };
        let options = settings::resolve("option", &operation.options, &self.options, self.today)
            .map_err(|error| error.context(format_args!("stream `{}`", stream.name)))?;
        Ok(Write { stream: self.stream, operation: operation.clone(), options })
    }
}

/// What is to be done with rows: a stream, an operation and its options, all checked.
#[derive(Clone, Debug, PartialEq)]
pub struct Write {
    /// The stream's name.
    pub stream: String,
    /// The operation, with the columns it takes.
    pub operation: WriteOperation,
    /// Its options.
    pub options: Vec<Setting>,
}

impl Write {
    /// The columns of rows of this shape, in their order.
    ///
    /// # Errors
    /// [`ErrorKind::Config`] for a column that the operation does not take, that comes twice or has
    /// another Arrow type than [`tollgate_model::DataType::to_arrow`] gives, and where one is
    /// missing that rows have to bring.
    pub fn columns_of(&self, schema: &Schema) -> Result<Vec<&Column>> {
        let takes = &self.operation.columns;
        let mut columns: Vec<&Column> = Vec::with_capacity(schema.fields().len());
        for field in schema.fields() {
            let name = field.name();
            let Some(column) = takes.iter().find(|column| column.name == *name) else {
                let known = takes.iter().map(|column| column.name.as_str());
                return Err(self
                    .wrong(format!("takes no column {}", quote(name)))
                    .with_hint(near_miss::hint(name, known)));
            };
            if columns.iter().any(|before| before.name == *name) {
                return Err(self.wrong(format!("is given the column {} twice", quote(name))));
            }
            if *field.data_type() != column.data_type.to_arrow() {
                let (needs, has) = (column.data_type, field.data_type());
                let text = format!("needs {needs} in the column {}, not {has}", quote(name));
                return Err(self.wrong(text));
            }
            columns.push(column);
        }
        let missing = takes.iter().find(|column| !column.nullable && !columns.contains(column));
        match missing {
            None => Ok(columns),
            Some(column) => Err(self.wrong(format!("needs the column {}", quote(&column.name)))),
        }
    }

    fn wrong(&self, what: String) -> Error {
        let name = self.operation.operation.name();
        Error::new(ErrorKind::Config, format!("`{name}` of the stream `{}` {what}", self.stream))
    }
}

/// What became of a row. The texts are the provider's or the connector's, escaped and bounded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RowOutcome {
    /// It was done; the row's key at the provider, where it says one.
    Done(Option<String>),
    /// There was nothing to do: why.
    Unchanged(String),
    /// The provider refused it and nothing was changed: why.
    Rejected(String),
    /// Nobody can say whether it was done: what happened. It was not tried again.
    Unknown(String),
}

/// What came of one call of a [`Writer`].
#[derive(Debug)]
pub struct Written {
    /// What became of the first rows, in their order: of all of them that may have been done.
    pub outcomes: Vec<RowOutcome>,
    /// Why nothing more can be written. The rows without an outcome were not done.
    pub ended: Option<Error>,
}

/// Writes rows. It has an instance of the component of its own, gone with it; the limits of a read
/// hold for all it does together.
pub struct Writer {
    /// `None` after an error, and while a call is under way: a call that is dropped before it is
    /// done takes the instance with it.
    guest: Option<Guest>,
    settings: Vec<Setting>,
    write: Write,
    label: Label,
    gauge: Gauge,
}

impl Writer {
    pub(crate) fn new(guest: Guest, settings: Vec<Setting>, write: Write) -> Self {
        let (label, gauge) = (guest.label().clone(), guest.gauge());
        Writer { guest: Some(guest), settings, write, label, gauge }
    }

    /// What it writes.
    pub fn request(&self) -> &Write {
        &self.write
    }

    /// What it has used so far; also after its end.
    pub fn usage(&self) -> Usage {
        self.gauge.usage()
    }

    /// How long the connector itself has computed so far.
    pub fn cpu_time(&self) -> Duration {
        self.gauge.cpu()
    }

    /// Writes the first of these rows in one call of the connector, as many as the operation takes
    /// at once, and gives the outcome of at least one of them unless it ended. The caller comes
    /// again with the rest.
    ///
    /// A row that may have been done always has an outcome, however the call ended. Where this
    /// future is dropped, the rows of its call are unknown.
    pub async fn write(&mut self, rows: &RecordBatch) -> Written {
        let Some(guest) = self.guest.take() else {
            let text = "the write has ended, and was gone on with";
            return Written::none(self.label.error(ErrorKind::Bug, text));
        };
        let columns = match self.write.columns_of(&rows.schema()) {
            Ok(columns) => columns,
            Err(error) => return Written::none(error),
        };
        if let Err(error) = refuse_nulls(&columns, rows) {
            return Written::none(error);
        }
        let count = rows.num_rows().min(self.write.operation.rows_per_call as usize);
        let rows = rows.slice(0, count);
        if count == 0 {
            self.guest = Some(guest);
            return Written { outcomes: Vec::new(), ended: None };
        }
        let request = convert::write_request(&self.settings, &self.write, &columns);
        let batch = batch::from_arrow(&columns, &rows);
        let call = guest.try_call("write", async |exports, store| {
            exports.call_write(store, &request, &batch).await
        });
        let called = call.await;
        self.judge(called, count)
    }

    /// What the connector says counts, and what it does not say is told by the gate: a request that
    /// may have changed something makes every row unknown of which nothing is said.
    fn judge(&mut self, called: Called<(Guest, Vec<wire::RowOutcome>)>, rows: usize) -> Written {
        let Called { said, verdict } = called;
        let (outcomes, ended) = match said {
            Ok((guest, outcomes)) if (1..=rows).contains(&outcomes.len()) => {
                if verdict.is_none() {
                    self.guest = Some(guest);
                }
                (outcomes.into_iter().map(outcome).collect(), verdict)
            }
            Ok((_, outcomes)) => {
                let has = outcomes.len();
                let text = format!("`write` gives {has} outcomes for {rows} rows");
                (Vec::new(), Some(verdict.unwrap_or(self.label.error(ErrorKind::Bug, text))))
            }
            Err(error) => (Vec::new(), Some(verdict.unwrap_or(error))),
        };
        match ended {
            Some(error) if outcomes.is_empty() && self.gauge.may_have_changed() => {
                let text = excerpt(error.message(), OUTCOME_CHARS_MAX);
                let outcomes = vec![RowOutcome::Unknown(text); rows];
                Written { outcomes, ended: Some(error) }
            }
            ended => Written { outcomes, ended },
        }
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        self.gauge.cancel();
    }
}

impl Written {
    fn none(error: Error) -> Self {
        Written { outcomes: Vec::new(), ended: Some(error) }
    }
}

fn outcome(from: wire::RowOutcome) -> RowOutcome {
    let shorten = |text: String| excerpt(&text, OUTCOME_CHARS_MAX);
    match from {
        wire::RowOutcome::Done(key) => RowOutcome::Done(key.map(shorten)),
        wire::RowOutcome::Unchanged(text) => RowOutcome::Unchanged(shorten(text)),
        wire::RowOutcome::Rejected(text) => RowOutcome::Rejected(shorten(text)),
        wire::RowOutcome::Unknown(text) => RowOutcome::Unknown(shorten(text)),
    }
}

fn refuse_nulls(columns: &[&Column], rows: &RecordBatch) -> Result<()> {
    for (column, array) in columns.iter().zip(rows.columns()) {
        if !column.nullable && array.null_count() > 0 {
            let text = format!("the column {} has a row without a value", quote(&column.name));
            return Err(Error::new(ErrorKind::Config, text));
        }
    }
    Ok(())
}
