//! The three formats side by side: the same rows, and the same errors.

use std::fs::File;
use std::io::{Seek, Write};
use std::sync::Arc;

use arrow_array::cast::AsArray;
use arrow_array::types::{Date32Type, Decimal128Type, Int64Type, TimestampMicrosecondType};
use arrow_array::{
    Array, ArrayRef, Int32Array, RecordBatch, StringArray, TimestampNanosecondArray,
};
use parquet::arrow::ArrowWriter;
use proptest::prelude::*;
use tollgate_model::{Column, DataType, Error, ErrorKind, Result};

use crate::{Chunk, Format, Rows};

fn columns() -> Vec<Column> {
    let column = |name: &str, data_type, nullable| Column {
        name: name.to_owned(),
        data_type,
        nullable,
        description: String::new(),
    };
    vec![
        column("name", DataType::Text, false),
        column("amount", DataType::Decimal { precision: 10, scale: 2 }, true),
        column("born", DataType::Date, true),
        column("seen", DataType::Timestamp, true),
        column("is_new", DataType::Boolean, true),
        column("count", DataType::Int64, true),
        column("ratio", DataType::Float64, true),
        column("extra", DataType::Json, true),
        column("photo", DataType::Bytes, true),
    ]
}

fn file(bytes: impl AsRef<[u8]>) -> File {
    let mut file = tempfile::tempfile().unwrap();
    file.write_all(bytes.as_ref()).unwrap();
    file.rewind().unwrap();
    file
}

fn read(file: File, format: Format) -> Result<Vec<Chunk>> {
    let mut rows = Rows::open(file, format, &columns())?;
    std::iter::from_fn(|| rows.next_chunk().transpose()).collect()
}

fn error(text: &str, format: Format) -> Error {
    let error = read(file(text), format).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Config);
    error
}

fn parquet(rows: &RecordBatch) -> File {
    let file = tempfile::tempfile().unwrap();
    let mut writer = ArrowWriter::try_new(file.try_clone().unwrap(), rows.schema(), None).unwrap();
    writer.write(rows).unwrap();
    writer.close().unwrap();
    file
}

const JSONL: &str = concat!(
    r#"{"name":"a \"b\"\nü","amount":"-12.5","born":"2024-02-29","seen":"2024-02-29T14:05:09.00025+01:00","#,
    r#""is_new":true,"count":-9223372036854775808,"ratio":1e300,"extra":{"a": [1.10]},"photo":"/wA="}"#,
    "\n\n",
    r#"{"name":"","amount":null,"born":null,"seen":null,"is_new":null,"count":null,"ratio":null,"extra":null,"photo":null}"#,
);
const CSV: &str = "\u{feff}name,amount,born,seen,is_new,count,ratio,extra,photo\r\n\
    \"a \"\"b\"\"\nü\",-12.5,2024-02-29,2024-02-29T14:05:09.00025+01:00,TRUE,\
    -9223372036854775808,1e300,\"{\"\"a\"\": [1.10]}\",/wA=\r\n\n\
    \"\",,,,,,,,";

