use super::*;

fn set_headers(descriptor: &mut Descriptor, headers: &[(&str, &str)]) {
    descriptor.auth_methods[0].scheme = fixed(headers, &[]);
}

#[test]
fn auth_methods_keep_their_rules() {
    assert_all_reported(&[
        ("it has 0 auth methods, not 1 to 16", |d| d.auth_methods.clear()),
        ("it has 17 auth methods", |d| d.auth_methods = vec![d.auth_methods[0].clone(); 17]),
        ("auth method `query`: it is there twice", |d| {
            d.auth_methods.push(d.auth_methods[1].clone());
        }),
        ("auth method `O Auth`: its name", |d| d.auth_methods[0].name = "O Auth".to_owned()),
        ("auth method `headers`: its title", |d| d.auth_methods[0].title = "\r".to_owned()),
        ("it has 0 audiences, not 1 to 32", |d| d.auth_methods[0].audiences.clear()),
        ("the audience `https://evil.org/` does not lie within the origins", |d| {
            d.auth_methods[0].audiences.push("https://evil.org/".to_owned());
        }),
        ("the audience `https://api.example.com:8443` does not lie", |d| {
            d.auth_methods[0].audiences = vec!["https://api.example.com:8443".to_owned()];
        }),
        ("the audience `https://tenants.example.com` does not lie", |d| {
            d.auth_methods[0].audiences = vec!["https://tenants.example.com".to_owned()];
        }),
        ("the audience `https://api.example.com/a?b` has a path that is no plain prefix", |d| {
            d.auth_methods[0].audiences = vec!["https://api.example.com/a?b".to_owned()];
        }),
        ("header `API Key`: its name is not one that HTTP allows", |d| {
            set_headers(d, &[("API Key", "x")]);
        }),
        ("header `Host`: only the host sets it", |d| set_headers(d, &[("Host", "x")])),
        ("header `Content-Length`: only the host", |d| set_headers(d, &[("Content-Length", "1")])),
        ("header `transfer-encoding`: only", |d| set_headers(d, &[("transfer-encoding", "x")])),
        ("header `Connection`: only the host", |d| set_headers(d, &[("Connection", "x")])),
        ("header `x-a`: it is there twice", |d| set_headers(d, &[("X-A", "x"), ("x-a", "y")])),
        ("header `x-a`: its template `a\\r\\nb` holds", |d| set_headers(d, &[("x-a", "a\r\nb")])),
        ("it has 33 headers", |d| set_headers(d, &[("a", "b"); 33])),
        ("query parameter ``: it has no name", |d| {
            d.auth_methods[1].scheme = fixed(&[], &[("", "x")]);
        }),
    ]);
}

fn set_bearer(descriptor: &mut Descriptor, token: &str) {
    descriptor.auth_methods[3].scheme = AuthScheme::Bearer { token: token.to_owned() };
}

fn oauth2(descriptor: &mut Descriptor) -> &mut OAuth2 {
    match &mut descriptor.auth_methods[4].scheme {
        AuthScheme::OAuth2(oauth2) => oauth2,
        _ => unreachable!("the fifth method is OAuth 2"),
    }
}

fn exchange(descriptor: &mut Descriptor) -> &mut TokenExchange {
    match &mut descriptor.auth_methods[5].scheme {
        AuthScheme::TokenExchange(exchange) => exchange,
        _ => unreachable!("the sixth method is a token exchange"),
    }
}

fn sign_in(descriptor: &mut Descriptor) -> &mut ExchangeRequest {
    &mut exchange(descriptor).sign_in[0]
}

fn set_body(descriptor: &mut Descriptor, text: &str) {
    sign_in(descriptor).body = ExchangeBody::Json { text: text.to_owned() };
}

