//! `tollgate check`: whether credentials work.

use clap::Args;
use serde::Serialize;
use tollgate_model::AccountName;

use super::reading;
use crate::config::{AccountConfig, Config};
use crate::context::Context;
use crate::failure::{Failure, Outcome};
use crate::host::Host;
use crate::output::{self, line};

const EXAMPLES: &str = "\
Examples:
  tollgate check
  tollgate check --account acme
  tollgate check --json";

/// The arguments of `check`.
#[derive(Args, Debug)]
#[command(
    about = "See that credentials work, and whose they are",
    after_help = EXAMPLES,
    long_about = "See that credentials work, and whose they are.\n\nMakes the least costly request \
                  that needs them, for one account or for every account of the file."
)]
pub struct CheckArgs {
    /// The account [default: all]
    #[arg(long, value_name = "NAME")]
    pub account: Option<AccountName>,
}

/// An account in `--json`.
#[derive(Serialize)]
struct CheckView {
    account: String,
    connector: String,
    ok: bool,
    identity: Option<String>,
    error: Option<String>,
}

/// Signs in with each account. One that fails does not stop the others.
///
/// # Errors
/// Those of the accounts that failed.
pub async fn run(args: &CheckArgs, context: &Context) -> Outcome {
    let (host, config) = Host::with_config(context)?;
    let accounts = match &args.account {
        Some(name) => vec![config.account(name)?],
        None if config.accounts.is_empty() => vec![reading::account(&config, None)?],
        None => config.accounts.iter().collect(),
    };
    let (mut views, mut errors) = (Vec::new(), Vec::new());
    for account in accounts {
        let outcome = check(&host, context, &config, account).await;
        if !context.args.json
            && let Ok(identity) = &outcome
        {
            output::print(&format!("{}: {}\n", account.name, line(identity)))?;
        }
        views.push(view(account, &outcome));
        match outcome {
            Ok(_) => {}
            Err(Failure::Errors(failed)) => errors.extend(failed),
            Err(other) => return Err(other),
        }
    }
    if context.args.json {
        output::print_json(&views)?;
    }
    if errors.is_empty() { Ok(()) } else { Err(Failure::Errors(errors)) }
}

async fn check(
    host: &Host<'_>,
    context: &Context,
    config: &Config,
    account: &AccountConfig,
) -> Outcome<String> {
    let (_, session) = reading::connect(host, context, config, account).await?;
    let identity = session.check().await;
    Ok(identity.map_err(|error| error.context(format_args!("account {}", account.name)))?)
}

fn view(account: &AccountConfig, outcome: &Outcome<String>) -> CheckView {
    CheckView {
        account: account.name.to_string(),
        connector: account.connector.get_ref().to_string(),
        ok: outcome.is_ok(),
        identity: outcome.as_ref().ok().cloned(),
        error: match outcome {
            Err(Failure::Errors(errors)) => errors.first().map(ToString::to_string),
            _ => None,
        },
    }
}
