//! One load into the files of a table and of its child tables.

use std::path::PathBuf;

use arrow_array::RecordBatch;
use tempfile::NamedTempFile;
use tollgate_model::{Column, Result};
use tollgate_sync::{Begun, Change, Kept, Load, Loaded, Mode, Pace, Start, State, Table};

use super::manifest::Manifest;
use super::names::TableFiles;
use super::{Format, RowWriter, claim, io_error, lock};
use crate::appends::{PACE, appended_to, keep_or_forget};
use crate::table::with_columns;

/// A load under way.
pub(super) struct FileLoad<F: Format> {
    format: F,
    mode: Mode,
    /// That of the table itself is the first.
    tables: Vec<OneTable<F::Writer>>,
    /// `None`: no state is kept, and none was.
    manifest: Option<Manifest>,
    rows: u64,
    location: String,
}

/// The files of one table, and the one that is being written.
struct OneTable<W> {
    files: TableFiles,
    columns: Vec<Column>,
    part: Part<W>,
}

/// A file that is being written.
struct Part<W> {
    writer: W,
    /// Removed when it is dropped. It stands behind `writer` so that the file is closed before.
    staged: NamedTempFile,
    rows: u64,
}

/// Removes what killed runs have left, and makes ready to load.
pub(super) fn begin<F: Format + 'static>(
    format: F,
    files: Vec<TableFiles>,
    table: &Table,
    start: Start<'_>,
) -> Result<Begun> {
    let mut tables = Vec::with_capacity(files.len());
    for (files, table) in files.into_iter().zip(table.each()) {
        let part = Part::begin(&format, &files, &table.columns)?;
        claim(&files, &part.staged)?;
        let writing_in = || format!("cannot write in {}", files.dir().display());
        files.complete().map_err(|error| io_error(writing_in(), error))?;
        tables.push(OneTable { files, columns: table.columns, part });
    }
    let (manifest, kept) = match table.mode {
        Mode::Append => manifest(&tables, start, table.widen)?,
        // Whatever is kept goes with the old files.
        Mode::Replace | Mode::Merge => (None, Kept::Nothing),
    };
    if table.mode == Mode::Append {
        for one in &mut tables {
            settle(&format, one, table.widen)?;
        }
    }
    let table = with_columns(table, tables.iter().map(|one| &one.columns));
    let location = tables[0].files.first().display().to_string();
    let load = FileLoad { format, mode: table.mode, tables, manifest, rows: 0, location };
    Ok(Begun { load: Box::new(load), kept, table })
}

/// Gives a table the columns that go with the files that it has.
fn settle<F: Format>(format: &F, table: &mut OneTable<F::Writer>, widen: bool) -> Result<()> {
    let reading = |error| io_error(format!("cannot read {}", table.files.dir().display()), error);
    let mut columns = table.columns.clone();
    for file in table.files.existing().map_err(reading)? {
        columns = format.settle(&file, &columns, widen)?;
    }
    if columns != table.columns {
        // The new file is locked before the lock of the old one ends.
        table.part = Part::begin(format, &table.files, &columns)?;
        table.columns = columns;
    }
    Ok(())
}

/// The manifest of tables that are appended to, and what it has kept.
fn manifest<W>(
    tables: &[OneTable<W>],
    start: Start<'_>,
    widen: bool,
) -> Result<(Option<Manifest>, Kept)> {
    let files = &tables[0].files;
    let found = Manifest::load(files)?;
    if found.is_none() && start == Start::Stateless {
        return Ok((None, Kept::Nothing));
    }
    let before = found.clone();
    let mut manifest = found.unwrap_or_default();
    for OneTable { files, .. } in tables {
        manifest.remove_others(files)?;
        manifest.adopt(files)?;
    }
    let kept = keep_or_forget(&mut manifest.state, start, widen);
    // From now on, a file that it does not name is known to come from a run that was killed.
    if before.as_ref() != Some(&manifest) {
        manifest.save(files)?;
    }
    Ok((Some(manifest), kept))
}

impl<W: RowWriter> Part<W> {
    fn begin<F: Format<Writer = W>>(
        format: &F,
        files: &TableFiles,
        columns: &[Column],
    ) -> Result<Self> {
        let failed = |error| io_error(format!("cannot write in {}", files.dir().display()), error);
        let staged = files.stage().map_err(failed)?;
        lock(staged.as_file()).map_err(failed)?;
        let file = staged.as_file().try_clone().map_err(failed)?;
        Ok(Part { writer: format.start(file, columns)?, staged, rows: 0 })
    }
}

