//! Descriptors: one that is taken keeps the laws that everybody behind the checks relies on, and the
//! error for another can be shown.

mod made;

use std::collections::HashSet;

use arbitrary::Unstructured;
use tollgate_model::check::{
    self, AUTH_METHODS_MAX, COLUMNS_MAX, DESCRIPTION_BYTES_MAX, DESCRIPTOR_BYTES_MAX, ORIGINS_MAX,
    STREAMS_MAX, TITLE_BYTES_MAX,
};
use tollgate_model::names::is_name;
use tollgate_model::origin::{Audience, Origin, origin_of};
use tollgate_model::text::{is_control, is_line};
use tollgate_model::{
    AuthScheme, Column, DataType, Descriptor, ErrorKind, Field, FieldKind, Parameter, Stream,
    Template, Version, json_schema,
};

/// A descriptor made of the bytes.
pub fn run(input: &[u8]) {
    let Ok(descriptor) = made::descriptor(&mut Unstructured::new(input)) else { return };
    match check::check(&descriptor) {
        Ok(()) => look_at(&descriptor),
        Err(error) => {
            assert_eq!(error.kind(), ErrorKind::Bug);
            let message = error.message();
            assert!(!message.contains(|c| c != '\n' && is_control(c)), "{message:?}");
            assert!(message.lines().count() <= 22 && message.len() < 30_000, "{message}");
        }
    }
}

fn look_at(descriptor: &Descriptor) {
    assert!(is_name(&descriptor.id) && descriptor.version.parse::<Version>().is_ok());
    assert_shown(&descriptor.title, &descriptor.description);
    let bytes = serde_json::to_string(descriptor).expect("it has a form in JSON").len();
    // A text takes at most six times as many bytes there, and the names of members come with it.
    assert!(bytes < 8 * DESCRIPTOR_BYTES_MAX);
    assert!((1..=ORIGINS_MAX).contains(&descriptor.origins.len()));
    let origins: Vec<Origin> =
        descriptor.origins.iter().map(|text| text.parse().expect("an origin")).collect();
    let lies_within = |text: &String| {
        let audience: Audience = text.parse().expect("a prefix");
        assert!(origins.iter().any(|origin| origin.covers(audience.origin())), "{text:?}");
    };
    descriptor.reads_by_post.iter().for_each(lies_within);
    look_at_form(&[&descriptor.account_fields]);
    assert!((1..=AUTH_METHODS_MAX).contains(&descriptor.auth_methods.len()));
    assert_unlike(descriptor.auth_methods.iter().map(|method| method.name.as_str()));
    for method in &descriptor.auth_methods {
        assert_shown(&method.title, &method.description);
        assert!(!method.audiences.is_empty());
        method.audiences.iter().for_each(lies_within);
        let fields = [descriptor.account_fields.as_slice(), &method.fields];
        look_at_form(&fields);
        look_at_scheme(&method.scheme, &fields.concat(), &origins);
    }
    assert!((1..=STREAMS_MAX).contains(&descriptor.streams.len()));
    assert_unlike(descriptor.streams.iter().map(|stream| stream.name.as_str()));
    descriptor.streams.iter().for_each(look_at_stream);
    assert!((1..=64).contains(&descriptor.concurrent_requests));
    assert!(descriptor.rate_limits.iter().all(|limit| limit.requests > 0 && limit.window_ms > 0));
}

/// Whether what is shown in menus and tables acts on no display.
fn assert_shown(title: &str, description: &str) {
    assert!(is_line(title) && title.len() <= TITLE_BYTES_MAX, "{title:?}");
    assert!(is_line(description) && description.len() <= DESCRIPTION_BYTES_MAX);
}

fn assert_unlike<'a>(names: impl Iterator<Item = &'a str>) {
    let mut seen = HashSet::new();
    for name in names {
        assert!(is_name(name) && seen.insert(name), "{name:?} is no name, or there twice");
    }
}

