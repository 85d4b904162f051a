//! The three generations of signing in, as data that the host carries out.

use tollgate_sdk::manifest::{
    AuthMethod, AuthScheme, Basic, ExchangeBasic, ExchangeBody, ExchangeRequest, Field, FieldKind,
    Parameter, TakenValue, TokenExchange,
};

/// Where the APIs and their sign-ins are: each area and cluster has hosts of its own.
pub const ORIGINS: [&str; 3] =
    ["https://*.incontact.com", "https://*.nice-incontact.com", "https://*.niceincontact.com"];

const COMMERCIAL: &str = "cxone.niceincontact.com";
const FEDRAMP: &str = "cxone-gov.niceincontact.com";
/// What `token` is made of; every sign-in takes it under this name.
const TOKEN: &str = "{access_token}";
const LIFETIME: &str = "{expires_in}";

/// The ways to sign in, the current one first.
pub fn methods() -> Vec<AuthMethod> {
    vec![cxone(), access_key(), password()]
}

/// A path below each of the origins.
pub fn below_each_origin(path: &str) -> Vec<String> {
    ORIGINS.iter().map(|origin| format!("{origin}{path}")).collect()
}

fn cxone() -> AuthMethod {
    let issuers = [(COMMERCIAL, "Commercial"), (FEDRAMP, "US government (FedRAMP)")];
    let configuration = |name: &str| format!("https://{{issuer}}/.well-known/{name}");
    let token = |form: &[(&str, &str)]| ExchangeRequest {
        basic: Some(basic("{client_id}", "{client_secret}", true)),
        ..post("{token_endpoint}", ExchangeBody::Form(parameters(form)))
    };
    let tokens = ["access_token", "refresh_token", "expires_in"];
    let tenant =
        TakenValue { claim: Some("tenantId".to_owned()), ..take("tenant_id", "/id_token") };
    let signs_in = token(&[
        ("grant_type", "password"),
        ("username", "{access_key_id}"),
        ("password", "{access_key_secret}"),
    ]);
    let renews = token(&[
        ("grant_type", "refresh_token"),
        ("client_id", "{client_id}"),
        ("refresh_token", "{refresh_token}"),
    ]);
    let tenant_configuration = configuration("cxone-configuration?tenantId={tenant_id}");
    AuthMethod {
        name: "cxone".to_owned(),
        title: "CXone OpenID".to_owned(),
        description: "An application registered with NICE (client id and secret) together with an \
                      access key, which a user makes in CXone: employee profile, Access Keys."
            .to_owned(),
        fields: vec![
            Field::choice("issuer", "Issuer", &issuers)
                .describe("Where the account signs in.")
                .default(COMMERCIAL),
            Field::new("client_id", "Client id", FieldKind::Text)
                .describe("The application's client id.")
                .required(),
            Field::new("client_secret", "Client secret", FieldKind::Secret)
                .describe("The application's secret.")
                .required(),
            access_key_id(),
            access_key_secret(),
            Field::new("tenant_id", "Tenant id", FieldKind::Text).describe(
                "Left out: what the sign-in says (the claim `tenantId` of its id token).",
            ),
        ],
        scheme: AuthScheme::TokenExchange(TokenExchange {
            sign_in: vec![
                ExchangeRequest {
                    takes: takes(&["token_endpoint"]),
                    ..get(&configuration("openid-configuration"))
                },
                ExchangeRequest { takes: [takes(&tokens), vec![tenant]].concat(), ..signs_in },
                ExchangeRequest { takes: takes(&["api_endpoint"]), ..get(&tenant_configuration) },
            ],
            renewal: vec![ExchangeRequest { takes: takes(&tokens), ..renews }],
            token: TOKEN.to_owned(),
            expires_in: Some(LIFETIME.to_owned()),
            base_url: Some("{api_endpoint}/inContactAPI".to_owned()),
        }),
        audiences: below_each_origin(""),
    }
}

