//! What becomes of columns that come, go or change.

use tollgate_model::{DataType, ErrorKind};
use tollgate_sync::{Load, Start, Table};

use super::case::{Case, Outcome, appended, commit, contacts, people, table, write};
use super::value::Value;

pub(super) fn a_new_column_is_added(case: &Case) -> Outcome {
    case.load(&appended(&contacts()), &people(0..3, ""))?;
    let columns = [("id", DataType::Int64), ("email", DataType::Text), ("since", DataType::Date)];
    let wider = appended(&table("contacts", &columns));
    let new = vec![Value::Int64(3), Value::text("3"), Value::Date(19_000)];
    case.load(&wider, &vec![new.clone()])?;
    let mut expected = people(0..3, "");
    expected.iter_mut().for_each(|row| row.push(Value::Null));
    expected.push(new);
    case.expect(&wider, &expected)
}

pub(super) fn a_missing_column_stays_null(case: &Case) -> Outcome {
    case.load(&appended(&contacts()), &people(0..3, ""))?;
    let narrower = appended(&table("contacts", &[("id", DataType::Int64)]));
    case.load(&narrower, &vec![vec![Value::Int64(3)]])?;
    let mut expected = people(0..3, "");
    expected.push(vec![Value::Int64(3), Value::Null]);
    case.expect(&contacts(), &expected)
}

