//! `[syncs.NAME]`: what is read from an account, and where it goes.

use std::collections::BTreeMap;
use std::ops::Range;
use std::path::Path;

use tollgate_model::{AccountName, Result, Settings, SyncName};
use tollgate_runs::Planned;
use tollgate_sync::retry::PART_RETRIES_MAX;
use tollgate_sync::{ColumnChanges, Deletes, Mode};
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::destination::{self, DestinationConfig};
use super::reader::{self, Reader};
use super::schedule::{self, Scheduled};
use super::source::{Problem, Source};
use crate::expand::Expand;
use crate::modes;

const KEYS: [&str; 19] = [
    "account",
    "stream",
    "streams",
    "options",
    "columns",
    "rename",
    "types",
    "widen",
    "to",
    "expand",
    "table",
    "mode",
    "deletes",
    "concurrency",
    "part_retries",
    "limit",
    "history",
    "schedule",
    "retry",
];

/// The most parts of a stream that are read side by side: as many requests as an account may have
/// under way.
pub const CONCURRENCY_MAX: u64 = 64;

/// A sync as the file has it. Streams, options and columns are checked against the connector later.
#[derive(Clone, Debug)]
pub struct SyncConfig {
    /// Its name.
    pub name: SyncName,
    /// Where its name stands.
    pub span: Range<usize>,
    /// The account.
    pub account: Spanned<AccountName>,
    /// What is read.
    pub streams: Streams,
    /// The options of each stream.
    pub options: Settings,
    /// The columns, in order. Empty: all.
    pub columns: Vec<String>,
    /// What columns are called and hold.
    pub changes: ColumnChanges,
    /// Whether columns whose type changed are widened.
    pub widen: bool,
    /// The child tables.
    pub expand: Expand,
    /// Where each option, column, other name or type, and child table stands.
    pub places: Places,
    /// Where rows go.
    pub to: Spanned<DestinationConfig>,
    /// The table, or the prefix of the tables where there are several streams.
    pub table: Option<String>,
    /// What becomes of the rows that are there.
    pub mode: Option<Mode>,
    /// What merging does with rows that were deleted at the provider.
    pub deletes: Option<Deletes>,
    /// Parts of a stream read side by side.
    pub concurrency: Option<usize>,
    /// How often a part that failed is opened again.
    pub part_retries: Option<u32>,
    /// Rows of each stream after which it is complete.
    pub limit: Option<u64>,
    /// How far back the first run goes, in streams that tell what is new: a day, as it was entered.
    pub history: Option<String>,
    /// When `tollgate run` runs it.
    pub scheduled: Option<Scheduled>,
}

/// Names, and where each stands.
pub type Places = Vec<(String, Range<usize>)>;

/// Which streams a sync reads.
#[derive(Clone, Debug)]
pub enum Streams {
    /// Every stream of the connector.
    All,
    /// These.
    Named(Vec<Spanned<String>>),
}

impl SyncConfig {
    /// What is planned of it, where it has a schedule. Its place is the destination as the file has
    /// it.
    pub fn planned(&self) -> Option<Planned> {
        let Scheduled { schedule, retry } = self.scheduled.as_ref()?;
        let place = self.to.get_ref().target.to_string();
        Some(Planned { schedule: schedule.get_ref().clone(), retry: *retry, place })
    }
}

/// Every sync, in the order of the file.
pub fn read_all(
    source: &Source,
    table: &DeTable<'_>,
    problems: &mut Vec<Problem>,
) -> Vec<SyncConfig> {
    let folder = source.path().parent().unwrap_or(Path::new(""));
    let mut reader = Reader::new("the file", 0..0, table, problems);
    let Some((_, table)) = reader.table("syncs") else { return Vec::new() };
    let mut syncs = Vec::new();
    for (key, value) in table {
        let name = match key.get_ref().parse::<SyncName>() {
            Ok(name) => name,
            Err(error) => {
                problems.push(Problem::from_error(key.span(), &error));
                continue;
            }
        };
        let Some(table) = value.get_ref().as_table() else {
            let message = "a sync is a table with the keys `account`, `stream` and `to`";
            problems.push(Problem::new(key.span(), message));
            continue;
        };
        syncs.extend(read(name, key.span(), table, folder, problems));
    }
    syncs.sort_by_key(|sync: &SyncConfig| sync.span.start);
    syncs
}

fn read(
    name: SyncName,
    span: Range<usize>,
    table: &DeTable<'_>,
    folder: &Path,
    problems: &mut Vec<Problem>,
) -> Option<SyncConfig> {
    let mut reader = Reader::new("a sync", span.clone(), table, problems);
    reader.refuse_other_keys(&KEYS);
    let mut places = Vec::new();
    let account = reader.parsed("account");
    let to = destination::read(&mut reader, folder);
    let streams = read_streams(&mut reader);
    let sync = SyncConfig {
        name,
        span,
        options: read_options(&mut reader, &mut places),
        columns: read_columns(&mut reader, &mut places),
        changes: ColumnChanges {
            names: read_changes(&mut reader, "rename", |name| Ok(name.to_owned()), &mut places),
            types: read_changes(&mut reader, "types", str::parse, &mut places),
        },
        widen: reader.boolean("widen").unwrap_or_default(),
        expand: read_expand(&mut reader, &mut places).unwrap_or_default(),
        places,
        table: reader.text("table").map(Spanned::into_inner),
        mode: read_word(&mut reader, "mode", modes::parse),
        deletes: read_word(&mut reader, "deletes", modes::parse_deletes),
        concurrency: reader
            .integer("concurrency", 1, CONCURRENCY_MAX)
            .and_then(|number| usize::try_from(number).ok()),
        part_retries: reader
            .integer("part_retries", 0, u64::from(PART_RETRIES_MAX))
            .and_then(|number| u32::try_from(number).ok()),
        limit: reader.integer("limit", 1, u64::MAX),
        history: reader.text("history").map(Spanned::into_inner),
        scheduled: schedule::read(&mut reader),
        account: needed(&mut reader, "account", account, "for example `account = \"acme\"`")?,
        to: needed(&mut reader, "to", to, "for example `to = \"sqlite:out.db\"`")?,
        streams: streams?,
    };
    Some(sync)
}

