//! Every text of a descriptor, one after another: none may act on a display.

use super::*;
use crate::text::is_line;

/// What ends a string of C, begins an escape, turns what follows around, and ends a line.
const ACTING: [char; 4] = ['\0', '\u{1b}', '\u{202e}', '\u{2028}'];

/// The texts of something. Every field is named in the implementations, so that a new one does not
/// compile until somebody said whether it is a text.
trait Texts {
    fn texts<'a>(&'a mut self, add: &mut Vec<&'a mut String>);
}

impl Texts for String {
    fn texts<'a>(&'a mut self, add: &mut Vec<&'a mut String>) {
        add.push(self);
    }
}

impl<T: Texts> Texts for Vec<T> {
    fn texts<'a>(&'a mut self, add: &mut Vec<&'a mut String>) {
        self.iter_mut().for_each(|one| one.texts(add));
    }
}

impl<T: Texts> Texts for Option<T> {
    fn texts<'a>(&'a mut self, add: &mut Vec<&'a mut String>) {
        self.iter_mut().for_each(|one| one.texts(add));
    }
}

macro_rules! texts_of {
    ($($type:ident { $($text:ident),* $(; $($other:ident),*)? })*) => {$(
        impl Texts for $type {
            fn texts<'a>(&'a mut self, add: &mut Vec<&'a mut String>) {
                let $type { $($text,)* $($($other: _,)*)? } = self;
                $($text.texts(add);)*
            }
        }
    )*};
}

texts_of! {
    Descriptor {
        id, version, title, description, account_fields, auth_methods, origins, limit_signs,
        reads_by_post, streams; rate_limits, concurrent_requests
    }
    Stream {
        name, title, description, columns, primary_key, cursor, deletion, writes, children, options;
        dynamic_columns, partitioned
    }
    WriteOperation { description, columns, options; operation, rows_per_call }
    ChildTable { name, description, columns, primary_key }
    Column { name, description; data_type, nullable }
    Field { name, title, description, kind, default, shown_when; required }
    Condition { field, one_of }
    Choice { value, title }
    LimitSign { text; status, meaning }
    AuthMethod { name, title, description, fields, scheme, audiences }
    Parameter { name, value }
    Basic { username, password }
    OAuth2 {
        authorize_url, token_url, device_url, scopes, authorize_parameters, client_id,
        client_secret, access_token, refresh_token; grants, client_authentication
    }
    TokenExchange { sign_in, renewal, token, expires_in, base_url }
    ExchangeRequest { url, headers, basic, body, takes }
    ExchangeBasic { credentials; form_encoded }
    TakenValue { name, pointer, claim }
}

impl Texts for FieldKind {
    fn texts<'a>(&'a mut self, add: &mut Vec<&'a mut String>) {
        match self {
            FieldKind::Choice { choices } | FieldKind::Choices { choices } => choices.texts(add),
            FieldKind::Text
            | FieldKind::Texts
            | FieldKind::Secret
            | FieldKind::Integer { .. }
            | FieldKind::Boolean
            | FieldKind::Date
            | FieldKind::DateRange
            | FieldKind::Lookup
            | FieldKind::Lookups => {}
        }
    }
}

impl Texts for AuthScheme {
    fn texts<'a>(&'a mut self, add: &mut Vec<&'a mut String>) {
        match self {
            AuthScheme::Fixed { headers, query } => {
                headers.texts(add);
                query.texts(add);
            }
            AuthScheme::Basic(basic) => basic.texts(add),
            AuthScheme::Bearer { token } => token.texts(add),
            AuthScheme::OAuth2(oauth2) => oauth2.texts(add),
            AuthScheme::TokenExchange(exchange) => exchange.texts(add),
        }
    }
}

impl Texts for ExchangeBody {
    fn texts<'a>(&'a mut self, add: &mut Vec<&'a mut String>) {
        match self {
            ExchangeBody::None => {}
            ExchangeBody::Json { text } => text.texts(add),
            ExchangeBody::Form { fields } => fields.texts(add),
        }
    }
}

/// The valid descriptor with something in every place where a text may be.
fn full() -> Descriptor {
    let mut descriptor = valid();
    let request = ExchangeRequest {
        url: "https://api.example.com/token".to_owned(),
        headers: Vec::new(),
        basic: Some(ExchangeBasic {
            credentials: Basic { username: "{user}".to_owned(), password: "{key}".to_owned() },
            form_encoded: true,
        }),
        body: ExchangeBody::Form { fields: vec![parameter("grant_type", "{key}")] },
        takes: vec![TakenValue { claim: Some("tenant".to_owned()), ..taken("base", "/base") }],
    };
    for method in &mut descriptor.auth_methods {
        match &mut method.scheme {
            AuthScheme::OAuth2(oauth2) => {
                oauth2.grants.push(OAuth2Grant::PastedToken);
                oauth2.access_token = Some("{key}".to_owned());
                oauth2.refresh_token = Some("{key}".to_owned());
            }
            AuthScheme::TokenExchange(exchange) => {
                exchange.sign_in.push(request.clone());
                exchange.renewal.push(request.clone());
                exchange.base_url = Some("{base}".to_owned());
            }
            _ => {}
        }
    }
    let stream = &mut descriptor.streams[0];
    stream.deletion = Some("deleted".to_owned());
    stream.columns.push(column("deleted", DataType::Boolean));
    stream.children[0].primary_key = vec!["id".to_owned(), "note".to_owned()];
    stream.writes[0].options = vec![field("note", FieldKind::Choices { choices: menu(&["a"]) })];
    descriptor
}

// Proves: texts
#[test]
fn no_text_of_a_descriptor_acts_on_a_display() {
    let mut valid = full();
    check(&valid).unwrap();
    let mut places = Vec::new();
    valid.texts(&mut places);
    let many = places.len();
    assert!(many > 100, "{many}");
    for (place, character) in (0..many).flat_map(|place| ACTING.map(|c| (place, c))) {
        let mut descriptor = full();
        let mut places = Vec::new();
        descriptor.texts(&mut places);
        places[place].push(character);
        let text = places[place].clone();
        let Err(error) = check(&descriptor) else { panic!("{text:?} was taken") };
        // Of the host's own are the line breaks before the lines of a list.
        let shown = error.message().replace("\n  ", " ");
        assert!(is_line(&shown), "{text:?}: {shown:?}");
    }
}
