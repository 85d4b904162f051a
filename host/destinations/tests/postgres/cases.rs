//! What only a server can do wrong, and what users have done to its tables.

use std::sync::Arc;

use arrow_array::{ArrayRef, BooleanArray, Int64Array, RecordBatch, StringArray};
use postgres::IsolationLevel;
use tollgate_destinations::Postgres;
use tollgate_destinations::postgres::Server;
use tollgate_model::{Column, DataType, Error, ErrorKind, schema};
use tollgate_sync::{
    Begun, Change, Destination, Keeps, Kept, Load, Loaded, Mode, Round, Scope, Start, Table,
};
use tollgate_vault::Secret;

use crate::database::{Database, quoted};

/// A case, with its name.
type Case = (&'static str, fn(&Database));

/// Every case.
pub const CASES: &[Case] = &[
    ("columns are declared by what they hold", columns_are_declared_by_what_they_hold),
    ("a row of a later chunk takes its place", a_row_of_a_later_chunk_takes_its_place),
    ("a first load is named like any other", a_first_load_is_named_like_any_other),
    ("a reader never sees a part", a_reader_never_sees_a_part),
    ("what is attached survives", what_is_attached_survives),
    ("what cannot be replaced is refused", what_cannot_be_replaced_is_refused),
    ("a replacement brings its own columns and key", a_replacement_brings_its_own_columns_and_key),
    ("append goes with a table of a user", append_goes_with_a_table_of_a_user),
    ("a widened column keeps what is attached", a_widened_column_keeps_what_is_attached),
    ("a merge goes only with the tables own key", a_merge_goes_only_with_the_tables_own_key),
    ("a lost connection is survived", a_lost_connection_is_survived),
    ("who is not let in is told", who_is_not_let_in_is_told),
    ("one table is loaded once at a time", one_table_is_loaded_once_at_a_time),
    ("a load that waits is in nobodys way", a_load_that_waits_is_in_nobodys_way),
    ("a lock of another program may pass", a_lock_of_another_program_may_pass),
    ("staged rows and their state go together", staged_rows_and_their_state_go_together),
    ("a load whose staging table is gone fails", a_load_whose_staging_table_is_gone_fails),
    ("a broken rule changes nothing", a_broken_rule_changes_nothing),
    ("what the server refuses is told with its place", what_the_server_refuses_is_told),
    ("long names and many columns work", long_names_and_many_columns_work),
];

fn column(name: &str, data_type: DataType) -> Column {
    Column { name: name.to_owned(), data_type, nullable: true, description: String::new() }
}

/// `contacts` with `id` and `email`, keyed by `id` unless appended to.
fn contacts(mode: Mode) -> Table {
    let primary_key = if mode == Mode::Append { Vec::new() } else { vec!["id".to_owned()] };
    let columns = vec![column("id", DataType::Int64), column("email", DataType::Text)];
    Table {
        name: "contacts".to_owned(),
        columns,
        primary_key,
        deletion: None,
        mode,
        children: Vec::new(),
        widen: false,
    }
}

fn people(ids: std::ops::Range<i64>, mark: &str) -> RecordBatch {
    let emails: StringArray = ids.clone().map(|id| Some(format!("{mark}{id}"))).collect();
    let ids: Int64Array = ids.collect();
    batch(&contacts(Mode::Replace).columns, vec![Arc::new(ids), Arc::new(emails)])
}

fn batch(columns: &[Column], arrays: Vec<ArrayRef>) -> RecordBatch {
    RecordBatch::try_new(schema::to_arrow_schema(columns), arrays).unwrap()
}

fn begin(database: &Database, table: &Table) -> Result<Box<dyn Load>, Error> {
    Ok(database.destination().begin(table, Start::Stateless)?.load)
}

fn load(database: &Database, table: &Table, rows: &RecordBatch) -> Result<Loaded, Error> {
    let mut load = begin(database, table)?;
    load.write(rows, &[])?;
    load.commit(None)
}

fn change(rows: u64, ended: bool) -> Change {
    let round = Round { number: 1, rows, ended, ..Round::default() };
    Change { scope: Scope::default(), round, parts: Vec::new(), keeps: Keeps::All }
}

fn go_on(database: &Database, table: &Table) -> Begun {
    database.destination().begin(table, Start::GoOn(&Scope::default())).unwrap()
}

fn refused(database: &Database, table: &Table) -> Error {
    begin(database, table).err().expect("it is refused")
}

fn assert_refused(error: &Error, kind: ErrorKind, message: &str, hint: &str) {
    assert_eq!(error.kind(), kind, "{error}");
    assert!(error.message().contains(message), "{error}");
    assert!(error.hint().unwrap_or_default().contains(hint), "{:?}", error.hint());
}

fn count(database: &Database, condition: &str) -> i64 {
    database.get(&format!("SELECT count(*) FROM contacts WHERE {condition}"))
}

/// There are as many tables that loads have left.
fn leftovers(database: &Database) -> i64 {
    let schema = database.schema.replace('\'', "''");
    database.get(&format!(
        "SELECT count(*) FROM pg_tables WHERE schemaname = '{schema}'
         AND tablename LIKE 'tollgate\\_staging%'"
    ))
}

/// Ends the sessions of loads.
fn cut(database: &Database) {
    let _: i64 = database.get(
        "SELECT count(pg_terminate_backend(pid, 5000)) FROM pg_stat_activity
         WHERE application_name = 'tollgate'",
    );
}

fn columns_are_declared_by_what_they_hold(database: &Database) {
    let types = [
        DataType::Boolean,
        DataType::Int64,
        DataType::Float64,
        DataType::Decimal { precision: 38, scale: 9 },
        DataType::Text,
        DataType::Date,
        DataType::Timestamp,
        DataType::Json,
        DataType::Bytes,
    ];
    let columns = types.map(|t| column(&t.to_string(), t)).to_vec();
    let primary_key = vec!["text".to_owned(), "int64".to_owned()];
    let table = Table { name: "types".to_owned(), columns, primary_key, ..contacts(Mode::Merge) };
    begin(database, &table).unwrap().commit(None).unwrap();
    let declared: String = database.get(
        "SELECT string_agg(format_type(atttypid, atttypmod), ', ' ORDER BY attnum)
         FROM pg_attribute WHERE attrelid = 'types'::regclass AND attnum > 0",
    );
    let expected = "boolean, bigint, double precision, numeric(38,9), text, date, \
                    timestamp with time zone, jsonb, bytea";
    assert_eq!(declared, expected);
    let key: String = database
        .get("SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE conname = 'types_pkey'");
    assert_eq!(key, "PRIMARY KEY (text, int64)");
}

fn a_reader_never_sees_a_part(database: &Database) {
    load(database, &contacts(Mode::Replace), &people(0..5_000, "old")).unwrap();
    let mut client = database.connect();
    let schema = quoted(&database.schema);
    let sql = format!("SELECT count(*), count(DISTINCT left(email, 3)) FROM {schema}.contacts");
    let mut snapshot =
        client.build_transaction().isolation_level(IsolationLevel::RepeatableRead).start().unwrap();
    let seen = snapshot.query_one("SELECT 1", &[]).map(|_| ()).and_then(|()| {
        let row = snapshot.query_one(&sql, &[])?;
        Ok((row.get::<_, i64>(0), row.get::<_, i64>(1)))
    });
    assert_eq!(seen.unwrap(), (5_000, 1));
    std::thread::scope(|scope| {
        let reader = scope.spawn(|| {
            let mut client = database.connect();
            let mut seen = Vec::new();
            while seen.last() != Some(&7_000) {
                let row = client.query_one(&sql, &[]).unwrap();
                assert_eq!(row.get::<_, i64>(1), 1, "old and new rows at once");
                seen.push(row.get::<_, i64>(0));
            }
            seen.dedup();
            seen
        });
        load(database, &contacts(Mode::Replace), &people(0..7_000, "new")).unwrap();
        assert_eq!(reader.join().unwrap().last(), Some(&7_000));
    });
    let row = snapshot.query_one(&sql, &[]).unwrap();
    assert_eq!((row.get::<_, i64>(0), row.get::<_, i64>(1)), (5_000, 1), "it keeps its snapshot");
}

/// Each page is a chunk of its own: the second meets rows of the first, the third those of the second.
fn a_row_of_a_later_chunk_takes_its_place(database: &Database) {
    for mode in [Mode::Replace, Mode::Merge] {
        let mut running = begin(database, &contacts(mode)).unwrap();
        for rows in
            [people(0..12_000, "a"), people(11_000..23_000, "b"), people(22_000..34_000, "c")]
        {
            running.write(&rows, &[]).unwrap();
        }
        let loaded = running.commit(None).unwrap();
        assert_eq!((loaded.rows, loaded.duplicates), (34_000, 2_000), "{mode:?}");
        for (mark, rows) in [("a", 11_000), ("b", 11_000), ("c", 12_000)] {
            assert_eq!(count(database, &format!("email = '{mark}' || id")), rows, "{mode:?}");
        }
        assert_eq!(leftovers(database), 0);
    }
}

/// Whatever is there: the key has its usual name if that is free, and another if not.
fn a_first_load_is_named_like_any_other(database: &Database) {
    let key_of = |table: &str| -> String {
        database.get(&format!(
            "SELECT conname::text FROM pg_constraint
             WHERE conrelid = '{table}'::regclass AND contype = 'p'"
        ))
    };
    let table = contacts(Mode::Replace);
    load(database, &table, &people(0..3, "a")).unwrap();
    assert_eq!(key_of("contacts"), "contacts_pkey");
    database.execute("CREATE TABLE others_pkey (id int)");
    let others = Table { name: "others".to_owned(), ..table };
    for mark in ["a", "b"] {
        load(database, &others, &people(0..3, mark)).unwrap();
        assert_ne!(key_of("others"), "others_pkey");
    }
    assert_eq!(leftovers(database), 0);
}

fn what_is_attached_survives(database: &Database) {
    load(database, &contacts(Mode::Replace), &people(0..3, "a")).unwrap();
    database.execute(
        "CREATE INDEX by_email ON contacts (email);
         CREATE VIEW few AS SELECT * FROM contacts WHERE id < 2;
         GRANT SELECT ON contacts TO PUBLIC;
         COMMENT ON TABLE contacts IS 'people'",
    );
    load(database, &contacts(Mode::Replace), &people(1..5, "b")).unwrap();
    assert_eq!(database.get::<i64>("SELECT count(*) FROM few"), 1);
    let attached = "SELECT (to_regclass('by_email') IS NOT NULL)::text
        || obj_description('contacts'::regclass)
        || (SELECT relacl::text LIKE '%=r/%' FROM pg_class WHERE oid = 'contacts'::regclass)";
    assert_eq!(database.get::<String>(attached), "truepeopletrue");
    let mut wider = contacts(Mode::Replace);
    wider.columns.push(column("since", DataType::Date));
    begin(database, &wider).unwrap().commit(None).unwrap();
    assert_eq!(database.get::<i64>("SELECT count(since) FROM contacts"), 0);
}

fn a_widened_column_keeps_what_is_attached(database: &Database) {
    load(database, &contacts(Mode::Merge), &people(0..3, "a")).unwrap();
    database.execute(
        "CREATE INDEX by_email ON contacts (email);
         GRANT SELECT ON contacts TO PUBLIC;
         CREATE VIEW few AS SELECT id FROM contacts WHERE id < 2",
    );
    let columns = ["id", "email"].map(|name| column(name, DataType::Text)).to_vec();
    let wider = Table { columns: columns.clone(), widen: true, ..contacts(Mode::Merge) };
    let texts = |texts: [&str; 2]| Arc::new(StringArray::from(texts.to_vec()));
    let rows = batch(&columns, vec![texts(["1", "b"]), texts(["new", "new"])]);
    // A view needs the column as it is: then nothing is done at all.
    let error = load(database, &wider, &rows).err().unwrap();
    assert_eq!(error.kind(), ErrorKind::Destination, "{error}");
    assert_eq!(count(database, "id < 3 AND email LIKE 'a%'"), 3);
    database.execute("DROP VIEW few");
    load(database, &wider, &rows).unwrap();
    let all = "SELECT string_agg(id || email, ' ' ORDER BY id COLLATE \"C\") FROM contacts";
    assert_eq!(database.get::<String>(all), "0a0 1new 2a2 bnew");
    let attached = "SELECT (to_regclass('by_email') IS NOT NULL)::text
        || (SELECT relacl::text LIKE '%=r/%' FROM pg_class WHERE oid = 'contacts'::regclass)
        || (SELECT count(*) FROM pg_constraint
            WHERE conrelid = 'contacts'::regclass AND contype = 'p')";
    assert_eq!(database.get::<String>(attached), "truetrue1");
}

fn what_cannot_be_replaced_is_refused(database: &Database) {
    load(database, &contacts(Mode::Replace), &people(0..3, "a")).unwrap();
    database.execute("CREATE INDEX by_email ON contacts (email)");
    let mut narrower = contacts(Mode::Replace);
    narrower.columns.pop();
    let error = refused(database, &narrower);
    assert_refused(&error, ErrorKind::Destination, "needs column \"email\"", "DROP INDEX");
    database.execute("DROP INDEX by_email; CREATE VIEW seen AS SELECT email FROM contacts");
    let error = begin(database, &narrower).unwrap().commit(None).err().unwrap();
    assert_refused(&error, ErrorKind::Destination, "something else needs", "the cause names it");
    let cause = std::error::Error::source(&error).unwrap().to_string();
    assert!(cause.contains("view") && cause.contains("seen"), "{cause}");
    database.execute("CREATE TABLE notes (contact bigint REFERENCES contacts ON DELETE CASCADE)");
    let error = refused(database, &contacts(Mode::Replace));
    assert_refused(&error, ErrorKind::Destination, "rows of", "merge instead");
    let view = Table { name: "seen".to_owned(), ..contacts(Mode::Replace) };
    let error = refused(database, &view);
    assert_refused(&error, ErrorKind::Destination, "is a view", "another table name");
    assert_eq!((count(database, "id IN (0, 1, 2)"), count(database, "true")), (3, 3));
    assert_eq!(leftovers(database), 0);
}

fn a_replacement_brings_its_own_columns_and_key(database: &Database) {
    database.execute(
        "CREATE TABLE contacts (a text PRIMARY KEY, id date NOT NULL, note text NOT NULL,
                                email text GENERATED ALWAYS AS (upper(a)) STORED);
         INSERT INTO contacts VALUES ('x', '2024-01-01', 'mine')",
    );
    load(database, &contacts(Mode::Replace), &people(0..3, "a")).unwrap();
    let declared: String = database.get(
        "SELECT string_agg(attname || ' ' || format_type(atttypid, atttypmod), ', '
                           ORDER BY attname)
         FROM pg_attribute
         WHERE attrelid = 'contacts'::regclass AND attnum > 0 AND NOT attisdropped",
    );
    assert_eq!(declared, "email text, id bigint");
    let key = "SELECT pg_get_constraintdef(oid) FROM pg_constraint
               WHERE conrelid = 'contacts'::regclass AND contype = 'p'";
    assert_eq!(database.get::<String>(key), "PRIMARY KEY (id)");
    let keyless = Table { primary_key: Vec::new(), ..contacts(Mode::Replace) };
    load(database, &keyless, &people(0..3, "a")).unwrap();
    load(database, &contacts(Mode::Append), &people(0..3, "b")).unwrap();
    assert_eq!(count(database, "true"), 6);
}

