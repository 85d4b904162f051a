//! What a provider gave an account, and the form in which a vault holds it.

use std::collections::BTreeMap;

use jiff::Timestamp;
use secrecy::ExposeSecret;
use secrecy::zeroize::Zeroizing;
use serde::{Deserialize, Serialize};

use crate::secret::Secret;

/// The tokens of one account.
#[derive(Clone, Debug)]
pub struct Tokens {
    /// What requests carry.
    pub access_token: Secret,
    /// What the next access token is had for, where the provider gave such a token.
    pub refresh_token: Option<Secret>,
    /// When the access token ends, where the provider said so.
    pub expires_at: Option<Timestamp>,
    /// When they were had.
    pub obtained_at: Timestamp,
    /// The scopes that were granted, where the provider named them.
    pub scope: Option<String>,
    /// For whom they were had: a hash of the client and of the tokens that the user pasted. Tokens
    /// of another client, or from before the user pasted others, are not used.
    pub fingerprint: String,
}

/// The tokens of all accounts, by account name.
pub(crate) type AllTokens = BTreeMap<String, Tokens>;

/// The form inside the sealed message: JSON.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry<T> {
    access_token: T,
    refresh_token: Option<T>,
    expires_at: Option<Timestamp>,
    obtained_at: Timestamp,
    scope: Option<String>,
    fingerprint: String,
}

/// Bytes of an entry beside its secrets, at the most likely.
const ENTRY_BYTES: usize = 1_024;

/// The tokens as a message. Its memory is wiped, and large enough from the start that growing does
/// not leave copies behind.
pub(crate) fn to_message(all: &AllTokens) -> serde_json::Result<Zeroizing<Vec<u8>>> {
    let entries: BTreeMap<&str, Entry<&str>> =
        all.iter().map(|(name, tokens)| (name.as_str(), entry(tokens))).collect();
    let bytes: usize = entries
        .values()
        .map(|entry| {
            let secrets = entry.access_token.len() + entry.refresh_token.map_or(0, str::len);
            ENTRY_BYTES + entry.scope.as_ref().map_or(0, String::len) + 2 * secrets
        })
        .sum();
    let mut message = Zeroizing::new(Vec::with_capacity(bytes));
    serde_json::to_writer(&mut *message, &entries)?;
    Ok(message)
}

/// The tokens in a message. `None` where it is none; what is wrong is left out, as it could tell
/// about the content.
pub(crate) fn from_message(message: &[u8]) -> Option<AllTokens> {
    let entries: BTreeMap<String, Entry<String>> = serde_json::from_slice(message).ok()?;
    Some(entries.into_iter().map(|(name, entry)| (name, tokens(entry))).collect())
}

fn entry(tokens: &Tokens) -> Entry<&str> {
    Entry {
        access_token: tokens.access_token.expose_secret(),
        refresh_token: tokens.refresh_token.as_ref().map(ExposeSecret::expose_secret),
        expires_at: tokens.expires_at,
        obtained_at: tokens.obtained_at,
        scope: tokens.scope.clone(),
        fingerprint: tokens.fingerprint.clone(),
    }
}

fn tokens(entry: Entry<String>) -> Tokens {
    Tokens {
        access_token: Secret::new(entry.access_token),
        refresh_token: entry.refresh_token.map(Secret::new),
        expires_at: entry.expires_at,
        obtained_at: entry.obtained_at,
        scope: entry.scope,
        fingerprint: entry.fingerprint,
    }
}
