//! Components that misbehave, one behaviour each, to prove the host's limits.
//!
//! A component is a file in `examples/`, made of this scaffold and the one thing it does wrong. It
//! is built on bindings of its own, because the SDK prevents most of what is done here. What can be
//! done wrong in several ways has a variant for each, which a test chooses by an option. What no
//! compiler for Rust makes stands as text in `modules/`.
//! `host/runtime/tests/runtime/hostile.rs` has a test for each, and does not compile while one is
//! missing.
//!
//! One behaves: `writes_rows`, made with the SDK, stands in for a connector that writes.

#![deny(missing_docs)]

use std::cell::Cell;
use std::marker::PhantomData;

use bindings::exports::tollgate::connector::connector as wit;
use bindings::tollgate::connector::{manifest, types};

pub use bindings::tollgate::connector::host::{LogLevel, log};
pub use manifest::{
    AuthMethod, AuthScheme, ClientAuthentication, Descriptor, ExchangeBody, ExchangeRequest, Fixed,
    Oauth2, Oauth2Grants, Parameter, TakenValue, TokenExchange,
};
pub use types::{
    Batch, ChildTable, Choice, Column, ColumnData, DataType, Failure, Field, FieldKind, Operation,
    Setting, Stream, TextData, Values, WriteOperation,
};
pub use wit::{Guest, Page, Partition, RowOutcome, ScanRequest, WriteRequest};

mod requests;

pub use requests::{get, post};

pub mod bindings {
    //! What wit-bindgen makes of `wit/connector`.

    #![expect(missing_docs, reason = "generated modules have no place for documentation")]

    wit_bindgen::generate!({
        path: "../../wit/connector",
        world: "connector-guest",
        pub_export_macro: true,
        export_macro_name: "export_connector",
        default_bindings_module: "tollgate_hostile::bindings",
        generate_all,
    });
}

/// The only origin that these components declare.
pub const ORIGIN: &str = "https://api.example.com";
/// The option by which a test chooses one of the ways in which a component misbehaves.
const VARIANT: &str = "variant";

/// A component that behaves, but for what it overrides.
pub trait Hostile: 'static {
    /// What it says of itself.
    fn describe() -> Descriptor {
        descriptor()
    }

    /// Signs in.
    fn check() -> Result<String, Failure> {
        Ok("nobody".to_owned())
    }

    /// The columns of a scan, and of the variant that it is asked for.
    fn columns(_: &str) -> Vec<Column> {
        columns()
    }

    /// The menu of an option.
    fn choices(_: &str) -> Vec<Choice> {
        Vec::new()
    }

    /// The parts of a read.
    fn partitions(_: &str) -> Vec<Partition> {
        Vec::new()
    }

    /// What becomes of rows that are written.
    fn write(rows: Batch) -> Result<Vec<RowOutcome>, Failure> {
        Ok((0..rows.rows).map(|_| RowOutcome::Done(None)).collect())
    }

    /// The page of this number, from 0.
    fn page(number: u64) -> Result<Option<Page>, Failure> {
        Ok((number == 0).then(|| page(&["one", "two"], None)))
    }

    /// The page of this number in a read with a variant.
    fn page_of(_variant: &str, number: u64) -> Result<Option<Page>, Failure> {
        Self::page(number)
    }
}

/// Makes the crate a component. A native build is only ever linted, so there it is merely used.
#[macro_export]
macro_rules! export {
    ($hostile:ty) => {
        #[cfg(target_family = "wasm")]
        type Exported = $crate::Component<$hostile>;
        #[cfg(target_family = "wasm")]
        $crate::bindings::export_connector!(Exported with_types_in $crate::bindings);
        #[cfg(not(target_family = "wasm"))]
        const _: $crate::Component<$hostile> = <$crate::Component<$hostile>>::VALUE;
    };
}

/// A [`Hostile`] in the shape that wit-bindgen exports.
pub struct Component<H>(PhantomData<H>);

impl<H> Component<H> {
    /// The one there is.
    pub const VALUE: Self = Component(PhantomData);
}

impl<H: Hostile> wit::Guest for Component<H> {
    type Scan = Scan<H>;

    fn describe() -> Descriptor {
        H::describe()
    }

    fn check(_: Vec<Setting>) -> Result<String, Failure> {
        H::check()
    }

    fn discover(request: ScanRequest) -> Result<Vec<Column>, Failure> {
        Ok(H::columns(&variant(&request)))
    }

    fn choices(request: ScanRequest, _: String) -> Result<Vec<Choice>, Failure> {
        Ok(H::choices(&variant(&request)))
    }

    fn partitions(request: ScanRequest) -> Result<Vec<Partition>, Failure> {
        Ok(H::partitions(&variant(&request)))
    }

