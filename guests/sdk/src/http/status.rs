//! What a status means, where the provider does not say otherwise.

use super::Head;
use crate::failure::{Failure, excerpt_of_bytes};

/// The failure that a status stands for; none for 200 to 299.
pub fn failure_of_status(head: &Head, body: &[u8]) -> Option<Failure> {
    let text = || format!("status {}: {}", head.status, excerpt_of_bytes(body));
    Some(match head.status {
        200..=299 => return None,
        401 => Failure::Unauthorized(text()),
        403 => Failure::Forbidden(text()),
        404 | 410 => Failure::NotFound(text()),
        429 => Failure::RateLimited(retry_after_ms(head)),
        500..=599 => Failure::Unavailable(text()),
        _ => Failure::UnexpectedResponse(text()),
    })
}

/// The wait that an answer asks for. A date is left to the host, which has a clock.
fn retry_after_ms(head: &Head) -> Option<u64> {
    let seconds: u64 = head.header("retry-after")?.trim().parse().ok()?;
    seconds.checked_mul(1_000)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn failure(status: u16, retry_after: Option<&str>) -> Option<Failure> {
        let headers = retry_after.map(|value| ("Retry-After".to_owned(), value.to_owned()));
        let head = Head { status, headers: headers.into_iter().collect() };
        failure_of_status(&head, b"{\"errors\":[\"no\"]}")
    }

    #[test]
    fn each_status_has_its_failure() {
        let text = |status: u16| format!("status {status}: {{\"errors\":[\"no\"]}}");
        for (status, expected) in [
            (200, None),
            (204, None),
            (302, Some(Failure::UnexpectedResponse(text(302)))),
            (400, Some(Failure::UnexpectedResponse(text(400)))),
            (401, Some(Failure::Unauthorized(text(401)))),
            (403, Some(Failure::Forbidden(text(403)))),
            (404, Some(Failure::NotFound(text(404)))),
            (429, Some(Failure::RateLimited(None))),
            (500, Some(Failure::Unavailable(text(500)))),
            (503, Some(Failure::Unavailable(text(503)))),
        ] {
            assert_eq!(failure(status, None), expected, "{status}");
        }
    }

    #[test]
    fn the_wait_is_kept_where_it_is_a_number() {
        assert_eq!(failure(429, Some("3600")), Some(Failure::RateLimited(Some(3_600_000))));
        let date = Some("Wed, 21 Oct 2026 07:28:00 GMT");
        assert_eq!(failure(429, date), Some(Failure::RateLimited(None)));
    }
}
