use super::*;

#[test]
fn forms_keep_their_rules() {
    assert_all_reported(&[
        ("it has 101 options; 100 are the most", |d| {
            d.streams[0].options =
                (0..101).map(|i| field(&format!("f{i}"), FieldKind::Text)).collect();
        }),
        ("auth method `basic`: it has 101 account fields", |d| {
            d.auth_methods[2].fields =
                (0..98).map(|i| field(&format!("f{i}"), FieldKind::Text)).collect();
        }),
        ("option `Format`: its name", |d| d.streams[0].options[0].name = "Format".to_owned()),
        ("option `list`: it is there twice", |d| {
            d.streams[0].options.push(field("list", FieldKind::Lookup));
        }),
        ("auth method `query`: account field `user`: it is there twice", |d| {
            d.auth_methods[1].fields.push(field("user", FieldKind::Text));
        }),
        ("option `format`: its title has 201", |d| {
            d.streams[0].options[0].title = "x".repeat(201);
        }),
        ("account field `user`: its description", |d| {
            d.account_fields[0].description = "\u{7}".to_owned();
        }),
        ("option `list`: only account fields may be secret", |d| {
            d.streams[0].options[3].kind = FieldKind::Secret;
        }),
        ("account field `user`: only options may have a menu", |d| {
            d.account_fields[0].kind = FieldKind::Lookup;
        }),
        ("its least value 5 is over its greatest 4", |d| {
            d.streams[0].options[2].kind = FieldKind::Integer { min: 5, max: 4 };
        }),
        ("option `list`: it has 0 choices", |d| {
            d.streams[0].options[3].kind = FieldKind::Choices { choices: Vec::new() };
        }),
        ("option `list`: it has 1001 choices", |d| {
            let values: Vec<_> = (0..1_001).map(|i| format!("v{i}")).collect();
            let values: Vec<_> = values.iter().map(String::as_str).collect();
            d.streams[0].options[3].kind = FieldKind::Choices { choices: menu(&values) };
        }),
        ("option `list`: choice `a`: it is there twice", |d| {
            d.streams[0].options[3].kind = FieldKind::Choice { choices: menu(&["a", "b", "a"]) };
        }),
        ("choice ``: its value is empty", |d| {
            d.streams[0].options[3].kind = FieldKind::Choice { choices: menu(&[""]) };
        }),
        ("its value `a\\tb` holds a control character", |d| {
            d.streams[0].options[3].kind = FieldKind::Choice { choices: menu(&["a\tb"]) };
        }),
        ("choice `eu`: its title has 201", |d| {
            let choices = vec![Choice { value: "eu".to_owned(), title: "x".repeat(201) }];
            d.account_fields[1].kind = FieldKind::Choice { choices };
        }),
    ]);
}

#[test]
fn defaults_and_conditions_can_be_met() {
    assert_all_reported(&[
        ("option `format`: its default is `pdf`, which is not one of its choices", |d| {
            d.streams[0].options[0].default = Some("pdf".to_owned());
        }),
        ("option `since`: its default is `today+1`, which is not a day", |d| {
            d.streams[0].options[1].default = Some("today+1".to_owned());
        }),
        ("option `limit`: its default is `501`", |d| {
            d.streams[0].options[2].default = Some("501".to_owned());
        }),
        ("option `list`: its default is empty", |d| {
            d.streams[0].options[3].default = Some(String::new());
        }),
        ("account field `key`: a secret has no default", |d| {
            d.auth_methods[0].fields[0].default = Some("canary".to_owned());
        }),
        ("option `limit`: it is shown by `list`, which is no field before it", |d| {
            d.streams[0].options[2].shown_when = vec![condition("list", &["1"])];
        }),
        ("option `limit`: it is shown by `limit`, which is no field before it", |d| {
            d.streams[0].options[2].shown_when = vec![condition("limit", &["1"])];
        }),
        ("account field `more`: it is shown by `key`, a secret", |d| {
            let mut more = field("more", FieldKind::Text);
            more.shown_when = vec![condition("key", &["x"])];
            d.auth_methods[0].fields.push(more);
        }),
        ("it is shown where `format` is `HTML`, which that field never is", |d| {
            d.streams[0].options[1].shown_when = vec![condition("format", &["HTML"])];
        }),
        ("it is shown where `since` is `today`, which", |d| {
            d.streams[0].options[2].shown_when = vec![condition("since", &["today"])];
        }),
        ("it is shown where `limit` is `0`, which", |d| {
            d.streams[0].options[3].shown_when = vec![condition("limit", &["1", "0"])];
        }),
        ("it has 0 values in a condition", |d| {
            d.streams[0].options[1].shown_when = vec![condition("format", &[])];
        }),
        ("it has 101 conditions", |d| {
            d.streams[0].options[1].shown_when = vec![condition("format", &["html"]); 101];
        }),
    ]);
    // A field of an auth method may be shown by one of the account.
    let mut descriptor = valid();
    descriptor.auth_methods[0].fields[0].shown_when = vec![condition("region", &["eu"])];
    check(&descriptor).unwrap();
}
