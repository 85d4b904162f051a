//! `[accounts.NAME]`: one login at a provider.

use std::collections::BTreeMap;
use std::ops::Range;
use std::path::Path;

use jiff::tz::TimeZone;
use tollgate_model::{AccountName, ConnectorId, near_miss};
use tollgate_vault::SecretRef;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::reader::{self, Reader};
use super::source::{Problem, Source};

/// The keys that are not fields of the connector.
pub const OWN_KEYS: [&str; 5] =
    ["connector", "auth", "time_zone", "requests_per_second", "concurrent_requests"];
/// The keys of a reference to a secret.
const REFERENCE_KEYS: [&str; 3] = ["env", "file", "command"];
const REFERENCE_FORM: &str = "a secret is `{ env = \"VARIABLE\" }`, `{ file = \"PATH\" }` or \
                              `{ command = [\"PROGRAM\", \"ARGUMENT\"] }`";

/// The most requests of one account under way at once, as the interface bounds it.
const CONCURRENT_REQUESTS_MAX: u64 = 64;

/// An account as the file has it. Its fields are checked against the connector later.
#[derive(Clone, Debug)]
pub struct AccountConfig {
    /// Its name.
    pub name: AccountName,
    /// Where its name stands.
    pub span: Range<usize>,
    /// The connector it is for.
    pub connector: Spanned<ConnectorId>,
    /// The auth method. `None`: the connector's first.
    pub auth: Option<Spanned<String>>,
    /// The zone in which `today` is meant. `None`: UTC.
    pub time_zone: Option<Spanned<TimeZone>>,
    /// A rate limit below the connector's own.
    pub requests_per_second: Option<f64>,
    /// Requests under way at once, where fewer than the connector's own are wanted.
    pub concurrent_requests: Option<u32>,
    /// The connector's fields.
    pub fields: BTreeMap<String, Field>,
}

/// A field of an account.
#[derive(Clone, Debug)]
pub struct Field {
    /// Where its name stands.
    pub span: Range<usize>,
    /// What it is set to.
    pub value: FieldValue,
}

/// What a field is set to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FieldValue {
    /// This value, or these.
    Plain(Vec<String>),
    /// What lies there.
    Reference(SecretRef),
}

/// Every account, in the order of the file.
pub fn read_all(
    source: &Source,
    table: &DeTable<'_>,
    problems: &mut Vec<Problem>,
) -> Vec<AccountConfig> {
    let mut reader = Reader::new("the file", 0..0, table, problems);
    let Some((_, table)) = reader.table("accounts") else { return Vec::new() };
    let folder = source.path().parent().unwrap_or(Path::new(""));
    let mut accounts = Vec::new();
    for (key, value) in table {
        let name = key.get_ref().parse::<AccountName>();
        let name = match name {
            Ok(name) => name,
            Err(error) => {
                problems.push(Problem::from_error(key.span(), &error));
                continue;
            }
        };
        let Some(table) = value.get_ref().as_table() else {
            let message = "an account is a table with the key `connector` and its fields";
            problems.push(Problem::new(key.span(), message));
            continue;
        };
        accounts.extend(read(name, key.span(), table, folder, problems));
    }
    accounts.sort_by_key(|account: &AccountConfig| account.span.start);
    accounts
}

fn read(
    name: AccountName,
    span: Range<usize>,
    table: &DeTable<'_>,
    folder: &Path,
    problems: &mut Vec<Problem>,
) -> Option<AccountConfig> {
    let before = problems.len();
    let mut reader = Reader::new("an account", span.clone(), table, problems);
    let connector = reader.parsed::<ConnectorId>("connector");
    if reader.value("connector").is_none() {
        let near =
            near_miss::near_miss("connector", table.keys().map(|key| key.get_ref().as_ref()));
        match near.and_then(|near| reader.key_span(near).map(|span| (near, span))) {
            Some((near, span)) => reader.problem(
                Problem::new(span, format!("an account has no key `{near}`"))
                    .with_hint("did you mean `connector`?"),
            ),
            None => reader.missing("connector", "for example `connector = \"icontact\"`"),
        }
    }
    let auth = reader.text("auth");
    let time_zone = read_time_zone(&mut reader);
    let requests_per_second = reader.positive_number("requests_per_second");
    let concurrent_requests = reader.integer("concurrent_requests", 1, CONCURRENT_REQUESTS_MAX);
    let fields = read_fields(&mut reader, table, folder);
    // A table with a problem is no account: it would lack what the problem is about.
    let connector = connector.filter(|_| problems.len() == before)?;
    Some(AccountConfig {
        name,
        span,
        connector,
        auth,
        time_zone,
        requests_per_second,
        concurrent_requests: concurrent_requests.and_then(|number| u32::try_from(number).ok()),
        fields,
    })
}

