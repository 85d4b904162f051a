//! The types of `--json`, and how they come from the model. They are part of the public interface:
//! fields are added, and not renamed or removed.

use serde::Serialize;
use tollgate_model::{
    AuthMethod, AuthScheme, ChildTable, Choice, Column, Condition, Descriptor, Error, Field,
    FieldKind, OAuth2Grant, RateLimit, Stream, WriteOperation,
};
use tollgate_runs::RunError;
use tollgate_runtime::Inspection;

use crate::failure::causes;

/// A connector as `describe` tells it.
#[derive(Serialize)]
pub struct ConnectorView {
    id: String,
    version: String,
    title: String,
    description: String,
    account_fields: Vec<FieldView>,
    auth_methods: Vec<AuthMethodView>,
    origins: Vec<String>,
    rate_limits: Vec<RateLimitView>,
    concurrent_requests: u32,
    reads_by_post: Vec<String>,
    streams: Vec<StreamView>,
}

/// A stream.
#[derive(Serialize)]
pub struct StreamView {
    name: String,
    title: String,
    description: String,
    columns: Vec<ColumnView>,
    dynamic_columns: bool,
    primary_key: Vec<String>,
    cursor: Option<String>,
    deletion: Option<String>,
    partitioned: bool,
    writes: Vec<WriteView>,
    children: Vec<ChildView>,
    options: Vec<FieldView>,
}

/// A way to change a stream's rows.
#[derive(Serialize)]
pub struct WriteView {
    operation: &'static str,
    description: String,
    columns: Vec<ColumnView>,
    rows_per_call: u32,
    options: Vec<FieldView>,
}

/// A table that can be had beside a stream's rows.
#[derive(Serialize)]
pub struct ChildView {
    name: String,
    description: String,
    columns: Vec<ColumnView>,
    primary_key: Vec<String>,
}

/// A column.
#[derive(Serialize)]
pub struct ColumnView {
    name: String,
    #[serde(rename = "type")]
    data_type: String,
    nullable: bool,
    description: String,
}

/// An account field or option.
#[derive(Serialize)]
pub struct FieldView {
    name: String,
    title: String,
    description: String,
    #[serde(rename = "type")]
    kind: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    min: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    max: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    choices: Option<Vec<ChoiceView>>,
    required: bool,
    default: Option<String>,
    shown_when: Vec<ConditionView>,
}

/// One entry of a menu.
#[derive(Serialize)]
pub struct ChoiceView {
    value: String,
    title: String,
}

/// When a field is shown.
#[derive(Serialize)]
pub struct ConditionView {
    field: String,
    one_of: Vec<String>,
}

/// A way to sign in.
#[derive(Serialize)]
pub struct AuthMethodView {
    name: String,
    title: String,
    description: String,
    scheme: &'static str,
    sends: Vec<String>,
    audiences: Vec<String>,
    fields: Vec<FieldView>,
}

/// What the provider allows one account.
#[derive(Serialize)]
pub struct RateLimitView {
    requests: u32,
    window_ms: u64,
}

/// A component file as `inspect` tells it.
#[derive(Serialize)]
pub struct InspectionView {
    digest: String,
    size_bytes: u64,
    interface_version: Option<String>,
    imports: Vec<String>,
    unknown_imports: Vec<String>,
    exports: Vec<String>,
}

/// What went wrong.
#[derive(Serialize)]
pub struct ErrorView {
    kind: &'static str,
    message: String,
    causes: Vec<String>,
    hint: Option<String>,
    retry_at: Option<String>,
    exit_code: u8,
}

impl From<&RunError> for ErrorView {
    fn from(error: &RunError) -> Self {
        ErrorView {
            kind: error.kind.name(),
            message: error.message.clone(),
            causes: Vec::new(),
            hint: error.hint.clone(),
            retry_at: error.retry_at.map(|at| at.to_string()),
            exit_code: error.kind.consequence().exit_code,
        }
    }
}

impl From<&Descriptor> for ConnectorView {
    fn from(descriptor: &Descriptor) -> Self {
        ConnectorView {
            id: descriptor.id.clone(),
            version: descriptor.version.clone(),
            title: descriptor.title.clone(),
            description: descriptor.description.clone(),
            account_fields: all(&descriptor.account_fields),
            auth_methods: all(&descriptor.auth_methods),
            origins: descriptor.origins.clone(),
            rate_limits: all(&descriptor.rate_limits),
            concurrent_requests: descriptor.concurrent_requests,
            reads_by_post: descriptor.reads_by_post.clone(),
            streams: all(&descriptor.streams),
        }
    }
}

impl From<&Stream> for StreamView {
    fn from(stream: &Stream) -> Self {
        StreamView {
            name: stream.name.clone(),
            title: stream.title.clone(),
            description: stream.description.clone(),
            columns: all(&stream.columns),
            dynamic_columns: stream.dynamic_columns,
            primary_key: stream.primary_key.clone(),
            cursor: stream.cursor.clone(),
            deletion: stream.deletion.clone(),
            partitioned: stream.partitioned,
            writes: all(&stream.writes),
            children: all(&stream.children),
            options: all(&stream.options),
        }
    }
}

impl From<&WriteOperation> for WriteView {
    fn from(write: &WriteOperation) -> Self {
        WriteView {
            operation: write.operation.name(),
            description: write.description.clone(),
            columns: all(&write.columns),
            rows_per_call: write.rows_per_call,
            options: all(&write.options),
        }
    }
}

