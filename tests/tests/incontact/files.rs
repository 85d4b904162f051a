//! What files hold, however they are written, and which types their columns have.

use tollgate_model::{Column, DataType, ErrorKind};
use tollgate_simulators::InContact;
use tollgate_simulators::incontact::{Encoding, FileContent, Table};

use crate::world::{World, offends_nobody, world};

const REPORT: (&str, &str) = ("custom_report", "600003");
const ID: i64 = 600_003;

/// The values of these columns as texts, by rows in the order in which they came.
pub fn stored(
    world: &World,
    table: &str,
    columns: &[String],
) -> anyhow::Result<Vec<Vec<Option<String>>>> {
    let database = world.database()?;
    let casts: Vec<_> = columns.iter().map(|name| format!("CAST(\"{name}\" AS TEXT)")).collect();
    let query = format!("SELECT {} FROM \"{table}\" ORDER BY rowid", casts.join(", "));
    let mut query = database.prepare(&query)?;
    let rows = query.query_map([], |row| (0..columns.len()).map(|at| row.get(at)).collect())?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

/// The same of what the provider has; an empty text is no value.
pub fn as_texts(table: &Table) -> Vec<Vec<Option<String>>> {
    let text = |text: &String| (!text.is_empty()).then(|| text.clone());
    table.rows.iter().map(|row| row.iter().map(text).collect()).collect()
}

/// The types of the file's columns, behind the connector's own.
async fn types(world: &World, options: &[(&str, &str)]) -> anyhow::Result<Vec<Column>> {
    let session = world.session().await?;
    let mut read = session.read("custom_report");
    for (name, value) in options {
        read = read.option(*name, *value);
    }
    let columns = session.discover(&read.build()?).await?;
    Ok(columns.into_iter().skip(2).collect())
}

/// Umlauts, the sign of the Euro, quotes and line breaks within fields arrive as they were.
#[tokio::test(flavor = "multi_thread")]
async fn every_encoding_arrives_as_the_same_texts() -> anyhow::Result<()> {
    let encodings = [Encoding::Utf8, Encoding::Utf8Bom, Encoding::Windows1252, Encoding::Utf16Le];
    for encoding in encodings {
        let world = world(InContact::builder().file_encoding(encoding)).await?;
        world.sync("custom_report", &[REPORT]).await??;
        let table = world.simulator.truth().report(ID);
        let texts: Vec<_> = table.rows.iter().flatten().collect();
        for awkward in ["café, naïve – 5 €", "\"hello\"", "three\r\nlines, \"quoted\"", "00042"]
        {
            assert!(
                texts.iter().any(|text| text.contains(awkward)),
                "{awkward} is not asked of it"
            );
        }
        let stored = stored(&world, "custom_report", &table.header)?;
        assert_eq!(stored, as_texts(&table), "{encoding:?}");
        offends_nobody(&world)?;
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn types_are_found_by_all_values_or_said() -> anyhow::Result<()> {
    let world = world(InContact::builder()).await?;
    let decimal = |scale| DataType::Decimal { precision: 38, scale };
    let inferred = [
        ("Agent ID", DataType::Text),
        ("Agent Name", DataType::Text),
        ("Handled", DataType::Int64),
        ("Rate", decimal(2)),
        ("Day", DataType::Date),
        ("Contact ID", DataType::Int64),
        ("Note", DataType::Text),
    ];
    let named = |columns: Vec<Column>| -> Vec<(String, DataType)> {
        columns.into_iter().map(|column| (column.name, column.data_type)).collect()
    };
    let found = named(types(&world, &[REPORT]).await?);
    for ((name, data_type), (found, found_type)) in inferred.iter().zip(&found) {
        assert_eq!(name, found);
        match (data_type, found_type) {
            (DataType::Decimal { .. }, DataType::Decimal { scale: 2, .. }) => {}
            _ => assert_eq!(data_type, found_type, "{name}"),
        }
    }
    assert_eq!(found.len(), inferred.len());
    let text = named(types(&world, &[REPORT, ("types", "text")]).await?);
    assert!(text.iter().all(|(_, data_type)| *data_type == DataType::Text), "{text:?}");
    let said = [REPORT, ("column_types", "Handled=text"), ("column_types", "Rate=decimal(4)")];
    let said_types = named(types(&world, &said).await?);
    assert_eq!(said_types[2].1, DataType::Text);
    assert!(matches!(said_types[3].1, DataType::Decimal { scale: 4, .. }), "{said_types:?}");
    // What was said is what is loaded.
    let table = world.simulator.truth().report(ID);
    for options in [vec![REPORT], vec![REPORT, ("types", "text")]] {
        world.sync("custom_report", &options).await??;
        assert_eq!(stored(&world, "custom_report", &table.header)?, as_texts(&table));
    }
    offends_nobody(&world)
}

/// A type that a value is not of is an error that names the column, and so is a column that is not
/// there.
#[tokio::test(flavor = "multi_thread")]
async fn a_type_that_does_not_fit_is_an_error() -> anyhow::Result<()> {
    for (said, kind, wanted) in [
        ("Agent Name=int64", ErrorKind::Data, "Agent Name"),
        ("Nobody=int64", ErrorKind::Config, "Nobody"),
        ("Handled=number", ErrorKind::Config, "column_types"),
    ] {
        let world = world(InContact::builder()).await?;
        let options = [REPORT, ("column_types", said)];
        let Err(failed) = world.sync("custom_report", &options).await? else {
            anyhow::bail!("{said} was taken")
        };
        assert_eq!(failed.error.kind(), kind, "{said}: {:?}", failed.error);
        assert!(failed.error.to_string().contains(wanted), "{said}: {:?}", failed.error);
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_without_rows_is_no_rows_and_a_broken_one_an_error() -> anyhow::Result<()> {
    for content in [FileContent::HeaderOnly, FileContent::Empty] {
        let world = world(InContact::builder().file_content(content)).await?;
        assert_eq!(world.sync("custom_report", &[REPORT]).await??.rows, 0, "{content:?}");
        offends_nobody(&world)?;
    }
    let world = world(InContact::builder().file_content(FileContent::Ragged)).await?;
    let Err(failed) = world.sync("custom_report", &[REPORT]).await? else {
        anyhow::bail!("rows that do not fit the header were taken")
    };
    assert_eq!(failed.error.kind(), ErrorKind::Data, "{:?}", failed.error);
    offends_nobody(&world)
}
