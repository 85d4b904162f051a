use proptest::prelude::*;

use super::*;
use crate::descriptor::Choice;
use crate::text::is_line;

fn field(name: &str, kind: FieldKind) -> Field {
    Field {
        name: name.to_owned(),
        title: format!("Title of {name}"),
        description: format!("What {name} does."),
        kind,
        required: false,
        default: None,
        shown_when: Vec::new(),
    }
}

fn menu() -> Vec<Choice> {
    [
        ("html", "HTML mail"),
        ("plain", "Plain text"),
        ("A,B", "Both, really"),
        ("b1", "Twice"),
        ("b2", "twice"),
    ]
    .map(|(value, title)| Choice { value: value.to_owned(), title: title.to_owned() })
    .to_vec()
}

fn entered(pairs: &[(&str, &[&str])]) -> Settings {
    pairs.iter().map(|(name, values)| (name.to_string(), strings(values))).collect()
}

fn strings(values: &[&str]) -> Vec<String> {
    values.iter().map(|value| value.to_string()).collect()
}

fn today() -> Date {
    Date::constant(2024, 3, 1)
}

/// What a single field of this kind makes of what was entered.
fn outcome(kind: &FieldKind, values: &[&str]) -> Result<Vec<String>, String> {
    let fields = [field("x", kind.clone())];
    resolve("option", &fields, &entered(&[("x", values)]), today())
        .map(|mut settings| settings.pop().map(|setting| setting.values).unwrap_or_default())
        .map_err(|error| {
            assert_eq!(error.kind(), ErrorKind::Config);
            format!("{error} / {}", error.hint().unwrap_or_default())
        })
}

#[test]
fn values_are_converted_by_their_kind() {
    use FieldKind as K;
    let integer = K::Integer { min: -5, max: 100 };
    let (choice, choices) = (K::Choice { choices: menu() }, K::Choices { choices: menu() });
    let table: &[(&K, &[&str], &[&str])] = &[
        (&K::Text, &[" a, b "], &[" a, b "]),
        (&K::Text, &[""], &[]),
        (&K::Text, &[], &[]),
        (&K::Texts, &[" a, b ,,c"], &["a", "b", "c"]),
        (&K::Texts, &["a,b", "", "c"], &["a,b", "c"]),
        (&K::Texts, &[" , "], &[]),
        (&integer, &[" 42 "], &["42"]),
        (&integer, &["-5"], &["-5"]),
        (&integer, &["+007"], &["7"]),
        (&K::Boolean, &["YES"], &["true"]),
        (&K::Boolean, &["1"], &["true"]),
        (&K::Boolean, &["False"], &["false"]),
        (&K::Boolean, &["no"], &["false"]),
        (&K::Date, &["2024-02-29"], &["2024-02-29"]),
        (&K::Date, &["today"], &["2024-03-01"]),
        (&K::Date, &["Yesterday"], &["2024-02-29"]),
        (&K::Date, &["today-7"], &["2024-02-23"]),
        (&K::Date, &["today - 1"], &["2024-02-29"]),
        (&K::Date, &["7"], &["2024-02-23"]),
        (&K::Date, &["0"], &["2024-03-01"]),
        (&K::DateRange, &["2024-01-01", "today"], &["2024-01-01", "2024-03-01"]),
        (&K::DateRange, &["2024-01-01..2024-01-31"], &["2024-01-01", "2024-01-31"]),
        (&K::DateRange, &["7, today"], &["2024-02-23", "2024-03-01"]),
        (&K::DateRange, &["yesterday"], &["2024-02-29", "2024-02-29"]),
        (&choice, &["html"], &["html"]),
        (&choice, &["plain TEXT"], &["plain"]),
        (&choice, &["A,B"], &["A,B"]),
        (&choices, &["html, Plain text,html"], &["html", "plain"]),
        (&choices, &["Both, really"], &["A,B"]),
        (&choices, &["A,B", "html"], &["A,B", "html"]),
        (&K::Lookup, &["17, 18"], &["17, 18"]),
        (&K::Lookups, &["17, 18,17"], &["17", "18"]),
    ];
    for (kind, values, expected) in table {
        assert_eq!(outcome(kind, values), Ok(strings(expected)), "{kind:?} {values:?}");
    }
}

