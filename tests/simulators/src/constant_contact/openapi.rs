//! The vendor's own description of v3, a Swagger 2.0 file, and what it says of requests and
//! replies. The file belongs to the vendor and is not part of this repository: without it nothing
//! can be checked, and whoever asks has to say so.

mod schema;

use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::log::LoggedRequest;

/// The variable that names the file.
pub const FILE_VARIABLE: &str = "TOLLGATE_CONSTANT_CONTACT_OPENAPI";

/// Where the file is looked for otherwise, seen from the root of the workspace.
const FILE_DEFAULT: &str = "../shared/apis/constant-contact/openapi-v3.json";

/// Where replies are right although the file says otherwise: a word to look for in what is found
/// fault with, and the reason. Guide pages, recorded replies and the file's own examples
/// contradict its schemas in these places.
pub const TOLERATED: &[(&str, &str)] = &[
    ("_links is missing", "the last page of bounces and optouts may lack what the file requires"),
    ("_links.next is missing", "the last page of segments may lack what the file requires"),
    ("_links.next is null", "a last page may say so with null, which Swagger 2.0 cannot write"),
    ("_links.next.href is null", "the guide shows a null address on the last page of segments"),
    ("_links.self is not in the schema", "a last page may name itself and no next one"),
    ("choice_id is no integer", "the type says integer, the example beside it is hexadecimal text"),
    (".stats.em_opens.", "a guide page writes the names of statistics with dots"),
    (".stats.em_clicks.", "a guide page writes the names of statistics with dots"),
    (".unique_counts.", "a guide page writes the counts of summaries as texts"),
    (
        "aggregate_percents is no object",
        "a guide page writes the percentages as a list of one object of texts",
    ),
];

/// The vendor's description, read.
#[derive(Debug)]
pub struct OpenApi {
    root: Value,
}

impl OpenApi {
    /// Reads the file that the variable names, or the one at the usual place; `None` if there is
    /// none.
    ///
    /// # Panics
    /// When there is a file that is no JSON: a broken description must not pass for a missing one.
    pub fn load() -> Option<OpenApi> {
        let named = std::env::var_os(FILE_VARIABLE).map(PathBuf::from);
        let usual = || Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").join(FILE_DEFAULT);
        let text = std::fs::read_to_string(named.unwrap_or_else(usual)).ok()?;
        let root = serde_json::from_str(&text).expect("a description that is JSON");
        Some(OpenApi { root })
    }

    /// What the description says against a request; nothing if it is as described.
    pub fn check_request(&self, request: &LoggedRequest) -> Vec<String> {
        let Some(operation) = self.operation(&request.method, &request.path) else {
            return vec![format!("{} {} is not described", request.method, request.path)];
        };
        let parameters = operation["parameters"].as_array().cloned().unwrap_or_default();
        let in_query = |it: &&Value| it["in"] == "query";
        let mut found = Vec::new();
        let is_paging = request.query.iter().any(|(name, _)| is_token(name));
        for (name, value) in &request.query {
            if is_token(name) {
                continue;
            }
            match parameters.iter().filter(in_query).find(|it| it["name"] == **name) {
                Some(parameter) => found.extend(schema::check_parameter(parameter, value)),
                None => found.push(format!("the parameter {name} is not described")),
            }
        }
        for parameter in parameters.iter().filter(in_query) {
            let name = parameter["name"].as_str().unwrap_or_default();
            let is_there = request.query.iter().any(|(known, _)| known == name);
            if parameter["required"] == true && !is_there && !is_paging {
                found.push(format!("the parameter {name} is missing"));
            }
        }
        if let Some(body) = parameters.iter().find(|it| it["in"] == "body") {
            match serde_json::from_slice(&request.body) {
                Ok(value) => schema::check(&self.root, &body["schema"], &value, "body", &mut found),
                Err(_) => found.push("the body is no JSON".to_owned()),
            }
        }
        found
    }

    /// What the description says against a reply to a request, apart from what is [`TOLERATED`].
    pub fn check_reply(&self, request: &LoggedRequest, status: u16, body: &[u8]) -> Vec<String> {
        let mut found = self.check_reply_to_the_letter(request, status, body);
        found.retain(|what| !TOLERATED.iter().any(|(word, _)| what.contains(word)));
        found
    }

    /// What the description says against a reply to a request, wrong as it may be.
    pub fn check_reply_to_the_letter(
        &self,
        request: &LoggedRequest,
        status: u16,
        body: &[u8],
    ) -> Vec<String> {
        let Some(operation) = self.operation(&request.method, &request.path) else {
            return vec![format!("{} {} is not described", request.method, request.path)];
        };
        let response = &operation["responses"][status.to_string()];
        if response.is_null() {
            return vec![format!("the status {status} is not described")];
        }
        let mut found = Vec::new();
        if let Some(schema) = response.get("schema") {
            match serde_json::from_slice(body) {
                Ok(value) => schema::check(&self.root, schema, &value, "body", &mut found),
                Err(_) => found.push("the body is no JSON".to_owned()),
            }
        }
        found
    }

    /// The operation of a method on a path that begins with `/v3`. A path without parameters is
    /// preferred to one that has them: `/contacts/counts` is no contact.
    fn operation(&self, method: &str, path: &str) -> Option<&Value> {
        let path = path.strip_prefix("/v3")?;
        let paths = self.root["paths"].as_object()?;
        let fitting = paths.iter().filter(|(template, _)| fits(template, path));
        let (_, operations) = fitting.min_by_key(|(template, _)| template.matches('{').count())?;
        operations.get(method.to_lowercase())
    }
}

/// Whether a parameter is the token of a later page, which the file describes only for events.
fn is_token(name: &str) -> bool {
    ["cursor", "next", "prev"].contains(&name)
}

fn fits(template: &str, path: &str) -> bool {
    let (mut wanted, mut found) = (template.split('/'), path.split('/'));
    loop {
        match (wanted.next(), found.next()) {
            (None, None) => return true,
            (Some(wanted), Some(found)) if wanted == found => {}
            (Some(wanted), Some(found)) if wanted.starts_with('{') && !found.is_empty() => {}
            _ => return false,
        }
    }
}
