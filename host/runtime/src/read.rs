//! Asking for rows: a stream, options and columns, checked before anything runs.

use std::borrow::Cow;
use std::collections::HashSet;

use jiff::Zoned;
use jiff::civil::Date;
use tollgate_model::near_miss;
use tollgate_model::text::quote;
use tollgate_model::{Descriptor, Error, ErrorKind, FieldKind, Result, Settings, Stream, settings};
use tollgate_sync::plan::check_cursor;
use tollgate_sync::{Read, WantedColumn};

/// Puts a [`Read`] together; [`crate::Session::read`] gives one.
#[derive(Clone, Debug)]
#[must_use = "`build` gives the read"]
pub struct ReadBuilder<'a> {
    descriptor: &'a Descriptor,
    /// When the run began, on the account's clock.
    began: Zoned,
    stream: String,
    since: Option<String>,
    options: Settings,
    columns: Vec<String>,
    children: Vec<String>,
    rows_wanted: Option<u64>,
}

impl<'a> ReadBuilder<'a> {
    pub(crate) fn new(descriptor: &'a Descriptor, began: Zoned, stream: String) -> Self {
        ReadBuilder {
            descriptor,
            began,
            stream,
            since: None,
            options: Settings::new(),
            columns: Vec::new(),
            children: Vec::new(),
            rows_wanted: None,
        }
    }

    /// Sets an option, as a user would enter it. Of an option that takes several values, each call
    /// adds one.
    pub fn option(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.options.entry(name.into()).or_default().push(value.into());
        self
    }

    /// Sets several options.
    pub fn options(mut self, options: Settings) -> Self {
        for (name, values) in options {
            self.options.entry(name).or_default().extend(values);
        }
        self
    }

    /// Only what was made or changed since this day, as a user would enter it, in the account's time
    /// zone. Only for a stream with a cursor.
    pub fn since(mut self, day: impl Into<String>) -> Self {
        self.since = Some(day.into());
        self
    }

    /// The columns wanted, in this order. None: all.
    pub fn columns<C: Into<String>>(mut self, columns: impl IntoIterator<Item = C>) -> Self {
        self.columns.extend(columns.into_iter().map(Into::into));
        self
    }

    /// The child tables wanted, in this order.
    pub fn children<C: Into<String>>(mut self, children: impl IntoIterator<Item = C>) -> Self {
        self.children.extend(children.into_iter().map(Into::into));
        self
    }

    /// About how many rows will be taken, for providers that can be asked for small pages.
    pub fn rows_wanted(mut self, rows: u64) -> Self {
        self.rows_wanted = Some(rows);
        self
    }

    /// Checks all of it, for the menu of an option: that one need not be set yet.
    ///
    /// # Errors
    /// As [`ReadBuilder::build`].
    pub fn build_for_menu(self, option: &str) -> Result<Read> {
        self.check(Some(option))
    }

    /// Checks all of it.
    ///
    /// # Errors
    /// [`ErrorKind::Config`] for an unknown stream, option, column or child table, with the likely one
    /// as a hint, for one named twice, and for an option's value outside its kind. The columns of a stream
    /// with dynamic columns are known only to the account, so those are checked when it is read.
    pub fn build(self) -> Result<Read> {
        self.check(None)
    }

    fn check(self, to_be_chosen: Option<&str>) -> Result<Read> {
        let stream = stream(self.descriptor, &self.stream)?;
        check_columns(stream, &self.columns)?;
        check_children(stream, &self.children)?;
        let mut fields = Cow::Borrowed(&stream.options);
        if let Some(at) = fields.iter().position(|field| Some(&*field.name) == to_be_chosen) {
            fields.to_mut()[at].required = false;
        }
        let in_stream = |error: Error| error.context(format_args!("stream `{}`", stream.name));
        let today = self.began.date();
        let options = settings::resolve("option", &fields, &self.options, today);
        let options = options.map_err(in_stream)?;
        if self.since.is_some() {
            check_cursor(stream)?;
        }
        let since = self.since.as_ref().map(|day| start_of(day, &self.began));
        Ok(Read {
            stream: self.stream,
            entered: settings::as_entered(&fields, &self.options, &options),
            options,
            since: since.transpose().map_err(in_stream)?,
            columns: self.columns.into_iter().map(WantedColumn::named).collect(),
            children: self.children,
            started_at: self.began.timestamp().as_microsecond(),
            rows_wanted: self.rows_wanted,
        })
    }
}

/// When a day that a user entered begins, in microseconds UTC.
fn start_of(entered: &str, began: &Zoned) -> Result<i64> {
    let refused = |what: &str| Error::new(ErrorKind::Config, format!("the first day is {what}"));
    let days = settings::convert(&FieldKind::Date, &[entered.to_owned()], began.date());
    let days = days.map_err(|error| {
        let hint = error.hint().map(str::to_owned).unwrap_or_default();
        refused(error.message()).with_hint(hint)
    })?;
    let day: Option<Date> = days.first().and_then(|day| day.parse().ok());
    let day = day.ok_or_else(|| refused("empty"))?;
    if day > began.date() {
        return Err(refused(&format!("{day}, which lies in the future")));
    }
    let begin = day.to_zoned(began.time_zone().clone());
    let begin = begin.map_err(|error| refused("none of the calendar").with_source(error))?;
    Ok(begin.timestamp().as_microsecond())
}

/// The stream of this name.
///
/// # Errors
/// [`ErrorKind::Config`].
pub(crate) fn stream<'a>(descriptor: &'a Descriptor, name: &str) -> Result<&'a Stream> {
    let Some(stream) = descriptor.stream(name) else {
        let known = descriptor.streams.iter().map(|stream| stream.name.as_str());
        let text = format!("{} has no stream {}", descriptor.id, quote(name));
        return Err(Error::new(ErrorKind::Config, text).with_hint(near_miss::hint(name, known)));
    };
    Ok(stream)
}

fn check_children(stream: &Stream, wanted: &[String]) -> Result<()> {
    let mut seen = HashSet::new();
    for name in wanted {
        if !seen.insert(name) {
            let text = format!("the child table {} is named twice", quote(name));
            return Err(Error::new(ErrorKind::Config, text));
        }
        if stream.child(name).is_none() {
            let known = stream.children.iter().map(|child| child.name.as_str());
            let text = format!("the stream `{}` has no child table {}", stream.name, quote(name));
            return Err(Error::new(ErrorKind::Config, text).with_hint(near_miss::hint(name, known)));
        }
    }
    Ok(())
}

fn check_columns(stream: &Stream, wanted: &[String]) -> Result<()> {
    let mut seen = HashSet::new();
    for name in wanted {
        if !seen.insert(name) {
            let text = format!("the column {} is named twice", quote(name));
            return Err(Error::new(ErrorKind::Config, text));
        }
        let known = stream.columns.iter().map(|column| column.name.as_str());
        if !stream.dynamic_columns && !known.clone().any(|known| known == name) {
            let text = format!("the stream `{}` has no column {}", stream.name, quote(name));
            return Err(Error::new(ErrorKind::Config, text).with_hint(near_miss::hint(name, known)));
        }
    }
    Ok(())
}
