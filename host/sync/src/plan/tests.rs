use proptest::prelude::*;
use tollgate_model::DataType;

use super::*;

fn column(name: &str) -> Column {
    Column {
        name: name.to_owned(),
        data_type: DataType::Int64,
        nullable: true,
        description: String::new(),
    }
}

fn text(name: &str) -> Column {
    Column { data_type: DataType::Text, ..column(name) }
}

fn stream() -> Stream {
    Stream {
        name: "contacts".to_owned(),
        title: "Contacts".to_owned(),
        description: String::new(),
        columns: vec![column("id"), column("email")],
        dynamic_columns: true,
        primary_key: vec!["id".to_owned()],
        cursor: None,
        deletion: None,
        partitioned: false,
        writes: Vec::new(),
        children: vec![tollgate_model::ChildTable {
            name: "phones".to_owned(),
            description: String::new(),
            columns: vec![column("id"), column("number")],
            primary_key: Vec::new(),
        }],
        options: Vec::new(),
    }
}

fn plan(columns: &[&str]) -> Result<Plan> {
    let available = [column("id"), column("email"), column("color")];
    let columns = columns.iter().map(|name| (*name).to_owned()).collect();
    Plan::new(&stream(), &available, Choices { columns, ..Choices::default() })
}

#[test]
fn without_a_choice_all_columns_are_read_into_a_table_called_like_the_stream() {
    let plan = plan(&[]).unwrap();
    assert!(plan.read.columns.iter().map(|c| c.name.as_str()).eq(["id", "email", "color"]));
    assert_eq!((plan.table.name.as_str(), plan.table.primary_key.len()), ("contacts", 1));
}

#[test]
fn the_order_of_choice_is_kept_and_a_key_that_is_not_chosen_is_no_key() {
    let plan = plan(&["color", "email"]).unwrap();
    assert!(plan.read.columns.iter().map(|c| c.name.as_str()).eq(["color", "email"]));
    assert!(plan.table.primary_key.is_empty());
}

#[test]
fn unknown_and_repeated_columns_are_errors_that_help() {
    let error = plan(&["emial"]).unwrap_err();
    assert_eq!(error.hint(), Some("did you mean `email`?"));
    assert!(plan(&["id", "id"]).unwrap_err().message().contains("twice"));
}

fn planned(choices: Choices) -> Result<Plan> {
    Plan::new(&stream(), &[column("id"), column("email")], choices)
}

#[test]
fn child_tables_are_called_like_the_table_and_themselves() {
    let (children, table) = (vec!["phones".to_owned()], Some("folk".to_owned()));
    let plan = planned(Choices { children, table, ..Choices::default() }).unwrap();
    assert_eq!(plan.table.children[0].name, "folk_phones");
    assert_eq!(plan.read.children, ["phones"]);
    assert!(plan.scope.columns.contains(&"folk_phones.number int64".to_owned()));
    for (names, text) in [(vec!["phone"], "phones"), (vec!["phones", "phones"], "twice")] {
        let children = names.into_iter().map(str::to_owned).collect();
        let error = planned(Choices { children, ..Choices::default() }).unwrap_err();
        let told = format!("{error} {}", error.hint().unwrap_or_default());
        assert!(error.kind() == ErrorKind::Config && told.contains(text), "{told}");
    }
}

#[test]
fn changed_keys_stay_keys_also_in_child_tables() {
    let changes = ColumnChanges {
        names: [("id".to_owned(), "contact_id".to_owned())].into(),
        types: [("id".to_owned(), DataType::Text), ("email".to_owned(), DataType::Json)].into(),
    };
    let children = vec!["phones".to_owned()];
    for mode in [Mode::Replace, Mode::Merge] {
        let (changes, children) = (changes.clone(), children.clone());
        let choices = Choices { changes, children, mode, ..Choices::default() };
        let plan = Plan::new(&stream(), &[column("id"), text("email")], choices).unwrap();
        assert!(plan.read.columns.iter().map(|c| c.name.as_str()).eq(["id", "email"]));
        assert_eq!(plan.table.primary_key, ["contact_id"]);
        let child = &plan.table.children[0];
        assert_eq!(child.columns[0], text("contact_id"));
        assert_eq!(child.columns[1], column("number"));
        let expected = [
            "contacts.contact_id text",
            "contacts.email json",
            "contacts_phones.contact_id text",
            "contacts_phones.number int64",
        ];
        assert_eq!(plan.scope.columns, expected);
    }
    let names = [("id".to_owned(), "number".to_owned())].into();
    let changes = ColumnChanges { names, ..ColumnChanges::default() };
    let error = planned(Choices { changes, children, ..Choices::default() }).unwrap_err();
    assert!(error.message().contains("of contacts_phones would both"), "{error}");
}

#[test]
fn a_full_refresh_replaces_all_in_any_mode_and_is_gone_on_with_in_its_own() {
    for (mode, keys) in [(Mode::Replace, 1), (Mode::Append, 0), (Mode::Merge, 1)] {
        let stream = Stream { cursor: Some("id".to_owned()), ..stream() };
        let choices = |refresh| Choices { mode, refresh, ..Choices::default() };
        let plan = |refresh| Plan::new(&stream, &[column("id")], choices(refresh)).unwrap();
        let (own, full) = (plan(Refresh::GoOn), plan(Refresh::Full));
        assert_eq!((full.table.mode, full.table.primary_key.len()), (Mode::Replace, keys));
        assert_eq!((&full.scope, full.has_cursor), (&own.scope, own.has_cursor));
    }
}

