//! One sync, described so that another process can run it.

use std::path::PathBuf;
use std::sync::Arc;

use anyhow::Context as _;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use tempfile::TempDir;
use tokio_util::sync::CancellationToken;
use tollgate_model::{ManualClock, Unobserved};
use tollgate_runtime::{Access, Connector, Runtime, RuntimeConfig, Session};
use tollgate_simulators::ConstantContact;
use tollgate_simulators::constant_contact::{CANARY_PASTED, Credentials};
use tollgate_sync::plan::Choices;
use tollgate_sync::{Destination, Mode, Plan, ResumedFrom, Source, run};
use tollgate_tests::{Vendor as _, brisk_limits};
use tollgate_vault::{Account, KeySource, Secret, Vault};

use crate::defect::Defect;
use crate::fault::Fault;
use crate::place::Place;
use crate::provider::{CHILD, COLUMNS, PAGE_ROWS, STREAM};
use crate::steps::Steps;
use crate::watched::{WatchedDestination, WatchedSource};

/// A sync.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Sync {
    /// Where the provider is.
    pub origin: String,
    /// What the clock shows.
    pub now: Timestamp,
    /// Where rows go.
    pub place: Place,
    /// What becomes of those that are there.
    pub mode: Mode,
    /// What is wrong with it.
    pub defect: Option<Defect>,
    /// What happens to the process that runs it.
    pub fault: Fault,
}

/// What a run came to that lived to say so.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ended {
    /// Why it failed: the error's kind, and its text.
    pub failed: Option<(String, String)>,
    /// How long it took, in microseconds.
    pub micros: u64,
    /// How the read before it had ended, where it went on with one.
    pub resumed: Option<Resumed>,
}

/// With what a run went on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Resumed {
    /// A read that was interrupted.
    Interruption,
    /// One that came to its end.
    End,
}

/// The component, in a runtime with limits under which waiting is short, and with the cache of
/// components that all tests share. The connector lives no longer than the runtime.
///
/// # Errors
/// Where it cannot be had.
pub async fn component() -> anyhow::Result<(Runtime, Connector)> {
    let mut limits = brisk_limits();
    // The provider's own limit is four requests a second, which no run here is to wait for.
    limits.gate.retry.attempts = 2;
    let cache_dir = tollgate_test_artifacts::components().with_file_name("test-cache");
    let config = RuntimeConfig { cache_dir: Some(cache_dir), limits, ..RuntimeConfig::default() };
    let runtime = Runtime::new(config)?;
    let file = tollgate_test_artifacts::component(ConstantContact::COMPONENT);
    let connector = runtime.load_file(&file).await?;
    Ok((runtime, connector))
}

impl Sync {
    /// Runs it, watched.
    ///
    /// # Errors
    /// Where it cannot begin; a run that fails is no error.
    pub async fn run(&self, connector: &Connector, steps: &Steps) -> anyhow::Result<Ended> {
        let folder = TempDir::new()?;
        let session = self.session(connector, folder.path().join("vault"))?;
        let plan = self.plan(&session)?;
        let (source, destination) = self.ends(session)?;
        let source = WatchedSource { source, steps: steps.clone() };
        let destination = Box::new(WatchedDestination { destination, steps: steps.clone() });
        let cancel = CancellationToken::new();
        let (report, error) = match run(&source, destination, &plan, &Unobserved, &cancel).await {
            Ok(report) => (report, None),
            Err(failed) => (failed.report, Some(failed.error)),
        };
        Ok(Ended {
            micros: u64::try_from(report.elapsed.as_micros())?,
            failed: error.map(|error| (error.kind().name().to_owned(), said(&error))),
            resumed: report.resumed.map(|resumed| match resumed.from {
                ResumedFrom::Interruption => Resumed::Interruption,
                ResumedFrom::End => Resumed::End,
            }),
        })
    }

    fn session(&self, connector: &Connector, vault: PathBuf) -> anyhow::Result<Session> {
        let key = KeySource::OwnFile(vault.with_extension("key"));
        let vault = Vault::new(vault, key, |_| None, Arc::new(|_| {}));
        let mut access = Access::declared(connector.descriptor()).tokens(Arc::new(vault));
        access.clock = Arc::new(ManualClock::new(self.now));
        for origin in ConstantContact::ORIGINS {
            access = access.remap(*origin, &self.origin);
        }
        let account = Account::new("acme".parse()?, "constant_contact".parse()?)
            .with_auth_method("oauth")
            .with_setting("client_id", Credentials::default().client_id)
            .with_secret("access_token", Secret::new(CANARY_PASTED.to_owned()));
        Ok(connector.connect(&account, access)?)
    }

    fn plan(&self, session: &Session) -> anyhow::Result<Plan> {
        let read = session
            .read(STREAM)
            .option("contact_status", "all")
            .option("overlap_minutes", "0")
            .option("page_size", PAGE_ROWS.to_string())
            .build()?;
        let stream = session.connector().descriptor().stream(STREAM).context("no such stream")?;
        let choices = Choices {
            options: read.options,
            columns: COLUMNS.map(str::to_owned).to_vec(),
            children: vec![CHILD.to_owned()],
            mode: self.mode,
            source: "constant_contact acme".to_owned(),
            started_at: read.started_at,
            // A page that cannot be had is to end the run.
            part_retries: Some(0),
            ..Choices::default()
        };
        Ok(Plan::new(stream, &stream.columns, choices)?)
    }

    /// Source and destination, with what is wrong with them.
    fn ends(&self, session: Session) -> anyhow::Result<(Box<dyn Source>, Box<dyn Destination>)> {
        let (source, destination) = (Box::new(session), self.place.destination()?);
        Ok(match self.defect {
            Some(defect) => defect.plant(source, destination, &self.place),
            None => (source, destination),
        })
    }
}

/// An error with its causes.
fn said(error: &tollgate_model::Error) -> String {
    let mut text = error.to_string();
    let mut cause = std::error::Error::source(error);
    while let Some(error) = cause {
        text.push_str(&format!(": {error}"));
        cause = error.source();
    }
    text
}
