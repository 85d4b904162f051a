//! What was found: every broken rule with the place where it was broken, and the size of all texts.

use std::fmt;
use std::ops::RangeInclusive;

use super::{DESCRIPTION_BYTES_MAX, TITLE_BYTES_MAX};
use crate::error::{Error, ErrorKind, Result};
use crate::names::{NAME_BYTES_MAX, is_name};
use crate::text::{is_line, quote};

/// The most broken rules that are listed. Whoever broke more has one cause for most of them.
const LISTED_MAX: usize = 20;

/// Where in a descriptor something stands; shown as "stream `x`: column `y`".
pub(super) struct Place<'a> {
    parent: Option<&'a Place<'a>>,
    kind: &'static str,
    name: &'a str,
}

impl<'a> Place<'a> {
    /// The descriptor itself.
    pub(super) fn root() -> Self {
        Place { parent: None, kind: "", name: "" }
    }

    /// Something within this place.
    pub(super) fn at(&'a self, kind: &'static str, name: &'a str) -> Place<'a> {
        Place { parent: Some(self), kind, name }
    }
}

impl fmt::Display for Place<'_> {
    /// With `: ` at its end, so that the root is nothing.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Some(parent) = self.parent else { return Ok(()) };
        write!(f, "{parent}{} {}: ", self.kind, quote(self.name))
    }
}

/// The broken rules so far.
#[derive(Default)]
pub(super) struct Report {
    listed: Vec<String>,
    broken: usize,
    bytes: usize,
}

impl Report {
    /// A broken rule. Its text is only made where it will be listed, so that a descriptor of
    /// nothing but faults costs no more than another.
    pub(super) fn add(&mut self, place: &Place<'_>, rule: fmt::Arguments<'_>) {
        if self.listed.len() < LISTED_MAX {
            self.listed.push(format!("{place}{rule}"));
        }
        self.broken += 1;
    }

    /// Counts the bytes of a text for which there is no rule here.
    pub(super) fn count(&mut self, text: &str) {
        self.bytes = self.bytes.saturating_add(text.len());
    }

    /// The bytes of all texts so far.
    pub(super) fn bytes(&self) -> usize {
        self.bytes
    }

    /// A name, which the place has already told.
    pub(super) fn name(&mut self, place: &Place<'_>, name: &str) {
        self.count(name);
        if !is_name(name) {
            let rule = "a lowercase letter, then lowercase letters, digits and _";
            self.add(place, format_args!("its name is not {rule}, {NAME_BYTES_MAX} bytes at most"));
        }
    }

    /// A title.
    pub(super) fn title(&mut self, place: &Place<'_>, title: &str) {
        self.line(place, "title", title, TITLE_BYTES_MAX);
    }

    /// A description.
    pub(super) fn description(&mut self, place: &Place<'_>, description: &str) {
        self.line(place, "description", description, DESCRIPTION_BYTES_MAX);
    }

    /// A text that can be shown as it is.
    pub(super) fn line(&mut self, place: &Place<'_>, what: &str, text: &str, bytes_max: usize) {
        self.count(text);
        if text.len() > bytes_max {
            let bytes = text.len();
            self.add(place, format_args!("its {what} has {bytes} bytes; {bytes_max} are the most"));
        }
        if !is_line(text) {
            self.add(place, format_args!("its {what} {} holds a control character", quote(text)));
        }
    }

    /// How many there are of something.
    pub(super) fn amount(
        &mut self,
        place: &Place<'_>,
        what: &str,
        amount: usize,
        allowed: RangeInclusive<usize>,
    ) {
        if !allowed.contains(&amount) {
            let (least, most) = allowed.into_inner();
            self.add(place, format_args!("it has {amount} {what}, not {least} to {most}"));
        }
    }

    /// The error that lists what was found.
    pub(super) fn finish(self, headline: &str) -> Result<()> {
        let more = self.broken - self.listed.len();
        let text = match (self.listed.as_slice(), more) {
            ([], _) => return Ok(()),
            ([only], _) => format!("{headline}: {only}"),
            (several, 0) => format!("{headline}:\n  {}", several.join("\n  ")),
            (several, more) => {
                format!("{headline}:\n  {}\n  and {more} more", several.join("\n  "))
            }
        };
        Err(Error::new(ErrorKind::Bug, text))
    }
}
