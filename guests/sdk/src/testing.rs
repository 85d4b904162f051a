//! A provider made of a closure, and a scan's pages as plain values: what tests of a connector need.
//!
//! ```
//! use tollgate_sdk::http::get;
//! use tollgate_sdk::testing::{Reply, http};
//!
//! let (http, requests) = http(|_| Reply::ok("[1, 2]"));
//! let mut length = 0;
//! let read = http.read(&get("https://example.com/numbers"), &mut Vec::new(), &mut |body| {
//!     length = body.len();
//!     Ok(())
//! });
//! assert_eq!((read, length), (Ok(()), 6));
//! assert_eq!(requests.borrow()[0].url, "https://example.com/numbers");
//! ```

use std::cell::RefCell;
use std::rc::Rc;

use crate::bindings::exports::tollgate::connector::connector as wit;
use crate::bindings::tollgate::connector::types::{
    ColumnData, DataType, Operation, Setting, TextData, Values,
};
use crate::connector::{Batch, Column, Scan};
use crate::failure::Failure;
use crate::http::{Fetch, FetchError, Head, Http, Request};
use crate::log::LogLevel;
use crate::manifest::ChildTable;
use crate::request::{ScanRequest, WriteRequest};

/// An answer of the provider.
#[derive(Clone, Debug)]
pub struct Reply {
    /// Its status.
    pub status: u16,
    /// Its headers.
    pub headers: Vec<(String, String)>,
    /// Its body.
    pub body: Vec<u8>,
    /// How it ends.
    pub ending: Ending,
}

/// How an exchange with the provider ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ending {
    /// All of the answer comes.
    Whole,
    /// The connection breaks after the body.
    Cut,
    /// The connection breaks before the head: the request was sent, and no answer comes.
    Unanswered,
    /// There is no connection: nothing was sent.
    NotSent,
}

impl Reply {
    /// A body under status 200.
    pub fn ok(body: impl Into<Vec<u8>>) -> Self {
        Self::status(200, body)
    }

    /// A body under another status.
    pub fn status(status: u16, body: impl Into<Vec<u8>>) -> Self {
        Self { status, headers: Vec::new(), body: body.into(), ending: Ending::Whole }
    }

    /// A body that breaks off.
    pub fn cut(body: impl Into<Vec<u8>>) -> Self {
        Self { ending: Ending::Cut, ..Self::ok(body) }
    }

    /// No answer, although the request was sent.
    pub fn unanswered() -> Self {
        Self { ending: Ending::Unanswered, ..Self::ok("") }
    }

    /// No connection.
    pub fn not_sent() -> Self {
        Self { ending: Ending::NotSent, ..Self::ok("") }
    }
}

/// The requests that came so far.
pub type Requests = Rc<RefCell<Vec<Request>>>;

/// A provider that answers with what `reply` says.
pub fn http(reply: impl FnMut(&Request) -> Reply + 'static) -> (Http, Requests) {
    let requests = Requests::default();
    let reply: RefCell<Box<ReplyTo>> = RefCell::new(Box::new(reply));
    (Http::new(Rc::new(Stub { reply, requests: Rc::clone(&requests) })), requests)
}

type ReplyTo = dyn FnMut(&Request) -> Reply;

struct Stub {
    reply: RefCell<Box<ReplyTo>>,
    requests: Requests,
}

impl Fetch for Stub {
    fn fetch(&self, request: &Request, body: &mut Vec<u8>) -> Result<Head, FetchError> {
        self.requests.borrow_mut().push(request.clone());
        let reply = (self.reply.borrow_mut())(request);
        body.extend_from_slice(&reply.body);
        let head = Head { status: reply.status, headers: reply.headers };
        let failed = |text: &str| Failure::unavailable(text);
        match reply.ending {
            Ending::Whole => Ok(head),
            Ending::Cut => Err(FetchError::Cut { head, what: "connection reset".to_owned() }),
            Ending::Unanswered => Err(FetchError::Unanswered(failed("the connection broke off"))),
            Ending::NotSent => Err(FetchError::Failed(failed("no connection could be made"))),
        }
    }
}

/// A request for all of a stream.
pub fn request(http: &Http, stream: &str) -> ScanRequest {
    let request = wit::ScanRequest {
        settings: Vec::new(),
        stream: stream.to_owned(),
        options: Vec::new(),
        columns: Vec::new(),
        partition: None,
        checkpoint: None,
        since: None,
        children: Vec::new(),
        started_at: 0,
        rows_wanted: None,
    };
    ScanRequest::new(request, http.clone())
}