    fn write(_: WriteRequest, rows: Batch) -> Result<Vec<RowOutcome>, Failure> {
        H::write(rows)
    }

    fn open(request: ScanRequest) -> Result<wit::Scan, Failure> {
        let (variant, number) = (variant(&request), Cell::new(0));
        Ok(wit::Scan::new(Scan::<H> { variant, number, hostile: PhantomData }))
    }
}

/// What was chosen by the option; nothing where nothing was.
fn variant(request: &ScanRequest) -> String {
    let option = request.options.iter().find(|option| option.name == VARIANT);
    option.and_then(|option| option.values.first()).cloned().unwrap_or_default()
}

/// A scan of one of these components.
pub struct Scan<H> {
    variant: String,
    number: Cell<u64>,
    hostile: PhantomData<H>,
}

impl<H: Hostile> wit::GuestScan for Scan<H> {
    fn columns(&self) -> Vec<Column> {
        H::columns(&self.variant)
    }

    fn next(&self) -> Result<Option<Page>, Failure> {
        H::page_of(&self.variant, self.number.replace(self.number.get() + 1))
    }
}

/// A description without fault: one stream `rows`, one secret that goes into a header.
pub fn descriptor() -> Descriptor {
    Descriptor {
        id: "hostile".to_owned(),
        version: "0.1.0".to_owned(),
        title: "Hostile".to_owned(),
        description: "Misbehaves in one way.".to_owned(),
        account_fields: Vec::new(),
        auth_methods: vec![AuthMethod {
            name: "token".to_owned(),
            title: "Token".to_owned(),
            description: String::new(),
            fields: vec![Field { required: true, ..field("token", FieldKind::Secret) }],
            scheme: AuthScheme::Fixed(Fixed {
                headers: vec![Parameter {
                    name: "X-Token".to_owned(),
                    value: "{token}".to_owned(),
                }],
                query: Vec::new(),
            }),
            audiences: vec![ORIGIN.to_owned()],
        }],
        origins: vec![ORIGIN.to_owned()],
        rate_limits: Vec::new(),
        limit_signs: Vec::new(),
        concurrent_requests: 4,
        reads_by_post: Vec::new(),
        streams: vec![stream()],
    }
}

/// The stream `rows`.
pub fn stream() -> Stream {
    Stream {
        name: "rows".to_owned(),
        title: "Rows".to_owned(),
        description: String::new(),
        columns: columns(),
        dynamic_columns: false,
        primary_key: vec!["id".to_owned()],
        cursor: None,
        deletion: None,
        partitioned: false,
        writes: Vec::new(),
        children: Vec::new(),
        options: vec![field(VARIANT, FieldKind::Text)],
    }
}

/// A field that need not be filled in.
pub fn field(name: &str, kind: FieldKind) -> Field {
    Field {
        name: name.to_owned(),
        title: name.to_owned(),
        description: String::new(),
        kind,
        required: false,
        default: None,
        shown_when: Vec::new(),
    }
}

/// A description without fault whose stream has the child table `notes`: the row's id, and a text.
pub fn descriptor_with_child() -> Descriptor {
    let child = ChildTable {
        name: "notes".to_owned(),
        description: "A note on a row.".to_owned(),
        columns: columns(),
        primary_key: Vec::new(),
    };
    let stream = Stream { children: vec![child], ..stream() };
    Descriptor { streams: vec![stream], ..descriptor() }
}

/// The columns of `rows`.
pub fn columns() -> Vec<Column> {
    let column = |name: &str, data_type, nullable| Column {
        name: name.to_owned(),
        data_type,
        nullable,
        description: String::new(),
    };
    vec![column("id", DataType::Int64, false), column("name", DataType::Text, true)]
}

/// A page without fault: a row for each name.
pub fn page(names: &[&str], next_cursor: Option<&str>) -> Page {
    let mut offsets = vec![0];
    let mut bytes = Vec::new();
    for name in names {
        bytes.extend_from_slice(name.as_bytes());
        offsets.push(bytes.len() as u32);
    }
    raw_page(names.len() as u32, TextData { offsets, bytes }, next_cursor)
}

/// A page with whatever names, right or wrong.
pub fn raw_page(rows: u32, names: TextData, next_cursor: Option<&str>) -> Page {
    let column = |values| ColumnData { validity: None, values };
    let ids = (0..i64::from(rows)).collect();
    Page {
        batch: Batch {
            rows,
            columns: vec![column(Values::Int64s(ids)), column(Values::Texts(names))],
        },
        children: Vec::new(),
        checkpoint: None,
        next_cursor: next_cursor.map(str::to_owned),
        rows_total: None,
    }
}
