//! `to`: where the rows of a sync go.

use std::path::Path;

use tollgate_destinations::Target;
use tollgate_destinations::postgres::Server;
use tollgate_vault::SecretRef;
use toml::Spanned;
use toml::de::DeTable;

use super::account::read_reference;
use super::reader::Reader;
use super::source::Problem;

/// The keys of the table.
const KEYS: [&str; 5] = ["postgres", "password", "schema", "tls", "ca_file"];
const FORM: &str = "for example `to = { postgres = \"postgres://USER@HOST/DATABASE\", password = \
                    { env = \"VARIABLE\" } }`";

/// Where the rows of a sync go, and where the password lies that is needed for it.
#[derive(Clone, Debug)]
pub struct DestinationConfig {
    /// The destination. A relative path is relative to the file.
    pub target: Target,
    /// The password of a database.
    pub password: Option<SecretRef>,
}

/// The value of `to`: a text, or a table for a database.
pub fn read(reader: &mut Reader<'_, '_>, folder: &Path) -> Option<Spanned<DestinationConfig>> {
    let value = reader.value("to")?;
    let Some(table) = value.get_ref().as_table() else {
        let target = reader.parsed::<Target>("to")?;
        let span = target.span();
        let target = target.into_inner();
        return Some(Spanned::new(span, DestinationConfig { target, password: None }));
    };
    let span = reader.key_span("to")?;
    let mut problems = Vec::new();
    let mut inner = Reader::new("`to`", span.clone(), table, &mut problems);
    let read = read_table(&mut inner, folder);
    // What is wrong in one of the keys is no destination: it would lack what the key says.
    let read = read.filter(|_| problems.is_empty());
    problems.into_iter().for_each(|problem| reader.problem(problem));
    Some(Spanned::new(span, read?))
}

fn read_table(reader: &mut Reader<'_, '_>, folder: &Path) -> Option<DestinationConfig> {
    reader.refuse_other_keys(&KEYS);
    let server = reader.parsed::<Server>("postgres");
    if server.is_none() && reader.value("postgres").is_none() {
        reader.missing("postgres", FORM);
    }
    let password = read_password(reader, folder);
    let mut server = server?.into_inner();
    for key in ["schema", "tls", "ca_file"] {
        let Some(value) = reader.text(key) else { continue };
        if let Err(error) = server.set(key, value.get_ref()) {
            reader.problem(Problem::from_error(value.span(), &error));
        }
    }
    if let (Err(error), Some(span)) = (server.check(), reader.key_span("ca_file")) {
        reader.problem(Problem::from_error(span, &error));
    }
    Some(DestinationConfig { target: Target::Postgres(server), password })
}

/// A password that stands there itself is not told.
fn read_password(reader: &mut Reader<'_, '_>, folder: &Path) -> Option<SecretRef> {
    let (value, span) = (reader.value("password")?, reader.key_span("password")?);
    let reference: Option<&DeTable<'_>> = value.get_ref().as_table();
    let Some(reference) = reference else {
        let message = "`password` takes a reference to a password, never the password itself";
        let hint = "for example `password = { env = \"PGPASSWORD\" }`";
        reader.problem(Problem::new(span, message).with_hint(hint));
        return None;
    };
    match read_reference("password", &span, reference, folder) {
        Ok(reference) => Some(reference),
        Err(problem) => {
            reader.problem(problem);
            None
        }
    }
}
