//! `tollgate account remove`: forgets an account's tokens.

use std::sync::Arc;
use std::time::Duration;

use serde::Serialize;
use tollgate_model::{AccountName, Error, ErrorKind};

use crate::context::Context;
use crate::failure::Outcome;
use crate::output;

/// How long another process may have the vault. A minute: longer than renewing a token takes.
const PATIENCE: Duration = Duration::from_secs(60);

/// What came of it, in `--json`.
#[derive(Serialize)]
struct RemovedView {
    account: String,
    removed: bool,
}

/// Removes the tokens of an account, also of one that is not in the file any more.
///
/// # Errors
/// [`ErrorKind::Config`] where neither the file nor the vault has the account, and where the vault
/// cannot be changed.
pub async fn run(name: &AccountName, context: &Context) -> Outcome {
    let config = context.project.load_config()?;
    let vault = context.vault_settings(Some(&config)).open(&context.messages);
    let is_written = config.account(name);
    let has_tokens = vault.tokens(name)?.is_some();
    let removed = match has_tokens {
        true => remove(vault, name.clone()).await?,
        false => {
            is_written.as_ref().map_err(|error| {
                let text = format!("{error}, and the vault has no tokens of it");
                Error::new(ErrorKind::Config, text)
            })?;
            false
        }
    };
    if context.args.json {
        output::print_json(&RemovedView { account: name.to_string(), removed })?;
    }
    let file = config.source.path().display();
    context.messages.say(&match (removed, is_written.is_ok()) {
        (true, true) => format!("removed the tokens of {name}; its entry in {file} stays"),
        (true, false) => format!("removed the tokens of {name}, which is not in {file}"),
        (false, _) => format!("the vault has no tokens of {name}; its entry in {file} stays"),
    });
    Ok(())
}

/// On a thread that may wait for a lock.
async fn remove(
    vault: Arc<tollgate_vault::Vault>,
    name: AccountName,
) -> tollgate_model::Result<bool> {
    let work = move || vault.lock(PATIENCE)?.remove(&name);
    tokio::task::spawn_blocking(work).await.unwrap_or_else(|error| {
        Err(Error::new(ErrorKind::Bug, "removing tokens broke off").with_source(error))
    })
}
