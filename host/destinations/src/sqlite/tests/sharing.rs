//! Others who read and write the file while a load is under way.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread;
use std::time::Instant;

use tollgate_sync::{Change, Keeps, Round, Scope};

use super::*;

const COUNT: &str = "SELECT count(*) FROM contacts";

/// A reader in a transaction that has begun to read.
fn reader(fixture: &Fixture) -> (Connection, i64) {
    let connection = fixture.connect();
    connection.execute_batch("BEGIN").unwrap();
    let seen = seen(&connection);
    (connection, seen)
}

fn seen(connection: &Connection) -> i64 {
    connection.query_row(COUNT, [], |row| row.get(0)).unwrap()
}

fn assert_locked(error: &Error) {
    assert_eq!(error.kind(), ErrorKind::Unavailable, "it may pass by itself");
    assert!(error.message().contains("is locked: another program is writing to it"), "{error}");
    assert!(error.hint().is_some_and(|hint| hint.contains("?busy_timeout=5m")));
}

fn change(scope: Scope) -> Change {
    let round = Round { number: 1, ..Round::default() };
    Change { scope, round, parts: Vec::new(), keeps: Keeps::All }
}

/// The table before a load, in its middle and at its end, each seen by a reader that stays.
#[test]
fn readers_keep_what_they_see_and_hold_nobody_up() {
    for (table, new, kept) in [
        (contacts(Mode::Replace), 0..30_000, 3),
        (contacts(Mode::Append), 0..30_000, 15_003),
        (merged(), 0..30_000, 15_000),
    ] {
        let fixture = Fixture::new();
        if table.mode == Mode::Append {
            fixture.execute(
                "CREATE TABLE plain AS SELECT * FROM contacts; DROP TABLE contacts;
                 ALTER TABLE plain RENAME TO contacts",
            );
        }
        let (before, scope) = (reader(&fixture), Scope::default());
        let mut begun = fixture.sqlite().begin(&table, Start::GoOn(&scope)).unwrap().load;
        let begins = reader(&fixture);
        begun.write(&people(new.start..15_000), &[]).unwrap();
        begun.keep(&change(scope.clone())).unwrap();
        let middle = reader(&fixture);
        begun.write(&people(15_000..new.end), &[]).unwrap();
        let later = reader(&fixture);
        begun.commit(Some(&change(scope))).unwrap();
        let all = reader(&fixture);
        let expected = if table.mode == Mode::Append { 30_003 } else { 30_000 };
        let readers = [before, begins, middle, later, all];
        let first: Vec<i64> = readers.iter().map(|(_, seen)| *seen).collect();
        assert_eq!(first, [3, 3, kept, kept, expected], "{:?}", table.mode);
        let again: Vec<i64> = readers.iter().map(|(reader, _)| seen(reader)).collect();
        assert_eq!(again, first, "{:?}", table.mode);
        drop(readers);
        assert_eq!(fixture.count(COUNT), expected);
    }
}

#[test]
fn a_lock_held_by_another_program_is_named() {
    let fixture = Fixture::new();
    let other = fixture.connect();
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    assert_locked(&fixture.refused(&contacts(Mode::Replace)));
    other.execute_batch("COMMIT").unwrap();

    let mut begun = fixture.sqlite().begin_load(&contacts(Mode::Replace)).unwrap();
    begun.write(&people(0..9), &[]).unwrap();
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    let error = begun.commit(None).err().unwrap();
    assert_locked(&error);
    other.execute_batch("COMMIT").unwrap();
    // The dropped load could not remove its staging table for the lock; the next one does.
    assert_eq!(fixture.count("SELECT count(*) FROM contacts"), 3);
    drop(fixture.sqlite().begin_load(&contacts(Mode::Replace)).unwrap());
    fixture.assert_whole();
}

#[test]
fn a_lock_is_waited_for_as_long_as_was_said() {
    let fixture = Fixture::new();
    let other = fixture.connect();
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    let timeout = Duration::from_millis(50);
    let (mut sqlite, started) = (fixture.sqlite().with_busy_timeout(timeout), Instant::now());
    assert_locked(&sqlite.begin_load(&contacts(Mode::Replace)).err().unwrap());
    assert!(started.elapsed() >= timeout, "{:?}", started.elapsed());

    // Given back in time, it was never in the way. The other gives it back when the load has begun
    // to wait or just before: either way the load needs it.
    let mut sqlite = fixture.sqlite().with_busy_timeout(busy::TIMEOUT_DEFAULT);
    let (begins, has_begun) = channel();
    let loading = thread::spawn(move || {
        begins.send(()).unwrap();
        load(&mut sqlite, &contacts(Mode::Replace), &people(0..50)).unwrap()
    });
    has_begun.recv().unwrap();
    other.execute_batch("COMMIT").unwrap();
    assert_eq!(loading.join().unwrap().rows, 50);
}

