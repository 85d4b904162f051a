//! Connectors and sessions, from what is installed, granted and configured.

mod account;
mod installed;

use std::slice;
use std::sync::Arc;

use tollgate_model::{Clock, Error, ErrorKind, Observer, Result, SystemClock};
use tollgate_runtime::{Access, Connector, Origin, Runtime, RuntimeConfig, Session, SignIn, Vault};
use tollgate_vault::Account;

pub use account::{account_of, without_secrets};

use crate::config::{AccountConfig, Config, PackagesConfig};
use crate::context::Context;
use crate::failure::Outcome;
use crate::file::Content;
use crate::lock::Lock;
use crate::process::ProcessSettings;

/// What runs connectors in this process.
pub struct Host<'a> {
    context: &'a Context,
    runtime: Runtime,
    settings: ProcessSettings,
    lock: Lock,
    /// `None` where the file is so faulty that nobody can tell.
    packages: Option<PackagesConfig>,
    vault: Arc<Vault>,
}

impl<'a> Host<'a> {
    /// For commands that need a configuration.
    ///
    /// # Errors
    /// As [`Config::load`], and for limits that are none.
    pub fn with_config(context: &'a Context) -> Outcome<(Self, Config)> {
        let config = context.project.load_config()?;
        let host = Host::start(context, Some(&config), Some(config.packages.clone()))?;
        Ok((host, config))
    }

    /// For commands that need none: the limits of one that is there hold nevertheless, and so does
    /// what it says of packages. They are the commands that help to write it, so that a faulty one
    /// does not stop them.
    ///
    /// # Errors
    /// For limits of the command line that are none.
    pub fn without_config(context: &'a Context) -> Outcome<Self> {
        let path = context.project.config_path();
        if !path.exists() {
            return Host::start(context, None, Some(PackagesConfig::default()));
        }
        let config = context.project.load_config().ok();
        let packages = match &config {
            Some(config) => Some(config.packages.clone()),
            None => Config::load_packages(path).ok(),
        };
        if config.is_none() {
            context.messages.warn(&format!(
                "{} has problems, so its limits do not hold; `tollgate config check` tells them",
                path.display()
            ));
        }
        Host::start(context, config.as_ref(), packages)
    }

    fn start(
        context: &'a Context,
        config: Option<&Config>,
        packages: Option<PackagesConfig>,
    ) -> Outcome<Self> {
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
        let lock = context.project.load_lock()?;
        Ok(Host { context, runtime, settings, lock, packages, vault })
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

    /// Whose packages are trusted.
    ///
    /// # Errors
    /// [`ErrorKind::Config`] where the file is so faulty that nobody can tell.
    pub fn packages(&self) -> Result<&PackagesConfig> {
        self.packages.as_ref().ok_or_else(|| {
            let path = self.context.project.config_path().display();
            let message = format!("cannot tell whose connectors {path} trusts");
            Error::new(ErrorKind::Config, message)
                .with_hint("`tollgate config check` tells what is wrong with it")
        })
    }

    /// Where tokens are kept.
    pub fn vault(&self) -> &Arc<Vault> {
        &self.vault
    }

    /// A connector that need not be installed, to be looked at. Of a package, everything holds but
    /// that its publisher is trusted.
    ///
    /// # Errors
    /// As [`Runtime::load`] and [`Runtime::load_package`].
    pub async fn look_at(&self, content: &Content<'_>) -> Result<Connector> {
        let connector = match content {
            Content::Component(wasm) => self.runtime.load(wasm).await?,
            Content::Package(package) => {
                let publisher = slice::from_ref(&package.manifest().publisher);
                self.runtime.load_package(package, publisher).await?
            }
        };
        if connector.origin() == Origin::CacheRefused {
            let id = &connector.descriptor().id;
            self.context.messages.warn(&format!(
                "what the cache had of {id} was changed since it was put there, or can be written \
                 by others; none of it ran, and {id} was compiled again"
            ));
        }
        Ok(connector)
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
}
