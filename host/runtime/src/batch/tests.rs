use arrow_array::Array;
use arrow_array::cast::AsArray;
use proptest::prelude::*;

use super::*;
use crate::bindings::tollgate::connector::types::TextData;

const TYPES: [DataType; 9] = [
    DataType::Boolean,
    DataType::Int64,
    DataType::Float64,
    DataType::Decimal { precision: 5, scale: 2 },
    DataType::Text,
    DataType::Date,
    DataType::Timestamp,
    DataType::Json,
    DataType::Bytes,
];

fn column(data_type: DataType, nullable: bool) -> Column {
    Column { name: "c".to_owned(), data_type, nullable, description: String::new() }
}

fn convert(columns: &[Column], batch: Batch) -> Result<RecordBatch, Error> {
    let schema = to_arrow_schema(columns);
    let label = Label::new("connector example 1.0.0");
    let shape = Shape { label: &label, columns, schema: &schema, rows_max: 1_000, child: None };
    to_arrow(&shape, 3, batch)
}

fn one(
    data_type: DataType,
    nullable: bool,
    data: ColumnData,
    rows: u32,
) -> Result<ArrayRef, Error> {
    let batch = Batch { rows, columns: vec![data] };
    convert(&[column(data_type, nullable)], batch).map(|batch| Arc::clone(batch.column(0)))
}

fn texts(rows: &[&str]) -> Values {
    let mut offsets = vec![0];
    let mut bytes = Vec::new();
    for row in rows {
        bytes.extend_from_slice(row.as_bytes());
        offsets.push(bytes.len() as u32);
    }
    Values::Texts(TextData { offsets, bytes })
}

fn data(validity: Option<Vec<u8>>, values: Values) -> ColumnData {
    ColumnData { validity, values }
}

#[test]
fn every_type_arrives_with_its_nulls() {
    // Rows 0 and 2 are there; the padding bits are noise.
    let valid = || Some(vec![0b1111_1101]);
    let table = [
        (DataType::Boolean, Values::Booleans(vec![0b0000_0100])),
        (DataType::Int64, Values::Int64s(vec![i64::MIN, 7, i64::MAX])),
        (DataType::Float64, Values::Float64s(vec![f64::NAN, 7.0, -0.0])),
        (DataType::Decimal { precision: 5, scale: 2 }, texts(&["-1.5", "nonsense", "999.99"])),
        (DataType::Text, texts(&["é", "x", ""])),
        (DataType::Date, Values::Int64s(vec![-1, i64::MAX, 19_000])),
        (DataType::Timestamp, Values::Int64s(vec![0, 7, -1])),
        (DataType::Json, texts(&["{\"a\":[1]}", "nonsense", "null"])),
    ];
    for (data_type, values) in table {
        let array = one(data_type, true, data(valid(), values), 3).unwrap();
        assert_eq!(*array.data_type(), data_type.to_arrow());
        let nulls: Vec<bool> = (0..3).map(|row| array.is_null(row)).collect();
        assert_eq!(nulls, [false, true, false], "{data_type}");
    }
    let values = Values::Texts(TextData { offsets: vec![0, 1, 1], bytes: vec![0xff] });
    let array = one(DataType::Bytes, false, data(None, values), 2).unwrap();
    assert_eq!(array.as_binary::<i32>().value(0), [0xff]);
    let decimals =
        one(DataType::Decimal { precision: 5, scale: 2 }, false, data(None, texts(&["-1.5"])), 1);
    assert_eq!(
        decimals.unwrap().as_primitive::<arrow_array::types::Decimal128Type>().value(0),
        -150
    );
}

#[test]
fn a_batch_without_rows_is_a_batch() {
    let batch = convert(
        &[column(DataType::Text, false)],
        Batch { rows: 0, columns: vec![data(Some(Vec::new()), texts(&[]))] },
    );
    assert_eq!(batch.unwrap().num_rows(), 0);
}