fn read_time_zone(reader: &mut Reader<'_, '_>) -> Option<Spanned<TimeZone>> {
    let name = reader.text("time_zone")?;
    match TimeZone::get(name.get_ref()) {
        Ok(zone) => Some(Spanned::new(name.span(), zone)),
        Err(_) => {
            let message = format!("there is no time zone {:?}", name.get_ref());
            let hint = "a time zone is a name of the IANA database, such as `America/New_York`";
            reader.problem(Problem::new(name.span(), message).with_hint(hint));
            None
        }
    }
}

fn read_fields(
    reader: &mut Reader<'_, '_>,
    table: &DeTable<'_>,
    folder: &Path,
) -> BTreeMap<String, Field> {
    let mut fields = BTreeMap::new();
    let own = |key: &str| OWN_KEYS.contains(&key);
    for (key, value) in table.iter().filter(|(key, _)| !own(key.get_ref())) {
        let read = match value.get_ref() {
            DeValue::Table(reference) => {
                read_reference(key.get_ref(), &key.span(), reference, folder)
                    .map(FieldValue::Reference)
            }
            plain => reader::plain_values(plain).map(FieldValue::Plain).ok_or_else(|| {
                let message = format!("`{}` takes a text or a list of texts", key.get_ref());
                Problem::new(key.span(), message)
            }),
        };
        match read {
            Ok(value) => {
                fields.insert(key.get_ref().to_string(), Field { span: key.span(), value });
            }
            Err(problem) => reader.problem(problem),
        }
    }
    fields
}

/// No value of a wrong reference is told: somebody may have put the secret itself there.
pub(super) fn read_reference(
    key: &str,
    span: &Range<usize>,
    table: &DeTable<'_>,
    folder: &Path,
) -> Result<SecretRef, Problem> {
    let wrong = |message: String| Problem::new(span.clone(), message).with_hint(REFERENCE_FORM);
    let key = key.escape_debug();
    let mut entries = table.iter();
    let (Some((kind, value)), None) = (entries.next(), entries.next()) else {
        return Err(wrong(format!("`{key}` refers to {} places, not to one", table.len())));
    };
    let kind_name = kind.get_ref().as_ref();
    if !REFERENCE_KEYS.contains(&kind_name) {
        let near = near_miss::near_miss(kind_name, REFERENCE_KEYS);
        let message = format!("`{key}` is no reference by `env`, `file` or `command`");
        let hint = near.map(|near| format!("did you mean `{near}`?"));
        return Err(Problem::new(kind.span(), message)
            .with_hint(hint.unwrap_or_else(|| REFERENCE_FORM.to_owned())));
    }
    if kind_name == "command" {
        return words(value.get_ref())
            .map(SecretRef::Command)
            .ok_or_else(|| wrong(format!("the command of `{key}` is no list of texts")));
    }
    let Some(text) = value.get_ref().as_str().filter(|text| !text.is_empty()) else {
        return Err(wrong(format!("`{key}` refers to something that is no text")));
    };
    Ok(match kind_name {
        "env" => SecretRef::Env(text.to_owned()),
        _ => SecretRef::File(folder.join(text)),
    })
}

/// The words of a command: a list of texts, the first of which names a program.
pub(super) fn words(value: &DeValue<'_>) -> Option<Vec<String>> {
    let words = value.as_array()?.iter();
    let words: Vec<String> =
        words.map(|word| Some(word.get_ref().as_str()?.to_owned())).collect::<Option<_>>()?;
    words.first().is_some_and(|program| !program.is_empty()).then_some(words)
}
