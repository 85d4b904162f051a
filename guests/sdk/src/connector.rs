//! What a connector is made of: [`Connector`], its [`Stream`]s, and the [`Scan`] that reads one.

pub use crate::bindings::exports::tollgate::connector::connector::{Page, Partition, RowOutcome};
pub use crate::bindings::tollgate::connector::types::{Batch, Choice, Column};
use crate::failure::Failure;
use crate::http::Http;
use crate::manifest::{Descriptor, StreamDescription};
use crate::request::{ScanRequest, Settings, WriteRequest};
use crate::rows::Rows;

/// A connector. An author writes `describe`, `streams` and `check`; the rest finds the stream by its
/// name and asks it.
///
/// A name that is no stream's, here or in a request, is an `invalid-config` failure.
pub trait Connector: 'static {
    /// What the connector is and needs. Leave `streams` empty: it is filled from
    /// [`Connector::streams`].
    fn describe() -> Descriptor;

    /// Its streams.
    fn streams() -> Vec<Box<dyn Stream>>;

    /// Signs in with the least costly request and says whose account it is.
    ///
    /// # Errors
    /// Whatever the request failed with.
    fn check(settings: &Settings, http: &Http) -> Result<String, Failure>;

    /// All columns of a stream, the dynamic ones included.
    ///
    /// # Errors
    /// See [`Stream::dynamic_columns`].
    fn discover(request: &ScanRequest) -> Result<Vec<Column>, Failure> {
        let stream = find::<Self>(&request.stream)?;
        let mut columns = stream.describe().columns;
        columns.extend(stream.dynamic_columns(request)?);
        Ok(columns)
    }

    /// The menu of a `lookup` or `lookups` option.
    ///
    /// # Errors
    /// See [`Stream::choices`].
    fn choices(request: &ScanRequest, field: &str) -> Result<Vec<Choice>, Failure> {
        find::<Self>(&request.stream)?.choices(request, field)
    }

    /// The parts of a read.
    ///
    /// # Errors
    /// See [`Stream::partitions`].
    fn partitions(request: &ScanRequest) -> Result<Vec<Partition>, Failure> {
        find::<Self>(&request.stream)?.partitions(request)
    }

    /// Begins a read.
    ///
    /// # Errors
    /// See [`Stream::open`].
    fn open(request: &ScanRequest) -> Result<Box<dyn Scan>, Failure> {
        find::<Self>(&request.stream)?.open(request)
    }

    /// Changes rows at the provider.
    ///
    /// # Errors
    /// See [`Stream::write`].
    fn write(request: &WriteRequest, rows: Rows<'_>) -> Result<Vec<RowOutcome>, Failure> {
        find::<Self>(&request.stream)?.write(request, rows)
    }
}

/// The descriptor with the streams in it.
pub fn describe<C: Connector + ?Sized>() -> Descriptor {
    let streams = C::streams().iter().map(|stream| stream.describe()).collect();
    Descriptor { streams, ..C::describe() }
}

fn find<C: Connector + ?Sized>(name: &str) -> Result<Box<dyn Stream>, Failure> {
    let found = C::streams().into_iter().find(|stream| stream.describe().name == name);
    found.ok_or_else(|| Failure::invalid("stream", format!("no stream is named {name:?}")))
}

/// A stream: what the provider's users call a report or a table.
pub trait Stream {
    /// Its name, columns and options.
    fn describe(&self) -> StreamDescription;

    /// Begins a read.
    ///
    /// # Errors
    /// For an option that cannot work, or whatever a first request failed with.
    fn open(&self, request: &ScanRequest) -> Result<Box<dyn Scan>, Failure>;

    /// The columns that this account has beside those of [`Stream::describe`].
    ///
    /// # Errors
    /// Whatever a request failed with.
    fn dynamic_columns(&self, _request: &ScanRequest) -> Result<Vec<Column>, Failure> {
        Ok(Vec::new())
    }

    /// The menu of one of its `lookup` options. Only streams that have some need their own.
    ///
    /// # Errors
    /// Whatever a request failed with; `invalid-config` for an option without a menu.
    fn choices(&self, _request: &ScanRequest, field: &str) -> Result<Vec<Choice>, Failure> {
        Err(no_menu(field))
    }

    /// The parts of a read. Only partitioned streams need their own.
    ///
    /// # Errors
    /// Whatever a request failed with.
    fn partitions(&self, _request: &ScanRequest) -> Result<Vec<Partition>, Failure> {
        Err(Failure::internal("the stream is not partitioned"))
    }

    /// Changes rows at the provider, in order: [`Rows::each`] with [`Http::change`] for each of
    /// them. Only streams with `writes` need their own.
    ///
    /// # Errors
    /// Why the first of the rows could not be tried.
    fn write(&self, _request: &WriteRequest, _rows: Rows<'_>) -> Result<Vec<RowOutcome>, Failure> {
        Err(Failure::internal("the stream can only be read"))
    }
}

/// The failure for a field that has no menu.
pub fn no_menu(field: &str) -> Failure {
    Failure::invalid(field, "the option has no menu")
}

/// A read under way.
pub trait Scan {
    /// The columns of every batch, in order.
    fn columns(&self) -> Vec<Column>;

    /// The next page, or none at the end. A page without rows is not the end.
    ///
    /// # Errors
    /// Why the page could not be had. The read is then over.
    fn next(&mut self) -> Result<Option<Page>, Failure>;
}

// wit-bindgen derives no comparison, since other types of a world may hold resources.
impl PartialEq for RowOutcome {
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Done(a), Self::Done(b)) => a == b,
            (Self::Unchanged(a), Self::Unchanged(b))
            | (Self::Rejected(a), Self::Rejected(b))
            | (Self::Unknown(a), Self::Unknown(b)) => a == b,
            _ => false,
        }
    }
}
