//! The configuration file `tollgate.toml`: its own types, read with positions, so that every problem
//! names its line. What only a connector knows (its account fields, its streams and their options)
//! is checked where the connector is loaded.

mod account;
mod destination;
mod notify;
mod origins;
mod packages;
mod reader;
mod runs;
mod schedule;
mod source;
mod sync;
mod vault;

use std::path::Path;

use tollgate_egress::Remap;
use tollgate_model::{AccountName, Error, ErrorKind, SyncName, near_miss};
use tollgate_runtime::Limits;
use toml::Spanned;
use toml::de::DeTable;

pub use account::{AccountConfig, FieldValue, OWN_KEYS};
pub use destination::DestinationConfig;
pub use notify::{NotifyConfig, TIMEOUT_DEFAULT};
pub use packages::PackagesConfig;
pub use runs::RunsConfig;
pub use schedule::Scheduled;
pub use source::{Problem, Source};
pub use sync::{Places, Streams, SyncConfig};
pub use vault::VaultConfig;

use crate::failure::{Failure, Outcome};
use crate::limits;
use reader::Reader;

/// The tables of the file.
const TABLES: [&str; 8] =
    ["accounts", "syncs", "packages", "limits", "origins", "vault", "runs", "notify"];

/// A configuration file that is well-formed in itself.
#[derive(Clone, Debug)]
pub struct Config {
    /// Its text, for problems found later.
    pub source: Source,
    /// The accounts, in the order of the file.
    pub accounts: Vec<AccountConfig>,
    /// The syncs, in the order of the file.
    pub syncs: Vec<SyncConfig>,
    /// Whose signed packages are trusted, and whether anything else may run.
    pub packages: PackagesConfig,
    /// The limits that it sets: key and value.
    pub limits: Vec<(Spanned<String>, String)>,
    /// The origins that are somewhere else.
    pub origins: Vec<Spanned<Remap>>,
    /// Where tokens are kept.
    pub vault: VaultConfig,
    /// What is remembered of runs.
    pub runs: RunsConfig,
    /// What is run when a sync begins to fail or works again.
    pub notify: Option<NotifyConfig>,
}

impl Config {
    /// Reads the file.
    ///
    /// # Errors
    /// [`ErrorKind::Config`], one error for each problem, with the line it is on.
    pub fn load(path: &Path) -> Outcome<Self> {
        let text = std::fs::read_to_string(path).map_err(|error| cannot_read(path, error))?;
        Config::parse(Source::new(path, text))
    }

    /// Reads the text of a file.
    ///
    /// # Errors
    /// As [`Config::load`].
    pub fn parse(source: Source) -> Outcome<Self> {
        let mut problems = Vec::new();
        let config = match DeTable::parse(source.text()) {
            Ok(table) => read(&source, table.get_ref(), &mut problems),
            Err(error) => return Err(not_toml(&source, &error)),
        };
        if problems.is_empty() { Ok(config) } else { Err(source.failure(problems)) }
    }

    /// What a file says of packages, whatever else is wrong with it.
    ///
    /// # Errors
    /// As [`Config::load`], where the file cannot be read, is not TOML, or is wrong in this.
    pub fn load_packages(path: &Path) -> Outcome<PackagesConfig> {
        let text = std::fs::read_to_string(path).map_err(|error| cannot_read(path, error))?;
        let source = Source::new(path, text);
        let mut problems = Vec::new();
        let table = DeTable::parse(source.text()).map_err(|error| not_toml(&source, &error))?;
        let packages = packages::read(table.get_ref(), &mut problems);
        if problems.is_empty() { Ok(packages) } else { Err(source.failure(problems)) }
    }

    /// The account of this name.
    ///
    /// # Errors
    /// [`ErrorKind::Config`] where there is none.
    pub fn account(&self, name: &AccountName) -> Result<&AccountConfig, Error> {
        self.accounts.iter().find(|account| account.name == *name).ok_or_else(|| {
            let known = self.accounts.iter().map(|account| account.name.as_str());
            Error::new(ErrorKind::Config, format!("there is no account `{name}`"))
                .with_hint(near_miss::hint(name.as_str(), known))
        })
    }

