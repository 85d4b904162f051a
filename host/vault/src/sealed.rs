//! The bytes of a vault file: a head in clear, then one message of XChaCha20-Poly1305.
//!
//! | bytes | what |
//! |---|---|
//! | 15 | the words `tollgate-vault` and a zero |
//! | 1 | the version of this form |
//! | 8 | which key it is sealed with |
//! | 24 | the nonce, random at every writing |
//! | rest | the message with its tag; the first 24 bytes are authenticated with it |

use chacha20poly1305::aead::{Aead, Generate, KeyInit, Payload};
use chacha20poly1305::{XChaCha20Poly1305, XNonce};
use secrecy::zeroize::Zeroizing;

use crate::key::{KEY_ID_BYTES, Key};

const MAGIC: &[u8; 15] = b"tollgate-vault\0";
const VERSION: u8 = 1;
const HEAD_BYTES: usize = MAGIC.len() + 1 + KEY_ID_BYTES;
const NONCE_BYTES: usize = 24;

/// Why a file cannot be opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Unopened {
    /// It is no vault.
    Foreign,
    /// It has a form that this version does not know.
    Version(u8),
    /// It was sealed with another key.
    OtherKey,
    /// It is not what was written.
    Damaged,
}

/// Seals a message. `None` only for messages of many gigabytes.
pub(crate) fn seal(key: &Key, message: &[u8]) -> Option<Vec<u8>> {
    let nonce = XNonce::generate();
    let mut file = [MAGIC.as_slice(), &[VERSION], &key.id()].concat();
    let payload = Payload { msg: message, aad: &file };
    let sealed = cipher(key).encrypt(&nonce, payload).ok()?;
    file.extend_from_slice(&nonce);
    file.extend_from_slice(&sealed);
    Some(file)
}

/// Opens what [`seal`] gave.
pub(crate) fn open(key: &Key, file: &[u8]) -> Result<Zeroizing<Vec<u8>>, Unopened> {
    let rest = file.strip_prefix(MAGIC).ok_or(Unopened::Foreign)?;
    let (version, rest) = rest.split_first().ok_or(Unopened::Damaged)?;
    if *version != VERSION {
        return Err(Unopened::Version(*version));
    }
    let (id, rest) = rest.split_first_chunk::<KEY_ID_BYTES>().ok_or(Unopened::Damaged)?;
    if *id != key.id() {
        return Err(Unopened::OtherKey);
    }
    let (nonce, sealed) = rest.split_first_chunk::<NONCE_BYTES>().ok_or(Unopened::Damaged)?;
    let payload = Payload { msg: sealed, aad: &file[..HEAD_BYTES] };
    let message = cipher(key).decrypt(&XNonce::from(*nonce), payload);
    message.map(Zeroizing::new).map_err(|_| Unopened::Damaged)
}

fn cipher(key: &Key) -> XChaCha20Poly1305 {
    XChaCha20Poly1305::new(key.bytes().into())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::key::tests::{key, other_key};

    #[test]
    fn what_is_sealed_opens_with_its_key_alone_and_never_looks_the_same() {
        let (first, second) = (seal(&key(), b"canary").unwrap(), seal(&key(), b"canary").unwrap());
        assert_ne!(first, second);
        for sealed in [&first, &second] {
            assert_eq!(**open(&key(), sealed).unwrap(), *b"canary");
            assert_eq!(open(&other_key(), sealed), Err(Unopened::OtherKey));
            assert!(!sealed.windows(6).any(|window| window == b"canary"));
        }
    }

    #[test]
    fn what_is_no_vault_or_of_another_version_is_told_as_such() {
        assert_eq!(open(&key(), b""), Err(Unopened::Foreign));
        assert_eq!(open(&key(), b"[accounts.acme]"), Err(Unopened::Foreign));
        let mut sealed = seal(&key(), b"canary").unwrap();
        sealed[MAGIC.len()] = 2;
        assert_eq!(open(&key(), &sealed), Err(Unopened::Version(2)));
    }

    proptest! {
        #[test]
        fn no_change_of_a_bit_and_no_cut_goes_unnoticed(at in 0_usize..200, bit in 0_u8..8) {
            let sealed = seal(&key(), &[7; 100]).unwrap();
            prop_assert!(open(&key(), &sealed[..at.min(sealed.len() - 1)]).is_err());
            let mut changed = sealed.clone();
            changed[at % sealed.len()] ^= 1 << bit;
            prop_assert!(open(&key(), &changed).is_err());
        }
    }
}
