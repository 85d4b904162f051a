//! A connector and a stream as people read them.

use std::fmt::Write as _;
use std::time::Duration;

use tollgate_model::{
    Condition, Descriptor, Field, FieldKind, Operation, RateLimit, Stream, WriteOperation,
};

use crate::output::{self, line, paragraph};
use crate::{quantities, views};

/// The most entries of a menu that are listed.
const CHOICES_LISTED_MAX: usize = 12;

/// A connector: its account, what it reaches, and a line for each stream.
pub fn connector(descriptor: &Descriptor, width: u16) -> String {
    let mut text = format!(
        "{} {} ({})\n",
        line(&descriptor.id),
        line(&descriptor.version),
        line(&descriptor.title)
    );
    text.push_str(&paragraph(&descriptor.description, 2, width));
    text.push_str("\nOrigins\n");
    for origin in &descriptor.origins {
        let _ = writeln!(text, "  {}", line(origin));
    }
    text.push_str("\nRate limits of an account\n");
    for limit in &descriptor.rate_limits {
        let _ = writeln!(text, "  {}", rate_limit(limit));
    }
    let _ = writeln!(
        text,
        "  {} at once",
        quantities::counted(u64::from(descriptor.concurrent_requests), "request")
    );
    if !descriptor.account_fields.is_empty() {
        text.push_str("\nAccount fields\n");
        fields(&mut text, &descriptor.account_fields, width);
    }
    for method in &descriptor.auth_methods {
        let (scheme, sends) = views::scheme(&method.scheme);
        let title = line(&method.title);
        let _ = writeln!(text, "\nAuth method {}: {title} ({scheme})", line(&method.name));
        text.push_str(&paragraph(&method.description, 2, width));
        for sent in &sends {
            let _ = writeln!(text, "  sends {}", line(sent));
        }
        for audience in &method.audiences {
            let _ = writeln!(text, "  to {}", line(audience));
        }
        fields(&mut text, &method.fields, width);
    }
    text.push_str("\nStreams\n");
    text.push_str(&streams(descriptor, width));
    let id = line(&descriptor.id);
    let _ = writeln!(text, "\nColumns and options: tollgate describe {id} --stream NAME");
    text
}

/// A stream: its columns and options.
pub fn stream(stream: &Stream, width: u16) -> String {
    let mut text = format!("{} ({})\n", line(&stream.name), line(&stream.title));
    text.push_str(&paragraph(&stream.description, 2, width));
    let _ = writeln!(text, "\nprimary key  {}", keys(&stream.primary_key));
    if let Some(cursor) = &stream.cursor {
        let _ = writeln!(text, "cursor       {}", line(cursor));
    }
    if let Some(deletion) = &stream.deletion {
        let _ =
            writeln!(text, "deletion     {}, not null in rows that were deleted", line(deletion));
    }
    if stream.partitioned {
        text.push_str("read in parts, side by side\n");
    }
    text.push_str("\nColumns\n");
    text.push_str(&columns(stream.columns.iter().map(ColumnLine::from), width));
    if stream.dynamic_columns {
        text.push_str("  and those of the account: tollgate discover\n");
    }
    if !stream.options.is_empty() {
        text.push_str("\nOptions\n");
        fields(&mut text, &stream.options, width);
    }
    for write in &stream.writes {
        text.push_str(&operation(write, width));
    }
    text
}

/// A way to write rows: the columns it takes and its options.
fn operation(write: &WriteOperation, width: u16) -> String {
    let mut text = format!("\nWrites: {}\n", write.operation.name());
    text.push_str(&paragraph(&write.description, 2, width));
    text.push_str(&columns(write.columns.iter().map(ColumnLine::from), width));
    if !write.options.is_empty() {
        text.push_str("  Options\n");
        fields(&mut text, &write.options, width);
    }
    text
}

/// A column as a line of a table.
pub struct ColumnLine {
    name: String,
    data_type: String,
    nullable: bool,
    description: String,
}

impl From<&tollgate_model::Column> for ColumnLine {
    fn from(column: &tollgate_model::Column) -> Self {
        ColumnLine {
            name: line(&column.name),
            data_type: column.data_type.to_string(),
            nullable: column.nullable,
            description: line(&column.description),
        }
    }
}

