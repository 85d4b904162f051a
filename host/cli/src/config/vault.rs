//! `[vault]`: where tokens are kept, and where the key to them lies.

use std::path::{Path, PathBuf};

use tollgate_vault::SecretRef;
use toml::Spanned;
use toml::de::DeTable;

use super::account::read_reference;
use super::reader::Reader;
use super::source::{Problem, Source};

/// The keys of the table.
const KEYS: [&str; 2] = ["file", "key"];

/// What the file says of the vault.
#[derive(Clone, Debug, Default)]
pub struct VaultConfig {
    /// Its file. `None`: the default.
    pub file: Option<Spanned<PathBuf>>,
    /// Where its key lies. `None`: in a file of its own.
    pub key: Option<Spanned<SecretRef>>,
}

/// The table, if it is there.
pub fn read(source: &Source, table: &DeTable<'_>, problems: &mut Vec<Problem>) -> VaultConfig {
    let mut reader = Reader::new("the file", 0..0, table, problems);
    let Some((span, table)) = reader.table("vault") else { return VaultConfig::default() };
    let folder = source.path().parent().unwrap_or(Path::new(""));
    let mut reader = Reader::new("`[vault]`", span, table, problems);
    reader.refuse_other_keys(&KEYS);
    VaultConfig { file: reader.path("file", folder), key: read_key(&mut reader, folder) }
}

/// A key that stands there itself is not told: it opens the vault.
fn read_key(reader: &mut Reader<'_, '_>, folder: &Path) -> Option<Spanned<SecretRef>> {
    let (value, span) = (reader.value("key")?, reader.key_span("key")?);
    let Some(table) = value.get_ref().as_table() else {
        let problem = Problem::new(span, "`key` takes a reference to a key, never the key itself");
        reader.problem(problem.with_hint("for example `key = { env = \"TOLLGATE_VAULT_KEY\" }`"));
        return None;
    };
    match read_reference("key", &span, table, folder) {
        Ok(reference) => Some(Spanned::new(span, reference)),
        Err(problem) => {
            reader.problem(problem);
            None
        }
    }
}