    /// The sync of this name.
    ///
    /// # Errors
    /// [`ErrorKind::Config`] where there is none.
    pub fn sync(&self, name: &SyncName) -> Result<&SyncConfig, Error> {
        self.syncs.iter().find(|sync| sync.name == *name).ok_or_else(|| {
            let known = self.syncs.iter().map(|sync| sync.name.as_str());
            Error::new(ErrorKind::Config, format!("there is no sync `{name}`"))
                .with_hint(near_miss::hint(name.as_str(), known))
        })
    }
}

fn cannot_read(path: &Path, error: std::io::Error) -> Error {
    let path = path.display();
    if error.kind() == std::io::ErrorKind::NotFound {
        return Error::new(ErrorKind::Config, format!("there is no configuration file {path}"))
            .with_hint("`tollgate init` writes one; --config FILE or --project DIR names another");
    }
    Error::new(ErrorKind::Config, format!("the configuration file {path} cannot be read"))
        .with_source(error)
}

fn not_toml(source: &Source, error: &toml::de::Error) -> Failure {
    // The parser's messages quote no values of the file.
    let message = format!("not TOML: {}", error.message());
    source.failure(vec![Problem::new(error.span().unwrap_or_default(), message)])
}

fn read(source: &Source, table: &DeTable<'_>, problems: &mut Vec<Problem>) -> Config {
    let accounts = account::read_all(source, table, problems);
    let syncs = sync::read_all(source, table, problems);
    check_accounts_of_syncs(&accounts, &syncs, table, problems);
    let packages = packages::read(table, problems);
    let limits = read_limits(table, problems);
    let origins = origins::read_all(table, problems);
    let vault = vault::read(source, table, problems);
    let runs = runs::read(source, table, problems);
    let notify = notify::read(source, table, problems);
    Reader::new("the file", 0..0, table, problems).refuse_other_keys(&TABLES);
    let source = source.clone();
    Config { source, accounts, syncs, packages, limits, origins, vault, runs, notify }
}

/// Whether every sync names an account of the file. One whose own table is faulty counts too, so
/// that a single mistake is told once.
fn check_accounts_of_syncs(
    accounts: &[AccountConfig],
    syncs: &[SyncConfig],
    table: &DeTable<'_>,
    problems: &mut Vec<Problem>,
) {
    let faulty = Reader::new("the file", 0..0, table, problems).table("accounts");
    let is_written = |name: &AccountName| {
        faulty
            .as_ref()
            .is_some_and(|(_, table)| table.keys().any(|key| key.get_ref() == name.as_str()))
    };
    for sync in syncs {
        let name = sync.account.get_ref();
        if !is_written(name) {
            let known = accounts.iter().map(|account| account.name.as_str());
            let hint = near_miss::hint(name.as_str(), known);
            let message = format!("there is no account `{name}`");
            problems.push(Problem::new(sync.account.span(), message).with_hint(hint));
        }
    }
}

fn read_limits(table: &DeTable<'_>, problems: &mut Vec<Problem>) -> Vec<(Spanned<String>, String)> {
    let mut reader = Reader::new("the file", 0..0, table, problems);
    let Some((_, table)) = reader.table("limits") else { return Vec::new() };
    let mut limits = Vec::new();
    let mut keys: Vec<_> = table.iter().collect();
    keys.sort_by_key(|(key, _)| key.span().start);
    for (key, value) in keys {
        let is_list = value.get_ref().is_array();
        let values = reader::plain_values(value.get_ref()).filter(|_| !is_list);
        let [text] = values.as_deref().unwrap_or_default() else {
            let found = reader::type_name(value.get_ref());
            let message = format!("`{}` takes a limit, not {found}", key.get_ref().escape_debug());
            problems.push(Problem::new(value.span(), message));
            continue;
        };
        // Tried on limits that nobody uses: what is wrong is told before anything runs.
        match limits::set(&mut Limits::default(), key.get_ref(), text) {
            Ok(()) => {
                limits.push((Spanned::new(key.span(), key.get_ref().to_string()), text.clone()));
            }
            Err(error) => {
                let known = limits::find(key.get_ref()).is_ok();
                let span = if known { value.span() } else { key.span() };
                problems.push(Problem::from_error(span, &error));
            }
        }
    }
    limits
}

#[cfg(test)]
mod tests;
