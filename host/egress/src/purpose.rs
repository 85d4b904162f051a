//! What a passage is for, and which methods follow from that.

use http::Method;
use tollgate_model::origin::Audience;

use crate::error::GateError;
use crate::url::CanonicalUrl;

/// What a passage is for. A connector cannot choose it: it follows from the call that the host
/// makes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// To read: GET and HEAD, and POST where the descriptor's `reads_by_post` has the URL.
    Read,
    /// To change rows at the provider: POST, PUT, PATCH and DELETE as well.
    Write,
}

/// Whether a request of this method may be made.
///
/// # Errors
/// [`GateError::Denied`] for one that could change something in a passage that reads,
/// [`GateError::InvalidRequest`] for a method that no passage has.
pub(crate) fn check(
    purpose: Purpose,
    reads_by_post: &[Audience],
    method: &Method,
    url: &CanonicalUrl,
) -> Result<(), GateError> {
    if is_safe(method) {
        return Ok(());
    }
    if ![Method::POST, Method::PUT, Method::PATCH, Method::DELETE].contains(method) {
        let message = "its method is none that a connector may use";
        return Err(GateError::InvalidRequest(message.to_owned()));
    }
    let reads =
        || method == Method::POST && reads_by_post.iter().any(|prefix| url.is_below(prefix));
    if purpose == Purpose::Write || reads() {
        return Ok(());
    }
    let place = format!("{}{}", url.origin(), url.path());
    Err(GateError::Denied(format!("a read may not send {method} to {place}")))
}

/// Whether a method changes nothing, however often it is used (RFC 9110, section 9.2.1).
pub(crate) fn is_safe(method: &Method) -> bool {
    [Method::GET, Method::HEAD].contains(method)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Whether it passes; `None` where no passage has the method.
    fn passes(purpose: Purpose, method: &str, url: &str) -> Option<bool> {
        let url = CanonicalUrl::parse(&url.parse().unwrap()).unwrap();
        let prefixes = ["https://a.example.com/reports".parse().unwrap()];
        match check(purpose, &prefixes, &method.parse().unwrap(), &url) {
            Ok(()) => Some(true),
            Err(GateError::Denied(_)) => Some(false),
            Err(_) => None,
        }
    }

    #[test]
    fn a_read_changes_nothing_but_where_it_reads_by_post() {
        let plain = "https://a.example.com/contacts";
        for (method, reading, writing) in [
            ("GET", Some(true), Some(true)),
            ("HEAD", Some(true), Some(true)),
            ("POST", Some(false), Some(true)),
            ("PUT", Some(false), Some(true)),
            ("PATCH", Some(false), Some(true)),
            ("DELETE", Some(false), Some(true)),
            ("OPTIONS", None, None),
            ("TRACE", None, None),
            ("CONNECT", None, None),
            ("post", None, None),
        ] {
            assert_eq!(passes(Purpose::Read, method, plain), reading, "{method}");
            assert_eq!(passes(Purpose::Write, method, plain), writing, "{method}");
        }
        for (method, url, reading) in [
            ("POST", "https://a.example.com/reports", true),
            ("POST", "https://a.example.com/reports/1?a=b", true),
            ("PUT", "https://a.example.com/reports", false),
            ("DELETE", "https://a.example.com/reports/1", false),
            ("POST", "https://a.example.com/reportsmore", false),
            ("POST", "https://a.example.com:8443/reports", false),
            ("POST", "https://b.example.com/reports", false),
        ] {
            assert_eq!(passes(Purpose::Read, method, url), Some(reading), "{method} {url}");
        }
    }
}
