//! A client of OAuth 2: the descriptor's data with the account's values filled in.

use std::fmt;

use secrecy::ExposeSecret;
use sha2::{Digest, Sha256};
use tollgate_model::text::quote;
use tollgate_model::{ClientAuthentication, Error, ErrorKind, OAuth2, OAuth2Grant, Result};
use tollgate_vault::Secret;

use super::authorize::random;
use super::form::Form;
use crate::config::Credentials;
use crate::url::CanonicalUrl;
use crate::values::Values;

/// A client, and the tokens that the user pasted for it.
pub(super) struct Client {
    /// Where tokens are had.
    pub(super) token_url: CanonicalUrl,
    /// Where a device code is had.
    pub(super) device_url: Option<CanonicalUrl>,
    /// Where a user consents.
    pub(super) authorize_url: Option<url::Url>,
    /// What that URL carries beside what the grant asks for.
    pub(super) authorize_parameters: Vec<(String, Secret)>,
    /// The scopes that are asked for, with spaces between.
    pub(super) scope: String,
    /// The grants that the provider offers.
    pub(super) grants: Vec<OAuth2Grant>,
    /// The client's id.
    pub(super) id: Secret,
    /// The access token that the user pasted.
    pub(super) pasted_access: Option<Secret>,
    /// The refresh token that the user pasted.
    pub(super) pasted_refresh: Option<Secret>,
    /// Tells this client and these pasted tokens from others.
    pub(super) fingerprint: String,
    secret: Option<Secret>,
    authentication: ClientAuthentication,
}

impl Client {
    /// # Errors
    /// [`ErrorKind::Config`] that names the field whose value is missing or cannot be sent, and
    /// [`ErrorKind::Bug`] for a descriptor's URLs and templates.
    pub(super) fn prepare(credentials: &Credentials, oauth2: &OAuth2) -> Result<Self> {
        let values = Values::own(credentials);
        let optional = |template: &Option<String>| expand_optional(values, template.as_deref());
        let parameters = oauth2
            .authorize_parameters
            .iter()
            .map(|parameter| Ok((parameter.name.clone(), expand(values, &parameter.value)?)));
        let mut client = Client {
            token_url: canonical(&oauth2.token_url)?,
            device_url: oauth2.device_url.as_deref().map(canonical).transpose()?,
            authorize_url: oauth2.authorize_url.as_deref().map(browser_url).transpose()?,
            authorize_parameters: parameters.collect::<Result<_>>()?,
            scope: oauth2.scopes.join(" "),
            grants: oauth2.grants.clone(),
            id: expand(values, &oauth2.client_id)?,
            pasted_access: optional(&oauth2.access_token)?,
            pasted_refresh: optional(&oauth2.refresh_token)?,
            fingerprint: String::new(),
            secret: optional(&oauth2.client_secret)?,
            authentication: oauth2.client_authentication,
        };
        if !oauth2.grants.contains(&OAuth2Grant::PastedToken) {
            (client.pasted_access, client.pasted_refresh) = (None, None);
        }
        client.fingerprint = client.hash(&oauth2.token_url);
        Ok(client)
    }

    /// Whether the provider offers a grant.
    pub(super) fn offers(&self, grant: OAuth2Grant) -> bool {
        self.grants.contains(&grant)
    }

    /// Whether a user can connect an account of it.
    pub(super) fn can_be_connected(&self) -> bool {
        self.offers(OAuth2Grant::AuthorizationCode) || self.offers(OAuth2Grant::DeviceCode)
    }

    /// Whether tokens are had without a user, by the client's own credentials.
    pub(super) fn acts_for_itself(&self) -> bool {
        self.offers(OAuth2Grant::ClientCredentials) && self.secret.is_some()
    }

    /// Exchanges an authorization code.
    pub(super) fn code_form(&self, code: &Secret, redirect_uri: &str, verifier: &Secret) -> Form {
        let form = Form::of_grant("authorization_code")
            .with_secret("code", code)
            .with("redirect_uri", redirect_uri)
            .with_secret("code_verifier", verifier);
        self.authenticated(form)
    }

    /// Renews a token.
    pub(super) fn refresh_form(&self, refresh_token: &Secret) -> Form {
        let form = Form::of_grant("refresh_token").with_secret("refresh_token", refresh_token);
        self.authenticated(form)
    }

    /// Gets a token for the client itself.
    pub(super) fn client_credentials_form(&self) -> Form {
        self.authenticated(self.scoped(Form::of_grant("client_credentials")))
    }

    /// Asks for a device code. `response_type` is not in RFC 8628; some providers want it, and
    /// others have to ignore it (RFC 6749, section 3.1).
    pub(super) fn device_form(&self) -> Form {
        // Some providers want what authorization requests have; all others pass over it.
        let form = Form::default().with("response_type", "code");
        let form = self.scoped(form.with("state", random().expose_secret()));
        match (&self.secret, self.authentication) {
            (Some(secret), ClientAuthentication::Basic) => {
                form.with("client_id", self.id.expose_secret()).with_basic(&self.id, secret)
            }
            _ => self.authenticated(form),
        }
    }

    /// Asks whether the user has consented to a device code.
    pub(super) fn poll_form(&self, device_code: &Secret) -> Form {
        let form = Form::of_grant("urn:ietf:params:oauth:grant-type:device_code")
            .with_secret("device_code", device_code);
        self.authenticated(form)
    }

    fn scoped(&self, form: Form) -> Form {
        if self.scope.is_empty() { form } else { form.with("scope", &self.scope) }
    }

    fn authenticated(&self, form: Form) -> Form {
        let id = self.id.expose_secret();
        match (&self.secret, self.authentication) {
            (None, _) => form.with("client_id", id),
            (Some(secret), ClientAuthentication::Basic) => form.with_basic(&self.id, secret),
            (Some(secret), ClientAuthentication::Form) => {
                form.with("client_id", id).with_secret("client_secret", secret)
            }
        }
    }

    /// Each part with its length before it, so that no two lists of parts run into the same bytes.
    fn hash(&self, token_url: &str) -> String {
        let pasted = [&self.pasted_access, &self.pasted_refresh];
        let pasted = pasted.map(|token| token.as_ref().map_or("", ExposeSecret::expose_secret));
        let mut hash = Sha256::new();
        for part in [token_url, self.id.expose_secret(), pasted[0], pasted[1]] {
            hash.update((part.len() as u64).to_be_bytes());
            hash.update(part);
        }
        hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
    }
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client").field("token_url", &self.token_url).finish_non_exhaustive()
    }
}

fn expand(values: Values<'_>, template: &str) -> Result<Secret> {
    Ok(Secret::new(values.expand(template)?.expose_secret().to_owned()))
}

/// Nothing where a field that the template names is not set.
fn expand_optional(values: Values<'_>, template: Option<&str>) -> Result<Option<Secret>> {
    let Some(template) = template else { return Ok(None) };
    match values.missing(template)? {
        None => expand(values, template).map(|secret| Some(secret).filter(|s| !s.is_empty())),
        Some(_) => Ok(None),
    }
}

fn canonical(text: &str) -> Result<CanonicalUrl> {
    CanonicalUrl::parse_text(text).map_err(|_| bad_url(text))
}

fn browser_url(text: &str) -> Result<url::Url> {
    canonical(text)?;
    text.parse().map_err(|_| bad_url(text))
}

fn bad_url(text: &str) -> Error {
    Error::new(
        ErrorKind::Bug,
        format!("the auth method has the URL {}, which is none", quote(text)),
    )
}
