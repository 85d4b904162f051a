//! The first day whose changes are read: `--since` of the command line, `history` of the file.

use tollgate_model::{Descriptor, Error, ErrorKind, Result, Stream};
use tollgate_sync::plan;

use super::{Job, Part};

impl Job {
    /// The first day whose changes of a stream are read. `None`: it is read as a whole.
    pub(super) fn since_of(&self, stream: &Stream) -> Option<&str> {
        self.since.as_deref().filter(|_| stream.cursor.is_some())
    }

    /// Refuses a first day where it would have a part of the rows take the place of all, and where
    /// none of the streams knows what to do with it.
    pub(super) fn check_since(&self, streams: &[&Stream]) -> Result<()> {
        let Some(day) = &self.since else { return Ok(()) };
        let mut bounded = streams.iter().filter(|stream| stream.cursor.is_some()).peekable();
        if bounded.peek().is_none() {
            let message = format!("no stream of it tells what is new since {day}");
            return Err(Error::new(ErrorKind::Config, message)
                .with_hint("`cursor` in `tollgate describe` marks the streams that do"));
        }
        bounded.try_for_each(|stream| plan::check_since(stream, self.mode_of(stream)))
    }

    /// What is to be told of the streams that a first day has no part in.
    pub fn notes(&self, parts: &[Part], descriptor: &Descriptor) -> Vec<String> {
        let Some(day) = &self.since else { return Vec::new() };
        let streams = parts.iter().filter_map(|part| descriptor.stream(&part.stream));
        let whole = streams.filter(|stream| stream.cursor.is_none()).map(|stream| {
            let (sync, name) = (&self.label, &stream.name);
            format!("sync {sync}: stream {name} does not tell what is new since {day}; it is read as a whole")
        });
        whole.collect()
    }
}
