use super::*;
use proptest::prelude::*;
use serde_json::Value;

/// What the reader makes of a text: the same tree that serde_json makes.
fn tree(reader: &mut Reader<'_>) -> Result<Value, Flaw> {
    Ok(match reader.peek() {
        Some(b'"') => Value::from(reader.string()?.into_owned()),
        Some(b'{') => {
            let (mut map, mut is_first) = (serde_json::Map::new(), true);
            reader.take(b'{');
            while reader.more(b'}', &mut is_first)? {
                let key = reader.key()?.into_owned();
                map.insert(key, tree(reader)?);
            }
            Value::Object(map)
        }
        Some(b'[') => {
            let (mut list, mut is_first) = (Vec::new(), true);
            reader.take(b'[');
            while reader.more(b']', &mut is_first)? {
                list.push(tree(reader)?);
            }
            Value::Array(list)
        }
        Some(b'-' | b'0'..=b'9') => {
            let number = reader.number()?;
            serde_json::from_str(number).map_err(|error| flaw(error.to_string()))?
        }
        _ => serde_json::from_str(reader.raw()?).map_err(|error| flaw(error.to_string()))?,
    })
}

fn read(text: &str) -> Result<Value, Flaw> {
    let mut reader = Reader::new(text);
    let value = tree(&mut reader)?;
    reader.end()?;
    // What is passed over is looked at as closely as what is read.
    let mut reader = Reader::new(text);
    reader.skip()?;
    reader.end()?;
    Ok(value)
}

#[track_caller]
fn assert_like_serde(text: &str) {
    let (ours, theirs) = (read(text), serde_json::from_str::<Value>(text));
    match (ours, theirs) {
        (Ok(ours), Ok(theirs)) => assert_eq!(ours, theirs, "{text}"),
        (Err(_), Err(_)) => {}
        (ours, theirs) => panic!("{text:?}: {ours:?} where serde_json says {theirs:?}"),
    }
}

/// Texts that are just JSON, or just not.
const BORDER: &[&str] = &[
    "",
    " ",
    "nul",
    "null",
    "nulll",
    "null null",
    "true ",
    "falsehood",
    "[",
    "]",
    "[]",
    "[,]",
    "[1,]",
    "[1 2]",
    "[1,2",
    "{",
    "{}",
    "{,}",
    "{\"a\"}",
    "{\"a\":}",
    "{\"a\":1,}",
    "{\"a\":1 \"b\":2}",
    "{a:1}",
    "{1:1}",
    "[}",
    "{]",
    "[{\"a\":1]}",
    "{\"a\":[1}]",
    "{\"a\":[{\"b\":[]},{}],\"c\":{\"d\":[[]]}}",
    "{\"a\":{},1}",
    "[[],\"a\":1]",
    "[{},{\"a\"}]",
    "{\"a\":1}x",
    "\"",
    "\"a",
    "\"a\\\"",
    "\"\\q\"",
    "\"\\u12\"",
    "\"\\u12g4\"",
    "\"\\u00e9\"",
    "\"\\ud83d\\ude00\"",
    "\"\\ud83d\"",
    "\"\\ude00\"",
    "\"\\ud83d\\u0041\"",
    "\"\\ud83dx\"",
    "\"\\\"\\\\\\/\\b\\f\\n\\r\\t\"",
    "\"\\+123\"",
    "\"\\u+123\"",
    "0",
    "-0",
    "-",
    "00",
    "01",
    "-01",
    "1.",
    "1.5",
    ".5",
    "1e",
    "1e5",
    "1E+5",
    "1e-5",
    "1e+",
    "+1",
    "1.5e3",
    "1.e3",
    "0x1",
    "NaN",
    "\u{feff}1",
    "\u{a0}1",
    "\"é😀\"",
    "[\"\\u0000\"]",
    "18446744073709551615",
    "-9223372036854775808",
];

#[test]
fn texts_on_the_border_of_json_are_judged_as_by_serde_json() {
    BORDER.iter().for_each(|text| assert_like_serde(text));
}

#[test]
fn raw_control_characters_are_taken() {
    assert_eq!(read("\"a\tb\nc\"").expect("it is read"), Value::from("a\tb\nc"));
}

#[test]
fn small_whole_numbers_are_taken_and_nothing_else_is() {
    for (text, int) in [
        ("0,", Some(0)),
        ("7}", Some(7)),
        ("999999999999999999,", Some(999_999_999_999_999_999)),
        ("1000000000000000000,", None),
        ("-1,", None),
        ("01,", None),
        ("1.0,", None),
        ("1e3,", None),
        ("1 ,", None),
        ("1", None),
        (",", None),
        ("", None),
    ] {
        let mut reader = Reader::new(text);
        assert_eq!(reader.small_int(), int, "{text}");
        assert_eq!(reader.at, if int.is_some() { text.len() - 1 } else { 0 }, "{text}");
    }
}

