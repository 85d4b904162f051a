//! `tollgate account connect`: has the user consent, and keeps the tokens.

use std::process::{Command, Stdio};
use std::sync::Arc;
use std::time::Duration;

use clap::Args;
use serde::Serialize;
use tollgate_model::{AccountName, Error, ErrorKind, Observer, SystemClock};
use tollgate_model::{Clock, OAuth2Grant};
use tollgate_runtime::{Connected, DevicePrompt, Redirect, SignIn};

use crate::context::Context;
use crate::failure::{Outcome, moment};
use crate::host::Host;
use crate::messages::Messages;
use crate::output::{self, line};
use crate::progress::Quietly;
use crate::quantities;

/// How long a user may take to consent. 10 minutes: a password may have to be looked up first.
const PATIENCE: Duration = Duration::from_secs(600);

/// Connect an account by OAuth 2: consent in a browser or on another device
#[derive(Args, Debug)]
pub struct ConnectArgs {
    /// The account
    pub name: AccountName,

    /// Consent on another device, with a code
    #[arg(long, conflicts_with_all = ["port", "no_browser"])]
    pub device: bool,

    /// The port of 127.0.0.1 to which the browser comes back [default: a free one]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..))]
    pub port: Option<u16>,

    /// Open no browser; the address is printed in any case
    #[arg(long)]
    pub no_browser: bool,
}

/// What came of it, in `--json`.
#[derive(Serialize)]
struct ConnectedView {
    account: String,
    scope: Option<String>,
    expires_at: Option<String>,
    renewable: bool,
    vault: String,
}

/// Connects an account.
///
/// # Errors
/// As [`Host::sign_in`], and those of [`SignIn`].
pub async fn run(args: &ConnectArgs, context: &Context) -> Outcome {
    let (host, config) = Host::with_config(context)?;
    let account = config.account(&args.name)?;
    let connector = host.connector(account.connector.get_ref().as_str()).await?;
    let label = format!("account {}", account.name);
    let observer: Arc<dyn Observer> = Arc::new(Quietly::new(&context.messages, label));
    let sign_in = host.sign_in(&connector, &config, account, observer)?;
    let connected = consent(&sign_in, args, &context.messages).await?;
    report(&connected, &host, args, context)
}

async fn consent(
    sign_in: &SignIn,
    args: &ConnectArgs,
    messages: &Messages,
) -> tollgate_model::Result<Connected> {
    let by_browser = args.port.is_some() || args.no_browser;
    let grant =
        [OAuth2Grant::AuthorizationCode, OAuth2Grant::DeviceCode, OAuth2Grant::ClientCredentials];
    let offered = grant.into_iter().find(|grant| sign_in.offers(*grant));
    match (args.device, by_browser, offered) {
        (true, _, _) | (false, false, Some(OAuth2Grant::DeviceCode)) => {
            sign_in.by_device(|prompt| messages.say(&device_text(prompt))).await
        }
        (false, true, _) | (false, false, Some(OAuth2Grant::AuthorizationCode)) => {
            let redirect = Redirect { port: args.port.unwrap_or(0), patience: PATIENCE };
            sign_in.by_code(redirect, |url| show(url, args, messages)).await
        }
        (false, false, Some(_)) => sign_in.by_client_credentials().await,
        (false, false, None) => {
            let text = "this auth method takes tokens that are pasted, and nothing else";
            Err(Error::new(ErrorKind::Config, text)
                .with_hint("set them as the account's fields; `tollgate describe` names them"))
        }
    }
}

fn show(url: &str, args: &ConnectArgs, messages: &Messages) {
    messages.say(&format!("to connect {}, open this address and consent:", args.name));
    messages.say(url);
    if !args.no_browser && !open(url) {
        messages.say("no browser could be opened from here; open the address yourself");
    }
    messages.say(&format!("waiting for {}; Ctrl-C stops", quantities::duration(PATIENCE)));
}

fn device_text(prompt: &DevicePrompt) -> String {
    let (address, code) = (line(&prompt.verification_uri), line(&prompt.user_code));
    let complete = match &prompt.verification_uri_complete {
        Some(complete) => format!(", or open {}", line(complete)),
        None => String::new(),
    };
    let lifetime = quantities::duration(prompt.lifetime);
    format!("open {address} and enter {code}{complete}; waiting for {lifetime}, Ctrl-C stops")
}

/// Opens an address in the user's browser; gives whether there is anything that does so.
fn open(url: &str) -> bool {
    let program = match std::env::consts::OS {
        "macos" => "open",
        "windows" => "explorer",
        _ => "xdg-open",
    };
    let mut command = Command::new(program);
    command.arg(url).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    command.spawn().is_ok()
}

fn report(
    connected: &Connected,
    host: &Host<'_>,
    args: &ConnectArgs,
    context: &Context,
) -> Outcome {
    let vault = host.vault().path().display().to_string();
    if context.args.json {
        return output::print_json(&ConnectedView {
            account: args.name.to_string(),
            scope: connected.scope.clone(),
            expires_at: connected.expires_at.map(|at| format!("{at:.0}")),
            renewable: connected.is_renewable,
            vault,
        });
    }
    let mut text = format!("{} is connected; its tokens are in {vault}\n", args.name);
    if let Some(scope) = &connected.scope {
        text.push_str(&format!("  scopes: {}\n", line(scope)));
    }
    if let Some(at) = connected.expires_at {
        text.push_str(&format!("  access token: until {}\n", moment(at, SystemClock.now())));
    }
    text.push_str(match connected.is_renewable {
        true => "  it renews itself\n",
        false => "  it cannot be renewed: the provider gave no refresh token\n",
    });
    output::print(&text)
}