/// A request to write rows with these columns.
pub fn write_request(
    http: &Http,
    stream: &str,
    operation: Operation,
    columns: &[String],
) -> WriteRequest {
    let request = wit::WriteRequest {
        settings: Vec::new(),
        stream: stream.to_owned(),
        operation,
        options: Vec::new(),
        columns: columns.to_vec(),
    };
    WriteRequest::new(request, http.clone())
}

/// The values of a column that is written, one a row.
#[derive(Clone, Copy, Debug)]
pub enum Cells<'a> {
    /// For `text`, `decimal` and `json`.
    Texts(&'a [Option<&'a str>]),
    /// For `int64`, `date` (days) and `timestamp` (microseconds UTC).
    Integers(&'a [Option<i64>]),
    /// For `boolean`.
    Booleans(&'a [Option<bool>]),
    /// For `float64`.
    Floats(&'a [Option<f64>]),
}

/// Rows to be written, as the host hands them over, and the names of their columns.
pub fn batch(columns: &[(&str, Cells<'_>)]) -> (Vec<String>, Batch) {
    let rows = columns.first().map_or(0, |(_, cells)| cells.len());
    assert!(columns.iter().all(|(_, cells)| cells.len() == rows), "every column has every row");
    let names = columns.iter().map(|(name, _)| (*name).to_owned()).collect();
    let columns = columns.iter().map(|(_, cells)| cells.data()).collect();
    (names, Batch { rows: u32::try_from(rows).unwrap_or(u32::MAX), columns })
}

impl Cells<'_> {
    fn len(&self) -> usize {
        match self {
            Cells::Texts(values) => values.len(),
            Cells::Integers(values) => values.len(),
            Cells::Booleans(values) => values.len(),
            Cells::Floats(values) => values.len(),
        }
    }

    fn data(&self) -> ColumnData {
        let (validity, values) = match self {
            Cells::Integers(values) => {
                (validity(values), Values::Int64s(values.iter().map(|v| v.unwrap_or(0)).collect()))
            }
            Cells::Floats(values) => {
                let filled = values.iter().map(|v| v.unwrap_or(0.0)).collect();
                (validity(values), Values::Float64s(filled))
            }
            Cells::Booleans(values) => {
                let filled: Vec<bool> = values.iter().map(|v| v.unwrap_or(false)).collect();
                (validity(values), Values::Booleans(bits(&filled)))
            }
            Cells::Texts(values) => {
                let mut texts = TextData { offsets: vec![0], bytes: Vec::new() };
                for value in *values {
                    texts.bytes.extend_from_slice(value.unwrap_or("").as_bytes());
                    texts.offsets.push(u32::try_from(texts.bytes.len()).unwrap_or(u32::MAX));
                }
                (validity(values), Values::Texts(texts))
            }
        };
        ColumnData { validity, values }
    }
}

fn validity<T>(values: &[Option<T>]) -> Option<Vec<u8>> {
    let is_some: Vec<bool> = values.iter().map(Option::is_some).collect();
    is_some.contains(&false).then(|| bits(&is_some))
}

fn bits(flags: &[bool]) -> Vec<u8> {
    let mut bits = vec![0; flags.len().div_ceil(8)];
    for (row, _) in flags.iter().enumerate().filter(|(_, flag)| **flag) {
        bits[row / 8] |= 1 << (row % 8);
    }
    bits
}

/// Settings or options, each with its values.
pub fn settings(pairs: &[(&str, &[&str])]) -> crate::Settings {
    let setting = |&(name, values): &(&str, &[&str])| Setting {
        name: name.to_owned(),
        values: values.iter().map(|&value| value.to_owned()).collect(),
    };
    crate::Settings::from(pairs.iter().map(setting).collect::<Vec<_>>())
}

/// What a scan gave, with every value as text.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Table {
    /// The columns' names.
    pub columns: Vec<String>,
    /// The rows.
    pub rows: Vec<Vec<Option<String>>>,
    /// Each page's number of rows, checkpoint and next cursor.
    pub pages: Vec<(usize, Option<String>, Option<String>)>,
}

impl Table {
    /// A column's values, `null` where there are none.
    ///
    /// # Panics
    /// If there is no such column.
    pub fn column(&self, name: &str) -> Vec<&str> {
        let index = self.columns.iter().position(|column| column == name);
        let index = index.expect("the table has the column");
        self.rows.iter().map(|row| row[index].as_deref().unwrap_or("null")).collect()
    }
}

/// Reads a scan to its end.
///
/// # Errors
/// What the scan failed with.
///
/// # Panics
/// If a batch is not as the interface says.
pub fn read(scan: Box<dyn Scan>) -> Result<Table, Failure> {
    Ok(read_with_children(scan, &[])?.0)
}

/// Reads a scan to its end, with the child tables that were asked for.
///
/// # Errors
/// What the scan failed with.
///
/// # Panics
/// If a batch is not as the interface says.
pub fn read_with_children(
    mut scan: Box<dyn Scan>,
    children: &[ChildTable],
) -> Result<(Table, Vec<Table>), Failure> {
    let columns = scan.columns();
    let (mut table, types) = empty(&columns);
    let mut tables: Vec<_> = children.iter().map(|child| empty(&child.columns)).collect();
    while let Some(page) = scan.next()? {
        let is_last = page.next_cursor.is_none();
        let rows = page.batch.rows as usize;
        table.pages.push((rows, page.checkpoint.clone(), page.next_cursor.clone()));
        table.rows.extend(rows_of(&page.batch, &types));
        assert_eq!(page.children.len(), tables.len(), "child tables of the page");
        for ((table, types), batch) in tables.iter_mut().zip(&page.children) {
            table.rows.extend(rows_of(batch, types));
        }
        if is_last {
            assert!(scan.next()?.is_none(), "a page came after the last");
            break;
        }
    }
    Ok((table, tables.into_iter().map(|(table, _)| table).collect()))
}

fn empty(columns: &[Column]) -> (Table, Vec<DataType>) {
    let names = columns.iter().map(|column| column.name.clone()).collect();
    let types = columns.iter().map(|column| column.data_type).collect();
    (Table { columns: names, ..Table::default() }, types)
}

fn rows_of(batch: &Batch, types: &[DataType]) -> Vec<Vec<Option<String>>> {
    assert_eq!(batch.columns.len(), types.len(), "columns of the batch");
    let rows = batch.rows as usize;
    let columns = batch.columns.iter().zip(types).map(|(data, kind)| cells(data, *kind, rows));
    let columns: Vec<_> = columns.collect();
    (0..rows).map(|row| columns.iter().map(|column| column[row].clone()).collect()).collect()
}

fn cells(data: &ColumnData, kind: DataType, rows: usize) -> Vec<Option<String>> {
    let bit = |bits: &[u8], row: usize| bits[row / 8] >> (row % 8) & 1 == 1;
    if let Some(bits) = &data.validity {
        assert_eq!(bits.len(), rows.div_ceil(8), "bytes of the validity");
    }
    let text = |row: usize| match &data.values {
        Values::Booleans(bits) => bit(bits, row).to_string(),
        Values::Int64s(values) => int_text(values[row], kind),
        Values::Float64s(values) => values[row].to_string(),
        Values::Texts(texts) => {
            assert_eq!(texts.offsets.len(), rows + 1, "offsets of the texts");
            let (from, to) = (texts.offsets[row] as usize, texts.offsets[row + 1] as usize);
            String::from_utf8_lossy(&texts.bytes[from..to]).into_owned()
        }
    };
    let is_valid = |row| data.validity.as_ref().is_none_or(|bits| bit(bits, row));
    (0..rows).map(|row| is_valid(row).then(|| text(row))).collect()
}

fn int_text(value: i64, kind: DataType) -> String {
    use crate::time::{CivilDate, MICROS_PER_SECOND, SECONDS_PER_DAY};
    let date = |days| CivilDate::from_days(days).map_or_else(String::new, |date| date.to_string());
    match kind {
        DataType::Date => date(value),
        DataType::Timestamp => {
            let (seconds, micros) =
                (value.div_euclid(MICROS_PER_SECOND), value.rem_euclid(MICROS_PER_SECOND));
            let (days, second) =
                (seconds.div_euclid(SECONDS_PER_DAY), seconds.rem_euclid(SECONDS_PER_DAY));
            let (hour, minute, second) = (second / 3_600, second / 60 % 60, second % 60);
            let fraction = if micros == 0 { String::new() } else { format!(".{micros:06}") };
            format!("{}T{hour:02}:{minute:02}:{second:02}{fraction}Z", date(days))
        }
        _ => value.to_string(),
    }
}

thread_local! {
    static LINES: RefCell<Vec<(LogLevel, String)>> = const { RefCell::new(Vec::new()) };
}

/// Keeps a log line of this thread; [`logged`] gives it.
pub fn note(level: LogLevel, message: &str) {
    LINES.with_borrow_mut(|lines| lines.push((level, message.to_owned())));
}

/// The log lines of this thread so far. They are gone afterwards.
pub fn logged() -> Vec<(LogLevel, String)> {
    LINES.take()
}
