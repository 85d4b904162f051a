//! The file with the rows that the provider refused.

use std::fs::File;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use arrow_array::RecordBatch;
use tollgate_destinations::JsonlWriter;
use tollgate_model::schema::from_arrow_schema;
use tollgate_model::{Error, ErrorKind, Result};

/// The file with the rows that the provider refused. It is made for the first of them.
pub struct Rejects {
    path: Option<PathBuf>,
    file: Option<File>,
}

impl Rejects {
    /// A file that is not there yet, or none.
    ///
    /// # Errors
    /// [`ErrorKind::Config`] where it is there: it may be what is read.
    pub fn at(path: Option<&Path>) -> Result<Self> {
        match path {
            Some(path) if path.symlink_metadata().is_ok() => {
                let text = format!("the file for rejected rows is there: {}", path.display());
                Err(Error::new(ErrorKind::Config, text).with_hint("--rejects takes a new file"))
            }
            path => Ok(Rejects { path: path.map(Path::to_owned), file: None }),
        }
    }

    /// Adds rows, each in one piece, so that a process that is killed leaves whole lines.
    ///
    /// # Errors
    /// [`ErrorKind::Destination`] where they cannot be written.
    pub fn write(&mut self, rows: &RecordBatch) -> Result<()> {
        let Some(path) = &self.path else { return Ok(()) };
        let failed = |error: io::Error| {
            let text = format!("cannot write rejected rows to {}", path.display());
            Error::new(ErrorKind::Destination, text).with_source(error)
        };
        let mut writer = JsonlWriter::new(Vec::new(), &from_arrow_schema(&rows.schema())?);
        writer.write(rows)?;
        let lines = writer.finish()?;
        let file = match &mut self.file {
            Some(file) => file,
            None => self.file.insert(File::create_new(path).map_err(failed)?),
        };
        file.write_all(&lines).map_err(failed)
    }
}
