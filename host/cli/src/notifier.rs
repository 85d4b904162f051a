//! Tells a command of the user that a sync begins to fail, or works again.
//!
//! Whether there is something to tell is decided in `tollgate_runs::notice`. What the command comes
//! to is nothing that a sync depends on: where it fails, that is a warning.

use std::collections::BTreeMap;
use std::io::{self, Seek, Write};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::Duration;

use jiff::Timestamp;
use serde::Serialize;
use tollgate_model::Result;
use tollgate_runs::{Notice, Planned, Store};

use crate::commands::runs::view::RunView;
use crate::config::{Config, TIMEOUT_DEFAULT};
use crate::messages::Messages;
use crate::quantities;

/// How often it is looked whether the command has ended.
const LOOK_EVERY: Duration = Duration::from_millis(20);

/// What the command reads: a run as in `runs list --json`, and what it says of its sync.
#[derive(Serialize)]
struct NoticeView {
    event: &'static str,
    failing_since: String,
    #[serde(flatten)]
    run: RunView,
}

/// Who is told, and of which syncs.
pub struct Notifier {
    command: Vec<String>,
    timeout: Duration,
    /// The schedules of the syncs that have one: what is tried again is not told yet.
    planned: BTreeMap<String, Planned>,
    messages: Messages,
}

impl Notifier {
    /// As the file says. `None`: nobody is told.
    pub fn of(config: &Config, messages: &Messages) -> Option<Self> {
        let notify = config.notify.as_ref()?;
        let planned =
            config.syncs.iter().filter_map(|sync| Some((sync.name.to_string(), sync.planned()?)));
        Some(Notifier {
            command: notify.command.get_ref().clone(),
            timeout: notify.timeout.as_ref().map_or(TIMEOUT_DEFAULT, |timeout| *timeout.get_ref()),
            planned: planned.collect(),
            messages: messages.clone(),
        })
    }

    /// Takes what there is to tell of a sync. Nobody else finds it from then on: it is told once at
    /// most.
    ///
    /// # Errors
    /// As [`Store::take_notice`].
    pub fn take(&self, store: &mut Store, sync: &str, now: Timestamp) -> Result<Option<Notice>> {
        store.take_notice(sync, self.planned.get(sync), now)
    }

    /// Tells it, and waits until the command has ended.
    pub async fn tell(&self, notice: &Notice) {
        if let Err(error) = self.run(notice).await {
            let program = self.command.first().map_or("", String::as_str);
            let (sync, event) = (&notice.run.start.sync, notice.event.name());
            let warning = format!("the command of `[notify]`, {program}, {error}");
            self.messages.warn(&format!("{warning}; it was to tell that {sync} is {event}"));
        }
    }

    async fn run(&self, notice: &Notice) -> io::Result<()> {
        let mut child = self
            .start(notice)
            .map_err(|error| io::Error::other(format!("cannot be started: {error}")))?;
        let ended = tokio::time::timeout(self.timeout, end(&mut child)).await;
        let status = ended.unwrap_or_else(|_| {
            kill(&mut child)?;
            child.wait()?;
            let timeout = quantities::duration(self.timeout);
            Err(io::Error::other(format!("was ended: it took longer than {timeout}")))
        })?;
        match status.success() {
            true => Ok(()),
            false => Err(io::Error::other(format!("failed: {status}"))),
        }
    }

    /// What it prints is put aside: standard output is for data, and standard error may be for
    /// programs. Its input is a file and no pipe, so that nobody waits for one that does not read.
    fn start(&self, notice: &Notice) -> io::Result<Child> {
        let mut input = tempfile::tempfile()?;
        serde_json::to_writer(&mut input, &NoticeView::from(notice))?;
        input.write_all(b"\n")?;
        input.rewind()?;
        let [program, arguments @ ..] = self.command.as_slice() else {
            return Err(io::Error::other("it names no program"));
        };
        let mut command = Command::new(program);
        command.args(arguments).stdin(input).stdout(Stdio::null()).stderr(Stdio::null());
        // A group of its own, so that what it starts can be ended with it.
        #[cfg(unix)]
        std::os::unix::process::CommandExt::process_group(&mut command, 0);
        command.spawn()
    }
}

impl From<&Notice> for NoticeView {
    fn from(notice: &Notice) -> Self {
        NoticeView {
            event: notice.event.name(),
            failing_since: format!("{:.0}", notice.failing_since),
            run: RunView::from(&notice.run),
        }
    }
}

/// Ends a command and, where there are process groups, what it has started and left in its own.
fn kill(child: &mut Child) -> io::Result<()> {
    // The standard library has no call for a group, but every POSIX system has the program; where
    // that is missing, the command itself is ended all the same.
    #[cfg(unix)]
    drop(Command::new("kill").args(["-s", "KILL", "--", &format!("-{}", child.id())]).output());
    child.kill()
}

async fn end(child: &mut Child) -> io::Result<ExitStatus> {
    loop {
        if let Some(status) = child.try_wait()? {
            return Ok(status);
        }
        tokio::time::sleep(LOOK_EVERY).await;
    }
}
