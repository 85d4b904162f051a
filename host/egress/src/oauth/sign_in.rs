//! Signing an account in: a user consents, and the tokens go into the vault.

use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use tokio::time::timeout;
use tollgate_model::{AuthScheme, Clock, Error, ErrorKind, OAuth2Grant, Observer, Result};
use tollgate_vault::{Tokens, Vault};

use super::authorize::{Callback, Consent};
use super::device::{DeviceCode, DevicePrompt};
use super::form::Form;
use super::login::{LOCK_PATIENCE, Login, blocking, keep};
use super::loopback::Loopback;
use super::reply::{self, Failed};
use crate::config::GateConfig;
use crate::endpoint::Endpoint;
use crate::error::GateError;
use crate::gate::Edges;
use crate::transport::Transport;

/// Connects an account by OAuth 2: the user consents, and the tokens are kept in the vault, where
/// every gate of the account finds them. It has to be used within a tokio runtime; dropping a
/// future of it ends what is under way.
#[derive(Debug)]
pub struct SignIn {
    login: Login,
    vault: Arc<Vault>,
}

/// How a browser comes back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Redirect {
    /// The port of 127.0.0.1 that listens; 0 lets the system choose. Providers that want to know
    /// the address beforehand are told `http://127.0.0.1:PORT/callback`.
    pub port: u16,
    /// How long the user may take.
    pub patience: Duration,
}

/// What was granted. The tokens themselves are in the vault.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Connected {
    /// The scopes, where the provider named them.
    pub scope: Option<String>,
    /// When the access token ends, where the provider said so.
    pub expires_at: Option<Timestamp>,
    /// Whether the provider gave a refresh token, so that the account stays connected.
    pub is_renewable: bool,
}

impl SignIn {
    /// For the account of a gate's configuration.
    ///
    /// # Errors
    /// [`ErrorKind::Config`] where its auth method is not OAuth 2, where the configuration has no
    /// vault, and as for [`crate::Gate::new`].
    pub fn new(
        config: &GateConfig,
        clock: Arc<dyn Clock>,
        observer: Arc<dyn Observer>,
    ) -> Result<Self> {
        SignIn::with_edges(config, clock, observer, Edges::of_machine())
    }

    pub(crate) fn with_edges(
        config: &GateConfig,
        clock: Arc<dyn Clock>,
        observer: Arc<dyn Observer>,
        edges: Edges,
    ) -> Result<Self> {
        let wrong = |text: &str| Error::new(ErrorKind::Config, text);
        let vault = config.vault.clone().ok_or_else(|| wrong("there is no vault for tokens"))?;
        let Edges { network, dice } = edges;
        let transport = Transport::new(network, &config.limits, &config.extra_root_certificates)?;
        let endpoint = Endpoint::new(config, transport, clock, observer, dice);
        let AuthScheme::OAuth2(oauth2) = &config.credentials.scheme else {
            return Err(wrong(
                "the account's auth method is not OAuth 2, so there is nothing to connect",
            )
            .with_hint("`tollgate check` tells whether its credentials work"));
        };
        Ok(SignIn { login: Login::prepare(config, oauth2, endpoint)?, vault })
    }

    /// Whether the provider offers a grant.
    pub fn offers(&self, grant: OAuth2Grant) -> bool {
        self.login.client().offers(grant)
    }

