//! Every value of every type comes back as it was.

use tollgate_model::{DataType, ErrorKind};
use tollgate_sync::Table;

use super::case::{Case, Outcome, Rows, commit, table};
use super::value::{Value, meaning, to_batch};

/// Loads the values, and a missing one, into a column of this type, and expects them back.
fn come_back(case: &Case, data_type: DataType, values: Vec<Value>) -> Outcome {
    let (table, rows) = numbered(data_type, values);
    case.round_trip(&table, &rows)
}

/// A table with a column of this type, and rows with these values and a missing one.
fn numbered(data_type: DataType, values: Vec<Value>) -> (Table, Rows) {
    let table = table("values", &[("number", DataType::Int64), ("value", data_type)]);
    let values = values.into_iter().chain([Value::Null]);
    let rows = values.zip(0..).map(|(value, number)| vec![Value::Int64(number), value]);
    (table, rows.collect())
}

pub(super) fn booleans_come_back(case: &Case) -> Outcome {
    come_back(case, DataType::Boolean, vec![Value::Boolean(true), Value::Boolean(false)])
}

pub(super) fn int64s_come_back(case: &Case) -> Outcome {
    // 2^53 + 1 is the first whole number that a double does not have.
    let values = [0, 1, -1, (1 << 53) + 1, -(1 << 53) - 1, i64::MIN, i64::MAX];
    come_back(case, DataType::Int64, values.map(Value::Int64).to_vec())
}

pub(super) fn float64s_come_back(case: &Case) -> Outcome {
    let mut values = vec![
        0.0,
        1.0,
        -1.5,
        0.1,
        0.1 + 0.2,
        1e300,
        -2.5e-7,
        9_007_199_254_740_992.0,
        f64::MAX,
        f64::MIN,
        f64::MIN_POSITIVE,
        // The smallest there is.
        5e-324,
        f64::INFINITY,
        f64::NEG_INFINITY,
    ];
    if case.traits.keeps_nan {
        values.push(f64::NAN);
    }
    come_back(case, DataType::Float64, values.into_iter().map(Value::float64).collect())
}

pub(super) fn decimals_come_back(case: &Case) -> Outcome {
    let most = 10_i128.pow(38) - 1;
    for (scale, values) in [
        (0, vec![0, 1, -1, most, -most]),
        (38, vec![0, 1, -1, most, -most]),
        // 12.50 keeps its zero, and the next is one that no double has.
        (2, vec![0, 5, -5, 1250, -1250, 100, 1_234_567_890_123_456_789_012_345]),
    ] {
        let data_type = DataType::Decimal { precision: 38, scale };
        come_back(case, data_type, values.into_iter().map(Value::Decimal).collect())?;
    }
    Ok(())
}

/// Texts that mean something to some format on the way.
const TEXTS: &[&str] = &[
    "",
    " ",
    " before",
    "after ",
    "a\"b",
    "\"",
    "\"\"",
    "a,b",
    ",",
    "a\nb",
    "a\r\nb",
    "\r",
    "\n",
    "\t",
    "\0",
    "a\0b",
    "\\",
    "\\N",
    "\\.",
    "null",
    "NULL",
    "NaN",
    "true",
    "0",
    "-0",
    "00123",
    "1.50",
    "1e5",
    "0x10",
    "2024-02-29",
    "=1+1",
    "@x",
    "#",
    "'",
    "it's",
    "'; DROP TABLE \"values\"; --",
    "{}",
    "[1]",
    "%2E",
    "\u{feff}mark",
    "\u{7f}",
    "\u{2028}",
    "日本語",
    "e\u{301}",
    "👩‍👩‍👧",
    "مرحبا",
];

pub(super) fn texts_come_back(case: &Case) -> Outcome {
    let takes = |text: &&&str| case.traits.keeps_nul || !text.contains('\0');
    let texts = TEXTS.iter().filter(takes).map(|text| Value::text(*text));
    come_back(case, DataType::Text, texts.collect())
}