fn access_key() -> AuthMethod {
    let key = r#"{"accessKeyId":"{access_key_id}","accessKeySecret":"{access_key_secret}"}"#;
    let renewal = r#"{"token":"{refresh_token}"}"#;
    AuthMethod {
        name: "access_key".to_owned(),
        title: "Access key (UserHub)".to_owned(),
        description: "An access key, which a user makes in CXone: employee profile, Access Keys."
            .to_owned(),
        fields: vec![
            Field::new("area", "Area", FieldKind::Text)
                .describe("The area of the tenant, for example na1, eu1 or au1.")
                .default("na1"),
            Field::new("cluster", "Cluster", FieldKind::Text)
                .describe("The cluster of the business unit, for example c30.")
                .required(),
            access_key_id(),
            access_key_secret(),
        ],
        scheme: AuthScheme::TokenExchange(TokenExchange {
            sign_in: vec![ExchangeRequest {
                takes: takes(&["access_token", "refresh_token", "expires_in"]),
                ..post(
                    "https://{area}.nice-incontact.com/authentication/v1/token/access-key",
                    json(key),
                )
            }],
            renewal: vec![ExchangeRequest {
                takes: vec![
                    take("access_token", "/token"),
                    take("refresh_token", "/refreshToken"),
                    take("expires_in", "/tokenExpirationTimeSec"),
                ],
                ..post("https://{area}.nice-incontact.com/public/user/refresh", json(renewal))
            }],
            token: TOKEN.to_owned(),
            expires_in: Some(LIFETIME.to_owned()),
            base_url: Some("https://api-{cluster}.nice-incontact.com/inContactAPI".to_owned()),
        }),
        audiences: below_each_origin(""),
    }
}

fn password() -> AuthMethod {
    let application = || Some(basic("{application_name}@{vendor_name}", "{business_unit}", false));
    let sign_in = r#"{"grant_type":"password","username":"{username}","password":"{password}",
        "scope":"{scope}"}"#;
    let renewal = r#"{"grant_type":"refresh_token","refresh_token":"{refresh_token}"}"#;
    let tokens = ["access_token", "expires_in", "refresh_token"];
    let places = ["resource_server_base_uri", "refresh_token_server_uri"];
    let text = |name: &str, title: &str, about: &str| {
        Field::new(name, title, FieldKind::Text).describe(about).required()
    };
    AuthMethod {
        name: "password".to_owned(),
        title: "User name and password (legacy)".to_owned(),
        description: "Register an application in inContact Central (Manage, API Applications): it \
                      has a name and a vendor name. NICE means to retire this sign-in."
            .to_owned(),
        fields: vec![
            text("application_name", "Application name", "The name of the API application."),
            text("vendor_name", "Vendor name", "The vendor name of the API application."),
            text("business_unit", "Business number", "The number of the business unit (busNo)."),
            text("username", "Username", "The user name to sign in with."),
            Field::new("password", "Password", FieldKind::Secret)
                .describe("The user's password.")
                .required(),
            Field::new("scope", "Scope", FieldKind::Text)
                .describe("The APIs that the token opens, with spaces between.")
                .default("AdminApi ReportingApi"),
        ],
        scheme: AuthScheme::TokenExchange(TokenExchange {
            sign_in: vec![ExchangeRequest {
                basic: application(),
                takes: [takes(&tokens), takes(&places)].concat(),
                ..post(
                    "https://api.incontact.com/InContactAuthorizationServer/Token",
                    json(sign_in),
                )
            }],
            renewal: vec![ExchangeRequest {
                basic: application(),
                takes: [takes(&tokens), takes(&places)].concat(),
                ..post("{refresh_token_server_uri}", json(renewal))
            }],
            token: TOKEN.to_owned(),
            expires_in: Some(LIFETIME.to_owned()),
            base_url: Some("{resource_server_base_uri}".to_owned()),
        }),
        audiences: below_each_origin(""),
    }
}

fn access_key_id() -> Field {
    Field::new("access_key_id", "Access key id", FieldKind::Text)
        .describe("The id of the user's access key.")
        .required()
}

fn access_key_secret() -> Field {
    Field::new("access_key_secret", "Access key secret", FieldKind::Secret)
        .describe("The secret of the user's access key.")
        .required()
}

fn get(url: &str) -> ExchangeRequest {
    post(url, ExchangeBody::None)
}

fn post(url: &str, body: ExchangeBody) -> ExchangeRequest {
    let (headers, basic, takes) = (Vec::new(), None, Vec::new());
    ExchangeRequest { url: url.to_owned(), headers, basic, body, takes }
}

fn basic(username: &str, password: &str, form_encoded: bool) -> ExchangeBasic {
    let (username, password) = (username.to_owned(), password.to_owned());
    ExchangeBasic { credentials: Basic { username, password }, form_encoded }
}

fn json(text: &str) -> ExchangeBody {
    ExchangeBody::Json(text.to_owned())
}

fn parameters(pairs: &[(&str, &str)]) -> Vec<Parameter> {
    pairs.iter().map(|(name, value)| Parameter::new(name, value)).collect()
}

/// Members of a reply, under their own names.
fn takes(names: &[&str]) -> Vec<TakenValue> {
    names.iter().map(|name| take(name, &format!("/{name}"))).collect()
}

fn take(name: &str, pointer: &str) -> TakenValue {
    TakenValue { name: name.to_owned(), pointer: pointer.to_owned(), claim: None }
}
