//! A descriptor made of bytes: near to a good one, with names and texts from a list that has bad ones.

use arbitrary::{Result, Unstructured};
use tollgate_model::{
    AuthMethod, AuthScheme, Basic, ChildTable, Choice, ClientAuthentication, Column, Condition,
    DataType, Descriptor, ExchangeBody, ExchangeRequest, Field, FieldKind, LimitMeaning, LimitSign,
    OAuth2, OAuth2Grant, Operation, Parameter, RateLimit, Stream, TakenValue, TokenExchange,
    WriteOperation,
};

/// The first is good, and so are most.
const NAMES: [&str; 12] =
    ["id", "email", "name", "a1", "b_2", "ID", "", "Email", "a b", "\u{1b}[2J", "1a", "\u{e9}"];
const TEXTS: [&str; 6] = ["Text", "", "With {braces}", "two\nlines", "\u{202e}txet", "{\"a\": 1}"];
const TEMPLATES: [&str; 8] =
    ["{id}", "Bearer {email}", "plain", "{{id}}", "{nothing}", "{", "a\r\nb: {id}", "{id}:{name}"];
const ORIGINS: [&str; 8] = [
    "https://api.example.com",
    "https://*.example.org",
    "https://api.example.com:8443",
    "http://api.example.com",
    "https://127.0.0.1",
    "https://*.com",
    "https://API.example.com",
    "https://user@api.example.com",
];
const PREFIXES: [&str; 8] = [
    "https://api.example.com/v3",
    "https://a.example.org/",
    "https://api.example.com",
    "https://api.example.com/../x",
    "https://elsewhere.example/v3",
    "https://*.example.org/a/*",
    "https://api.example.com/a?b",
    "https://api.example.com\\@evil.example",
];
const HEADERS: [&str; 6] =
    ["x-api-key", "authorization", "Host", "content-length", "x y", "transfer-encoding"];

/// Choices of bytes; 0 is the plain one each time.
struct Choices<'c, 'b> {
    bytes: &'c mut Unstructured<'b>,
    /// Whether there is far too much of something already.
    is_flooded: bool,
}

pub fn descriptor(input: &mut Unstructured<'_>) -> Result<Descriptor> {
    let mut from = Choices { bytes: input, is_flooded: false };
    Ok(Descriptor {
        id: from.name()?,
        version: from.one(&["1.2.3", "1.2", "01.2.3", "1.2.3\n"])?,
        title: from.text()?,
        description: from.text()?,
        account_fields: from.fields()?,
        origins: from.list(1, |from| from.one(&ORIGINS))?,
        auth_methods: from.list(1, Choices::auth_method)?,
        streams: from.list(1, Choices::stream)?,
        reads_by_post: from.list(0, |from| from.one(&PREFIXES))?,
        rate_limits: from.list(0, |from| {
            Ok(RateLimit {
                requests: from.number(&[1, 100, 0])?,
                window_ms: from.number(&[1_000, 0, u64::MAX])?,
            })
        })?,
        limit_signs: from.list(0, |from| {
            let meaning = LimitMeaning::Throttled;
            Ok(LimitSign { status: from.number(&[403, 200])?, text: from.text()?, meaning })
        })?,
        concurrent_requests: from.number(&[4, 1, 64, 0, 65])?,
    })
}

impl Choices<'_, '_> {
    /// Which one; the bytes that are missing are 0.
    fn byte(&mut self) -> Result<usize> {
        Ok(usize::from(self.bytes.arbitrary::<u8>()?))
    }

    fn number<T: Copy>(&mut self, numbers: &[T]) -> Result<T> {
        Ok(numbers[self.byte()? % numbers.len()])
    }

    fn flag(&mut self) -> Result<bool> {
        Ok(self.byte()? % 2 == 1)
    }

    fn one(&mut self, texts: &[&str]) -> Result<String> {
        self.number(texts).map(str::to_owned)
    }

    fn name(&mut self) -> Result<String> {
        match self.byte()? {
            255 => Ok("a".repeat(65)),
            byte => Ok(NAMES[byte % NAMES.len()].to_owned()),
        }
    }

    fn text(&mut self) -> Result<String> {
        match self.byte()? {
            255 => Ok("long ".repeat(50)),
            254 if !std::mem::replace(&mut self.is_flooded, true) => Ok("long ".repeat(1_000)),
            byte => Ok(TEXTS[byte % TEXTS.len()].to_owned()),
        }
    }

    /// As many as usual, or up to two more; once in a while far too many of the same.
    fn list<T: Clone>(
        &mut self,
        usual: usize,
        mut one: impl FnMut(&mut Self) -> Result<T>,
    ) -> Result<Vec<T>> {
        match self.byte()? {
            255 if !std::mem::replace(&mut self.is_flooded, true) => Ok(vec![one(self)?; 1_001]),
            254 => Ok(Vec::new()),
            byte => (0..usual + byte % 3).map(|_| one(self)).collect(),
        }
    }

    fn some<T>(&mut self, one: impl FnOnce(&mut Self) -> Result<T>) -> Result<Option<T>> {
        if self.flag()? { one(self).map(Some) } else { Ok(None) }
    }

    fn names(&mut self) -> Result<Vec<String>> {
        self.list(0, Self::name)
    }

    fn parameter(&mut self, names: &[&str]) -> Result<Parameter> {
        Ok(Parameter { name: self.one(names)?, value: self.one(&TEMPLATES)? })
    }

    fn fields(&mut self) -> Result<Vec<Field>> {
        self.list(1, Self::field)
    }