#[test]
fn templates_name_fields_with_one_value() {
    assert_all_reported(&[
        ("template `token`: it names `kex`, no field of the account or", |d| {
            set_bearer(d, "{kex}");
        }),
        ("template `token`: it names `sites`, a field with several values", |d| {
            set_bearer(d, "{sites}");
        }),
        ("the template `{key` opens a brace", |d| set_bearer(d, "{key")),
        ("its template has 4097 bytes", |d| set_bearer(d, &"x".repeat(4_097))),
        ("auth method `basic`: template `password`: it names `pass`", |d| {
            let basic = Basic { username: "{user}".to_owned(), password: "{pass}".to_owned() };
            d.auth_methods[2].scheme = AuthScheme::Basic(basic);
        }),
        ("query parameter `key`: it names `kex`", |d| {
            d.auth_methods[1].scheme = fixed(&[], &[("key", "{kex}")]);
        }),
        ("body `{`: the body is not JSON", |d| set_body(d, "{")),
        ("it names `pass`", |d| set_body(d, r#"{"a": [{"b": "{pass}"}]}"#)),
        ("opens a brace", |d| set_body(d, r#"{"a": "{"}"#)),
        ("it has 65537 bytes; 65536 are the most", |d| set_body(d, &" ".repeat(65_537))),
        ("form field `a`: it names `pass`", |d| {
            sign_in(d).body = ExchangeBody::Form { fields: vec![parameter("a", "{pass}")] };
        }),
    ]);
}

#[test]
fn sign_in_stays_within_the_origins() {
    assert_all_reported(&[
        ("it has no client id", |d| oauth2(d).client_id.clear()),
        ("template `client secret`: it names `kex`, no field", |d| {
            oauth2(d).client_secret = Some("{kex}".to_owned());
        }),
        ("pasted tokens need a template that holds one", |d| {
            oauth2(d).grants.push(OAuth2Grant::PastedToken);
        }),
        ("it sends neither a header nor a parameter", |d| set_headers(d, &[])),
        ("it offers no grant", |d| oauth2(d).grants.clear()),
        ("the authorization code needs an authorize URL", |d| oauth2(d).authorize_url = None),
        ("the device code needs a device URL", |d| oauth2(d).device_url = None),
        ("token URL `https://evil.org/`: it does not lie within the origins", |d| {
            oauth2(d).token_url = "https://evil.org/".to_owned();
        }),
        ("device URL `https://evil.org/`: it does not lie", |d| {
            oauth2(d).device_url = Some("https://evil.org/".to_owned());
        }),
        ("authorize URL `javascript:alert(1)`: the origin", |d| {
            oauth2(d).authorize_url = Some("javascript:alert(1)".to_owned());
        }),
        ("the scope `a b` is not one", |d| oauth2(d).scopes = vec!["a b".to_owned()]),
        ("it has 101 scopes", |d| oauth2(d).scopes = vec!["a".to_owned(); 101]),
        ("request `https://evil.org/{user}`: it does not lie within the origins", |d| {
            sign_in(d).url = "https://evil.org/{user}".to_owned();
        }),
        ("request `{user}/token`: it does not begin with https://", |d| {
            sign_in(d).url = "{user}/token".to_owned();
        }),
        ("request `https://api.example.com/#{user}`: ", |d| {
            sign_in(d).url = "https://api.example.com/#{user}".to_owned();
        }),
        ("request `https://api.example.com/{key}/token`: it has `key`, a secret, before", |d| {
            sign_in(d).url = "https://api.example.com/{key}/token".to_owned();
        }),
        ("header `Host`: only the host sets it", |d| {
            sign_in(d).headers = vec![parameter("Host", "evil.org")];
        }),
        ("value `a`: `token` is not a JSON pointer", |d| {
            sign_in(d).takes = vec![taken("a", "token")];
        }),
        ("value `a`: `` is not a JSON pointer", |d| sign_in(d).takes = vec![taken("a", "")]),
        ("`/a~2` is not a JSON pointer", |d| sign_in(d).takes = vec![taken("a", "/a~2")]),
        ("`/a~` is not a JSON pointer", |d| sign_in(d).takes = vec![taken("a", "/a~")]),
    ]);
}

#[test]
fn what_replies_give_has_a_name_before_it_is_used() {
    assert_all_reported(&[
        ("it has 0 sign-in requests, not 1 to 5", |d| exchange(d).sign_in.clear()),
        ("it has 6 sign-in requests", |d| {
            let request = sign_in(d).clone();
            exchange(d).sign_in = vec![request; 6];
        }),
        ("it has 6 renewal requests", |d| {
            let request = sign_in(d).clone();
            exchange(d).renewal = vec![request; 6];
        }),
        ("it has 17 values it takes", |d| sign_in(d).takes = vec![taken("a", "/a"); 17]),
        ("value `A`: its name", |d| sign_in(d).takes.push(taken("A", "/a"))),
        ("value `user`: a field of that name is required", |d| {
            d.account_fields[0].required = true;
            sign_in(d).takes.push(taken("user", "/user"));
        }),
        ("template `token`: it names nothing that a reply gives", |d| {
            exchange(d).token = "token".to_owned();
        }),
        ("template `token`: it names `refresh_token`", |d| {
            exchange(d).token = "{refresh_token}".to_owned();
        }),
        ("template `lifetime`: it names `expires_in`", |d| {
            exchange(d).expires_in = Some("{expires_in}".to_owned());
        }),
        ("it names `later`", |d| {
            let later = ExchangeRequest { takes: vec![taken("later", "/a")], ..sign_in(d).clone() };
            exchange(d).sign_in.push(later);
            set_body(d, r#"["{later}"]"#);
        }),
        ("template `password`: it names `kex`", |d| {
            let (username, password) = ("{user}".to_owned(), "{kex}".to_owned());
            let credentials = Basic { username, password };
            sign_in(d).basic = Some(ExchangeBasic { credentials, form_encoded: true });
        }),
        ("template `base URL`: it names `key`, a secret", |d| {
            exchange(d).base_url = Some("https://api.example.com/{key}".to_owned());
        }),
        ("template `base URL`: it does not lie within the origins", |d| {
            exchange(d).base_url = Some("https://evil.org/{lifetime}".to_owned());
        }),
        ("template `base URL`: it does not begin with https://", |d| {
            exchange(d).base_url = Some("{user}".to_owned());
        }),
        ("template `base URL`: an account field has the name", |d| {
            exchange(d).base_url = Some("{lifetime}".to_owned());
            d.account_fields.push(field("base_url", FieldKind::Text));
        }),
    ]);
}

#[test]
fn what_replies_give_can_be_the_beginning_of_a_url() {
    let mut descriptor = valid();
    let next = ExchangeRequest {
        url: "{lifetime}/x?key={key}".to_owned(),
        ..sign_in(&mut descriptor).clone()
    };
    exchange(&mut descriptor).sign_in.push(next.clone());
    exchange(&mut descriptor).renewal.push(next);
    exchange(&mut descriptor).base_url = Some("{lifetime}".to_owned());
    check(&descriptor).unwrap();
}
