//! What was given out, and what it is still good for.

use std::collections::HashMap;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

use crate::incontact::settings::{CANARY_ACCESS, CANARY_REFRESH, Settings};
use crate::random::Dice;

/// A way to sign in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SignIn {
    /// The password grant.
    Password,
    /// The access key alone, at UserHub.
    AccessKey,
    /// CXone OpenID.
    Cxone,
}

/// What came of the requests for tokens.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Requests for tokens, refused ones included.
    pub requests: usize,
    /// Sign-ins by password grant.
    pub password: usize,
    /// Sign-ins by access key alone.
    pub access_key: usize,
    /// Sign-ins by CXone OpenID.
    pub cxone: usize,
    /// Renewals.
    pub renewals: usize,
    /// Requests for tokens that were refused.
    pub refusals: usize,
    /// How often a refresh token was used that a rotation had ended already.
    pub refresh_reuses: usize,
    /// Requests for the two documents of CXone that lead on.
    pub discoveries: usize,
}

impl Counts {
    /// Sign-ins of all kinds.
    pub fn sign_ins(&self) -> usize {
        self.password + self.access_key + self.cxone
    }
}

#[derive(Clone, Debug)]
struct Access {
    expires: Timestamp,
    /// How many requests it is still good for.
    left: Option<usize>,
}

#[derive(Clone, Debug)]
struct Refresh {
    sign_in: SignIn,
    expires: Timestamp,
    is_spent: bool,
}

/// Tokens as they are given out.
#[derive(Clone, Debug)]
pub(super) struct Issued {
    pub(super) access: String,
    pub(super) refresh: String,
}

/// What a bearer token is worth.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::incontact) enum Worth {
    Good,
    /// It was good once.
    Ended,
    Unknown,
}

/// Everything that was given out.
#[derive(Debug, Default)]
pub(in crate::incontact) struct Tokens {
    made: u64,
    access: HashMap<String, Access>,
    refresh: HashMap<String, Refresh>,
    pub(in crate::incontact) counts: Counts,
}

impl Tokens {
    /// New tokens for somebody who signed in.
    pub(super) fn sign_in(
        &mut self,
        sign_in: SignIn,
        settings: &Settings,
        now: Timestamp,
    ) -> Issued {
        match sign_in {
            SignIn::Password => self.counts.password += 1,
            SignIn::AccessKey => self.counts.access_key += 1,
            SignIn::Cxone => self.counts.cxone += 1,
        }
        let (access, refresh) = self.grant(sign_in, settings, now);
        Issued { access, refresh }
    }

    /// New tokens that nobody asked for.
    pub(in crate::incontact) fn grant(
        &mut self,
        sign_in: SignIn,
        settings: &Settings,
        now: Timestamp,
    ) -> (String, String) {
        let access = self.new_access(settings, now);
        (access, self.new_refresh(sign_in, settings, now))
    }

    /// New tokens for a refresh token of the same way to sign in. The error says why there are
    /// none, and whether that is the client's fault.
    pub(super) fn renew(
        &mut self,
        sign_in: SignIn,
        token: &str,
        settings: &Settings,
        now: Timestamp,
    ) -> Result<Issued, (&'static str, bool)> {
        let known = self.refresh.get_mut(token).filter(|refresh| refresh.sign_in == sign_in);
        let Some(refresh) = known else {
            return Err(("the refresh token is unknown", true));
        };
        if refresh.is_spent {
            self.counts.refresh_reuses += 1;
            return Err(("a refresh token is used a second time", true));
        }
        if settings.refresh_refused || refresh.expires <= now {
            return Err(("the refresh token has expired", false));
        }
        refresh.is_spent = settings.rotating_refresh;
        self.counts.renewals += 1;
        let refresh = match settings.rotating_refresh {
            true => self.new_refresh(sign_in, settings, now),
            false => token.to_owned(),
        };
        Ok(Issued { access: self.new_access(settings, now), refresh })
    }

    /// What `token` is worth for one more request.
    pub(in crate::incontact) fn spend(&mut self, token: &str, now: Timestamp) -> Worth {
        let Some(access) = self.access.get_mut(token) else {
            return Worth::Unknown;
        };
        if access.expires <= now || access.left == Some(0) {
            return Worth::Ended;
        }
        access.left = access.left.map(|left| left - 1);
        Worth::Good
    }

    /// Ends every access token.
    pub(in crate::incontact) fn expire_access(&mut self, now: Timestamp) {
        for access in self.access.values_mut() {
            access.expires = access.expires.min(now);
        }
    }

    /// Ends every token.
    pub(in crate::incontact) fn revoke(&mut self, now: Timestamp) {
        self.expire_access(now);
        for refresh in self.refresh.values_mut() {
            refresh.expires = refresh.expires.min(now);
        }
    }

    fn new_access(&mut self, settings: &Settings, now: Timestamp) -> String {
        let token = self.invent(CANARY_ACCESS, settings.seed);
        let expires = after(now, settings.access_lifetime);
        self.access.insert(token.clone(), Access { expires, left: settings.requests_per_token });
        token
    }

    fn new_refresh(&mut self, sign_in: SignIn, settings: &Settings, now: Timestamp) -> String {
        let token = self.invent(CANARY_REFRESH, settings.seed);
        let expires = after(now, settings.refresh_lifetime);
        self.refresh.insert(token.clone(), Refresh { sign_in, expires, is_spent: false });
        token
    }

    /// A text that nobody can have guessed, and that never comes twice.
    fn invent(&mut self, prefix: &str, seed: u64) -> String {
        self.made += 1;
        let mut dice = Dice::new(&[seed, 77, self.made]);
        format!("{prefix}-{}-{:016x}{:016x}", self.made, dice.roll(), dice.roll())
    }
}

fn after(now: Timestamp, lifetime: Duration) -> Timestamp {
    let lifetime = SignedDuration::try_from(lifetime).unwrap_or(SignedDuration::MAX);
    now.checked_add(lifetime).unwrap_or(Timestamp::MAX)
}