#[test]
fn values_outside_their_kind_are_refused_with_the_reason() {
    use FieldKind as K;
    let integer = K::Integer { min: -5, max: 100 };
    let (choice, choices) = (K::Choice { choices: menu() }, K::Choices { choices: menu() });
    let (long, many) = ("x".repeat(VALUE_BYTES_MAX + 1), "x,".repeat(VALUES_MAX + 1));
    let far = format!("today-{}", "9".repeat(40));
    let table: &[(&K, &[&str], &str)] = &[
        (&K::Text, &["a", "b"], "option `x` is set to 2 values; it takes one"),
        (&K::Text, &["a\u{1b}[2J"], "`a\\u{1b}[2J`, which holds a control character"),
        (&K::Text, &["a\nb"], "control character"),
        (&K::Text, &[&long], "has 4097 bytes; 4096 are the most"),
        (&K::Texts, &[&many], "set to 1001 values; 1000 are the most"),
        (&K::Texts, &["a,b\u{202e}c"], "control character"),
        (&K::Lookup, &["a\tb"], "control character"),
        (&integer, &["101"], "option `x` is `101`, which is not a whole number from -5 to 100"),
        (&integer, &["1.5"], "whole number"),
        (&integer, &["99999999999999999999"], "whole number"),
        (&K::Boolean, &["maybe"], "neither true nor false"),
        (&K::Date, &["2024-02-30"], "`2024-02-30`, which is not a day / a day is `YYYY-MM-DD`"),
        (&K::Date, &["2024-2-3"], "not a day"),
        (&K::Date, &["2024-01-01T12:00"], "not a day"),
        (&K::Date, &["0000-01-01"], "not a day"),
        (&K::Date, &["-2024-01-01"], "not a day"),
        (&K::Date, &["today+1"], "not a day"),
        (&K::Date, &["todayish"], "not a day"),
        (&K::Date, &["today-"], "not a day"),
        (&K::Date, &["today-99999999"], "not a day"),
        (&K::Date, &["20240101"], "not a day"),
        (&K::Date, &["800000"], "not a day"),
        (&K::Date, &[&far], "not a day"),
        (&K::DateRange, &["today..7"], "2024-03-01 to 2024-02-23, whose first day is after"),
        (&K::DateRange, &["2024-01-01.."], "not a day / a range is two days `A..B`"),
        (&K::DateRange, &["today", "today", "today"], "set to 3 values, not to a range"),
        (&choice, &["htm"], "`htm`, which is not one of its choices / did you mean `html`?"),
        (&choice, &["HTML mial"], "did you mean `html`?"),
        (&choice, &["zebra"], "the choices are `html`, `plain`, `A,B`"),
        (&choice, &["TWICE"], "title of several choices / enter one of the values `b1`, `b2`"),
        (&choices, &["html,zebra"], "`zebra`, which is not one of its choices"),
        (&choices, &["html", "a,zebra"], "`a,zebra`, which is not one"),
    ];
    for (kind, values, expected) in table {
        let error = outcome(kind, values).unwrap_err();
        assert!(error.contains(expected), "{kind:?} {values:?}: {error}");
    }
}

#[test]
fn a_long_menu_is_listed_in_part() {
    let choices = (0..300)
        .map(|i| Choice { value: format!("list_{i:03}"), title: String::new() })
        .collect::<Vec<_>>();
    let error = outcome(&FieldKind::Choice { choices }, &["zebra"]).unwrap_err();
    assert!(error.ends_with("`list_009` and 290 more"), "{error}");
}

