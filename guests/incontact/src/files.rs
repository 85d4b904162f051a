//! Files that inContact keeps for a while: how they are had, and what is in them.

use tollgate_sdk::failure::excerpt;
use tollgate_sdk::http::get;
use tollgate_sdk::{Failure, Fault, Response, base64};

use crate::account::Api;

/// The status of an answer without content.
pub const NO_CONTENT: u16 = 204;

/// The bytes of the file behind a URL that inContact gave; none for one without content.
///
/// Whether the URL lies where the account's credentials may go is the host's to judge.
///
/// # Errors
/// `not-found` for a file that is no longer there, `unexpected-response` for a URL that is not of
/// https, and for an answer without a file.
pub fn fetch(api: &Api, url: &str) -> Result<Vec<u8>, Failure> {
    if !url.get(..8).is_some_and(|scheme| scheme.eq_ignore_ascii_case("https://")) {
        let text =
            format!("inContact gives an address of a file that is not https: {}", excerpt(url));
        return Err(Failure::unexpected(text));
    }
    let mut bytes = Vec::new();
    api.http.read_answer(&get(url), &mut Vec::new(), &mut |head, body| {
        if head.status != NO_CONTENT {
            let answer = Response::document(body)?;
            bytes = content(&answer, "files.file")?
                .ok_or_else(|| Fault::malformed("it has no file"))?;
        }
        Ok(())
    })?;
    Ok(bytes)
}

/// The bytes of a file that an answer carries as base64. None where the member is missing.
///
/// # Errors
/// For a member that is no base64.
pub fn content(answer: &Response<'_>, member: &str) -> Result<Option<Vec<u8>>, Fault> {
    if answer.member(member)?.is_none() {
        return Ok(None);
    }
    let text = answer.text(member)?.unwrap_or_default();
    let bytes = base64::decode(&text);
    bytes.map(Some).ok_or_else(|| Fault::malformed(format!("{member}: it is no base64")))
}
