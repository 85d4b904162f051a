//! `tollgate account show`: what is set, from where, and no secret.

use serde::Serialize;
use tollgate_model::{AccountName, AuthMethod, AuthScheme, Descriptor, Field, FieldKind};

use super::view::TokensView;
use crate::commands::config::place;
use crate::config::{AccountConfig, FieldValue};
use crate::context::Context;
use crate::failure::Outcome;
use crate::host::Host;
use crate::output::{self, line};

/// An account in `--json`.
#[derive(Serialize)]
struct ShownView {
    account: String,
    connector: String,
    auth: String,
    fields: Vec<FieldView>,
    tokens: Option<TokensView>,
}

/// A field of it.
#[derive(Serialize)]
struct FieldView {
    name: String,
    secret: bool,
    required: bool,
    /// Where its value is from; absent where it is not set.
    from: Option<String>,
}

/// Shows an account.
///
/// # Errors
/// [`tollgate_model::ErrorKind::Config`] where there is none of that name, its connector is not
/// installed, or the vault cannot be opened.
pub async fn run(name: &AccountName, context: &Context) -> Outcome {
    let (host, config) = Host::with_config(context)?;
    let account = config.account(name)?;
    let connector = host.connector(account.connector.get_ref().as_str()).await?;
    let tokens = host.vault().tokens(name)?;
    let file = config.source.path().display().to_string();
    let method = match &account.auth {
        Some(auth) => connector.descriptor().auth_method(auth.get_ref()),
        None => connector.descriptor().auth_methods.first(),
    };
    let (auth, fields) = described(account, connector.descriptor(), method, &file);
    let is_exchange =
        method.is_some_and(|method| matches!(method.scheme, AuthScheme::TokenExchange(_)));
    let view = ShownView {
        account: name.to_string(),
        connector: account.connector.get_ref().to_string(),
        auth,
        fields,
        tokens: tokens.as_ref().map(TokensView::from),
    };
    match context.args.json {
        true => output::print_json(&view),
        false => output::print(&text(&view, is_exchange, context.width())),
    }
}

fn described(
    account: &AccountConfig,
    descriptor: &Descriptor,
    method: Option<&AuthMethod>,
    file: &str,
) -> (String, Vec<FieldView>) {
    let of_method = method.map(|method| method.fields.as_slice()).unwrap_or_default();
    let fields = descriptor.account_fields.iter().chain(of_method);
    let field = |field: &Field| FieldView {
        name: field.name.clone(),
        secret: field.kind == FieldKind::Secret,
        required: field.required,
        from: account.fields.get(&field.name).map(|entered| match &entered.value {
            FieldValue::Plain(_) => file.to_owned(),
            FieldValue::Reference(reference) => place(reference),
        }),
    };
    let named = account.auth.as_ref().map(|auth| auth.get_ref().clone());
    let auth = named.or_else(|| method.map(|method| method.name.clone())).unwrap_or_default();
    (auth, fields.map(field).collect())
}

fn text(view: &ShownView, is_exchange: bool, width: u16) -> String {
    let mut text =
        format!("{}: {}, auth method {}\n\n", view.account, view.connector, line(&view.auth));
    let mut table = output::table(&["field", "kind", "from"], width);
    for field in &view.fields {
        table.add_row([
            line(&field.name),
            if field.secret { "secret".to_owned() } else { "setting".to_owned() },
            match (&field.from, field.required) {
                (Some(from), _) => line(from),
                (None, true) => "not set, and required".to_owned(),
                (None, false) => "not set".to_owned(),
            },
        ]);
    }
    text.push_str(&output::indented(&table, 0));
    let Some(tokens) = &view.tokens else {
        text.push_str(match is_exchange {
            true => "\ntokens: had by signing in when they are needed, and kept nowhere\n",
            false => "\ntokens: none in the vault\n",
        });
        return text;
    };
    text.push_str(&format!("\ntokens: since {}, {}\n", tokens.obtained_at(), tokens.lasts()));
    if let Some(at) = tokens.expires_at() {
        text.push_str(&format!("  access token until {at}\n"));
    }
    if let Some(scope) = tokens.scope() {
        text.push_str(&format!("  scopes {}\n", line(scope)));
    }
    text
}
