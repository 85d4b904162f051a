//! The driver between sources and destinations that do exactly what a test says.

#![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use arrow_array::{Array, Int64Array, RecordBatch, cast::AsArray, types::Int64Type};
use async_trait::async_trait;
use tokio_util::sync::CancellationToken;
use tollgate_model::schema::to_arrow_schema;
use tollgate_model::{Column, DataType, Error, ErrorKind, Result, Unobserved, Usage};
use tollgate_sync::{
    Destination, Failed, Load, Loaded, Mode, Page, Pages, Partition, Plan, Read, Report, Source,
    Table,
};

fn columns() -> Vec<Column> {
    let data_type = DataType::Int64;
    vec![Column { name: "id".into(), data_type, nullable: false, description: String::new() }]
}

fn plan() -> Plan {
    Plan {
        read: Read {
            stream: "numbers".into(),
            options: Vec::new(),
            columns: vec!["id".into()],
            rows_wanted: None,
        },
        table: Table {
            name: "numbers".into(),
            columns: columns(),
            primary_key: Vec::new(),
            mode: Mode::Replace,
        },
        concurrency: 2,
        limit: None,
    }
}

/// Parts of three pages with ten rows each: row 0 of part 1 has the id 100.
#[derive(Default)]
struct Numbers {
    parts: Option<usize>,
    fails_at_page: Option<usize>,
    hangs_at_page: Option<usize>,
    asked: AtomicUsize,
    open: Arc<AtomicUsize>,
    open_most: AtomicUsize,
    hanging: Arc<tokio::sync::Notify>,
}

#[async_trait]
impl Source for Numbers {
    async fn columns(&self, _read: &Read) -> Result<Vec<Column>> {
        Ok(columns())
    }

    async fn partitions(&self, _read: &Read) -> Result<Option<Vec<Partition>>> {
        self.asked.fetch_add(1, Ordering::SeqCst);
        Ok(self.parts.map(|parts| {
            (0..parts)
                .map(|part| Partition {
                    id: part.to_string(),
                    title: format!("part {part}"),
                    state: part.to_string(),
                })
                .collect()
        }))
    }

    async fn open(&self, _read: &Read, partition: Option<&Partition>) -> Result<Box<dyn Pages>> {
        let now = self.open.fetch_add(1, Ordering::SeqCst) + 1;
        self.open_most.fetch_max(now, Ordering::SeqCst);
        Ok(Box::new(NumberPages {
            first: partition.map_or(0, |part| part.state.parse::<i64>().unwrap() * 100),
            page: 0,
            fails_at_page: self.fails_at_page,
            hangs_at_page: self.hangs_at_page,
            columns: columns(),
            open: self.open.clone(),
            hanging: self.hanging.clone(),
        }))
    }
}

struct NumberPages {
    first: i64,
    page: usize,
    fails_at_page: Option<usize>,
    hangs_at_page: Option<usize>,
    columns: Vec<Column>,
    open: Arc<AtomicUsize>,
    hanging: Arc<tokio::sync::Notify>,
}

impl Drop for NumberPages {
    fn drop(&mut self) {
        self.open.fetch_sub(1, Ordering::SeqCst);
    }
}

#[async_trait]
impl Pages for NumberPages {
    fn columns(&self) -> &[Column] {
        &self.columns
    }

    async fn next(&mut self) -> Result<Option<Page>> {
        tokio::task::yield_now().await;
        self.page += 1;
        if self.fails_at_page == Some(self.page) {
            return Err(Error::new(ErrorKind::Data, "the body was cut"));
        }
        if self.hangs_at_page == Some(self.page) {
            self.hanging.notify_one();
            std::future::pending::<()>().await;
        }
        if self.page > 3 {
            return Ok(None);
        }
        let first = self.first + (self.page as i64 - 1) * 10;
        let ids = Int64Array::from_iter_values(first..first + 10);
        let batch = RecordBatch::try_new(to_arrow_schema(&self.columns), vec![Arc::new(ids)]);
        Ok(Some(Page { batch: batch.unwrap(), checkpoint: None, rows_total: Some(30) }))
    }

    fn usage(&self) -> Usage {
        Usage { requests: self.page as u64, ..Usage::default() }
    }
}

/// What readers of the destination see, and what went on behind it.
#[derive(Default)]
struct Shelf {
    committed: Mutex<Option<Vec<i64>>>,
    dropped_without_commit: AtomicUsize,
}

#[derive(Default, Clone)]
struct Memory {
    shelf: Arc<Shelf>,
    refuses: bool,
    fails_at_write: Option<usize>,
    fails_at_commit: bool,
}

impl Destination for Memory {
    fn begin(&mut self, _table: &Table) -> Result<Box<dyn Load>> {
        if self.refuses {
            return Err(Error::new(ErrorKind::Destination, "read-only"));
        }
        Ok(Box::new(MemoryLoad { memory: self.clone(), rows: Vec::new(), writes: 0, done: false }))
    }
}

struct MemoryLoad {
    memory: Memory,
    rows: Vec<i64>,
    writes: usize,
    done: bool,
}

impl Load for MemoryLoad {
    fn write(&mut self, batch: &RecordBatch) -> Result<()> {
        self.writes += 1;
        if self.memory.fails_at_write == Some(self.writes) {
            return Err(Error::new(ErrorKind::Destination, "the disk is full"));
        }
        self.rows.extend(batch.column(0).as_primitive::<Int64Type>().values());
        assert_eq!(batch.column(0).null_count(), 0);
        Ok(())
    }

