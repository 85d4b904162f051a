//! Connectors and sessions, from what is installed, granted and configured.

mod account;
mod declaration;

use std::path::Path;
use std::sync::Arc;

use tollgate_model::{Clock, Error, ErrorKind, Observer, Result, SystemClock};
use tollgate_runtime::{Access, Connector, Digest, Runtime, RuntimeConfig, Session, SignIn, Vault};
use tollgate_vault::Account;

pub use account::{account_of, without_secrets};
pub use declaration::declared;

use crate::config::{AccountConfig, Config};
use crate::context::Context;
use crate::failure::Outcome;
use crate::lock::{Installed, Lock};
use crate::process::ProcessSettings;

/// What runs connectors in this process.
pub struct Host<'a> {
    context: &'a Context,
    runtime: Runtime,
    settings: ProcessSettings,
    lock: Lock,
    vault: Arc<Vault>,
}

impl<'a> Host<'a> {
    /// For commands that need a configuration.
    ///
    /// # Errors
    /// As [`Config::load`], and for limits that are none.
    pub fn with_config(context: &'a Context) -> Outcome<(Self, Config)> {
        let config = context.project.load_config()?;
        let host = Host::start(context, Some(&config))?;
        Ok((host, config))
    }

    /// For commands that need none: the limits of one that is there hold nevertheless. They are the
    /// commands that help to write it, so that a faulty one does not stop them.
    ///
    /// # Errors
    /// For limits of the command line that are none.
    pub fn without_config(context: &'a Context) -> Outcome<Self> {
        let path = context.project.config_path();
        let config = if path.exists() { context.project.load_config().ok() } else { None };
        if path.exists() && config.is_none() {
            context.messages.warn(&format!(
                "{} has problems, so its limits do not hold; `tollgate config check` tells them",
                path.display()
            ));
        }
        Host::start(context, config.as_ref())
    }

    fn start(context: &'a Context, config: Option<&Config>) -> Outcome<Self> {
        let settings = ProcessSettings::resolve(&context.args, &context.environment, config)?;
        let runtime = Runtime::new(RuntimeConfig {
            cache_dir: settings.cache_dir.as_ref().map(|(folder, _)| folder.clone()),
            limits: settings.limits.clone(),
            ..RuntimeConfig::default()
        })?;
        if let Some(problem) = runtime.cache_problem() {
            context.messages.warn(&format!("{problem}; connectors are compiled at every start"));
        }
        let vault = context.vault_settings(config).open(&context.messages);
        Ok(Host { context, runtime, settings, lock: context.project.load_lock()?, vault })
    }

    /// The runtime, for components that are not installed.
    pub fn runtime(&self) -> &Runtime {
        &self.runtime
    }

    /// What shapes the process.
    pub fn settings(&self) -> &ProcessSettings {
        &self.settings
    }

    /// What is installed.
    pub fn lock(&self) -> &Lock {
        &self.lock
    }

    /// Where tokens are kept.
    pub fn vault(&self) -> &Arc<Vault> {
        &self.vault
    }

    /// An installed connector, if it is still what was granted.
    ///
    /// # Errors
    /// [`ErrorKind::Config`] where it is not installed, its file is missing, or it was changed; and
    /// as [`Runtime::load`].
    pub async fn connector(&self, id: &str) -> Result<Connector> {
        let installed = self.lock.get(id)?;
        let path = self.context.project.component_path(&installed.id);
        let again = || format!("`tollgate add FILE.wasm` installs {id} again");
        let found = std::fs::read(&path).map_err(|error| {
            let message = format!("the file of connector {id}, {}, cannot be read", path.display());
            Error::new(ErrorKind::Config, message).with_source(error).with_hint(again())
        })?;
        if Digest::of(&found) != installed.digest {
            return Err(self.changed(installed, &path, &found).await);
        }
        let connector = self.runtime.load_pinned(&path, &installed.digest).await?;
        let wider = declared(&connector).beyond(&installed.declared);
        if wider.is_empty() { Ok(connector) } else { Err(wider_than_granted(installed, &wider)) }
    }

