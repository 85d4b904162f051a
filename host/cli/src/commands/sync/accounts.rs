//! The accounts of a run. Every sync of an account goes through one session, for its rate limits
//! hold within that.

use std::collections::HashMap;
use std::sync::Arc;

use tokio::sync::Mutex;
use tollgate_model::{AccountName, Observer};
use tollgate_runtime::Session;

use crate::config::{Config, Source};
use crate::context::Context;
use crate::failure::Outcome;
use crate::host::Host;
use crate::messages::Messages;
use crate::progress::Router;

/// The accounts that were opened, by name.
pub struct Accounts<'a> {
    host: &'a Host<'a>,
    context: &'a Context,
    config: &'a Config,
    open: Mutex<HashMap<AccountName, OpenAccount>>,
}

/// An account that was opened.
#[derive(Clone)]
pub struct OpenAccount {
    /// Its session.
    pub session: Session,
    /// Where what happens at its gate goes.
    pub router: Arc<Router>,
}

impl<'a> Accounts<'a> {
    /// No account is opened yet.
    pub fn new(host: &'a Host<'a>, context: &'a Context, config: &'a Config) -> Self {
        Accounts { host, context, config, open: Mutex::default() }
    }

    /// The configuration, for problems that name a line of it.
    pub fn source(&self) -> &Source {
        &self.config.source
    }

    /// Where warnings go.
    pub fn messages(&self) -> &Messages {
        &self.context.messages
    }

    /// Has an account opened anew when it is asked for next: its secrets are read again.
    pub async fn forget(&self, name: &AccountName) {
        self.open.lock().await.remove(name);
    }

    /// Opens an account, if it is not open.
    ///
    /// # Errors
    /// As [`Host::connector`] and [`Host::connect`].
    pub async fn get(&self, name: &AccountName) -> Outcome<OpenAccount> {
        let mut open = self.open.lock().await;
        if let Some(account) = open.get(name) {
            return Ok(account.clone());
        }
        let config = self.config.account(name)?;
        let connector = self.host.connector(config.connector.get_ref().as_str()).await?;
        let router = Arc::new(Router::new(&self.context.messages, name.as_str()));
        let observer = Arc::clone(&router) as Arc<dyn Observer>;
        let session = self.host.connect(&connector, self.config, config, observer)?;
        let account = OpenAccount { session, router };
        open.insert(name.clone(), account.clone());
        Ok(account)
    }
}
