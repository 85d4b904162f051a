//! Standard error: everything that is not data. Lines and progress bars share it.

use std::io::{self, IsTerminal, Write};

use indicatif::{MultiProgress, ProgressDrawTarget};
use jiff::Timestamp;
use serde::Serialize;
use tollgate_model::text::excerpt;

use crate::args::GlobalArgs;
use crate::failure::{Failure, render};
use crate::views::ErrorView;

/// The most characters of one message line.
const LINE_CHARS_MAX: usize = 2_000;

/// How much is said.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Verbosity {
    /// Errors alone.
    Quiet,
    /// Progress, and what a user should know.
    Normal,
    /// Requests, waits, and the connector's log too.
    Verbose,
    /// Everything.
    Debug,
}

/// Standard error.
#[derive(Clone, Debug)]
pub struct Messages {
    verbosity: Verbosity,
    bars: MultiProgress,
    is_terminal: bool,
    is_json: bool,
}

/// A message where standard error is for programs: one object a line, told apart by `event`.
#[derive(Serialize)]
#[serde(tag = "event", rename_all = "snake_case")]
enum MessageView<'a> {
    Message { message: &'a str },
    Error(ErrorView),
}

impl Messages {
    /// Standard error of this process.
    pub fn of(args: &GlobalArgs) -> Self {
        let verbosity = match (args.quiet, args.verbose) {
            (true, _) => Verbosity::Quiet,
            (false, 0) => Verbosity::Normal,
            (false, 1) => Verbosity::Verbose,
            (false, _) => Verbosity::Debug,
        };
        let is_terminal = io::stderr().is_terminal();
        let target = match is_terminal && verbosity > Verbosity::Quiet && !args.json {
            true => ProgressDrawTarget::stderr(),
            false => ProgressDrawTarget::hidden(),
        };
        let bars = MultiProgress::with_draw_target(target);
        Messages { verbosity, bars, is_terminal, is_json: args.json }
    }

    /// How much is said.
    pub fn verbosity(&self) -> Verbosity {
        self.verbosity
    }

    /// Where bars are drawn.
    pub fn bars(&self) -> &MultiProgress {
        &self.bars
    }

    /// Whether standard error is for programs.
    pub fn is_json(&self) -> bool {
        self.is_json
    }

    /// Whether a person watches.
    pub fn is_terminal(&self) -> bool {
        self.is_terminal
    }

    /// Says a line, unless nothing is to be said but errors.
    pub fn say(&self, line: &str) {
        if self.verbosity == Verbosity::Quiet {
            return;
        }
        match self.is_json {
            true => self.write_json(&MessageView::Message { message: line }),
            false => self.write(&excerpt(line, LINE_CHARS_MAX)),
        }
    }

    /// Says a line that is JSON already.
    pub fn say_json(&self, line: &str) {
        if self.verbosity > Verbosity::Quiet {
            self.write(line);
        }
    }

    /// Says what the user should know, unless nothing is to be said but errors.
    pub fn warn(&self, line: &str) {
        self.say(&format!("warning: {line}"));
    }

    /// Tells why a command failed.
    pub fn fail(&self, failure: &Failure) {
        let Failure::Errors(errors) = failure else { return };
        for error in errors {
            match self.is_json {
                true => self.write_json(&MessageView::Error(ErrorView::from(error))),
                false => self.write(&render(error, Timestamp::now())),
            }
        }
    }

    fn write_json(&self, message: &MessageView<'_>) {
        // A struct of texts and numbers always becomes JSON.
        if let Ok(line) = serde_json::to_string(message) {
            self.write(&line);
        }
    }

    /// A text that is escaped already, with the bars out of its way. Where nobody reads standard
    /// error, there is nobody to be told so.
    fn write(&self, text: &str) {
        self.bars.suspend(|| {
            let _ = writeln!(io::stderr().lock(), "{text}");
        });
    }
}
