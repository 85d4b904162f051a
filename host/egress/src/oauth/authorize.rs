//! The address at which a user consents, and what comes back by the redirect (RFC 6749, section
//! 4.1), with PKCE (RFC 7636).

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use rand::RngCore;
use secrecy::ExposeSecret;
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;
use tollgate_vault::Secret;
use url::form_urlencoded;

use super::client::Client;
use super::reply::Refusal;
use crate::origin::{self, Remap};

/// The path of the redirect.
pub(super) const CALLBACK: &str = "/callback";
/// Bytes of an authorization code.
const CODE_BYTES_MAX: usize = 4 << 10;

/// One attempt of a user to consent.
pub(super) struct Consent {
    /// Where the browser is sent back to.
    pub(super) redirect_uri: String,
    /// What proves at the token URL that the code is ours.
    pub(super) verifier: Secret,
    state: Secret,
}

/// What a browser brings back.
pub(super) enum Callback {
    /// The code.
    Code(Secret),
    /// The user or the provider said no.
    Refused(Refusal),
    /// It does not belong to this attempt.
    Foreign,
}

impl Consent {
    /// A new attempt, with its own random values, that comes back to a port of this machine.
    pub(super) fn new(port: u16) -> Self {
        Consent {
            redirect_uri: format!("http://127.0.0.1:{port}{CALLBACK}"),
            verifier: random(),
            state: random(),
        }
    }

    /// The address to open in a browser. `None` where the provider offers no such grant.
    pub(super) fn url(&self, client: &Client, remaps: &[Remap]) -> Option<String> {
        let mut url = client.authorize_url.clone()?;
        let challenge = Sha256::digest(self.verifier.expose_secret());
        let challenge = URL_SAFE_NO_PAD.encode(challenge);
        {
            let mut pairs = url.query_pairs_mut();
            pairs
                .append_pair("response_type", "code")
                .append_pair("client_id", client.id.expose_secret())
                .append_pair("redirect_uri", &self.redirect_uri)
                .append_pair("state", self.state.expose_secret())
                .append_pair("code_challenge", &challenge)
                .append_pair("code_challenge_method", "S256");
            if !client.scope.is_empty() {
                pairs.append_pair("scope", &client.scope);
            }
            for (name, value) in &client.authorize_parameters {
                pairs.append_pair(name, value.expose_secret());
            }
        }
        let port = url.port_or_known_default().unwrap_or(443);
        let place = origin::remapped(remaps, url.host_str().unwrap_or_default(), port);
        Some(match place {
            None => url.into(),
            Some(place) => format!("{place}{}?{}", url.path(), url.query().unwrap_or_default()),
        })
    }

    /// Reads the query of a redirect. The state is compared in constant time, so that nobody who
    /// can reach the port learns it by trying.
    pub(super) fn read(&self, query: &str) -> Callback {
        let value = |wanted: &str| {
            let mut pairs = form_urlencoded::parse(query.as_bytes());
            pairs.find(|(name, _)| name == wanted).map(|(_, value)| value.into_owned())
        };
        let state = value("state").unwrap_or_default();
        if !bool::from(state.as_bytes().ct_eq(self.state.expose_secret().as_bytes())) {
            return Callback::Foreign;
        }
        if let Some(error) = value("error") {
            let description = value("error_description");
            return Callback::Refused(Refusal::of_redirect(&error, description.as_deref()));
        }
        match value("code") {
            Some(code) if (1..=CODE_BYTES_MAX).contains(&code.len()) => {
                Callback::Code(Secret::new(code))
            }
            _ => Callback::Foreign,
        }
    }
}

/// 256 random bits as 43 characters that stand in a URL as they are.
pub(super) fn random() -> Secret {
    let mut bytes = [0; 32];
    rand::rng().fill_bytes(&mut bytes);
    Secret::new(URL_SAFE_NO_PAD.encode(bytes))
}
