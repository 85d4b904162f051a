//! `[packages]`: whose signed packages are trusted, and whether anything else may run.

use tollgate_model::{ConnectorId, Error, ErrorKind, Result};
use tollgate_runtime::PublicKey;
use toml::Spanned;
use toml::de::DeTable;

use super::reader::Reader;
use super::source::Problem;
use crate::output::line;

/// The keys of the table.
const KEYS: [&str; 2] = ["require_signed", "publishers"];
/// How a publisher is written, for hints.
const PUBLISHER_FORM: &str = "for example `publishers = { acme = \"ed25519:…\" }`";

/// What the file says of packages.
#[derive(Clone, Debug, Default)]
pub struct PackagesConfig {
    /// Whether only what the publishers signed is added and run. `None`: no.
    pub require_signed: Option<Spanned<bool>>,
    /// The publishers by the names that the user gave them, in the order of the file.
    pub publishers: Vec<(String, Spanned<PublicKey>)>,
}

impl PackagesConfig {
    /// The name of a publisher, if it has one. Not escaped.
    pub fn name_of(&self, publisher: &PublicKey) -> Option<&str> {
        let mut named = self.publishers.iter();
        named.find(|(_, key)| key.get_ref() == publisher).map(|(name, _)| name.as_str())
    }

    /// Whether a connector may be added and run that this publisher signed, or nobody.
    ///
    /// # Errors
    /// [`ErrorKind::Config`] where signatures are required and this is none of them.
    pub fn permits(&self, id: &ConnectorId, publisher: Option<&PublicKey>) -> Result<()> {
        if !self.require_signed.as_ref().is_some_and(|required| *required.get_ref()) {
            return Ok(());
        }
        let error = |message: String, hint: String| {
            Err(Error::new(ErrorKind::Config, message).with_hint(hint))
        };
        match publisher {
            None => error(
                format!("connector {id} is not signed, and `require_signed` of [packages] is set"),
                "`tollgate add FILE.tollgate` installs a signed package of it".to_owned(),
            ),
            Some(key) if self.name_of(key).is_none() => error(
                format!("connector {id} is signed by {key}, who is not among the publishers"),
                format!("if you trust it, `NAME = \"{key}\"` in [packages.publishers] says so"),
            ),
            Some(_) => Ok(()),
        }
    }
}

/// The table, if it is there.
pub fn read(table: &DeTable<'_>, problems: &mut Vec<Problem>) -> PackagesConfig {
    let mut reader = Reader::new("the file", 0..0, table, problems);
    let Some((span, table)) = reader.table("packages") else { return PackagesConfig::default() };
    let mut reader = Reader::new("`[packages]`", span, table, problems);
    reader.refuse_other_keys(&KEYS);
    let require_signed = reader.boolean("require_signed");
    let publishers = reader.table("publishers");
    match (&require_signed, &publishers) {
        (Some(required), None) if *required.get_ref() => {
            let message = "`require_signed` is set, and no publisher is named: nothing could run";
            reader.problem(Problem::new(required.span(), message).with_hint(PUBLISHER_FORM));
        }
        _ => {}
    }
    let publishers = publishers.map(|(span, table)| {
        read_publishers(&mut Reader::new("`[packages.publishers]`", span, table, problems), table)
    });
    PackagesConfig { require_signed, publishers: publishers.unwrap_or_default() }
}

fn read_publishers(
    reader: &mut Reader<'_, '_>,
    table: &DeTable<'_>,
) -> Vec<(String, Spanned<PublicKey>)> {
    let mut publishers = Vec::new();
    for name in table.keys() {
        if let Some(key) = reader.parsed::<PublicKey>(name.get_ref()) {
            publishers.push((line(name.get_ref()), key));
        }
    }
    publishers.sort_by_key(|(_, key)| key.span().start);
    publishers
}
