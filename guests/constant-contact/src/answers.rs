//! How Constant Contact says that something is wrong.

use tollgate_sdk::failure::excerpt;
use tollgate_sdk::http::{Head, Request, failure_of_status as common_failure_of_status};
use tollgate_sdk::log;
use tollgate_sdk::response::{Found, Response};
use tollgate_sdk::time::{CivilDate, SECONDS_PER_DAY};
use tollgate_sdk::{Failure, Fault};

/// Bytes of an error's body that are looked at. The errors have one or two lines.
const BODY_BYTES_MAX: usize = 64 * 1_024;
/// How long to stay away after too many requests in a second.
const THROTTLED_MS: u64 = 1_000;

/// What a status means beyond the common reading.
///
/// The body is a list of `{"error_key", "error_message"}` or one of them. For limits the key counts
/// and not the status: v3 has both of its limits under 429, the gateway of v2 has them under 403.
pub fn failure_of_status(head: &Head, body: &[u8]) -> Option<Failure> {
    if (200..300).contains(&head.status) {
        return None;
    }
    let errors = errors_of(body);
    for error in &errors {
        match error.key.as_str() {
            "throttled" | "mashery.not.authorized.over.qps" => {
                return Some(Failure::RateLimited(Some(THROTTLED_MS)));
            }
            "quota_exceeded" | "mashery.not.authorized.over.ratelimit" => {
                return Some(Failure::QuotaExhausted(head.header("date").and_then(midnight_after)));
            }
            _ => {}
        }
    }
    let says = text_of(&errors)?;
    Some(match head.status {
        401 => Failure::Unauthorized(says),
        403 => Failure::forbidden(format!(
            "{says} (the application lacks a scope, or the user a privilege, or the key is off)"
        )),
        404 => Failure::NotFound(says),
        410 => Failure::forbidden(format!("{says} (the API v2 may have come to its end)")),
        // What the connector asked for does not exist in this version, or was asked for wrongly.
        405 | 406 | 415 => Failure::internal(format!("status {}: {says}", head.status)),
        400 | 409 => Failure::unexpected(format!("status {}: {says}", head.status)),
        _ => return None,
    })
}

/// The same where one thing is asked for by an id that a row brought: an id that cannot be one is
/// refused with 400, and is not there either.
pub fn failure_of_lookup(head: &Head, body: &[u8]) -> Option<Failure> {
    match failure_of_status(head, body).or_else(|| common_failure_of_status(head, body)) {
        Some(Failure::UnexpectedResponse(text)) if head.status == 400 => {
            Some(Failure::NotFound(text))
        }
        failure => failure,
    }
}

/// Checks an answer under status 200.
///
/// # Errors
/// For `null` in the place of the records, which lists without any do not have; for a link to
/// another origin; for `errors` beside the rows that are more than campaigns without statistics.
pub fn inspect(request: &Request, response: &Response<'_>) -> Result<(), Fault> {
    if response.found() == Found::Null {
        return Err(Fault::Malformed("it has null where the records belong".to_owned()));
    }
    for place in ["_links.next.href", "meta.pagination.next_link"] {
        if let Some(link) = response.text(place)? {
            check_link(&request.url, &link)?;
        }
    }
    let errors = response.texts("errors")?;
    let errors: Vec<_> = errors.iter().filter_map(|error| Error::parse(error.as_bytes())).collect();
    let Some(says) = text_of(&errors) else { return Ok(()) };
    if errors.iter().any(|error| !error.key.starts_with("reportingsvc.not_found")) {
        return Err(Fault::Malformed(format!("it says under status 200: {says}")));
    }
    log::info(format!("Constant Contact has no statistics of some campaigns: {says}"));
    Ok(())
}

/// A link within the answer's own API: a path, or a URL of the same origin.
fn check_link(url: &str, link: &str) -> Result<(), Fault> {
    let path = url.match_indices('/').nth(2).map_or(url.len(), |(at, _)| at);
    let is_within = link.starts_with('/')
        || link.strip_prefix(&url[..path]).is_some_and(|rest| rest.starts_with('/'));
    match is_within {
        true => Ok(()),
        false => Err(Fault::Malformed(format!("its next page is elsewhere: {}", excerpt(link)))),
    }
}

struct Error {
    key: String,
    message: String,
}

impl Error {
    fn parse(body: &[u8]) -> Option<Self> {
        let error = Response::document(body).ok()?;
        let text = |member| error.text(member).ok().flatten().unwrap_or_default().into_owned();
        let (key, message) = (text("error_key"), text("error_message"));
        (!key.is_empty() || !message.is_empty()).then_some(Self { key, message })
    }
}

fn errors_of(body: &[u8]) -> Vec<Error> {
    let Ok(text) = std::str::from_utf8(body) else { return Vec::new() };
    if text.len() > BODY_BYTES_MAX {
        return Vec::new();
    }
    // A list and a single object are read alike as a member, and so is a report's own `errors`.
    let wrapped = format!("{{\"errors\":{text}}}");
    let listed = Response::document(wrapped.as_bytes()).and_then(|body| body.texts("errors"));
    let inner = Response::document(body).and_then(|body| body.texts("errors"));
    let texts = [listed.unwrap_or_default(), inner.unwrap_or_default()].concat();
    texts.iter().filter_map(|text| Error::parse(text.as_bytes())).collect()
}

fn text_of(errors: &[Error]) -> Option<String> {
    let texts = errors.iter().map(|error| match (error.key.as_str(), error.message.as_str()) {
        (key, "") => key.to_owned(),
        ("", message) => message.to_owned(),
        (key, message) => format!("{message} ({key})"),
    });
    let joined = excerpt(&texts.collect::<Vec<_>>().join("; "));
    (!joined.is_empty()).then_some(joined)
}

