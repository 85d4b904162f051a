//! Whether the native program and Tollgate read the same rows: a comparison is worth something only
//! between programs that do the same.

use anyhow::{Context, Result, ensure};
use arrow_array::RecordBatch;
use arrow_select::concat::concat_batches;

use crate::job::Job;
use crate::{native, tollgate};

/// Reads all rows with both and gives how many there are.
///
/// # Errors
/// Where they differ, in which column.
pub fn check(job: &Job) -> Result<u64> {
    let mut by_hand = Vec::new();
    native::batches(job, |batch| {
        by_hand.push(batch);
        Ok(true)
    })?;
    let (by_hand, ours) = (whole(&by_hand)?, whole(&tollgate::batches(job)?)?);
    let names = |batch: &RecordBatch| {
        let fields = batch.schema_ref().fields().iter();
        fields.map(|field| field.name().clone()).collect::<Vec<_>>()
    };
    ensure!(names(&ours) == names(&by_hand), "columns {:?}", (names(&ours), names(&by_hand)));
    for ((name, ours), by_hand) in names(&ours).iter().zip(ours.columns()).zip(by_hand.columns()) {
        if ours.as_ref() != by_hand.as_ref() {
            let rows = ours.len().min(by_hand.len());
            let differs =
                |row: &usize| ours.slice(*row, 1).as_ref() != by_hand.slice(*row, 1).as_ref();
            let row = (0..rows).find(differs).unwrap_or(rows);
            anyhow::bail!(
                "{}: column {name} differs in row {row} of {} and {}: {:?} by Tollgate, {:?} by hand",
                job.provider.name(),
                ours.len(),
                by_hand.len(),
                (row < rows).then(|| ours.slice(row, 1)),
                (row < rows).then(|| by_hand.slice(row, 1)),
            );
        }
    }
    Ok(ours.num_rows() as u64)
}

fn whole(batches: &[RecordBatch]) -> Result<RecordBatch> {
    let schema = batches.first().context("no page came")?.schema();
    Ok(concat_batches(&schema, batches)?)
}
