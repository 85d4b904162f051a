//! How many rows a second each destination takes: 200,000 contacts with 18 columns, most of them
//! text, in batches of 1,000.
//!
//! `cargo run --release -p tollgate-destinations --example rates -- [FOLDER [ONLY]]`
//!
//! Into Postgres too where `TOLLGATE_TEST_POSTGRES` names a database, with `PGPASSWORD` as its
//! password; the schema `tollgate_rates` is made there.

use std::error::Error;
use std::sync::Arc;
use std::time::Instant;

use arrow_array::{
    Array, ArrayRef, BooleanArray, Date32Array, Decimal128Array, Int64Array, RecordBatch,
    StringArray, TimestampMicrosecondArray,
};
use tollgate_destinations::Target;
use tollgate_destinations::postgres::Server;
use tollgate_model::{Column, DataType, schema};
use tollgate_sync::{Mode, Start, Table};
use tollgate_vault::Secret;

const ROWS: i64 = 200_000;
const BATCH: i64 = 1_000;
const MONEY: DataType = DataType::Decimal { precision: 18, scale: 2 };

fn main() -> Result<(), Box<dyn Error>> {
    let folder = std::env::args().nth(1).unwrap_or_else(|| ".".to_owned());
    let folder = tempfile::tempdir_in(folder)?;
    let batches = (0..ROWS / BATCH).map(batch).collect::<Result<Vec<_>, _>>()?;
    let bytes: usize = batches.iter().map(RecordBatch::get_array_memory_size).sum();
    println!("{ROWS} rows, {} MB in memory", bytes / 1_000_000);
    for (target, key) in [
        ("sqlite:none.db", ""),
        ("sqlite:number.db", "number"),
        ("sqlite:uuid.db", "id"),
        ("parquet:parquet", ""),
        ("csv:csv", ""),
        ("jsonl:jsonl", ""),
    ] {
        if std::env::args().nth(2).is_some_and(|only| !target.contains(&only)) {
            continue;
        }
        let (scheme, path) = target.split_once(':').ok_or("a target has a scheme")?;
        let target: Target = format!("{scheme}:{}/{path}", folder.path().display()).parse()?;
        for round in ["first", "again"] {
            load(&target, key, &batches, round)?;
        }
    }
    let Ok(server) = std::env::var("TOLLGATE_TEST_POSTGRES") else { return Ok(()) };
    let server = server.parse::<Server>()?.with_schema("tollgate_rates");
    for key in ["", "number", "id"] {
        if std::env::args().nth(2).is_none_or(|only| "postgres".contains(&only)) {
            for round in ["first", "again"] {
                load(&Target::Postgres(server.clone()), key, &batches, round)?;
            }
        }
    }
    Ok(())
}

fn load(
    target: &Target,
    key: &str,
    batches: &[RecordBatch],
    round: &str,
) -> Result<(), Box<dyn Error>> {
    let primary_key = if key.is_empty() { Vec::new() } else { vec![key.to_owned()] };
    let mode = Mode::Replace;
    let table = Table {
        name: "contacts".to_owned(),
        columns: columns(),
        primary_key,
        deletion: None,
        mode,
        children: Vec::new(),
        widen: false,
    };
    let password = std::env::var("PGPASSWORD").ok().map(Secret::new);
    let memory_before = memory_peak_reset();
    let (start, cpu_before) = (Instant::now(), cpu_seconds());
    let mut load = target.destination(password.as_ref()).begin(&table, Start::Stateless)?.load;
    for batch in batches {
        load.write(batch, &[])?;
    }
    let written = start.elapsed();
    let loaded = load.commit(None)?;
    let seconds = start.elapsed().as_secs_f64();
    println!(
        "{:8} key {key:7} {round}: {:8.0} rows/s ({:8.0} a CPU second), commit {:4.0} ms, +{} MiB",
        target.scheme(),
        loaded.rows as f64 / seconds,
        loaded.rows as f64 / (cpu_seconds() - cpu_before),
        (start.elapsed() - written).as_secs_f64() * 1e3,
        (memory_peak() - memory_before) / 1024,
    );
    Ok(())
}

