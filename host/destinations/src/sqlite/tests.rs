use std::time::Duration;

use rusqlite::ErrorCode;
use tempfile::TempDir;
use tollgate_model::{DataType, Error, ErrorKind};
use tollgate_sync::Mode;

mod order;
mod sharing;

use super::*;
use crate::samples::{BeginLoad as _, column, contacts, load, people};

/// A folder with a database that holds three contacts.
struct Fixture {
    dir: TempDir,
}

impl Fixture {
    fn new() -> Self {
        let fixture = Fixture { dir: tempfile::tempdir().unwrap() };
        load(&mut fixture.sqlite(), &contacts(Mode::Replace), &people(0..3)).unwrap();
        fixture
    }

    fn path(&self) -> PathBuf {
        self.dir.path().join("out.db")
    }

    fn sqlite(&self) -> Sqlite {
        Sqlite::at(self.path()).with_busy_timeout(Duration::ZERO)
    }

    fn connect(&self) -> Connection {
        Connection::open(self.path()).unwrap()
    }

    fn execute(&self, sql: &str) {
        self.connect().execute_batch(sql).unwrap();
    }

    fn count(&self, sql: &str) -> i64 {
        self.connect().query_row(sql, [], |row| row.get(0)).unwrap()
    }

    /// The three contacts are there, and nothing else but what the test made.
    fn assert_whole(&self) {
        assert_eq!(self.count("SELECT count(*) FROM contacts WHERE id IN (0, 1, 2)"), 3);
        assert_eq!(self.count("SELECT count(*) FROM contacts"), 3);
        let staging = "SELECT count(*) FROM sqlite_master WHERE name LIKE 'tollgate%'";
        assert_eq!(self.count(staging), 0);
        let check: String =
            self.connect().query_row("PRAGMA integrity_check", [], |row| row.get(0)).unwrap();
        assert_eq!(check, "ok");
    }

    fn refused(&self, table: &Table) -> Error {
        self.sqlite().begin_load(table).err().unwrap()
    }
}

fn assert_refused(error: &Error, message: &str, hint: &str) {
    assert_eq!(error.kind(), ErrorKind::Destination);
    assert!(error.message().contains(message), "{error}");
    assert!(error.hint().is_some_and(|text| text.contains(hint)), "{:?}", error.hint());
}

#[test]
fn columns_are_declared_by_what_they_hold() {
    let fixture = Fixture::new();
    let types = [
        DataType::Boolean,
        DataType::Int64,
        DataType::Float64,
        DataType::Decimal { precision: 18, scale: 2 },
        DataType::Text,
        DataType::Date,
        DataType::Timestamp,
        DataType::Json,
        DataType::Bytes,
    ];
    let columns = types.map(|t| column(&t.to_string(), t)).to_vec();
    let primary_key = vec!["text".to_owned(), "int64".to_owned()];
    let table = Table { name: "types".to_owned(), columns, primary_key, ..contacts(Mode::Replace) };
    fixture.sqlite().begin_load(&table).unwrap().commit(None).unwrap();
    let sql = "SELECT sql FROM sqlite_master WHERE name = ?";
    let declared = |name: &str| {
        fixture.connect().query_row(sql, [name], |row| row.get::<_, String>(0)).unwrap()
    };
    let expected = r#"CREATE TABLE "types" (
  "boolean" BOOLEAN,
  "int64" INTEGER NOT NULL,
  "float64" REAL,
  "decimal(18,2)" DECIMAL_TEXT(18,2),
  "text" TEXT NOT NULL,
  "date" DATE,
  "timestamp" TIMESTAMP_TEXT,
  "json" JSON_TEXT,
  "bytes" BLOB,
  PRIMARY KEY ("text", "int64")
)"#;
    assert_eq!(declared("types"), expected);
    let expected =
        "CREATE TABLE \"contacts\" (\n  \"id\" INTEGER PRIMARY KEY,\n  \"email\" TEXT\n)";
    assert_eq!(declared("contacts"), expected);
}

