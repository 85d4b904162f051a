//! The listing of a bucket, in pages.

use super::objects::Contents;
use super::xml;
use crate::vendor::{Reply, Request};

/// When every object was made: nothing of a client depends on it.
const MODIFIED: &str = "2026-11-21T17:05:00.000Z";

/// The page of the listing that is asked for. A page goes on behind the key that its token is.
pub(super) fn list(contents: &Contents, request: &Request, page_keys: usize) -> Reply {
    let prefix = request.parameter("prefix").unwrap_or_default();
    let after = request.parameter("continuation-token");
    let after = after.or(request.parameter("start-after")).unwrap_or_default();
    let mut found =
        contents.objects.iter().filter(|(key, _)| key.starts_with(prefix) && key.as_str() > after);
    let page: Vec<_> = found.by_ref().take(page_keys).collect();
    let mut inner = xml::element("Prefix", prefix);
    inner.push_str(&xml::element("KeyCount", &page.len().to_string()));
    match (found.next(), page.last()) {
        (Some(_), Some((last, _))) => {
            inner.push_str(&xml::element("IsTruncated", "true"));
            inner.push_str(&xml::element("NextContinuationToken", last));
        }
        _ => inner.push_str(&xml::element("IsTruncated", "false")),
    }
    for (key, object) in page {
        let size = object.bytes.len().to_string();
        let one = [("Key", key.as_str()), ("LastModified", MODIFIED), ("Size", &size)];
        let one: String = one.iter().map(|(name, text)| xml::element(name, text)).collect();
        let one = one + &xml::element("ETag", &object.etag);
        inner.push_str(&format!("<Contents>{one}</Contents>"));
    }
    xml::document("ListBucketResult", &inner)
}
