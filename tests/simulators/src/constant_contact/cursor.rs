//! The opaque tokens of the next page, which carry the filters of the first one.

use base64::Engine as _;
use base64::engine::general_purpose::{URL_SAFE, URL_SAFE_NO_PAD};
use url::form_urlencoded;

use crate::query::Query;
use crate::random::Dice;

/// What a token says besides the filters; no parameter of the vendor has such a name.
const OFFSET: &str = "~offset";
const PATH: &str = "~path";

/// Makes the token for the page of `path` that begins at `offset`.
pub(super) fn encode(
    path: &str,
    pairs: &[(String, String)],
    offset: usize,
    is_padded: bool,
) -> String {
    let mut text = form_urlencoded::Serializer::new(String::new());
    text.extend_pairs(pairs);
    text.append_pair(OFFSET, &offset.to_string());
    text.append_pair(PATH, &mark(path));
    let text = text.finish();
    match is_padded {
        true => URL_SAFE.encode(text),
        false => URL_SAFE_NO_PAD.encode(text),
    }
}

/// Reads a token that was made for `path`.
pub(super) fn decode(path: &str, token: &str) -> Option<Query> {
    let text = URL_SAFE_NO_PAD.decode(token.trim_end_matches('=')).ok()?;
    let mut query = Query::default();
    let (mut offset, mut is_own) = (None, false);
    for (name, value) in form_urlencoded::parse(&text).into_owned() {
        match name.as_str() {
            OFFSET => offset = value.parse().ok(),
            PATH => is_own = value == mark(path),
            _ => query.pairs.push((name, value)),
        }
    }
    query.offset = offset?;
    is_own.then_some(query)
}

/// Ties a token to its path, so that one of another path is refused.
fn mark(path: &str) -> String {
    let key: Vec<_> = path.bytes().map(u64::from).collect();
    format!("{:x}", Dice::new(&key).roll())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn token_is_read_back_on_its_own_path_only() {
        let pairs = vec![("status".to_owned(), "all".to_owned())];
        for is_padded in [true, false] {
            let token = encode("/v3/contacts", &pairs, 50, is_padded);
            let query = decode("/v3/contacts", &token).unwrap();
            assert_eq!((query.offset, &query.pairs), (50, &pairs));
            assert!(decode("/v3/emails", &token).is_none());
        }
        assert!(decode("/v3/contacts", "nonsense").is_none());
    }
}