/// Columns as a table.
pub fn columns(columns: impl Iterator<Item = ColumnLine>, width: u16) -> String {
    let mut table = output::table(&["column", "type", "null", "description"], width - 2);
    for column in columns {
        let nullable = if column.nullable { "yes" } else { "no" };
        table.add_row([column.name, column.data_type, nullable.to_owned(), column.description]);
    }
    output::indented(&table, 2)
}

fn streams(descriptor: &Descriptor, width: u16) -> String {
    let is_written = descriptor.streams.iter().any(|stream| !stream.writes.is_empty());
    let header = ["stream", "columns", "options", "title"];
    let more: &[&str] = if is_written { &["writes"] } else { &[] };
    let mut table = output::table(&[&header, more].concat(), width - 2);
    output::align_right(&mut table, &[1]);
    for stream in &descriptor.streams {
        let more = if stream.dynamic_columns { "+" } else { "" };
        let options: Vec<String> = stream.options.iter().map(|field| line(&field.name)).collect();
        let mut row = vec![
            line(&stream.name),
            format!("{}{more}", stream.columns.len()),
            options.join(", "),
            line(&stream.title),
        ];
        if is_written {
            row.push(operations(stream));
        }
        table.add_row(row);
    }
    output::indented(&table, 2)
}

/// The names of a stream's write operations.
pub fn operations(stream: &Stream) -> String {
    let names = stream.writes.iter().map(|write| write.operation);
    names.map(Operation::name).collect::<Vec<_>>().join(", ")
}

fn fields(text: &mut String, fields: &[Field], width: u16) {
    for field in fields {
        let need = match (&field.default, field.required) {
            (Some(default), _) => format!(", default {}", line(default)),
            (None, true) => ", required".to_owned(),
            (None, false) => String::new(),
        };
        let _ = writeln!(text, "  {} ({}{need})", line(&field.name), kind(&field.kind));
        text.push_str(&paragraph(&field.title, 6, width));
        if !field.description.is_empty() {
            text.push_str(&paragraph(&field.description, 6, width));
        }
        if let FieldKind::Choice { choices } | FieldKind::Choices { choices } = &field.kind {
            let mut values: Vec<String> =
                choices.iter().take(CHOICES_LISTED_MAX).map(|c| line(&c.value)).collect();
            if choices.len() > CHOICES_LISTED_MAX {
                values.push(format!("and {} more", choices.len() - CHOICES_LISTED_MAX));
            }
            text.push_str(&paragraph(&format!("one of: {}", values.join(", ")), 6, width));
        }
        if !field.shown_when.is_empty() {
            let when: Vec<String> = field.shown_when.iter().map(condition).collect();
            text.push_str(&paragraph(&format!("only where {}", when.join(" and ")), 6, width));
        }
    }
}

fn kind(kind: &FieldKind) -> String {
    match kind {
        FieldKind::Integer { min: i64::MIN, max: i64::MAX } => "integer".to_owned(),
        FieldKind::Integer { min, max: i64::MAX } => format!("integer from {min}"),
        FieldKind::Integer { min, max } => format!("integer from {min} to {max}"),
        FieldKind::Date => "date: YYYY-MM-DD, today, yesterday, today-7".to_owned(),
        FieldKind::DateRange => "date range: FIRST..LAST, or one day".to_owned(),
        FieldKind::Lookup => "one entry of a menu: tollgate choices".to_owned(),
        FieldKind::Lookups => "entries of a menu: tollgate choices".to_owned(),
        other => views::kind(other).to_owned(),
    }
}

fn condition(condition: &Condition) -> String {
    let values: Vec<String> = condition.one_of.iter().map(|value| line(value)).collect();
    format!("{} is {}", line(&condition.field), values.join(" or "))
}

fn rate_limit(limit: &RateLimit) -> String {
    let window = quantities::duration(Duration::from_millis(limit.window_ms));
    format!("{} in {window}", quantities::counted(u64::from(limit.requests), "request"))
}

fn keys(keys: &[String]) -> String {
    if keys.is_empty() {
        return "none".to_owned();
    }
    keys.iter().map(|key| line(key)).collect::<Vec<_>>().join(", ")
}
