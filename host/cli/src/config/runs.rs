//! `[runs]`: where runs are remembered, and how many.

use std::path::{Path, PathBuf};

use tollgate_runs::Keep;
use toml::Spanned;
use toml::de::DeTable;

use super::reader::Reader;
use super::source::{Problem, Source};

/// The keys of the table.
const KEYS: [&str; 4] = ["file", "per_sync", "days", "log_lines"];
/// The most of anything that is kept: the store is a file that is looked through, and no archive.
const KEPT_MAX: u64 = 100_000;

/// What the file says of runs. What it does not say is as in [`Keep::default`].
#[derive(Clone, Debug, Default)]
pub struct RunsConfig {
    /// The file of the store.
    pub file: Option<Spanned<PathBuf>>,
    /// Runs of each sync.
    pub per_sync: Option<Spanned<u32>>,
    /// Days after which they go.
    pub days: Option<Spanned<u32>>,
    /// Log lines of each run.
    pub log_lines: Option<Spanned<u32>>,
}

impl RunsConfig {
    /// How much is kept.
    pub fn keep(&self) -> Keep {
        let default = Keep::default();
        let or = |number: &Option<Spanned<u32>>, default| {
            number.as_ref().map_or(default, |number| *number.get_ref())
        };
        Keep {
            runs_per_sync: or(&self.per_sync, default.runs_per_sync),
            days: or(&self.days, default.days),
            log_lines: or(&self.log_lines, default.log_lines),
        }
    }
}

/// The table, if it is there.
pub fn read(source: &Source, table: &DeTable<'_>, problems: &mut Vec<Problem>) -> RunsConfig {
    let mut reader = Reader::new("the file", 0..0, table, problems);
    let Some((span, table)) = reader.table("runs") else { return RunsConfig::default() };
    let folder = source.path().parent().unwrap_or(Path::new(""));
    let mut reader = Reader::new("`[runs]`", span, table, problems);
    reader.refuse_other_keys(&KEYS);
    RunsConfig {
        file: reader.path("file", folder),
        per_sync: number(&mut reader, "per_sync"),
        days: number(&mut reader, "days"),
        log_lines: number(&mut reader, "log_lines"),
    }
}

fn number(reader: &mut Reader<'_, '_>, key: &str) -> Option<Spanned<u32>> {
    let span = reader.key_span(key)?;
    let number = reader.integer(key, 1, KEPT_MAX)?;
    u32::try_from(number).ok().map(|number| Spanned::new(span, number))
}
