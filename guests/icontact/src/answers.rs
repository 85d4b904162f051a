//! How iContact says that something is wrong: by status, by `errors`, by `warnings`.

use tollgate_sdk::failure::excerpt;
use tollgate_sdk::http::{Head, Request};
use tollgate_sdk::log;
use tollgate_sdk::response::{Found, Response};
use tollgate_sdk::{Failure, Fault};

/// What a status means beyond the common reading. The body is `{"errors":["prose", …]}`.
pub fn failure_of_status(head: &Head, body: &[u8]) -> Option<Failure> {
    let says = || errors_of(body);
    Some(match head.status {
        401 => Failure::Unauthorized(says()?),
        402 => Failure::forbidden(match says() {
            Some(says) => format!("the account is unpaid: {says}"),
            None => "the account is unpaid".to_owned(),
        }),
        403 => Failure::forbidden(says()?),
        404 => Failure::NotFound(says()?),
        // What the connector asked for does not exist in this version, or was asked for wrongly.
        405 | 406 | 415 | 501 => {
            let says = says().unwrap_or_default();
            Failure::internal(format!("status {}: {says}", head.status))
        }
        507 => Failure::forbidden("the account's storage quota is used up"),
        _ => return None,
    })
}

fn errors_of(body: &[u8]) -> Option<String> {
    let texts = Response::document(body).ok()?.texts("errors").ok()?;
    let joined = excerpt(&texts.join("; "));
    (!joined.is_empty()).then_some(joined)
}

/// Checks an answer under status 200.
///
/// # Errors
/// For `errors`; for records that are `null` beside `warnings`; for a warning that names one of the
/// request's parameters, since an ignored filter would give the wrong rows.
pub fn inspect(request: &Request, response: &Response<'_>) -> Result<(), Fault> {
    let errors = response.texts("errors")?;
    if !errors.is_empty() {
        return Err(Fault::Malformed(format!("it says under status 200: {}", errors.join("; "))));
    }
    let warnings = response.texts("warnings")?;
    for warning in &warnings {
        if let Some(name) = ignored_parameter(&request.url, warning) {
            let text = format!("iContact ignored the parameter {name}: {warning}");
            return Err(Failure::internal(text).into());
        }
    }
    if response.found() == Found::Null && !warnings.is_empty() {
        return Err(Fault::Malformed(format!("it has no records: {}", warnings.join("; "))));
    }
    for warning in warnings {
        log::warn(format!("iContact warns: {warning}"));
    }
    Ok(())
}

/// The parameter of a URL that a warning names. An ignored `limit` does no harm, as the offset
/// follows the rows that came, and the word may well stand in other warnings.
fn ignored_parameter<'u>(url: &'u str, warning: &str) -> Option<&'u str> {
    let query = url.split_once('?')?.1;
    let names = query.split('&').filter_map(|pair| pair.split('=').next());
    let mut filters = names.filter(|&name| name != "limit");
    let is_word = |name: &str| warning.split(|c: char| !c.is_alphanumeric()).any(|w| w == name);
    filters.find(|name| is_word(name))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn failure(status: u16, body: &str) -> Option<Failure> {
        failure_of_status(&Head { status, headers: Vec::new() }, body.as_bytes())
    }

    #[test]
    fn each_status_has_its_failure() {
        let body = r#"{"errors":["Api username invalid"]}"#;
        let says = || "Api username invalid".to_owned();
        for (status, expected) in [
            (401, Failure::Unauthorized(says())),
            (402, Failure::Forbidden("the account is unpaid: Api username invalid".to_owned())),
            (403, Failure::Forbidden(says())),
            (404, Failure::NotFound(says())),
            (406, Failure::Internal("status 406: Api username invalid".to_owned())),
            (501, Failure::Internal("status 501: Api username invalid".to_owned())),
            (507, Failure::Forbidden("the account's storage quota is used up".to_owned())),
        ] {
            assert_eq!(failure(status, body), Some(expected), "{status}");
        }
        for status in [200, 400, 429, 500, 503] {
            assert_eq!(failure(status, body), None, "{status}");
        }
    }

    #[test]
    fn an_error_page_leaves_it_to_the_common_reading() {
        assert_eq!(failure(401, "<html>"), None);
        assert_eq!(failure(403, r#"{"errors":[]}"#), None);
    }

    #[test]
    fn a_warning_that_names_a_parameter_is_found() {
        let url = "https://example.com/a?status=total&limit=500&createDate=x";
        for (warning, name) in [
            ("status is not a valid parameter", Some("status")),
            ("unknown parameter 'createDate'", Some("createDate")),
            ("createDateSearchType is unknown", None),
            ("your limit is nearly reached", None),
            ("unlisted is unknown", None),
        ] {
            assert_eq!(ignored_parameter(url, warning), name, "{warning}");
        }
        assert_eq!(ignored_parameter("https://example.com/a", "status"), None);
    }
}
