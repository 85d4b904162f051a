//! The interface's types as the host's and back. Total: what a value may be is checked elsewhere,
//! by `tollgate_model::check` for descriptions and by [`crate::batch`] for rows.

use tollgate_model::{
    AuthMethod, AuthScheme, Basic, ChildTable, Choice, ClientAuthentication, Column, Condition,
    DataType, Descriptor, ExchangeBasic, ExchangeBody, ExchangeRequest, Field, FieldKind,
    LimitMeaning, LimitSign, OAuth2, OAuth2Grant, Operation, Parameter, QuotaReset, RateLimit,
    Setting, Stream, TakenValue, TokenExchange, WriteOperation,
};
use tollgate_sync::{Partition, Read};

use crate::bindings::exports::tollgate::connector::connector as wire;
use crate::bindings::tollgate::connector::{manifest, types};
use crate::write::Write;

pub(crate) fn descriptor(from: manifest::Descriptor) -> Descriptor {
    Descriptor {
        id: from.id,
        version: from.version,
        title: from.title,
        description: from.description,
        account_fields: all(from.account_fields, field),
        auth_methods: all(from.auth_methods, auth_method),
        origins: from.origins,
        rate_limits: all(from.rate_limits, |limit| RateLimit {
            requests: limit.requests,
            window_ms: limit.window_ms,
        }),
        limit_signs: all(from.limit_signs, limit_sign),
        concurrent_requests: from.concurrent_requests,
        reads_by_post: from.reads_by_post,
        streams: all(from.streams, stream),
    }
}

fn all<A, B>(from: Vec<A>, convert: impl FnMut(A) -> B) -> Vec<B> {
    from.into_iter().map(convert).collect()
}

fn limit_sign(from: manifest::LimitSign) -> LimitSign {
    use manifest::{LimitMeaning as Meaning, QuotaReset as Reset};

    LimitSign {
        status: from.status,
        text: from.text,
        meaning: match from.meaning {
            Meaning::Throttled => LimitMeaning::Throttled,
            Meaning::QuotaExhausted(Reset::UtcMidnight) => {
                LimitMeaning::QuotaExhausted(QuotaReset::UtcMidnight)
            }
            Meaning::QuotaExhausted(Reset::Unknown) => {
                LimitMeaning::QuotaExhausted(QuotaReset::Unknown)
            }
        },
    }
}

fn stream(from: types::Stream) -> Stream {
    Stream {
        name: from.name,
        title: from.title,
        description: from.description,
        columns: columns(from.columns),
        dynamic_columns: from.dynamic_columns,
        primary_key: from.primary_key,
        cursor: from.cursor,
        deletion: from.deletion,
        partitioned: from.partitioned,
        writes: all(from.writes, write_operation),
        children: all(from.children, |child| ChildTable {
            name: child.name,
            description: child.description,
            columns: columns(child.columns),
            primary_key: child.primary_key,
        }),
        options: all(from.options, field),
    }
}

fn write_operation(from: types::WriteOperation) -> WriteOperation {
    WriteOperation {
        operation: match from.operation {
            types::Operation::Create => Operation::Create,
            types::Operation::Update => Operation::Update,
            types::Operation::Upsert => Operation::Upsert,
            types::Operation::Delete => Operation::Delete,
        },
        description: from.description,
        columns: columns(from.columns),
        rows_per_call: from.rows_per_call,
        options: all(from.options, field),
    }
}

pub(crate) fn columns(from: Vec<types::Column>) -> Vec<Column> {
    all(from, |column| Column {
        name: column.name,
        data_type: data_type(column.data_type),
        nullable: column.nullable,
        description: column.description,
    })
}

