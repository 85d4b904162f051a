mod auth;
mod forms;
mod texts;

use super::*;
use crate::data_type::DataType;
use crate::descriptor::{
    AuthMethod, AuthScheme, Basic, ChildTable, Choice, ClientAuthentication, Condition,
    ExchangeBasic, ExchangeBody, ExchangeRequest, Field, FieldKind, LimitMeaning, LimitSign,
    OAuth2, OAuth2Grant, Operation, Parameter, QuotaReset, RateLimit, Stream, TakenValue,
    TokenExchange, WriteOperation,
};
use crate::error::ErrorKind;
use crate::schema::Column;

fn field(name: &str, kind: FieldKind) -> Field {
    Field {
        name: name.to_owned(),
        title: format!("Title of {name}"),
        description: "What it does.".to_owned(),
        kind,
        required: false,
        default: None,
        shown_when: Vec::new(),
    }
}

fn menu(values: &[&str]) -> Vec<Choice> {
    values.iter().map(|v| Choice { value: v.to_string(), title: v.to_uppercase() }).collect()
}

fn condition(field: &str, one_of: &[&str]) -> Condition {
    let one_of = one_of.iter().map(|value| value.to_string()).collect();
    Condition { field: field.to_owned(), one_of }
}

fn column(name: &str, data_type: DataType) -> Column {
    Column { name: name.to_owned(), data_type, nullable: true, description: String::new() }
}

fn parameter(name: &str, value: &str) -> Parameter {
    Parameter { name: name.to_owned(), value: value.to_owned() }
}

fn taken(name: &str, pointer: &str) -> TakenValue {
    TakenValue { name: name.to_owned(), pointer: pointer.to_owned(), claim: None }
}

fn method(name: &str, scheme: AuthScheme) -> AuthMethod {
    AuthMethod {
        name: name.to_owned(),
        title: "Sign in".to_owned(),
        description: "Where to get it.".to_owned(),
        fields: vec![field("key", FieldKind::Secret)],
        scheme,
        audiences: vec!["https://api.example.com/v3".to_owned()],
    }
}

fn fixed(headers: &[(&str, &str)], query: &[(&str, &str)]) -> AuthScheme {
    let all =
        |pairs: &[(&str, &str)]| pairs.iter().map(|(name, value)| parameter(name, value)).collect();
    AuthScheme::Fixed { headers: all(headers), query: all(query) }
}

fn methods() -> Vec<AuthMethod> {
    let oauth2 = OAuth2 {
        grants: vec![OAuth2Grant::AuthorizationCode, OAuth2Grant::DeviceCode],
        authorize_url: Some("https://login.example.org/authorize?x=1".to_owned()),
        token_url: "https://api.example.com/token".to_owned(),
        device_url: Some("https://a.tenants.example.com/device".to_owned()),
        scopes: vec!["contact_data".to_owned()],
        authorize_parameters: vec![parameter("prompt", "login")],
        client_id: "{user}".to_owned(),
        client_secret: Some("{key}".to_owned()),
        client_authentication: ClientAuthentication::Basic,
        access_token: None,
        refresh_token: None,
    };
    let exchange = TokenExchange {
        sign_in: vec![ExchangeRequest {
            url: "https://{region}.tenants.example.com/token".to_owned(),
            headers: vec![parameter("Content-Type", "application/json")],
            basic: None,
            body: ExchangeBody::Json { text: "{\n\"user\": \"{user}\"}".to_owned() },
            takes: vec![taken("access_token", "/access_token"), taken("lifetime", "/a~1b/0")],
        }],
        renewal: Vec::new(),
        token: "{access_token}".to_owned(),
        expires_in: Some("{lifetime}".to_owned()),
        base_url: None,
    };
    let basic = Basic { username: "{user}".to_owned(), password: "{key}".to_owned() };
    vec![
        method("headers", fixed(&[("API-Key", "{key}")], &[])),
        method("query", fixed(&[], &[("key", "{key}")])),
        method("basic", AuthScheme::Basic(basic)),
        method("bearer", AuthScheme::Bearer { token: "{key}".to_owned() }),
        method("oauth2", AuthScheme::OAuth2(oauth2)),
        method("exchange", AuthScheme::TokenExchange(exchange)),
    ]
}

