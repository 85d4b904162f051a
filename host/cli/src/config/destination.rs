//! `to`: where the rows of a sync go.

use std::path::Path;

use tollgate_destinations::Target;
use tollgate_destinations::postgres::Server;
use tollgate_destinations::s3::Bucket;
use tollgate_vault::SecretRef;
use toml::Spanned;
use toml::de::DeTable;

use super::account::read_reference;
use super::reader::Reader;
use super::source::Problem;

/// The keys of the table for a database, and for an object store.
const DATABASE_KEYS: [&str; 6] =
    ["postgres", "password", "schema", "tls", "ca_file", "lock_timeout"];
const STORE_KEYS: [&str; 8] = [
    "s3",
    "endpoint",
    "region",
    "access_key_id",
    "secret_access_key",
    "session_token",
    "path_style",
    "allow_http",
];
const FORM: &str = "for example `to = { postgres = \"postgres://USER@HOST/DATABASE\", password = \
                    { env = \"VARIABLE\" } }`";

/// Where the rows of a sync go, and where the secrets lie that are needed for it.
#[derive(Clone, Debug)]
pub struct DestinationConfig {
    /// The destination. A relative path is relative to the file.
    pub target: Target,
    /// The password of a database, or the secret access key of an object store.
    pub secret: Option<SecretRef>,
    /// The session token that belongs to it.
    pub session_token: Option<SecretRef>,
}

/// The value of `to`: a text, or a table for a database or an object store.
pub fn read(reader: &mut Reader<'_, '_>, folder: &Path) -> Option<Spanned<DestinationConfig>> {
    let value = reader.value("to")?;
    let Some(table) = value.get_ref().as_table() else {
        let target = reader.parsed::<Target>("to")?;
        let span = target.span();
        let target = target.into_inner();
        let config = DestinationConfig { target, secret: None, session_token: None };
        return Some(Spanned::new(span, config));
    };
    let span = reader.key_span("to")?;
    let mut problems = Vec::new();
    let mut inner = Reader::new("`to`", span.clone(), table, &mut problems);
    let read = match inner.value("s3") {
        Some(_) => read_store(&mut inner, folder),
        None => read_database(&mut inner, folder),
    };
    // What is wrong in one of the keys is no destination: it would lack what the key says.
    let read = read.filter(|_| problems.is_empty());
    problems.into_iter().for_each(|problem| reader.problem(problem));
    Some(Spanned::new(span, read?))
}

fn read_database(reader: &mut Reader<'_, '_>, folder: &Path) -> Option<DestinationConfig> {
    reader.refuse_other_keys(&DATABASE_KEYS);
    let server = reader.parsed::<Server>("postgres");
    if server.is_none() && reader.value("postgres").is_none() {
        reader.missing("postgres", FORM);
    }
    let secret = read_secret(reader, "password", "PGPASSWORD", folder);
    let mut server = server?.into_inner();
    for key in ["schema", "tls", "ca_file", "lock_timeout"] {
        let Some(value) = reader.text(key) else { continue };
        if let Err(error) = server.set(key, value.get_ref()) {
            reader.problem(Problem::from_error(value.span(), &error));
        }
    }
    if let (Err(error), Some(span)) = (server.check(), reader.key_span("ca_file")) {
        reader.problem(Problem::from_error(span, &error));
    }
    Some(DestinationConfig { target: Target::Postgres(server), secret, session_token: None })
}

fn read_store(reader: &mut Reader<'_, '_>, folder: &Path) -> Option<DestinationConfig> {
    reader.refuse_other_keys(&STORE_KEYS);
    let secret = read_secret(reader, "secret_access_key", "AWS_SECRET_ACCESS_KEY", folder);
    let session_token = read_secret(reader, "session_token", "AWS_SESSION_TOKEN", folder);
    if session_token.is_some() && reader.value("secret_access_key").is_none() {
        reader.missing("secret_access_key", "a session token belongs to a secret access key");
    }
    let mut bucket = reader.parsed::<Bucket>("s3")?.into_inner();
    let mut said = Vec::new();
    for key in ["endpoint", "region", "access_key_id"] {
        said.extend(reader.text(key).map(|text| (key, text.span(), text.into_inner())));
    }
    for key in ["path_style", "allow_http"] {
        said.extend(reader.boolean(key).map(|flag| (key, flag.span(), flag.get_ref().to_string())));
    }
    for (key, span, value) in said {
        if let Err(error) = bucket.set(key, &value) {
            reader.problem(Problem::from_error(span, &error));
        }
    }
    if secret.is_some() && bucket.get("access_key_id").is_none() {
        reader.missing("access_key_id", "it tells whose the secret access key is");
    }
    if let (Err(error), Some(span)) = (bucket.check(), reader.key_span("s3")) {
        reader.problem(Problem::from_error(span, &error));
    }
    Some(DestinationConfig { target: Target::S3(bucket), secret, session_token })
}

/// A secret that stands there itself is not told.
fn read_secret(
    reader: &mut Reader<'_, '_>,
    key: &str,
    variable: &str,
    folder: &Path,
) -> Option<SecretRef> {
    let (value, span) = (reader.value(key)?, reader.key_span(key)?);
    let reference: Option<&DeTable<'_>> = value.get_ref().as_table();
    let Some(reference) = reference else {
        let message = format!("`{key}` takes a reference to a secret, never the secret itself");
        let hint = format!("for example `{key} = {{ env = \"{variable}\" }}`");
        reader.problem(Problem::new(span, message).with_hint(hint));
        return None;
    };
    match read_reference(key, &span, reference, folder) {
        Ok(reference) => Some(reference),
        Err(problem) => {
            reader.problem(problem);
            None
        }
    }
}
