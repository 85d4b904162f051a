//! From one struct definition to schema, decoding and columns.

use proptest::prelude::*;
use tollgate_sdk::http::get;
use tollgate_sdk::manifest::StreamDescription;
use tollgate_sdk::paging::{Pages, Whole};
use tollgate_sdk::record::{Column, DataType, DynamicColumn};
use tollgate_sdk::testing::{self, Reply, Table};
use tollgate_sdk::time::UsEastern;
use tollgate_sdk::values::{
    Date, Decimal, Dynamic, Flag, Float, Int, Json, Others, Text, Timestamp,
};
use tollgate_sdk::{Failure, Record, RecordScan, Shape};

/// A record with one field of every kind.
#[derive(Record)]
#[record(rename_all = "camelCase")]
struct Thing<'a> {
    /// The id.
    ///
    /// Given by
    /// the provider.
    #[record(key)]
    thing_id: Int,
    full_name: Text<'a>,
    #[record(rename = "price_EUR")]
    price: Decimal<'a, 10, 2>,
    weight: Float,
    is_open: Flag,
    made_on: Date<'a>,
    seen_at: Timestamp<'a, UsEastern>,
    tags: Json<'a>,
    #[record(nested = "opens.unique")]
    opens_unique: Int,
    #[record(nested = "opens.total")]
    opens_total: Int,
    #[record(large)]
    body: Text<'a>,
    #[record(computed)]
    place: Text<'a>,
    #[record(dynamic)]
    custom: Dynamic<'a>,
}

/// A record that borrows nothing, and keeps what it does not know.
#[derive(Record)]
struct Count<'a> {
    count: Int,
    #[record(others)]
    other_fields: Others<'a>,
}

/// A record without lifetime.
#[derive(Record)]
struct Bare {
    #[record(key)]
    id: Int,
}

fn dynamic(key: &str) -> DynamicColumn {
    DynamicColumn {
        key: key.to_owned(),
        column: Column {
            name: key.to_owned(),
            data_type: DataType::Text,
            nullable: true,
            description: String::new(),
        },
    }
}

fn read_things(body: &str, columns: &[&str]) -> Result<Table, Failure> {
    let body = body.to_owned();
    let (http, _) = testing::http(move |_| Reply::ok(body.clone()));
    let mut request = testing::request(&http, "things");
    request.columns = columns.iter().map(|&name| name.to_owned()).collect();
    let pages = Pages::new(http, Whole::new(get("https://example.com/")), Shape::list(&["things"]));
    let dynamic = [dynamic("shoe"), dynamic("hat")];
    let scan = RecordScan::with_dynamic::<Thing<'static>>(&request, pages, &dynamic)?;
    let scan = scan.each_row::<Thing<'static>>(|row, _| {
        row.place = Text(Some("here".into()));
        Ok(row.full_name.as_str() != Some("dropped"))
    });
    testing::read(scan.boxed())
}

