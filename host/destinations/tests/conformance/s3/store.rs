//! A stand-in for an object store with the destination on top.

use std::sync::Arc;
use std::time::Duration;

use arrow_array::{ArrayRef, BinaryArray, Int64Array, RecordBatch};
use serde_json::Value as Json;
use tollgate_destinations::s3::{Bucket, Patience};
use tollgate_destinations::{Credentials, S3};
use tollgate_model::{Column, DataType, schema};
use tollgate_simulators::Simulator;
use tollgate_simulators::s3::{Builder, Credentials as Keys};
use tollgate_sync::{Change, Destination, Keeps, Load, Mode, Round, Scope, Start, Table};
use tollgate_vault::Secret;

/// The secrets of every store here. They must be found nowhere.
pub const CANARIES: [&str; 2] = ["canary-secret-of-the-store", "canary-session-token"];

const PREFIX: &str = "lake/raw";

/// A store, and what it is asked with.
pub struct Store {
    pub server: Simulator<tollgate_simulators::S3>,
    pub token: Option<String>,
}

impl Store {
    /// A store that is empty.
    pub fn new() -> Self {
        Store::with(|builder| builder)
    }

    /// One that behaves as is said.
    pub fn with(change: impl FnOnce(Builder) -> Builder) -> Self {
        Store::signing(change, None)
    }

    /// One whose keys come with a session token.
    pub fn signing(change: impl FnOnce(Builder) -> Builder, token: Option<&str>) -> Self {
        let token = token.map(str::to_owned);
        let keys = Keys {
            access_key_id: "AK".to_owned(),
            secret_access_key: CANARIES[0].to_owned(),
            session_token: token.clone(),
        };
        let builder = change(tollgate_simulators::S3::builder().credentials(keys));
        Store { server: builder.start_blocking().expect("there is a free port"), token }
    }

    pub fn s3(&self) -> S3 {
        let credentials = Credentials {
            secret: Some(Secret::new(CANARIES[0].to_owned())),
            session_token: self.token.clone().map(Secret::new),
        };
        S3::at(self.bucket(), credentials).with_patience(impatience())
    }

    pub fn bucket(&self) -> Bucket {
        let endpoint = self.server.origin();
        let text = format!("s3://acme/{PREFIX}?endpoint={endpoint}&access_key_id=AK");
        text.parse().expect("it is a bucket")
    }

    pub fn begin(&self, table: &Table) -> Box<dyn Load> {
        self.s3().begin(table, Start::Stateless).expect("it begins").load
    }

    /// Loads these ids.
    pub fn load(&self, table: &Table, ids: std::ops::Range<i64>) {
        let mut load = self.begin(table);
        load.write(&people(ids), &[]).expect("it is written");
        load.commit(None).expect("it is committed");
    }

    /// The ids that a table has by its manifest, in order.
    pub fn ids(&self, table: &str) -> Vec<i64> {
        let objects = self.objects(table).into_iter().map(|key| {
            let object = self.server.vendor().object(&key).expect("what is named is there");
            crate::parquet::ids(object)
        });
        let mut ids: Vec<i64> = objects.flatten().collect();
        ids.sort_unstable();
        ids
    }

    /// The keys of the objects that a manifest names as this table.
    pub fn objects(&self, table: &str) -> Vec<String> {
        let manifests = self.manifests().into_iter();
        let named = manifests.filter_map(|manifest| manifest["tables"].get(table).cloned());
        let names = |contents: Json| contents["objects"].as_array().cloned().unwrap_or_default();
        let names = named.flat_map(names).filter_map(|name| name.as_str().map(str::to_owned));
        names.map(|name| format!("{PREFIX}/{name}")).collect()
    }

    /// The keys that are no manifests and that none names.
    pub fn unnamed(&self) -> Vec<String> {
        let manifests = self.manifests();
        let tables = manifests.iter().filter_map(|manifest| manifest["tables"].as_object());
        let named: Vec<String> =
            tables.flat_map(|tables| tables.keys()).flat_map(|table| self.objects(table)).collect();
        let mut keys = self.server.vendor().keys();
        keys.retain(|key| !key.ends_with("/_tollgate.json") && !named.contains(key));
        keys
    }

    fn manifests(&self) -> Vec<Json> {
        let vendor = self.server.vendor();
        let keys = vendor.keys().into_iter().filter(|key| key.ends_with("/_tollgate.json"));
        let texts = keys.filter_map(|key| vendor.object(&key));
        texts.map(|text| serde_json::from_slice(&text).expect("it is JSON")).collect()
    }
}

/// Little patience: a few tries, one right after the other.
pub fn impatience() -> Patience {
    Patience {
        request: Duration::from_secs(5),
        retries: 3,
        first_pause: Duration::from_millis(1),
        longest_pause: Duration::from_millis(2),
        ..Patience::default()
    }
}

/// A table of ids and bytes.
pub fn table(name: &str, mode: Mode) -> Table {
    let column = |name: &str, data_type| Column {
        name: name.to_owned(),
        data_type,
        nullable: true,
        description: String::new(),
    };
    let columns = vec![column("id", DataType::Int64), column("photo", DataType::Bytes)];
    Table {
        name: name.to_owned(),
        columns,
        primary_key: Vec::new(),
        mode,
        deletion: None,
        widen: false,
        children: Vec::new(),
    }
}

/// Small rows of it.
pub fn people(ids: std::ops::Range<i64>) -> RecordBatch {
    rows(ids, 3)
}

/// Rows of it whose bytes do not get smaller when they are compressed.
pub fn rows(ids: std::ops::Range<i64>, bytes: usize) -> RecordBatch {
    let photo = |id: i64| {
        let mut state = (id as u64 + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        let next = std::iter::from_fn(move || {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            Some(state.to_le_bytes()[7])
        });
        next.take(bytes).collect::<Vec<u8>>()
    };
    let photos: Vec<Vec<u8>> = ids.clone().map(photo).collect();
    let photos = BinaryArray::from_iter_values(photos);
    let arrays: Vec<ArrayRef> = vec![Arc::new(ids.collect::<Int64Array>()), Arc::new(photos)];
    let schema = schema::to_arrow_schema(&table("", Mode::Append).columns);
    RecordBatch::try_new(schema, arrays).expect("the arrays fit")
}

/// So many rows of the first round were read.
pub fn change(rows: u64) -> Change {
    let round = Round { number: 1, rows, ..Round::default() };
    Change { scope: Scope::default(), round, parts: Vec::new(), keeps: Keeps::All }
}

/// An error with all its sources, as a log may show it.
pub fn told(error: &tollgate_model::Error) -> String {
    let mut text = format!("{error:?} {error} {:?}", error.hint());
    let mut source = std::error::Error::source(error);
    while let Some(error) = source {
        text += &format!(": {error} {error:?}");
        source = error.source();
    }
    text
}
