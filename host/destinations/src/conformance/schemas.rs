//! What becomes of columns that come, go or change.

use tollgate_model::{DataType, ErrorKind};
use tollgate_sync::Start;

use super::case::{Case, Outcome, appended, contacts, people, table};
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

pub(super) fn replace_changes_columns(case: &Case) -> Outcome {
    case.load(&contacts(), &people(0..3, ""))?;
    let changed = table("contacts", &[("since", DataType::Date), ("id", DataType::Text)]);
    case.round_trip(&changed, &vec![vec![Value::Date(1), Value::text("007")]])
}
