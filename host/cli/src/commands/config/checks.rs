//! `tollgate config check`.

use std::sync::Arc;

use serde::Serialize;
use tollgate_model::Unobserved;
use tollgate_runtime::Session;

use crate::commands::sync::jobs::Job;
use crate::config::{AccountConfig, Config};
use crate::context::Context;
use crate::failure::{Failure, Outcome};
use crate::host::{Host, without_secrets};
use crate::views::ErrorView;
use crate::{output, quantities};

/// What was found, in `--json`.
#[derive(Serialize)]
struct CheckedView {
    file: String,
    ok: bool,
    accounts: usize,
    syncs: usize,
    problems: Vec<ErrorView>,
}

/// Checks the file by itself and against the installed connectors.
///
/// # Errors
/// One for each problem.
pub async fn run(context: &Context) -> Outcome {
    let outcome = check(context).await;
    let path = context.project.config_path().display().to_string();
    if context.args.json {
        let problems = match &outcome {
            Err(Failure::Errors(errors)) => errors.iter().map(ErrorView::from).collect(),
            _ => Vec::new(),
        };
        let (accounts, syncs) = *outcome.as_ref().unwrap_or(&(0, 0));
        let ok = outcome.is_ok();
        output::print_json(&CheckedView { file: path, ok, accounts, syncs, problems })?;
    } else if let Ok((accounts, syncs)) = outcome {
        output::print(&format!(
            "{path} is right: {}, {}\n",
            quantities::counted(accounts as u64, "account"),
            quantities::counted(syncs as u64, "sync")
        ))?;
    }
    outcome.map(|_| ())
}

async fn check(context: &Context) -> Outcome<(usize, usize)> {
    let (host, config) = Host::with_config(context)?;
    let mut errors = Vec::new();
    for account in &config.accounts {
        match session(&host, &config, account).await {
            Err(Failure::Errors(found)) => errors.extend(found),
            Err(closed) => return Err(closed),
            Ok(session) => {
                for sync in config.syncs.iter().filter(|s| *s.account.get_ref() == account.name) {
                    let job = Job::of_config(sync, &context.project);
                    match job.check(&session, &config.source) {
                        Err(Failure::Errors(found)) => errors.extend(found),
                        Err(closed) => return Err(closed),
                        Ok(_) => {}
                    }
                }
            }
        }
    }
    if errors.is_empty() {
        return Ok((config.accounts.len(), config.syncs.len()));
    }
    Err(Failure::Errors(errors))
}

/// A session that makes no request, for an account whose secrets were not read.
async fn session(host: &Host<'_>, config: &Config, account: &AccountConfig) -> Outcome<Session> {
    let connector = host.connector(account.connector.get_ref().as_str()).await?;
    let checked = without_secrets(account, connector.descriptor(), &config.source)?;
    Ok(connector.connect(&checked, host.access(account, Arc::new(Unobserved))?)?)
}
