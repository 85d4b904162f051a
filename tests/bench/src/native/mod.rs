//! The reference: what a good engineer would write by hand for these jobs, with nothing between the
//! socket and the destination. The same columns and the same pages as Tollgate, a pooled
//! connection, borrowed decoding; a page is fetched, decoded and written before the next one.

mod constant_contact;
mod icontact;
mod incontact;
mod kinds;
mod sinks;
mod values;

use std::path::Path;

use anyhow::{Result, bail};
use arrow_array::RecordBatch;
use bytes::Bytes;
use http_body_util::{BodyExt, Empty};
use hyper_util::client::legacy;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;

use crate::job::{Destination, Job};
use crate::provider::Provider;

use self::kinds::Kind;

/// The page size, as the connectors' defaults.
const PAGE_SIZE: u64 = 500;

/// A program for one provider.
trait Program {
    /// What it reads.
    type Row: Kind;

    /// Reads to the end, or until enough has come.
    fn run(source: &Source, sink: &mut impl Sink<Self::Row>) -> Result<()>;
}

/// Where the rows of a page go; gives whether more are wanted.
trait Sink<K: Kind> {
    fn page(&mut self, rows: &[K::Value<'_>]) -> Result<bool>;
}

/// Reads everything into a destination and gives how many rows there were.
pub fn run(job: &Job, into: Destination, out: &Path) -> Result<u64> {
    match job.provider {
        Provider::Icontact => load::<icontact::IContact>(job, into, out),
        Provider::ConstantContact => load::<constant_contact::ConstantContact>(job, into, out),
        Provider::Incontact => load::<incontact::InContact>(job, into, out),
    }
}

/// Reads pages as Arrow batches, to the end or until it is told to stop.
pub fn batches(job: &Job, each: impl FnMut(RecordBatch) -> Result<bool>) -> Result<()> {
    let source = Source::new(job)?;
    match job.provider {
        Provider::Icontact => icontact::IContact::run(&source, &mut sinks::Batches::new(each)),
        Provider::ConstantContact => {
            constant_contact::ConstantContact::run(&source, &mut sinks::Batches::new(each))
        }
        Provider::Incontact => incontact::InContact::run(&source, &mut sinks::Batches::new(each)),
    }
}

fn load<P: Program>(job: &Job, into: Destination, out: &Path) -> Result<u64> {
    let source = Source::new(job)?;
    match into {
        Destination::Arrow => {
            let mut rows = 0;
            let mut sink = sinks::Batches::new(|batch: RecordBatch| {
                rows += batch.num_rows() as u64;
                Ok(true)
            });
            P::run(&source, &mut sink)?;
            drop(sink);
            Ok(rows)
        }
        Destination::Sqlite => sinks::sqlite::<P>(&source, out),
        Destination::Parquet => sinks::parquet::<P>(&source, out),
        Destination::Postgres => sinks::postgres::<P>(&source, job.database()?),
    }
}

/// The provider.
struct Source {
    runtime: tokio::runtime::Runtime,
    client: legacy::Client<HttpConnector, Empty<Bytes>>,
    base: String,
    headers: Vec<(&'static str, String)>,
}

impl Source {
    fn new(job: &Job) -> Result<Source> {
        Ok(Source {
            runtime: tokio::runtime::Builder::new_multi_thread().enable_all().build()?,
            client: legacy::Client::builder(TokioExecutor::new()).build(HttpConnector::new()),
            base: job.place.base.clone(),
            headers: job.provider.headers(&job.place),
        })
    }

    /// The whole body of an answer.
    fn get(&self, path: &str) -> Result<Bytes> {
        let mut request = hyper::Request::get(format!("{}{path}", self.base));
        for (name, value) in &self.headers {
            request = request.header(*name, value);
        }
        let request = request.body(Empty::new())?;
        self.runtime.block_on(async {
            let response = self.client.request(request).await?;
            if response.status() != 200 {
                bail!("status {} from {path}", response.status());
            }
            Ok(response.into_body().collect().await?.to_bytes())
        })
    }
}
