//! Codes, grants and tokens, and what became of them.

use std::collections::HashMap;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

use super::ALL_SCOPES;
use crate::constant_contact::settings::{CANARY_ACCESS, CANARY_REFRESH, Credentials, Settings};
use crate::random::Dice;
use crate::vendor::Request;

/// How long a code may be exchanged.
const CODE_LIFETIME: SignedDuration = SignedDuration::from_mins(5);
/// How long a refresh token lives that nobody uses.
const REFRESH_LIFETIME: SignedDuration = SignedDuration::from_hours(180 * 24);
/// About as long as the vendor's access tokens, which headers and databases have to hold.
const ACCESS_TOKEN_LENGTH: usize = 1_024;

/// What came of the requests for tokens since the start.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Requests to the token endpoint, refused ones included.
    pub requests: usize,
    /// Access tokens that were given out for a code or a device.
    pub grants: usize,
    /// Refreshes that were granted.
    pub refreshes: usize,
    /// Uses of a refresh token that a rotation had ended.
    pub refresh_reuses: usize,
    /// Requests that were refused, polls of a device included.
    pub refusals: usize,
}

/// What an authorization code stands for until it is exchanged.
#[derive(Clone, Debug)]
pub(super) struct Code {
    pub(super) redirect_uri: String,
    pub(super) scope: String,
    /// The S256 challenge of a client without a secret.
    pub(super) challenge: Option<String>,
    pub(super) made: Timestamp,
}

/// What a device code stands for.
#[derive(Clone, Debug)]
pub(super) struct Device {
    pub(super) scope: String,
    pub(super) polls: usize,
}

/// A permission that a person gave.
#[derive(Clone, Debug)]
struct Grant {
    scope: String,
    is_alive: bool,
}

#[derive(Clone, Debug)]
struct Access {
    grant: usize,
    expires: Timestamp,
}

#[derive(Clone, Debug)]
struct Refresh {
    grant: usize,
    used: Timestamp,
    /// Whether a rotation has ended it.
    is_spent: bool,
}

/// Tokens as they are given out.
#[derive(Clone, Debug)]
pub(super) struct Issued {
    pub(super) access: String,
    pub(super) refresh: Option<String>,
    pub(super) scope: String,
}

/// Why a refresh is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum RefreshError {
    Unknown,
    Spent,
    Expired,
}

/// Everything that was given out.
#[derive(Debug)]
pub(in crate::constant_contact) struct Grants {
    seed: u64,
    made: u64,
    grants: Vec<Grant>,
    pasted: Vec<String>,
    access: HashMap<String, Access>,
    refresh: HashMap<String, Refresh>,
    pub(super) codes: HashMap<String, Code>,
    pub(super) devices: HashMap<String, Device>,
    pub(super) counts: Counts,
}

impl Grants {
    pub(in crate::constant_contact) fn new(settings: &Settings) -> Self {
        Grants {
            seed: settings.seed,
            made: 0,
            grants: Vec::new(),
            pasted: settings.credentials.pasted_tokens.clone(),
            access: HashMap::new(),
            refresh: HashMap::new(),
            codes: HashMap::new(),
            devices: HashMap::new(),
            counts: Counts::default(),
        }
    }

    /// A text that nobody can have guessed, and that never comes twice.
    pub(super) fn invent(&mut self, prefix: &str, length: usize) -> String {
        self.made += 1;
        let mut dice = Dice::new(&[self.seed, 77, self.made]);
        let mut text = format!("{prefix}-{}-", self.made);
        while text.len() < length {
            text.push_str(&format!("{:016x}", dice.roll()));
        }
        text.truncate(length);
        text
    }

    /// A grant with every scope, and its tokens.
    pub(in crate::constant_contact) fn give(
        &mut self,
        settings: &Settings,
        now: Timestamp,
    ) -> (String, String) {
        let issued = self.begin(&ALL_SCOPES.join(" "), true, settings, now);
        (issued.access, issued.refresh.unwrap_or_default())
    }

