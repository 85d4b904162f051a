//! The token that an account's requests carry: where it is had, when it is renewed, and that this
//! happens once however many runs and processes share the account.

use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use http::HeaderValue;
use jiff::{SignedDuration, Timestamp};
use secrecy::{ExposeSecret, SecretString};
use tollgate_model::{AccountName, AuthScheme, Error, ErrorKind, Result};
use tollgate_vault::{LockedVault, Secret, Tokens, Vault};

use super::client::Client;
use super::endpoint::Endpoint;
use super::form::Form;
use super::reply::{self, connect_hint};
use crate::config::GateConfig;
use crate::credentials::sensitive;
use crate::error::GateError;
use crate::leak::Watch;

/// How long another process may hold the vault: as long as it may take to renew a token.
pub(super) const LOCK_PATIENCE: Duration = Duration::from_secs(90);
/// How long before its end a token is renewed, at most: longer than a request waits to be sent.
const MARGIN_MAX: SignedDuration = SignedDuration::from_secs(60);

/// A token, ready to be sent.
pub(crate) struct Bearer {
    header: HeaderValue,
    tokens: Tokens,
    good_until: Option<Timestamp>,
}

impl Bearer {
    /// The value of the `Authorization` header.
    pub(crate) fn header(&self) -> HeaderValue {
        self.header.clone()
    }
}

/// The tokens of one account.
pub(crate) struct TokenSource {
    account: AccountName,
    client: Client,
    endpoint: Endpoint,
    vault: Option<Arc<Vault>>,
    watch: Arc<Watch>,
    held: Mutex<Held>,
    /// Whoever has it renews; the others wait, and find what was renewed.
    turn: tokio::sync::Mutex<()>,
}

#[derive(Default)]
struct Held {
    bearer: Option<Arc<Bearer>>,
    /// The refresh token that the provider refused, and how. It is not shown to it again.
    refused: Option<(Secret, GateError)>,
}

impl TokenSource {
    /// None where the account's auth method has no tokens.
    ///
    /// # Errors
    /// As [`Client::prepare`], and [`ErrorKind::Config`] where a refresh token was pasted and there
    /// is no vault to keep what it is exchanged for.
    pub(crate) fn of(
        config: &GateConfig,
        endpoint: Endpoint,
        watch: Arc<Watch>,
    ) -> Result<Option<Self>> {
        let AuthScheme::OAuth2(oauth2) = &config.credentials.scheme else { return Ok(None) };
        let client = Client::prepare(&config.credentials, oauth2)?;
        if client.pasted_refresh.is_some() && config.vault.is_none() {
            let text =
                "a refresh token needs a vault, in which the tokens it is exchanged for are kept";
            return Err(Error::new(ErrorKind::Config, text));
        }
        Ok(Some(TokenSource {
            account: config.account.clone(),
            client,
            endpoint,
            vault: config.vault.clone(),
            watch,
            held: Mutex::default(),
            turn: tokio::sync::Mutex::default(),
        }))
    }

    pub(super) fn account(&self) -> &AccountName {
        &self.account
    }

    pub(super) fn client(&self) -> &Client {
        &self.client
    }

    pub(super) fn endpoint(&self) -> &Endpoint {
        &self.endpoint
    }

    /// The token for a request that is about to be sent.
    pub(crate) async fn bearer(self: &Arc<Self>) -> Result<Arc<Bearer>, GateError> {
        match self.held(None) {
            Some(bearer) => Ok(bearer),
            None => self.obtain(None).await,
        }
    }

    /// Whether another token can be had where the provider does not accept this one.
    pub(crate) fn can_renew(&self, refused: &Bearer) -> bool {
        refused.tokens.refresh_token.is_some()
            || self.client.acts_for_itself()
            || self.held(Some(refused)).is_some()
    }

    /// Another token than the one that the provider did not accept.
    pub(crate) async fn renew(
        self: &Arc<Self>,
        refused: Arc<Bearer>,
    ) -> Result<Arc<Bearer>, GateError> {
        self.obtain(Some(refused)).await
    }

    /// Runs on a task of its own: what the provider gave has to be kept even where nobody waits for
    /// it any more.
    async fn obtain(
        self: &Arc<Self>,
        refused: Option<Arc<Bearer>>,
    ) -> Result<Arc<Bearer>, GateError> {
        let source = Arc::clone(self);
        let task = tokio::spawn(async move {
            let _turn = source.turn.lock().await;
            if let Some(held) = source.held(refused.as_deref()) {
                return Ok(held);
            }
            let refused = refused.map(|bearer| bearer.tokens.access_token.clone());
            let tokens = match &source.vault {
                Some(vault) => source.obtain_through(vault, refused.as_ref()).await?,
                None => source.obtain_without_vault(refused.as_ref()).await?,
            };
            source.hold(tokens)
        });
        task.await.unwrap_or_else(|_| Err(sign_in(ErrorKind::Bug, "renewing the token broke off")))
    }