fn columns() -> Vec<Column> {
    use DataType::{Boolean, Date, Int64, Json, Text, Timestamp};
    let types = [
        ("id", Text),
        ("number", Int64),
        ("email", Text),
        ("first_name", Text),
        ("last_name", Text),
        ("company", Text),
        ("job_title", Text),
        ("phone", Text),
        ("street", Text),
        ("city", Text),
        ("country", Text),
        ("status", Text),
        ("is_confirmed", Boolean),
        ("birthday", Date),
        ("balance", MONEY),
        ("created_at", Timestamp),
        ("updated_at", Timestamp),
        ("custom_fields", Json),
    ];
    let column = |(name, data_type): (&str, DataType)| Column {
        name: name.to_owned(),
        data_type,
        nullable: true,
        description: String::new(),
    };
    types.into_iter().map(column).collect()
}

fn batch(number: i64) -> Result<RecordBatch, Box<dyn Error>> {
    let rows: Vec<i64> = (number * BATCH..(number + 1) * BATCH).collect();
    let mix = |row: &i64| (*row as u64).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    let arrays = columns().into_iter().map(|column| -> Result<ArrayRef, Box<dyn Error>> {
        let present = |row: &i64| column.name == "id" || mix(row) >> 60 != 7;
        let instant = |row: &i64| 1_600_000_000_000_000 + row * 12_345_678;
        Ok(match column.data_type {
            DataType::Int64 => Arc::new(Int64Array::from(rows.clone())),
            DataType::Boolean => {
                rows.iter().map(|row| Some(row % 3 == 0)).collect::<BooleanArray>().to()
            }
            DataType::Date => Arc::new(Date32Array::from_iter_values(
                rows.iter().map(|row| i32::try_from(row % 20_000).unwrap_or(0)),
            )),
            DataType::Decimal { precision, scale } => Arc::new(
                Decimal128Array::from_iter_values(rows.iter().map(|row| i128::from(row * 137)))
                    .with_precision_and_scale(precision, scale as i8)?,
            ),
            DataType::Timestamp => Arc::new(
                TimestampMicrosecondArray::from_iter_values(rows.iter().map(instant))
                    .with_timezone("UTC"),
            ),
            _ => {
                let text = |row: &i64| present(row).then(|| text(&column.name, *row, mix(row)));
                rows.iter().map(text).collect::<StringArray>().to()
            }
        })
    });
    let arrays = arrays.collect::<Result<Vec<_>, _>>()?;
    Ok(RecordBatch::try_new(schema::to_arrow_schema(&columns()), arrays)?)
}

trait IntoRef {
    fn to(self) -> ArrayRef;
}

impl<T: Array + 'static> IntoRef for T {
    fn to(self) -> ArrayRef {
        Arc::new(self)
    }
}

fn text(column: &str, row: i64, mix: u64) -> String {
    match column {
        "id" => format!("{:08x}-{:04x}-4000-8000-{mix:012x}", mix >> 32, mix & 0xffff),
        "email" => format!("someone.{row}@mail{}.example.com", mix >> 56),
        "street" => {
            format!("{} Long Avenue of the Seventh Company, Building {}", row % 400, mix >> 58)
        }
        "custom_fields" => {
            format!(
                r#"{{"plan":"gold","score":{},"tags":["a","b","{row}"],"ref":"{mix:x}"}}"#,
                mix >> 50
            )
        }
        "phone" => format!("+1 555 {:07}", mix >> 41),
        "country" => ["DE", "US", "FR", "IN", "BR"][row as usize % 5].to_owned(),
        "status" => ["active", "unsubscribed", "pending"][row as usize % 3].to_owned(),
        _ => format!("{column} {:x}", mix >> 44),
    }
}

/// The most memory that was in use, in KiB; 0 where that cannot be told.
fn memory_peak() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    peak.and_then(|peak| peak.trim().trim_end_matches(" kB").parse().ok()).unwrap_or(0)
}

/// Processor time of this process, in the kernel too; 0 where that cannot be told.
fn cpu_seconds() -> f64 {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let fields = stat.rsplit_once(") ").map_or("", |(_, fields)| fields).split(' ');
    // utime and stime, in hundredths of a second.
    let ticks = fields.skip(11).take(2).filter_map(|ticks| ticks.parse::<f64>().ok());
    ticks.sum::<f64>() / 100.0
}

/// Sets the peak to what is in use now and gives that.
fn memory_peak_reset() -> u64 {
    // 5 means just that; where it does not work the figures are only the peak so far.
    drop(std::fs::write("/proc/self/clear_refs", "5"));
    memory_peak()
}