#[test]
fn depth_is_limited() {
    let lists = |depth: usize| "[".repeat(depth) + &"]".repeat(depth);
    let objects = |depth: usize| "{\"a\":".repeat(depth) + "1" + &"}".repeat(depth);
    let both =
        |depth: usize| "[{\"a\":".repeat(depth / 2) + &lists(depth % 2) + &"}]".repeat(depth / 2);
    for nested in [&lists as &dyn Fn(usize) -> String, &objects] {
        assert!(Reader::new(&nested(128)).skip().is_ok());
        assert!(Reader::new(&nested(129)).skip().is_err());
    }
    assert!(Reader::new(&both(127)).skip().is_ok());
    assert!(Reader::new(&both(129)).skip().is_err());
    assert!(Reader::new(&"[".repeat(1_000_000)).skip().is_err());
}

#[test]
fn a_string_of_any_length_ends_at_its_first_quotation_mark() {
    for length in 0..100 {
        let text = "é".repeat(length / 2) + &"a".repeat(length % 2);
        for (json, rest) in [
            (format!("\"{text}\""), ""),
            (format!("\"{text}\",\"b\\\"\""), ",\"b\\\"\""),
            (format!("\"{text}\"{}", "c".repeat(100)), &"c".repeat(100)),
        ] {
            let mut reader = Reader::new(&json);
            assert_eq!(reader.string().expect("a string"), text);
            assert_eq!(&json[reader.at..], rest);
            let mut reader = Reader::new(&json);
            reader.skip().expect("a string");
            assert_eq!(&json[reader.at..], rest);
        }
        assert_like_serde(&format!("\"{text}\\n{text}\\\\\""));
        assert_like_serde(&format!("\"{text}"));
        assert_like_serde(&format!("\"{text}\\"));
        assert_like_serde(&format!("\"{text}\\x\""));
    }
}

#[test]
fn a_guessed_key_is_the_key_or_nothing_is_taken() {
    let names =
        ["", "a", "name", "firstName", "aVeryLongNameOfAKey", "anEvenLongerNameOfAnotherKey"];
    for (name, guess) in names.iter().flat_map(|name| names.map(|guess| (*name, guess))) {
        for before in [',', '{'] {
            let text = format!("{before}\"{name}\":1");
            let mut reader = Reader::new(&text);
            assert_eq!(reader.next_is(before as u8, guess), name == guess, "{text} {guess}");
            assert_eq!(&text[reader.at..], if name == guess { "1" } else { text.as_str() });
        }
    }
    for text in [
        "",
        ",",
        ",\"a",
        ",\"a\"",
        "\"a\":",
        ", \"a\":",
        ",\"a\" :",
        ",\"\\u0061\":",
        "é\"a\":",
        "{\"a\":",
        ",,\"a\":",
        ",\"aé:",
    ] {
        assert!(!Reader::new(text).next_is(b',', "a"), "{text}");
    }
    for name in names {
        for changed in 0..name.len() {
            let mut other = name.to_owned().into_bytes();
            other[changed] = b'_';
            let guess = String::from_utf8(other).expect("ASCII");
            assert!(!Reader::new(&format!(",\"{name}\":1")).next_is(b',', &guess), "{guess}");
        }
    }
}

fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<u64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        any::<String>().prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 32, 6, |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..6).prop_map(Value::from),
            proptest::collection::hash_map(any::<String>(), inner, 0..6)
                .prop_map(|map| Value::Object(map.into_iter().collect())),
        ]
    })
}

proptest! {
    #[test]
    fn what_is_json_is_read_as_by_serde_json(value in any_json(), is_pretty: bool) {
        let text = if is_pretty { format!("{value:#}") } else { value.to_string() };
        assert_like_serde(&text);
    }

    #[test]
    fn what_is_cut_or_changed_is_judged_as_by_serde_json(
        value in any_json(), at: prop::sample::Index, byte in "[ -~]",
    ) {
        let text = value.to_string();
        let at = at.index(text.len() + 1);
        if let (Some(before), Some(after)) = (text.get(..at), text.get(at..)) {
            assert_like_serde(before);
            assert_like_serde(&format!("{before}{byte}{after}"));
            let mut rest = after.chars();
            rest.next();
            assert_like_serde(&format!("{before}{byte}{}", rest.as_str()));
        }
    }
}
