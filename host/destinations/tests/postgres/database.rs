//! A schema of its own for each fixture, read by a connection of its own.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use postgres::{Client, NoTls, Row};
use tollgate_destinations::Postgres;
use tollgate_destinations::conformance::{Fixture, Value};
use tollgate_destinations::postgres::Server;
use tollgate_model::{Column, DataType};
use tollgate_sync::Destination;
use tollgate_test_postgres::TestServer;
use tollgate_vault::Secret;

static NEXT: AtomicU32 = AtomicU32::new(0);

/// A schema that goes with it.
pub struct Database {
    access: Arc<Access>,
    pub schema: String,
}

/// How the server is reached.
struct Access {
    url: String,
    password: Option<String>,
}

impl Database {
    pub fn new(server: &TestServer) -> Self {
        let access = Access { url: server.url.clone(), password: server.password.clone() };
        Database::beside(Arc::new(access))
    }

    fn beside(access: Arc<Access>) -> Self {
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        // Several processes may use one server.
        let schema = format!("tollgate test {}_{number}", std::process::id());
        Database { access, schema }
    }

    pub fn server(&self) -> Server {
        let server: Server = self.access.url.parse().expect("the URL is one");
        server.with_schema(&self.schema)
    }

    pub fn destination(&self) -> Postgres {
        self.destination_at(self.server())
    }

    /// The same, reached in another way.
    pub fn destination_at(&self, server: Server) -> Postgres {
        Postgres::at(server, self.access.password.clone().map(Secret::new))
    }

    pub fn connect(&self) -> Client {
        let mut config: postgres::Config = self.access.url.parse().expect("the URL is one");
        if let Some(password) = &self.access.password {
            config.password(password);
        }
        config.connect(NoTls).expect("the server takes connections")
    }

    /// Runs statements with the schema as the one that names are looked up in.
    pub fn execute(&self, sql: &str) {
        let schema = quoted(&self.schema);
        let sql =
            format!("CREATE SCHEMA IF NOT EXISTS {schema}; SET search_path = {schema}; {sql}");
        self.connect().batch_execute(&sql).unwrap_or_else(|error| panic!("{sql}: {error:?}"));
    }

    /// The one value that a query gives.
    pub fn get<T: for<'a> postgres::types::FromSql<'a>>(&self, sql: &str) -> T {
        let mut client = self.connect();
        let path = format!("SET search_path = {}", quoted(&self.schema));
        client.batch_execute(&path).expect("a path can be set");
        client.query_one(sql, &[]).unwrap_or_else(|error| panic!("{sql}: {error:?}")).get(0)
    }

    /// The names of the tables.
    fn tables(&self, client: &mut Client) -> Vec<String> {
        let sql = "SELECT tablename::text FROM pg_tables WHERE schemaname = $1";
        let rows = client.query(sql, &[&self.schema]).expect("the catalog can be read");
        rows.iter().map(|row| row.get(0)).collect()
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        self.execute(&format!("DROP SCHEMA {} CASCADE", quoted(&self.schema)));
    }
}

impl Fixture for Database {
    fn destination(&self) -> Box<dyn Destination> {
        Box::new(Database::destination(self))
    }

    fn read(&self, table: &str, columns: &[Column]) -> Option<Vec<Vec<Value>>> {
        let mut client = self.connect();
        if !self.tables(&mut client).iter().any(|name| name == table) {
            return None;
        }
        let sql = "SELECT column_name::text FROM information_schema.columns
                   WHERE table_schema = $1 AND table_name = $2";
        let found = client.query(sql, &[&self.schema, &table]).expect("the catalog can be read");
        let found: Vec<String> = found.iter().map(|row| row.get(0)).collect();
        let expressions = columns.iter().map(|column| match found.contains(&column.name) {
            true => expression(column),
            false => "NULL::text".to_owned(),
        });
        let expressions: Vec<String> = expressions.collect();
        let (schema, table) = (quoted(&self.schema), quoted(table));
        let sql = format!("SELECT {} FROM {schema}.{table}", expressions.join(", "));
        let rows = client.query(&sql, &[]).unwrap_or_else(|error| panic!("{sql}: {error:?}"));
        let row = |row: &Row| {
            let value = |(index, column): (usize, &Column)| value(column.data_type, row, index);
            columns.iter().enumerate().map(value).collect()
        };
        Some(rows.iter().map(row).collect())
    }

    fn another(&self) -> Box<dyn Fixture> {
        Box::new(Database::beside(Arc::clone(&self.access)))
    }

    /// What another session sees is what is committed, and that is what a killed one leaves.
    fn killed(&self) -> Box<dyn Fixture> {
        let copy = Database::beside(Arc::clone(&self.access));
        let (from, to) = (quoted(&self.schema), quoted(&copy.schema));
        copy.execute("");
        for table in self.tables(&mut self.connect()) {
            let table = quoted(&table);
            copy.execute(&format!(
                "CREATE TABLE {to}.{table} (LIKE {from}.{table} INCLUDING ALL);
                 INSERT INTO {to}.{table} SELECT * FROM {from}.{table}"
            ));
        }
        Box::new(copy)
    }

    fn leftovers(&self) -> Vec<String> {
        let mut leftovers = self.tables(&mut self.connect());
        leftovers.retain(|name| name.starts_with("tollgate"));
        leftovers
    }
}

pub fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

/// What is asked for, so that the answer tells every bit of the value: the forms that Postgres
/// writes, and bytes as they are.
fn expression(column: &Column) -> String {
    let name = quoted(&column.name);
    match column.data_type {
        DataType::Boolean | DataType::Int64 | DataType::Float64 | DataType::Bytes => name,
        DataType::Timestamp => {
            format!("to_char({name} AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.US\"Z\"')")
        }
        DataType::Date => format!("to_char({name}, 'YYYY-MM-DD')"),
        DataType::Decimal { .. } | DataType::Text | DataType::Json => format!("{name}::text"),
    }
}

fn value(data_type: DataType, row: &Row, index: usize) -> Value {
    let column = &row.columns()[index];
    let is_text = *column.type_() == postgres::types::Type::TEXT;
    let found = match data_type {
        _ if is_text => {
            row.get::<_, Option<String>>(index).map(|text| crate::texts::parse(data_type, &text))
        }
        DataType::Boolean => row.get::<_, Option<bool>>(index).map(Value::Boolean),
        DataType::Int64 => row.get::<_, Option<i64>>(index).map(Value::Int64),
        DataType::Float64 => row.get::<_, Option<f64>>(index).map(Value::float64),
        DataType::Bytes => row.get::<_, Option<Vec<u8>>>(index).map(Value::Bytes),
        _ => Some(Value::text(format!("a {}", column.type_()))),
    };
    found.unwrap_or(Value::Null)
}
