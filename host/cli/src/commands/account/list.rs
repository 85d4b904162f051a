//! `tollgate account list`.

use std::collections::BTreeMap;

use serde::Serialize;
use tollgate_vault::Tokens;

use super::view::TokensView;
use crate::config::AccountConfig;
use crate::context::Context;
use crate::failure::Outcome;
use crate::output::{self, line};

/// An account in `--json`.
#[derive(Serialize)]
struct AccountView {
    account: String,
    /// Absent where the vault has tokens of an account that is not in the file any more.
    connector: Option<String>,
    auth: Option<String>,
    tokens: Option<TokensView>,
}

/// Lists the accounts of the file, and those of which only tokens are left.
///
/// # Errors
/// [`tollgate_model::ErrorKind::Config`] where the file is faulty or the vault cannot be opened.
pub fn run(context: &Context) -> Outcome {
    let config = context.project.load_config()?;
    let vault = context.vault_settings(Some(&config)).open(&context.messages);
    let mut tokens = vault.all()?;
    let mut views: Vec<AccountView> =
        config.accounts.iter().map(|account| view(account, &mut tokens)).collect();
    views.extend(tokens.iter().map(|(name, tokens)| AccountView {
        account: name.clone(),
        connector: None,
        auth: None,
        tokens: Some(TokensView::from(tokens)),
    }));
    if context.args.json {
        return output::print_json(&views);
    }
    if views.is_empty() {
        context.messages.say("there is no account; `tollgate init` shows how one is written");
        return Ok(());
    }
    output::print(&text(&views, context.width()))
}

fn view(account: &AccountConfig, tokens: &mut BTreeMap<String, Tokens>) -> AccountView {
    AccountView {
        account: account.name.to_string(),
        connector: Some(account.connector.get_ref().to_string()),
        auth: account.auth.as_ref().map(|auth| auth.get_ref().clone()),
        tokens: tokens.remove(account.name.as_str()).as_ref().map(TokensView::from),
    }
}

fn text(views: &[AccountView], width: u16) -> String {
    let mut table = output::table(&["account", "connector", "auth", "tokens"], width);
    for view in views {
        table.add_row([
            line(&view.account),
            view.connector.clone().unwrap_or_else(|| "not in tollgate.toml".to_owned()),
            view.auth.as_deref().map_or_else(|| "the connector's first".to_owned(), line),
            view.tokens.as_ref().map_or_else(|| "none".to_owned(), TokensView::lasts),
        ]);
    }
    output::indented(&table, 0)
}