fn look_at_form(parts: &[&[Field]]) {
    let fields = || parts.iter().flat_map(|fields| fields.iter());
    assert_unlike(fields().map(|field| field.name.as_str()));
    let mut before: Vec<&Field> = Vec::new();
    for field in fields() {
        assert_shown(&field.title, &field.description);
        assert!(field.kind != FieldKind::Secret || field.default.is_none(), "a secret by default");
        for condition in &field.shown_when {
            let other = before.iter().find(|other| other.name == condition.field);
            let other = other.expect("it is shown by a field before it");
            assert!(other.kind != FieldKind::Secret && !condition.one_of.is_empty());
        }
        before.push(field);
    }
    // What other programs make forms of.
    parts.iter().for_each(|fields| drop(json_schema::object("form", fields)));
}

fn look_at_scheme(scheme: &AuthScheme, fields: &[Field], origins: &[Origin]) {
    let assert_template = |text: &str| {
        let template = Template::parse(text).expect("a template");
        for name in template.fields() {
            assert!(fields.iter().any(|field| field.name == name), "{name:?} is no field");
        }
    };
    let assert_headers = |headers: &[Parameter]| {
        for header in headers {
            let name = header.name.to_ascii_lowercase();
            let is_framing = ["host", "content-length", "transfer-encoding", "connection"];
            assert!(!is_framing.contains(&name.as_str()), "{name} is the host's");
            assert!(http::HeaderName::from_bytes(name.as_bytes()).is_ok(), "{name:?}");
            assert_template(&header.value);
        }
    };
    match scheme {
        AuthScheme::Fixed { headers, query } => {
            assert_headers(headers);
            query.iter().for_each(|parameter| assert_template(&parameter.value));
        }
        AuthScheme::Basic(basic) => {
            assert_template(&basic.username);
            assert_template(&basic.password);
        }
        AuthScheme::Bearer { token } => assert_template(token),
        AuthScheme::OAuth2(oauth2) => {
            let origin = origin_of(&oauth2.token_url).expect("a URL");
            assert!(origins.iter().any(|one| one.covers(&origin)), "{}", oauth2.token_url);
            assert!(!oauth2.grants.is_empty());
        }
        AuthScheme::TokenExchange(exchange) => assert!(!exchange.sign_in.is_empty()),
    }
}

fn look_at_stream(stream: &Stream) {
    assert_shown(&stream.title, &stream.description);
    look_at_columns(&stream.columns, stream.dynamic_columns);
    assert!(check::check_columns(&stream.columns, stream.dynamic_columns).is_ok());
    let has = |name: &String| stream.columns.iter().any(|column| column.name == *name);
    assert!(stream.primary_key.iter().all(has));
    assert!(stream.cursor.iter().chain(&stream.deletion).all(has));
    assert!(stream.deletion.is_none() || !stream.primary_key.is_empty());
    look_at_form(&[&stream.options]);
    assert!(stream.options.iter().all(|field| field.kind != FieldKind::Secret));
    for write in &stream.writes {
        look_at_columns(&write.columns, stream.dynamic_columns);
        assert!((1..=1_000).contains(&write.rows_per_call));
        look_at_form(&[&write.options]);
    }
    assert_unlike(stream.children.iter().map(|child| child.name.as_str()));
    for child in &stream.children {
        look_at_columns(&child.columns, false);
        let begins = child.columns.iter().zip(&stream.primary_key);
        assert!(!stream.primary_key.is_empty() && child.columns.len() >= stream.primary_key.len());
        assert!(begins.into_iter().all(|(column, name)| column.name == *name));
        let names = |name: &String| child.columns.iter().any(|column| column.name == *name);
        assert!(child.primary_key.iter().all(names));
    }
}

fn look_at_columns(columns: &[Column], dynamic: bool) {
    assert!((1..=COLUMNS_MAX).contains(&columns.len()));
    let mut seen = HashSet::new();
    for column in columns {
        let name = column.name.as_str();
        assert!(is_name(name) || dynamic && is_line(name) && !name.trim().is_empty(), "{name:?}");
        assert!(seen.insert(name.to_ascii_lowercase()), "{name:?} is there twice");
        if let DataType::Decimal { precision, scale } = column.data_type {
            assert!((1..=38).contains(&precision) && scale <= precision);
        }
    }
}
