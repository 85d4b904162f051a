//! What a connector says of itself. The host's own types: the interface's are converted to these
//! where a component is loaded, and [`crate::check`] looks at them before anybody else does.

use serde::Serialize;

use crate::schema::Column;

/// A connector's own description.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Descriptor {
    /// Its id.
    pub id: String,
    /// Its version.
    pub version: String,
    /// Its name as people write it.
    pub title: String,
    /// What it reads.
    pub description: String,
    /// What a user enters to make an account, beside the fields of the auth method.
    pub account_fields: Vec<Field>,
    /// The ways to sign in; the first is the default.
    pub auth_methods: Vec<AuthMethod>,
    /// Every origin it talks to.
    pub origins: Vec<String>,
    /// What the provider allows one account.
    pub rate_limits: Vec<RateLimit>,
    /// Answers by which the provider says that a limit is reached.
    pub limit_signs: Vec<LimitSign>,
    /// Requests of one account under way at once.
    pub concurrent_requests: u32,
    /// Prefixes of URLs to which a read may send POST.
    pub reads_by_post: Vec<String>,
    /// Its streams.
    pub streams: Vec<Stream>,
}

impl Descriptor {
    /// The stream of this name.
    pub fn stream(&self, name: &str) -> Option<&Stream> {
        self.streams.iter().find(|stream| stream.name == name)
    }

    /// The auth method of this name.
    pub fn auth_method(&self, name: &str) -> Option<&AuthMethod> {
        self.auth_methods.iter().find(|method| method.name == name)
    }
}

/// A stream.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Stream {
    /// Its name.
    pub name: String,
    /// Its name as people write it.
    pub title: String,
    /// What one row is.
    pub description: String,
    /// The columns known without asking the provider.
    pub columns: Vec<Column>,
    /// Whether an account may have further columns.
    pub dynamic_columns: bool,
    /// The columns that identify a row.
    pub primary_key: Vec<String>,
    /// The column by which later runs can go on.
    pub cursor: Option<String>,
    /// The column that is not null in rows that were deleted at the provider.
    pub deletion: Option<String>,
    /// Whether a read of it can be split.
    pub partitioned: bool,
    /// The ways to change its rows.
    pub writes: Vec<WriteOperation>,
    /// What can be had beside its rows.
    pub children: Vec<ChildTable>,
    /// Its options.
    pub options: Vec<Field>,
}

impl Stream {
    /// What a way to change rows takes, if the stream offers it.
    pub fn write_operation(&self, operation: Operation) -> Option<&WriteOperation> {
        self.writes.iter().find(|write| write.operation == operation)
    }

    /// The child table of this name.
    pub fn child(&self, name: &str) -> Option<&ChildTable> {
        self.children.iter().find(|child| child.name == name)
    }
}

/// A way to change rows at the provider.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Operation {
    /// Add rows.
    Create,
    /// Change rows by key.
    Update,
    /// Add rows, or change those that are there.
    Upsert,
    /// Remove rows by key.
    Delete,
}

impl Operation {
    /// All of them.
    pub const ALL: [Operation; 4] =
        [Operation::Create, Operation::Update, Operation::Upsert, Operation::Delete];

    /// Its name, as users write it.
    pub fn name(self) -> &'static str {
        match self {
            Operation::Create => "create",
            Operation::Update => "update",
            Operation::Upsert => "upsert",
            Operation::Delete => "delete",
        }
    }
}

/// A way to change rows that a stream offers, and what it takes.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct WriteOperation {
    /// Which one.
    pub operation: Operation,
    /// What it does exactly.
    pub description: String,
    /// The columns it takes; rows have to bring those that are not nullable.
    pub columns: Vec<Column>,
    /// Rows that one call takes at most.
    pub rows_per_call: u32,
    /// Its options.
    pub options: Vec<Field>,
}

/// Rows that lie in a stream's rows and can be had as a table of their own.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ChildTable {
    /// Its name, without the stream's.
    pub name: String,
    /// What one row is.
    pub description: String,
    /// Its columns, the stream's primary key first.
    pub columns: Vec<Column>,
    /// The columns that identify a row.
    pub primary_key: Vec<String>,
}

/// One entry of a form.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Field {
    /// The name by which users set it.
    pub name: String,
    /// The label.
    pub title: String,
    /// What it does.
    pub description: String,
    /// What may be entered.
    pub kind: FieldKind,
    /// Whether it must be set where it is shown and has no default.
    pub required: bool,
    /// The value where none is set, as a user would enter it.
    pub default: Option<String>,
    /// Shown only where all of these hold.
    pub shown_when: Vec<Condition>,
}

/// Holds where the named field has one of the values.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Condition {
    /// A sibling declared before.
    pub field: String,
    /// The values.
    pub one_of: Vec<String>,
}

/// What may be entered in a field.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum FieldKind {
    /// A line of text.
    Text,
    /// Several texts.
    Texts,
    /// A secret, which a connector never receives.
    Secret,
    /// A whole number between two bounds, both included.
    Integer {
        /// The least.
        min: i64,
        /// The greatest.
        max: i64,
    },
    /// True or false.
    Boolean,
    /// A day, entered as a date or relative to today.
    Date,
    /// Two days, both included.
    DateRange,
    /// One of these.
    Choice {
        /// The menu.
        choices: Vec<Choice>,
    },
    /// Any of these.
    Choices {
        /// The menu.
        choices: Vec<Choice>,
    },
    /// One entry of a menu filled from the account.
    Lookup,
    /// Several entries of such a menu.
    Lookups,
}

