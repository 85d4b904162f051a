//! Runs that were interrupted, by a fault at any page or by a quota, and the runs after them: the
//! real component in the real runtime against the stand-in, 300 contacts on 6 pages, into every
//! destination and mode. What is there in the end is what the provider has, once.

use std::path::Path;

use tollgate_destinations::{Csv, Sqlite};
use tollgate_model::ErrorKind;
use tollgate_simulators::{Fault, IContact};
use tollgate_sync::plan::Choices;
use tollgate_sync::{Destination, Failed, Mode, Report};
use tollgate_tests::World;

const OPTIONS: &[(&str, &str)] = &[("status", "total"), ("page_size", "50")];
const PAGES: u64 = 6;
const ROWS: u64 = 300;

/// A destination and a mode.
#[derive(Clone, Copy, Debug)]
enum Into {
    Sqlite(Mode),
    CsvAppend,
}

const ALL: [Into; 4] = [
    Into::Sqlite(Mode::Replace),
    Into::Sqlite(Mode::Append),
    Into::Sqlite(Mode::Merge),
    Into::CsvAppend,
];

impl Into {
    fn mode(self) -> Mode {
        match self {
            Into::Sqlite(mode) => mode,
            Into::CsvAppend => Mode::Append,
        }
    }

    fn destination(self, world: &World<IContact>) -> Box<dyn Destination> {
        match self {
            Into::Sqlite(_) => Box::new(Sqlite::at(world.database_file())),
            Into::CsvAppend => Box::new(Csv::in_dir(world.folder().join("csv"))),
        }
    }

    async fn run(self, world: &World<IContact>) -> anyhow::Result<Result<Report, Failed>> {
        let choices = Choices { mode: self.mode(), ..Choices::default() };
        world.sync_into(self.destination(world), "contacts", OPTIONS, choices).await
    }

    /// The ids that are there, ascending.
    fn ids(self, world: &World<IContact>) -> anyhow::Result<Vec<i64>> {
        match self {
            Into::Sqlite(_) => Ok(world.numbers("contacts", "contact_id")?),
            Into::CsvAppend => csv_ids(&world.folder().join("csv")),
        }
    }
}

/// The first column of all files of the table.
fn csv_ids(dir: &Path) -> anyhow::Result<Vec<i64>> {
    let mut ids = Vec::new();
    for entry in std::fs::read_dir(dir)? {
        let path = entry?.path();
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        if name.starts_with("contacts.") && name.ends_with(".csv") {
            let text = std::fs::read_to_string(&path)?;
            // Rows may have line breaks in them, but then not before a whole number and a comma.
            let first = |line: &str| line.split(',').next().and_then(|id| id.parse::<i64>().ok());
            ids.extend(text.split("\r\n").skip(1).filter_map(first));
        }
    }
    ids.sort_unstable();
    Ok(ids)
}

fn truth(world: &World<IContact>) -> Vec<i64> {
    let mut ids: Vec<i64> =
        world.simulator.truth().contacts().map(|contact| contact.contact_id as i64).collect();
    ids.sort_unstable();
    ids
}

async fn world() -> anyhow::Result<World<IContact>> {
    World::around(IContact::builder().contacts(ROWS as usize).start().await?)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_cut_at_any_page_is_gone_on_with() -> anyhow::Result<()> {
    for into in ALL {
        for page in 1..=PAGES {
            let world = world().await?;
            world.simulator.inject(format!("503:/contacts@{page}+").parse::<Fault>()?);
            let failed = into.run(&world).await?.err();
            let failed = failed.ok_or_else(|| anyhow::anyhow!("{into:?} {page} did not fail"))?;
            assert_eq!(failed.error.kind(), ErrorKind::Unavailable, "{:?}", failed.error);
            let kept = failed.report.kept.map_or(0, |kept| kept.rows);
            assert_eq!(kept, (page - 1) * 50, "{into:?}");
            assert!(world.simulator.unfired().is_empty());
            world.simulator.heal();
            world.simulator.clear();
            let report = into.run(&world).await??;
            assert_eq!(report.rows, ROWS - kept, "{into:?} at {page}: the rest is read");
            assert_eq!(into.ids(&world)?, truth(&world), "{into:?} cut at {page}");
            // The stand-in saw no page twice: the signing in, and the rest of the pages.
            let asked = world.simulator.requests();
            let pages = asked.iter().filter(|request| request.path.ends_with("/contacts")).count();
            assert_eq!(pages as u64, PAGES - (page - 1), "{into:?}");
        }
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_quota_half_way_ends_the_run_with_its_time_and_the_next_brings_the_rest()
-> anyhow::Result<()> {
    for into in ALL {
        let world = world().await?;
        world.simulator.inject("429=3600:/contacts@4".parse::<Fault>()?);
        let Err(failed) = into.run(&world).await? else { anyhow::bail!("{into:?} did not fail") };
        assert_eq!(failed.error.kind(), ErrorKind::RateLimited);
        let told = failed.to_string();
        let at = failed.error.retry_at().ok_or_else(|| anyhow::anyhow!("no time is said"))?;
        assert!(told.contains("150 rows are kept"), "{told}");
        assert!(told.ends_with(&format!("not before {at}")), "{told}");
        let report = into.run(&world).await??;
        assert_eq!((report.rows, report.resumed.map(|resumed| resumed.rows)), (150, Some(150)));
        assert_eq!(into.ids(&world)?, truth(&world), "{into:?}");
    }
    Ok(())
}

/// What is read of one population of contacts is not gone on with for another.
#[tokio::test(flavor = "multi_thread")]
async fn other_options_begin_from_the_start_and_say_so() -> anyhow::Result<()> {
    let world = world().await?;
    let into = Into::Sqlite(Mode::Merge);
    world.simulator.inject("429=3600:/contacts@4".parse::<Fault>()?);
    assert!(into.run(&world).await?.is_err());
    let choices = Choices { mode: Mode::Merge, ..Choices::default() };
    let options = &[("status", "listed")];
    let run = world.sync_into(into.destination(&world), "contacts", options, choices).await?;
    let told = run?.not_resumed.unwrap_or_default();
    assert!(told.contains("the options changed"), "{told}");
    Ok(())
}
