//! What is where: folders of runs, parts of large objects, child tables, the work of others.

use tollgate_model::ErrorKind;
use tollgate_sync::{ChildOf, Destination as _, Mode, Start, Table};

use super::store::{Store, people, rows, table};

const MIB: usize = 1024 * 1024;

#[test]
fn every_run_has_a_folder_and_a_replacement_leaves_its_own_alone() {
    let store = Store::new();
    store.load(&table("contacts", Mode::Append), 0..3);
    store.load(&table("contacts", Mode::Append), 3..6);
    let objects = store.objects("contacts");
    assert_eq!((objects.len(), store.ids("contacts")), (2, (0..6).collect()));
    for key in &objects {
        let run = key.strip_prefix("lake/raw/contacts/tollgate_run=").unwrap();
        let (run, part) = run.split_once('/').unwrap();
        assert!(run.len() == 37 && run.starts_with("20") && run.contains("Z-"), "{run}");
        assert_eq!(part, "part-00000.parquet");
    }
    store.load(&table("contacts", Mode::Replace), 9..10);
    assert_eq!(store.ids("contacts"), [9]);
    assert_eq!(store.server.vendor().keys().len(), 2, "the manifest and one object");
}

#[test]
fn what_dead_runs_have_left_is_removed_and_nothing_else() {
    let store = Store::with(|builder| builder.page_keys(2));
    store.load(&table("contacts", Mode::Append), 0..3);
    let left = "lake/raw/contacts/tollgate_run=2026-01-01T00-00-00Z-0/part-00000.parquet";
    let others = [
        "lake/raw/contacts/notes.txt",
        "lake/raw/contacts/tollgate_run=1/readme.parquet",
        "lake/raw/contacts2/tollgate_run=1/part-00000.parquet",
        "elsewhere/contacts/tollgate_run=1/part-00000.parquet",
    ];
    for key in others.into_iter().chain([left]) {
        store.server.vendor().put(key, "left");
    }
    let load = store.begin(&table("contacts", Mode::Append));
    assert!(store.server.vendor().object(left).is_some(), "its run may live yet");
    load.commit(None).unwrap();
    let mut kept = store.unnamed();
    kept.sort();
    let mut expected = others.map(str::to_owned).to_vec();
    expected.sort();
    assert_eq!(kept, expected);
}

#[test]
fn a_large_object_is_sent_in_parts_and_seen_when_it_is_complete() {
    let store = Store::new();
    let table = table("contacts", Mode::Append);
    let mut s3 = store.s3().with_row_group_bytes(MIB);
    let mut load = s3.begin(&table, Start::Stateless).unwrap().load;
    for start in 0..10 {
        load.write(&rows(start * 2..start * 2 + 2, MIB), &[]).unwrap();
    }
    assert_eq!(store.server.vendor().open_uploads(), 1);
    assert_eq!(store.objects("contacts"), [""; 0]);
    assert_eq!(store.unnamed(), [""; 0]);
    load.commit(None).unwrap();
    assert_eq!(store.ids("contacts"), (0..20).collect::<Vec<_>>());
    assert_eq!(store.server.vendor().open_uploads(), 0);
    let parts = store.server.requests().into_iter();
    let parts: Vec<_> = parts.filter(|it| it.parameter("partNumber").is_some()).collect();
    let sizes: Vec<_> = parts.iter().map(|part| part.body.len()).collect();
    assert_eq!(sizes[..2], [8 * MIB, 8 * MIB]);
    assert_eq!(sizes.len(), 3, "{sizes:?}");
}

#[test]
fn an_upload_that_is_given_up_leaves_nothing() {
    let store = Store::new();
    let mut s3 = store.s3().with_row_group_bytes(MIB);
    let mut load = s3.begin(&table("contacts", Mode::Append), Start::Stateless).unwrap().load;
    for id in 0..10 {
        load.write(&rows(id..id + 1, MIB), &[]).unwrap();
    }
    assert_eq!(store.server.vendor().open_uploads(), 1);
    drop(load);
    assert_eq!(store.server.vendor().open_uploads(), 0);
    assert_eq!(store.unnamed(), [""; 0]);
}