fn read_columns(reader: &mut Reader<'_, '_>, places: &mut Places) -> Vec<String> {
    let columns = reader.texts("columns").unwrap_or_default();
    places.extend(columns.iter().map(|column| (column.get_ref().clone(), column.span())));
    columns.into_iter().map(Spanned::into_inner).collect()
}

/// A table of columns, each with its new name or type.
fn read_changes<T>(
    reader: &mut Reader<'_, '_>,
    key: &str,
    parse: impl Fn(&str) -> Result<T>,
    places: &mut Places,
) -> BTreeMap<String, T> {
    let mut changes = BTreeMap::new();
    let Some((_, table)) = reader.table(key) else { return changes };
    for (column, value) in table {
        let name = column.get_ref().to_string();
        let Some(text) = value.get_ref().as_str() else {
            reader.wrong_type::<()>(&name, value, "a text in quotes");
            continue;
        };
        match parse(text) {
            Ok(change) => {
                // An error names the column alone.
                let alone = name.split_once('.').map(|(_, column)| column.to_owned());
                places.extend(alone.into_iter().chain([name.clone()]).map(|n| (n, column.span())));
                changes.insert(name, change);
            }
            Err(error) => reader.problem(Problem::from_error(value.span(), &error)),
        }
    }
    changes
}

/// A key that has to be there. Where it is there and wrong, that is told already, and so it is where
/// another key was likely meant for it.
fn needed<T>(reader: &mut Reader<'_, '_>, key: &str, value: Option<T>, hint: &str) -> Option<T> {
    if value.is_none() && reader.value(key).is_none() && !reader.has_near_miss(key, &KEYS) {
        reader.missing(key, hint);
    }
    value
}

fn read_streams(reader: &mut Reader<'_, '_>) -> Option<Streams> {
    if let (Some(_), Some(second)) = (reader.value("stream"), reader.key_span("streams")) {
        let message = "a sync has `stream` or `streams`, not both";
        reader.problem(Problem::new(second, message));
        return None;
    }
    if reader.value("stream").is_some() {
        return reader.text("stream").map(|stream| Streams::Named(vec![stream]));
    }
    if reader.value("streams").and_then(|value| value.get_ref().as_str()) == Some("all") {
        return Some(Streams::All);
    }
    let streams = reader.texts("streams");
    if streams.as_ref().is_some_and(Vec::is_empty) {
        let span = reader.key_span("streams").unwrap_or_default();
        reader.problem(Problem::new(span, "`streams` is an empty list"));
        return None;
    }
    let near = reader.has_near_miss("stream", &KEYS);
    if streams.is_none() && reader.value("streams").is_none() && !near {
        let hint = "`stream = \"contacts\"`, `streams = [\"contacts\", \"lists\"]` or \
                    `streams = \"all\"`";
        reader.missing("stream", hint);
    }
    streams.map(Streams::Named)
}

fn read_options(reader: &mut Reader<'_, '_>, places: &mut Places) -> Settings {
    let Some((_, table)) = reader.table("options") else { return Settings::new() };
    let mut options = BTreeMap::new();
    for (key, value) in table {
        match reader::plain_values(value.get_ref()) {
            Some(values) => {
                places.push((key.get_ref().to_string(), key.span()));
                options.insert(key.get_ref().to_string(), values);
            }
            None => {
                reader.wrong_type::<()>(key.get_ref(), value, "a text or a list of texts");
            }
        }
    }
    options
}

/// `expand = true`, or a list of child tables.
fn read_expand(reader: &mut Reader<'_, '_>, places: &mut Places) -> Option<Expand> {
    let value = reader.value("expand")?;
    match value.get_ref() {
        DeValue::Boolean(true) => Some(Expand::All),
        DeValue::Boolean(false) => Some(Expand::Nothing),
        DeValue::String(_) | DeValue::Array(_) => {
            let names = reader.texts("expand")?;
            places.extend(names.iter().map(|name| (name.get_ref().clone(), name.span())));
            Some(Expand::Named(names.into_iter().map(Spanned::into_inner).collect()))
        }
        _ => reader.wrong_type("expand", value, "true, false or a list of child tables"),
    }
}

fn read_word<T>(reader: &mut Reader<'_, '_>, key: &str, parse: fn(&str) -> Result<T>) -> Option<T> {
    let text = reader.text(key)?;
    match parse(text.get_ref()) {
        Ok(value) => Some(value),
        Err(error) => {
            reader.problem(Problem::from_error(text.span(), &error));
            None
        }
    }
}
