//! The glue between [`Connector`] and the component's exports.

use std::cell::RefCell;
use std::marker::PhantomData;

use crate::bindings::exports::tollgate::connector::connector as wit;
use crate::bindings::tollgate::connector::types::{Choice, Column, Setting};
use crate::connector::{self, Batch, Connector, Page, Partition, RowOutcome, Scan};
use crate::failure::Failure;
use crate::http::Http;
use crate::manifest::Descriptor;
use crate::request::{ScanRequest, Settings, WriteRequest};
use crate::rows::Rows;

/// Makes the crate a component: `export!(MyConnector);` beside `crate-type = ["cdylib"]`. Does
/// nothing in a native build, so that tests link.
#[macro_export]
macro_rules! export {
    ($connector:ty) => {
        #[cfg(target_family = "wasm")]
        type TollgateExport = $crate::export::Export<$connector>;
        #[cfg(target_family = "wasm")]
        $crate::bindings::export_connector!(TollgateExport with_types_in $crate::bindings);
    };
}

/// A connector in the shape that wit-bindgen exports.
pub struct Export<C>(PhantomData<C>);

impl<C: Connector> wit::Guest for Export<C> {
    type Scan = OpenScan;

    fn describe() -> Descriptor {
        connector::describe::<C>()
    }

    fn check(settings: Vec<Setting>) -> Result<String, Failure> {
        C::check(&Settings::from(settings), &Http::of_host())
    }

    fn discover(request: wit::ScanRequest) -> Result<Vec<Column>, Failure> {
        C::discover(&ScanRequest::new(request, Http::of_host()))
    }

    fn choices(request: wit::ScanRequest, field: String) -> Result<Vec<Choice>, Failure> {
        C::choices(&ScanRequest::new(request, Http::of_host()), &field)
    }

    fn partitions(request: wit::ScanRequest) -> Result<Vec<Partition>, Failure> {
        C::partitions(&ScanRequest::new(request, Http::of_host()))
    }

    fn write(request: wit::WriteRequest, rows: Batch) -> Result<Vec<RowOutcome>, Failure> {
        let request = WriteRequest::new(request, Http::of_host());
        C::write(&request, Rows::new(&request.columns, &rows))
    }

    fn open(request: wit::ScanRequest) -> Result<wit::Scan, Failure> {
        let scan = C::open(&ScanRequest::new(request, Http::of_host()))?;
        Ok(wit::Scan::new(OpenScan(RefCell::new(scan))))
    }
}

/// A scan behind a resource's handle, whose methods take it by reference.
pub struct OpenScan(RefCell<Box<dyn Scan>>);

impl wit::GuestScan for OpenScan {
    fn columns(&self) -> Vec<Column> {
        self.0.borrow().columns()
    }

    fn next(&self) -> Result<Option<Page>, Failure> {
        // The host calls one method at a time, and a scan cannot reach its own handle.
        self.0.borrow_mut().next()
    }
}
