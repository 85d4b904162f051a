use std::sync::Arc;

use arrow_array::cast::AsArray;
use arrow_array::{Int64Array, StringArray};

use super::*;
use crate::destination::{ChildOf, Mode};

fn column(name: &str, data_type: DataType) -> Column {
    Column { name: name.to_owned(), data_type, nullable: true, description: String::new() }
}

fn columns() -> Vec<Column> {
    vec![column("id", DataType::Int64), column("email", DataType::Text)]
}

fn changes(names: &[(&str, &str)], types: &[(&str, DataType)]) -> ColumnChanges {
    let owned = |name: &&str| (*name).to_owned();
    ColumnChanges {
        names: names.iter().map(|(key, name)| (owned(key), owned(name))).collect(),
        types: types.iter().map(|(key, to)| (owned(key), *to)).collect(),
    }
}

#[test]
fn a_key_is_about_every_stream_or_about_one() {
    let all = changes(&[("id", "a"), ("lists.id", "b"), ("contacts.email", "c")], &[]);
    let streams = ["contacts", "lists", "messages"];
    for (stream, expected) in [
        ("contacts", vec![("email", "c"), ("id", "a")]),
        ("lists", vec![("id", "b")]),
        ("messages", vec![("id", "a")]),
    ] {
        assert_eq!(all.of_stream(stream, &streams), changes(&expected, &[]), "{stream}");
    }
}

#[test]
fn columns_get_their_names_and_types() {
    let changed = changes(&[("email", "mail")], &[("id", DataType::Text)]);
    let found = changed.apply("contacts", &columns(), |_| true).unwrap();
    assert_eq!(found, [column("id", DataType::Text), column("mail", DataType::Text)]);
    let swapped = changes(&[("email", "id"), ("id", "email")], &[]);
    let found = swapped.apply("contacts", &columns(), |_| true).unwrap();
    assert_eq!(found, [column("email", DataType::Int64), column("id", DataType::Text)]);
}

#[test]
fn what_cannot_be_is_refused_with_the_way_out() {
    for (changed, message, hint) in [
        (changes(&[("emial", "x")], &[]), "has no column `emial`", "did you mean `email`?"),
        (
            changes(&[], &[("since", DataType::Text)]),
            "`since` of stream contacts is not read",
            "too",
        ),
        (changes(&[("email", "id")], &[]), "`id` and `email` of contacts would both be", "another"),
        (changes(&[], &[("id", DataType::Date)]), "holds int64, which cannot", "`text` into any"),
        (changes(&[("id", "")], &[]), "cannot be called", "a line"),
        (changes(&[("id", "a\u{1b}")], &[]), "cannot be called `a\\u{1b}`", "a line"),
    ] {
        let available = [columns(), vec![column("since", DataType::Date)]].concat();
        let checked = changed.check("contacts", &available, &columns());
        let error = checked.and_then(|()| changed.apply("contacts", &columns(), |_| true));
        let error = error.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Config);
        assert!(error.message().contains(message), "{error}");
        assert!(error.hint().unwrap_or_default().contains(hint), "{error:?}");
    }
}

fn table(data_type: DataType) -> Table {
    Table {
        name: "contacts".to_owned(),
        columns: vec![column("key", data_type), column("email", DataType::Text)],
        primary_key: vec!["key".to_owned()],
        deletion: None,
        mode: Mode::Merge,
        children: vec![ChildOf {
            name: "contacts_phones".to_owned(),
            columns: vec![column("key", data_type)],
            primary_key: Vec::new(),
        }],
        widen: true,
    }
}

#[test]
fn a_page_is_renamed_and_cast_with_its_children() {
    let source = [columns(), vec![column("id", DataType::Int64)]];
    let ids = || Arc::new(Int64Array::from(vec![Some(7), None]));
    let emails = Arc::new(StringArray::from(vec!["a", "b"]));
    let batch = RecordBatch::try_new(schema::to_arrow_schema(&source[0]), vec![ids(), emails]);
    let child = RecordBatch::try_new(schema::to_arrow_schema(&source[1]), vec![ids()]).unwrap();
    let decimal = DataType::Decimal { precision: 21, scale: 2 };
    let shape = Shape::new(&source, &table(decimal)).onto(&table(DataType::Text));
    let (batch, children) = shape.apply(batch.unwrap(), vec![child]).unwrap();
    for batch in [&batch, &children[0]] {
        assert_eq!(batch.schema().field(0).name(), "key");
        let texts = batch.column(0).as_string::<i32>();
        assert_eq!(texts.iter().collect::<Vec<_>>(), [Some("7.00"), None]);
    }
    let error = shape.apply(batch, children).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Bug, "texts are not what the source gives");
}

#[test]
fn a_batch_that_needs_nothing_is_handed_on_as_it_is() {
    let source = vec![columns()];
    let table = Table { columns: columns(), children: Vec::new(), ..table(DataType::Int64) };
    let ids = Arc::new(Int64Array::from(vec![1]));
    let emails = Arc::new(StringArray::from(vec!["a"]));
    let batch = RecordBatch::try_new(schema::to_arrow_schema(&source[0]), vec![ids, emails]);
    let batch = batch.unwrap();
    let (same, _) = Shape::new(&source, &table).apply(batch.clone(), Vec::new()).unwrap();
    assert!(batch.columns().iter().zip(same.columns()).all(|(one, other)| Arc::ptr_eq(one, other)));
}
