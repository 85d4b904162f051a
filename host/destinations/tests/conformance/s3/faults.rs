//! What goes wrong at the store and on the way, and what comes of it.

use std::time::Duration;

use tollgate_destinations::s3::Patience;
use tollgate_destinations::{Credentials, S3};
use tollgate_model::{Error, ErrorKind};
use tollgate_simulators::{Fault, Kind};
use tollgate_sync::{Destination as _, Load, Mode, Start, Table};
use tollgate_vault::Secret;

use super::store::{CANARIES, Store, change, impatience, people, rows, table, told};

const MANIFEST: &str = "_tollgate.json";
const DATA: &str = "part-00000.parquet";

fn appended() -> Table {
    table("contacts", Mode::Append)
}

/// A load on top of three rows, with two more that are not committed.
fn under_way(store: &Store) -> Box<dyn Load> {
    store.load(&appended(), 0..3);
    let mut load = store.begin(&appended());
    load.write(&people(3..5), &[]).expect("it is written");
    load
}

fn all_is_there_once(store: &Store, rows: i64) {
    assert_eq!(store.ids("contacts"), (0..rows).collect::<Vec<_>>());
    assert_eq!(store.unnamed(), [""; 0]);
    assert_eq!(store.server.vendor().open_uploads(), 0);
    assert_eq!(store.server.unfired(), [""; 0]);
    assert_eq!(store.server.violations(), [""; 0]);
}

fn no_secret_in(error: &Error) {
    let told = told(error);
    assert!(CANARIES.iter().all(|canary| !told.contains(canary)), "{told}");
}

#[test]
fn what_passes_is_tried_again_and_rows_come_once() {
    for path in [MANIFEST, DATA] {
        for kind in [
            Kind::status(500),
            Kind::status(503),
            Kind::status(429),
            Kind::CutUpload,
            Kind::Reset,
            Kind::Close,
            Kind::NotHttp,
        ] {
            let store = Store::new();
            let load = under_way(&store);
            store.server.inject(Fault::new(kind.clone()).on(path).times(2));
            load.commit(None).unwrap_or_else(|error| panic!("{kind} at {path}: {}", told(&error)));
            all_is_there_once(&store, 5);
        }
    }
}

#[test]
fn a_manifest_whose_answer_is_cut_is_read_again() {
    let store = Store::new();
    store.load(&appended(), 0..3);
    store.server.inject(Fault::new(Kind::CutBody).on(MANIFEST).at(1));
    let mut load = store.begin(&appended());
    load.write(&people(3..5), &[]).unwrap();
    load.commit(None).unwrap();
    all_is_there_once(&store, 5);
}

#[test]
fn a_write_that_was_carried_out_is_known_as_done_though_every_answer_is_lost() {
    let store = Store::new();
    let load = under_way(&store);
    // The write and all its repetitions; the next request is the one that looks.
    store.server.inject(Fault::new(Kind::Close).on(MANIFEST).times(4));
    load.commit(None).unwrap();
    assert_eq!(store.server.fired("close"), 4);
    all_is_there_once(&store, 5);
}

/// Loads nine rows of a megabyte: the first request for the object begins an upload, the second and
/// the third are its parts, the fourth completes it.
fn load_in_parts(store: &Store) {
    let mut s3 = store.s3().with_row_group_bytes(1024 * 1024);
    let mut load = s3.begin(&appended(), Start::Stateless).expect("it begins").load;
    for id in 0..9 {
        load.write(&rows(id..id + 1, 1024 * 1024), &[]).expect("it is written");
    }
    load.commit(None).expect("it is committed");
}

#[test]
fn an_upload_in_parts_gets_over_what_passes() {
    for (kind, request) in [(Kind::status(503), 3), (Kind::CutUpload, 2), (Kind::Close, 4)] {
        let store = Store::new();
        store.server.inject(Fault::new(kind).on(DATA).at(request));
        load_in_parts(&store);
        all_is_there_once(&store, 9);
    }
}