#[test]
fn what_users_have_attached_to_a_table_survives_its_replacement() {
    let fixture = Fixture::new();
    fixture.execute(
        "CREATE UNIQUE INDEX by_email ON contacts (email);
         CREATE INDEX by_domain ON contacts (substr(email, instr(email, '@')));
         CREATE VIEW few AS SELECT * FROM contacts WHERE id < 2;
         CREATE TABLE log (id INTEGER REFERENCES contacts (id));
         CREATE TRIGGER added AFTER INSERT ON contacts BEGIN INSERT INTO log VALUES (new.id); END;",
    );
    load(&mut fixture.sqlite(), &contacts(Mode::Replace), &people(1..5)).unwrap();
    let attached = "SELECT count(*) FROM sqlite_master WHERE name IN
                    ('by_email', 'by_domain', 'few', 'log', 'added')";
    assert_eq!(fixture.count(attached), 5);
    assert_eq!(fixture.count("SELECT count(*) FROM few"), 1);
    assert_eq!(fixture.count("SELECT count(*) FROM log"), 0, "a load fires no trigger");
    fixture.execute("INSERT INTO contacts VALUES (9, 'x')");
    assert_eq!(fixture.count("SELECT count(*) FROM log"), 1);
    let plan: String = fixture
        .connect()
        .query_row("EXPLAIN QUERY PLAN SELECT * FROM contacts WHERE email = ''", [], |row| {
            row.get(3)
        })
        .unwrap();
    assert!(plan.contains("by_email"), "{plan}");
}

#[test]
fn an_index_on_a_column_that_goes_refuses_the_load() {
    let fixture = Fixture::new();
    fixture.execute("CREATE INDEX by_email ON contacts (email)");
    let mut table = contacts(Mode::Replace);
    table.columns.pop();
    let error = fixture.refused(&table);
    assert_refused(&error, "index \"by_email\" needs column \"email\"", "DROP INDEX \"by_email\"");
    fixture.assert_whole();
}

#[test]
fn a_row_that_breaks_a_users_index_fails_the_load_and_changes_nothing() {
    let fixture = Fixture::new();
    fixture.execute("CREATE UNIQUE INDEX one_for_three ON contacts (id % 3)");
    let failed = load(&mut fixture.sqlite(), &contacts(Mode::Replace), &people(0..9));
    let error = failed.err().unwrap();
    assert_refused(&error, "break a rule of table \"contacts\"", "the cause names the rule");
    fixture.assert_whole();
}

#[test]
fn a_full_disk_fails_the_load_and_changes_nothing() {
    let fixture = Fixture::new();
    for mode in [Mode::Replace, Mode::Append] {
        let mut sqlite = fixture.sqlite();
        sqlite.pages_max = Some(40);
        let mut table = contacts(mode);
        table.name = "more".to_owned();
        let error = load(&mut sqlite, &table, &people(0..50_000)).err().unwrap();
        assert_refused(&error, "there is no space left for ", "free some space");
        fixture.assert_whole();
    }
    let mut sqlite = fixture.sqlite();
    sqlite.pages_max = Some(40);
    let error = load(&mut sqlite, &contacts(Mode::Replace), &people(0..50_000)).err().unwrap();
    assert_refused(&error, "there is no space left for ", "free some space");
    fixture.assert_whole();
}

#[test]
fn a_load_whose_staging_table_is_gone_fails() {
    let fixture = Fixture::new();
    let mut begun = fixture.sqlite().begin_load(&contacts(Mode::Replace)).unwrap();
    begun.write(&people(0..20_000), &[]).unwrap();
    let sql = "SELECT name FROM sqlite_master WHERE name LIKE 'tollgate_staging_%'";
    let staging: String = fixture.connect().query_row(sql, [], |row| row.get(0)).unwrap();
    fixture.execute(&format!("DROP TABLE \"{staging}\""));
    let error = begun.commit(None).err().unwrap();
    assert_eq!(error.kind(), ErrorKind::Destination);
    fixture.assert_whole();
}

#[test]
fn what_is_no_table_is_left_alone() {
    let fixture = Fixture::new();
    fixture.execute(
        "CREATE VIEW seen AS SELECT * FROM contacts;
         CREATE VIRTUAL TABLE words USING fts5(word);",
    );
    for (name, kind) in [("seen", "view"), ("Words", "virtual table")] {
        for mode in [Mode::Replace, Mode::Append] {
            let table = Table { name: name.to_owned(), ..contacts(mode) };
            assert_refused(&fixture.refused(&table), kind, "choose another table name");
        }
    }
    let table = Table { name: "SQLite_x".to_owned(), ..contacts(Mode::Replace) };
    assert_refused(&fixture.refused(&table), "SQLite keeps such names", "sqlite_");
    let mut table = contacts(Mode::Replace);
    table.columns.push(column("Email", DataType::Text));
    assert_refused(&fixture.refused(&table), "\"email\" and \"Email\"", "another name");
    fixture.assert_whole();
}

