//! Streams with options, and the rows that have to come of them.

use std::path::Path;

use anyhow::{Context, ensure};
use futures_util::{StreamExt, stream};
use tollgate_destinations::Sqlite;
use tollgate_model::Column;
use tollgate_sync::plan::Choices;

use crate::rows::{self, Rows};
use crate::{Vendor, World};

/// Streams that are read side by side, each at its own pace: the time goes by in waiting for it.
const AT_ONCE: usize = 16;

/// A stream with options, and the rows that have to come of it.
pub struct Case {
    /// The stream.
    pub stream: &'static str,
    /// Its options.
    pub options: Vec<(&'static str, String)>,
    /// The rows, with all columns and perhaps more fields.
    pub expected: Rows,
}

impl<V: Vendor> World<V> {
    /// The columns of a stream that are known without the account.
    ///
    /// # Errors
    /// When there is no such stream.
    pub async fn columns(&self, stream: &str) -> anyhow::Result<Vec<Column>> {
        let session = self.session().await?;
        let described = session.connector().descriptor().stream(stream);
        Ok(described.with_context(|| format!("no stream {stream}"))?.columns.clone())
    }

    /// Reads every case into a database of its own and holds its rows against what is expected;
    /// `uniform` gives both one form where the provider has several.
    ///
    /// # Errors
    /// For all cases that do not hold.
    pub async fn hold(&self, cases: Vec<Case>, uniform: fn(Rows) -> Rows) -> anyhow::Result<()> {
        let count = cases.len();
        let runs = cases.into_iter().enumerate().map(|(at, case)| async move {
            let name = format!("{} with {:?}", case.stream, case.options);
            self.holds(at, case, uniform).await.err().map(|error| format!("{name}: {error:#}"))
        });
        let wrong: Vec<String> = stream::iter(runs)
            .buffer_unordered(AT_ONCE)
            .filter_map(std::future::ready)
            .collect()
            .await;
        ensure!(wrong.is_empty(), "{} of {count}:\n{}", wrong.len(), wrong.join("\n"));
        Ok(())
    }

    async fn holds(&self, at: usize, case: Case, uniform: fn(Rows) -> Rows) -> anyhow::Result<()> {
        let database = self.folder().join(format!("case-{at}.db"));
        let options: Vec<_> =
            case.options.iter().map(|(name, value)| (*name, value.as_str())).collect();
        let destination = Box::new(Sqlite::at(database.clone()));
        let run = self.sync_into(destination, case.stream, &options, Choices::default()).await?;
        let report = run.map_err(|failed| failed.error)?;
        let columns = self.columns(case.stream).await?;
        let stored = rows::stored(&database, case.stream, &columns)?;
        ensure!(
            report.rows == stored.len() as u64,
            "{} rows told, {} there",
            report.rows,
            stored.len()
        );
        rows::compare(&uniform(stored), &rows::typed(&uniform(case.expected), &columns)?)
    }

    /// Nothing of this is in an event or in a file of the world.
    ///
    /// # Errors
    /// Where it is.
    pub fn keeps(&self, secrets: &[&str]) -> anyhow::Result<()> {
        let events = serde_json::to_string(&self.events.all())?;
        for secret in secrets {
            ensure!(!events.contains(secret), "an event has {secret}");
            no_file_has(self.folder(), secret)?;
        }
        Ok(())
    }
}

fn no_file_has(folder: &Path, text: &str) -> anyhow::Result<()> {
    for entry in std::fs::read_dir(folder)? {
        let path = entry?.path();
        let bytes = std::fs::read(&path)?;
        let found = bytes.windows(text.len()).any(|window| window == text.as_bytes());
        ensure!(!found, "{} has {text}", path.display());
    }
    Ok(())
}