fn append_goes_with_a_table_of_a_user(database: &Database) {
    database.execute(
        "CREATE TABLE contacts (row bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, id numeric,
                                email character varying DEFAULT '-', note text NOT NULL DEFAULT 'n',
                                upper text GENERATED ALWAYS AS (upper(email)) STORED)",
    );
    load(database, &contacts(Mode::Append), &people(0..3, "a")).unwrap();
    assert_eq!(count(database, "id = row - 1 AND upper LIKE 'A%' AND note = 'n'"), 3);
    let mut computed = contacts(Mode::Append);
    computed.columns.push(column("upper", DataType::Text));
    let error = refused(database, &computed);
    assert_refused(&error, ErrorKind::Destination, "column \"upper\" of table", "do not read");
    database.execute("ALTER TABLE contacts ALTER note DROP DEFAULT");
    let error = refused(database, &contacts(Mode::Append));
    assert_refused(&error, ErrorKind::Destination, "demands column \"note\"", "default");
}

fn a_merge_goes_only_with_the_tables_own_key(database: &Database) {
    database.execute(
        "CREATE TABLE plain (id bigint, email text);
         CREATE TABLE other (id bigint, email text PRIMARY KEY)",
    );
    for (name, message) in [
        ("plain", "table \"plain\" has no primary key, and rows are merged by id"),
        ("other", "table \"other\" has the primary key email, not id"),
    ] {
        let error = refused(database, &Table { name: name.to_owned(), ..contacts(Mode::Merge) });
        assert_refused(&error, ErrorKind::Destination, message, "replace the table once");
    }
    load(database, &contacts(Mode::Replace), &people(0..3, "a")).unwrap();
    database.execute("ALTER TABLE contacts ADD COLUMN mine text DEFAULT 'x'");
    load(database, &contacts(Mode::Merge), &people(2..5, "b")).unwrap();
    assert_eq!((count(database, "mine = 'x'"), count(database, "email = 'b2'")), (5, 1));
    let error = refused(database, &contacts(Mode::Append));
    assert_refused(&error, ErrorKind::Destination, "has one row for each \"id\"", "another one");
}

