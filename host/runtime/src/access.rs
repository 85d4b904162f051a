//! What the operator lets one account's connector do.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use jiff::tz::TimeZone;
use tollgate_egress::{CertificateDer, GateConfig, GateLimits, Remap};
use tollgate_model::settings::today_in;
use tollgate_model::{
    Clock, Descriptor, Error, ErrorKind, Observer, RateLimit, Result, SystemClock, Unobserved,
};
use tollgate_vault::{Account, ResolvedAccount, Vault};

use crate::connector::Connector;

/// The longest window of a rate limit.
const WINDOW_MAX: Duration = Duration::from_secs(86_400);

/// What the operator lets one account's connector do, and what a run needs beside it. Starts with
/// nothing granted.
#[derive(Clone)]
pub struct Access {
    /// Origins that may be reached, as the descriptor writes them. A request passes only to an
    /// origin that the connector declares and that stands here.
    pub granted_origins: Vec<String>,
    /// Origins that are somewhere else, such as a simulator: pairs of `https://HOST[:PORT]` and
    /// `http[s]://HOST[:PORT]`. The connector does not know.
    pub remaps: Vec<(String, String)>,
    /// Certificate authorities trusted beside the public ones, DER.
    pub ca_certificates: Vec<Vec<u8>>,
    /// Whether the rate limits hold that the descriptor names. Only a stand-in for the provider
    /// does without them.
    pub is_paced: bool,
    /// Lowers the rate below what the descriptor says.
    pub requests_per_second: Option<f64>,
    /// Lowers the number of requests under way at once below what the descriptor says.
    pub concurrent_requests: Option<u32>,
    /// The account's time zone, in which relative dates are resolved.
    pub time_zone: TimeZone,
    /// Where tokens are kept. Needed only by auth methods that renew tokens.
    pub vault: Option<Arc<Vault>>,
    /// The run's clock.
    pub clock: Arc<dyn Clock>,
    /// Is told about requests, waits and log lines.
    pub observer: Arc<dyn Observer>,
}

impl Access {
    /// Nothing granted, at the descriptor's pace, UTC, no vault, the machine's clock, nobody told.
    pub fn none() -> Self {
        Access {
            granted_origins: Vec::new(),
            remaps: Vec::new(),
            ca_certificates: Vec::new(),
            is_paced: true,
            requests_per_second: None,
            concurrent_requests: None,
            time_zone: TimeZone::UTC,
            vault: None,
            clock: Arc::new(SystemClock),
            observer: Arc::new(Unobserved),
        }
    }

    /// Grants every origin that the connector declares: for connectors that are trusted as a whole,
    /// and for tests.
    pub fn declared(descriptor: &Descriptor) -> Self {
        Access { granted_origins: descriptor.origins.clone(), ..Access::none() }
    }

    /// Sends what goes to `origin` to `place` instead.
    #[must_use]
    pub fn remap(mut self, origin: impl Into<String>, place: impl Into<String>) -> Self {
        self.remaps.push((origin.into(), place.into()));
        self
    }

    /// Keeps the tokens of the account in `vault`, and finds them there.
    #[must_use]
    pub fn tokens(mut self, vault: Arc<Vault>) -> Self {
        self.vault = Some(vault);
        self
    }

    /// Has `observer` told what happens.
    #[must_use]
    pub fn observed_by(mut self, observer: Arc<dyn Observer>) -> Self {
        self.observer = observer;
        self
    }

    /// An account checked against its connector, and what its gate is made from.
    pub(crate) fn admit(
        &self,
        account: &Account,
        connector: &Connector,
    ) -> Result<(ResolvedAccount, GateConfig)> {
        let descriptor = connector.descriptor();
        let account = account.resolve(descriptor, today_in(&self.time_zone, self.clock.now()))?;
        let limits = &connector.template().limits.gate;
        let config = self.gate_config(descriptor, &account, limits)?;
        Ok((account, config))
    }

    fn gate_config(
        &self,
        descriptor: &Descriptor,
        account: &ResolvedAccount,
        limits: &GateLimits,
    ) -> Result<GateConfig> {
        let granted: Result<_> = self.granted_origins.iter().map(|origin| origin.parse()).collect();
        let mut config = GateConfig::for_account(descriptor, account, granted?)?;
        config.remaps = self.remaps.iter().map(remap).collect::<Result<_>>()?;
        config.vault.clone_from(&self.vault);
        config.limits = *limits;
        config.extra_root_certificates =
            self.ca_certificates.iter().cloned().map(CertificateDer::from).collect();
        config.rate_limits = self.rate_limits(config.rate_limits)?;
        if let Some(concurrent) = self.concurrent_requests {
            config.concurrent_requests = config.concurrent_requests.min(concurrent).max(1);
        }
        Ok(config)
    }

    fn rate_limits(&self, declared: Vec<RateLimit>) -> Result<Vec<RateLimit>> {
        let declared = if self.is_paced { declared } else { Vec::new() };
        let own = self.requests_per_second.map(rate_limit).transpose()?;
        Ok(declared.into_iter().chain(own).collect())
    }
}

impl fmt::Debug for Access {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Access")
            .field("granted_origins", &self.granted_origins)
            .field("remaps", &self.remaps)
            .field("is_paced", &self.is_paced)
            .field("requests_per_second", &self.requests_per_second)
            .field("concurrent_requests", &self.concurrent_requests)
            .field("time_zone", &self.time_zone.iana_name())
            .finish_non_exhaustive()
    }
}

fn remap((origin, place): &(String, String)) -> Result<Remap> {
    format!("{origin}={place}").parse()
}

/// A rate as so many requests in a window: whole requests a second, or one in several seconds.
fn rate_limit(per_second: f64) -> Result<RateLimit> {
    let wrong = || {
        Error::new(ErrorKind::Config, format!("{per_second} requests per second are no rate"))
            .with_hint("a rate is greater than 0; one request a day is the least")
    };
    if !(per_second.is_finite() && per_second > 0.0) {
        return Err(wrong());
    }
    // Rounded down in rate, up in time: the limit is never passed. Casts of floats saturate.
    let requests = (per_second.floor() as u32).max(1);
    let window_ms = (f64::from(requests) / per_second * 1_000.0).ceil();
    if window_ms > WINDOW_MAX.as_millis() as f64 {
        return Err(wrong());
    }
    Ok(RateLimit { requests, window_ms: (window_ms as u64).max(1) })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_operator_lowers_the_pace_and_only_a_stand_in_does_without() {
        let declared = RateLimit { requests: 4, window_ms: 1_000 };
        let lowered = RateLimit { requests: 2, window_ms: 1_000 };
        for (is_paced, requests_per_second, expected) in [
            (true, None, vec![declared]),
            (true, Some(2.0), vec![declared, lowered]),
            (false, None, vec![]),
            (false, Some(2.0), vec![lowered]),
        ] {
            let access = Access { is_paced, requests_per_second, ..Access::none() };
            assert_eq!(access.rate_limits(vec![declared]).unwrap(), expected);
        }
    }

    #[test]
    fn a_rate_becomes_requests_in_a_window() {
        for (rate, requests, window_ms) in
            [(10.0, 10, 1_000), (2.5, 2, 800), (0.5, 1, 2_000), (1.0 / 3.0, 1, 3_000)]
        {
            assert_eq!(rate_limit(rate).unwrap(), RateLimit { requests, window_ms }, "{rate}");
        }
        for rate in [0.0, -1.0, f64::NAN, f64::INFINITY, 1e-9] {
            assert_eq!(rate_limit(rate).unwrap_err().kind(), ErrorKind::Config, "{rate}");
        }
    }
}