    /// By authorization code with PKCE: `show` is given the address to open in a browser, which
    /// comes back to a port of this machine.
    ///
    /// # Errors
    /// [`ErrorKind::Config`] where the provider does not offer it, the port is taken or the vault
    /// cannot be written; [`ErrorKind::Forbidden`] where the user or the provider says no;
    /// [`ErrorKind::Unauthorized`] where nobody comes in time or the client is not known; and all
    /// that a request can come to.
    pub async fn by_code(&self, redirect: Redirect, show: impl FnOnce(&str)) -> Result<Connected> {
        self.check(OAuth2Grant::AuthorizationCode)?;
        self.prove_writable().await?;
        let (client, account) = (self.login.client(), self.login.account());
        let loopback = Loopback::bind(redirect.port).await?;
        let consent = Consent::new(loopback.port());
        let url = consent.url(client, self.login.endpoint().remaps());
        show(&url.ok_or_else(without_url)?);
        let waited = timeout(redirect.patience, loopback.wait(&consent)).await;
        let code = match waited.map_err(|_| nobody_came(redirect.patience))?? {
            Callback::Code(code) => code,
            Callback::Refused(refusal) => {
                return Err(Failed::Refused(refusal).into_error(account).into());
            }
            Callback::Foreign => return Err(nobody_came(redirect.patience)),
        };
        self.exchange(&client.code_form(&code, &consent.redirect_uri, &consent.verifier)).await
    }

    /// By device code: `show` is given what the user has to enter on another device.
    ///
    /// # Errors
    /// As [`SignIn::by_code`].
    pub async fn by_device(&self, show: impl FnOnce(&DevicePrompt)) -> Result<Connected> {
        self.check(OAuth2Grant::DeviceCode)?;
        self.prove_writable().await?;
        let (client, account) = (self.login.client(), self.login.account());
        let endpoint = self.login.endpoint();
        let form = client.device_form();
        let url = client.device_url.as_ref().ok_or_else(without_url)?;
        let answer = endpoint.send(&form.to(url)).await?;
        let code = DeviceCode::read(&answer, &form).map_err(|failed| failed.into_error(account))?;
        show(&code.prompt);
        let tokens = code.wait(endpoint, client, account).await?;
        self.keep(tokens).await
    }

    /// By the client's own credentials, for which nobody has to consent.
    ///
    /// # Errors
    /// As [`SignIn::by_code`].
    pub async fn by_client_credentials(&self) -> Result<Connected> {
        self.check(OAuth2Grant::ClientCredentials)?;
        self.prove_writable().await?;
        self.exchange(&self.login.client().client_credentials_form()).await
    }

    fn check(&self, grant: OAuth2Grant) -> Result<()> {
        let what = match grant {
            OAuth2Grant::AuthorizationCode => "signing in by browser",
            OAuth2Grant::DeviceCode => "signing in by device code",
            OAuth2Grant::ClientCredentials => "signing in by client credentials",
            OAuth2Grant::PastedToken => "pasting tokens",
        };
        match self.offers(grant) {
            true => Ok(()),
            false => Err(Error::new(ErrorKind::Config, format!("the connector offers no {what}"))),
        }
    }

    /// Before anybody is asked for anything.
    async fn prove_writable(&self) -> Result<()> {
        let vault = Arc::clone(&self.vault);
        Ok(blocking(move || vault.lock(LOCK_PATIENCE)?.prove_writable()).await?)
    }

    async fn exchange(&self, form: &Form) -> Result<Connected> {
        let (client, account) = (self.login.client(), self.login.account());
        let endpoint = self.login.endpoint();
        let answer = endpoint.send(&form.to(&client.token_url)).await?;
        let now = endpoint.clock().now();
        let tokens = reply::tokens(&answer, form, now, &client.fingerprint);
        self.keep(tokens.map_err(|failed| failed.into_error(account))?).await
    }

    async fn keep(&self, tokens: Tokens) -> Result<Connected> {
        let vault = Arc::clone(&self.vault);
        let locked = blocking(move || vault.lock(LOCK_PATIENCE)).await?;
        let tokens = keep(locked, self.login.account(), tokens).await?;
        Ok(Connected {
            scope: tokens.scope,
            expires_at: tokens.expires_at,
            is_renewable: tokens.refresh_token.is_some(),
        })
    }
}

fn without_url() -> Error {
    Error::new(ErrorKind::Bug, "the auth method offers a grant without its URL")
}

fn nobody_came(patience: Duration) -> Error {
    let message = format!("nobody came back from the browser within {patience:?}");
    GateError::SignIn { kind: ErrorKind::Unauthorized, message, hint: None }.into()
}
