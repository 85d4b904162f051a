//! Where rows go, and what a reader finds there.

use std::fs::{self, File};
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use arrow_array::{Array as _, StringArray};
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use postgres::NoTls;
use rusqlite::Connection;
use serde::{Deserialize, Serialize};
use tollgate_destinations::postgres::Server;
use tollgate_destinations::{Csv, Jsonl, Parquet, Postgres, Sqlite};
use tollgate_sync::Destination;
use tollgate_vault::Secret;

use crate::provider::TABLES;
use crate::sqlite::PAGE_BYTES;

/// The columns of the two tables by which their rows are told apart: what is read of each.
const READ: [&[&str]; 2] =
    [&["contact_id", "company_name"], &["contact_id", "phone_number_id", "phone_number"]];

/// Where rows go.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub enum Place {
    /// A database file.
    Sqlite(PathBuf),
    /// A schema of a server.
    Postgres {
        /// The server, with the schema.
        url: String,
        /// Its user's password.
        password: String,
    },
    /// A folder of Parquet files.
    Parquet(PathBuf),
    /// A folder of CSV files.
    Csv(PathBuf),
    /// A folder of JSON Lines files.
    Jsonl(PathBuf),
}

/// The rows of a table and of its child table, each as a text, sorted; of both as often as they are
/// there.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Rows {
    /// Of each table.
    pub tables: [Vec<String>; 2],
}

impl Rows {
    /// Puts a row of the table there.
    pub fn parent(&mut self, id: &str, company: &str) {
        insert(&mut self.tables[0], format!("{id}|{company}"));
    }

    /// Puts a row of the child table there.
    pub fn child(&mut self, id: &str, phone: &str, number: &str) {
        insert(&mut self.tables[1], format!("{id}|{phone}|{number}"));
    }

    /// Puts all of these there too.
    pub fn add(&mut self, more: Rows) {
        for (rows, more) in self.tables.iter_mut().zip(more.tables) {
            more.into_iter().for_each(|row| insert(rows, row));
        }
    }

    /// Those that are not among the others; of equal ones, as many as there are more.
    #[must_use]
    pub fn without(&self, others: &Rows) -> Rows {
        let mut rest = self.clone();
        for (rows, others) in rest.tables.iter_mut().zip(&others.tables) {
            for other in others {
                if let Ok(at) = rows.binary_search(other) {
                    rows.remove(at);
                }
            }
        }
        rest
    }

    /// How many there are.
    pub fn count(&self) -> usize {
        self.tables.iter().map(Vec::len).sum()
    }
}

fn insert(rows: &mut Vec<String>, row: String) {
    let at = rows.partition_point(|other| *other <= row);
    rows.insert(at, row);
}

impl Place {
    /// The destination.
    ///
    /// # Errors
    /// For a URL that is none.
    pub fn destination(&self) -> anyhow::Result<Box<dyn Destination>> {
        Ok(match self {
            Place::Sqlite(path) => Box::new(Sqlite::at(path)),
            Place::Parquet(dir) => Box::new(Parquet::in_dir(dir)),
            Place::Csv(dir) => Box::new(Csv::in_dir(dir)),
            Place::Jsonl(dir) => Box::new(Jsonl::in_dir(dir)),
            Place::Postgres { url, password } => {
                let server: Server = url.parse()?;
                Box::new(Postgres::at(server, Some(Secret::new(password.clone()))))
            }
        })
    }

    /// What a reader finds who opens it now. Of a database, both tables are of one moment.
    ///
    /// # Errors
    /// Where something is there that cannot be read.
    pub fn read(&self) -> anyhow::Result<Rows> {
        let tables = match self {
            Place::Sqlite(path) => sqlite(path)?,
            Place::Postgres { .. } => self.postgres()?,
            Place::Parquet(dir) => files(dir, "parquet", parquet)?,
            Place::Csv(dir) => files(dir, "csv", csv)?,
            Place::Jsonl(dir) => files(dir, "jsonl", jsonl)?,
        };
        let mut rows = Rows { tables };
        rows.tables.iter_mut().for_each(|rows| rows.sort_unstable());
        Ok(rows)
    }

    /// How many pages a database file has, made as few and as small as can be, so that the next run
    /// takes further ones.
    ///
    /// # Errors
    /// Where it is none.
    pub fn pages(&self) -> anyhow::Result<u32> {
        let Place::Sqlite(path) = self else { anyhow::bail!("it is no database file") };
        if !path.exists() {
            return Ok(0);
        }
        let database = Connection::open(path)?;
        // Pages keep their size as long as there is a WAL.
        database.query_row("PRAGMA journal_mode = DELETE", [], |_| Ok(()))?;
        database.pragma_update(None, "page_size", PAGE_BYTES)?;
        database.execute_batch("VACUUM")?;
        Ok(database.query_row("PRAGMA page_count", [], |row| row.get(0))?)
    }

    /// A connection of its own to a server.
    ///
    /// # Errors
    /// Where it cannot be had.
    pub fn connect(&self) -> anyhow::Result<postgres::Client> {
        let Place::Postgres { url, password } = self else { anyhow::bail!("it is no server") };
        let server = url.split('?').next().unwrap_or_default();
        let mut config: postgres::Config = server.parse()?;
        Ok(config.password(password).connect(NoTls)?)
    }