pub(super) fn what_cannot_be_kept_is_refused(case: &Case) -> Outcome {
    if case.traits.keeps_nul {
        return Ok(());
    }
    let (old, old_rows) = numbered(DataType::Text, vec![Value::text("old")]);
    case.load(&old, &old_rows)?;
    for value in [Value::text("a\0b"), Value::json(r#"{"a":["\u0000"]}"#)] {
        let is_text = matches!(value, Value::Text(_));
        let data_type = if is_text { DataType::Text } else { DataType::Json };
        let (table, rows) = numbered(data_type, vec![value]);
        let mut load = case.begin(&table)?;
        let batch = to_batch(&table.columns, &rows)?;
        match load.write(&batch, &[]).and_then(|()| load.commit(None)) {
            Err(error) if error.kind() == ErrorKind::Data && error.message().contains("value") => {}
            outcome => return Err(format!("{outcome:?} instead of an error of the data")),
        }
        case.expect(&old, &old_rows)?;
    }
    case.expect_no_leftovers()
}

pub(super) fn dates_come_back(case: &Case) -> Outcome {
    // The ends are 0001-01-01 and 9999-12-31; 11,016 is 2000-02-29, -25,509 is 1900-02-28.
    let values = [-719_162, -25_509, -25_508, -1, 0, 1, 11_016, 2_932_896];
    come_back(case, DataType::Date, values.map(Value::Date).to_vec())
}

pub(super) fn timestamps_come_back(case: &Case) -> Outcome {
    // The ends are 0001-01-01T00:00:00Z and 9999-12-31T23:59:59.999999Z.
    let ends = [-62_135_596_800_000_000, 253_402_300_799_999_999];
    let values = [-86_400_000_001, -1_000_000, -1, 0, 1, 999, 1_000, 1_709_211_909_000_250];
    let values = ends.into_iter().chain(values).map(Value::Timestamp);
    come_back(case, DataType::Timestamp, values.collect())
}

pub(super) fn json_comes_back(case: &Case) -> Outcome {
    // Without the bare `null`: where JSON is embedded in JSON, that is a missing value.
    let values = [
        "true",
        "\"a text\"",
        "\"\"",
        "123",
        "1.50",
        "1e400",
        "9007199254740993",
        "123456789012345678901234567890",
        "[]",
        "{}",
        r#"{"id":9007199254740993,"price":1.10,"b":[null,{"c":"a\n\"b\",\u00e9ü"}],"a":1}"#,
    ];
    let values = values.map(Value::json).to_vec();
    if case.traits.keeps_json_text {
        return come_back(case, DataType::Json, values);
    }
    let (table, rows) = numbered(DataType::Json, values);
    case.load(&table, &rows)?;
    let mut found = case.fixture.read(&table.name, &table.columns).unwrap_or_default();
    found.sort_unstable();
    let meant = |rows: &Rows| rows.iter().map(|row| meaning(&row[1])).collect::<Vec<_>>();
    match meant(&found) == meant(&rows) {
        true => Ok(()),
        false => Err(format!("{found:?} do not mean {rows:?}")),
    }
}

pub(super) fn bytes_come_back(case: &Case) -> Outcome {
    let all: Vec<u8> = (0..=255).collect();
    let values = [vec![], vec![0], vec![255], vec![255, 254], all, b"text".to_vec()];
    come_back(case, DataType::Bytes, values.map(Value::Bytes).to_vec())
}

pub(super) fn empty_differs_from_missing(case: &Case) -> Outcome {
    let table = table("values", &[("text", DataType::Text), ("bytes", DataType::Bytes)]);
    let (text, bytes) = (Value::text(""), Value::Bytes(Vec::new()));
    let rows: Rows = vec![
        vec![text.clone(), bytes.clone()],
        vec![Value::Null, bytes],
        vec![text, Value::Null],
        vec![Value::Null, Value::Null],
    ];
    case.round_trip(&table, &rows)
}

pub(super) fn a_megabyte_comes_back(case: &Case) -> Outcome {
    let large = "0123456789 \"é\",\n".repeat(1 << 16);
    let table = table("values", &[("text", DataType::Text), ("bytes", DataType::Bytes)]);
    let row = vec![Value::text(large.as_str()), Value::Bytes(large.into_bytes())];
    case.round_trip(&table, &vec![row.clone(), row])
}

pub(super) fn a_slice_of_a_batch_comes_back(case: &Case) -> Outcome {
    let columns = [
        ("boolean", DataType::Boolean),
        ("number", DataType::Int64),
        ("text", DataType::Text),
        ("bytes", DataType::Bytes),
    ];
    let table = table("values", &columns);
    let row = |number: i64| match number % 3 {
        0 => vec![Value::Null, Value::Int64(number), Value::Null, Value::Null],
        _ => vec![
            Value::Boolean(number % 2 == 0),
            Value::Int64(number),
            Value::text(number.to_string()),
            Value::Bytes(number.to_le_bytes().to_vec()),
        ],
    };
    let rows: Rows = (0..40).map(row).collect();
    let mut load = case.begin(&table)?;
    let slice = to_batch(&table.columns, &rows)?.slice(11, 18);
    load.write(&slice, &[]).map_err(|error| error.to_string())?;
    commit(load)?;
    case.expect(&table, &rows[11..29].to_vec())
}

pub(super) fn wide_rows_come_back(case: &Case) -> Outcome {
    let names: Vec<String> = (0..300).map(|number| format!("column_{number}")).collect();
    let columns: Vec<_> = names.iter().map(|name| (name.as_str(), DataType::Int64)).collect();
    let rows: Rows =
        (0..3).map(|row| (0..300).map(|c| Value::Int64(row * 1000 + c)).collect()).collect();
    case.round_trip(&table("values", &columns), &rows)
}
