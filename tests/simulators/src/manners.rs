//! What requests of every vendor are held against.

use crate::vendor::Request;

/// The token of a header `Authorization: Bearer …`.
pub(crate) fn bearer(request: &Request) -> Option<&str> {
    request.header("authorization")?.strip_prefix("Bearer ")
}

/// Whether an `Accept` admits JSON.
pub(crate) fn accepts_json(accept: &str) -> bool {
    let mut types = accept.split(',').filter_map(|it| it.split(';').next());
    types.any(|it| ["application/json", "*/*"].contains(&it.trim()))
}

/// What is against good manners although the vendor answers all the same.
pub(crate) fn manners(request: &Request) -> Vec<String> {
    let mut found = Vec::new();
    if ["GET", "DELETE"].contains(&request.method.as_str()) && request.has_body {
        found.push(format!("a {} has a body", request.method));
    }
    for name in ["authorization", "content-type"] {
        if request.headers.iter().filter(|(header, _)| header == name).count() > 1 {
            found.push(format!("the header {name} is sent more than once"));
        }
    }
    if request.path.len() > 1 && request.path.ends_with('/') {
        found.push("the path ends in a slash".to_owned());
    }
    found
}
