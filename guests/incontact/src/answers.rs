//! How inContact says that something is wrong.

use tollgate_sdk::failure::excerpt;
use tollgate_sdk::http::{Head, Request};
use tollgate_sdk::response::{Found, Response};
use tollgate_sdk::{Failure, Fault};

/// Bytes of an error's body that are looked at. The errors have one or two lines.
const BODY_BYTES_MAX: usize = 64 * 1_024;
/// The header in which most errors say what is wrong.
const DESCRIPTION: &str = "icstatusdescription";
/// Where bodies have an error's text, and where its code: the Admin API, the sign-in, and others.
const TEXTS: [&str; 4] = ["errorDescription", "error_description", "message", "Message"];
const CODE: &str = "error";
/// Words by which a refusal of a span of time is told from others; it has no code of its own.
const SPAN_WORDS: [&str; 8] = [
    "startdate",
    "enddate",
    "start date",
    "end date",
    "date range",
    "time span",
    "time range",
    " days",
];

/// Checks an answer under status 200.
///
/// # Errors
/// For `null` in the place of the records, which lists without any do not have.
pub fn inspect(_: &Request, response: &Response<'_>) -> Result<(), Fault> {
    if response.found() == Found::Null {
        return Err(Fault::malformed("it has null where the records belong"));
    }
    Ok(())
}

/// What a status means beyond the common reading.
pub fn failure_of_status(head: &Head, body: &[u8]) -> Option<Failure> {
    if (200..300).contains(&head.status) {
        return None;
    }
    let says = text_of(head, body)?;
    let with_status = || format!("status {}: {says}", head.status);
    Some(match head.status {
        401 => Failure::Unauthorized(says),
        403 => Failure::forbidden(format!(
            "{says} (the user lacks a permission, or the application an API)"
        )),
        404 | 410 => Failure::NotFound(says),
        // What the connector asked for does not exist in this version, or was asked for wrongly.
        405 | 406 | 415 | 501 => Failure::internal(with_status()),
        400..=499 if head.status != 429 => Failure::unexpected(with_status()),
        500..=599 => Failure::unavailable(with_status()),
        _ => return None,
    })
}

/// The same for a request about a span of time.
pub fn failure_of_span(head: &Head, body: &[u8]) -> Option<Failure> {
    let says = text_of(head, body).filter(|_| head.status == 400);
    match says.filter(|says| is_about_a_span(says)) {
        Some(says) => {
            let reason = format!(
                "inContact says: {says}. If the span of one request is too long, choose fewer days"
            );
            Some(Failure::invalid("slice_days", reason))
        }
        None => failure_of_status(head, body),
    }
}

fn is_about_a_span(says: &str) -> bool {
    let says = says.to_ascii_lowercase();
    SPAN_WORDS.iter().any(|word| says.contains(word))
}

fn text_of(head: &Head, body: &[u8]) -> Option<String> {
    let header = head.header(DESCRIPTION).map(excerpt).filter(|text| !text.is_empty());
    header.or_else(|| text_of_body(body))
}

fn text_of_body(body: &[u8]) -> Option<String> {
    let body = Response::document(body.get(..BODY_BYTES_MAX).unwrap_or(body)).ok()?;
    let text = |member| body.text(member).ok().flatten().map(|text| excerpt(&text));
    match (TEXTS.into_iter().find_map(text), text(CODE)) {
        (Some(text), Some(code)) => Some(format!("{text} ({code})")),
        (text, code) => text.or(code),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn head(status: u16, description: Option<&str>) -> Head {
        let description = description.map(|text| (DESCRIPTION.to_owned(), text.to_owned()));
        Head { status, headers: description.into_iter().collect() }
    }

    #[test]
    fn each_status_has_its_failure() {
        let says = || "No such thing".to_owned();
        let with_status = |status: u16| format!("status {status}: No such thing");
        for (status, expected) in [
            (200, None),
            (204, None),
            (302, None),
            (400, Some(Failure::unexpected(with_status(400)))),
            (401, Some(Failure::Unauthorized(says()))),
            (404, Some(Failure::NotFound(says()))),
            (405, Some(Failure::internal(with_status(405)))),
            (409, Some(Failure::unexpected(with_status(409)))),
            (410, Some(Failure::NotFound(says()))),
            (422, Some(Failure::unexpected(with_status(422)))),
            (429, None),
            (500, Some(Failure::unavailable(with_status(500)))),
            (501, Some(Failure::internal(with_status(501)))),
            (503, Some(Failure::unavailable(with_status(503)))),
        ] {
            let head = head(status, Some("No such thing"));
            assert_eq!(failure_of_status(&head, b"<html>"), expected, "{status}");
        }
        let forbidden = failure_of_status(&head(403, Some("No")), b"");
        let Some(Failure::Forbidden(text)) = forbidden else { panic!("{forbidden:?}") };
        assert!(text.starts_with("No (the user lacks a permission"), "{text}");
    }

    #[test]
    fn an_error_is_found_in_all_its_places() {
        for (description, body, says) in [
            (Some("From the header"), r#"{"error":"x"}"#, Some("From the header")),
            (Some(" "), r#"{"error":"x"}"#, Some("x")),
            (
                None,
                r#"{"error":"invalid_request","errorDescription":"Bad"}"#,
                Some("Bad (invalid_request)"),
            ),
            (
                None,
                r#"{"error":"invalid_grant","error_description":"Bad"}"#,
                Some("Bad (invalid_grant)"),
            ),
            (None, r#"{"message":"Bad"}"#, Some("Bad")),
            (None, r#"{"Message":"Bad"}"#, Some("Bad")),
            (None, r#"{"error":{"deep":1}}"#, None),
            (None, "{}", None),
            (None, "<html>", None),
            (None, "", None),
        ] {
            assert_eq!(
                text_of(&head(400, description), body.as_bytes()).as_deref(),
                says,
                "{body}"
            );
        }
        let long = format!(r#"{{"error":"{}"}}"#, "x".repeat(BODY_BYTES_MAX));
        assert_eq!(text_of(&head(400, None), long.as_bytes()), None);
    }

    #[test]
    fn a_span_that_is_too_long_names_its_option() {
        for (status, says, is_span) in [
            (400, "The date range exceeds 30 days", true),
            (400, "endDate must be within 31 Days of startDate", true),
            (400, "Invalid time span", true),
            (400, "Unknown field in orderBy", false),
            (400, "updatedSince is no date", false),
            (400, "top is out of range", false),
            (404, "No data in this date range", false),
        ] {
            let failure = failure_of_span(&head(status, Some(says)), b"");
            let is_config = matches!(&failure, Some(Failure::InvalidConfig(config))
                if config.field == "slice_days" && config.reason.contains(says));
            assert_eq!(is_config, is_span, "{failure:?}");
        }
        assert_eq!(failure_of_span(&head(400, None), b"<html>"), None);
    }
}