fn a_lost_connection_is_survived(database: &Database) {
    for mode in [Mode::Replace, Mode::Append, Mode::Merge] {
        for key in [Vec::new(), vec!["id".to_owned()]] {
            if key.is_empty() && mode == Mode::Merge || !key.is_empty() && mode == Mode::Append {
                continue;
            }
            database.execute("DROP TABLE IF EXISTS contacts");
            let table = Table { primary_key: key, ..contacts(mode) };
            load(database, &table, &people(0..5, "old")).unwrap();
            let mut running = go_on(database, &table).load;
            running.write(&people(5..10, "a"), &[]).unwrap();
            running.keep(&change(5, false)).unwrap();
            running.write(&people(10..15_000, "lost"), &[]).unwrap();
            cut(database);
            let error = running.write(&people(15_000..30_000, "lost"), &[]).err().unwrap();
            assert_refused(&error, ErrorKind::Unavailable, "was lost", "goes on");
            drop(running);
            let kept = if mode == Mode::Replace { 0 } else { 5 };
            assert_eq!(count(database, "email LIKE 'old%'"), 5, "{mode:?}");
            assert_eq!(count(database, "true"), 5 + kept, "{mode:?}");
            let Begun { mut load, kept, .. } = go_on(database, &table);
            assert!(matches!(kept, Kept::Same(state) if state.round.rows == 5), "{mode:?}");
            load.write(&people(10..20, "b"), &[]).unwrap();
            let loaded = load.commit(Some(&change(15, true))).unwrap();
            assert_eq!(loaded.duplicates, 0);
            assert_eq!(count(database, "email LIKE 'a%' AND id IN (5, 6, 7, 8, 9)"), 5);
            assert_eq!(count(database, "email LIKE 'b%' AND id >= 10 AND id < 20"), 10);
            if table.primary_key.is_empty() {
                assert_eq!(count(database, "email LIKE 'lost%'"), 0, "{mode:?}");
            }
            assert_eq!(leftovers(database), 0);
            database.destination().forget("contacts").unwrap();
        }
    }
}

