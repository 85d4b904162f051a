//! A disk that is full, from the first byte on up to where there is just room enough.

use anyhow::ensure;
use tollgate_faults::fault::Fault;
use tollgate_faults::steps::Steps;

use crate::bench::{Bench, Chain, Into};
use crate::findings::Findings;

pub fn check(bench: &Bench) -> anyhow::Result<Findings> {
    match bench.into {
        Into::Sqlite => bench.until_too_late(|chain, point| {
            let pages = chain.place.pages()? + 2 * point + 1;
            bench.run_apart(&bench.sync(chain, Fault::DatabasePages(pages)))
        }),
        Into::Postgres => bench.until_too_late(|chain, point| {
            refuse_statement(chain, point + 1)?;
            let ended = bench.run_here(&bench.sync(chain, Fault::None), &Steps::unwatched())?;
            chain.place.connect()?.batch_execute(AGAIN)?;
            let said = ended.failed.as_ref().is_none_or(|(_, text)| text.contains("no space left"));
            ensure!(said, "it failed for another reason: {ended:?}");
            Ok(Some(ended))
        }),
        Into::Parquet => files(bench, 700),
        Into::Csv | Into::Jsonl => files(bench, 200),
    }
}

/// No file may be longer than so many bytes, and so many more each time.
fn files(bench: &Bench, bytes: u64) -> anyhow::Result<Findings> {
    bench.until_too_late(|chain, point| {
        let fault = Fault::FileBytes(u64::from(point) * bytes);
        bench.run_apart(&bench.sync(chain, fault))
    })
}

/// There is room again. What the run left at the server is waited for, for it holds locks.
const AGAIN: &str = "
    SELECT pg_terminate_backend(pid, 60000) FROM pg_stat_activity
    WHERE datname = current_database() AND pid <> pg_backend_pid();
    DROP EVENT TRIGGER tables_made;
    DROP SCHEMA faults CASCADE";

/// Has the server say that its disk is full when so many statements have written their rows. To be
/// refused in the midst of one is nothing else: what it wrote before goes with it. A trigger counts
/// them on each table of the schema, on those that are made later, and on temporary ones.
fn refuse_statement(chain: &Chain, number: u32) -> anyhow::Result<()> {
    let schema = chain.place.schema()?;
    let sql = format!(
        "CREATE SCHEMA faults;
         CREATE SEQUENCE faults.statements;
         CREATE FUNCTION faults.refuse() RETURNS trigger LANGUAGE plpgsql AS $$
         BEGIN
           IF nextval('faults.statements') = {number} THEN
             RAISE EXCEPTION 'could not extend file: No space left on device'
               USING ERRCODE = '53100';
           END IF;
           RETURN NULL;
         END $$;
         CREATE FUNCTION faults.watch(name text) RETURNS void LANGUAGE plpgsql AS $$
         BEGIN
           EXECUTE 'CREATE TRIGGER disk_full AFTER INSERT ON ' || name ||
                   ' FOR EACH STATEMENT EXECUTE FUNCTION faults.refuse()';
         END $$;
         CREATE FUNCTION faults.watch_made() RETURNS event_trigger LANGUAGE plpgsql AS $$
         BEGIN
           PERFORM faults.watch(object_identity) FROM pg_event_trigger_ddl_commands()
           WHERE command_tag = 'CREATE TABLE' AND schema_name IN ('{schema}', 'pg_temp');
         END $$;
         SELECT faults.watch(format('%I.%I', schemaname, tablename)) FROM pg_tables
         WHERE schemaname = '{schema}';
         CREATE EVENT TRIGGER tables_made ON ddl_command_end WHEN TAG IN ('CREATE TABLE')
         EXECUTE FUNCTION faults.watch_made()"
    );
    Ok(chain.place.connect()?.batch_execute(&sql)?)
}
