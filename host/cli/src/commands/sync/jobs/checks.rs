//! What can be wrong with a sync, as far as it shows without a request: each error at its line.

use std::ops::Range;

use tollgate_model::text::quote;
use tollgate_model::{Descriptor, Error, ErrorKind, Result, Stream};
use tollgate_runtime::Session;
use tollgate_sync::{Mode, Plan, plan};

use super::{Job, Part};
use crate::commands::describe;
use crate::config::{Problem, Source};
use crate::failure::Outcome;

impl Job {
    /// Its streams, after everything that can be checked without a request was.
    ///
    /// # Errors
    /// [`ErrorKind::Config`] for a stream, option or column that does not exist, with the line of
    /// the sync where it is in a file.
    pub fn check(&self, session: &Session, source: &Source) -> Outcome<Vec<Part>> {
        let descriptor = session.connector().descriptor();
        let names = self.stream_names(descriptor, source)?;
        for name in &names {
            let read = self.read(session, name.get_ref());
            let checked = read.and_then(|read| read.columns(self.columns.clone()).build());
            let checked = checked.and_then(|_| self.check_mode(descriptor, name.get_ref()));
            checked.map_err(|error| self.at_its_line(error, name, source))?;
        }
        let streams: Vec<&Stream> =
            names.iter().filter_map(|name| descriptor.stream(name.get_ref())).collect();
        if let (Err(error), Some(first)) = (self.expand.check(&streams), names.first()) {
            return Err(self.at_its_line(error, first, source).into());
        }
        if let (Err(error), Some(first)) = (self.check_since(&streams), names.first()) {
            return Err(self.at_its_line(error, first, source).into());
        }
        self.check_changed(descriptor, &names).map_err(|error| match names.first() {
            Some(first) => self.at_its_line(error, first, source),
            None => error,
        })?;
        let parts = self.parts(&streams);
        for (part, name) in parts.iter().zip(&names) {
            let planned = self.check_plan(part, descriptor);
            planned.map_err(|error| self.at_its_line(error, name, source))?;
        }
        Ok(parts)
    }

    /// Refuses names and types for columns of a stream that is not read. Where the command line picks
    /// streams, those of the others are none of its business.
    fn check_changed(&self, descriptor: &Descriptor, read: &[toml::Spanned<String>]) -> Result<()> {
        let is_read = |name: &str| read.iter().any(|stream| stream.get_ref() == name);
        let of = |key: &str, stream: &Stream| {
            key.strip_prefix(stream.name.as_str()).is_some_and(|rest| rest.starts_with('.'))
        };
        let other = |key: &&str| {
            let mut streams = descriptor.streams.iter().filter(|stream| of(key, stream)).peekable();
            streams.peek().is_some() && streams.all(|stream| !is_read(&stream.name))
        };
        match self.changes.keys().find(other) {
            Some(key) if !self.streams_vary => {
                let message = format!("{} is a column of a stream that is not read", quote(key));
                Err(Error::new(ErrorKind::Config, message)
                    .with_hint("read the stream too, or leave its column as it is"))
            }
            _ => Ok(()),
        }
    }

    /// Plans what is known without the account, and asks the destination whether it can hold that.
    fn check_plan(&self, part: &Part, descriptor: &Descriptor) -> Result<()> {
        let stream = describe::find(descriptor, &part.stream)?;
        let mut choices = self.choices(part, descriptor);
        if stream.dynamic_columns {
            // The others are checked when the account has told them.
            choices.columns.clear();
            choices.changes = choices.changes.about(&stream.columns);
        }
        let plan = Plan::new(stream, &stream.columns, choices)?;
        // What is wrong can be put right in the file or on the command line.
        self.to.check(&plan.table).map_err(|error| match error.hint() {
            Some(hint) => Error::new(ErrorKind::Config, error.message()).with_hint(hint),
            None => Error::new(ErrorKind::Config, error.message()),
        })
    }

    fn check_mode(&self, descriptor: &Descriptor, stream: &str) -> Result<()> {
        let Some(stream) = descriptor.stream(stream) else { return Ok(()) };
        let mode = self.mode_for(stream);
        if mode == Mode::Merge && !self.to.merges() {
            let message = format!("nothing can be merged into {} files", self.to.scheme());
            return Err(Error::new(ErrorKind::Config, message).with_hint(
                "the modes replace and append go, or a SQLite or Postgres destination",
            ));
        }
        plan::check_mode(stream, &self.columns, mode, self.deletes)
    }

    /// An error that knows no line, at the line of what it names: an option or column, else the
    /// stream, else the sync.
    fn at_its_line(&self, error: Error, stream: &toml::Spanned<String>, source: &Source) -> Error {
        let Some(sync) = &self.span else { return error };
        let named = |(name, _): &&(String, Range<usize>)| error.message().contains(&quote(name));
        let place = self.places.iter().find(named).map(|(_, span)| span.clone());
        let stream = Some(stream.span()).filter(|span| !span.is_empty());
        let span = place.or(stream).unwrap_or_else(|| sync.clone());
        source.error(&Problem::from_error(span, &error))
    }
}
