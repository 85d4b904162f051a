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

fn set_body(descriptor: &mut Descriptor, text: &str) {
    exchange(descriptor).body = TokenExchangeBody::Json { text: text.to_owned() };
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
            exchange(d).body = TokenExchangeBody::Form { fields: vec![parameter("a", "{pass}")] };
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
        ("URL `https://evil.org/{user}`: it does not lie within the origins", |d| {
            exchange(d).url = "https://evil.org/{user}".to_owned();
        }),
        ("URL `{user}/token`: it does not begin with https://", |d| {
            exchange(d).url = "{user}/token".to_owned();
        }),
        ("URL `https://api.example.com/#{user}`: ", |d| {
            exchange(d).url = "https://api.example.com/#{user}".to_owned();
        }),
        ("header `Host`: only the host sets it", |d| {
            exchange(d).headers = vec![parameter("Host", "evil.org")];
        }),
        ("pointer `token`: it is not a JSON pointer", |d| {
            exchange(d).token_pointer = "token".to_owned();
        }),
        ("pointer ``: it is not a JSON pointer", |d| exchange(d).token_pointer.clear()),
        ("pointer `/a~2`: it is not a JSON pointer", |d| {
            exchange(d).base_url_pointer = Some("/a~2".to_owned());
        }),
        ("pointer `/a~`: it is not a JSON pointer", |d| {
            exchange(d).expires_in_pointer = Some("/a~".to_owned());
        }),
    ]);
}
