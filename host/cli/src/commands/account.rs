//! `tollgate account`: the logins of the configuration, and the tokens they were given.

mod connect;
mod list;
mod remove;
mod show;
mod test;
mod view;

use clap::{Args, Subcommand};
use tollgate_model::AccountName;

use crate::context::Context;
use crate::failure::Outcome;

const EXAMPLES: &str = "\
Examples:
  tollgate account connect acme               consent in a browser
  tollgate account connect acme --device      consent on another device
  tollgate account connect acme --port 8400 --no-browser
  tollgate account list
  tollgate account show acme --json
  tollgate account test acme
  tollgate account remove acme                forget its tokens

An account is written in tollgate.toml; `tollgate help config` says how. One that signs in by
OAuth 2 is connected once: its tokens go into the vault, encrypted, and renew themselves from
then on. Any other signs in by its fields alone, whenever it has to. A provider that wants to
know the redirect address beforehand is told http://127.0.0.1:PORT/callback, with the PORT that
--port names.";

/// The arguments of `account`.
#[derive(Args, Debug)]
#[command(about = "Connect accounts, and look at them", after_help = EXAMPLES)]
pub struct AccountArgs {
    /// What to do.
    #[command(subcommand)]
    pub command: AccountCommand,
}

/// What to do with accounts.
#[derive(Debug, Subcommand)]
pub enum AccountCommand {
    Connect(connect::ConnectArgs),
    /// List the accounts, and which of them are connected
    List,
    /// Show which fields of an account are set, from where, and its tokens' dates; never a secret
    Show(NameArgs),
    /// See that an account's credentials work, as `tollgate check` does
    Test(NameArgs),
    /// Remove an account's tokens from the vault; its entry in tollgate.toml stays
    Remove(NameArgs),
}

/// Which account.
#[derive(Args, Debug)]
pub struct NameArgs {
    /// The account
    pub name: AccountName,
}

impl AccountArgs {
    /// Whether it makes requests.
    pub fn uses_network(&self) -> bool {
        matches!(self.command, AccountCommand::Connect(_) | AccountCommand::Test(_))
    }
}

/// Carries it out.
///
/// # Errors
/// Those of what is done.
pub async fn run(args: &AccountArgs, context: &Context) -> Outcome {
    match &args.command {
        AccountCommand::Connect(args) => connect::run(args, context).await,
        AccountCommand::List => list::run(context),
        AccountCommand::Show(args) => show::run(&args.name, context).await,
        AccountCommand::Test(args) => test::run(&args.name, context).await,
        AccountCommand::Remove(args) => remove::run(&args.name, context).await,
    }
}
