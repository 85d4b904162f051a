//! Streams that are read whole from one list: what most of the small ones are.

use std::marker::PhantomData;

use tollgate_sdk::http::Request;
use tollgate_sdk::manifest::{Field, StreamDescription};
use tollgate_sdk::paging::{Pages, Whole};
use tollgate_sdk::{Failure, Record, RecordScan, Scan, ScanRequest, Shape, Stream};

use super::options;
use crate::account::Api;

/// A stream of the records of one list, or of one object. The provider has no filter by time for
/// it, so each read is a whole one.
pub struct Collection<R> {
    /// The stream's name.
    pub name: &'static str,
    /// Its name as people write it.
    pub title: &'static str,
    /// What one row is.
    pub description: &'static str,
    /// The way to the API that it is read over.
    pub api: fn(&ScanRequest) -> Result<Api, Failure>,
    /// The path.
    pub path: &'static str,
    /// Where the records lie.
    pub shape: Shape,
    /// The most rows a page; none for a list that has no pages.
    pub page_size: Option<i64>,
    /// Its options, beside the page's size.
    pub options: fn() -> Vec<Field>,
    /// Puts the options into the request.
    pub apply: fn(Request, &ScanRequest) -> Result<Request, Failure>,
    /// What the rows are.
    pub record: PhantomData<R>,
}

impl<R: Record> Stream for Collection<R> {
    fn describe(&self) -> StreamDescription {
        StreamDescription::of::<R>(self.name, self.title, self.description)
            .options((self.options)())
            .options(self.page_size.map(options::page_size))
    }

    fn open(&self, request: &ScanRequest) -> Result<Box<dyn Scan>, Failure> {
        let api = (self.api)(request)?;
        let first = (self.apply)(api.get(self.path), request)?;
        let pages = pages(&api, request, first, (self.page_size, self.shape))?;
        Ok(RecordScan::new::<R>(request, pages)?.boxed())
    }
}

/// Kept out of line: there would be a copy of it for each record.
#[inline(never)]
fn pages(
    api: &Api,
    request: &ScanRequest,
    first: Request,
    (page_size, shape): (Option<i64>, Shape),
) -> Result<Pages, Failure> {
    Ok(match page_size {
        Some(max) => {
            let size = options::page_size_in(request, max)?;
            api.pages(api.links(first.query("limit", size)), shape)
        }
        None => api.pages(Whole::new(first), shape),
    })
}

/// No options.
pub fn no_options() -> Vec<Field> {
    Vec::new()
}

/// The request as it is.
pub fn as_it_is(request: Request, _: &ScanRequest) -> Result<Request, Failure> {
    Ok(request)
}