    /// What is kept, else what another process has kept meanwhile, else a new one.
    async fn obtain_through(
        &self,
        vault: &Arc<Vault>,
        refused: Option<&Secret>,
    ) -> Result<Tokens, GateError> {
        let (vault, account) = (Arc::clone(vault), self.account.clone());
        let (reading, name) = (Arc::clone(&vault), account.clone());
        let stored = blocking(move || reading.tokens(&name)).await?;
        if let Some(tokens) = self.good(stored, refused) {
            return Ok(tokens);
        }
        let read = move || {
            let locked = vault.lock(LOCK_PATIENCE)?;
            let stored = locked.tokens(&account)?;
            Ok((locked, stored))
        };
        let (locked, stored) = blocking(read).await?;
        if let Some(tokens) = self.good(stored.clone(), refused) {
            return Ok(tokens);
        }
        let (form, old) = self.grant(stored.as_ref())?;
        let locked = blocking(move || locked.prove_writable().map(|()| locked)).await?;
        let tokens = self.exchange(&form, old).await?;
        keep(locked, &self.account, tokens).await
    }

    async fn obtain_without_vault(&self, refused: Option<&Secret>) -> Result<Tokens, GateError> {
        if let Some(tokens) = self.good(None, refused) {
            return Ok(tokens);
        }
        let (form, old) = self.grant(None)?;
        self.exchange(&form, old).await
    }

    /// What can be sent without asking for anything: stored tokens come before pasted ones, as long
    /// as they were had with these.
    fn good(&self, stored: Option<Tokens>, refused: Option<&Secret>) -> Option<Tokens> {
        let tokens = stored.filter(|tokens| self.is_own(tokens)).or_else(|| self.pasted())?;
        let is_refused = refused.is_some_and(|refused| same(refused, &tokens.access_token));
        let ended = self.good_until(&tokens).is_some_and(|end| self.endpoint.clock().now() >= end);
        (!is_refused && !ended).then_some(tokens)
    }

    fn pasted(&self) -> Option<Tokens> {
        Some(Tokens {
            access_token: self.client.pasted_access.clone()?,
            refresh_token: self.client.pasted_refresh.clone(),
            expires_at: None,
            obtained_at: self.endpoint.clock().now(),
            scope: None,
            fingerprint: self.client.fingerprint.clone(),
        })
    }

    /// What to ask for, and the refresh token that stays where the provider gives no other.
    fn grant(&self, stored: Option<&Tokens>) -> Result<(Form, Option<Secret>), GateError> {
        let own = stored.filter(|tokens| self.is_own(tokens));
        let refresh_token = own.and_then(|tokens| tokens.refresh_token.as_ref());
        match refresh_token.or(self.client.pasted_refresh.as_ref()) {
            Some(token) => match &self.lock().refused {
                Some((refused, error)) if same(refused, token) => Err(error.clone()),
                _ => Ok((self.client.refresh_form(token), Some(token.clone()))),
            },
            None if self.client.acts_for_itself() => {
                Ok((self.client.client_credentials_form(), None))
            }
            None => Err(self.not_connected(stored)),
        }
    }

    async fn exchange(&self, form: &Form, old: Option<Secret>) -> Result<Tokens, GateError> {
        let endpoint = &self.endpoint;
        let answer = endpoint.post(&self.client.token_url, form).await;
        let answer = answer.map_err(|error| self.explain(error))?;
        let now = endpoint.clock().now();
        match reply::tokens(&answer, form, now, &self.client.fingerprint) {
            Ok(mut tokens) => {
                tokens.refresh_token = tokens.refresh_token.or(old);
                Ok(tokens)
            }
            Err(failed) => {
                let error = self.explain(failed.into_error(&self.account));
                if let Some(token) = old
                    && error.kind() == ErrorKind::Unauthorized
                {
                    self.lock().refused = Some((token, error.clone()));
                }
                Err(error)
            }
        }
    }

    fn explain(&self, error: GateError) -> GateError {
        let account = &self.account;
        match error {
            GateError::SignIn { kind, message, hint } => {
                let message = format!("account {account} gets no token: {message}");
                GateError::SignIn { kind, message, hint }
            }
            GateError::RateLimited { .. } | GateError::Cancelled => error,
            other => GateError::SignIn {
                kind: other.kind(),
                message: format!("account {account} gets no token: {other}"),
                hint: None,
            },
        }
    }