#[test]
fn append_into_a_table_with_a_key_is_refused() {
    let fixture = Fixture::new();
    let error = fixture.refused(&contacts(Mode::Append));
    assert_refused(&error, "has one row for each \"id\"", "append into another one");
    fixture.assert_whole();
}

#[test]
fn append_goes_with_a_table_that_a_user_made() {
    let fixture = Fixture::new();
    fixture.execute(
        "CREATE TABLE mine (row INTEGER PRIMARY KEY, ID bigint, email VARCHAR(9) DEFAULT '-',
                            note TEXT NOT NULL DEFAULT 'n', upper TEXT AS (upper(email)));
         INSERT INTO mine (id) VALUES (7)",
    );
    let table = Table { name: "mine".to_owned(), ..contacts(Mode::Append) };
    load(&mut fixture.sqlite(), &table, &people(0..3)).unwrap();
    let sql = "SELECT count(*) FROM mine WHERE id = row - 2 AND upper LIKE '%@EXAMPLE.COM'";
    assert_eq!(fixture.count(sql), 3);

    let mut computed = table.clone();
    computed.columns.push(column("upper", DataType::Text));
    assert_refused(
        &fixture.refused(&computed),
        "column \"upper\" of table \"mine\" is computed",
        "",
    );
    fixture.execute("CREATE TABLE strict (id INTEGER, must TEXT NOT NULL)");
    let table = Table { name: "strict".to_owned(), ..table };
    let error = fixture.refused(&table);
    assert_refused(&error, "table \"strict\" demands column \"must\"", "default");
}

#[test]
fn what_is_no_database_is_left_alone() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("notes.db");
    let text = "these are my notes\n".repeat(100);
    fs::write(&path, &text).unwrap();
    let error = Sqlite::at(&path).begin_load(&contacts(Mode::Replace)).err().unwrap();
    assert_refused(&error, "notes.db is not a SQLite database", "choose another file name");
    assert_eq!(fs::read_to_string(&path).unwrap(), text);
    let error = Sqlite::at(dir.path()).begin_load(&contacts(Mode::Replace)).err().unwrap();
    assert_refused(&error, "cannot be opened", "check that it is a file");
    let below = path.join("out.db");
    let error = Sqlite::at(below).begin_load(&contacts(Mode::Replace)).err().unwrap();
    assert_refused(&error, "cannot make folder", "a file of that name is in the way");
}

#[test]
fn every_code_of_sqlite_that_a_user_can_act_on_has_a_hint() {
    let codes = [
        (rusqlite::ffi::SQLITE_READONLY, "cannot be written to"),
        (rusqlite::ffi::SQLITE_PERM, "cannot be written to"),
        (rusqlite::ffi::SQLITE_CANTOPEN, "cannot be opened"),
        (rusqlite::ffi::SQLITE_FULL, "there is no space left for"),
        (rusqlite::ffi::SQLITE_CORRUPT, "is damaged"),
        (rusqlite::ffi::SQLITE_CONSTRAINT, "break a rule"),
        (rusqlite::ffi::SQLITE_NOTADB, "is not a SQLite database"),
    ];
    for (code, text) in codes {
        let error = rusqlite::Error::SqliteFailure(rusqlite::ffi::Error::new(code), None);
        assert_ne!(error.sqlite_error_code(), Some(ErrorCode::Unknown));
        assert_refused(&Context::file(Path::new("out.db")).explain(error), text, "");
    }
}

#[test]
fn missing_folders_are_made_and_paths_are_never_uris() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("a/b/out.db");
    load(&mut Sqlite::at(&path), &contacts(Mode::Replace), &people(0..1)).unwrap();
    assert!(path.exists());
    assert_eq!(plain(Path::new("file:x?mode=memory")), Path::new("./file:x?mode=memory"));
    assert_eq!(plain(Path::new(":memory:")), Path::new("./:memory:"));
}

#[test]
fn a_merge_goes_only_with_the_tables_own_key() {
    let fixture = Fixture::new();
    fixture.execute("CREATE TABLE plain (id INTEGER, email TEXT)");
    fixture.execute("CREATE TABLE other (id INTEGER, email TEXT PRIMARY KEY)");
    for (name, message) in [
        ("plain", "table \"plain\" has no primary key, and rows are merged by id"),
        ("other", "table \"other\" has the primary key email, not id"),
    ] {
        let table = Table { name: name.to_owned(), ..merged() };
        assert_refused(&fixture.refused(&table), message, "replace the table once");
    }
    load(&mut fixture.sqlite(), &merged(), &people(2..5)).unwrap();
    assert_eq!(fixture.count("SELECT count(*) FROM contacts"), 5);
}

