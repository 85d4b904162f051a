//! Data downloads: slices of days, each a file.

use jiff::ToSpan;
use jiff::civil::{Date, date};
use tollgate_destinations::Sqlite;
use tollgate_model::{DataType, ErrorKind};
use tollgate_simulators::InContact;
use tollgate_simulators::incontact::{Builder, FileContent, Table};
use tollgate_sync::plan::Choices;

use crate::files::{as_texts, stored};
use crate::world::{World, calls, days, offends_nobody, slices_utc, world};

const LAST: Date = date(2026, 11, 15);
const STREAM: &str = "data_download";

async fn sync(
    world: &World,
    report: &str,
    first: Date,
    slice_days: &str,
) -> anyhow::Result<Result<tollgate_sync::Report, tollgate_sync::Failed>> {
    let days = days(first, LAST);
    let mut options: Vec<_> = days.iter().map(|(name, value)| (*name, &**value)).collect();
    options.extend([("data_download_report", report), ("slice_days", slice_days)]);
    world.sync(STREAM, &options).await
}

/// What the download of an id has for the days from `first` on, slice by slice.
fn truth(world: &World, id: u32, first: Date, slice_days: i64) -> Table {
    let truth = world.simulator.truth();
    let mut table = Table::default();
    for (start, end) in slices_utc(first, LAST, slice_days) {
        let slice = truth.download(id, start, end);
        table.header = slice.header;
        table.rows.extend(slice.rows);
    }
    table
}

fn sorted(mut rows: Vec<Vec<Option<String>>>) -> Vec<Vec<Option<String>>> {
    rows.sort();
    rows
}

#[tokio::test(flavor = "multi_thread")]
async fn slices_of_a_download_are_loaded_as_one_table() -> anyhow::Result<()> {
    for (name, id) in [("524", 524), ("Call Detail", 524), ("agent by day", 500), ("548", 548)] {
        let world = world(InContact::builder()).await?;
        let first = LAST - 59.days();
        let report = sync(&world, name, first, "10").await??;
        let table = truth(&world, id, first, 10);
        assert_eq!(report.rows, table.rows.len() as u64, "{name}");
        let rows = stored(&world, STREAM, &table.header)?;
        assert_eq!(sorted(rows), sorted(as_texts(&table)), "{name}");
        // Each row has the bounds of its slice.
        let slices = slices_utc(first, LAST, 10);
        let count: i64 = world.database()?.query_row(
            "SELECT count(DISTINCT start_date || end_date) FROM data_download",
            [],
            |row| row.get(0),
        )?;
        assert_eq!(count, slices.len() as i64);
        offends_nobody(&world)?;
    }
    Ok(())
}

/// Slices before there was anything, and between what there was, are no rows.
#[tokio::test(flavor = "multi_thread")]
async fn a_slice_without_content_is_no_rows() -> anyhow::Result<()> {
    let world = world(InContact::builder().days(10).contacts(6)).await?;
    let first = LAST - 40.days();
    let report = sync(&world, "524", first, "1").await??;
    let table = truth(&world, 524, first, 1);
    assert_eq!((report.rows, table.rows.len()), (6, 6));
    let requests = world.simulator.requests();
    let empty = slices_utc(first, LAST, 1).len() - 6;
    assert!(requests.len() > empty, "{}", requests.len());
    assert_eq!(sorted(stored(&world, STREAM, &table.header)?), sorted(as_texts(&table)));
    offends_nobody(&world)?;
    // Days of which none has anything.
    let world = crate::world::world(InContact::builder().contacts(0)).await?;
    assert_eq!(sync(&world, "524", first, "31").await??.rows, 0);
    offends_nobody(&world)
}

