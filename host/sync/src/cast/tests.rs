use std::collections::BTreeSet;

use proptest::prelude::*;
use tollgate_model::DataType::*;

use super::*;

/// Texts as values of a type, the empty one as a missing value.
fn values(of: DataType, texts: &[&str]) -> Result<ArrayRef> {
    let texts: StringArray =
        texts.iter().map(|text| Some(*text).filter(|t| !t.is_empty())).collect();
    cast(&(Arc::new(texts) as ArrayRef), "c", (Text, of))
}

/// A value of one type as text, after it was turned into another.
fn turned(value: &str, from: DataType, to: DataType) -> Result<String> {
    let array = cast(&values(from, &[value, ""])?, "c", (from, to))?;
    assert_eq!(*array.data_type(), to.to_arrow());
    assert!(array.is_null(1), "what is missing stays missing");
    Ok(cast(&array, "c", (to, Text))?.as_string::<i32>().value(0).to_owned())
}

fn dec(precision: u8, scale: u8) -> DataType {
    Decimal { precision, scale }
}

#[test]
fn values_become_what_they_are_in_the_other_type() {
    for (value, from, to, expected) in [
        ("true", Boolean, Text, "true"),
        ("true", Boolean, Int64, "1"),
        ("9223372036854775807", Int64, dec(21, 2), "9223372036854775807.00"),
        ("9007199254740992", Int64, Float64, "9007199254740992.0"),
        ("-12.50", dec(4, 2), dec(8, 4), "-12.5000"),
        ("-12.00", dec(4, 2), Int64, "-12"),
        ("123456789012345", dec(15, 0), Float64, "123456789012345.0"),
        ("2024-02-29", Date, Timestamp, "2024-02-29T00:00:00.000000Z"),
        ("1969-12-31", Date, Timestamp, "1969-12-31T00:00:00.000000Z"),
        ("1e21", Float64, Text, "1e21"),
        ("-0.0", Float64, Text, "-0.0"),
        ("NaN", Float64, Text, "NaN"),
        ("{\"a\": 1.50}", Json, Text, "{\"a\": 1.50}"),
        ("[1]", Text, Json, "[1]"),
        ("aGk=", Bytes, Text, "aGk="),
        ("007", Text, Int64, "7"),
        ("1.5", Text, dec(4, 2), "1.50"),
    ] {
        assert_eq!(turned(value, from, to).unwrap(), expected, "{value}: {from} to {to}");
    }
}

#[test]
fn a_value_that_does_not_fit_is_an_error_that_names_it() {
    for (value, from, to) in [
        ("100", Int64, dec(4, 2)),
        ("9007199254740993", Int64, Float64),
        ("-12.50", dec(4, 2), Int64),
        ("99999999999999999999", dec(20, 0), Int64),
        ("1.005", Text, dec(10, 2)),
        ("1e3", Text, dec(10, 2)),
        ("9223372036854775808", Text, Int64),
        (" 1", Text, Int64),
        ("1.0", Text, Int64),
        ("2024-2-9", Text, Date),
        ("2024-02-09 10:00:00", Text, Timestamp),
        ("yes", Text, Boolean),
        ("{", Text, Json),
        ("~", Text, Bytes),
    ] {
        let error = turned(value, from, to).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Data, "{value}");
        let message = error.message();
        assert!(message.contains("\"c\"") && message.contains(value), "{message}");
        assert!(message.ends_with(&format!("is no {to}")) && error.hint().is_some(), "{message}");
    }
}

#[test]
fn what_is_shown_of_a_value_is_escaped_and_short() {
    let long = format!("\u{1b}[31m{}", "x".repeat(1_000_000));
    let error = turned(&long, Text, Int64).unwrap_err();
    assert!(error.message().contains("\\u{1b}") && error.message().len() < 200, "{error}");
}

