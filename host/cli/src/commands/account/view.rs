//! An account's tokens as they are shown: all but themselves.

use serde::Serialize;
use tollgate_vault::Tokens;

/// An account's tokens in `--json`.
#[derive(Serialize)]
pub struct TokensView {
    obtained_at: String,
    expires_at: Option<String>,
    renewable: bool,
    scope: Option<String>,
}

impl From<&Tokens> for TokensView {
    fn from(tokens: &Tokens) -> Self {
        TokensView {
            obtained_at: format!("{:.0}", tokens.obtained_at),
            expires_at: tokens.expires_at.map(|at| format!("{at:.0}")),
            renewable: tokens.refresh_token.is_some(),
            scope: tokens.scope.clone(),
        }
    }
}

impl TokensView {
    /// How long they are good for, in a few words.
    pub fn lasts(&self) -> String {
        match (&self.expires_at, self.renewable) {
            (_, true) => "renews itself".to_owned(),
            (Some(at), false) => format!("until {at}"),
            (None, false) => "until it is refused".to_owned(),
        }
    }

    /// When they were had.
    pub fn obtained_at(&self) -> &str {
        &self.obtained_at
    }

    /// When the access token ends.
    pub fn expires_at(&self) -> Option<&str> {
        self.expires_at.as_deref()
    }

    /// The scopes that were granted.
    pub fn scope(&self) -> Option<&str> {
        self.scope.as_deref()
    }
}
