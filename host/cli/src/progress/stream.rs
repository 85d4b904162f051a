//! The progress of one stream.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressState, ProgressStyle};
use tollgate_model::{Event, Observer};

use super::json;
use super::log::RunLog;
use super::status::Status;
use super::tell;
use crate::messages::Messages;

/// Where nobody watches, a stream's lines are at least this far apart.
const LINES_APART: Duration = Duration::from_secs(5);
/// How often a bar is drawn again, so that a countdown is one.
const DRAW_EVERY: Duration = Duration::from_millis(200);

/// What is drawn while it is not known how many rows will come.
const SPINNER: &str = "{spinner} {prefix}: {status}";
/// What is drawn where that is known.
const BAR: &str = "{spinner} {prefix} [{bar:20}] {status}";

/// The form in which progress is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// For people.
    Text,
    /// For programs: one JSON object a line.
    Json,
    /// Not at all, but in the run's log.
    Hidden,
}

/// The progress of one stream.
pub struct StreamProgress {
    messages: Messages,
    form: Form,
    sync: String,
    stream: String,
    status: Arc<Mutex<Status>>,
    last_line: Mutex<Instant>,
    bar: ProgressBar,
    log: Arc<RunLog>,
}

impl StreamProgress {
    /// Begins to tell of a stream.
    pub fn start(
        messages: &Messages,
        form: Form,
        sync: &str,
        stream: &str,
        log: &Arc<RunLog>,
    ) -> Self {
        let now = Instant::now();
        let status = Arc::new(Mutex::new(Status::new(now)));
        let bar = match form {
            Form::Hidden => ProgressBar::hidden(),
            Form::Text | Form::Json => messages.bars().add(ProgressBar::new_spinner()),
        };
        bar.set_style(style(&status, SPINNER));
        bar.set_prefix(format!("{sync}: {stream}"));
        if !bar.is_hidden() {
            bar.enable_steady_tick(DRAW_EVERY);
        }
        StreamProgress {
            messages: messages.clone(),
            form,
            sync: sync.to_owned(),
            stream: stream.to_owned(),
            status,
            last_line: Mutex::new(now),
            bar,
            log: Arc::clone(log),
        }
    }

    /// Ends the telling, with a last word where nobody watches.
    pub fn finish(&self, outcome: &str) {
        self.bar.finish_and_clear();
        self.messages.bars().remove(&self.bar);
        if self.form == Form::Text {
            let line = self.status().line(Instant::now());
            self.messages.say(&format!("{}: {outcome}: {line}", self.label()));
        }
    }

    /// The log of the run that it is part of.
    pub fn log(&self) -> &RunLog {
        &self.log
    }

    /// Moves the bar on; it is one as soon as it is known how long it is.
    fn advance(&self, rows: u64) {
        self.bar.inc(rows);
        let total = self.status().rows_total();
        if total.is_some() && self.bar.length().is_none() {
            self.bar.set_style(style(&self.status, BAR));
        }
        if let Some(total) = total {
            self.bar.set_length(total.max(self.bar.position()));
        }
    }

    fn label(&self) -> String {
        format!("{}: {}", self.sync, self.stream)
    }

    fn status(&self) -> Status {
        *self.status.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether a plain line is due, which is then counted as told.
    fn line_is_due(&self, now: Instant, at_once: bool) -> bool {
        let mut last = self.last_line.lock().unwrap_or_else(PoisonError::into_inner);
        let due = at_once || now.duration_since(*last) >= LINES_APART;
        if due {
            *last = now;
        }
        due
    }

    fn tell_people(&self, event: &Event) {
        let now = Instant::now();
        let at_once = {
            let mut status = self.status.lock().unwrap_or_else(PoisonError::into_inner);
            status.take(event, now)
        };
        if let Event::Page { rows, .. } = event {
            self.advance(*rows);
        }
        if self.bar.is_hidden() {
            let says_progress = matches!(event, Event::Page { .. } | Event::Wait { .. });
            if says_progress && self.line_is_due(now, at_once) {
                self.messages.say(&format!("{}: {}", self.label(), self.status().line(now)));
            }
        }
        tell(&self.messages, &self.label(), event);
    }
}

impl Observer for StreamProgress {
    fn observe(&self, event: &Event) {
        self.log.observe(&self.stream, event);
        match self.form {
            Form::Hidden => {}
            Form::Text => self.tell_people(event),
            Form::Json => {
                let verbosity = self.messages.verbosity();
                if let Some(line) = json::line(&self.sync, &self.stream, event, verbosity) {
                    self.messages.say_json(&line);
                }
            }
        }
    }
}

/// The status is asked for at each drawing and not at each event, so that time passes in it.
fn style(status: &Arc<Mutex<Status>>, template: &str) -> ProgressStyle {
    let status = Arc::clone(status);
    let line = move |_: &ProgressState, out: &mut dyn std::fmt::Write| {
        let status = *status.lock().unwrap_or_else(PoisonError::into_inner);
        // A display that cannot be written to has nobody to be told.
        let _ = out.write_str(&status.line(Instant::now()));
    };
    ProgressStyle::with_template(template)
        .unwrap_or_else(|_| ProgressStyle::default_spinner())
        .progress_chars("=> ")
        .with_key("status", line)
}