fn who_is_not_let_in_is_told(database: &Database) {
    let ask = |server: Server, password: Option<&str>| {
        let password = password.map(|password| Secret::new(password.to_owned()));
        let error = Postgres::at(server, password).state("contacts").unwrap_err();
        assert!(!format!("{error:?}").contains("hunter2"), "{error:?}");
        error
    };
    let server = database.server();
    let shown = server.to_string();
    let another = |from: &str, to: &str| {
        assert!(shown.contains(from), "{shown}");
        shown.replacen(from, to, 1).parse::<Server>().unwrap()
    };
    let (_, rest) = shown.split_once('@').unwrap();
    let port = rest.split_once('/').unwrap().0;
    let gone = format!("127.0.0.1:{}", 9);
    for (error, kind, message) in [
        (ask(server.clone(), Some("hunter2")), ErrorKind::Config, "does not let user"),
        (ask(server, None), ErrorKind::Config, "asks for the password"),
        (ask(another(port, &gone), Some("hunter2")), ErrorKind::Unavailable, "cannot be reached"),
    ] {
        assert_refused(&error, kind, message, "");
        assert!(error.hint().is_some());
    }
    database.execute(
        "DO $$ BEGIN CREATE ROLE guest LOGIN PASSWORD 'hunter2';
                      EXCEPTION WHEN duplicate_object THEN NULL; END $$",
    );
    let (user, _) = shown.split_once('@').unwrap();
    let guest = another(user, "postgres://guest");
    let mut guest = Postgres::at(guest, Some(Secret::new("hunter2".to_owned())));
    let error = guest.begin(&contacts(Mode::Append), Start::Stateless).err().unwrap();
    assert_refused(&error, ErrorKind::Destination, "the user may not do that", "GRANT");
}