impl From<&ChildTable> for ChildView {
    fn from(child: &ChildTable) -> Self {
        ChildView {
            name: child.name.clone(),
            description: child.description.clone(),
            columns: all(&child.columns),
            primary_key: child.primary_key.clone(),
        }
    }
}

impl From<&Column> for ColumnView {
    fn from(column: &Column) -> Self {
        ColumnView {
            name: column.name.clone(),
            data_type: column.data_type.to_string(),
            nullable: column.nullable,
            description: column.description.clone(),
        }
    }
}

impl From<&Field> for FieldView {
    fn from(field: &Field) -> Self {
        let (min, max) = match field.kind {
            FieldKind::Integer { min, max } => (Some(min), Some(max)),
            _ => (None, None),
        };
        let choices = match &field.kind {
            FieldKind::Choice { choices } | FieldKind::Choices { choices } => Some(all(choices)),
            _ => None,
        };
        FieldView {
            name: field.name.clone(),
            title: field.title.clone(),
            description: field.description.clone(),
            kind: kind(&field.kind),
            min,
            max,
            choices,
            required: field.required,
            default: field.default.clone(),
            shown_when: all(&field.shown_when),
        }
    }
}

impl From<&Choice> for ChoiceView {
    fn from(choice: &Choice) -> Self {
        ChoiceView { value: choice.value.clone(), title: choice.title.clone() }
    }
}

impl From<&Condition> for ConditionView {
    fn from(condition: &Condition) -> Self {
        ConditionView { field: condition.field.clone(), one_of: condition.one_of.clone() }
    }
}

impl From<&AuthMethod> for AuthMethodView {
    fn from(method: &AuthMethod) -> Self {
        let (scheme, sends) = scheme(&method.scheme);
        AuthMethodView {
            name: method.name.clone(),
            title: method.title.clone(),
            description: method.description.clone(),
            scheme,
            sends,
            audiences: method.audiences.clone(),
            fields: all(&method.fields),
        }
    }
}

impl From<&RateLimit> for RateLimitView {
    fn from(limit: &RateLimit) -> Self {
        RateLimitView { requests: limit.requests, window_ms: limit.window_ms }
    }
}

impl From<&Inspection> for InspectionView {
    fn from(inspection: &Inspection) -> Self {
        InspectionView {
            digest: inspection.digest.to_string(),
            size_bytes: inspection.size,
            interface_version: inspection.interface_version.clone(),
            imports: inspection.imports.clone(),
            unknown_imports: inspection.unknown_imports().map(str::to_owned).collect(),
            exports: inspection.exports.clone(),
        }
    }
}

impl From<&Error> for ErrorView {
    fn from(error: &Error) -> Self {
        ErrorView {
            kind: error.kind().name(),
            message: error.message().to_owned(),
            causes: causes(error).map(ToString::to_string).collect(),
            hint: error.hint().map(str::to_owned),
            retry_at: error.retry_at().map(|at| at.to_string()),
            exit_code: error.kind().consequence().exit_code,
        }
    }
}

/// The word for a kind of field.
pub fn kind(kind: &FieldKind) -> &'static str {
    match kind {
        FieldKind::Text => "text",
        FieldKind::Texts => "texts",
        FieldKind::Secret => "secret",
        FieldKind::Integer { .. } => "integer",
        FieldKind::Boolean => "boolean",
        FieldKind::Date => "date",
        FieldKind::DateRange => "date_range",
        FieldKind::Choice { .. } => "choice",
        FieldKind::Choices { .. } => "choices",
        FieldKind::Lookup => "lookup",
        FieldKind::Lookups => "lookups",
    }
}

/// The word for a scheme, and what of it a request carries, without values.
pub fn scheme(scheme: &AuthScheme) -> (&'static str, Vec<String>) {
    match scheme {
        AuthScheme::Fixed { headers, query } => {
            let headers = headers.iter().map(|header| format!("header {}", header.name));
            let query = query.iter().map(|parameter| format!("query parameter {}", parameter.name));
            ("fixed", headers.chain(query).collect())
        }
        AuthScheme::Basic(_) => ("basic", vec!["header Authorization (Basic)".to_owned()]),
        AuthScheme::Bearer { .. } => ("bearer", vec!["header Authorization (Bearer)".to_owned()]),
        AuthScheme::OAuth2(oauth2) => {
            let grants: Vec<&str> = oauth2.grants.iter().copied().map(grant).collect();
            let token = format!("token from {} ({})", oauth2.token_url, grants.join(", "));
            let mut sends = vec!["header Authorization (Bearer)".to_owned(), token];
            sends.extend(oauth2.authorize_url.iter().map(|url| format!("consent at {url}")));
            ("oauth2", sends)
        }
        AuthScheme::TokenExchange(exchange) => {
            let mut sends = vec!["header Authorization (Bearer)".to_owned()];
            let urls = exchange.sign_in.iter().map(|request| &request.url);
            sends.extend(urls.map(|url| format!("signs in at {url}")));
            let urls = exchange.renewal.iter().map(|request| &request.url);
            sends.extend(urls.map(|url| format!("renews at {url}")));
            ("token_exchange", sends)
        }
    }
}

fn grant(grant: OAuth2Grant) -> &'static str {
    match grant {
        OAuth2Grant::AuthorizationCode => "authorization code",
        OAuth2Grant::DeviceCode => "device code",
        OAuth2Grant::ClientCredentials => "client credentials",
        OAuth2Grant::PastedToken => "pasted token",
    }
}

/// The views of several.
pub fn all<'a, T, V: From<&'a T>>(items: &'a [T]) -> Vec<V> {
    items.iter().map(V::from).collect()
}
