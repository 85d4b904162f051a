//! What the readers of a run counted, together.

use std::sync::{Mutex, PoisonError};

use tollgate_model::Usage;

use crate::plan::Plan;
use crate::report::{ChildRows, Report};
use crate::source::Page;

/// What the readers of a run counted, together.
#[derive(Default)]
pub(crate) struct Counts(Mutex<Counted>);

#[derive(Clone, Default)]
struct Counted {
    rows: u64,
    child_rows: Vec<u64>,
    pages: u64,
    partitions: u64,
    /// Parts that an earlier run had read to their end.
    partitions_before: u64,
    part_retries: u64,
    parts_left: u64,
    /// Parts left since the last page of any.
    left_in_a_row: u32,
    usage: Usage,
}

impl Counts {
    fn with<T>(&self, change: impl FnOnce(&mut Counted) -> T) -> T {
        change(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Counts a page and says how many of its rows are taken: those within the limit, or all where
    /// they have children, since whose those are is not known here.
    pub(crate) fn take(&self, page: &Page, limit: Option<u64>) -> u64 {
        let rows = page.batch.num_rows() as u64;
        let limit = limit.filter(|_| page.children.is_empty());
        self.with(|counted| {
            let taken = limit.map_or(rows, |limit| rows.min(limit.saturating_sub(counted.rows)));
            counted.rows += taken;
            counted.pages += 1;
            counted.left_in_a_row = 0;
            counted.child_rows.resize(page.children.len().max(counted.child_rows.len()), 0);
            for (sum, child) in counted.child_rows.iter_mut().zip(&page.children) {
                *sum += child.num_rows() as u64;
            }
            taken
        })
    }

    pub(crate) fn rows(&self) -> u64 {
        self.with(|counted| counted.rows)
    }

    pub(crate) fn add_partition(&self) {
        self.with(|counted| counted.partitions += 1);
    }

    pub(crate) fn add_partition_before(&self) {
        self.with(|counted| counted.partitions_before += 1);
    }

    pub(crate) fn add_part_retry(&self) {
        self.with(|counted| counted.part_retries += 1);
    }

    pub(crate) fn add_part_left(&self) {
        self.with(|counted| {
            counted.parts_left += 1;
            counted.left_in_a_row += 1;
        });
    }

    pub(crate) fn left_in_a_row(&self) -> u32 {
        self.with(|counted| counted.left_in_a_row)
    }

    /// Parts that were left, and parts that are read to their end.
    pub(crate) fn left_and_ended(&self) -> (u64, u64) {
        self.with(|counted| (counted.parts_left, counted.partitions + counted.partitions_before))
    }

    pub(crate) fn add_usage(&self, usage: Usage) {
        self.with(|counted| counted.usage.add(usage));
    }

    pub(crate) fn report(&self, plan: &Plan) -> Report {
        let counted = self.with(|counted| counted.clone());
        let Counted { rows, child_rows, pages, partitions, part_retries, .. } = counted;
        let child_rows = child_rows.into_iter().chain(std::iter::repeat(0));
        let tables = plan.table.children.iter().map(|child| child.name.clone());
        Report {
            stream: plan.read.stream.clone(),
            table: plan.table.name.clone(),
            rows,
            children: tables
                .zip(child_rows)
                .map(|(table, rows)| ChildRows { table, rows })
                .collect(),
            pages,
            partitions,
            part_retries,
            parts_left: counted.parts_left,
            usage: counted.usage,
            ..Report::default()
        }
    }
}