fn one_table_is_loaded_once_at_a_time(database: &Database) {
    let running = begin(database, &contacts(Mode::Replace)).unwrap();
    let error = refused(database, &contacts(Mode::Append));
    let message = "another run is loading table \"contacts\"";
    assert_refused(&error, ErrorKind::Destination, message, "wait");
    let other = Table { name: "other".to_owned(), ..contacts(Mode::Replace) };
    drop(begin(database, &other).unwrap());
    running.commit(None).unwrap();
    drop(begin(database, &contacts(Mode::Replace)).unwrap());
}

fn a_load_that_waits_is_in_nobodys_way(database: &Database) {
    load(database, &contacts(Mode::Replace), &people(0..3, "a")).unwrap();
    let mut running = begin(database, &contacts(Mode::Replace)).unwrap();
    running.write(&people(0..15_000, "b"), &[]).unwrap();
    let open = "SELECT count(*) FROM pg_stat_activity
                WHERE application_name = 'tollgate' AND state <> 'idle'";
    assert_eq!(database.get::<i64>(open), 0);
    database.execute("SET lock_timeout = '1s'; ALTER TABLE contacts ADD COLUMN mine text");
    assert_eq!(running.commit(None).unwrap().rows, 15_000);
}

fn a_lock_of_another_program_may_pass(database: &Database) {
    load(database, &contacts(Mode::Append), &people(0..3, "a")).unwrap();
    let mut client = database.connect();
    let mut other = client.transaction().unwrap();
    let lock = format!("LOCK TABLE {}.contacts", quoted(&database.schema));
    other.batch_execute(&lock).unwrap();
    let mut server = database.server();
    server.set("lock_timeout", "0s").unwrap();
    let begun = std::time::Instant::now();
    for mode in [Mode::Append, Mode::Replace] {
        let mut hasty = database.destination_at(server.clone());
        let loaded = hasty.begin(&contacts(mode), Start::Stateless).and_then(|begun| {
            let mut running = begun.load;
            running.write(&people(3..6, "b"), &[])?;
            running.commit(None)
        });
        let error = loaded.err().unwrap();
        let message = "is locked: another program works on it";
        assert_refused(&error, ErrorKind::Unavailable, message, "?lock_timeout=5m");
    }
    assert!(begun.elapsed().as_secs() < 10, "that is what is waited where nothing is said");
    other.rollback().unwrap();
    assert_eq!(count(database, "true"), 3);
    // Whoever waits long enough gets it.
    let mut other = client.transaction().unwrap();
    other.batch_execute(&lock).unwrap();
    std::thread::scope(|scope| {
        let waiting = scope.spawn(|| load(database, &contacts(Mode::Append), &people(3..6, "b")));
        let queued = "SELECT count(*) > 0 FROM pg_locks JOIN pg_stat_activity USING (pid)
                      WHERE NOT granted AND application_name = 'tollgate'";
        while !waiting.is_finished() && !database.get::<bool>(queued) {
            std::thread::yield_now();
        }
        other.rollback().unwrap();
        waiting.join().unwrap().unwrap();
    });
    assert_eq!(count(database, "true"), 6);
}