// Proves: batches
#[test]
fn flaws_name_page_column_and_row() {
    let offsets = |offsets: Vec<u32>, bytes: &[u8]| {
        Values::Texts(TextData { offsets, bytes: bytes.to_vec() })
    };
    let ints = |count: usize| Values::Int64s(vec![0; count]);
    let decimal = DataType::Decimal { precision: 5, scale: 2 };
    let table = [
        (DataType::Int64, None, ints(3), ": it has 3 values instead of 2"),
        (DataType::Int64, None, ints(1), ": it has 1 values instead of 2"),
        (DataType::Float64, None, ints(2), ": its values are int64s, which do not carry float64"),
        (
            DataType::Int64,
            Some(vec![]),
            ints(2),
            ": its validity have 0 bytes instead of 1 for 2 rows",
        ),
        (DataType::Int64, Some(vec![0, 0]), ints(2), ": its validity have 2 bytes instead of 1"),
        (DataType::Int64, Some(vec![0b01]), ints(2), ", row 2: a value is missing, and the column"),
        (DataType::Boolean, None, Values::Booleans(vec![]), ": its booleans have 0 bytes"),
        (DataType::Date, None, Values::Int64s(vec![0, 1 << 31]), ", row 2: 2147483648 days are no"),
        (DataType::Text, None, offsets(vec![0, 1], b"a"), ": it has 2 offsets instead of 3"),
        (DataType::Text, None, offsets(vec![1, 1, 1], b"a"), ": its first offset is not 0"),
        (DataType::Text, None, offsets(vec![0, 2, 1], b"a"), ", row 2: its offsets descend"),
        (
            DataType::Text,
            None,
            offsets(vec![0, 1, 9], b"a"),
            ": its last offset is 9, and it has 1",
        ),
        (
            DataType::Text,
            None,
            offsets(vec![0, 0, 1], b"ab"),
            ": its last offset is 1, and it has 2",
        ),
        (
            DataType::Text,
            None,
            offsets(vec![0, 1, 3], b"a\xff\xfe"),
            ", row 2: its text is not UTF-8",
        ),
        (DataType::Text, None, offsets(vec![0, 1, 2], "é".as_bytes()), ", row 1: its text is not"),
        (DataType::Json, None, texts(&["1", "{"]), ", row 2: `{` is not JSON"),
        (decimal, None, texts(&["1", "1e5"]), ", row 2: `1e5` in a decimal(5,2): it is no decimal"),
    ];
    for (data_type, validity, values, expected) in table {
        let error = one(data_type, false, data(validity, values), 2).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Data);
        let expected = format!("connector example 1.0.0: page 3: column `c`{expected}");
        assert!(error.message().starts_with(&expected), "{error} does not start {expected}");
    }
}

#[test]
fn the_number_of_columns_and_rows_is_checked() {
    let two =
        Batch { rows: 1, columns: vec![data(None, texts(&["a"])), data(None, texts(&["a"]))] };
    let error = convert(&[column(DataType::Text, false)], two).unwrap_err();
    assert!(error.message().ends_with("it has 2 columns instead of 1"), "{error}");
    let many = Batch { rows: 1_001, columns: Vec::new() };
    assert_eq!(convert(&[], many).unwrap_err().kind(), ErrorKind::Limit);
}

fn any_values() -> impl Strategy<Value = Values> {
    let small = || 0_u32..6;
    prop_oneof![
        proptest::collection::vec(any::<u8>(), 0..3).prop_map(Values::Booleans),
        proptest::collection::vec(any::<i64>(), 0..6).prop_map(Values::Int64s),
        proptest::collection::vec(any::<f64>(), 0..6).prop_map(Values::Float64s),
        (
            proptest::collection::vec(prop_oneof![small(), any::<u32>()], 0..6),
            proptest::collection::vec(any::<u8>(), 0..6)
        )
            .prop_map(|(offsets, bytes)| Values::Texts(TextData { offsets, bytes })),
        // Mostly well formed, so that what lies behind the first checks is reached too.
        (proptest::collection::vec("[-0-9.a{}é\"]{0,4}", 0..6))
            .prop_map(|rows| texts(&rows.iter().map(String::as_str).collect::<Vec<_>>())),
    ]
}

