//! Syncs of which everything was checked that can be without a request.

use std::collections::BTreeMap;

use tollgate_model::{Error, ErrorKind, Result};
use tollgate_runs::Store;
use tollgate_sync::Mode;

use super::access::Access;
use super::accounts::{Accounts, OpenAccount};
use super::jobs::{Job, Part};
use crate::config::Config;
use crate::failure::{Failure, Outcome};

/// A sync that was checked, and what it needs to run.
pub struct Prepared {
    /// The sync.
    pub job: Job,
    /// Its account and streams; or why it cannot run.
    pub ready: Outcome<Ready>,
}

/// What a sync needs to run.
pub struct Ready {
    /// Its account.
    pub account: OpenAccount,
    /// What is loaded of its streams.
    pub parts: Vec<Part>,
    /// What its destination is reached with.
    pub access: Access,
}

impl Prepared {
    /// Checks a sync.
    pub async fn of(job: Job, accounts: &Accounts<'_>) -> Self {
        let ready = ready(&job, accounts).await;
        Prepared { job, ready }
    }

    /// Whether it can never run as it is written.
    pub fn is_misconfigured(&self) -> bool {
        matches!(&self.ready, Err(Failure::Errors(errors))
            if errors.iter().any(|error| error.kind() == ErrorKind::Config))
    }

    /// What is to be told of it before it runs.
    pub fn notes(&self) -> Vec<String> {
        let notes = |ready: &Ready| {
            self.job.notes(&ready.parts, ready.account.session.connector().descriptor())
        };
        self.ready.as_ref().map(notes).unwrap_or_default()
    }

    fn tables(&self) -> Vec<(String, Mode)> {
        let parts = self.ready.as_ref().map(|ready| ready.parts.as_slice()).unwrap_or_default();
        let tables =
            |part: &Part| part.tables().into_iter().zip(std::iter::repeat(self.job.mode_of(part)));
        parts.iter().flat_map(tables).collect()
    }
}

async fn ready(job: &Job, accounts: &Accounts<'_>) -> Outcome<Ready> {
    let account = accounts.get(&job.account).await?;
    let parts = job.check(&account.session, accounts.source())?;
    let access = job.access(accounts.messages())?;
    Ok(Ready { account, parts, access })
}

/// Refuses a sync that would load a table that another one replaces, or the other way round: what is
/// there in the end would depend on which came last.
pub fn refuse_shared_tables(prepared: &mut [Prepared]) {
    let mut owners: BTreeMap<(String, String), (String, Mode)> = BTreeMap::new();
    for sync in prepared {
        for (table, mode) in sync.tables() {
            // SQLite and some file systems take names that differ in case for the same.
            let key = (sync.job.to.place(), table.to_lowercase());
            let mine = (sync.job.label.clone(), mode);
            let owner = owners.entry(key).or_insert_with(|| mine.clone());
            let both_append = owner.1 == Mode::Append && mine.1 == Mode::Append;
            if *owner != mine && !both_append || *owner == mine && is_twice(&sync.tables(), &table)
            {
                let message =
                    format!("sync {} loads table {table} of {} too", owner.0, sync.job.to);
                let hint = "give one of them another `table` or `to`, or let both append";
                sync.ready = Err(Error::new(ErrorKind::Config, message).with_hint(hint).into());
                break;
            }
        }
    }
}

/// Refuses a sync without data that loads what another one loaded that is in the file no more: under
/// its new name it would begin anew beside the rows that are there.
///
/// # Errors
/// As [`Store::namesakes`].
pub fn refuse_renamed(prepared: &mut [Prepared], store: &Store, config: &Config) -> Result<()> {
    for sync in prepared.iter_mut().filter(|sync| sync.job.is_as_written()) {
        let tables: Vec<String> = sync.tables().into_iter().map(|(table, _)| table).collect();
        let namesakes = store.namesakes(&sync.job.label, &sync.job.route, &tables)?;
        let is_written = |name: &str| config.syncs.iter().any(|sync| sync.name.as_str() == name);
        let Some(before) = namesakes.into_iter().find(|name| !is_written(name)) else { continue };
        let message = format!(
            "sync {} loads what sync {before} has loaded, which is not in the file any more: the \
             name of a sync with data is fixed",
            sync.job.label
        );
        let hint = format!("call it `{before}` again, or `tollgate forget {before}`");
        sync.ready = Err(Error::new(ErrorKind::Config, message).with_hint(hint).into());
    }
    Ok(())
}

fn is_twice(tables: &[(String, Mode)], table: &str) -> bool {
    tables.iter().filter(|(other, _)| other.eq_ignore_ascii_case(table)).count() > 1
}

/// Syncs with their positions, those into one destination together: a file has one writer, so that
/// they follow each other.
pub fn by_destination(prepared: Vec<Prepared>) -> Vec<Vec<(usize, Prepared)>> {
    let mut groups: Vec<Vec<(usize, Prepared)>> = Vec::new();
    for (position, sync) in prepared.into_iter().enumerate() {
        let same = |group: &&mut Vec<(usize, Prepared)>| {
            group.iter().any(|(_, other)| other.job.to.place() == sync.job.to.place())
        };
        match groups.iter_mut().find(same) {
            Some(group) => group.push((position, sync)),
            None => groups.push(vec![(position, sync)]),
        }
    }
    groups
}