#[test]
fn the_formats_give_the_same_rows() {
    let [jsonl] = read(file(JSONL), Format::Jsonl).unwrap().try_into().unwrap();
    let [csv] = read(file(CSV), Format::Csv).unwrap().try_into().unwrap();
    let [parquet] = read(parquet(&jsonl.rows), Format::Parquet).unwrap().try_into().unwrap();
    assert_eq!(jsonl.rows, csv.rows);
    assert_eq!(jsonl.rows, parquet.rows);
    assert_eq!([jsonl.first_row, csv.first_row, parquet.first_row], [1; 3]);
    let column = |name: &str| jsonl.rows.column_by_name(name).unwrap();
    assert_eq!(column("name").as_string::<i32>().value(0), "a \"b\"\nü");
    assert_eq!(column("amount").as_primitive::<Decimal128Type>().value(0), -1_250);
    assert_eq!(column("born").as_primitive::<Date32Type>().value(0), 19_782);
    let seen = column("seen").as_primitive::<TimestampMicrosecondType>().value(0);
    assert_eq!(seen, 1_709_211_909_000_250);
    assert_eq!(column("count").as_primitive::<Int64Type>().value(0), i64::MIN);
    assert_eq!(column("extra").as_string::<i32>().value(0), r#"{"a": [1.10]}"#);
    assert_eq!(column("photo").as_binary::<i32>().value(0), [255, 0]);
    for column in jsonl.rows.columns().iter().skip(1) {
        assert!(column.is_null(1));
    }
    assert_eq!(column("name").as_string::<i32>().value(1), "", "empty is a value where quoted");
}

#[test]
fn a_chunk_has_rows_of_the_same_columns() {
    let text = "{\"name\":\"a\"}\n{\"name\":\"b\"}\n{\"count\":1,\"name\":\"c\"}\n{\"name\":\"d\",\"count\":null}\n{\"name\":\"e\"}\n";
    let chunks = read(file(text), Format::Jsonl).unwrap();
    let shapes: Vec<_> = chunks
        .iter()
        .map(|chunk| (chunk.first_row, chunk.rows.num_rows(), chunk.rows.num_columns()))
        .collect();
    assert_eq!(shapes, [(1, 2, 1), (3, 2, 2), (5, 1, 1)]);
    assert_eq!(chunks[1].rows.schema().field(0).name(), "name", "in the order of the columns");
    let many = "{\"name\":\"a\"}\n".repeat(2_500);
    let sizes: Vec<_> = read(file(many), Format::Jsonl)
        .unwrap()
        .iter()
        .map(|c| (c.first_row, c.rows.num_rows()))
        .collect();
    assert_eq!(sizes, [(1, 1_000), (1_001, 1_000), (2_001, 500)]);
    assert!(read(file(""), Format::Jsonl).unwrap().is_empty());
    assert!(read(file("name\n"), Format::Csv).unwrap().is_empty());
}

#[test]
fn what_does_not_fit_names_row_line_and_column() {
    for (value, flaw) in [
        (r#""count":1.5"#, ", column `count`: `1.5` is no whole number of 64 bits"),
        (r#""count":9223372036854775808"#, "is no whole number"),
        (r#""count":true"#, "is no whole number"),
        (r#""is_new":"true""#, "is no truth value"),
        (r#""is_new":1"#, "is no truth value"),
        (r#""amount":1.234"#, "more digits behind the point"),
        (r#""amount":1e2"#, "it is no decimal number"),
        (r#""ratio":1e999"#, "is no number"),
        (r#""born":"2024-02-30""#, "is no date"),
        (r#""born":"2024-02-29T00:00""#, "is no date"),
        (r#""born":20240229"#, "is no text"),
        (r#""seen":"2024-02-29T13:05:09""#, "is no RFC 3339 time"),
        (r#""seen":"2024-02-29T13:05:09.0000001Z""#, "is no RFC 3339 time"),
        (r#""photo":"?""#, "is no Base64"),
        (r#""coutn":1"#, "there is no column `coutn`"),
        (r#""count":1,"count":1"#, "it has the key `count` twice"),
    ] {
        let text = format!("{{\"name\":\"a\"}}\n\n{{\"name\":\"b\",{value}}}\n");
        let error = error(&text, Format::Jsonl);
        assert!(error.message().starts_with("row 2 (line 3)"), "{error}");
        assert!(error.message().contains(flaw), "{value}: {error}");
    }
    let unknown = error("{\"name\":\"b\",\"coutn\":1}", Format::Jsonl);
    assert_eq!(unknown.hint(), Some("did you mean `count`?"));
    for (text, message) in [
        ("[1]", "row 1 (line 1): it is no JSON object on one line"),
        ("{\"name\":", "row 1 (line 1): it is no JSON object on one line"),
        ("{\"count\":1}", "row 1 (line 1): the column `name` is missing"),
        (
            "{\"name\":null}",
            "row 1 (line 1), column `name`: a value is missing, and the column needs one",
        ),
        ("{\"name\":7}", "row 1 (line 1), column `name`: `7` is no text"),
    ] {
        assert_eq!(error(text, Format::Jsonl).message(), message);
    }
    for (text, message) in [
        ("", "line 1: the header is missing"),
        ("name,coutn\n", "header: there is no column `coutn`"),
        ("name,name\n", "header: the column `name` is there twice"),
        ("count\n", "header: the column `name` is missing"),
        ("name,count\na,1\nb\n", "row 2 (line 3): it has 1 cells instead of 2"),
        (
            "name,count\n\"a\n\",1\nb,x\n",
            "row 2 (line 4), column `count`: `x` is no whole number of 64 bits",
        ),
        ("name,count\n\"a", "line 3: the quotes of line 2 do not end"),
        ("name\na\"b\n", "line 2: a quote stands within a cell that is not quoted"),
        ("name\n\"a\"b\n", "line 2: something stands behind the quotes of a cell"),
        ("name\n\n", "row 1 (line 2), column `name`: a value is missing, and the column needs one"),
    ] {
        assert_eq!(error(text, Format::Csv).message(), message, "{text:?}");
    }
    let not_text = read(file(b"{\"name\":\"\xff\"}"), Format::Jsonl).unwrap_err();
    assert_eq!(not_text.message(), "line 1: it is not UTF-8");
    let long = error(&"x".repeat((8 << 20) + 1), Format::Jsonl);
    assert_eq!(long.message(), "line 1: it has more than 8388608 bytes");
}

/// Each line is looked at once: to begin anew with each would take hours here.
#[test]
fn a_cell_of_very_many_lines_is_one_value() {
    let lines = "\n".repeat(2 << 20);
    let chunks = read(file(format!("name\n\"{lines}\"\n")), Format::Csv).unwrap();
    assert_eq!(chunks[0].rows.column(0).as_string::<i32>().value(0), lines);
    let open = error(&format!("name\n\"{lines}"), Format::Csv);
    assert_eq!(open.message(), "line 2097154: the quotes of line 2 do not end");
}

#[test]
fn parquet_types_are_taken_where_every_value_stays_the_same() {
    let names: ArrayRef = Arc::new(StringArray::from(vec!["a", "b"]));
    let with = |name: &str, array: ArrayRef| {
        let rows = RecordBatch::try_from_iter([("name", Arc::clone(&names)), (name, array)]);
        read(parquet(&rows.unwrap()), Format::Parquet)
    };
    let small: ArrayRef = Arc::new(Int32Array::from(vec![Some(7), None]));
    let [chunk] = with("count", Arc::clone(&small)).unwrap().try_into().unwrap();
    assert_eq!(chunk.rows.column(1).as_primitive::<Int64Type>().value(0), 7);
    let error = with("ratio", small).unwrap_err();
    assert_eq!(error.message(), "the column `ratio` is Int32, not float64");
    let nanos = TimestampNanosecondArray::from(vec![1_000, 1_001]);
    let local = with("seen", Arc::new(nanos.clone())).unwrap_err();
    assert!(local.message().starts_with("the column `seen` is Timestamp("), "{local}");
    let finer = with("seen", Arc::new(nanos.with_timezone("UTC"))).unwrap_err();
    assert_eq!(finer.message(), "row 2, column `seen`: the time is finer than a microsecond");
    let json: ArrayRef = Arc::new(StringArray::from(vec!["{}", "{"]));
    let broken = with("extra", json).unwrap_err();
    assert_eq!(broken.message(), "row 2, column `extra`: it is no JSON");
    assert!(read(file("PAR1 nonsense PAR1"), Format::Parquet).is_err());
}

proptest! {
    #[test]
    fn no_file_panics(bytes in proptest::collection::vec(any::<u8>(), 0..300), text in ".{0,60}") {
        for format in Format::ALL {
            let _ = read(file(&bytes), format);
        }
        let _ = read(file(format!("name,count\n{text}")), Format::Csv);
    }

    #[test]
    fn any_text_survives_csv(text in "[a,\"\n\r ü]{1,20}") {
        let quoted = format!("name\n\"{}\"\n", text.replace('"', "\"\""));
        let chunks = read(file(quoted), Format::Csv).unwrap();
        prop_assert_eq!(chunks[0].rows.column(0).as_string::<i32>().value(0), text);
    }
}
