//! The token that an account's requests carry: when another is had, and that this happens once
//! however many runs share the account. How it is had is the login's.

use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard};

use http::HeaderValue;
use jiff::{SignedDuration, Timestamp};
use secrecy::{ExposeSecret, SecretString};
use tollgate_model::{AccountName, AuthScheme, Clock, ErrorKind, Result};
use tollgate_vault::Secret;

use crate::config::GateConfig;
use crate::credentials::sensitive;
use crate::endpoint::Endpoint;
use crate::error::GateError;
use crate::leak::Watch;
use crate::{exchange, oauth};

/// How long before its end a token is renewed, at most: longer than a request waits to be sent.
const MARGIN_MAX: SignedDuration = SignedDuration::from_secs(60);
/// Bytes of a token. 8 KiB: eight times the largest we know; more does not fit into a header
/// beside others.
const TOKEN_BYTES_MAX: usize = 8 << 10;

/// A token as a login has it.
pub(crate) struct Token {
    /// What requests carry.
    pub(crate) access: Secret,
    /// What came with it and must not get out either.
    pub(crate) beside: Vec<Secret>,
    /// Absent: it is sent until it is refused.
    pub(crate) lifetime: Option<Lifetime>,
    /// Whether another can be had.
    pub(crate) is_renewable: bool,
    /// The URL below which the account's API is, where that is found at sign-in.
    pub(crate) base_url: Option<String>,
}

/// When a token was had, and when it ends.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Lifetime {
    pub(crate) begin: Timestamp,
    pub(crate) end: Timestamp,
}

impl Lifetime {
    /// Until when a token is sent: some time before its end where another can be had, else to its
    /// end.
    pub(crate) fn good_until(self, is_renewable: bool) -> Option<Timestamp> {
        if !is_renewable {
            return Some(self.end);
        }
        let lifetime = self.end.duration_since(self.begin);
        self.end.checked_sub(MARGIN_MAX.min(lifetime / 10)).ok()
    }
}

/// A token, ready to be sent.
pub(crate) struct Bearer {
    header: HeaderValue,
    token: Token,
    good_until: Option<Timestamp>,
}

impl Bearer {
    /// The value of the `Authorization` header.
    pub(crate) fn header(&self) -> HeaderValue {
        self.header.clone()
    }

    /// The URL below which the account's API is, where that is found at sign-in.
    pub(crate) fn base_url(&self) -> Option<&str> {
        self.token.base_url.as_deref()
    }
}

/// The tokens of one account.
pub(crate) struct TokenSource {
    login: Login,
    clock: Arc<dyn Clock>,
    watch: Arc<Watch>,
    held: Mutex<Option<Arc<Bearer>>>,
    /// Whoever has it renews; the others wait, and find what was renewed.
    turn: tokio::sync::Mutex<()>,
}

/// How tokens are had.
enum Login {
    OAuth2(oauth::Login),
    Exchange(exchange::Login),
}

impl TokenSource {
    /// None where the account's auth method has no tokens.
    ///
    /// # Errors
    /// As [`oauth::Login::prepare`] and [`exchange::Login::prepare`].
    pub(crate) fn of(
        config: &GateConfig,
        endpoint: Endpoint,
        watch: Arc<Watch>,
    ) -> Result<Option<Self>> {
        let clock = Arc::clone(endpoint.clock());
        let login = match &config.credentials.scheme {
            AuthScheme::OAuth2(oauth2) => {
                Login::OAuth2(oauth::Login::prepare(config, oauth2, endpoint)?)
            }
            AuthScheme::TokenExchange(exchange) => {
                Login::Exchange(exchange::Login::prepare(config, exchange, endpoint)?)
            }
            _ => return Ok(None),
        };
        let (held, turn) = (Mutex::default(), tokio::sync::Mutex::default());
        Ok(Some(TokenSource { login, clock, watch, held, turn }))
    }

    /// Whether a base URL comes with its tokens.
    pub(crate) fn finds_base_url(&self) -> bool {
        match &self.login {
            Login::OAuth2(_) => false,
            Login::Exchange(login) => login.finds_base_url(),
        }
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
        refused.token.is_renewable || self.held(Some(refused)).is_some()
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
            let token = match &source.login {
                Login::OAuth2(login) => {
                    login.obtain(refused.as_deref().map(|bearer| &bearer.token.access)).await?
                }
                Login::Exchange(login) => login.obtain().await?,
            };
            source.hold(token)
        });
        task.await.unwrap_or_else(|_| Err(sign_in(ErrorKind::Bug, "renewing the token broke off")))
    }

    /// The token in this process, unless it is over or the one that was refused.
    fn held(&self, refused: Option<&Bearer>) -> Option<Arc<Bearer>> {
        let bearer = self.lock().clone()?;
        let is_refused =
            refused.is_some_and(|refused| same(&refused.token.access, &bearer.token.access));
        let ended = bearer.good_until.is_some_and(|end| self.clock.now() >= end);
        (!is_refused && !ended).then_some(bearer)
    }

    fn hold(&self, token: Token) -> Result<Arc<Bearer>, GateError> {
        let value = format!("Bearer {}", token.access.expose_secret());
        let header = sensitive(SecretString::from(value).expose_secret()).ok_or_else(|| {
            sign_in(ErrorKind::Config, "the access token has a character that no header can carry")
        })?;
        // Known before it is used: no answer to a request that carries it passes unsearched.
        self.watch.learn([&token.access].into_iter().chain(&token.beside));
        let good_until = token.lifetime.and_then(|life| life.good_until(token.is_renewable));
        let bearer = Arc::new(Bearer { header, token, good_until });
        *self.lock() = Some(Arc::clone(&bearer));
        Ok(bearer)
    }

    /// A panic while it was held leaves the value as it was.
    fn lock(&self) -> MutexGuard<'_, Option<Arc<Bearer>>> {
        self.held.lock().unwrap_or_else(|poisoned| poisoned.into_inner())
    }
}

impl fmt::Debug for TokenSource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TokenSource").finish_non_exhaustive()
    }
}

/// Whether a text that a provider gave can be sent as a bearer token.
pub(crate) fn is_token(token: &Secret) -> bool {
    let text = token.expose_secret();
    let is_plain = text.bytes().all(|byte| byte.is_ascii_graphic());
    !text.is_empty() && text.len() <= TOKEN_BYTES_MAX && is_plain && sensitive(text).is_some()
}

/// A lifetime in seconds. None that has ended already: it would have every request renew the
/// token.
pub(crate) fn lifetime(seconds: &str) -> Option<SignedDuration> {
    let seconds = seconds.trim().parse::<f64>().ok()? as i64;
    (seconds > 0).then(|| SignedDuration::from_secs(seconds))
}

pub(crate) fn same(one: &Secret, other: &Secret) -> bool {
    one.expose_secret() == other.expose_secret()
}

/// A command for an account, as it is entered.
pub(crate) fn account_command(command: &str, account: &AccountName) -> String {
    let name = account.as_str();
    match name.contains(' ') {
        true => format!("`tollgate account {command} \"{name}\"`"),
        false => format!("`tollgate account {command} {name}`"),
    }
}

/// An error of a login, with the account that gets no token by it.
pub(crate) fn explain(account: &AccountName, error: GateError) -> GateError {
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

fn sign_in(kind: ErrorKind, message: &str) -> GateError {
    GateError::SignIn { kind, message: message.to_owned(), hint: None }
}