/// The next midnight UTC after a date of RFC 9110, `Wed, 21 Oct 2026 07:28:00 GMT`, in milliseconds
/// since 1970: then the daily quota is filled again.
fn midnight_after(date: &str) -> Option<u64> {
    const MONTHS: &str = "JanFebMarAprMayJunJulAugSepOctNovDec";
    let mut words = date.split_whitespace().skip(1);
    let (day, month, year) = (words.next()?, words.next()?, words.next()?);
    let month = u8::try_from(MONTHS.find(month).filter(|_| month.len() == 3)? / 3 + 1).ok()?;
    let day = CivilDate::new(year.parse().ok()?, month, day.parse().ok()?)?;
    u64::try_from((day.days() + 1) * SECONDS_PER_DAY * 1_000).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    const DATE: &str = "Wed, 21 Oct 2026 07:28:00 GMT";

    fn failure(status: u16, body: &str) -> Option<Failure> {
        let headers = vec![("date".to_owned(), DATE.to_owned())];
        failure_of_status(&Head { status, headers }, body.as_bytes())
    }

    fn error(key: &str) -> String {
        format!("{{\"error_key\":\"{key}\",\"error_message\":\"No\"}}")
    }

    #[test]
    fn each_status_has_its_failure() {
        let body = format!("[{}]", error("a.b"));
        for (status, expected) in [
            (401, Failure::Unauthorized("No (a.b)".to_owned())),
            (404, Failure::NotFound("No (a.b)".to_owned())),
            (406, Failure::Internal("status 406: No (a.b)".to_owned())),
            (400, Failure::unexpected("status 400: No (a.b)")),
            (409, Failure::unexpected("status 409: No (a.b)")),
        ] {
            assert_eq!(failure(status, &body), Some(expected), "{status}");
        }
        for (status, part) in [(403, "a scope"), (410, "v2")] {
            let Some(Failure::Forbidden(text)) = failure(status, &body) else { panic!("{status}") };
            assert!(text.contains("No (a.b)") && text.contains(part), "{text}");
        }
        for status in [200, 202, 209, 422, 429, 500, 503] {
            assert_eq!(failure(status, &body), None, "{status}");
        }
    }

    #[test]
    fn an_id_that_cannot_be_one_is_not_there() {
        let lookup = |status, body: &str| {
            failure_of_lookup(&Head { status, headers: Vec::new() }, body.as_bytes())
        };
        let said = "status 400: No (a.b)".to_owned();
        assert_eq!(lookup(400, &error("a.b")), Some(Failure::NotFound(said)));
        assert_eq!(lookup(400, "no"), Some(Failure::NotFound("status 400: no".to_owned())));
        assert_eq!(lookup(409, "no"), Some(Failure::unexpected("status 409: no")));
        assert_eq!(lookup(429, &error("throttled")), Some(Failure::RateLimited(Some(1_000))));
        assert_eq!(lookup(200, "{}"), None);
    }

    #[test]
    fn the_key_of_a_limit_counts_and_not_its_status() {
        let midnight = Failure::QuotaExhausted(Some(1_792_627_200_000));
        for (status, key, expected) in [
            (429, "throttled", Failure::RateLimited(Some(1_000))),
            (429, "quota_exceeded", midnight.clone()),
            (403, "mashery.not.authorized.over.qps", Failure::RateLimited(Some(1_000))),
            (403, "mashery.not.authorized.over.ratelimit", midnight),
        ] {
            assert_eq!(failure(status, &error(key)), Some(expected.clone()), "{key}");
            assert_eq!(failure(status, &format!("[{}]", error(key))), Some(expected), "{key}");
        }
        let inactive = failure(403, &error("mashery.not.authorized.inactive"));
        assert!(matches!(inactive, Some(Failure::Forbidden(_))), "{inactive:?}");
    }

    #[test]
    fn errors_are_found_in_all_their_places() {
        let not_found = Some(Failure::NotFound("No (k)".to_owned()));
        assert_eq!(failure(404, &error("k")), not_found);
        assert_eq!(
            failure(404, &format!("{{\"errors\":[{}],\"results\":[]}}", error("k"))),
            not_found
        );
        for body in ["", "<html>", "[]", "{}", "[1,null,\"x\"]", "{\"errors\":null}"] {
            assert_eq!(failure(404, body), None, "{body}");
        }
    }

    #[test]
    fn the_quota_is_filled_at_midnight() {
        let days = |date: &str| midnight_after(date).map(|ms| ms / 86_400_000);
        assert_eq!(days("Thu, 01 Jan 1970 00:00:00 GMT"), Some(1));
        assert_eq!(days("Thu, 31 Dec 2026 23:59:59 GMT"), Some(20_819));
        for date in ["", "x", "Wed, 21 October 2026 07:28:00 GMT", "Wed, 32 Oct 2026", "a anF 2026"]
        {
            assert_eq!(midnight_after(date), None, "{date}");
        }
    }

    #[test]
    fn a_link_stays_at_its_origin() {
        let url = "https://api.cc.email/v3/contacts?limit=1";
        for (link, is_within) in [
            ("/v3/contacts?cursor=a", true),
            ("https://api.cc.email/v3/contacts?cursor=a", true),
            ("https://api.cc.email.evil.example/v3", false),
            ("https://evil.example/v3/contacts", false),
            ("http://api.cc.email/v3/contacts", false),
            ("contacts?cursor=a", false),
        ] {
            assert_eq!(check_link(url, link).is_ok(), is_within, "{link}");
        }
    }
}
