//! The login of an account by token exchange: which requests are made, in which order, and what
//! follows where one of them fails.

use std::collections::HashSet;
use std::fmt;
use std::sync::{Mutex, MutexGuard};

use jiff::Timestamp;
use secrecy::ExposeSecret;
use tollgate_model::text::quote;
use tollgate_model::{
    AccountName, Error, ErrorKind, ExchangeRequest, Result, TakenValue, TokenExchange,
};
use tollgate_vault::Secret;

use super::{reply, request, urls};
use crate::config::{Credentials, GateConfig};
use crate::endpoint::Endpoint;
use crate::error::GateError;
use crate::leak::Scanner;
use crate::tokens::{Lifetime, Token, account_command, explain, is_token, lifetime};
use crate::values::{Taken, Values};

/// Bytes of all values together that replies gave. 64 KiB: twenty times those of the largest sign-in
/// we know; each of them is searched for in several forms.
const TAKEN_BYTES_MAX: usize = 64 << 10;

/// The login of one account. What replies gave is kept in this process and nowhere else: the
/// credentials by which it can be had again are at hand.
pub(crate) struct Login {
    account: AccountName,
    exchange: TokenExchange,
    credentials: Credentials,
    endpoint: Endpoint,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    /// What a renewal begins with: the values of the last sign-in or renewal.
    taken: Option<Taken>,
    /// How the sign-in was refused. It is not tried again: several parts of a run that each come
    /// with the same wrong password could get the account locked.
    refused: Option<GateError>,
}

impl Login {
    /// # Errors
    /// [`ErrorKind::Config`] that names a field that the sign-in needs and that is not set,
    /// [`ErrorKind::Bug`] for broken templates.
    pub(crate) fn prepare(
        config: &GateConfig,
        exchange: &TokenExchange,
        endpoint: Endpoint,
    ) -> Result<Self> {
        let login = Login {
            account: config.account.clone(),
            exchange: exchange.clone(),
            credentials: config.credentials.clone(),
            endpoint,
            state: Mutex::default(),
        };
        let own = Values::own(&login.credentials);
        let mut taken = HashSet::new();
        for request in &exchange.sign_in {
            let needs = request::needs(request)?;
            let is_there = |name: &String| own.get(name).is_some() || taken.contains(name.as_str());
            if let Some(missing) = needs.iter().find(|name| !is_there(name)) {
                return Err(Error::from(login.missing(missing)));
            }
            taken.extend(request.takes.iter().map(|taken| taken.name.as_str()));
        }
        Ok(login)
    }

    /// Whether it finds the URL below which the account's API is.
    pub(crate) fn finds_base_url(&self) -> bool {
        self.exchange.base_url.is_some()
    }

    /// A new token: by renewal where that can be made, else by signing in.
    pub(crate) async fn obtain(&self) -> Result<Token, GateError> {
        let token = match self.renew().await {
            Ok(Some(token)) => Ok(token),
            Ok(None) => self.sign_in().await,
            Err(error) => Err(error),
        };
        token.map_err(|error| explain(&self.account, error))
    }

    /// None where there is nothing to renew, or where signing in again may help.
    async fn renew(&self) -> Result<Option<Token>, GateError> {
        let renewal = &self.exchange.renewal;
        let taken = self.state().taken.take().filter(|_| !renewal.is_empty());
        let Some(taken) = taken else { return Ok(None) };
        match self.carry_out(renewal, taken.clone()).await {
            Ok(token) => Ok(Some(token)),
            // It could not be made, was refused or came to nothing.
            Err(error) if [ErrorKind::Config, ErrorKind::Data].contains(&error.kind()) => Ok(None),
            Err(error) if error.kind() == ErrorKind::Unauthorized => Ok(None),
            Err(error) => {
                self.state().taken = Some(taken);
                Err(error)
            }
        }
    }

    async fn sign_in(&self) -> Result<Token, GateError> {
        if let Some(refused) = self.state().refused.clone() {
            return Err(refused);
        }
        let outcome = self.carry_out(&self.exchange.sign_in, Taken::new()).await;
        outcome.map_err(|error| {
            let error = self.with_hint(error);
            // What is denied would be denied again, after as many requests.
            if [ErrorKind::Unauthorized, ErrorKind::Denied].contains(&error.kind()) {
                self.state().refused = Some(error.clone());
            }
            error
        })
    }

