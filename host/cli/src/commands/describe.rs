//! `tollgate describe`: what a connector says of itself.

mod text;

use clap::Args;
use serde::Serialize;
use serde_json::Value;
use tollgate_model::{
    AuthMethod, Descriptor, Error, ErrorKind, Field, Result, Stream, json_schema,
};
use tollgate_model::{near_miss, text::quote};

pub use self::text::operations;
use crate::context::Context;
use crate::failure::Outcome;
use crate::host::Host;
use crate::output;
use crate::views::{ConnectorView, StreamView};

const EXAMPLES: &str = "\
Examples:
  tollgate describe icontact
  tollgate describe icontact --stream contacts
  tollgate describe icontact --schema > icontact.schema.json";

/// The arguments of `describe`.
#[derive(Args, Debug)]
#[command(about = "Tell a connector's streams, columns, options, account fields, origins and rate limits", after_help = EXAMPLES)]
pub struct DescribeArgs {
    /// The connector
    pub id: String,

    /// Tell one stream alone, with all its columns
    #[arg(long, value_name = "NAME")]
    pub stream: Option<String>,

    /// Print the JSON Schema of the account's fields and of the streams' options
    #[arg(long)]
    pub schema: bool,
}

/// The JSON Schemas of a connector.
#[derive(Serialize)]
struct Schemas {
    /// One for each auth method, by its name.
    accounts: serde_json::Map<String, Value>,
    /// One for each stream, by its name.
    options: serde_json::Map<String, Value>,
}

/// Describes a connector, or one of its streams.
///
/// # Errors
/// [`ErrorKind::Config`] where there is no such connector or stream.
pub async fn run(args: &DescribeArgs, context: &Context) -> Outcome {
    let host = Host::without_config(context)?;
    let connector = host.connector(&args.id).await?;
    let descriptor = connector.descriptor();
    let stream = match &args.stream {
        None => None,
        Some(name) => Some(find(descriptor, name)?),
    };
    let width = context.width();
    match (stream, args.schema, context.args.json) {
        (stream, true, _) => output::print_json(&schemas(descriptor, stream)),
        (None, false, true) => output::print_json(&ConnectorView::from(descriptor)),
        (Some(stream), false, true) => output::print_json(&StreamView::from(stream)),
        (None, false, false) => output::print(&text::connector(descriptor, width)),
        (Some(stream), false, false) => output::print(&text::stream(stream, width)),
    }
}

/// The stream of this name.
///
/// # Errors
/// [`ErrorKind::Config`] where there is none.
pub fn find<'a>(descriptor: &'a Descriptor, name: &str) -> Result<&'a Stream> {
    descriptor.stream(name).ok_or_else(|| {
        let known = descriptor.streams.iter().map(|stream| stream.name.as_str());
        let message = format!("{} has no stream {}", descriptor.id, quote(name));
        Error::new(ErrorKind::Config, message).with_hint(near_miss::hint(name, known))
    })
}

fn schemas(descriptor: &Descriptor, only: Option<&Stream>) -> Schemas {
    let account = |method: &AuthMethod| {
        let fields: Vec<Field> =
            descriptor.account_fields.iter().chain(&method.fields).cloned().collect();
        let title = format!("{} account ({})", descriptor.title, method.title);
        (method.name.clone(), json_schema::object(&title, &fields))
    };
    let options = |stream: &Stream| {
        (stream.name.clone(), json_schema::object(&stream.title, &stream.options))
    };
    let is_wanted = |stream: &&Stream| only.is_none_or(|only| only.name == stream.name);
    Schemas {
        accounts: descriptor.auth_methods.iter().map(account).collect(),
        options: descriptor.streams.iter().filter(is_wanted).map(options).collect(),
    }
}

/// Columns as a table.
pub fn columns_text(columns: &[tollgate_model::Column], width: u16) -> String {
    text::columns(columns.iter().map(text::ColumnLine::from), width)
}