    /// A new grant.
    pub(super) fn begin(
        &mut self,
        scope: &str,
        may_refresh: bool,
        settings: &Settings,
        now: Timestamp,
    ) -> Issued {
        let grant = self.grants.len();
        self.grants.push(Grant { scope: scope.to_owned(), is_alive: true });
        let is_offline = scope.split(' ').any(|word| word == "offline_access");
        let refresh = (is_offline && may_refresh).then(|| self.new_refresh(grant, now));
        let access = self.new_access(grant, now, settings.access_lifetime);
        Issued { access, refresh, scope: scope.to_owned() }
    }

    /// A new access token for a refresh token, and a new refresh token where they rotate.
    pub(super) fn refresh(
        &mut self,
        token: &str,
        settings: &Settings,
        now: Timestamp,
    ) -> Result<Issued, RefreshError> {
        let Some(refresh) = self.refresh.get_mut(token) else {
            return Err(RefreshError::Unknown);
        };
        if refresh.is_spent {
            self.counts.refresh_reuses += 1;
            return Err(RefreshError::Spent);
        }
        let grant = refresh.grant;
        if !self.grants[grant].is_alive || refresh.used + REFRESH_LIFETIME < now {
            return Err(RefreshError::Expired);
        }
        refresh.used = now;
        refresh.is_spent = settings.rotating_refresh;
        let refresh = match settings.rotating_refresh {
            true => self.new_refresh(grant, now),
            false => token.to_owned(),
        };
        let access = self.new_access(grant, now, settings.access_lifetime);
        let scope = self.grants[grant].scope.clone();
        Ok(Issued { access, refresh: Some(refresh), scope })
    }

    fn new_refresh(&mut self, grant: usize, now: Timestamp) -> String {
        let token = self.invent(CANARY_REFRESH, 64);
        self.refresh.insert(token.clone(), Refresh { grant, used: now, is_spent: false });
        token
    }

    fn new_access(&mut self, grant: usize, now: Timestamp, lifetime: Duration) -> String {
        let token = self.invent(CANARY_ACCESS, ACCESS_TOKEN_LENGTH);
        let lifetime = SignedDuration::try_from(lifetime).unwrap_or(SignedDuration::MAX);
        let expires = now.checked_add(lifetime).unwrap_or(Timestamp::MAX);
        self.access.insert(token.clone(), Access { grant, expires });
        token
    }

    /// Takes a code away, which is good for one use, unless it has run out.
    pub(super) fn take_code(&mut self, code: &str, now: Timestamp) -> Option<Code> {
        let code = self.codes.remove(code)?;
        (now <= code.made + CODE_LIFETIME).then_some(code)
    }

    /// What an access token is good for, `None` if for nothing.
    pub(in crate::constant_contact) fn scope_of(
        &self,
        token: &str,
        now: Timestamp,
    ) -> Option<String> {
        if self.pasted.iter().any(|pasted| pasted == token) {
            return Some(ALL_SCOPES.join(" "));
        }
        let access = self.access.get(token)?;
        let grant = &self.grants[access.grant];
        (grant.is_alive && now < access.expires).then(|| grant.scope.clone())
    }

    pub(in crate::constant_contact) fn expire_access_tokens(&mut self) {
        self.access.clear();
    }

    pub(in crate::constant_contact) fn revoke(&mut self) {
        for grant in &mut self.grants {
            grant.is_alive = false;
        }
    }

    pub(in crate::constant_contact) fn counts(&self) -> Counts {
        self.counts
    }

    /// Secrets in the address of a request, where proxies and logs would keep them.
    pub(in crate::constant_contact) fn secrets_in(
        &self,
        request: &Request,
        settings: &Settings,
    ) -> Vec<String> {
        let Credentials { client_secret, pasted_tokens, .. } = &settings.credentials;
        let known = [client_secret.as_str(), CANARY_ACCESS, CANARY_REFRESH];
        let secrets = pasted_tokens.iter().map(String::as_str).chain(known);
        let is_in_address = |secret: &str| {
            let is_in_value = request.query.iter().any(|(_, value)| value.contains(secret));
            is_in_value || request.path.contains(secret) || request.raw_query.contains(secret)
        };
        let mut secrets = secrets.filter(|secret| !secret.is_empty());
        match secrets.any(is_in_address) {
            true => vec!["a secret is in the address".to_owned()],
            false => Vec::new(),
        }
    }
}