/// Rows of a replacement that are staged survive the lock of another: the next load goes on.
#[test]
fn what_was_kept_survives_a_lock() {
    let (fixture, scope) = (Fixture::new(), Scope::default());
    let table = contacts(Mode::Replace);
    let mut begun = fixture.sqlite().begin(&table, Start::GoOn(&scope)).unwrap().load;
    begun.write(&people(0..40), &[]).unwrap();
    begun.keep(&change(scope.clone())).unwrap();
    begun.write(&people(40..50), &[]).unwrap();
    let other = fixture.connect();
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    assert_locked(&begun.keep(&change(scope.clone())).unwrap_err());
    begun.pause().unwrap();
    other.execute_batch("COMMIT").unwrap();
    let begun = fixture.sqlite().begin(&table, Start::GoOn(&scope)).unwrap();
    assert!(matches!(begun.kept, tollgate_sync::Kept::Same(_)));
    begun.load.commit(None).unwrap();
    assert_eq!(fixture.count(COUNT), 40);
}

#[test]
fn a_load_holds_no_lock_while_it_waits_for_rows() {
    let fixture = Fixture::new();
    let mut begun = fixture.sqlite().begin_load(&contacts(Mode::Replace)).unwrap();
    for batch in [people(0..15_000), people(15_000..15_010)] {
        begun.write(&batch, &[]).unwrap();
        fixture.execute("CREATE TABLE other (id); DROP TABLE other");
    }
    assert_eq!(begun.commit(None).unwrap().rows, 15_010);
}

#[test]
fn one_table_is_loaded_once_at_a_time() {
    let fixture = Fixture::new();
    let begun = fixture.sqlite().begin_load(&contacts(Mode::Replace)).unwrap();
    let error = fixture.refused(&contacts(Mode::Replace));
    assert_refused(&error, "another run is loading table \"contacts\"", "wait");
    begun.commit(None).unwrap();
    drop(fixture.sqlite().begin_load(&contacts(Mode::Replace)).unwrap());
}

/// Reads in one transaction after the other, each begun before that of the other reader ends.
fn read_on(
    connection: &Connection,
    begun: &Sender<()>,
    other_begun: &Receiver<()>,
    done: &AtomicBool,
) {
    while !done.load(Ordering::Relaxed) && other_begun.recv().is_ok() {
        drop(connection.execute_batch("COMMIT"));
        connection.execute_batch("BEGIN").unwrap();
        seen(connection);
        if begun.send(()).is_err() {
            break;
        }
    }
}

/// Loads a table chunk by chunk, and gives the most bytes that its WAL had.
fn load_chunks(fixture: &Fixture, wal_bytes_max: u64) -> u64 {
    let sqlite = fixture.sqlite().with_busy_timeout(Duration::from_secs(10));
    let mut sqlite = Sqlite { wal_bytes_max, ..sqlite };
    let table = Table { name: "more".to_owned(), ..contacts(Mode::Append) };
    let mut begun = sqlite.begin_load(&table).unwrap();
    let mut most = 0;
    for chunk in 0..20 {
        begun.write(&people(chunk * 10_000..(chunk + 1) * 10_000), &[]).unwrap();
        let wal = fixture.path().with_extension("db-wal");
        most = most.max(fs::metadata(wal).unwrap().len());
    }
    begun.commit(None).unwrap();
    assert_eq!(fixture.count("SELECT count(*) FROM more"), 200_000);
    most
}

const MIB: u64 = 1024 * 1024;

#[test]
fn readers_that_follow_each_other_do_not_let_the_wal_grow() {
    let fixture = Fixture::new();
    let ((one, one_begun), (other, other_begun)) = (channel(), channel());
    one.send(()).unwrap();
    let done = Arc::new(AtomicBool::new(false));
    let readers = [(one, other_begun), (other, one_begun)].map(|(begun, other_begun)| {
        let (connection, done) = (fixture.connect(), done.clone());
        thread::spawn(move || read_on(&connection, &begun, &other_begun, &done))
    });
    let most = load_chunks(&fixture, MIB);
    done.store(true, Ordering::Relaxed);
    readers.into_iter().for_each(|reader| reader.join().unwrap());
    assert!(most < 3 * MIB, "{most}");
}

/// One that stays keeps the WAL, and neither fails the load nor holds it up; the space comes back.
#[test]
fn a_reader_that_stays_costs_space_and_nothing_else() {
    let fixture = Fixture::new();
    let (reader, before) = reader(&fixture);
    let sqlite = Sqlite { wal_bytes_max: MIB, ..fixture.sqlite() };
    let table = Table { name: "more".to_owned(), ..contacts(Mode::Append) };
    let wal = || fs::metadata(fixture.path().with_extension("db-wal")).map_or(0, |wal| wal.len());
    load(&mut sqlite.clone(), &table, &people(0..100_000)).unwrap();
    assert_eq!(seen(&reader), before);
    assert!(wal() > 2 * MIB, "{}", wal());
    drop(reader);
    load(&mut sqlite.clone(), &table, &people(0..1)).unwrap();
    assert_eq!(wal(), 0);
}
