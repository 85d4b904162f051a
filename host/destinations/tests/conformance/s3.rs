//! Parquet in a stand-in for an object store, read by its manifests as the documentation tells.

mod faults;
mod layout;
mod store;
mod writers;

use tollgate_destinations::conformance::{Fixture, Traits, Value, check};
use tollgate_model::Column;
use tollgate_sync::Destination;

use self::store::Store;
use crate::parquet;

#[test]
fn an_object_store_is_a_destination() {
    let traits = Traits {
        keeps_types: true,
        keeps_keys: false,
        keeps_nan: true,
        keeps_nul: true,
        keeps_json_text: true,
        merges: false,
        widens: false,
        resumes_replace: false,
    };
    // Pages of two keys, so that what is left over is found on the later ones too.
    let new = || Box::new(Store::with(|builder| builder.page_keys(2))) as Box<dyn Fixture>;
    check(new, traits).unwrap_or_else(|failures| panic!("{failures}"));
}

impl Fixture for Store {
    fn destination(&self) -> Box<dyn Destination> {
        Box::new(self.s3())
    }

    fn read(&self, table: &str, columns: &[Column]) -> Option<Vec<Vec<Value>>> {
        let rows = self.objects(table).into_iter().map(|key| {
            let object =
                self.server.vendor().object(&key).expect("the manifest names what is there");
            parquet::read(object, columns)
        });
        let rows: Vec<_> = rows.collect();
        (!rows.is_empty()).then(|| rows.concat())
    }

    fn another(&self) -> Box<dyn Fixture> {
        Box::new(Store::with(|builder| builder))
    }

    fn killed(&self) -> Box<dyn Fixture> {
        let server = self.server.vendor().copied().start_blocking();
        Box::new(Store { server: server.expect("there is a free port"), token: None })
    }

    fn leftovers(&self) -> Vec<String> {
        let uploads = self.server.vendor().open_uploads();
        assert_eq!(self.server.violations(), [""; 0]);
        let mut left = self.unnamed();
        left.extend((0..uploads).map(|_| "an upload".to_owned()));
        left
    }
}