/// `b` and `c` exist only where their conditions hold.
fn dependent_fields() -> Vec<Field> {
    let condition = |field: &str, one_of: &[&str]| Condition {
        field: field.to_owned(),
        one_of: strings(one_of),
    };
    let mut a = field("a", FieldKind::Boolean);
    a.default = Some("no".to_owned());
    let mut b = field("b", FieldKind::Date);
    b.default = Some("yesterday".to_owned());
    b.shown_when = vec![condition("a", &["true"])];
    let mut c = field("c", FieldKind::Text);
    c.required = true;
    c.shown_when = vec![condition("a", &["true"]), condition("b", &["2024-02-29", "2024-02-28"])];
    vec![a, b, c]
}

fn resolve_pairs(pairs: &[(&str, &[&str])]) -> Result<Vec<(String, String)>> {
    let settings = resolve("option", &dependent_fields(), &entered(pairs), today())?;
    Ok(settings.into_iter().map(|s| (s.name, s.values.join("+"))).collect())
}

#[test]
fn hidden_fields_have_neither_default_nor_requirement() {
    let pairs = |pairs: &[(&str, &str)]| {
        pairs.iter().map(|(a, b)| (a.to_string(), b.to_string())).collect::<Vec<_>>()
    };
    assert_eq!(resolve_pairs(&[]).unwrap(), pairs(&[("a", "false")]));
    assert_eq!(resolve_pairs(&[("c", &[""])]).unwrap(), pairs(&[("a", "false")]));
    assert_eq!(
        resolve_pairs(&[("a", &["1"]), ("b", &["today"])]).unwrap(),
        pairs(&[("a", "true"), ("b", "2024-03-01")])
    );
    assert_eq!(
        resolve_pairs(&[("c", &["x"]), ("a", &["yes"])]).unwrap(),
        pairs(&[("a", "true"), ("b", "2024-02-29"), ("c", "x")])
    );
}

#[test]
fn a_hidden_field_that_is_set_says_when_it_is_shown() {
    let error = resolve_pairs(&[("c", &["x"])]).unwrap_err();
    assert_eq!(
        error.message(),
        "option `c` is set, but it exists only where `a` is `true` and `b` is `2024-02-29` or \
         `2024-02-28`"
    );
}

#[test]
fn a_missing_field_is_named_with_its_title_and_description() {
    let error = resolve_pairs(&[("a", &["true"])]).unwrap_err();
    assert_eq!(error.message(), "option `c` (Title of c) is required");
    assert_eq!(error.hint(), Some("What c does."));
}

#[test]
fn an_unknown_field_gets_the_near_miss() {
    let fields = [field("start_date", FieldKind::Date)];
    let given = entered(&[("start-dat", &["today"])]);
    let error = resolve("account field", &fields, &given, today()).unwrap_err();
    assert_eq!(error.message(), "there is no account field `start-dat`");
    assert_eq!(error.hint(), Some("did you mean `start_date`?"));
}

#[test]
fn a_broken_default_is_told_from_an_entered_value() {
    let mut x = field("x", FieldKind::Boolean);
    x.default = Some("perhaps".to_owned());
    let error = resolve("option", &[x], &Settings::new(), today()).unwrap_err();
    assert!(error.message().starts_with("the default of option `x` is `perhaps`"), "{error}");
}

#[test]
fn secrets_are_left_out_and_never_repeated() {
    let mut key = field("key", FieldKind::Secret);
    key.required = true;
    let fields = [key, field("user", FieldKind::Text)];
    let settings =
        resolve("account field", &fields, &entered(&[("user", &["ada"])]), today()).unwrap();
    assert_eq!(settings.iter().map(|s| s.name.as_str()).collect::<Vec<_>>(), ["user"]);
    let given = entered(&[("key", &["canary"])]);
    let error = resolve("account field", &fields, &given, today()).unwrap_err();
    assert!(error.message().contains("`key` is a secret"), "{error}");
    assert!(!format!("{error:?}").contains("canary"));
}