#[test]
fn an_object_that_is_large_enough_is_followed_by_another() {
    let store = Store::new();
    let table = table("contacts", Mode::Replace);
    let s3 = store.s3().with_row_group_bytes(MIB / 4);
    let mut load = s3.with_object_bytes(MIB as u64).begin(&table, Start::Stateless).unwrap().load;
    for start in 0..6 {
        load.write(&rows(start..start + 1, MIB / 2), &[]).unwrap();
    }
    assert_eq!(store.unnamed(), [""; 0], "nothing is seen before the commit");
    load.commit(None).unwrap();
    let objects = store.objects("contacts");
    assert!(objects.len() > 1, "{objects:?}");
    assert!(objects[1].ends_with("/part-00001.parquet"), "{objects:?}");
    assert_eq!(store.ids("contacts"), (0..6).collect::<Vec<_>>());
}

fn with_child(mode: Mode) -> Table {
    let Table { name, columns, primary_key, .. } = table("contacts_phones", mode);
    Table { children: vec![ChildOf { name, columns, primary_key }], ..table("contacts", mode) }
}

#[test]
fn child_tables_are_named_by_the_same_manifest() {
    let store = Store::new();
    let mut load = store.begin(&with_child(Mode::Append));
    load.write(&people(0..3), &[people(10..12)]).unwrap();
    load.commit(None).unwrap();
    assert_eq!(
        (store.ids("contacts"), store.ids("contacts_phones")),
        (vec![0, 1, 2], vec![10, 11])
    );
    let child = &store.objects("contacts_phones")[0];
    assert!(child.starts_with("lake/raw/contacts_phones/tollgate_run="), "{child}");
    assert_eq!(store.unnamed(), [""; 0]);
}

#[test]
fn a_table_belongs_to_one_manifest() {
    let store = Store::new();
    let mut load = store.begin(&with_child(Mode::Replace));
    load.write(&people(0..3), &[people(10..12)]).unwrap();
    load.commit(None).unwrap();
    let by_itself = table("contacts_phones", Mode::Append);
    let error = store.s3().begin(&by_itself, Start::Stateless).err().unwrap();
    assert_eq!(error.kind(), ErrorKind::Config);
    assert!(error.message().contains("is a child of \"contacts\""), "{error}");
    let store = Store::new();
    store.load(&by_itself, 0..3);
    let error = store.s3().begin(&with_child(Mode::Append), Start::Stateless).err().unwrap();
    assert!(error.message().contains("was loaded by itself"), "{error}");
    assert_eq!(store.ids("contacts_phones"), [0, 1, 2]);
}

#[test]
fn a_manifest_that_is_not_understood_is_refused_and_left_alone() {
    let key = "lake/raw/contacts/_tollgate.json";
    let manifest = |version: u32, object: &str| {
        format!(
            r#"{{"version":{version},"revision":"a","part_of":null,"state":null,"tables":
            {{"contacts":{{"columns":{{}},"objects":["{object}"]}}}}}}"#
        )
    };
    let good = "contacts/tollgate_run=1/part-00000.parquet";
    for text in [
        "{".to_owned(),
        "{}".to_owned(),
        manifest(2, good),
        manifest(1, "other/tollgate_run=1/part-00000.parquet"),
        manifest(1, "contacts/notes.txt"),
        manifest(1, "../contacts/tollgate_run=1/part-00000.parquet"),
    ] {
        let store = Store::new();
        store.server.vendor().put(key, text.clone());
        let begun = store.s3().begin(&table("contacts", Mode::Replace), Start::Stateless);
        let error = begun.err().unwrap();
        assert_eq!(error.kind(), ErrorKind::Destination);
        assert!(error.message().contains("is not a manifest"), "{error}");
        assert_eq!(store.server.vendor().object(key).unwrap(), text);
    }
    let store = Store::new();
    store.server.vendor().put(key, manifest(1, good));
    assert!(store.s3().begin(&table("contacts", Mode::Replace), Start::Stateless).is_ok());
}
