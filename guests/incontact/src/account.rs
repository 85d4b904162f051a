//! The account: its settings, the way to its API, and whose it is.

use tollgate_sdk::http::{Http, Request, get};
use tollgate_sdk::manifest::{Field, FieldKind};
use tollgate_sdk::paging::{Pager, Pages};
use tollgate_sdk::{Failure, Fault, Response, ScanRequest, Settings, Shape};

use crate::answers;

/// The version spoken where an account does not say: the first with the new names of campaigns.
const API_VERSION: i64 = 33;
const API_VERSIONS: (i64, i64) = (2, 99);

/// The account fields, beside those of the auth method.
pub fn fields() -> Vec<Field> {
    vec![
        Field::new("api_version", "API version", FieldKind::Integer(API_VERSIONS))
            .describe(
                "The version of the API to speak: 33 is v33.0. Answers of older and newer versions \
                 become the same columns.",
            )
            .default(&API_VERSION.to_string()),
    ]
}

/// The way to the account's API.
#[derive(Clone)]
pub struct Api {
    /// The way, with the headers that the API wants and its reading of failures.
    pub http: Http,
    /// The version: 33 for v33.0.
    pub version: i64,
    base: String,
}

impl Api {
    /// The API of the account that a request is about.
    ///
    /// # Errors
    /// `invalid-config` for a version that is none, `internal` for a host that does not say where
    /// the API is.
    pub fn of(request: &ScanRequest) -> Result<Self, Failure> {
        Self::open(&request.settings, &request.http)
    }

    fn open(settings: &Settings, http: &Http) -> Result<Self, Failure> {
        let version = settings.integer("api_version")?.unwrap_or(API_VERSION);
        if !(API_VERSIONS.0..=API_VERSIONS.1).contains(&version) {
            let reason = "a whole number is needed, for example 33 for v33.0";
            return Err(Failure::invalid("api_version", reason));
        }
        let Some(base_url) = settings.text("base_url") else {
            let text = "the host did not say where the account's API is (setting `base_url`): it \
                        is too old for this connector";
            return Err(Failure::internal(text));
        };
        let http = http.clone().with_header("Accept", "application/json");
        let http = http.with_status_rule(answers::failure_of_status);
        let base = format!("{base_url}/services/v{version}.0");
        Ok(Self { http, version, base })
    }

    /// The same for requests about a span of time, which can be too long.
    #[must_use]
    pub fn with_spans(self) -> Self {
        Self { http: self.http.with_status_rule(answers::failure_of_span), ..self }
    }

    /// The URL of a path of the API, for example `/agents`.
    pub fn url(&self, path: &str) -> String {
        format!("{}{path}", self.base)
    }

    /// A request that reads a path of the API.
    pub fn get(&self, path: &str) -> Request {
        get(self.url(path))
    }

    /// The pages that `pager` asks for.
    pub fn pages(&self, pager: Box<dyn Pager>, shape: Shape) -> Pages {
        Pages::boxed(self.http.clone(), pager, shape).inspect(answers::inspect)
    }
}

/// Signs in and says who it is, with one request; two where the user may not see the business unit.
///
/// # Errors
/// Whatever the request failed with.
pub fn check(settings: &Settings, http: &Http) -> Result<String, Failure> {
    let api = Api::open(settings, http)?;
    let mut who = String::new();
    let read = api.http.read(&api.get("/business-unit"), &mut Vec::new(), &mut |body| {
        who = business_unit(body)?;
        Ok(())
    });
    match read {
        Ok(()) => {}
        Err(Failure::Forbidden(_) | Failure::NotFound(_)) => {
            api.http.read(&api.get("/server-time"), &mut Vec::new(), &mut |_| Ok(()))?;
            who = "a user who may not see the business unit".to_owned();
        }
        Err(failure) => return Err(failure),
    }
    let (_, host) = api.base.split_once("://").unwrap_or_default();
    let host = host.split('/').next().unwrap_or_default();
    Ok(format!("{who}, API v{}.0 at {host}", api.version))
}

/// The name and number of the first business unit, wherever an answer has them.
fn business_unit(body: &[u8]) -> Result<String, Fault> {
    // Status 204 has no body.
    let outer = Response::document(if body.is_empty() { b"{}" } else { body })?;
    let mut units = outer.texts("businessUnits")?;
    units.extend(outer.texts("resultSet.businessUnits")?);
    let unit = match units.first() {
        Some(unit) => Response::document(unit.as_bytes())?,
        None => outer,
    };
    let text = |names: [&str; 2]| match unit.text(names[0]) {
        Ok(None) => unit.text(names[1]),
        found => found,
    };
    let name = text(["businessUnitName", "BusinessUnitName"])?;
    let id = text(["businessUnitId", "BusinessUnitId"])?;
    Ok(match (name, id) {
        (Some(name), Some(id)) => format!("{name}, business unit {id}"),
        (Some(name), None) => name.into_owned(),
        (None, Some(id)) => format!("business unit {id}"),
        (None, None) => "a business unit without a name".to_owned(),
    })
}
