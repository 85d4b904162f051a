//! AWS Signature Version 4, computed anew for every request from what was received.

use sha2::{Digest as _, Sha256};

use super::builder::Settings;
use super::xml;
use crate::vendor::{Reply, Request};

const ALGORITHM: &str = "AWS4-HMAC-SHA256";
/// What a block of SHA-256 has.
const BLOCK_BYTES: usize = 64;

/// Refuses a request that was not signed with the store's credentials, or that was changed since.
pub(super) fn check(request: &Request, settings: &Settings) -> Result<(), Reply> {
    let denied = |code, message| xml::error(403, code, message);
    let signed = request.header("authorization").and_then(Signed::read);
    let signed = signed.ok_or_else(|| denied("AccessDenied", "Access Denied"))?;
    let credentials = &settings.credentials;
    let [key_id, day, region, "s3", "aws4_request"] = signed.scope[..] else {
        return Err(denied("AuthorizationHeaderMalformed", "The credential scope is wrong"));
    };
    if key_id != credentials.access_key_id {
        let message = "The AWS Access Key Id you provided does not exist in our records.";
        return Err(denied("InvalidAccessKeyId", message));
    }
    if region != settings.region {
        let message = format!("The region '{region}' is wrong; expecting '{}'", settings.region);
        let mut reply = xml::error(400, "AuthorizationHeaderMalformed", &message);
        reply.headers.push(("x-amz-bucket-region".to_owned(), settings.region.clone()));
        return Err(reply);
    }
    if request.header("x-amz-security-token") != credentials.session_token.as_deref() {
        let message = "The provided token is malformed or otherwise invalid.";
        return Err(denied("InvalidToken", message));
    }
    let claimed = request.header("x-amz-content-sha256").unwrap_or_default();
    if claimed != hex(&Sha256::digest(&request.body)) {
        let message = "The provided 'x-amz-content-sha256' header does not match";
        return Err(xml::error(400, "XAmzContentSHA256Mismatch", message));
    }
    let canonical = canonical(request, &signed.headers, claimed);
    let date = request.header("x-amz-date").unwrap_or_default();
    let scope = signed.scope[1..].join("/");
    let digest = hex(&Sha256::digest(canonical.as_bytes()));
    let to_sign = format!("{ALGORITHM}\n{date}\n{scope}\n{digest}");
    let expected = sign(&credentials.secret_access_key, &[day, region, "s3"], &to_sign);
    let must_be_signed = |name: &str| !name.starts_with("x-amz-") || signed.headers.contains(&name);
    let are_signed = request.headers.iter().all(|(name, _)| must_be_signed(name));
    let is_of_day = !day.is_empty() && date.starts_with(day);
    if expected == signed.signature && are_signed && is_of_day && signed.headers.contains(&"host") {
        return Ok(());
    }
    // The real store repeats what it computed with, tokens included.
    let message = "The request signature we calculated does not match the signature you provided.";
    let inner =
        [("Code", "SignatureDoesNotMatch"), ("Message", message), ("CanonicalRequest", &canonical)];
    Err(xml::reply(403, "Error", &inner))
}

/// What an `Authorization` says.
struct Signed<'a> {
    scope: Vec<&'a str>,
    headers: Vec<&'a str>,
    signature: &'a str,
}

impl<'a> Signed<'a> {
    fn read(header: &'a str) -> Option<Self> {
        let rest = header.strip_prefix(ALGORITHM)?;
        let part = |name: &str| {
            rest.split(',').find_map(|part| part.trim().strip_prefix(name)?.strip_prefix('='))
        };
        Some(Signed {
            scope: part("Credential")?.split('/').collect(),
            headers: part("SignedHeaders")?.split(';').collect(),
            signature: part("Signature")?,
        })
    }
}

fn canonical(request: &Request, signed: &[&str], content: &str) -> String {
    let pair = |(name, value): &(String, String)| format!("{}={}", encoded(name), encoded(value));
    let mut query: Vec<String> = request.query.iter().map(pair).collect();
    query.sort();
    let headers: String = signed
        .iter()
        .map(|name| format!("{name}:{}\n", request.header(name).unwrap_or_default().trim()))
        .collect();
    let (method, path) = (&request.method, &request.path);
    format!("{method}\n{path}\n{}\n{headers}\n{}\n{content}", query.join("&"), signed.join(";"))
}

/// As the signature has it: all but letters, digits and four signs as `%` and two digits.
fn encoded(text: &str) -> String {
    let encoded = text.bytes().map(|byte| match byte {
        b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => {
            char::from(byte).to_string()
        }
        _ => format!("%{byte:02X}"),
    });
    encoded.collect()
}

fn sign(secret: &str, scope: &[&str], to_sign: &str) -> String {
    let key = scope.iter().fold(format!("AWS4{secret}").into_bytes(), |key, part| {
        hmac(&key, part.as_bytes()).to_vec()
    });
    hex(&hmac(&hmac(&key, b"aws4_request"), to_sign.as_bytes()))
}

/// HMAC with SHA-256, as RFC 2104 has it.
fn hmac(key: &[u8], message: &[u8]) -> [u8; 32] {
    let mut block = [0; BLOCK_BYTES];
    match key.len() > BLOCK_BYTES {
        true => block[..32].copy_from_slice(&Sha256::digest(key)),
        false => block[..key.len()].copy_from_slice(key),
    }
    let inner = Sha256::new().chain_update(block.map(|byte| byte ^ 0x36)).chain_update(message);
    let outer = Sha256::new().chain_update(block.map(|byte| byte ^ 0x5c));
    outer.chain_update(inner.finalize()).finalize().into()
}

pub(super) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The example "GET Object" of the Amazon S3 documentation of Signature Version 4.
    #[test]
    fn the_example_of_the_documentation_is_signed_as_it_stands_there() {
        let header = |(name, value): (&str, &str)| (name.to_owned(), value.to_owned());
        let empty = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
        let request = Request {
            method: "GET".to_owned(),
            path: "/test.txt".to_owned(),
            headers: [
                ("host", "examplebucket.s3.amazonaws.com"),
                ("range", "bytes=0-9"),
                ("x-amz-content-sha256", empty),
                ("x-amz-date", "20130524T000000Z"),
            ]
            .map(header)
            .to_vec(),
            ..Request::default()
        };
        let signed = ["host", "range", "x-amz-content-sha256", "x-amz-date"];
        let canonical = canonical(&request, &signed, empty);
        let digest = hex(&Sha256::digest(canonical.as_bytes()));
        assert_eq!(digest, "7344ae5b7ee6c3e7e6b0fe0640412a37625d1fbfff95c48bbb2dc43964946972");
        let scope = "20130524/us-east-1/s3/aws4_request";
        let to_sign = format!("{ALGORITHM}\n20130524T000000Z\n{scope}\n{digest}");
        let secret = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";
        assert_eq!(
            sign(secret, &["20130524", "us-east-1", "s3"], &to_sign),
            "f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41"
        );
    }
}
