//! `[notify]`: what is run when a sync begins to fail, and when it works again.

use std::path::Path;
use std::time::Duration;

use toml::Spanned;
use toml::de::DeTable;

use super::account::words;
use super::reader::Reader;
use super::source::{Problem, Source};

/// The keys of the table.
const KEYS: [&str; 2] = ["command", "timeout"];
/// How a command is written, for hints.
const COMMAND_FORM: &str = "for example `command = [\"./notify\", \"team\"]`";
/// How long the command may take where the file does not say: enough for a request that is tried
/// again.
pub const TIMEOUT_DEFAULT: Duration = Duration::from_secs(30);

/// What the file says of notices.
#[derive(Clone, Debug)]
pub struct NotifyConfig {
    /// The program, and what it is given. A program by its path has that relative to the file.
    pub command: Spanned<Vec<String>>,
    /// How long it may take. `None`: [`TIMEOUT_DEFAULT`].
    pub timeout: Option<Spanned<Duration>>,
}

/// The table, if it is there.
pub fn read(
    source: &Source,
    table: &DeTable<'_>,
    problems: &mut Vec<Problem>,
) -> Option<NotifyConfig> {
    let mut reader = Reader::new("the file", 0..0, table, problems);
    let (span, table) = reader.table("notify")?;
    let mut reader = Reader::new("`[notify]`", span, table, problems);
    reader.refuse_other_keys(&KEYS);
    // A second is the least that a program can be held to; within ten minutes any has said its word.
    let timeout = reader.duration("timeout", "1s", "10m");
    let Some(value) = reader.value("command") else {
        reader.missing("command", COMMAND_FORM);
        return None;
    };
    let Some(mut words) = words(value.get_ref()) else {
        let message = "`command` takes a list of texts: a program and what it is given";
        reader.problem(Problem::new(value.span(), message).with_hint(COMMAND_FORM));
        return None;
    };
    let folder = source.path().parent().unwrap_or(Path::new(""));
    if let Some(program) = words.first_mut()
        && Path::new(&*program).components().count() > 1
    {
        *program = folder.join(&*program).display().to_string();
    }
    Some(NotifyConfig { command: Spanned::new(value.span(), words), timeout })
}
