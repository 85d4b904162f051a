//! The modes of a sync, and what merging does with deletions, by the words that users write.

use tollgate_model::{Error, ErrorKind, Result, near_miss};
use tollgate_sync::{Deletes, Mode};

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

/// Every way with deletions, with its word.
const DELETES: [(&str, Deletes); 2] = [("remove", Deletes::Remove), ("keep", Deletes::Keep)];

/// What this word has merging do with rows that were deleted at the provider.
///
/// # Errors
/// [`ErrorKind::Config`] with the words that there are.
pub fn parse_deletes(word: &str) -> Result<Deletes> {
    DELETES.iter().find(|(name, _)| *name == word).map(|(_, deletes)| *deletes).ok_or_else(|| {
        Error::new(ErrorKind::Config, format!("merging cannot {word:?} deleted rows"))
            .with_hint("it can `remove` or `keep` them")
    })
}

/// The word of what merging does with deleted rows.
pub fn deletes_name(deletes: Deletes) -> &'static str {
    match deletes {
        Deletes::Remove => "remove",
        Deletes::Keep => "keep",
    }
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
        for (word, deletes) in DELETES {
            assert_eq!(parse_deletes(word).unwrap(), deletes);
            assert_eq!(deletes_name(deletes), word);
        }
        assert!(parse_deletes("kept").unwrap_err().hint().unwrap().contains("`keep`"));
        assert_eq!(parse("apend").unwrap_err().hint(), Some("did you mean `append`?"));
    }
}