pub(super) fn columns_go_by_name(case: &Case) -> Outcome {
    let columns = |names: [&'static str; 2]| names.map(|name| (name, DataType::Text));
    let row = |values: [&str; 2]| vec![values.map(Value::text).to_vec()];
    let table_ab = appended(&table("values", &columns(["a", "b"])));
    case.load(&table_ab, &row(["a1", "b1"]))?;
    case.load(&appended(&table("values", &columns(["b", "a"]))), &row(["b2", "a2"]))?;
    case.expect(&table_ab, &[row(["a1", "b1"]), row(["a2", "b2"])].concat())
}

pub(super) fn a_changed_type_is_refused(case: &Case) -> Outcome {
    if !case.traits.keeps_types {
        return Ok(());
    }
    case.load(&appended(&contacts()), &people(0..3, ""))?;
    let types = [
        DataType::Text,
        DataType::Float64,
        DataType::Boolean,
        DataType::Decimal { precision: 18, scale: 0 },
    ];
    for data_type in types {
        let changed = appended(&table("contacts", &[("id", data_type)]));
        let Err(error) = case.fixture.destination().begin(&changed, Start::Stateless) else {
            return Err(format!("{data_type} was taken for int64"));
        };
        let named = ["\"id\"", &data_type.to_string()].map(|part| error.message().contains(part));
        if error.kind() != ErrorKind::Destination
            || named.contains(&false)
            || error.hint().is_none()
        {
            let kind = error.kind();
            return Err(format!("refused without kind, name, type or hint ({kind}): {error}"));
        }
    }
    case.expect(&contacts(), &people(0..3, ""))?;
    case.expect_no_leftovers()
}

/// A table of one column of this type beside the id, that may be widened.
fn widening(data_type: DataType) -> Table {
    let columns = [("id", DataType::Int64), ("value", data_type)];
    Table { widen: true, ..appended(&table("values", &columns)) }
}

fn numbered(id: i64, value: Value) -> Vec<Value> {
    vec![Value::Int64(id), value]
}

/// Begins a load of rows of one type, which are taken as those of another.
fn begin_widened(case: &Case, now: DataType, expected: DataType) -> Result<Box<dyn Load>, String> {
    let begun = case.begin_with(&widening(now), Start::Stateless)?;
    match begun.table == widening(expected) {
        true => Ok(begun.load),
        false => Err(format!("{now} is loaded as {:?}, not {expected}", begun.table.columns)),
    }
}

pub(super) fn rows_of_a_narrower_type_go_into_a_wider_column(case: &Case) -> Outcome {
    if !case.traits.keeps_types {
        return Ok(());
    }
    let wide = widening(DataType::Text);
    let old = numbered(1, Value::text("a"));
    case.load(&wide, &vec![old.clone()])?;
    let mut load = begin_widened(case, DataType::Int64, DataType::Text)?;
    let new = numbered(2, Value::text("2"));
    write(load.as_mut(), &wide, &vec![new.clone()])?;
    commit(load)?;
    case.expect(&wide, &vec![old, new])
}

/// A type, the one that rows come in, the one that holds both, and values before and after.
type Change = (DataType, DataType, DataType, Vec<(Value, Value)>);

fn decimal(precision: u8, scale: u8) -> DataType {
    DataType::Decimal { precision, scale }
}

/// Into types other than text.
fn numbers_and_times() -> Vec<Change> {
    let float = Value::float64;
    vec![
        (
            DataType::Int64,
            decimal(12, 2),
            decimal(21, 2),
            vec![
                (Value::Int64(i64::MAX), Value::Decimal(i128::from(i64::MAX) * 100)),
                (Value::Int64(-1), Value::Decimal(-100)),
            ],
        ),
        (
            decimal(5, 0),
            decimal(9, 4),
            decimal(9, 4),
            vec![(Value::Decimal(-99_999), Value::Decimal(-999_990_000))],
        ),
        (
            decimal(5, 1),
            decimal(9, 4),
            decimal(9, 4),
            vec![(Value::Decimal(5), Value::Decimal(5_000))],
        ),
        (
            decimal(15, 0),
            DataType::Float64,
            DataType::Float64,
            vec![(Value::Decimal(123_456_789_012_345), float(123_456_789_012_345.0))],
        ),
        (
            DataType::Date,
            DataType::Timestamp,
            DataType::Timestamp,
            vec![
                (Value::Date(19_782), Value::Timestamp(19_782 * 86_400_000_000)),
                (Value::Date(-1), Value::Timestamp(-86_400_000_000)),
            ],
        ),
    ]
}

/// Into text.
fn texts() -> Vec<Change> {
    let float = Value::float64;
    let texts = |values: &[(Value, &str)]| -> Vec<(Value, Value)> {
        values.iter().map(|(value, text)| (value.clone(), Value::text(*text))).collect()
    };
    let text = |text: &str| Value::text(text);
    vec![
        (
            DataType::Boolean,
            DataType::Int64,
            DataType::Text,
            texts(&[(Value::Boolean(true), "true"), (Value::Boolean(false), "false")]),
        ),
        (
            DataType::Int64,
            DataType::Float64,
            DataType::Text,
            texts(&[(Value::Int64(i64::MIN), "-9223372036854775808")]),
        ),
        (decimal(5, 2), DataType::Text, DataType::Text, texts(&[(Value::Decimal(-5), "-0.05")])),
        (
            DataType::Float64,
            DataType::Int64,
            DataType::Text,
            texts(&[
                (float(1.0), "1.0"),
                (float(0.1), "0.1"),
                (float(-2.5e-7), "-2.5e-7"),
                (float(1e15), "1000000000000000.0"),
                (float(1_234_567_890_123_456.0), "1234567890123456.0"),
                (float(2_251_799_813_685_247.5), "2251799813685247.5"),
                (float(1e16), "1e16"),
                (float(1.5e300), "1.5e300"),
                (float(0.000_1), "0.0001"),
                (float(0.000_01), "1e-5"),
                (float(f64::INFINITY), "Infinity"),
            ]),
        ),
        (
            DataType::Date,
            DataType::Int64,
            DataType::Text,
            texts(&[(Value::Date(19_782), "2024-02-29")]),
        ),
        (
            DataType::Timestamp,
            DataType::Json,
            DataType::Text,
            texts(&[(Value::Timestamp(1_709_211_909_000_250), "2024-02-29T13:05:09.000250Z")]),
        ),
        (DataType::Json, DataType::Text, DataType::Text, vec![(Value::json("[1]"), text("[1]"))]),
        (
            DataType::Bytes,
            DataType::Text,
            DataType::Text,
            vec![(Value::Bytes(vec![0xff; 100]), text(&format!("{}/w==", "/".repeat(132))))],
        ),
    ]
}

pub(super) fn a_column_is_widened_and_keeps_its_values(case: &Case) -> Outcome {
    if !case.traits.widens {
        return Ok(());
    }
    for (was, now, wide, values) in numbers_and_times().into_iter().chain(texts()) {
        let case = case.another();
        let number = |at: usize| i64::try_from(at).unwrap_or_default();
        let column = |side: fn(&(Value, Value)) -> Value| {
            let rows = values.iter().map(side).chain([Value::Null]).enumerate();
            rows.map(|(at, value)| numbered(number(at), value)).collect::<Vec<_>>()
        };
        case.load(&widening(was), &column(|(before, _)| before.clone()))?;
        let load = begin_widened(&case, now, wide).map_err(|error| format!("{was}: {error}"))?;
        commit(load)?;
        let expected = column(|(_, after)| after.clone());
        case.expect(&widening(wide), &expected).map_err(|e| format!("{was} as {wide}: {e}"))?;
        case.expect_no_leftovers()?;
    }
    Ok(())
}

pub(super) fn a_load_that_ends_early_widens_nothing(case: &Case) -> Outcome {
    if !case.traits.widens {
        return Ok(());
    }
    let rows = vec![numbered(1, Value::Int64(1))];
    case.load(&widening(DataType::Int64), &rows)?;
    let mut load = begin_widened(case, DataType::Date, DataType::Text)?;
    write(load.as_mut(), &widening(DataType::Text), &vec![numbered(2, Value::text("2"))])?;
    case.killed().expect(&widening(DataType::Int64), &rows)?;
    drop(load);
    case.expect(&widening(DataType::Int64), &rows)
}

pub(super) fn replace_changes_columns(case: &Case) -> Outcome {
    case.load(&contacts(), &people(0..3, ""))?;
    let changed = table("contacts", &[("since", DataType::Date), ("id", DataType::Text)]);
    case.round_trip(&changed, &vec![vec![Value::Date(1), Value::text("007")]])
}