fn data_type(from: types::DataType) -> DataType {
    match from {
        types::DataType::Boolean => DataType::Boolean,
        types::DataType::Int64 => DataType::Int64,
        types::DataType::Float64 => DataType::Float64,
        types::DataType::Decimal(size) => {
            DataType::Decimal { precision: size.precision, scale: size.scale }
        }
        types::DataType::Text => DataType::Text,
        types::DataType::Date => DataType::Date,
        types::DataType::Timestamp => DataType::Timestamp,
        types::DataType::Json => DataType::Json,
        types::DataType::Bytes => DataType::Bytes,
    }
}

fn wire_data_type(from: DataType) -> types::DataType {
    match from {
        DataType::Boolean => types::DataType::Boolean,
        DataType::Int64 => types::DataType::Int64,
        DataType::Float64 => types::DataType::Float64,
        DataType::Decimal { precision, scale } => {
            types::DataType::Decimal(types::DecimalSize { precision, scale })
        }
        DataType::Text => types::DataType::Text,
        DataType::Date => types::DataType::Date,
        DataType::Timestamp => types::DataType::Timestamp,
        DataType::Json => types::DataType::Json,
        DataType::Bytes => types::DataType::Bytes,
    }
}

fn field(from: types::Field) -> Field {
    Field {
        name: from.name,
        title: from.title,
        description: from.description,
        kind: field_kind(from.kind),
        required: from.required,
        default: from.default,
        shown_when: all(from.shown_when, |condition| Condition {
            field: condition.field,
            one_of: condition.one_of,
        }),
    }
}

fn field_kind(from: types::FieldKind) -> FieldKind {
    match from {
        types::FieldKind::Text => FieldKind::Text,
        types::FieldKind::Texts => FieldKind::Texts,
        types::FieldKind::Secret => FieldKind::Secret,
        types::FieldKind::Integer((min, max)) => FieldKind::Integer { min, max },
        types::FieldKind::Boolean => FieldKind::Boolean,
        types::FieldKind::Date => FieldKind::Date,
        types::FieldKind::DateRange => FieldKind::DateRange,
        types::FieldKind::Choice(from) => FieldKind::Choice { choices: choices(from) },
        types::FieldKind::Choices(from) => FieldKind::Choices { choices: choices(from) },
        types::FieldKind::Lookup => FieldKind::Lookup,
        types::FieldKind::Lookups => FieldKind::Lookups,
    }
}

pub(crate) fn choices(from: Vec<types::Choice>) -> Vec<Choice> {
    all(from, |choice| Choice { value: choice.value, title: choice.title })
}

fn auth_method(from: manifest::AuthMethod) -> AuthMethod {
    AuthMethod {
        name: from.name,
        title: from.title,
        description: from.description,
        fields: all(from.fields, field),
        scheme: auth_scheme(from.scheme),
        audiences: from.audiences,
    }
}

fn auth_scheme(from: manifest::AuthScheme) -> AuthScheme {
    match from {
        manifest::AuthScheme::Fixed(fixed) => {
            AuthScheme::Fixed { headers: parameters(fixed.headers), query: parameters(fixed.query) }
        }
        manifest::AuthScheme::Basic(from) => AuthScheme::Basic(basic(from)),
        manifest::AuthScheme::Bearer(token) => AuthScheme::Bearer { token },
        manifest::AuthScheme::Oauth2(oauth2) => AuthScheme::OAuth2(self::oauth2(oauth2)),
        manifest::AuthScheme::TokenExchange(exchange) => {
            AuthScheme::TokenExchange(token_exchange(exchange))
        }
    }
}

fn parameters(from: Vec<manifest::Parameter>) -> Vec<Parameter> {
    all(from, |parameter| Parameter { name: parameter.name, value: parameter.value })
}

fn basic(from: manifest::Basic) -> Basic {
    Basic { username: from.username, password: from.password }
}

