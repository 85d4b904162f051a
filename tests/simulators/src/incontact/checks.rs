//! What the vendor checks before it looks at a path, how it says no, and which path leads to what.

use bytes::Bytes;
use jiff::Timestamp;
use serde_json::{Value, json};

use super::record::Style;
use super::settings::{Credentials, Empty};
use super::{CONTENT_TYPE, InContact, auth, lists};
use crate::log::lock;
use crate::manners::{accepts_json, bearer};
use crate::query::{Query, Type};
use crate::vendor::{Reply, Request, Twist};

/// The header in which the vendor says what is wrong.
pub(super) const STATUS_HEADER: &str = "icStatusDescription";

/// One call of the API.
#[derive(Clone, Copy, Debug)]
pub(super) struct Call<'a> {
    pub(super) request: &'a Request,
    pub(super) version: u32,
    pub(super) twists: &'a [Twist],
}

impl InContact {
    pub(super) fn route(&self, request: &Request, twists: &[Twist]) -> Reply {
        if auth::is_about(&request.path) {
            return self.auth(request);
        }
        let segments: Vec<_> = request.path.split('/').skip(1).collect();
        let ["inContactAPI", "services", version, path @ ..] = segments.as_slice() else {
            return self.no_such_path(request);
        };
        let Some(version) = version_of(version) else {
            return self.no_such_path(request);
        };
        let call = Call { request, version, twists };
        let arrival = lock(&self.pace).arrive(self.now(), &self.settings.rate_limits);
        let reply = match arrival.refusal {
            Some(_) => self.refuse(request, 429, "The number of calls exceeds the limit"),
            None => {
                self.admit(request).and_then(|()| self.api(&call, path)).unwrap_or_else(|it| it)
            }
        };
        match arrival.too_many {
            Some(count) => reply.violation(format!("{count} calls within a second")),
            None => reply,
        }
    }

    fn api(&self, call: &Call<'_>, path: &[&str]) -> Result<Reply, Reply> {
        match (call.request.method.as_str(), path) {
            ("GET", ["reports"]) => self.reports(call),
            ("GET", ["report-jobs"]) => self.job_list(call),
            ("GET", ["report-jobs", id]) => self.poll_job(call, id),
            ("GET", ["files"]) => self.file(call),
            ("POST", ["report-jobs", "datadownload", id]) => self.download(call, id),
            ("POST", ["report-jobs", id]) => self.start_job(call, id),
            ("GET", ["agents", "performance"]) => self.agent_report(call),
            ("GET", ["teams", "performance-total"]) => self.team_report(call),
            ("GET", ["skills", "summary"]) => self.skill_report(call),
            ("GET", ["server-time"]) => {
                let query = self.read(call, &[])?;
                let now = self.now().to_string();
                Ok(self.plain(json!({"ServerTime": now}), query.violations))
            }
            ("GET", ["business-unit"]) => self.business_unit(call),
            ("GET", path) => match lists::find(path) {
                Some(list) => self.list(call, list),
                None => Err(self.no_such_path(call.request)),
            },
            _ => {
                let reply = self.refuse(call.request, 405, "Method not allowed");
                Err(reply.violation("the path does not take this method"))
            }
        }
    }

    fn business_unit(&self, call: &Call<'_>) -> Result<Reply, Reply> {
        let parameters = [("fields", Type::Text), ("includeTrustedBusinessUnits", Type::Flag)];
        let query = self.read(call, &parameters)?;
        let unit = json!({
            "businessUnitId": self.data.business_unit(),
            "businessUnitName": "Example & Söhne",
            "defaultTimeZone": "(UTC-05:00) Eastern Time",
            "apiPublishedLimit": 100,
        });
        Ok(self.whole("businessUnits", vec![unit], query.violations))
    }

    /// Whether a call carries what every call must.
    fn admit(&self, request: &Request) -> Result<(), Reply> {
        let Some(token) = bearer(request) else {
            let why = "there is no bearer token";
            return Err(self.refuse(request, 401, why).violation(why));
        };
        match lock(&self.tokens).spend(token, self.now()) {
            auth::Worth::Good => {}
            // A client cannot know that a token has ended.
            auth::Worth::Ended => return Err(self.refuse(request, 401, "The token has expired")),
            auth::Worth::Unknown => {
                let why = "the token was not given out here";
                return Err(self.refuse(request, 401, why).violation(why));
            }
        }
        if !accepts_json(request.header("accept").unwrap_or_default()) {
            let why = "Accept must admit application/json";
            return Err(self.refuse(request, 406, why).violation(why));
        }
        Ok(())
    }

    /// Reads the query of a path.
    pub(super) fn read(
        &self,
        call: &Call<'_>,
        parameters: &[(&str, Type)],
    ) -> Result<Query, Reply> {
        self.read_pairs(call, &call.request.query, parameters)
    }

