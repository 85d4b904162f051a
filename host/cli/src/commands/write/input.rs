//! The file with the rows. It is read twice: to check all rows, and to write them.

use std::fs::File;
use std::io::{self, Read, Seek};

use tokio_util::sync::CancellationToken;
use tollgate_model::{Error, ErrorKind, Result};
use tollgate_rows::{Format, Rows};
use tollgate_runtime::Write;

use super::WriteArgs;
use crate::quantities;

/// The file with the rows.
pub struct Input {
    file: File,
    format: Format,
    /// What it is called in errors.
    name: String,
}

impl Input {
    /// Opens the file; what comes from standard input is first taken into a temporary one.
    ///
    /// # Errors
    /// [`ErrorKind::Config`] for a file that cannot be read or whose format is not told,
    /// [`ErrorKind::Limit`] for more than may come from standard input.
    pub fn open(args: &WriteArgs) -> Result<Self> {
        let named = args.format.as_deref();
        let named = named.and_then(|name| Format::ALL.into_iter().find(|f| f.name() == name));
        if args.from.as_os_str() == "-" {
            let format = named.unwrap_or(Format::Jsonl);
            return Ok(Input {
                file: spool(args.stdin_max)?,
                format,
                name: "standard input".into(),
            });
        }
        let format = named.map_or_else(|| Format::of_path(&args.from), Ok)?;
        let name = args.from.display().to_string();
        let file = File::open(&args.from)
            .and_then(|file| match file.metadata()?.is_file() {
                true => Ok(file),
                false => Err(io::Error::other("it is no plain file; `--from -` reads a stream")),
            })
            .map_err(|error| {
                Error::new(ErrorKind::Config, format!("{name} cannot be read")).with_source(error)
            })?;
        Ok(Input { file, format, name })
    }

    /// Reads all rows and gives their number.
    ///
    /// # Errors
    /// [`ErrorKind::Config`] for the first row that does not fit, [`ErrorKind::Cancelled`].
    pub fn check(&self, write: &Write, cancel: &CancellationToken) -> Result<u64> {
        let mut rows = self.rows(write)?;
        let mut count = 0;
        while let Some(chunk) = rows.next_chunk().map_err(|error| self.named(error))? {
            count += chunk.rows.num_rows() as u64;
            if cancel.is_cancelled() {
                return Err(Error::new(ErrorKind::Cancelled, "stopped; nothing was sent"));
            }
        }
        Ok(count)
    }

    /// The rows from the first on. Only one reader at a time: they share the file's position.
    ///
    /// # Errors
    /// As [`Rows::open`].
    pub fn rows(&self, write: &Write) -> Result<Rows> {
        let mut file = self.file.try_clone().map_err(|error| self.unreadable(error))?;
        file.rewind().map_err(|error| self.unreadable(error))?;
        let rows = Rows::open(file, self.format, &write.operation.columns);
        rows.map_err(|error| self.named(error))
    }

    fn named(&self, error: Error) -> Error {
        error.context(&self.name)
    }

    fn unreadable(&self, error: io::Error) -> Error {
        Error::new(ErrorKind::Config, format!("{} cannot be read", self.name)).with_source(error)
    }
}

fn spool(max: u64) -> Result<File> {
    let failed = |error: io::Error| {
        Error::new(ErrorKind::Config, "standard input cannot be kept").with_source(error)
    };
    let mut file = tempfile::tempfile().map_err(failed)?;
    let mut input = io::stdin().lock().take(max.saturating_add(1));
    let taken = io::copy(&mut input, &mut file).map_err(failed)?;
    if taken > max {
        let text = format!("standard input has more than {}", quantities::size(max));
        return Err(Error::new(ErrorKind::Limit, text).with_hint("--stdin-max SIZE allows more"));
    }
    Ok(file)
}