    /// Where tables lie within a server.
    ///
    /// # Errors
    /// Where it has no schema.
    pub fn schema(&self) -> anyhow::Result<String> {
        let Place::Postgres { url, .. } = self else { anyhow::bail!("it is no server") };
        let server: Server = url.parse()?;
        Ok(server.schema().context("it has a schema")?.to_owned())
    }

    fn postgres(&self) -> anyhow::Result<[Vec<String>; 2]> {
        let schema = self.schema()?;
        let mut client = self.connect()?;
        let mut snapshot = client
            .build_transaction()
            .isolation_level(postgres::IsolationLevel::RepeatableRead)
            .start()?;
        let mut tables: [Vec<String>; 2] = Default::default();
        for ((table, columns), rows) in TABLES.iter().zip(READ).zip(&mut tables) {
            let exists = "SELECT 1 FROM pg_tables WHERE schemaname = $1 AND tablename = $2";
            if snapshot.query_opt(exists, &[&schema, table])?.is_none() {
                continue;
            }
            let sql = format!("SELECT {} FROM \"{schema}\".{table}", joined(columns));
            rows.extend(snapshot.query(&sql, &[])?.iter().map(|row| row.get::<_, String>(0)));
        }
        Ok(tables)
    }
}

/// The columns of a row as one text, in SQL.
fn joined(columns: &[&str]) -> String {
    let columns: Vec<_> = columns.iter().map(|column| format!("coalesce({column}, '')")).collect();
    columns.join(" || '|' || ")
}

fn sqlite(path: &Path) -> anyhow::Result<[Vec<String>; 2]> {
    let mut tables: [Vec<String>; 2] = Default::default();
    if !path.exists() {
        return Ok(tables);
    }
    let mut database = Connection::open(path)?;
    let snapshot = database.transaction()?;
    for ((table, columns), rows) in TABLES.iter().zip(READ).zip(&mut tables) {
        if snapshot.table_exists(None, *table)? {
            let mut query =
                snapshot.prepare(&format!("SELECT {} FROM {table}", joined(columns)))?;
            *rows = query.query_map([], |row| row.get(0))?.collect::<Result<_, _>>()?;
        }
    }
    Ok(tables)
}

type ReadFile = fn(&Path, &[&str]) -> anyhow::Result<Vec<String>>;

/// The rows in all files of the tables, which is what a reader takes for them.
fn files(dir: &Path, extension: &str, read: ReadFile) -> anyhow::Result<[Vec<String>; 2]> {
    let mut tables: [Vec<String>; 2] = Default::default();
    let Ok(entries) = fs::read_dir(dir) else { return Ok(tables) };
    for entry in entries {
        let path = entry?.path();
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let of = |table: &str| name.starts_with(&format!("{table}.")) && name.ends_with(extension);
        if let Some(at) = TABLES.iter().position(|table| of(table)) {
            let rows = read(&path, READ[at]).with_context(|| name.clone())?;
            tables[at].extend(rows);
        }
    }
    Ok(tables)
}

fn parquet(path: &Path, columns: &[&str]) -> anyhow::Result<Vec<String>> {
    let mut rows = Vec::new();
    for batch in ParquetRecordBatchReaderBuilder::try_new(File::open(path)?)?.build()? {
        let batch = batch?;
        let texts = columns.iter().map(|name| {
            let column = batch.column_by_name(name).with_context(|| format!("no column {name}"))?;
            column.as_any().downcast_ref::<StringArray>().context("it is a text")
        });
        let texts: Vec<&StringArray> = texts.collect::<anyhow::Result<_>>()?;
        let cell = |text: &&StringArray, row| match text.is_null(row) {
            true => String::new(),
            false => text.value(row).to_owned(),
        };
        let row = |row| texts.iter().map(|text| cell(text, row)).collect::<Vec<_>>().join("|");
        rows.extend((0..batch.num_rows()).map(row));
    }
    Ok(rows)
}

fn jsonl(path: &Path, columns: &[&str]) -> anyhow::Result<Vec<String>> {
    let row = |line: &str| {
        let row: serde_json::Value = serde_json::from_str(line)?;
        let cells = columns.iter().map(|name| row[*name].as_str().unwrap_or_default());
        Ok(cells.collect::<Vec<_>>().join("|"))
    };
    fs::read_to_string(path)?.lines().map(row).collect()
}

fn csv(path: &Path, columns: &[&str]) -> anyhow::Result<Vec<String>> {
    let text = fs::read_to_string(path)?;
    let mut lines = text.split_terminator("\r\n").map(cells);
    let header = lines.next().context("there is no header")?;
    let places = columns.iter().map(|name| {
        header.iter().position(|found| found == name).with_context(|| format!("no column {name}"))
    });
    let places: Vec<usize> = places.collect::<anyhow::Result<_>>()?;
    let row = |line: Vec<String>| {
        anyhow::ensure!(line.len() == header.len(), "a line is cut: {line:?}");
        Ok(places.iter().map(|place| line[*place].as_str()).collect::<Vec<_>>().join("|"))
    };
    lines.map(row).collect()
}

/// The cells of a line of CSV. Texts here have commas, but neither quotes nor line breaks.
fn cells(line: &str) -> Vec<String> {
    let mut cells = vec![String::new()];
    let mut is_quoted = false;
    for letter in line.chars() {
        match (letter, cells.last_mut()) {
            ('"', _) => is_quoted = !is_quoted,
            (',', _) if !is_quoted => cells.push(String::new()),
            (letter, Some(cell)) => cell.push(letter),
            (_, None) => {}
        }
    }
    cells
}