fn staged_rows_and_their_state_go_together(database: &Database) {
    type End = fn(&Database, Box<dyn Load>);
    let ends: [(&str, End); 4] = [
        ("dropped", |_, running| drop(running)),
        ("reset", |database, running| {
            running.pause().unwrap();
            assert!(database.destination().forget("contacts").unwrap());
        }),
        ("a sample", |database, running| {
            running.pause().unwrap();
            drop(begin(database, &contacts(Mode::Replace)).unwrap());
        }),
        ("another mode", |database, running| {
            running.pause().unwrap();
            drop(begin(database, &contacts(Mode::Merge)).unwrap());
        }),
    ];
    load(database, &contacts(Mode::Replace), &people(0..3, "a")).unwrap();
    for (what, end) in ends {
        let mut running = go_on(database, &contacts(Mode::Replace)).load;
        running.write(&people(0..9, "b"), &[]).unwrap();
        running.keep(&change(9, false)).unwrap();
        assert!(database.destination().state("contacts").unwrap().is_some());
        end(database, running);
        assert_eq!(database.destination().state("contacts").unwrap(), None, "{what}");
        assert_eq!((count(database, "true"), leftovers(database)), (3, 0), "{what}");
    }
}

fn a_load_whose_staging_table_is_gone_fails(database: &Database) {
    let mut running = begin(database, &contacts(Mode::Replace)).unwrap();
    running.write(&people(0..15_000, "a"), &[]).unwrap();
    let name: String = database
        .get("SELECT tablename::text FROM pg_tables WHERE tablename LIKE 'tollgate\\_staging%'");
    database.execute(&format!("DROP TABLE {}", quoted(&name)));
    assert_eq!(running.commit(None).err().unwrap().kind(), ErrorKind::Destination);
}