#[test]
fn what_cannot_be_turned_is_never_tried() {
    let types = [Boolean, Int64, Float64, dec(12, 2), Text, Date, Timestamp, Json, Bytes];
    let sample = |of| match of {
        Boolean => "true",
        Date => "2024-02-29",
        Timestamp => "2024-02-29T00:00:00Z",
        Bytes => "",
        _ => "1",
    };
    let mut refused = BTreeSet::new();
    for (from, to) in types.iter().flat_map(|from| types.map(|to| (*from, to))) {
        let array = values(from, &[sample(from)]).unwrap();
        match cast(&array, "c", (from, to)) {
            Ok(array) => assert_eq!(*array.data_type(), to.to_arrow()),
            Err(error) if error.kind() == ErrorKind::Bug => {
                refused.insert(format!("{from} {to}"));
            }
            // Of texts, it depends on what they say.
            Err(error) => assert_eq!((error.kind(), from), (ErrorKind::Data, Text)),
        }
        assert_eq!(refused.contains(&format!("{from} {to}")), !from.converts_to(to));
    }
    let wrong = values(Int64, &["1"]).unwrap();
    assert_eq!(cast(&wrong, "c", (Date, Text)).unwrap_err().kind(), ErrorKind::Bug);
}

proptest! {
    /// No value of either type changes in the narrowest type that holds both.
    #[test]
    fn widening_keeps_every_value(number: i64, units in -999_999_999_i128..=999_999_999) {
        let wide = Int64.widest(dec(9, 4));
        let whole = turned(&number.to_string(), Int64, wide).unwrap();
        prop_assert_eq!(whole, format!("{number}.0000"));
        let mut text = Vec::new();
        literal::push_decimal(&mut text, units, 4);
        let text = String::from_utf8(text).unwrap();
        prop_assert_eq!(turned(&text, dec(9, 4), wide).unwrap(), text);
    }

    #[test]
    fn a_text_is_turned_into_what_it_says_or_refused(text in ".{1,20}") {
        for to in [Boolean, Int64, Float64, dec(12, 2), Date, Timestamp, Json, Bytes] {
            prop_assert!(turned(&text, Text, to).map_or_else(|e| e.kind() == ErrorKind::Data, |_| true));
        }
    }
}

proptest! {
    // Each case casts some sixty values.
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// There and back again: wherever both ways exist, what was taken is what it was.
    #[test]
    fn what_goes_back_is_what_it_was(
        number: i64, units in -999_999_999_i128..=999_999_999, whole: bool,
        days in -719_162_i32..2_932_896,
        micros in -62_135_596_800_000_000_i64..253_402_207_200_000_000, double: f64, bytes: Vec<u8>,
    ) {
        let written = |push: &dyn Fn(&mut Vec<u8>)| {
            let mut out = Vec::new();
            push(&mut out);
            String::from_utf8(out).unwrap()
        };
        let units = if whole { units / 10_000 * 10_000 } else { units };
        let samples = [
            (Int64, number.to_string()),
            (Int64, (number >> 40).to_string()),
            (dec(9, 4), written(&|out| literal::push_decimal(out, units, 4))),
            (dec(12, 0), written(&|out| literal::push_decimal(out, units, 0))),
            (Boolean, whole.to_string()),
            (Date, written(&|out| literal::push_date(out, days).unwrap())),
            (Timestamp, written(&|out| literal::push_timestamp(out, micros).unwrap())),
            (Float64, written(&|out| literal::push_float(out, double))),
            (Bytes, written(&|out| literal::push_base64(out, &[&bytes[..], b"x"].concat()))),
        ];
        let numbers = [Boolean, Int64, Float64, dec(9, 4), dec(23, 4), dec(12, 0)];
        let types = [&numbers[..], &[Text, Date, Timestamp, Json, Bytes]].concat();
        for (from, value) in samples {
            for to in types.iter().filter(|to| from.converts_to(**to) && to.converts_to(from)) {
                if let Ok(other) = turned(&value, from, *to) {
                    prop_assert_eq!(turned(&other, *to, from).unwrap(), &*value, "{} {}", from, to);
                }
            }
        }
    }
}