#[test]
fn days_stay_as_they_were_entered_and_all_else_is_as_it_was_resolved() {
    let date = |name: &str, default: Option<&str>| Field {
        default: default.map(str::to_owned),
        ..field(name, FieldKind::Date)
    };
    let fields = [
        date("from", None),
        date("to", Some("today")),
        date("unset", None),
        field("span", FieldKind::DateRange),
        field("kind", FieldKind::Choice { choices: menu() }),
    ];
    let title = menu()[0].title.clone();
    let options = entered(&[
        ("from", &[" Today-7 "]),
        ("span", &["today-7..today"]),
        ("kind", &[title.as_str()]),
    ]);
    let on = |day: Date| {
        let resolved = resolve("option", &fields, &options, day).unwrap();
        (as_entered(&fields, &options, &resolved), resolved)
    };
    let ((kept, resolved), (later, other)) = (on(today()), on(today().tomorrow().unwrap()));
    let expected = entered(&[
        ("from", &["today-7"]),
        ("to", &["today"]),
        ("span", &["today-7..today"]),
        ("kind", &[menu()[0].value.as_str()]),
    ]);
    assert_eq!(kept, expected);
    assert_eq!(later, expected, "another day is no other option");
    assert_ne!(resolved, other);
}

#[test]
fn the_day_depends_on_the_zone() {
    let now: Timestamp = "2024-03-01T03:00:00Z".parse().unwrap();
    assert_eq!(today_in(&TimeZone::UTC, now), today());
    let raleigh = TimeZone::get("America/New_York").unwrap();
    assert_eq!(today_in(&raleigh, now), Date::constant(2024, 2, 29));
}

/// Texts near to what people enter, and any others.
fn text() -> impl Strategy<Value = String> {
    prop_oneof![
        ".{0,20}",
        "[0-9]{1,12}",
        "(today|yesterday|TODAY)? ?-? ?[0-9]{0,9}",
        "[0-9]{4}-[0-9]{2}-[0-9]{2}",
        "[0-9]{4}-[01][0-9]-[0-3][0-9](\\.\\.|,)(today|[0-9]{1,5})",
        "(html|plain|A,B|twice|,| )*",
    ]
}

fn any_date() -> impl Strategy<Value = Date> {
    (1i16..=9999, 1i8..=12, 1i8..=28).prop_map(|(y, m, d)| Date::new(y, m, d).unwrap())
}

fn is_iso(text: &str) -> bool {
    let bytes = text.as_bytes();
    bytes.len() == 10
        && bytes[4] == b'-'
        && bytes[7] == b'-'
        && text.parse::<Date>().is_ok_and(|date| (1..=9999).contains(&date.year()))
}

proptest! {
    #[test]
    fn any_entry_gives_values_of_its_kind_or_an_error(
        values in prop::collection::vec(text(), 0..4),
        today in any_date(),
    ) {
        use FieldKind as K;
        let kinds = [
            K::Text, K::Texts, K::Secret, K::Integer { min: -9, max: 9 }, K::Boolean, K::Lookup,
            K::Choice { choices: menu() }, K::Choices { choices: menu() }, K::Lookups,
        ];
        for kind in &kinds {
            if let Ok(values) = convert(kind, &values, today) {
                prop_assert!(values.iter().all(|value| !value.is_empty() && is_line(value)));
            }
        }
        if let Ok(days) = convert(&K::Date, &values, today) {
            prop_assert!(days.len() <= 1 && days.iter().all(|day| is_iso(day)), "{:?}", days);
        }
        if let Ok(days) = convert(&K::DateRange, &values, today) {
            prop_assert!(days.iter().all(|day| is_iso(day)), "{:?}", days);
            prop_assert!(days.is_empty() || days.len() == 2 && days[0] <= days[1]);
        }
    }

    #[test]
    fn converting_again_changes_nothing(value in text(), today in any_date()) {
        for kind in [FieldKind::Date, FieldKind::DateRange, FieldKind::Boolean] {
            if let Ok(values) = convert(&kind, std::slice::from_ref(&value), today) {
                prop_assert_eq!(convert(&kind, &values, today).ok(), Some(values));
            }
        }
    }
}