fn options() -> Vec<Field> {
    let mut format = field("format", FieldKind::Choice { choices: menu(&["html", "plain"]) });
    format.default = Some("HTML".to_owned());
    let mut since = field("since", FieldKind::Date);
    since.default = Some("today-7".to_owned());
    since.shown_when = vec![condition("format", &["html", "plain"])];
    let mut limit = field("limit", FieldKind::Integer { min: 1, max: 500 });
    limit.shown_when = vec![condition("since", &["2024-01-01"]), condition("format", &["html"])];
    vec![format, since, limit, field("list", FieldKind::Lookup)]
}

/// A descriptor that keeps every rule and has something for every rule to be broken in.
fn valid() -> Descriptor {
    Descriptor {
        id: "example".to_owned(),
        version: "1.20.3".to_owned(),
        title: "Example".to_owned(),
        description: "Reads the example.".to_owned(),
        account_fields: vec![
            field("user", FieldKind::Text),
            field("region", FieldKind::Choice { choices: menu(&["eu", "us"]) }),
            field("sites", FieldKind::Texts),
        ],
        auth_methods: methods(),
        origins: vec![
            "https://api.example.com".to_owned(),
            "https://*.tenants.example.com:443".to_owned(),
        ],
        rate_limits: vec![RateLimit { requests: 4, window_ms: 1_000 }],
        limit_signs: vec![LimitSign {
            status: 429,
            text: "quota_exceeded".to_owned(),
            meaning: LimitMeaning::QuotaExhausted(QuotaReset::UtcMidnight),
        }],
        concurrent_requests: 4,
        reads_by_post: vec!["https://api.example.com/jobs".to_owned()],
        streams: vec![Stream {
            name: "contacts".to_owned(),
            title: "Contacts".to_owned(),
            description: "One row a contact.".to_owned(),
            columns: vec![
                column("id", DataType::Int64),
                column("amount", DataType::Decimal { precision: 38, scale: 38 }),
            ],
            dynamic_columns: false,
            primary_key: vec!["id".to_owned()],
            cursor: Some("id".to_owned()),
            deletion: None,
            partitioned: false,
            writes: vec![WriteOperation {
                operation: Operation::Create,
                description: "Adds a contact.".to_owned(),
                columns: vec![column("amount", DataType::Int64)],
                rows_per_call: 1,
                options: Vec::new(),
            }],
            children: vec![ChildTable {
                name: "notes".to_owned(),
                description: "One row a note.".to_owned(),
                columns: vec![column("id", DataType::Int64), column("note", DataType::Text)],
                primary_key: Vec::new(),
            }],
            options: options(),
        }],
    }
}

#[track_caller]
fn assert_reported(expected: &str, mutate: impl FnOnce(&mut Descriptor)) {
    let mut descriptor = valid();
    mutate(&mut descriptor);
    let Err(error) = check(&descriptor) else { panic!("nothing was reported for: {expected}") };
    assert_eq!(error.kind(), ErrorKind::Bug);
    assert!(error.message().contains(expected), "not {expected:?} but: {error}");
    assert!(!error.message().contains('\u{1b}'), "an escape was not escaped: {error:?}");
}

