//! What the commands that read one stream have in common: from arguments to a session and a plan.

use std::sync::Arc;

use tollgate_model::{AccountName, Error, ErrorKind, Observer, Result, Stream};
use tollgate_runtime::{Connector, ReadBuilder, Session};
use tollgate_sync::plan::Choices;
use tollgate_sync::{Plan, Read};

use crate::args::StreamArgs;
use crate::config::{AccountConfig, Config};
use crate::context::Context;
use crate::failure::Outcome;
use crate::host::Host;
use crate::progress::Quietly;

/// The account that was named, or the only one there is.
///
/// # Errors
/// [`ErrorKind::Config`] where there is none of that name, or several and none was named.
pub fn account<'a>(config: &'a Config, name: Option<&AccountName>) -> Result<&'a AccountConfig> {
    match (name, config.accounts.as_slice()) {
        (Some(name), _) => config.account(name),
        (None, [only]) => Ok(only),
        (None, []) => {
            let message = format!("{} has no account", config.source.path().display());
            Err(Error::new(ErrorKind::Config, message)
                .with_hint("`tollgate init CONNECTOR` shows how one is written"))
        }
        (None, accounts) => {
            let names: Vec<&str> = accounts.iter().map(|account| account.name.as_str()).collect();
            let hint = format!("there are: {}", names.join(", "));
            Err(Error::new(ErrorKind::Config, "which account? --account NAME says it")
                .with_hint(hint))
        }
    }
}

/// An account's connector and a session for it, of which nothing is told but the connector's
/// warnings and, with `-v`, its requests.
///
/// # Errors
/// As [`Host::connector`] and [`Host::connect`].
pub async fn connect(
    host: &Host<'_>,
    context: &Context,
    config: &Config,
    account: &AccountConfig,
) -> Outcome<(Connector, Session)> {
    let connector = host.connector(account.connector.get_ref().as_str()).await?;
    let label = format!("account {}", account.name);
    let observer: Arc<dyn Observer> = Arc::new(Quietly::new(&context.messages, label));
    let session = host.connect(&connector, config, account, observer)?;
    Ok((connector, session))
}

/// A session for the account of these arguments.
///
/// # Errors
/// As [`connect`].
pub async fn open(context: &Context, args: &StreamArgs) -> Outcome<Session> {
    let (host, config) = Host::with_config(context)?;
    let account = account(&config, args.account.as_ref())?;
    let (_, session) = connect(&host, context, &config, account).await?;
    Ok(session)
}

/// The read of these arguments with no columns chosen, to be checked.
pub fn read<'s>(session: &'s Session, args: &StreamArgs) -> ReadBuilder<'s> {
    session.read(&args.stream).options(args.options.settings())
}

/// Plans a read of this session: its options are checked, its columns asked for where an account may
/// have its own.
///
/// # Errors
/// [`ErrorKind::Config`] for a stream, option or column that does not exist, and all that a request
/// can come to.
pub async fn plan(session: &Session, read: ReadBuilder<'_>, choices: Choices) -> Result<Plan> {
    let read = read.build()?;
    let described = described(session, &read.stream)?;
    let available = session.discover(&read).await?;
    let Read { options, entered, since, started_at, .. } = read;
    Plan::new(described, &available, Choices { options, entered, since, started_at, ..choices })
}

fn described<'a>(session: &'a Session, stream: &str) -> Result<&'a Stream> {
    super::describe::find(session.connector().descriptor(), stream)
}
