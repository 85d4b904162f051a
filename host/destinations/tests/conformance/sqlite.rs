//! SQLite, read by a connection of its own.

use rusqlite::types::ValueRef;
use rusqlite::{Connection, OpenFlags, OptionalExtension};
use tollgate_destinations::Sqlite;
use tollgate_destinations::conformance::{Fixture, Traits, Value, check};
use tollgate_model::{Column, DataType};
use tollgate_sync::Destination;

use crate::files::{Storage, names};

#[test]
fn sqlite_is_a_destination() {
    let traits = Traits {
        keeps_types: true,
        widens: true,
        keeps_keys: true,
        keeps_nan: false,
        keeps_nul: true,
        keeps_json_text: true,
        merges: true,
        resumes_replace: true,
    };
    check(|| Box::new(Database(Storage::new())), traits)
        .unwrap_or_else(|failures| panic!("{failures}"));
}

struct Database(Storage);

impl Database {
    fn connect(&self) -> Option<Connection> {
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        Connection::open_with_flags(self.0.dir().join("out.db"), flags).ok()
    }
}

impl Fixture for Database {
    fn destination(&self) -> Box<dyn Destination> {
        Box::new(Sqlite::at(self.0.dir().join("out.db")))
    }

    fn read(&self, table: &str, columns: &[Column]) -> Option<Vec<Vec<Value>>> {
        let connection = self.connect()?;
        let quoted = |name: &str| format!("\"{}\"", name.replace('"', "\"\""));
        connection
            .query_row("SELECT 1 FROM sqlite_master WHERE name = ?", [table], |_| Ok(()))
            .optional()
            .expect("the schema can be read")?;
        let exists = "SELECT 1 FROM pragma_table_info(?) WHERE name = ?";
        let expression = |column: &Column| {
            let found = connection.query_row(exists, [table, &column.name], |_| Ok(())).optional();
            found
                .expect("the schema can be read")
                .map_or("NULL".to_owned(), |()| quoted(&column.name))
        };
        let expressions: Vec<_> = columns.iter().map(expression).collect();
        let sql = format!("SELECT {} FROM {}", expressions.join(", "), quoted(table));
        let mut statement = connection.prepare(&sql).expect("the table can be read");
        let rows = statement.query_map([], |row| {
            let value = |(index, column): (usize, &Column)| {
                Ok(value(column.data_type, row.get_ref(index)?))
            };
            columns.iter().enumerate().map(value).collect()
        });
        Some(rows.and_then(Iterator::collect).expect("the table can be read"))
    }

    fn another(&self) -> Box<dyn Fixture> {
        Box::new(Database(Storage::new()))
    }

    fn killed(&self) -> Box<dyn Fixture> {
        Box::new(Database(self.0.copy()))
    }

    fn leftovers(&self) -> Vec<String> {
        let files = ["out.db", "out.db-wal", "out.db-shm"];
        let mut leftovers = names(&self.0.dir());
        leftovers.retain(|name| !files.contains(&name.as_str()));
        leftovers.extend(self.0.written_outside());
        if let Some(connection) = self.connect() {
            let sql = "SELECT name FROM sqlite_master WHERE name LIKE 'tollgate%'";
            let mut statement = connection.prepare(sql).expect("the schema can be read");
            let tables = statement.query_map([], |row| row.get(0)).expect("the schema can be read");
            leftovers.extend(tables.map(|name| name.expect("a name is a text")));
        }
        leftovers
    }
}

fn value(data_type: DataType, value: ValueRef<'_>) -> Value {
    match (data_type, value) {
        (_, ValueRef::Null) => Value::Null,
        (DataType::Boolean, ValueRef::Integer(value @ (0 | 1))) => Value::Boolean(value == 1),
        (DataType::Int64, ValueRef::Integer(value)) => Value::Int64(value),
        (DataType::Float64, ValueRef::Real(value)) => Value::float64(value),
        (DataType::Bytes, ValueRef::Blob(value)) => Value::Bytes(value.to_vec()),
        (
            DataType::Decimal { .. }
            | DataType::Text
            | DataType::Json
            | DataType::Date
            | DataType::Timestamp,
            ValueRef::Text(text),
        ) => crate::texts::parse(data_type, std::str::from_utf8(text).expect("texts are UTF-8")),
        (_, other) => Value::text(format!("{other:?}")),
    }
}