/// The newest slice with rows says the types, and every other one has to agree with it.
#[tokio::test(flavor = "multi_thread")]
async fn all_slices_have_the_same_types() -> anyhow::Result<()> {
    let world = world(InContact::builder()).await?;
    let session = world.session().await?;
    let read = session.read(STREAM).option("data_download_report", "524").build()?;
    let columns = session.discover(&read).await?;
    let types: Vec<_> =
        columns.iter().map(|column| (column.name.as_str(), column.data_type)).collect();
    let expected = [
        ("start_date", DataType::Timestamp),
        ("end_date", DataType::Timestamp),
        ("Report", DataType::Text),
        ("Contact ID", DataType::Int64),
        ("Agent No", DataType::Text),
        ("Agent Name", DataType::Text),
        ("Started", DataType::Text),
        ("Seconds", DataType::Int64),
        ("Note", DataType::Text),
    ];
    assert_eq!(types, expected);
    offends_nobody(&world)
}

/// A column that the newest slice has and an older one has not yet is an error that names it: left
/// out of what is asked for, the rest of all slices is read.
#[tokio::test(flavor = "multi_thread")]
async fn a_column_that_appears_later_is_an_error_that_names_it() -> anyhow::Result<()> {
    let first = LAST - 20.days();
    let since = slices_utc(first, LAST, 10)[1].0;
    let world = world(InContact::builder().download_grows(since)).await?;
    let Err(failed) = sync(&world, "524", first, "10").await? else {
        anyhow::bail!("a slice without the column was taken")
    };
    assert_eq!(failed.error.kind(), ErrorKind::Data, "{:?}", failed.error);
    let told = failed.error.to_string();
    assert!(told.contains("header has changed") && told.contains("\"Team\""), "{told}");
    let days = days(first, LAST);
    let mut options: Vec<_> = days.iter().map(|(name, value)| (*name, &**value)).collect();
    options.extend([("data_download_report", "524"), ("slice_days", "10")]);
    let columns = vec!["Contact ID".to_owned(), "Note".to_owned()];
    let choices = Choices { columns, ..Choices::default() };
    let into = Box::new(Sqlite::at(world.database_file()));
    let report = world.sync_into(into, STREAM, &options, choices).await??;
    assert_eq!(report.rows, truth(&world, 524, first, 10).rows.len() as u64);
    offends_nobody(&world)
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_no_file_is_an_error() -> anyhow::Result<()> {
    let broken: [(Builder, &str, ErrorKind, &str); 3] = [
        (
            InContact::builder().download_error("The report timed out".to_owned()),
            "524",
            ErrorKind::Data,
            "The report timed out",
        ),
        (InContact::builder().file_content(FileContent::Ragged), "524", ErrorKind::Data, "field"),
        (InContact::builder(), "9999", ErrorKind::Config, "9999"),
    ];
    for (simulator, report, kind, wanted) in broken {
        let world = world(simulator).await?;
        let Err(failed) = sync(&world, report, LAST - 20.days(), "31").await? else {
            anyhow::bail!("{wanted}: it did not fail")
        };
        assert_eq!(failed.error.kind(), kind, "{:?}", failed.error);
        assert!(failed.error.to_string().contains(wanted), "{:?}", failed.error);
        offends_nobody(&world)?;
    }
    let world = world(InContact::builder()).await?;
    let Err(failed) = sync(&world, "Call Details", LAST, "31").await? else {
        anyhow::bail!("a report that nobody knows was taken")
    };
    assert_eq!(failed.error.kind(), ErrorKind::Config);
    assert_eq!(calls(&world), Vec::<String>::new());
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn the_menu_has_the_known_reports() -> anyhow::Result<()> {
    let world = world(InContact::builder()).await?;
    let session = world.session().await?;
    let read = session.read(STREAM).option("data_download_report", "524").build()?;
    let menu = session.choices(&read, "data_download_report").await?;
    let ids: Vec<_> = menu.iter().map(|choice| choice.value.as_str()).collect();
    assert_eq!(ids, ["500", "521", "524", "531", "532", "544"]);
    Ok(())
}