fn read_count(body: &str) -> Result<Table, Failure> {
    let body = body.to_owned();
    let (http, _) = testing::http(move |_| Reply::ok(body.clone()));
    let request = testing::request(&http, "counts");
    let pages = Pages::new(http, Whole::new(get("https://example.com/")), Shape::single(&[]));
    testing::read(RecordScan::new::<Count<'static>>(&request, pages)?.boxed())
}

#[test]
fn the_schema_is_the_struct() {
    let stream = StreamDescription::of::<Thing<'static>>("things", "Things", "Any thing.");
    let columns = stream.columns;
    let names: Vec<_> = columns.iter().map(|column| column.name.as_str()).collect();
    assert_eq!(
        names,
        [
            "thing_id",
            "full_name",
            "price",
            "weight",
            "is_open",
            "made_on",
            "seen_at",
            "tags",
            "opens_unique",
            "opens_total",
            "body",
            "place",
        ]
    );
    assert_eq!(columns[0].description, "The id. Given by the provider.");
    assert!(!columns[0].nullable && columns[1].nullable);
    assert!(matches!(columns[2].data_type, DataType::Decimal(size) if size.scale == 2));
    assert_eq!(stream.primary_key, ["thing_id"]);
    let bare = StreamDescription::of::<Bare>("bare", "Bare", "Hardly anything.");
    assert_eq!((bare.primary_key, bare.columns.len()), (vec!["id".to_owned()], 1));
}

#[test]
fn each_field_takes_its_value() {
    let table = read_things(
        r#"{"things":[{"thingId":"12345678901234567","fullName":"A \"b\"","price_EUR":"1.50",
            "weight":1.5,"isOpen":"1","madeOn":"2026-08-01","seenAt":"2026-08-01 12:00:00",
            "tags":[1, {"a":2}],"opens":{"unique":"3","total":4,"x":5},"body":"long","hat":7,
            "unknown":{"deep":[1]},"shoe":null}]}"#,
        &[],
    );
    let table = table.expect("it is read");
    let row: Vec<_> = table.rows[0].iter().map(|cell| cell.as_deref().unwrap_or("null")).collect();
    assert_eq!(
        row,
        [
            "12345678901234567",
            "A \"b\"",
            "1.50",
            "1.5",
            "true",
            "2026-08-01",
            "2026-08-01T16:00:00Z",
            "[1, {\"a\":2}]",
            "3",
            "4",
            "long",
            "here",
            "null",
            "7",
        ]
    );
}

#[test]
fn absent_and_empty_values_are_null() {
    let table = read_things(
        r#"{"things":[{"thingId":1},{"thingId":"2","fullName":null,"price_EUR":"","weight":"",
            "isOpen":"","madeOn":"","seenAt":"0000-00-00 00:00:00","tags":null,"opens":[]},
            {"thingId":3,"opens":null},{"thingId":4,"opens":""}]}"#,
        &[],
    );
    let table = table.expect("it is read");
    for (index, row) in table.rows.iter().enumerate() {
        assert_eq!(row[0].as_deref(), Some((index + 1).to_string().as_str()));
        assert!(row[1..11].iter().all(Option::is_none), "{row:?}");
    }
}

#[test]
fn columns_come_in_the_order_asked_for() {
    let body = r#"{"things":[{"thingId":1,"fullName":"a","hat":"h","body":7},
        {"thingId":2,"fullName":"dropped"}]}"#;
    let table = read_things(body, &["hat", "full_name", "thing_id"]).expect("it is read");
    assert_eq!(table.columns, ["hat", "full_name", "thing_id"]);
    let row = ["h", "a", "1"].map(|text| Some(text.to_owned()));
    assert_eq!(table.rows, [row]);
    let failure = read_things(body, &["nonsense"]).expect_err("there is no such column");
    assert!(matches!(failure, Failure::InvalidConfig(_)), "{failure:?}");
}

#[test]
fn a_large_field_that_is_not_wanted_is_not_decoded() {
    let body = r#"{"things":[{"thingId":1,"body":["no text"]}]}"#;
    assert!(read_things(body, &["thing_id"]).is_ok());
    assert!(read_things(body, &["thing_id", "body"]).is_err());
}

