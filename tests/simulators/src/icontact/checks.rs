//! What the vendor checks before it looks at a path, and what it does not but a test should.

use super::settings::Credentials;
use crate::vendor::Request;

/// Versions of the interface that are served.
const VERSIONS: [&str; 3] = ["2.0", "2.1", "2.2"];

/// A request that is turned away at the door.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Refusal {
    pub(super) status: u16,
    pub(super) message: &'static str,
}

/// Whether `request` carries what every request must.
pub(super) fn admit(request: &Request, credentials: &Credentials) -> Result<(), Refusal> {
    let refuse = |status, message| Err(Refusal { status, message });
    if request.header("api-appid") != Some(&credentials.app_id) {
        return refuse(401, "Api application id invalid");
    }
    if request.header("api-username") != Some(&credentials.username) {
        return refuse(401, "Api username invalid");
    }
    if request.header("api-password") != Some(&credentials.password) {
        return refuse(401, "Api password invalid");
    }
    let version = request.header("api-version").unwrap_or_default();
    if !VERSIONS.contains(&version) {
        return refuse(501, "Api version not supported");
    }
    let accept = request.header("accept").unwrap_or_default();
    let mut types = accept.split(',').filter_map(|it| it.split(';').next());
    if !types.any(|it| it.trim() == "application/json") {
        return refuse(406, "Accept must be application/json");
    }
    if request.method != "GET" {
        return refuse(405, "Method not allowed");
    }
    Ok(())
}

/// What is against good manners although the vendor answers all the same.
pub(super) fn manners(request: &Request, credentials: &Credentials) -> Vec<String> {
    let mut found = Vec::new();
    let password = credentials.password.as_str();
    let is_in_url = request.path.contains(password)
        || request.raw_query.contains(password)
        || request.query.iter().any(|(name, value)| name == password || value == password);
    if is_in_url && !password.is_empty() {
        found.push("the password is in the address".to_owned());
    }
    if request.method == "GET" && request.has_body {
        found.push("a GET has a body".to_owned());
    }
    let secrets = ["api-appid", "api-username", "api-password"];
    for name in secrets {
        if request.headers.iter().filter(|(header, _)| header == name).count() > 1 {
            found.push(format!("the header {name} is sent more than once"));
        }
    }
    found
}