    async fn carry_out(
        &self,
        requests: &[ExchangeRequest],
        mut taken: Taken,
    ) -> Result<Token, GateError> {
        for request in requests {
            let values = Values::with(&self.credentials, &taken);
            let needs = request::needs(request).map_err(GateError::of_sign_in)?;
            if let Some(missing) = needs.iter().find(|name| values.get(name).is_none()) {
                return Err(self.missing(missing));
            }
            let answer = self.endpoint.send(&request::prepare(request, values)?).await?;
            let new = reply::take(&answer, &request.takes, &self.credentials, &taken)?;
            taken.extend(new);
            let bytes: usize = taken.values().map(|taken| taken.text.expose_secret().len()).sum();
            if bytes > TAKEN_BYTES_MAX {
                let message = format!("the replies give more than {TAKEN_BYTES_MAX} bytes");
                return Err(GateError::BodyTooLarge(message));
            }
        }
        let token = self.token(&taken, self.endpoint.clock().now())?;
        self.state().taken = Some(taken);
        Ok(token)
    }

    /// The token in what replies gave, with all that comes with it, checked before it is used.
    fn token(&self, taken: &Taken, now: Timestamp) -> Result<Token, GateError> {
        let TokenExchange { token, expires_in, base_url, .. } = &self.exchange;
        let values = Values::with(&self.credentials, taken);
        let access = Secret::new(self.expand(values, token)?);
        if !is_token(&access) {
            let message = "the provider's token cannot be sent in a header".to_owned();
            return Err(GateError::SignIn { kind: ErrorKind::Data, message, hint: None });
        }
        let secrets = taken.values().filter(|taken| taken.is_secret);
        let beside: Vec<Secret> = secrets.map(|taken| taken.text.clone()).collect();
        let base_url = match base_url {
            Some(template) => Some(self.base_url(values, template, &access, &beside)?),
            None => None,
        };
        // A reply need not say how long a token is good for.
        let seconds = expires_in.as_deref().and_then(|template| values.expand(template).ok());
        let lifetime = seconds.and_then(|text| {
            let end = now.checked_add(lifetime(text.expose_secret())?).ok()?;
            Some(Lifetime { begin: now, end })
        });
        Ok(Token { access, beside, lifetime, is_renewable: true, base_url })
    }

    fn base_url(
        &self,
        values: Values<'_>,
        template: &str,
        access: &Secret,
        beside: &[Secret],
    ) -> Result<String, GateError> {
        self.expand(values, template)?;
        let own = self.credentials.secrets.values();
        let scanner = Scanner::new(own.chain(beside).chain([access]));
        let url = urls::base_url(values, template, scanner.as_ref())?;
        self.endpoint.check_origin(&url)?;
        Ok(format!("{}{}", url.origin(), url.path().trim_end_matches('/')))
    }

    /// A template with its fields filled in.
    fn expand(&self, values: Values<'_>, template: &str) -> Result<String, GateError> {
        if let Some(missing) = values.missing(template).map_err(GateError::of_sign_in)? {
            return Err(self.missing(&missing));
        }
        let expanded = values.expand(template).map_err(GateError::of_sign_in)?;
        Ok(expanded.expose_secret().to_owned())
    }

    /// There is no value of this name: where it should have come from, and what would help.
    fn missing(&self, name: &str) -> GateError {
        let TokenExchange { sign_in, renewal, .. } = &self.exchange;
        let requests = sign_in.iter().chain(renewal);
        let mut takes = requests.flat_map(|one| one.takes.iter().map(move |taken| (one, taken)));
        let place = takes.find(|(_, taken)| taken.name == name).map(|(request, taken)| {
            let TakenValue { pointer, claim, .. } = taken;
            let claim = claim.iter().map(|claim| format!(", claim {}", quote(claim)));
            let claim: String = claim.collect();
            format!("{}{claim}, in the reply of {}", quote(pointer), quote(&request.url))
        });
        let can_be_set = self.credentials.settable.contains(name);
        let (kind, message) = match place {
            None => (ErrorKind::Config, format!("the sign-in needs `{name}`, which is not set")),
            Some(place) => {
                let kind = if can_be_set { ErrorKind::Config } else { ErrorKind::Data };
                (kind, format!("the sign-in needs `{name}`, which was not there: {place}"))
            }
        };
        let hint = format!("set `{name}` of account {} in tollgate.toml", self.account);
        GateError::SignIn { kind, message, hint: can_be_set.then_some(hint) }
    }

    /// What helps where the provider refuses the credentials.
    fn with_hint(&self, error: GateError) -> GateError {
        match error {
            GateError::SignIn { kind: ErrorKind::Unauthorized, message, .. } => {
                let show = account_command("show", &self.account);
                let hint = format!("compare its credentials; {show} tells where they are from");
                GateError::SignIn { kind: ErrorKind::Unauthorized, message, hint: Some(hint) }
            }
            other => other,
        }
    }

    /// A panic while it was held leaves the values as they were.
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(|poisoned| poisoned.into_inner())
    }
}

impl fmt::Debug for Login {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Login").field("account", &self.account).finish_non_exhaustive()
    }
}