    fn field(&mut self) -> Result<Field> {
        let choice = |from: &mut Self| {
            Ok(Choice { value: from.one(&["a", "b", "", "\n"])?, title: from.text()? })
        };
        Ok(Field {
            name: self.name()?,
            title: self.text()?,
            description: self.text()?,
            kind: match self.byte()? % 9 {
                0 => FieldKind::Text,
                1 => FieldKind::Secret,
                2 => FieldKind::Integer { min: 0, max: self.number(&[9, -1, i64::MAX])? },
                3 => FieldKind::Boolean,
                4 => FieldKind::Date,
                5 => FieldKind::DateRange,
                6 => FieldKind::Choice { choices: self.list(2, choice)? },
                7 => FieldKind::Choices { choices: self.list(2, choice)? },
                _ => FieldKind::Lookup,
            },
            required: self.flag()?,
            default: self.some(|from| from.one(&["a", "7", "true", "today", "2026-02-30", ""]))?,
            shown_when: self.list(0, |from| {
                Ok(Condition {
                    field: from.name()?,
                    one_of: from.list(1, |from| from.one(&["a", "true", "7"]))?,
                })
            })?,
        })
    }

    fn column(&mut self) -> Result<Column> {
        Ok(Column {
            name: self.name()?,
            data_type: match self.byte()? % 6 {
                0 => DataType::Text,
                1 => DataType::Int64,
                2 => DataType::Timestamp,
                3 => DataType::Boolean,
                4 => DataType::Json,
                _ => DataType::Decimal {
                    precision: self.number(&[38, 1, 0, 39, 255])?,
                    scale: self.number(&[0, 1, 38, 39])?,
                },
            },
            nullable: self.flag()?,
            description: self.text()?,
        })
    }

    fn columns(&mut self) -> Result<Vec<Column>> {
        self.list(1, Self::column)
    }

    fn stream(&mut self) -> Result<Stream> {
        Ok(Stream {
            name: self.name()?,
            title: self.text()?,
            description: self.text()?,
            columns: self.columns()?,
            dynamic_columns: self.flag()?,
            primary_key: self.names()?,
            cursor: self.some(Self::name)?,
            deletion: self.some(Self::name)?,
            partitioned: self.flag()?,
            writes: self.list(0, |from| {
                Ok(WriteOperation {
                    operation: from.number(&Operation::ALL)?,
                    description: from.text()?,
                    columns: from.columns()?,
                    rows_per_call: from.number(&[1, 1_000, 0, 1_001])?,
                    options: from.list(0, Self::field)?,
                })
            })?,
            children: self.list(0, |from| {
                Ok(ChildTable {
                    name: from.name()?,
                    description: from.text()?,
                    columns: from.columns()?,
                    primary_key: from.names()?,
                })
            })?,
            options: self.list(0, Self::field)?,
        })
    }

    fn auth_method(&mut self) -> Result<AuthMethod> {
        Ok(AuthMethod {
            name: self.name()?,
            title: self.text()?,
            description: self.text()?,
            fields: self.list(0, Self::field)?,
            scheme: match self.byte()? % 5 {
                0 => AuthScheme::Bearer { token: self.one(&TEMPLATES)? },
                1 => AuthScheme::Basic(self.basic()?),
                2 => AuthScheme::Fixed {
                    headers: self.list(1, |from| from.parameter(&HEADERS))?,
                    query: self.list(0, |from| from.parameter(&NAMES))?,
                },
                3 => AuthScheme::OAuth2(self.oauth2()?),
                _ => AuthScheme::TokenExchange(self.exchange()?),
            },
            audiences: self.list(1, |from| from.one(&PREFIXES))?,
        })
    }

    fn basic(&mut self) -> Result<Basic> {
        Ok(Basic { username: self.one(&TEMPLATES)?, password: self.one(&TEMPLATES)? })
    }

    fn oauth2(&mut self) -> Result<OAuth2> {
        Ok(OAuth2 {
            grants: self.list(1, |from| {
                from.number(&[
                    OAuth2Grant::ClientCredentials,
                    OAuth2Grant::AuthorizationCode,
                    OAuth2Grant::DeviceCode,
                    OAuth2Grant::PastedToken,
                ])
            })?,
            authorize_url: self.some(|from| from.one(&PREFIXES))?,
            token_url: self.one(&PREFIXES)?,
            device_url: self.some(|from| from.one(&PREFIXES))?,
            scopes: self.list(0, |from| from.one(&["read", "read write", ""]))?,
            authorize_parameters: self.list(0, |from| from.parameter(&NAMES))?,
            client_id: self.one(&TEMPLATES)?,
            client_secret: self.some(|from| from.one(&TEMPLATES))?,
            client_authentication: ClientAuthentication::Form,
            access_token: self.some(|from| from.one(&TEMPLATES))?,
            refresh_token: self.some(|from| from.one(&TEMPLATES))?,
        })
    }

    fn exchange(&mut self) -> Result<TokenExchange> {
        Ok(TokenExchange {
            sign_in: self.list(1, Self::exchange_request)?,
            renewal: self.list(0, Self::exchange_request)?,
            token: self.name()?,
            expires_in: self.some(Self::name)?,
            base_url: self.some(Self::name)?,
        })
    }

    fn exchange_request(&mut self) -> Result<ExchangeRequest> {
        Ok(ExchangeRequest {
            url: self.one(&PREFIXES)?,
            headers: self.list(0, |from| from.parameter(&HEADERS))?,
            basic: None,
            body: match self.byte()? % 3 {
                0 => ExchangeBody::None,
                1 => ExchangeBody::Json { text: self.one(&TEXTS)? },
                _ => ExchangeBody::Form { fields: self.list(1, |from| from.parameter(&NAMES))? },
            },
            takes: self.list(1, |from| {
                Ok(TakenValue {
                    name: from.name()?,
                    pointer: from.one(&["/access_token", "", "no pointer", "/a~2"])?,
                    claim: None,
                })
            })?,
        })
    }
}