fn a_broken_rule_changes_nothing(database: &Database) {
    load(database, &contacts(Mode::Replace), &people(0..3, "a")).unwrap();
    database.execute("CREATE UNIQUE INDEX one_for_three ON contacts ((id % 3))");
    let error = load(database, &contacts(Mode::Replace), &people(0..9, "secret")).err().unwrap();
    let message = "break a rule of table \"contacts\"";
    assert_refused(&error, ErrorKind::Destination, message, "the cause names the rule");
    let cause = std::error::Error::source(&error).unwrap().to_string();
    assert!(cause.contains("one_for_three") && !cause.contains("(0)"), "{cause}");
    assert_eq!((count(database, "id IN (0, 1, 2)"), count(database, "true")), (3, 3));
    assert_eq!(leftovers(database), 0);
}

fn what_the_server_refuses_is_told(database: &Database) {
    let columns = vec![column("id", DataType::Int64), column("data", DataType::Json)];
    let table = Table { columns, ..contacts(Mode::Replace) };
    for refused in ["{\"canary\":", "canary", "\"\\ud800 canary\"", "1e999999"] {
        let texts: StringArray =
            (0..12_000).map(|row| Some(if row == 11_000 { refused } else { "{}" })).collect();
        let ids = Int64Array::from_iter_values(0..12_000);
        let rows = batch(&table.columns, vec![Arc::new(ids), Arc::new(texts)]);
        let error = load(database, &table, &rows).err().unwrap();
        assert_refused(&error, ErrorKind::Data, "column \"data\" of row 11001", "");
        let cause = std::error::Error::source(&error).unwrap().to_string();
        assert!(!format!("{error:?} {cause}").contains("canary"), "{error:?}");
    }
    let beyond = vec![column("id", DataType::Int64), column("day", DataType::Date)];
    let table = Table { columns: beyond, ..contacts(Mode::Replace) };
    let days = arrow_array::Date32Array::from(vec![i32::MAX]);
    let ids = Int64Array::from(vec![1]);
    let rows = batch(&table.columns, vec![Arc::new(ids), Arc::new(days)]);
    let error = load(database, &table, &rows).err().unwrap();
    assert_refused(&error, ErrorKind::Data, "column \"day\" holds a date beyond the years", "");
}

