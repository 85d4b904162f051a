//! The one that behaves: rows that are written by the SDK, so that what the host does with outcomes
//! is tried with what connectors really give.

use tollgate_sdk::body::{Object, Raw};
use tollgate_sdk::http::{Http, Request, delete, encode_path_segment, get, post, put};
use tollgate_sdk::manifest::{
    AuthMethod, AuthScheme, Column, DataType, Descriptor, Field, FieldKind, Fixed, Operation,
    Parameter, StreamDescription, WriteOperation,
};
use tollgate_sdk::paging::{Pages, Whole};
use tollgate_sdk::values::{Int, Text};
use tollgate_sdk::{
    Connector, Failure, Record, RecordScan, Response, Row, RowOutcome, Rows, Scan, ScanRequest,
    Settings, Shape, Stream, WriteRequest,
};

const API: &str = "https://api.example.com";
const DECIMAL: DataType =
    DataType::Decimal(tollgate_sdk::manifest::DecimalSize { precision: 10, scale: 2 });

/// A row.
#[derive(Record)]
struct Named<'a> {
    /// Its id.
    #[record(key)]
    id: Int,
    /// Its name.
    name: Text<'a>,
}

struct NamedRows;

impl Stream for NamedRows {
    fn describe(&self) -> StreamDescription {
        let id = || Column::new("id", DataType::Int64, "Its id.").required();
        let name = || Column::new("name", DataType::Text, "Its name.");
        let rest = [
            Column::new("amount", DECIMAL, "An amount."),
            Column::new("born", DataType::Date, "A day."),
            Column::new("seen", DataType::Timestamp, "A moment."),
            Column::new("is_new", DataType::Boolean, "A flag."),
            Column::new("count", DataType::Int64, "A number."),
            Column::new("ratio", DataType::Float64, "Another number."),
            Column::new("extra", DataType::Json, "Anything."),
            Column::new("photo", DataType::Bytes, "Bytes."),
        ];
        let tag = Field::new("tag", "Tag", FieldKind::Text);
        StreamDescription::of::<Named<'static>>("rows", "Rows", "Rows with a name.").writes([
            WriteOperation::new(
                Operation::Create,
                "Adds a row. What is left out has no value.",
                [name().required()].into_iter().chain(rest),
            )
            .options([tag]),
            WriteOperation::new(
                Operation::Update,
                "Changes the row of this id. What is left out stays as it is.",
                [id(), name()],
            )
            .rows_per_call(3),
            WriteOperation::new(Operation::Delete, "Removes the row of this id.", [id()])
                .rows_per_call(3),
        ])
    }

    fn open(&self, request: &ScanRequest) -> Result<Box<dyn Scan>, Failure> {
        let whole = Whole::new(get(format!("{API}/rows")));
        let pages = Pages::new(request.http.clone(), whole, Shape::list(&["rows"]));
        Ok(RecordScan::new::<Named<'static>>(request, pages)?.boxed())
    }

    fn write(&self, request: &WriteRequest, rows: Rows<'_>) -> Result<Vec<RowOutcome>, Failure> {
        rows.each(|row| write(request, row))
    }
}

fn write(request: &WriteRequest, row: Row<'_>) -> Result<RowOutcome, Failure> {
    request.http.change(&made(request, row)?, &mut |head, body| match head.status {
        201 => {
            let key = Response::document(body).ok()?.text("id").ok()??;
            Some(RowOutcome::Done(Some(key.into_owned())))
        }
        404 if request.operation == Operation::Delete => {
            Some(RowOutcome::Unchanged("it is not there".to_owned()))
        }
        _ => None,
    })
}

fn made(request: &WriteRequest, row: Row<'_>) -> Result<Request, Failure> {
    let id = row.integer("id")?.value().unwrap_or_default();
    let place = format!("{API}/rows/{}", encode_path_segment(&id.to_string()));
    let mut object = Object::new();
    object.set_given("name", row.text("name")?);
    match request.operation {
        Operation::Create => {
            object
                .set_given("amount", row.text("amount")?.map(Raw))
                .set_given("born", row.date("born")?)
                .set_given("seen", row.integer("seen")?)
                .set_given("is_new", row.boolean("is_new")?)
                .set_given("count", row.integer("count")?)
                .set_given("ratio", row.float("ratio")?)
                .set_given("extra", row.text("extra")?.map(Raw))
                .set_given("photo", row.bytes("photo")?.map(|bytes| bytes.len() as i64));
            if let Some(tag) = request.options.text("tag") {
                object.set("tag", tag);
            }
            Ok(post(format!("{API}/rows"), object.into_body()).json())
        }
        Operation::Delete => Ok(delete(place)),
        _ => Ok(put(place, object.into_body()).json()),
    }
}

struct Component;

tollgate_sdk::export!(Component);

impl Connector for Component {
    fn describe() -> Descriptor {
        Descriptor {
            id: "hostile".to_owned(),
            version: "0.1.0".to_owned(),
            title: "Writes rows".to_owned(),
            description: "Writes rows to whoever stands at its origin.".to_owned(),
            account_fields: Vec::new(),
            auth_methods: vec![AuthMethod {
                name: "token".to_owned(),
                title: "Token".to_owned(),
                description: String::new(),
                fields: vec![Field::new("token", "Token", FieldKind::Secret).required()],
                scheme: AuthScheme::Fixed(Fixed {
                    headers: vec![Parameter::new("X-Token", "{token}")],
                    query: Vec::new(),
                }),
                audiences: vec![API.to_owned()],
            }],
            origins: vec![API.to_owned()],
            rate_limits: Vec::new(),
            limit_signs: Vec::new(),
            concurrent_requests: 4,
            reads_by_post: Vec::new(),
            streams: Vec::new(),
        }
    }

    fn streams() -> Vec<Box<dyn Stream>> {
        vec![Box::new(NamedRows)]
    }

    fn check(_: &Settings, _: &Http) -> Result<String, Failure> {
        Ok("nobody".to_owned())
    }
}