#[test]
fn merging_takes_the_key_among_the_columns() {
    let merge = |columns: &[&str]| {
        let columns = columns.iter().map(|name| (*name).to_owned()).collect();
        planned(Choices { columns, mode: Mode::Merge, ..Choices::default() })
    };
    assert!(merge(&[]).is_ok() && merge(&["email", "id"]).is_ok());
    let error = merge(&["email"]).unwrap_err();
    assert_eq!(
        (error.kind(), error.message()),
        (ErrorKind::Config, "merging stream contacts takes its key: id")
    );
}

#[test]
fn a_stream_that_tells_what_is_new_in_rows_with_a_key_is_merged_where_that_can_be() {
    let cursor = Stream { cursor: Some("id".to_owned()), ..stream() };
    let keyless = Stream { primary_key: Vec::new(), ..cursor.clone() };
    let email = ["email".to_owned()];
    for (stream, chosen, merges, expected) in [
        (&cursor, &[][..], true, Mode::Merge),
        (&cursor, &email[..], true, Mode::Replace),
        (&cursor, &[][..], false, Mode::Replace),
        (&keyless, &[][..], true, Mode::Replace),
        (&stream(), &[][..], true, Mode::Replace),
    ] {
        assert_eq!(default_mode(stream, chosen, merges), expected);
    }
}

#[test]
fn deletions_are_followed_where_rows_are_merged_and_take_their_column() {
    let stream = Stream { deletion: Some("color".to_owned()), ..stream() };
    let planned = |mode, deletes, columns: &[&str]| {
        let columns = columns.iter().map(|name| (*name).to_owned()).collect();
        let available = [column("id"), column("email"), column("color")];
        let choices = Choices { mode, deletes, columns, ..Choices::default() };
        Plan::new(&stream, &available, choices).map(|plan| plan.table.deletion)
    };
    let color = Some("color".to_owned());
    for (mode, deletes, columns, expected) in [
        (Mode::Merge, Deletes::Remove, &[][..], color.clone()),
        (Mode::Merge, Deletes::Remove, &["color", "id"], color),
        (Mode::Merge, Deletes::Keep, &["id"], None),
        (Mode::Append, Deletes::Remove, &["id"], None),
        (Mode::Replace, Deletes::Remove, &[], None),
    ] {
        assert_eq!(planned(mode, deletes, columns).unwrap(), expected, "{mode:?} {columns:?}");
    }
    let error = planned(Mode::Merge, Deletes::Remove, &["id"]).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Config);
    assert!(error.message().contains("takes its column color, which tells deletions"));
}

proptest! {
    /// Whatever is chosen: a plan reads exactly that in that order, has the key only as a whole,
    /// and what it cannot do is refused before anything is read.
    #[test]
    fn a_plan_is_what_was_chosen_or_an_error(
        keys in 0_usize..3,
        chosen in prop::collection::vec(0_usize..6, 0..5),
        mode in prop::sample::select(vec![Mode::Replace, Mode::Append, Mode::Merge]),
        has_cursor: bool, wants_since: bool, full: bool,
    ) {
        let name = |number: &usize| format!("c{number}");
        let available: Vec<Column> = (0..5).map(|number| column(&name(&number))).collect();
        let key: Vec<String> = (0..keys).map(|number| name(&number)).collect();
        let cursor = has_cursor.then(|| name(&0));
        let stream = Stream { primary_key: key.clone(), cursor, ..stream() };
        let columns: Vec<String> = chosen.iter().map(name).collect();
        let plan = Plan::new(&stream, &available, Choices {
            columns: columns.clone(),
            mode,
            since: wants_since.then_some(0),
            refresh: if full { Refresh::Full } else { Refresh::GoOn },
            concurrency: Some(chosen.len()),
            ..Choices::default()
        });
        let read: Vec<String> = match columns.is_empty() {
            true => available.iter().map(|column| column.name.clone()).collect(),
            false => columns,
        };
        let is_known = read.iter().all(|name| available.iter().any(|column| column.name == *name));
        let is_unique = read.iter().collect::<BTreeSet<_>>().len() == read.len();
        let has_key = !key.is_empty() && key.iter().all(|name| read.contains(name));
        let can_merge = mode != Mode::Merge || has_key;
        let can_tell = !wants_since || has_cursor && mode != Mode::Replace;
        match plan {
            Err(error) => {
                prop_assert_eq!(error.kind(), ErrorKind::Config);
                prop_assert!(!(is_known && is_unique && can_merge && can_tell), "{}", error);
            }
            Ok(plan) => {
                prop_assert!(is_known && is_unique && can_merge && can_tell);
                prop_assert!(plan.read.columns.iter().map(|c| &c.name).eq(&read));
                prop_assert!(plan.table.columns.iter().map(|c| &c.name).eq(&read));
                let keeps_key = has_key && !(full && mode == Mode::Append);
                prop_assert_eq!(plan.table.primary_key, if keeps_key { key } else { Vec::new() });
                prop_assert_eq!(plan.table.mode, if full { Mode::Replace } else { mode });
                prop_assert_eq!(plan.scope.mode, mode);
                prop_assert_eq!(plan.has_cursor, has_cursor && mode != Mode::Replace);
                prop_assert_eq!(plan.concurrency, chosen.len().max(1));
            }
        }
    }
}