    fn commit(mut self: Box<Self>) -> Result<Loaded> {
        if self.memory.fails_at_commit {
            return Err(Error::new(ErrorKind::Destination, "no swap"));
        }
        self.done = true;
        let rows = std::mem::take(&mut self.rows);
        let loaded = Loaded { rows: rows.len() as u64, ..Loaded::default() };
        *self.memory.shelf.committed.lock().unwrap() = Some(rows);
        Ok(loaded)
    }
}

impl Drop for MemoryLoad {
    fn drop(&mut self) {
        if !self.done {
            self.memory.shelf.dropped_without_commit.fetch_add(1, Ordering::SeqCst);
        }
    }
}

impl Memory {
    fn committed(&self) -> Option<Vec<i64>> {
        let mut rows = self.shelf.committed.lock().unwrap().clone()?;
        rows.sort_unstable();
        Some(rows)
    }

    fn given_up(&self) -> usize {
        self.shelf.dropped_without_commit.load(Ordering::SeqCst)
    }
}

async fn run(source: &Numbers, memory: &Memory, plan: &Plan) -> Result<Report, Failed> {
    let cancel = CancellationToken::new();
    tollgate_sync::run(source, Box::new(memory.clone()), plan, &Unobserved, &cancel).await
}

#[tokio::test]
async fn a_stream_read_as_one_is_committed_whole() {
    let memory = Memory::default();
    let report = run(&Numbers::default(), &memory, &plan()).await.unwrap();
    assert_eq!((report.rows, report.pages, report.partitions), (30, 3, 0));
    assert_eq!(report.usage.requests, 4);
    assert_eq!(memory.committed().unwrap(), (0..30).collect::<Vec<_>>());
}

#[tokio::test]
async fn parts_are_read_side_by_side_within_the_limit_and_all_arrive_once() {
    let source = Numbers { parts: Some(5), ..Numbers::default() };
    let memory = Memory::default();
    let report = run(&source, &memory, &plan()).await.unwrap();
    let expected: Vec<i64> = (0..5).flat_map(|part| part * 100..part * 100 + 30).collect();
    assert_eq!(memory.committed().unwrap(), expected);
    assert_eq!((report.partitions, source.open_most.load(Ordering::SeqCst)), (5, 2));
}

#[tokio::test]
async fn a_stream_of_no_parts_is_an_empty_table() {
    let source = Numbers { parts: Some(0), ..Numbers::default() };
    let memory = Memory::default();
    assert_eq!(run(&source, &memory, &plan()).await.unwrap().rows, 0);
    assert_eq!(memory.committed().unwrap(), Vec::<i64>::new());
}

#[tokio::test]
async fn the_limit_cuts_inside_a_page_and_commits_exactly_that_many_rows() {
    let memory = Memory::default();
    let plan = Plan { limit: Some(15), ..plan() };
    let report = run(&Numbers::default(), &memory, &plan).await.unwrap();
    assert_eq!((report.rows, report.pages), (15, 2));
    assert_eq!(memory.committed().unwrap(), (0..15).collect::<Vec<_>>());
}

#[tokio::test]
async fn a_failure_of_the_source_commits_nothing_and_reports_what_was_read() {
    let source = Numbers { fails_at_page: Some(3), ..Numbers::default() };
    let memory = Memory::default();
    let failed = run(&source, &memory, &plan()).await.unwrap_err();
    assert_eq!(failed.error.kind(), ErrorKind::Data);
    assert_eq!((failed.report.rows, failed.report.usage.requests), (20, 3));
    assert_eq!((memory.committed(), memory.given_up()), (None, 1));
}

#[tokio::test]
async fn a_failure_of_the_writer_is_told_in_its_own_words() {
    for memory in [
        Memory { fails_at_write: Some(1), ..Memory::default() },
        Memory { fails_at_commit: true, ..Memory::default() },
    ] {
        let source = Numbers { parts: Some(3), ..Numbers::default() };
        let failed = run(&source, &memory, &plan()).await.unwrap_err();
        assert_eq!(failed.error.kind(), ErrorKind::Destination);
        assert_eq!((memory.committed(), memory.given_up()), (None, 1));
    }
}

#[tokio::test]
async fn a_destination_that_refuses_is_heard_before_the_source_is_asked() {
    let source = Numbers::default();
    let failed = run(&source, &Memory { refuses: true, ..Memory::default() }, &plan()).await;
    assert_eq!(failed.unwrap_err().error.message(), "read-only");
    assert_eq!(source.asked.load(Ordering::SeqCst), 0);
}

#[tokio::test]
async fn a_cancelled_run_commits_nothing_and_has_tidied_up_when_it_returns() {
    let source = Numbers { hangs_at_page: Some(2), ..Numbers::default() };
    let memory = Memory::default();
    let cancel = CancellationToken::new();
    let plan = plan();
    let run = tollgate_sync::run(&source, Box::new(memory.clone()), &plan, &Unobserved, &cancel);
    let stop = async {
        source.hanging.notified().await;
        cancel.cancel();
    };
    let (outcome, ()) = tokio::join!(run, stop);
    let failed = outcome.unwrap_err();
    assert_eq!((failed.error.kind(), failed.report.rows), (ErrorKind::Cancelled, 10));
    assert_eq!(failed.report.usage.requests, 2, "what a stopped read used is counted too");
    assert_eq!((memory.committed(), memory.given_up()), (None, 1));
    assert_eq!(source.open.load(Ordering::SeqCst), 0);
}