/// Puts a finished part in its place; gives the path of its file.
fn place<W: RowWriter>(files: &TableFiles, part: Part<W>, mode: Mode) -> Result<PathBuf> {
    let first = files.first();
    let file = part.writer.finish().map_err(|error| error.context(first.display()))?;
    let placed = file.sync_all().and_then(|()| match mode {
        Mode::Replace | Mode::Merge => files.replace_by(part.staged),
        Mode::Append => files.add(part.staged),
    });
    placed.map_err(|error| io_error(format!("cannot put {} in its place", first.display()), error))
}

/// Whether a table has a file already.
fn exists(files: &TableFiles) -> Result<bool> {
    let failed = |error| io_error(format!("cannot read {}", files.dir().display()), error);
    Ok(!files.existing().map_err(failed)?.is_empty())
}

impl<F: Format> FileLoad<F> {
    /// Adds a file to each table that has new rows, then says so in the manifest. Without a state to
    /// keep it is the manifest's own that stays.
    fn add(&mut self, change: Option<&Change>, is_end: bool) -> Result<()> {
        for (index, table) in self.tables.iter_mut().enumerate() {
            if table.part.rows == 0 && (!is_end || exists(&table.files)?) {
                continue;
            }
            // The new file is locked before the lock of the old one ends.
            let next = Part::begin(&self.format, &table.files, &table.columns)?;
            let part = std::mem::replace(&mut table.part, next);
            let path = place(&table.files, part, self.mode)?;
            if index == 0 {
                self.location = path.display().to_string();
            }
            if let Some(manifest) = &mut self.manifest {
                manifest.add(table.files.table(), &path);
            }
        }
        let Some(manifest) = &mut self.manifest else { return Ok(()) };
        if let Some(change) = change {
            manifest.state = Some(State::after(manifest.state.take(), change));
        }
        manifest.save(&self.tables[0].files)
    }

    /// The new files take the place of the old ones, and their state that of the old state, when the
    /// manifest names them and no others: a run that is killed before leaves files that the next
    /// load removes, one that is killed behind leaves the old ones to it.
    fn replace_by_manifest(&mut self, change: &Change) -> Result<()> {
        let main = 0;
        let mut manifest = Manifest::load(&self.tables[main].files)?.unwrap_or_default();
        for OneTable { files, .. } in &self.tables {
            manifest.remove_others(files)?;
            manifest.adopt(files)?;
        }
        manifest.save(&self.tables[main].files)?;
        let mut replaced = Manifest::default();
        replaced.state = Some(State::after(None, change));
        let mut placed = Vec::with_capacity(self.tables.len());
        for OneTable { files, part, .. } in self.tables.drain(..) {
            let path = place(&files, part, Mode::Append)?;
            replaced.add(files.table(), &path);
            if placed.is_empty() {
                self.location = path.display().to_string();
            }
            placed.push(files);
        }
        replaced.save(&placed[main])?;
        placed.iter().try_for_each(|files| replaced.remove_others(files))
    }
}

impl<F: Format + 'static> Load for FileLoad<F> {
    fn write(&mut self, batch: &RecordBatch, children: &[RecordBatch]) -> Result<()> {
        self.rows += batch.num_rows() as u64;
        let batches = std::iter::once(batch).chain(children);
        for (table, batch) in self.tables.iter_mut().zip(batches) {
            let OneTable { files, part, .. } = table;
            part.writer.write(batch).map_err(|error| error.context(files.first().display()))?;
            part.rows += batch.num_rows() as u64;
        }
        Ok(())
    }

    fn pace(&self) -> Option<Pace> {
        self.manifest.as_ref().map(|_| PACE)
    }

    fn keep(&mut self, change: &Change) -> Result<()> {
        match self.mode {
            Mode::Append => self.add(Some(change), false),
            // Files that are not whole cannot be gone on with.
            Mode::Replace | Mode::Merge => Ok(()),
        }
    }

    fn commit(mut self: Box<Self>, change: Option<&Change>) -> Result<Loaded> {
        match self.mode {
            Mode::Append => self.add(change, true)?,
            Mode::Replace | Mode::Merge => match appended_to(change) {
                Some(change) => self.replace_by_manifest(change)?,
                None => {
                    // The state of files that go would be wrong of those that come.
                    Manifest::remove(&self.tables[0].files)?;
                    for OneTable { files, part, .. } in self.tables.drain(..) {
                        place(&files, part, self.mode)?;
                    }
                }
            },
        }
        Ok(Loaded { rows: self.rows, location: self.location, ..Loaded::default() })
    }
}