#[test]
fn an_answer_with_a_wrong_tag_does_not_stop_the_next_write() {
    let store = Store::new();
    let scope = change(0).scope;
    let mut load = store.s3().begin(&appended(), Start::GoOn(&scope)).unwrap().load;
    let wrong = Kind::Header { name: "etag".to_owned(), value: "\"wrong\"".to_owned() };
    store.server.inject(Fault::new(wrong).on(MANIFEST).at(1));
    for rows in [0..3, 3..5] {
        let end = u64::try_from(rows.end).unwrap();
        load.write(&people(rows), &[]).unwrap();
        load.keep(&change(end)).unwrap();
    }
    load.commit(None).unwrap();
    all_is_there_once(&store, 5);
}

#[test]
fn what_does_not_pass_fails_and_the_next_run_goes_on() {
    for (kind, error_kind, message) in [
        (Kind::status(503), ErrorKind::Unavailable, "is too busy or out of order"),
        (Kind::status(403), ErrorKind::Destination, "the keys may not write"),
        (Kind::Reset, ErrorKind::Unavailable, "was lost"),
        (Kind::CutUpload, ErrorKind::Unavailable, "was lost"),
        (Kind::Redirect("http://127.0.0.1:9/".to_owned()), ErrorKind::Config, "another region"),
        (Kind::status(501), ErrorKind::Destination, "cannot write"),
    ] {
        for path in [MANIFEST, DATA] {
            let store = Store::new();
            let load = under_way(&store);
            // Resets come behind what was done; a write of the manifest is then known as done.
            if kind == Kind::Reset && path == MANIFEST {
                continue;
            }
            store.server.inject(Fault::new(kind.clone()).on(path));
            let error = load.commit(None).err().unwrap_or_else(|| panic!("{kind} at {path}"));
            assert_eq!(error.kind(), error_kind, "{kind} at {path}: {}", told(&error));
            assert!(error.message().contains(message), "{kind} at {path}: {}", told(&error));
            assert!(error.hint().is_some());
            no_secret_in(&error);
            store.server.heal();
            assert_eq!(store.ids("contacts"), [0, 1, 2]);
            store.load(&appended(), 3..5);
            all_is_there_once(&store, 5);
        }
    }
}

#[test]
fn a_load_that_could_not_keep_its_rows_commits_none_behind_them() {
    let store = Store::new();
    store.load(&appended(), 0..3);
    let mut load = store.s3().begin(&appended(), Start::GoOn(&change(0).scope)).unwrap().load;
    load.write(&people(3..5), &[]).unwrap();
    store.server.inject(Fault::new(Kind::status(403)).on(DATA));
    assert!(load.keep(&change(2)).is_err());
    store.server.heal();
    load.write(&people(5..7), &[]).unwrap();
    assert!(load.commit(None).is_err());
    assert_eq!(store.ids("contacts"), [0, 1, 2]);
}

#[test]
fn the_store_s_own_words_are_the_cause() {
    let store = Store::new();
    store.server.inject(Fault::new(Kind::status(403)).on(MANIFEST));
    let error = store.s3().begin(&appended(), Start::Stateless).err().unwrap();
    assert!(error.message().starts_with("the keys may not read"), "{error}");
    let told = told(&error);
    assert!(told.contains("AccessDenied: The simulator was told to fail [403]"), "{told}");
    assert!(told.contains("s3:PutObject"), "{told}");
}

#[test]
fn a_store_that_does_not_answer_is_not_waited_for_for_ever() {
    let store = Store::new();
    store.server.inject(Fault::new(Kind::Stall));
    let patience = Patience { request: Duration::from_millis(50), ..impatience() };
    let mut s3 = store.s3().with_patience(patience);
    let error = s3.begin(&appended(), Start::Stateless).err().unwrap();
    assert_eq!(error.kind(), ErrorKind::Unavailable);
    assert!(told(&error).contains("no answer came within"), "{}", told(&error));
    assert_eq!(store.server.request_count(), 4, "one try and three more");
}