fn long_names_and_many_columns_work(database: &Database) {
    let long = "ä".repeat(60);
    let columns = [format!("{long}1"), format!("{long}2"), "id".to_owned()];
    let columns: Vec<Column> = columns.iter().map(|name| column(name, DataType::Int64)).collect();
    for name in [format!("{long} one"), format!("{long} two")] {
        let primary_key = vec![columns[0].name.clone()];
        let mode = Mode::Replace;
        let columns = columns.clone();
        let table = Table { name: name.clone(), columns, primary_key, mode, ..contacts(mode) };
        let ids: ArrayRef = Arc::new(Int64Array::from(vec![1, 2]));
        let rows = batch(&table.columns, vec![Arc::clone(&ids), Arc::clone(&ids), ids]);
        let mut running = go_on(database, &table).load;
        running.write(&rows, &[]).unwrap();
        running.keep(&change(2, false)).unwrap();
        running.pause().unwrap();
        assert!(database.destination().state(&name).unwrap().is_some());
        let loaded = go_on(database, &table).load.commit(Some(&change(2, true))).unwrap();
        assert_eq!(loaded.rows, 2);
    }
    let schema = database.schema.replace('\'', "''");
    let made = format!("SELECT count(*) FROM pg_tables WHERE schemaname = '{schema}'");
    assert_eq!(database.get::<i64>(&made), 4, "two tables, and two of states");

    let many: Vec<Column> =
        (0..1_600).map(|number| column(&format!("c{number}"), DataType::Boolean)).collect();
    let table = Table { name: "many".to_owned(), columns: many, ..contacts(Mode::Append) };
    let flags: ArrayRef = Arc::new(BooleanArray::from(vec![true, false]));
    let rows = batch(&table.columns, vec![flags; 1_600]);
    assert_eq!(load(database, &table, &rows).unwrap().rows, 2);
    let mut more = table;
    more.columns.push(column("one more", DataType::Boolean));
    let error = refused(database, &more);
    assert_refused(&error, ErrorKind::Destination, "would have 1601 columns", "only some");
}