    pub(super) fn read_pairs(
        &self,
        call: &Call<'_>,
        pairs: &[(String, String)],
        parameters: &[(&str, Type)],
    ) -> Result<Query, Reply> {
        let query = Query::parse(pairs, parameters);
        let mut query =
            query.map_err(|reason| self.refuse(call.request, 400, &reason).violation(reason))?;
        for (name, value) in pairs {
            let is_moment =
                ["startDate", "endDate", "updatedSince", "updateSince"].contains(&name.as_str());
            if is_moment && !value.ends_with('Z') {
                query.violations.push(format!("{name} does not end in Z: {value}"));
            }
        }
        Ok(query)
    }

    /// The span between `startDate` and `endDate`, which must be there and not too long.
    pub(super) fn window(
        &self,
        call: &Call<'_>,
        query: &Query,
        days_max: i64,
    ) -> Result<(Timestamp, Timestamp), Reply> {
        let refuse = |why: &str| self.refuse(call.request, 400, why).violation(why);
        let start = query.moment("startDate").ok_or_else(|| refuse("startDate is required"))?;
        let end = query.moment("endDate").ok_or_else(|| refuse("endDate is required"))?;
        if end < start {
            return Err(refuse("endDate is before startDate"));
        }
        // An hour more is let pass, for days on which clocks go back.
        if (end - start).get_seconds() > days_max * 86_400 + 3_600 {
            let why = format!("the span between startDate and endDate is over {days_max} days");
            return Err(refuse(&why));
        }
        Ok((start, end))
    }

    /// How records of a version are written; `place` decides between forms that take turns.
    pub(super) fn style(&self, version: u32, place: usize) -> Style {
        let is_pascal = version < self.settings.versions.pascal_below;
        Style { is_pascal, is_textual: is_pascal && place % 2 == 1, renamed: &[] }
    }

    /// An answer of a list that has no pages.
    pub(super) fn whole(
        &self,
        field: &'static str,
        rows: Vec<Value>,
        violations: Vec<String>,
    ) -> Reply {
        if rows.is_empty() && self.settings.empty == Empty::NoContent {
            return self.nothing(violations);
        }
        let mut reply = self.plain(json!({field: rows}), violations);
        reply.records = Some(field);
        reply
    }

    /// An answer without a body.
    pub(super) fn nothing(&self, violations: Vec<String>) -> Reply {
        let mut reply = Reply::new(204, CONTENT_TYPE, "");
        reply.headers.clear();
        reply.violations = violations;
        reply
    }

    pub(super) fn plain(&self, body: Value, violations: Vec<String>) -> Reply {
        let mut reply = Reply::new(200, CONTENT_TYPE, body.to_string());
        reply.violations = violations;
        reply
    }

    /// An error, which a header explains.
    pub(super) fn refuse(&self, request: &Request, status: u16, message: &str) -> Reply {
        let mut reply = Reply::new(status, CONTENT_TYPE, error(&request.path, status, message));
        reply.headers.push((STATUS_HEADER.to_owned(), message.to_owned()));
        reply
    }

    pub(super) fn no_such_path(&self, request: &Request) -> Reply {
        self.refuse(request, 404, "There is no such resource").violation("the path leads nowhere")
    }
}

/// The number in `v33.0`.
fn version_of(segment: &str) -> Option<u32> {
    let number = segment.strip_prefix(['v', 'V'])?.strip_suffix(".0")?;
    number.parse().ok().filter(|number| (2..=99).contains(number))
}

/// The body of an error in the form that `path` has.
pub(super) fn error(path: &str, status: u16, message: &str) -> Bytes {
    let error = match status {
        401 => "invalid_token",
        403 => "access_denied",
        404 => "not_found",
        429 => "too_many_requests",
        500.. => "server_error",
        _ => "invalid_request",
    };
    let description = if auth::is_about(path) { "error_description" } else { "errorDescription" };
    json!({"error": error, description: message}).to_string().into()
}

/// Secrets in the address of a request, where proxies and logs would keep them.
pub(super) fn secrets_in(request: &Request, credentials: &Credentials) -> Option<String> {
    let Credentials { password, access_key_secret, client_secret, .. } = credentials;
    let tokens = [super::CANARY_ACCESS, super::CANARY_REFRESH];
    let known = [password.as_str(), access_key_secret, client_secret];
    let mut secrets = known.into_iter().chain(tokens).filter(|secret| !secret.is_empty());
    let is_there = secrets.any(|secret| {
        let is_in_value = request.query.iter().any(|(_, value)| value.contains(secret));
        is_in_value || request.path.contains(secret) || request.raw_query.contains(secret)
    });
    is_there.then(|| "a secret is in the address".to_owned())
}