#[test]
fn what_a_field_cannot_take_is_an_error_that_names_it() {
    for (fields, part) in [
        (r#""thingId":"x""#, "thingId: expected a whole number of 64 bits, found \"x\""),
        (r#""thingId":1.5"#, "thingId: expected a whole number of 64 bits, found 1.5"),
        (r#""thingId":9223372036854775808"#, "thingId: expected a whole number"),
        (r#""thingId":92233720368547758080"#, "thingId: expected a whole number"),
        (r#""thingId":true"#, "thingId: expected a whole number of 64 bits, found true"),
        (r#""fullName":"a""#, "thingId: the record has no value"),
        (r#""thingId":1,"thingId":1"#, "thingId: the key comes twice"),
        (r#""thingId":1,"hat":1,"hat":1"#, "hat: the key comes twice"),
        (r#""thingId":1,"opens":{"unique":1,"unique":2}"#, "unique: the key comes twice"),
        (r#""thingId":1,"opens":[1]"#, "expected an object, found a list"),
        (r#""thingId":1,"opens":"x""#, "expected an object, found a text"),
        (r#""thingId":1,"fullName":["a"]"#, "fullName: expected a text, found a list"),
        (r#""thingId":1,"isOpen":2"#, "isOpen: expected true, false, 0 or 1, found 2"),
        (r#""thingId":1,"weight":"nan""#, "weight: expected a number, found \"nan\""),
        (r#""thingId":1,"price_EUR":"1,5""#, "price_EUR: expected a decimal, found \"1,5\""),
        (r#""thingId":1,"madeOn":"soon""#, "madeOn: expected a date, found \"soon\""),
        (r#""thingId":1,"seenAt":"08/01/2026""#, "seenAt: expected a time, found \"08/01/2026\""),
    ] {
        let body = format!(r#"{{"things":[{{{fields}}}]}}"#);
        let failure = read_things(&body, &[]).expect_err(part);
        let Failure::UnexpectedResponse(text) = &failure else { panic!("{failure:?}") };
        assert!(text.contains(part), "{text}\nlacks {part}");
    }
}

#[test]
fn an_answer_of_the_wrong_shape_is_an_error() {
    for (body, part) in [
        ("", "ends before it is complete"),
        ("<html>no</html>", "HTML"),
        ("\u{0}", "expected"),
        ("[]", "expected an object with the key \"things\""),
        (r#"{"errors":["no"]}"#, "no records where they belong"),
        (r#"{"things":{}}"#, "found an object"),
        (r#"{"things":"none"}"#, "expected a list of records"),
        (r#"{"things":[1]}"#, "expected a record"),
        (r#"{"things":[],"things":[]}"#, "the key comes twice"),
        (r#"{"things":[{"thingId":1}"#, "ends before it is complete"),
        (r#"{"things":[]} x"#, "expected nothing more"),
        (r#"{"things":[{"thingId":1}],"total":2}"#, "holds 1 of 2 rows"),
        (r#"{"things":[{"thingId":1}],"total":"many"}"#, "total: "),
    ] {
        let failure = read_things(body, &[]).expect_err(body);
        let Failure::UnexpectedResponse(text) = &failure else { panic!("{failure:?}") };
        assert!(text.contains(part), "{text}\nlacks {part}");
    }
}

#[test]
fn unknown_keys_can_be_kept_together() {
    let table = read_count(r#"{"a":[1, 2],"count":"3","b\"":null}"#).expect("it is read");
    assert_eq!(table.column("count"), ["3"]);
    assert_eq!(table.column("other_fields"), [r#"{"a":[1, 2],"b\"":null}"#]);
    assert_eq!(read_count("{}").expect("it is read").column("other_fields"), ["null"]);
}

#[test]
fn numbers_and_truth_values_can_be_text() {
    let body = r#"{"things":[{"thingId":1,"fullName":15551234567},{"thingId":2,"fullName":true},
        {"thingId":3,"fullName":-2},{"thingId":4,"fullName":1.50},{"thingId":6,"fullName":92233720368547758080},{"thingId":5,"fullName":""}]}"#;
    let table = read_things(body, &["full_name"]).expect("it is read");
    assert_eq!(
        table.column("full_name"),
        ["15551234567", "true", "-2", "1.50", "92233720368547758080", ""]
    );
}

#[test]
fn whole_numbers_have_many_spellings() {
    let body = r#"{"things":[{"thingId":-9223372036854775808},{"thingId":"9223372036854775807"},
        {"thingId":12.0},{"thingId":"12.00"},{"thingId":" 7 "},{"thingId":1e3}]}"#;
    let table = read_things(body, &["thing_id"]).expect("it is read");
    assert_eq!(
        table.column("thing_id"),
        ["-9223372036854775808", "9223372036854775807", "12", "12", "7", "1000",]
    );
}

fn any_json() -> impl Strategy<Value = serde_json::Value> {
    use serde_json::Value;
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        "\\PC{0,12}".prop_map(Value::from),
        "[0-9]{4}-[0-9]{2}-[0-9]{2}( [0-9:]{0,8})?".prop_map(Value::from),
    ];
    leaf.prop_recursive(3, 16, 4, |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            proptest::collection::hash_map(any_key(), inner, 0..6)
                .prop_map(|map| Value::Object(map.into_iter().collect())),
        ]
    })
}

/// A thing with some of its keys, in any order.
fn any_thing() -> impl Strategy<Value = String> {
    let opens = proptest::sample::select(vec![
        r#""opens":{"unique":1,"total":2}"#,
        r#""opens":{"total":3,"other":{"unique":4},"unique":5}"#,
        r#""opens":{"total":6}"#,
        r#""opens":{}"#,
    ]);
    let members = opens.prop_flat_map(|opens| {
        let all = vec![
            opens,
            r#""fullName":"a""#,
            r#" "weight" : 1.5 "#,
            r#""is\u004fpen":true"#,
            r#""tags":[{"thingId":8}]"#,
            r#""hat":"b""#,
            r#""shoe":"c""#,
            r#""unknown":{"hat":"d"}"#,
        ];
        let some = proptest::sample::subsequence(all, 0..=8);
        some.prop_map(|some| [vec![r#""thingId":7"#], some].concat()).prop_shuffle()
    });
    members.prop_map(|members| format!("{{{}}}", members.join(",")))
}

fn any_key() -> impl Strategy<Value = String> {
    let known = [
        "things",
        "thingId",
        "fullName",
        "price_EUR",
        "weight",
        "isOpen",
        "madeOn",
        "seenAt",
        "tags",
        "opens",
        "unique",
        "total",
        "body",
        "shoe",
        "hat",
        "count",
    ];
    prop_oneof![proptest::sample::select(known.to_vec()).prop_map(str::to_owned), "\\PC{0,4}"]
}

proptest! {
    #[test]
    fn no_json_panics(value in any_json()) {
        let _ = read_things(&value.to_string(), &[]);
        let _ = read_things(&format!(r#"{{"things":[{value}]}}"#), &[]);
        let _ = read_count(&value.to_string());
    }

    #[test]
    fn a_record_is_read_alike_after_any_others(records in proptest::collection::vec(any_thing(), 1..8)) {
        let read = |records: &str| read_things(&format!(r#"{{"things":[{records}]}}"#), &[]);
        let together = read(&records.join(",")).expect("it is read").rows;
        let mut alone = Vec::new();
        for record in &records {
            alone.extend(read(record).expect("it is read").rows);
        }
        prop_assert_eq!(together, alone);
    }

    #[test]
    fn no_text_panics(body in "\\PC{0,60}") {
        let _ = read_things(&body, &[]);
    }
}

#[derive(Record)]
struct Counts {
    #[record(nested = "stats.all_opens", alias = "all.opens")]
    all_opens: Int,
    #[record(alias = "former_name")]
    name: Int,
}

#[test]
fn a_field_may_have_several_keys() {
    for (body, opens, name) in [
        (r#"{"stats":{"all_opens":1},"name":2}"#, Some(1), Some(2)),
        (r#"{"stats":{"all.opens":1},"former_name":2}"#, Some(1), Some(2)),
        (r#"{"all.opens":1}"#, None, None),
    ] {
        let (http, _) = testing::http(move |_| Reply::ok(body));
        let pager = Whole::new(get("https://example.com/"));
        let read = Pages::new(http, pager, Shape::single(&[]))
            .collect::<Counts, _>(|row| Ok((row.all_opens.0, row.name.0)));
        assert_eq!(read, Ok(vec![(opens, name)]), "{body}");
    }
}
