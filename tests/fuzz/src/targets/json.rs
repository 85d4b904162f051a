//! The SDK's reader of JSON, against serde_json: the same texts are taken, with the same values.

use serde_json::Value;
use tollgate_sdk::http::get;
use tollgate_sdk::paging::{Pages, Whole};
use tollgate_sdk::response::Response;
use tollgate_sdk::testing::{self, Reply, Table};
use tollgate_sdk::values::{Flag, Float, Int, Json, Text};
use tollgate_sdk::{Failure, Record, RecordScan, Shape};

/// A record of what is read in the quickest ways.
#[derive(Record)]
struct Thing<'a> {
    id: Int,
    text: Text<'a>,
    a_long_member_name: Text<'a>,
    float: Float,
    flag: Flag,
    json: Json<'a>,
    #[record(nested = "inner.id")]
    inner_id: Int,
}

/// The body of an answer: an object whose members are looked at, and `things`, a list of records.
pub fn run(input: &[u8]) {
    let Ok(text) = str::from_utf8(input) else {
        assert!(Response::document(input).is_err(), "it is not UTF-8");
        return;
    };
    let theirs = serde_json::from_str::<Value>(plain(text));
    match (Response::document(input), &theirs) {
        (Ok(ours), Ok(Value::Object(_))) => look_at(&ours, plain(text)),
        (Ok(_), Ok(other)) => panic!("{other} was taken for an object"),
        (Ok(_), Err(_)) => assert!(may_be_taken(text), "it is no JSON: {text:?}"),
        // Values may lie deeper in each other by one here or there.
        (Err(error), Ok(Value::Object(_))) => {
            assert!(depth(text) > 120, "{error:?}: {text:?}");
        }
        (Err(_), _) => {}
    }
    if let (Ok(things), Ok(theirs)) = (read(text), &theirs) {
        look_at_records(&things, theirs, plain(text));
    }
}

/// Without the mark that both may begin with.
fn plain(text: &str) -> &str {
    text.strip_prefix('\u{feff}').unwrap_or(text)
}

/// What serde_json refuses by rules that the reader has not: raw control characters in strings,
/// numbers beyond any double, and depth.
fn may_be_taken(text: &str) -> bool {
    text.contains(|c: char| c.is_ascii_control())
        || text.contains(['e', 'E'])
        || depth(text) > 120
        || text.bytes().filter(u8::is_ascii_digit).count() > 300
}

fn depth(text: &str) -> usize {
    text.bytes().filter(|byte| matches!(byte, b'[' | b'{')).count()
}

/// Each member is what it is by serde_json, and each object in it member by member.
fn look_at(ours: &Response<'_>, text: &str) {
    let members = pairs(text);
    for (name, value) in &members {
        // A dot leads into an object, and a key that is there twice has no value.
        let is_twice = members.iter().filter(|(other, _)| other == name).count() > 1;
        if name.contains('.') || is_twice {
            continue;
        }
        let raw = ours.member(name).expect("the key is there once");
        let Some(raw) = raw else {
            assert!(value.is_null(), "{name:?} is missing in {text:?}");
            continue;
        };
        assert_eq!(serde_json::from_str::<Value>(raw).ok().as_ref(), Some(value), "{name:?}");
        if let Value::String(string) = value {
            let got = ours.text(name).expect("it is a text");
            assert_eq!(got.as_deref().unwrap_or_default(), string.as_str(), "{name:?}");
        }
        if let Value::Array(items) = value {
            assert_eq!(ours.texts(name).expect("it is a list").len(), items.len(), "{name:?}");
        }
        if value.is_object() {
            look_at(&Response::document(raw.as_bytes()).expect("it was passed over"), raw);
        }
    }
}

/// The members of an object in order, those that come twice included.
fn pairs(text: &str) -> Vec<(String, Value)> {
    struct Pairs(Vec<(String, Value)>);
    impl<'de> serde::Deserialize<'de> for Pairs {
        fn deserialize<D: serde::Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
            struct Visitor;
            impl<'de> serde::de::Visitor<'de> for Visitor {
                type Value = Pairs;

                fn expecting(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                    out.write_str("an object")
                }

                fn visit_map<A: serde::de::MapAccess<'de>>(
                    self,
                    mut map: A,
                ) -> Result<Pairs, A::Error> {
                    let mut pairs = Vec::new();
                    while let Some(pair) = map.next_entry()? {
                        pairs.push(pair);
                    }
                    Ok(Pairs(pairs))
                }
            }
            from.deserialize_map(Visitor)
        }
    }
    serde_json::from_str::<Pairs>(text).map_or_else(|_| Vec::new(), |pairs| pairs.0)
}

fn read(text: &str) -> Result<Table, Failure> {
    let body = text.to_owned();
    let (http, _) = testing::http(move |_| Reply::ok(body.clone()));
    let request = testing::request(&http, "things");
    let pages = Pages::new(http, Whole::new(get("https://example.com/")), Shape::list(&["things"]));
    testing::read(RecordScan::new::<Thing<'static>>(&request, pages)?.boxed())
}

/// Each record's fields are the members of that name.
fn look_at_records(things: &Table, theirs: &Value, text: &str) {
    // Of a key that is there twice, serde_json keeps the last.
    let records = theirs.get("things").and_then(Value::as_array).cloned().unwrap_or_default();
    assert_eq!(things.rows.len(), records.len(), "{text:?}");
    for (row, record) in things.rows.iter().zip(&records) {
        let [id, text, long, float, flag, json, inner] = row.as_slice() else {
            panic!("the columns are others: {row:?}");
        };
        assert_int(id, record.get("id"));
        assert_text(text, record.get("text"));
        assert_text(long, record.get("a_long_member_name"));
        assert_eq!(flag.is_some(), is_there(record.get("flag")), "{record}");
        let parsed = json.as_ref().map(|json| serde_json::from_str::<Value>(json).expect("JSON"));
        assert_eq!(parsed.as_ref(), record.get("json").filter(|json| !json.is_null()));
        assert_int(inner, record.get("inner").and_then(|inner| inner.get("id")));
        if let Some(number) = record.get("float").and_then(Value::as_f64) {
            // serde_json's doubles may be the next ones to the nearest.
            let float = float.as_ref().and_then(|float| float.parse::<f64>().ok());
            let is_near = |float: f64| (float - number).abs() <= number.abs() * 1e-15;
            assert!(float.is_some_and(is_near), "{float:?} of {record}");
        }
    }
}

fn is_there(value: Option<&Value>) -> bool {
    value.is_some_and(|value| {
        !value.is_null() && value.as_str().is_none_or(|text| !text.trim().is_empty())
    })
}

fn assert_int(got: &Option<String>, value: Option<&Value>) {
    assert_eq!(got.is_some(), is_there(value), "{got:?} of {value:?}");
    if let Some(number) = value.and_then(Value::as_i64) {
        assert_eq!(got.as_deref(), Some(number.to_string().as_str()));
    }
}

fn assert_text(got: &Option<String>, value: Option<&Value>) {
    if let Some(text) = value.and_then(Value::as_str) {
        assert_eq!(got.as_deref().unwrap_or_default(), text);
    }
    assert!(got.is_some() || value.is_none_or(|value| value.is_null() || value == ""));
}
