//! The reference: what a good engineer would write by hand for this one job, with nothing between
//! the socket and the Arrow builders. The same fields, the same Arrow result, the same page size,
//! a pooled connection, borrowed decoding.

use std::borrow::Cow;
use std::fmt;
use std::path::Path;
use std::sync::Arc;

use anyhow::{Context, Result, bail};
use arrow_array::RecordBatch;
use arrow_array::builder::{Int64Builder, StringBuilder, TimestampMicrosecondBuilder};
use arrow_schema::{DataType, Field, Schema, SchemaRef, TimeUnit};
use bytes::Bytes;
use http_body_util::{BodyExt, Empty};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use jiff::Timestamp;
use rusqlite::{Connection, Statement};
use serde::de::{self, Visitor};
use serde::{Deserialize, Deserializer};

use tollgate_sdk::time::{UsEastern, Zone, parse_moment};

use crate::server::Server;

/// The page size, as the connector's default.
const LIMIT: u64 = 500;

/// A text or null, borrowed wherever JSON allows it.
#[derive(Deserialize, Default)]
#[serde(transparent)]
struct Text<'a>(#[serde(borrow)] Option<Cowed<'a>>);

/// `Option<Cow<str>>` never borrows in serde; a transparent newtype does.
#[derive(Deserialize)]
#[serde(transparent)]
struct Cowed<'a>(#[serde(borrow)] Cow<'a, str>);

impl Text<'_> {
    fn get(&self) -> Option<&str> {
        self.0.as_ref().map(|text| text.0.as_ref())
    }
}

/// A number that may come as text, empty, or null. Its own visitor, because an untagged enum would
/// copy every value first.
#[derive(Default)]
struct Number(Option<i64>);

impl<'de> Deserialize<'de> for Number {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(NumberVisitor)
    }
}

struct NumberVisitor;

impl Visitor<'_> for NumberVisitor {
    type Value = Number;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a number, a number as text, or null")
    }

    fn visit_i64<E: de::Error>(self, number: i64) -> Result<Number, E> {
        Ok(Number(Some(number)))
    }

    fn visit_u64<E: de::Error>(self, number: u64) -> Result<Number, E> {
        i64::try_from(number).map(|number| Number(Some(number))).map_err(E::custom)
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<Number, E> {
        match text {
            "" => Ok(Number(None)),
            text => text.parse().map(|number| Number(Some(number))).map_err(E::custom),
        }
    }

    fn visit_unit<E: de::Error>(self) -> Result<Number, E> {
        Ok(Number(None))
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Contact<'a> {
    #[serde(default)]
    contact_id: Number,
    #[serde(borrow, default)]
    email: Text<'a>,
    #[serde(borrow, default)]
    prefix: Text<'a>,
    #[serde(borrow, default)]
    first_name: Text<'a>,
    #[serde(borrow, default)]
    last_name: Text<'a>,
    #[serde(borrow, default)]
    suffix: Text<'a>,
    #[serde(borrow, default)]
    street: Text<'a>,
    #[serde(borrow, default)]
    street2: Text<'a>,
    #[serde(borrow, default)]
    city: Text<'a>,
    #[serde(borrow, default)]
    state: Text<'a>,
    #[serde(borrow, default)]
    postal_code: Text<'a>,
    #[serde(borrow, default)]
    phone: Text<'a>,
    #[serde(borrow, default)]
    fax: Text<'a>,
    #[serde(borrow, default)]
    business: Text<'a>,
    #[serde(borrow, default)]
    create_date: Text<'a>,
    #[serde(default)]
    bounce_count: Number,
    #[serde(borrow, default)]
    status: Text<'a>,
    #[serde(borrow, default)]
    notes: Text<'a>,
}

impl<'a> Contact<'a> {
    /// The texts, in the order of [`TEXTS`].
    fn texts(&self) -> [&Text<'a>; TEXTS.len()] {
        [
            &self.email,
            &self.prefix,
            &self.first_name,
            &self.last_name,
            &self.suffix,
            &self.street,
            &self.street2,
            &self.city,
            &self.state,
            &self.postal_code,
            &self.phone,
            &self.fax,
            &self.business,
            &self.status,
            &self.notes,
        ]
    }
}

#[derive(Deserialize)]
struct Envelope<'a> {
    #[serde(borrow)]
    contacts: Vec<Contact<'a>>,
    total: u64,
}

const TEXTS: [&str; 15] = [
    "email",
    "prefix",
    "first_name",
    "last_name",
    "suffix",
    "street",
    "street2",
    "city",
    "state",
    "postal_code",
    "phone",
    "fax",
    "business",
    "status",
    "notes",
];

/// The columns that are built: ids and counters, texts, the time.
pub struct Columns {
    schema: SchemaRef,
    contact_id: Int64Builder,
    bounce_count: Int64Builder,
    create_date: TimestampMicrosecondBuilder,
    texts: [StringBuilder; TEXTS.len()],
}