fn merged() -> Table {
    Table { mode: Mode::Merge, primary_key: vec!["id".to_owned()], ..contacts(Mode::Append) }
}

#[test]
fn a_merge_leaves_columns_that_are_not_read_and_adds_new_ones() {
    let fixture = Fixture::new();
    fixture.execute("ALTER TABLE contacts ADD COLUMN mine TEXT DEFAULT 'x'");
    let mut table = merged();
    table.columns.push(column("extra", DataType::Int64));
    fixture.sqlite().begin_load(&table).unwrap().commit(None).unwrap();
    load(&mut fixture.sqlite(), &merged(), &people(2..4)).unwrap();
    let sql = "SELECT count(*) FROM contacts WHERE mine = 'x' AND extra IS NULL";
    assert_eq!(fixture.count(sql), 4);
}

#[test]
fn a_load_while_the_disk_is_full_keeps_neither_rows_nor_state() {
    let fixture = Fixture::new();
    let mut sqlite = fixture.sqlite();
    sqlite.pages_max = Some(60);
    let scope = tollgate_sync::Scope::default();
    let mut begun = sqlite.begin(&merged(), Start::GoOn(&scope)).unwrap().load;
    let rows = tollgate_sync::Round { number: 1, ..Default::default() };
    let keeps = tollgate_sync::Keeps::All;
    let change = tollgate_sync::Change { scope, round: rows, parts: Vec::new(), keeps };
    let failed = (0..50).find_map(|chunk| {
        let rows = people(chunk * 1_000..(chunk + 1) * 1_000);
        begun.write(&rows, &[]).and_then(|()| begun.keep(&change)).err().map(|error| (chunk, error))
    });
    let (chunks, error) = failed.expect("fifty thousand rows do not fit");
    assert_refused(&error, "there is no space left for ", "free some space");
    drop(begun);
    assert_eq!(fixture.count("SELECT count(*) FROM contacts"), (chunks * 1_000).max(3));
    let kept = fixture.sqlite().state("contacts").unwrap();
    assert_eq!(kept.is_some(), chunks > 0);
}

#[test]
fn tables_in_which_states_are_kept_are_nobodys() {
    let fixture = Fixture::new();
    let table = Table { name: "_Tollgate_state".to_owned(), ..contacts(Mode::Replace) };
    assert_refused(&fixture.refused(&table), "states are kept there", "_tollgate_");
    assert!(fixture.sqlite().state("contacts").unwrap().is_none());
    assert_eq!(fixture.count("SELECT count(*) FROM sqlite_master WHERE name LIKE '%_state%'"), 0);
}

/// A state of staged rows is worth nothing without them.
#[test]
fn staged_rows_and_their_state_go_together() {
    type End = fn(&mut Sqlite, Box<dyn tollgate_sync::Load>);
    let ends: [(&str, End); 4] = [
        ("dropped", |_, begun| drop(begun)),
        ("reset", |sqlite, begun| {
            begun.pause().unwrap();
            assert!(sqlite.forget("contacts").unwrap());
        }),
        ("a sample", |sqlite, begun| {
            begun.pause().unwrap();
            drop(sqlite.begin_load(&contacts(Mode::Replace)).unwrap());
        }),
        ("another mode", |sqlite, begun| {
            begun.pause().unwrap();
            drop(sqlite.begin_load(&merged()).unwrap());
        }),
    ];
    for (what, end) in ends {
        let fixture = Fixture::new();
        let mut sqlite = fixture.sqlite();
        let scope = tollgate_sync::Scope::default();
        let mut begun = sqlite.begin(&contacts(Mode::Replace), Start::GoOn(&scope)).unwrap().load;
        begun.write(&people(0..9), &[]).unwrap();
        let round = tollgate_sync::Round { number: 1, ..Default::default() };
        let keeps = tollgate_sync::Keeps::All;
        begun.keep(&tollgate_sync::Change { scope, round, parts: Vec::new(), keeps }).unwrap();
        assert!(sqlite.state("contacts").unwrap().is_some());
        end(&mut sqlite, begun);
        assert_eq!(sqlite.state("contacts").unwrap(), None, "{what}");
        fixture.assert_whole();
    }
}