/// One entry of a menu.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Choice {
    /// What is set.
    pub value: String,
    /// What people read.
    pub title: String,
}

/// So many requests in so much time, for all runs of one account together.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct RateLimit {
    /// Requests.
    pub requests: u32,
    /// The window in milliseconds.
    pub window_ms: u64,
}

/// An answer that means a limit.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct LimitSign {
    /// Its status.
    pub status: u16,
    /// A text in its body.
    pub text: String,
    /// What it means.
    pub meaning: LimitMeaning,
}

/// What an answer says of a limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum LimitMeaning {
    /// Too many requests in a short time.
    Throttled,
    /// A quota is used up.
    QuotaExhausted(QuotaReset),
}

/// When a quota is filled again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum QuotaReset {
    /// At the next midnight UTC.
    UtcMidnight,
    /// The provider does not say.
    Unknown,
}

/// One way to sign in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct AuthMethod {
    /// Its name.
    pub name: String,
    /// Its name as people write it.
    pub title: String,
    /// Where a user gets these credentials.
    pub description: String,
    /// What a user enters for it.
    pub fields: Vec<Field>,
    /// What the host does with them.
    pub scheme: AuthScheme,
    /// Prefixes of the URLs to which the credentials may go.
    pub audiences: Vec<String>,
}

/// How credentials reach a request. Values are templates: `{name}` stands for a field's value.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum AuthScheme {
    /// Fixed headers and query parameters.
    Fixed {
        /// The headers.
        headers: Vec<Parameter>,
        /// The query parameters.
        query: Vec<Parameter>,
    },
    /// HTTP Basic.
    Basic(Basic),
    /// A bearer token that does not expire.
    Bearer {
        /// The token's template.
        token: String,
    },
    /// OAuth 2.
    OAuth2(OAuth2),
    /// Sign-in requests, one of whose replies holds a token.
    TokenExchange(TokenExchange),
}

/// A header, query parameter or form field.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Parameter {
    /// Its name.
    pub name: String,
    /// The template of its value.
    pub value: String,
}

/// HTTP Basic.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Basic {
    /// The template of the user name.
    pub username: String,
    /// The template of the password.
    pub password: String,
}

/// OAuth 2.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct OAuth2 {
    /// The grants the provider offers.
    pub grants: Vec<OAuth2Grant>,
    /// Where a user consents.
    pub authorize_url: Option<String>,
    /// Where tokens are had and refreshed.
    pub token_url: String,
    /// Where a device code is had.
    pub device_url: Option<String>,
    /// The scopes that the streams need.
    pub scopes: Vec<String>,
    /// What the authorize URL carries beside what the grant asks for.
    pub authorize_parameters: Vec<Parameter>,
    /// The template of the client's id.
    pub client_id: String,
    /// The template of the client's secret; a public client has none.
    pub client_secret: Option<String>,
    /// How the client shows its secret.
    pub client_authentication: ClientAuthentication,
    /// The template of an access token that the user pastes.
    pub access_token: Option<String>,
    /// The template of a refresh token that the user pastes.
    pub refresh_token: Option<String>,
}

/// How a client of OAuth 2 shows its secret at the token URL.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ClientAuthentication {
    /// By HTTP Basic.
    Basic,
    /// In the body's form.
    Form,
}

/// A grant of OAuth 2.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum OAuth2Grant {
    /// Authorization code with PKCE.
    AuthorizationCode,
    /// Device code.
    DeviceCode,
    /// Client credentials.
    ClientCredentials,
    /// Tokens that the user pastes.
    PastedToken,
}

/// Requests by which the host signs in, and what it takes from their replies.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct TokenExchange {
    /// The requests that sign in, in order.
    pub sign_in: Vec<ExchangeRequest>,
    /// The requests that renew a token, in order.
    pub renewal: Vec<ExchangeRequest>,
    /// The token's template.
    pub token: String,
    /// The template of its lifetime in seconds.
    pub expires_in: Option<String>,
    /// The template of the URL below which the account's API is.
    pub base_url: Option<String>,
}

impl TokenExchange {
    /// The setting by which a connector is told the URL below which the account's API is.
    pub const BASE_URL: &str = "base_url";
}

/// A request of a sign-in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ExchangeRequest {
    /// The URL's template.
    pub url: String,
    /// Its headers.
    pub headers: Vec<Parameter>,
    /// HTTP Basic.
    pub basic: Option<ExchangeBasic>,
    /// Its body.
    pub body: ExchangeBody,
    /// What is taken from the reply.
    pub takes: Vec<TakenValue>,
}

/// HTTP Basic in a sign-in request.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ExchangeBasic {
    /// The templates.
    pub credentials: Basic,
    /// Whether both are encoded as in a form first.
    pub form_encoded: bool,
}

/// The body of a sign-in request.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum ExchangeBody {
    /// None: the request is a GET.
    None,
    /// A JSON text with templates inside its strings.
    Json {
        /// The text.
        text: String,
    },
    /// A form.
    Form {
        /// Its fields.
        fields: Vec<Parameter>,
    },
}

/// A value in a reply, which templates can name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct TakenValue {
    /// Its name in templates.
    pub name: String,
    /// JSON pointer to it.
    pub pointer: String,
    /// The claim that is meant, where the pointer leads to a JSON Web Token.
    pub claim: Option<String>,
}