/// One mutation of the valid descriptor and what has to be reported for it.
type Case = (&'static str, fn(&mut Descriptor));

fn assert_all_reported(table: &[Case]) {
    for (expected, mutate) in table {
        assert_reported(expected, mutate);
    }
}

#[test]
fn the_valid_descriptor_passes() {
    check(&valid()).unwrap();
}

// Proves: descriptions
#[test]
fn identity_and_limits_keep_their_rules() {
    assert_all_reported(&[
        ("id `Example`: its name is not a lowercase letter", |d| d.id = "Example".to_owned()),
        ("id ``: its name", |d| d.id.clear()),
        ("version `1.2`: it is not MAJOR.MINOR.PATCH", |d| d.version = "1.2".to_owned()),
        ("version `1.2.3-rc`", |d| d.version = "1.2.3-rc".to_owned()),
        ("version `1.02.3`", |d| d.version = "1.02.3".to_owned()),
        ("version `1.2.3.4`", |d| d.version = "1.2.3.4".to_owned()),
        ("its title has 201 bytes; 200 are the most", |d| d.title = "x".repeat(201)),
        ("its title `a\\u{1b}[31m` holds a control", |d| d.title = "a\u{1b}[31m".to_owned()),
        ("its title `a\\u{202e}b` holds a control", |d| d.title = "a\u{202e}b".to_owned()),
        ("its title `a\\u{2066}b` holds a control", |d| d.title = "a\u{2066}b".to_owned()),
        ("its description has 4001 bytes", |d| d.description = "x".repeat(4_001)),
        ("its description `a\\nb` holds a control", |d| d.description = "a\nb".to_owned()),
        ("it has 0 origins, not 1 to 32", |d| d.origins.clear()),
        ("it has 33 origins, not 1 to 32", |d| {
            d.origins = (0..33).map(|i| format!("https://a{i}.example.com")).collect();
        }),
        ("the origin `http://a.example.com` does not", |d| {
            d.origins.push("http://a.example.com".to_owned());
        }),
        ("the origin `https://api.example.com` is there twice", |d| {
            d.origins.push("https://api.example.com:443".to_owned());
        }),
        ("it has 17 rate limits", |d| d.rate_limits = vec![d.rate_limits[0]; 17]),
        ("a rate limit allows no request", |d| d.rate_limits[0].requests = 0),
        ("a window of 0 ms, not 1 to 86400000", |d| d.rate_limits[0].window_ms = 0),
        ("a window of 86400001 ms", |d| d.rate_limits[0].window_ms = 86_400_001),
        ("concurrent requests are 0, not 1 to 64", |d| d.concurrent_requests = 0),
        ("concurrent requests are 65", |d| d.concurrent_requests = 65),
        ("its texts have 1", |d| {
            let mut stream = d.streams[0].clone();
            stream.description = "x".repeat(4_000);
            d.streams =
                (0..300).map(|i| Stream { name: format!("s{i}"), ..stream.clone() }).collect();
        }),
    ]);
}

// Proves: descriptions
#[test]
fn streams_and_columns_keep_their_rules() {
    assert_all_reported(&[
        ("it has 0 streams, not 1 to 500", |d| d.streams.clear()),
        ("it has 501 streams", |d| d.streams = vec![d.streams[0].clone(); 501]),
        ("stream `contacts`: it is there twice", |d| d.streams.push(d.streams[0].clone())),
        ("stream `a-b`: its name is not", |d| d.streams[0].name = "a-b".to_owned()),
        ("stream `contacts`: its title has 201", |d| d.streams[0].title = "x".repeat(201)),
        ("stream `contacts`: its description `\\u{9b}", |d| {
            d.streams[0].description = "\u{9b}2J".to_owned();
        }),
        ("it has 0 columns, not 1 to 1000", |d| d.streams[0].columns.clear()),
        ("it has 1001 columns", |d| {
            d.streams[0].columns =
                (0..1_001).map(|i| column(&format!("c{i}"), DataType::Text)).collect();
        }),
        ("stream `contacts`: column `Id`: its name", |d| {
            d.streams[0].columns.push(column("Id", DataType::Text));
        }),
        ("column `id`: it is there twice", |d| {
            d.streams[0].columns.push(column("id", DataType::Text));
        }),
        ("column `id`: its description has 4001", |d| {
            d.streams[0].columns[0].description = "x".repeat(4_001);
        }),
        ("column `amount`: its precision is 39, not 1 to 38", |d| {
            d.streams[0].columns[1].data_type = DataType::Decimal { precision: 39, scale: 2 };
        }),
        ("column `amount`: its precision is 0", |d| {
            d.streams[0].columns[1].data_type = DataType::Decimal { precision: 0, scale: 0 };
        }),
        ("column `amount`: its scale 6 is over its precision 5", |d| {
            d.streams[0].columns[1].data_type = DataType::Decimal { precision: 5, scale: 6 };
        }),
        ("its key names `other`, which is no column", |d| {
            d.streams[0].primary_key.push("other".to_owned());
        }),
        ("its key names `id` twice", |d| d.streams[0].primary_key.push("id".to_owned())),
        ("its deletion `other` is no column", |d| {
            d.streams[0].deletion = Some("other".to_owned());
        }),
        ("its deletion `id` is in its key", |d| d.streams[0].deletion = Some("id".to_owned())),
        ("it tells deletions, but has no key", |d| {
            d.streams[0].deletion = Some("id".to_owned());
            d.streams[0].primary_key.clear();
        }),
        ("its cursor `other` is no column", |d| {
            d.streams[0].cursor = Some("other".to_owned());
        }),
    ]);
}

// Proves: descriptions
#[test]
fn writes_and_child_tables_keep_their_rules() {
    assert_all_reported(&[
        ("write operation `create`: it is there twice", |d| {
            let write = d.streams[0].writes[0].clone();
            d.streams[0].writes.push(write);
        }),
        ("write operation `create`: it has 0 rows per call, not 1 to 1000", |d| {
            d.streams[0].writes[0].rows_per_call = 0;
        }),
        ("write operation `create`: it has 0 columns", |d| {
            d.streams[0].writes[0].columns.clear();
        }),
        ("it has 21 child tables, not 0 to 20", |d| {
            d.streams[0].children = vec![d.streams[0].children[0].clone(); 21];
        }),
        ("child table `notes`: it is there twice", |d| {
            let child = d.streams[0].children[0].clone();
            d.streams[0].children.push(child);
        }),
        ("child table `notes`: its column 1 is not the stream's key column `id`", |d| {
            d.streams[0].children[0].columns.swap(0, 1);
        }),
        ("child table `notes`: its column 1 is not the stream's key column `id`", |d| {
            d.streams[0].children[0].columns[0].data_type = DataType::Text;
        }),
        ("child table `notes`: its key lacks the stream's `id`", |d| {
            d.streams[0].children[0].primary_key = vec!["note".to_owned()];
        }),
        ("child table `notes`: its key names `x`, which is no column", |d| {
            d.streams[0].children[0].primary_key = vec!["id".to_owned(), "x".to_owned()];
        }),
        ("the stream has no key that its rows could name", |d| d.streams[0].primary_key.clear()),
    ]);
}

// Proves: descriptions
#[test]
fn limit_signs_and_reads_by_post_keep_their_rules() {
    assert_all_reported(&[
        ("limit sign ``: it has no text", |d| d.limit_signs[0].text.clear()),
        ("limit sign `quota_exceeded`: its status is 200", |d| d.limit_signs[0].status = 200),
        ("it has 17 limit signs, not 0 to 16", |d| {
            d.limit_signs = vec![d.limit_signs[0].clone(); 17];
        }),
        ("the prefix `https://evil.org/` does not lie within the origins", |d| {
            d.reads_by_post.push("https://evil.org/".to_owned());
        }),
    ]);
}

#[test]
fn columns_of_an_account_may_have_the_providers_names() {
    let columns = [column("id", DataType::Int64), column("Größe (cm)", DataType::Text)];
    check_columns(&columns, true).unwrap();
    let error = check_columns(&columns, false).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Bug);
    assert!(
        error.message().contains("column `Größe (cm)`: its name is not a lowercase"),
        "{error}"
    );
    let most = "x".repeat(128);
    check_columns(&[column(&most, DataType::Text)], true).unwrap();
    for (names, expected) in [
        (&["a\u{1b}b"][..], "column `a\\u{1b}b`: its name is not a text of 1 to 128 bytes"),
        (&["x\u{202e}"], "without control characters"),
        (&[&"x".repeat(129)], "its name is not a text"),
        (&["  "], "its name is not a text"),
        (&["Email", "email"], "column `email`: it is there twice, or another name differs"),
        (&[], "it has 0 columns"),
    ] {
        let columns: Vec<_> = names.iter().map(|name| column(name, DataType::Text)).collect();
        let error = check_columns(&columns, true).unwrap_err();
        assert!(error.message().contains(expected), "{expected}: {error}");
    }
}

#[test]
fn every_broken_rule_is_listed_up_to_twenty() {
    let mut descriptor = valid();
    descriptor.id = "A".to_owned();
    descriptor.version = "x\u{1b}".repeat(500);
    let error = check(&descriptor).unwrap_err();
    let lines: Vec<_> = error.message().lines().collect();
    assert_eq!(lines.len(), 3, "{error}");
    assert!(lines[1].starts_with("  id `A`: ") && lines[2].starts_with("  version `x\\u{1b}x"));
    assert!(lines[2].contains("…`: "), "{error}");

    descriptor.streams = vec![descriptor.streams[0].clone(); 30];
    let error = check(&descriptor).unwrap_err();
    let lines: Vec<_> = error.message().lines().collect();
    assert_eq!((lines.len(), lines[21]), (22, "  and 11 more"), "{error}");
}
