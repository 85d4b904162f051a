//! The calls beside reading: describe and check.

use tollgate_incontact::Incontact;
use tollgate_sdk::manifest::{AuthScheme, ExchangeBody, TokenExchange};
use tollgate_sdk::testing::{self, Reply};
use tollgate_sdk::{Connector, Failure};

use crate::provider::{BASE, of, urls, values};

fn check(replies: &'static [(&str, u16, &str)]) -> (Result<String, Failure>, Vec<String>) {
    let (http, requests) = testing::http(move |request| {
        let (_, status, body) =
            replies.iter().find(|(path, ..)| request.url.ends_with(path)).expect("an answer");
        Reply::status(*status, *body)
    });
    (Incontact::check(&values(&[("base_url", BASE)]), &http), urls(&requests))
}

#[test]
fn a_check_says_whose_account_it_is() {
    for (body, who) in [
        (
            r#"{"businessUnits":[{"businessUnitId":45,"businessUnitName":"Acme"}]}"#,
            "Acme, business unit 45",
        ),
        (r#"{"resultSet":{"businessUnits":[{"BusinessUnitId":"45"}]}}"#, "business unit 45"),
        (r#"{"businessUnitId":45,"BusinessUnitName":"Acme"}"#, "Acme, business unit 45"),
        (r#"{"businessUnits":[]}"#, "a business unit without a name"),
        ("", "a business unit without a name"),
    ] {
        let (http, requests) = testing::http(move |_| Reply::ok(body));
        let said = Incontact::check(&values(&[("base_url", BASE), ("api_version", "20")]), &http);
        assert_eq!(said, Ok(format!("{who}, API v20.0 at api-c30.incontact.com")));
        let request = &requests.borrow()[0];
        assert_eq!(request.url, format!("{BASE}/services/v20.0/business-unit"));
        assert!(request.headers.contains(&("Accept".to_owned(), "application/json".to_owned())));
    }
}

#[test]
fn a_check_needs_no_right_to_see_the_business_unit() {
    for status in ["403", "404"] {
        let replies: &[_] = match status {
            "403" => &[("business-unit", 403, ""), ("server-time", 200, r#"{"ServerTime":"x"}"#)],
            _ => &[("business-unit", 404, ""), ("server-time", 200, r#"{"ServerTime":"x"}"#)],
        };
        let (said, urls) = check(replies);
        let who = "a user who may not see the business unit, API v33.0 at api-c30.incontact.com";
        assert_eq!(said.as_deref(), Ok(who));
        assert_eq!(urls, ["business-unit", "server-time"]);
    }
}

#[test]
fn a_check_says_why_it_fails() {
    let (said, urls) = check(&[("business-unit", 401, r#"{"error":"invalid_token"}"#)]);
    assert_eq!(said, Err(Failure::Unauthorized("invalid_token".to_owned())));
    assert_eq!(urls, ["business-unit"]);
    let (said, _) = check(&[("business-unit", 200, "<html>")]);
    assert!(matches!(said, Err(Failure::UnexpectedResponse(_))), "{said:?}");
    let (said, _) = check(&[("business-unit", 403, ""), ("server-time", 403, "")]);
    assert!(matches!(said, Err(Failure::Forbidden(_))), "{said:?}");
}

#[test]
fn an_account_that_cannot_work_makes_no_request() {
    for (settings, is_config) in [
        (&[][..], false),
        (&[("base_url", BASE), ("api_version", "1")], true),
        (&[("base_url", BASE), ("api_version", "100")], true),
        (&[("base_url", BASE), ("api_version", "v33")], true),
    ] {
        let (mut request, requests) = of("agents").request(|_| Reply::ok("{}"));
        request.settings = values(settings);
        let failure = Incontact::open(&request).err();
        let is_meant = match &failure {
            Some(Failure::InvalidConfig(config)) => is_config && config.field == "api_version",
            Some(Failure::Internal(text)) => !is_config && text.contains("`base_url`"),
            _ => false,
        };
        assert!(is_meant, "{failure:?}");
        assert!(requests.borrow().is_empty());
    }
}

#[test]
fn the_description_keeps_the_rules_of_the_interface() {
    let descriptor = tollgate_sdk::connector::describe::<Incontact>();
    let is_name = |name: &str| {
        let allowed = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
        name.starts_with(|c: char| c.is_ascii_lowercase())
            && name.len() <= 64
            && name.chars().all(allowed)
    };
    for stream in &descriptor.streams {
        assert!(is_name(&stream.name) && !stream.description.is_empty(), "{}", stream.name);
        // The rows of a file have no identity.
        assert_eq!(stream.primary_key.is_empty(), stream.dynamic_columns, "{}", stream.name);
        for column in &stream.columns {
            assert!(is_name(&column.name), "{}", column.name);
            assert!(!column.description.is_empty(), "{}.{}", stream.name, column.name);
        }
        for key in stream.primary_key.iter().chain(&stream.cursor) {
            assert!(stream.columns.iter().any(|column| column.name == *key), "{key}");
        }
        for (at, option) in stream.options.iter().enumerate() {
            assert!(is_name(&option.name) && !option.description.is_empty(), "{}", option.name);
            let before = &stream.options[..at];
            assert!(before.iter().all(|one| one.name != option.name), "{} twice", option.name);
            for condition in &option.shown_when {
                assert!(before.iter().any(|one| one.name == condition.field), "{}", option.name);
            }
        }
    }
}

#[test]
fn a_stream_says_how_it_is_read() {
    let streams = tollgate_sdk::connector::describe::<Incontact>().streams;
    let shown = |stream: &tollgate_sdk::manifest::StreamDescription| {
        let cursor = stream.cursor.clone().unwrap_or_default();
        let key = stream.primary_key.join(",");
        format!("{} {key} {cursor} {}", stream.name, stream.partitioned)
    };
    for wanted in [
        "agent_performance agent_id,team_id,start_date  true",
        "agents agent_id last_updated false",
        "campaigns campaign_id  false",
        "contacts contact_id  true",
        "contacts_completed contact_id last_update_time false",
        "custom_report   false",
        "data_download   true",
        "skill_summaries skill_id,start_date  true",
        "skills skill_id last_update_time false",
        "team_performance_totals team_id,start_date  true",
        "teams team_id last_update_time false",
    ] {
        assert!(streams.iter().map(shown).any(|one| one == wanted), "{wanted}");
    }
}

fn exchange(name: &str) -> TokenExchange {
    let methods = tollgate_sdk::connector::describe::<Incontact>().auth_methods;
    let method = methods.into_iter().find(|method| method.name == name).expect("the method");
    match method.scheme {
        AuthScheme::TokenExchange(exchange) => exchange,
        _ => panic!("{name} is no token exchange"),
    }
}

#[test]
fn each_sign_in_asks_where_it_has_to() {
    let urls = |name| {
        let exchange = exchange(name);
        let requests = exchange.sign_in.iter().chain(&exchange.renewal);
        requests.map(|request| request.url.clone()).collect::<Vec<_>>()
    };
    let issuer = "https://{issuer}/.well-known";
    let cxone = [
        format!("{issuer}/openid-configuration"),
        "{token_endpoint}".to_owned(),
        format!("{issuer}/cxone-configuration?tenantId={{tenant_id}}"),
        "{token_endpoint}".to_owned(),
    ];
    assert_eq!(urls("cxone"), cxone);
    let area = "https://{area}.nice-incontact.com";
    let access_key = ["authentication/v1/token/access-key", "public/user/refresh"];
    assert_eq!(urls("access_key"), access_key.map(|path| format!("{area}/{path}")));
    let token = "https://api.incontact.com/InContactAuthorizationServer/Token";
    assert_eq!(urls("password"), [token, "{refresh_token_server_uri}"]);
}

#[test]
fn a_body_of_json_is_one_and_a_client_is_encoded_where_it_has_to_be() {
    for name in ["access_key", "password"] {
        let exchange = exchange(name);
        for request in exchange.sign_in.iter().chain(&exchange.renewal) {
            let ExchangeBody::Json(text) = &request.body else { panic!("{name} sends JSON") };
            tollgate_sdk::Response::document(text.as_bytes()).expect("an object");
        }
    }
    let encoded = |name: &str, at: usize| {
        exchange(name).sign_in[at].basic.as_ref().map(|basic| basic.form_encoded)
    };
    assert_eq!(encoded("cxone", 1), Some(true));
    assert_eq!(encoded("password", 0), Some(false));
    assert_eq!(encoded("access_key", 0), None);
}
