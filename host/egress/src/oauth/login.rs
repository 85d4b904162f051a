//! The login of an account by OAuth 2: where its token is had, and that what the provider gives is
//! kept before it is used, once however many processes share the account.

use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use tollgate_model::{AccountName, Error, ErrorKind, OAuth2, Result};
use tollgate_vault::{LockedVault, Secret, Tokens, Vault};

use super::client::Client;
use super::form::Form;
use super::reply::{self, connect_hint};
use crate::config::GateConfig;
use crate::endpoint::Endpoint;
use crate::error::GateError;
use crate::tokens::{Lifetime, Token, explain, same};

/// How long another process may hold the vault: as long as it may take to renew a token.
pub(super) const LOCK_PATIENCE: Duration = Duration::from_secs(90);

/// The login of one account.
pub(crate) struct Login {
    account: AccountName,
    client: Client,
    endpoint: Endpoint,
    vault: Option<Arc<Vault>>,
    /// The refresh token that the provider refused, and how. It is not shown to it again.
    refused: Mutex<Option<(Secret, GateError)>>,
}

impl Login {
    /// # Errors
    /// As [`Client::prepare`], and [`ErrorKind::Config`] where a refresh token was pasted and there
    /// is no vault to keep what it is exchanged for.
    pub(crate) fn prepare(
        config: &GateConfig,
        oauth2: &OAuth2,
        endpoint: Endpoint,
    ) -> Result<Self> {
        let client = Client::prepare(&config.credentials, oauth2)?;
        if client.pasted_refresh.is_some() && config.vault.is_none() {
            let text =
                "a refresh token needs a vault, in which the tokens it is exchanged for are kept";
            return Err(Error::new(ErrorKind::Config, text));
        }
        Ok(Login {
            account: config.account.clone(),
            client,
            endpoint,
            vault: config.vault.clone(),
            refused: Mutex::default(),
        })
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

    /// A token that is not the one that was refused.
    pub(crate) async fn obtain(&self, refused: Option<&Secret>) -> Result<Token, GateError> {
        let tokens = match &self.vault {
            Some(vault) => self.obtain_through(vault, refused).await?,
            None => self.obtain_without_vault(refused).await?,
        };
        Ok(Token {
            lifetime: self.lifetime(&tokens),
            is_renewable: self.can_be_renewed(&tokens),
            access: tokens.access_token,
            beside: tokens.refresh_token.into_iter().collect(),
            base_url: None,
        })
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
        let good_until =
            self.lifetime(&tokens).and_then(|life| life.good_until(self.can_be_renewed(&tokens)));
        let ended = good_until.is_some_and(|end| self.endpoint.clock().now() >= end);
        (!is_refused && !ended).then_some(tokens)
    }

    fn lifetime(&self, tokens: &Tokens) -> Option<Lifetime> {
        Some(Lifetime { begin: tokens.obtained_at, end: tokens.expires_at? })
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
            Some(token) => match &*self.lock() {
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
        let answer = endpoint.send(&form.to(&self.client.token_url)).await;
        let answer = answer.map_err(|error| explain(&self.account, error))?;
        let now = endpoint.clock().now();
        match reply::tokens(&answer, form, now, &self.client.fingerprint) {
            Ok(mut tokens) => {
                tokens.refresh_token = tokens.refresh_token.or(old);
                Ok(tokens)
            }
            Err(failed) => {
                let error = explain(&self.account, failed.into_error(&self.account));
                if let Some(token) = old
                    && error.kind() == ErrorKind::Unauthorized
                {
                    *self.lock() = Some((token, error.clone()));
                }
                Err(error)
            }
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

    /// A panic while it was held leaves these values as they were.
    fn lock(&self) -> MutexGuard<'_, Option<(Secret, GateError)>> {
        self.refused.lock().unwrap_or_else(|poisoned| poisoned.into_inner())
    }
}

impl fmt::Debug for Login {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Login").field("account", &self.account).finish_non_exhaustive()
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
        Ok(outcome) => outcome.map_err(GateError::of_sign_in),
        Err(_) => Err(GateError::SignIn {
            kind: ErrorKind::Bug,
            message: "the vault broke off".to_owned(),
            hint: None,
        }),
    }
}