    /// Opens a session for an account of the configuration. Its secrets are read here.
    ///
    /// # Errors
    /// [`ErrorKind::Config`] for an account that does not fit its connector or whose secrets cannot
    /// be read.
    pub fn connect(
        &self,
        connector: &Connector,
        config: &Config,
        account: &AccountConfig,
        observer: Arc<dyn Observer>,
    ) -> Outcome<Session> {
        let (checked, access) = self.admit(connector, config, account, observer)?;
        Ok(connector.connect(&checked, access)?)
    }

    /// Prepares to have the user of an account consent. Its secrets are read here.
    ///
    /// # Errors
    /// As [`Host::connect`], and where the account does not sign in by OAuth 2.
    pub fn sign_in(
        &self,
        connector: &Connector,
        config: &Config,
        account: &AccountConfig,
        observer: Arc<dyn Observer>,
    ) -> Outcome<SignIn> {
        let (checked, access) = self.admit(connector, config, account, observer)?;
        Ok(connector.sign_in(&checked, &access)?)
    }

    fn admit(
        &self,
        connector: &Connector,
        config: &Config,
        account: &AccountConfig,
        observer: Arc<dyn Observer>,
    ) -> Outcome<(Account, Access)> {
        let descriptor = connector.descriptor();
        let (checked, notes) = account_of(account, descriptor, &config.source)?;
        for note in notes {
            self.context.messages.warn(&note);
        }
        let access = self.access(account, observer)?;
        account::resolves(&checked, account, descriptor, &config.source)?;
        Ok((checked, access))
    }

    /// What an account's connector may do.
    ///
    /// # Errors
    /// [`ErrorKind::Config`] where the connector is not installed or certificates cannot be read.
    pub fn access(&self, account: &AccountConfig, observer: Arc<dyn Observer>) -> Result<Access> {
        let installed = self.lock.get(account.connector.get_ref().as_str())?;
        let certificates = self.settings.certificates()?;
        let remaps = self.settings.remaps.iter();
        let clock: Arc<dyn Clock> = Arc::new(SystemClock);
        let mut access = Access::none();
        access.granted_origins = installed.granted_origins.iter().cloned().collect();
        access.remaps =
            remaps.map(|(remap, _)| (remap.from().to_string(), remap.to().to_string())).collect();
        access.ca_certificates = certificates.iter().map(|der| der.as_ref().to_vec()).collect();
        access.vault = Some(Arc::clone(&self.vault));
        access.requests_per_second = account.requests_per_second;
        access.concurrent_requests = account.concurrent_requests;
        if let Some(zone) = &account.time_zone {
            access.time_zone = zone.get_ref().clone();
        }
        access.clock = clock;
        access.observer = observer;
        Ok(access)
    }

    /// The error for a file that is not what was granted, with what it asks for beyond that.
    async fn changed(&self, installed: &Installed, path: &Path, found: &[u8]) -> Error {
        let message = format!(
            "connector {} is not what was granted: {} has another digest than tollgate.lock says",
            installed.id,
            path.display()
        );
        let more = match self.runtime.load(found).await {
            Err(error) => format!("the changed file is no connector that could run: {error}"),
            Ok(connector) => match declared(&connector).beyond(&installed.declared) {
                wider if wider.is_empty() => {
                    "the changed file asks for nothing more than before".to_owned()
                }
                wider => format!("the changed file asks for more: {}", wider.join(", ")),
            },
        };
        let hint =
            format!("{more}; if you trust it, `tollgate add {}` grants it again", path.display());
        Error::new(ErrorKind::Config, message).with_hint(hint)
    }
}

fn wider_than_granted(installed: &Installed, wider: &[String]) -> Error {
    let message =
        format!("connector {} asks for more than was granted: {}", installed.id, wider.join(", "));
    Error::new(ErrorKind::Config, message)
        .with_hint("look at it with `tollgate inspect`, then `tollgate add` it again")
}