impl Columns {
    fn new() -> Self {
        let time = DataType::Timestamp(TimeUnit::Microsecond, Some("UTC".into()));
        let mut fields = vec![
            Field::new("contact_id", DataType::Int64, true),
            Field::new("bounce_count", DataType::Int64, true),
            Field::new("create_date", time, true),
        ];
        fields.extend(TEXTS.map(|name| Field::new(name, DataType::Utf8, true)));
        Columns {
            schema: Arc::new(Schema::new(fields)),
            contact_id: Int64Builder::new(),
            bounce_count: Int64Builder::new(),
            create_date: TimestampMicrosecondBuilder::new().with_timezone("UTC"),
            texts: std::array::from_fn(|_| StringBuilder::new()),
        }
    }

    fn push(&mut self, row: &Contact<'_>) -> Result<()> {
        self.contact_id.append_option(row.contact_id.0);
        self.bounce_count.append_option(row.bounce_count.0);
        let time = row.create_date.get().filter(|text| !text.is_empty());
        self.create_date.append_option(time.map(eastern_micros).transpose()?);
        for (column, text) in self.texts.iter_mut().zip(row.texts()) {
            column.append_option(text.get());
        }
        Ok(())
    }

    fn finish(&mut self) -> Result<RecordBatch> {
        let mut arrays: Vec<arrow_array::ArrayRef> = vec![
            Arc::new(self.contact_id.finish()),
            Arc::new(self.bounce_count.finish()),
            Arc::new(self.create_date.finish()),
        ];
        arrays.extend(self.texts.iter_mut().map(|column| Arc::new(column.finish()) as _));
        Ok(RecordBatch::try_new(self.schema.clone(), arrays)?)
    }
}

/// Reads contacts and gives each page as a batch, to the end or until it is told to stop.
pub async fn read(
    server: &Server,
    mut each: impl FnMut(RecordBatch) -> Result<bool>,
) -> Result<()> {
    let client = Client::builder(TokioExecutor::new()).build(HttpConnector::new());
    let mut columns = Columns::new();
    let mut offset = 0;
    loop {
        let body = fetch(&client, server, offset).await?;
        let page: Envelope<'_> = serde_json::from_slice(&body)?;
        for row in &page.contacts {
            columns.push(row)?;
        }
        offset += page.contacts.len() as u64;
        let wants_more = each(columns.finish()?)?;
        if !wants_more || page.contacts.is_empty() || offset >= page.total {
            return Ok(());
        }
    }
}

/// Reads all contacts into a new table: one transaction, one prepared statement, values bound from
/// the response without a copy.
pub async fn sqlite(server: &Server, path: &Path) -> Result<u64> {
    let client = Client::builder(TokioExecutor::new()).build(HttpConnector::new());
    let mut db = Connection::open(path)?;
    db.pragma_update(None, "journal_mode", "WAL")?;
    db.pragma_update(None, "synchronous", "NORMAL")?;
    let names = TEXTS.join(" TEXT, ");
    db.execute_batch(&format!(
        "CREATE TABLE contacts (contact_id INTEGER PRIMARY KEY, bounce_count INTEGER,
         create_date TEXT, {names} TEXT)"
    ))?;
    let transaction = db.transaction()?;
    let mut offset = 0;
    {
        let places = ["?"; TEXTS.len() + 3].join(", ");
        let mut insert = transaction.prepare(&format!("INSERT INTO contacts VALUES ({places})"))?;
        loop {
            let body = fetch(&client, server, offset).await?;
            let page: Envelope<'_> = serde_json::from_slice(&body)?;
            for row in &page.contacts {
                insert_row(&mut insert, row)?;
            }
            offset += page.contacts.len() as u64;
            if page.contacts.is_empty() || offset >= page.total {
                break;
            }
        }
    }
    transaction.commit()?;
    Ok(offset)
}

fn insert_row(insert: &mut Statement<'_>, row: &Contact<'_>) -> Result<()> {
    insert.raw_bind_parameter(1, row.contact_id.0)?;
    insert.raw_bind_parameter(2, row.bounce_count.0)?;
    let time = row.create_date.get().filter(|text| !text.is_empty());
    let time = time.map(eastern_micros).transpose()?;
    // The same text that Tollgate stores: UTC, microseconds.
    let time = time.map(Timestamp::from_microsecond).transpose()?;
    insert.raw_bind_parameter(3, time.map(|time| format!("{time:.6}")))?;
    for (place, text) in (4..).zip(row.texts()) {
        insert.raw_bind_parameter(place, text.get())?;
    }
    insert.raw_execute()?;
    Ok(())
}

async fn fetch(
    client: &Client<HttpConnector, Empty<Bytes>>,
    server: &Server,
    offset: u64,
) -> Result<Bytes> {
    let url = format!("{}/contacts?status=total&limit={LIMIT}&offset={offset}", server.folder_url);
    let request = hyper::Request::get(url)
        .header("api-version", "2.2")
        .header("api-appid", &server.app_id)
        .header("api-username", &server.username)
        .header("api-password", &server.password)
        .header("accept", "application/json")
        .body(Empty::new())?;
    let response = client.request(request).await?;
    if response.status() != 200 {
        bail!("status {}", response.status());
    }
    Ok(response.into_body().collect().await?.to_bytes())
}

/// Microseconds UTC of `YYYY-MM-DD HH:MM:SS` on a clock in New York: the same function that the
/// connector uses, compiled natively.
fn eastern_micros(text: &str) -> Result<i64> {
    let moment = parse_moment(text).context("createDate is no time")?;
    moment.utc_micros(UsEastern::offset_at_wall).context("createDate has no instant")
}
