//! The formats, and how they are told apart.

use std::path::Path;

use tollgate_model::{Error, ErrorKind, Result, near_miss};

/// The form of a file of rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// One JSON object a line.
    Jsonl,
    /// RFC 4180 with a header.
    Csv,
    /// Apache Parquet.
    Parquet,
}

impl Format {
    /// All of them.
    pub const ALL: [Format; 3] = [Format::Jsonl, Format::Csv, Format::Parquet];

    /// Its name, as users write it.
    pub fn name(self) -> &'static str {
        match self {
            Format::Jsonl => "jsonl",
            Format::Csv => "csv",
            Format::Parquet => "parquet",
        }
    }

    /// The format of a file by its extension.
    ///
    /// # Errors
    /// [`ErrorKind::Config`] where that is the extension of none.
    pub fn of_path(path: &Path) -> Result<Self> {
        let extension = path.extension().unwrap_or_default().to_string_lossy().to_lowercase();
        match extension.as_str() {
            "jsonl" | "ndjson" => Ok(Format::Jsonl),
            "csv" => Ok(Format::Csv),
            "parquet" => Ok(Format::Parquet),
            _ => {
                let text = format!("the name {} does not tell the format", path.display());
                let hint = near_miss::hint(&extension, Format::ALL.map(Format::name));
                Err(Error::new(ErrorKind::Config, text)
                    .with_hint(format!("--format says it; {hint}")))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_extension_tells_the_format() {
        for (path, format) in [
            ("a.jsonl", Some(Format::Jsonl)),
            ("a/b.NDJSON", Some(Format::Jsonl)),
            ("a.b.csv", Some(Format::Csv)),
            ("a.parquet", Some(Format::Parquet)),
            ("a.json", None),
            ("csv", None),
        ] {
            assert_eq!(Format::of_path(Path::new(path)).ok(), format, "{path}");
        }
    }
}