#[test]
fn an_answer_without_end_is_cut_off() {
    let store = Store::new();
    store.load(&appended(), 0..3);
    store.server.inject(Fault::new(Kind::Oversized(17)).on(MANIFEST));
    let error = store.s3().begin(&appended(), Start::Stateless).err().unwrap();
    assert_eq!(error.kind(), ErrorKind::Destination);
    assert!(error.message().ends_with("the answer is too long"), "{error}");
}

#[test]
fn old_objects_that_may_not_be_removed_are_told() {
    let store = Store::new();
    store.load(&table("contacts", Mode::Replace), 0..3);
    let mut load = store.begin(&table("contacts", Mode::Replace));
    load.write(&people(3..5), &[]).unwrap();
    // The first is the new object, the second the old one.
    store.server.inject(Fault::new(Kind::status(403)).on(DATA).at(2));
    let error = load.commit(None).err().unwrap();
    assert!(error.message().contains("remove the old objects"), "{error}");
    assert_eq!(store.ids("contacts"), [3, 4]);
    store.server.heal();
    store.load(&table("contacts", Mode::Replace), 3..5);
    assert_eq!((store.ids("contacts"), store.unnamed()), (vec![3, 4], vec![]));
}

#[test]
fn wrong_keys_are_told_without_them() {
    let secret = |text: &str| Some(Secret::new(text.to_owned()));
    for (token, credentials, message) in [
        (
            None,
            Credentials { secret: secret("canary-secret-of-the-stor"), session_token: None },
            ACCEPT,
        ),
        (
            Some(CANARIES[1]),
            Credentials { secret: secret("x"), session_token: secret(CANARIES[1]) },
            ACCEPT,
        ),
        (
            Some(CANARIES[1]),
            Credentials { secret: secret(CANARIES[0]), session_token: None },
            ACCEPT,
        ),
        (None, Credentials::default(), "there are no keys for s3://acme/lake/raw"),
    ] {
        let store = Store::signing(|builder| builder, token);
        let mut s3 = S3::at(store.bucket(), credentials).with_patience(impatience());
        let error = s3.begin(&appended(), Start::Stateless).err().unwrap();
        assert_eq!(error.kind(), ErrorKind::Config, "{}", told(&error));
        assert!(error.message().contains(message), "{}", told(&error));
        assert!(!format!("{s3:?} {}", told(&error)).contains("canary"), "{s3:?} {}", told(&error));
    }
}

const ACCEPT: &str = "does not accept the keys";

#[test]
fn a_session_token_is_signed_and_never_told_though_the_store_repeats_it() {
    let store = Store::signing(|builder| builder, Some(CANARIES[1]));
    store.load(&appended(), 0..3);
    all_is_there_once(&store, 3);
    store.server.inject(Fault::new(Kind::EchoHeaders));
    let error = store.s3().begin(&appended(), Start::Stateless).err().unwrap();
    assert!(told(&error).contains("x-amz"), "{}", told(&error));
    no_secret_in(&error);
}

#[test]
fn a_bucket_that_is_not_there_and_one_that_is_elsewhere_are_told() {
    let store = Store::with(|builder| builder.bucket("other".to_owned()));
    let error = store.s3().begin(&appended(), Start::Stateless).err().unwrap();
    assert_eq!(error.kind(), ErrorKind::Config);
    assert!(error.message().starts_with("there is no such bucket"), "{error}");
    let store = Store::with(|builder| builder.region("eu-west-1".to_owned()));
    let error = store.s3().begin(&appended(), Start::Stateless).err().unwrap();
    assert_eq!(error.hint(), Some("say region = \"eu-west-1\", or give its endpoint"));
}