proptest! {
    // Proves: batches
    #[test]
    fn no_batch_panics(
        rows in prop_oneof![0_u32..6, any::<u32>()],
        columns in proptest::collection::vec(
            (
                0_usize..TYPES.len(),
                any::<bool>(),
                proptest::option::of(proptest::collection::vec(any::<u8>(), 0..3)),
                any_values(),
            ),
            0..3,
        ),
    ) {
        let shape: Vec<Column> = columns
            .iter()
            .map(|(data_type, nullable, ..)| column(TYPES[*data_type], *nullable))
            .collect();
        let batch = Batch {
            rows,
            columns: columns.into_iter().map(|(.., validity, values)| data(validity, values)).collect(),
        };
        if let Ok(batch) = convert(&shape, batch) {
            prop_assert_eq!(batch.num_rows(), rows as usize);
            for array in batch.columns() {
                prop_assert!(array.to_data().validate_full().is_ok());
            }
        }
    }

    #[test]
    fn texts_survive(rows in proptest::collection::vec(".{0,9}", 0..20)) {
        let values = texts(&rows.iter().map(String::as_str).collect::<Vec<_>>());
        let array = one(DataType::Text, false, data(None, values), rows.len() as u32).unwrap();
        let found: Vec<&str> = array.as_string::<i32>().iter().flatten().collect();
        prop_assert_eq!(found, rows);
    }
}

proptest! {
    /// What is written to a guest and would come back from it is the same, from any part of a batch.
    #[test]
    fn the_way_out_is_the_way_in_backwards(
        rows in proptest::collection::vec(any::<Option<(bool, i32, f64, String)>>(), 1..40),
        from in 0_usize..40,
    ) {
        let some = |row: &Option<(bool, i32, f64, String)>| row.clone().unwrap_or_default();
        let int = |row: &Option<(bool, i32, f64, String)>| i64::from(some(row).1);
        let text = |texts: Vec<String>| {
            let mut data = TextData { offsets: vec![0], bytes: Vec::new() };
            for text in texts {
                data.bytes.extend_from_slice(text.as_bytes());
                data.offsets.push(data.bytes.len() as u32);
            }
            Values::Texts(data)
        };
        let json = |row| serde_json::Value::from(some(row).3).to_string();
        let decimal = |row| format!("{:.2}", f64::from(some(row).1 % 1_000) / 100.0);
        let validity: Vec<u8> = rows
            .chunks(8)
            .map(|rows| rows.iter().rev().fold(0, |bits, row| bits << 1 | u8::from(row.is_some())))
            .collect();
        let data = |values| ColumnData { validity: Some(validity.clone()), values };
        let flags = rows
            .chunks(8)
            .map(|rows| rows.iter().rev().fold(0, |bits, row| bits << 1 | u8::from(some(row).0)));
        let ints = || Values::Int64s(rows.iter().map(int).collect());
        let batch = Batch {
            rows: rows.len() as u32,
            columns: vec![
                data(Values::Booleans(flags.collect())),
                data(ints()),
                data(Values::Float64s(rows.iter().map(|row| some(row).2).collect())),
                data(text(rows.iter().map(decimal).collect())),
                data(text(rows.iter().map(|row| some(row).3).collect())),
                data(ints()),
                data(ints()),
                data(text(rows.iter().map(json).collect())),
                data(text(rows.iter().map(|row| some(row).3).collect())),
            ],
        };
        let columns: Vec<Column> = TYPES
            .iter()
            .map(|data_type| Column { name: data_type.to_string(), ..column(*data_type, true) })
            .collect();
        let arrow = convert(&columns, batch).unwrap();
        let from = from.min(rows.len());
        let part = arrow.slice(from, rows.len() - from);
        let out = from_arrow(&columns.iter().collect::<Vec<_>>(), &part);
        prop_assert_eq!(convert(&columns, out).unwrap(), part);
    }
}
