//! The modes of a sync, by the words that users write.

use tollgate_model::{Error, ErrorKind, Result, near_miss};
use tollgate_sync::Mode;

/// Every mode, with its word.
const MODES: [(&str, Mode); 3] =
    [("replace", Mode::Replace), ("append", Mode::Append), ("merge", Mode::Merge)];

/// The mode of this word.
///
/// # Errors
/// [`ErrorKind::Config`] with what was likely meant.
pub fn parse(word: &str) -> Result<Mode> {
    MODES.iter().find(|(name, _)| *name == word).map(|(_, mode)| *mode).ok_or_else(|| {
        Error::new(ErrorKind::Config, format!("there is no mode {word:?}"))
            .with_hint(near_miss::hint(word, MODES.map(|(name, _)| name)))
    })
}

/// The word of a mode.
pub fn name(mode: Mode) -> &'static str {
    match mode {
        Mode::Replace => "replace",
        Mode::Append => "append",
        Mode::Merge => "merge",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_mode_reads_back() {
        for (word, mode) in MODES {
            assert_eq!(parse(name(mode)).unwrap(), mode);
            assert_eq!(name(mode), word);
        }
        assert_eq!(parse("apend").unwrap_err().hint(), Some("did you mean `append`?"));
    }
}