    fn not_connected(&self, stored: Option<&Tokens>) -> GateError {
        let account = &self.account;
        let message = match stored {
            Some(tokens) if self.is_own(tokens) => format!(
                "the access token of account {account} has ended, and there is no refresh token"
            ),
            Some(_) => format!("account {account} was connected with another client"),
            None if self.client.pasted_access.is_some() => {
                format!("the access token of account {account} is not accepted any more")
            }
            None => format!("account {account} is not connected"),
        };
        let hint = match self.client.can_be_connected() {
            true => connect_hint(account),
            false => "set the account's token in tollgate.toml".to_owned(),
        };
        GateError::SignIn { kind: ErrorKind::Unauthorized, message, hint: Some(hint) }
    }

    fn is_own(&self, tokens: &Tokens) -> bool {
        tokens.fingerprint == self.client.fingerprint
    }

    fn can_be_renewed(&self, tokens: &Tokens) -> bool {
        tokens.refresh_token.is_some() || self.client.acts_for_itself()
    }

    /// Until when a token is sent: some time before its end where another can be had, else to its
    /// end.
    fn good_until(&self, tokens: &Tokens) -> Option<Timestamp> {
        let end = tokens.expires_at?;
        if !self.can_be_renewed(tokens) {
            return Some(end);
        }
        let lifetime = end.duration_since(tokens.obtained_at);
        end.checked_sub(MARGIN_MAX.min(lifetime / 10)).ok()
    }

    /// The token in this process, unless it is over or the one that was refused.
    fn held(&self, refused: Option<&Bearer>) -> Option<Arc<Bearer>> {
        let bearer = self.lock().bearer.clone()?;
        let is_refused = refused
            .is_some_and(|refused| same(&refused.tokens.access_token, &bearer.tokens.access_token));
        let ended = bearer.good_until.is_some_and(|end| self.endpoint.clock().now() >= end);
        (!is_refused && !ended).then_some(bearer)
    }

    fn hold(&self, tokens: Tokens) -> Result<Arc<Bearer>, GateError> {
        let value = format!("Bearer {}", tokens.access_token.expose_secret());
        let header = sensitive(SecretString::from(value).expose_secret()).ok_or_else(|| {
            sign_in(ErrorKind::Config, "the access token has a character that no header can carry")
        })?;
        // Known before it is used: no answer to a request that carries it passes unsearched.
        self.watch.learn([Some(&tokens.access_token), tokens.refresh_token.as_ref()]);
        let good_until = self.good_until(&tokens);
        let bearer = Arc::new(Bearer { header, tokens, good_until });
        self.lock().bearer = Some(Arc::clone(&bearer));
        Ok(bearer)
    }

    /// A panic while it was held leaves these values as they were.
    fn lock(&self) -> MutexGuard<'_, Held> {
        self.held.lock().unwrap_or_else(|poisoned| poisoned.into_inner())
    }
}

impl fmt::Debug for TokenSource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TokenSource").field("account", &self.account).finish_non_exhaustive()
    }
}

/// Keeps tokens that were just had. Where that fails they are lost, and with them, where the
/// provider replaces refresh tokens, the right to have others.
pub(super) async fn keep(
    locked: LockedVault,
    account: &AccountName,
    tokens: Tokens,
) -> Result<Tokens, GateError> {
    let (name, kept) = (account.clone(), tokens.clone());
    let stored = blocking(move || locked.put(&name, kept)).await;
    stored.map(|()| tokens).map_err(|error| GateError::SignIn {
        kind: error.kind(),
        message: format!(
            "the new tokens of account {account} are lost, as they could not be kept: {error}"
        ),
        hint: Some(format!("see to the vault, then {}", connect_hint(account))),
    })
}

/// Runs what waits for files on a thread for that.
pub(super) async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T> + Send + 'static,
) -> Result<T, GateError> {
    match tokio::task::spawn_blocking(work).await {
        Ok(outcome) => outcome.map_err(GateError::from_vault),
        Err(_) => Err(sign_in(ErrorKind::Bug, "the vault broke off")),
    }
}

fn sign_in(kind: ErrorKind, message: &str) -> GateError {
    GateError::SignIn { kind, message: message.to_owned(), hint: None }
}

fn same(one: &Secret, other: &Secret) -> bool {
    one.expose_secret() == other.expose_secret()
}
