//! Several loads of one table at once, and stores that do not keep them apart.

use tollgate_model::ErrorKind;
use tollgate_sync::{Destination as _, Mode, Start};

use super::store::{Store, change, people, table};

#[test]
fn of_two_loads_at_once_the_second_to_commit_loses() {
    for mode in [Mode::Append, Mode::Replace] {
        let store = Store::new();
        let mut first = store.begin(&table("contacts", mode));
        let mut second = store.begin(&table("contacts", mode));
        first.write(&people(0..3), &[]).unwrap();
        second.write(&people(10..13), &[]).unwrap();
        first.commit(None).unwrap();
        let error = second.commit(None).err().unwrap();
        assert_eq!(error.kind(), ErrorKind::Destination);
        let message = "another run has loaded table \"contacts\" in the meantime";
        assert_eq!(error.message(), message);
        assert_eq!(store.ids("contacts"), [0, 1, 2]);
        assert_eq!(store.unnamed(), [""; 0], "what it had put there is gone");
        store.load(&table("contacts", mode), 20..21);
        assert!(store.ids("contacts").contains(&20));
    }
}

#[test]
fn a_run_that_was_overtaken_cannot_keep_anything_more() {
    let store = Store::new();
    let table = table("contacts", Mode::Append);
    let scope = change(0).scope;
    let mut slow = store.s3().begin(&table, Start::GoOn(&scope)).unwrap().load;
    slow.write(&people(0..3), &[]).unwrap();
    slow.keep(&change(3)).unwrap();
    let mut fast = store.s3().begin(&table, Start::GoOn(&scope)).unwrap().load;
    fast.write(&people(3..6), &[]).unwrap();
    fast.keep(&change(6)).unwrap();
    slow.write(&people(3..6), &[]).unwrap();
    assert!(slow.keep(&change(6)).is_err());
    drop(slow);
    fast.commit(None).unwrap();
    assert_eq!(store.ids("contacts"), (0..6).collect::<Vec<_>>());
    assert_eq!(store.unnamed(), [""; 0]);
}

#[test]
fn a_store_that_knows_no_conditions_is_refused() {
    let store = Store::with(|builder| builder.ignores_conditions(true));
    let begun = store.s3().begin(&table("contacts", Mode::Append), Start::Stateless);
    let error = begun.err().unwrap();
    assert_eq!(error.kind(), ErrorKind::Config);
    assert!(error.message().ends_with("writes whatever the condition"), "{error}");
}