fn oauth2(from: manifest::Oauth2) -> OAuth2 {
    use manifest::Oauth2Grants as Grants;

    let grants = [
        (Grants::AUTHORIZATION_CODE, OAuth2Grant::AuthorizationCode),
        (Grants::DEVICE_CODE, OAuth2Grant::DeviceCode),
        (Grants::CLIENT_CREDENTIALS, OAuth2Grant::ClientCredentials),
        (Grants::PASTED_TOKEN, OAuth2Grant::PastedToken),
    ];
    OAuth2 {
        grants: grants
            .into_iter()
            .filter_map(|(flag, grant)| from.grants.contains(flag).then_some(grant))
            .collect(),
        authorize_url: from.authorize_url,
        token_url: from.token_url,
        device_url: from.device_url,
        scopes: from.scopes,
        authorize_parameters: parameters(from.authorize_parameters),
        client_id: from.client_id,
        client_secret: from.client_secret,
        client_authentication: match from.client_authentication {
            manifest::ClientAuthentication::Basic => ClientAuthentication::Basic,
            manifest::ClientAuthentication::Form => ClientAuthentication::Form,
        },
        access_token: from.access_token,
        refresh_token: from.refresh_token,
    }
}

fn token_exchange(from: manifest::TokenExchange) -> TokenExchange {
    TokenExchange {
        sign_in: all(from.sign_in, exchange_request),
        renewal: all(from.renewal, exchange_request),
        token: from.token,
        expires_in: from.expires_in,
        base_url: from.base_url,
    }
}

fn exchange_request(from: manifest::ExchangeRequest) -> ExchangeRequest {
    ExchangeRequest {
        url: from.url,
        headers: parameters(from.headers),
        basic: from.basic.map(|from| ExchangeBasic {
            credentials: basic(from.credentials),
            form_encoded: from.form_encoded,
        }),
        body: match from.body {
            manifest::ExchangeBody::None => ExchangeBody::None,
            manifest::ExchangeBody::Json(text) => ExchangeBody::Json { text },
            manifest::ExchangeBody::Form(fields) => {
                ExchangeBody::Form { fields: parameters(fields) }
            }
        },
        takes: all(from.takes, |taken| TakenValue {
            name: taken.name,
            pointer: taken.pointer,
            claim: taken.claim,
        }),
    }
}

pub(crate) fn partition(from: wire::Partition) -> Partition {
    Partition { id: from.id, title: from.title, state: from.state }
}

pub(crate) fn settings(from: &[Setting]) -> Vec<types::Setting> {
    let setting = |setting: &Setting| types::Setting {
        name: setting.name.clone(),
        values: setting.values.clone(),
    };
    from.iter().map(setting).collect()
}

/// What a connector is asked to write: rows with these columns.
pub(crate) fn write_request(
    account: &[Setting],
    write: &Write,
    columns: &[&Column],
) -> wire::WriteRequest {
    wire::WriteRequest {
        settings: settings(account),
        stream: write.stream.clone(),
        operation: match write.operation.operation {
            Operation::Create => types::Operation::Create,
            Operation::Update => types::Operation::Update,
            Operation::Upsert => types::Operation::Upsert,
            Operation::Delete => types::Operation::Delete,
        },
        options: settings(&write.options),
        columns: columns.iter().map(|column| column.name.clone()).collect(),
    }
}

/// What a connector is asked to read.
pub(crate) fn scan_request(
    account: &[Setting],
    read: &Read,
    partition: Option<&Partition>,
    checkpoint: Option<&str>,
) -> wire::ScanRequest {
    wire::ScanRequest {
        settings: settings(account),
        stream: read.stream.clone(),
        options: settings(&read.options),
        columns: read
            .columns
            .iter()
            .map(|column| wire::WantedColumn {
                name: column.name.clone(),
                data_type: column.data_type.map(wire_data_type),
            })
            .collect(),
        partition: partition.map(|partition| wire::Partition {
            id: partition.id.clone(),
            title: partition.title.clone(),
            state: partition.state.clone(),
        }),
        checkpoint: checkpoint.map(str::to_owned),
        since: read.since,
        children: read.children.clone(),
        started_at: read.started_at,
        rows_wanted: read.rows_wanted,
    }
}
