//! One instance of a component: made for one read, called, and dropped.
//!
//! After a trap, a time-out or a cancelled call an instance is in a state that nobody has thought
//! through, so nothing more is asked of it: [`Guest::call`] takes it and gives it back only when all
//! went well.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use jiff::tz::TimeZone;
use tollgate_egress::Passage;
use tollgate_model::text::excerpt;
use tollgate_model::{Clock, Error, ErrorKind, Event, LogLevel, Observer, Result, Usage};
use wasmtime::{Store, UpdateDeadline};

use crate::admission::{Admission, Share};
use crate::bindings::exports::tollgate::connector::connector::Guest as Exports;
use crate::bindings::tollgate::connector::types::Failure;
use crate::bindings::{ConnectorHost, ConnectorHostPre};
use crate::failure::{self, Label};
use crate::http::Hooks;
use crate::limits::Limits;
use crate::meter::CpuMeter;
use crate::state::State;

/// What the instances of a component are made from.
#[derive(Clone)]
pub(crate) struct Template {
    pub(crate) pre: ConnectorHostPre<State>,
    pub(crate) label: Label,
    pub(crate) limits: Arc<Limits>,
    pub(crate) admission: Admission,
}

/// What an instance has to do with the world outside.
pub(crate) struct World {
    pub(crate) hooks: Hooks,
    pub(crate) observer: Arc<dyn Observer>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) time_zone: TimeZone,
}

/// An instance.
pub(crate) struct Guest {
    store: Store<State>,
    exports: ConnectorHost,
    label: Label,
    limits: Arc<Limits>,
    clock: Arc<dyn Clock>,
    started: Instant,
    gauge: Gauge,
    /// Given back after the store, which stands before it.
    _share: Share,
}

/// What an instance has used: readable while it runs and after it is gone.
#[derive(Clone)]
pub(crate) struct Gauge {
    passage: Option<Passage>,
    memory_peak: Arc<AtomicU64>,
    cpu: CpuMeter,
}

/// What came of a call.
pub(crate) struct Called<T> {
    /// What the guest said, or how the call ended without it.
    pub(crate) said: Result<T>,
    /// The gate's verdict, if it ended the passage in this call or before.
    pub(crate) verdict: Option<Error>,
}

impl Gauge {
    pub(crate) fn usage(&self) -> Usage {
        let usage = self.passage.as_ref().map(Passage::usage).unwrap_or_default();
        Usage { guest_memory_peak: self.memory_peak.load(Ordering::Relaxed), ..usage }
    }

    pub(crate) fn cpu(&self) -> Duration {
        self.cpu.in_read()
    }

    /// Whether a request of the present call may have changed something at the provider.
    pub(crate) fn may_have_changed(&self) -> bool {
        self.passage.as_ref().is_some_and(Passage::may_have_changed)
    }

    /// Ends what is under way at the gate.
    pub(crate) fn cancel(&self) {
        if let Some(passage) = &self.passage {
            passage.cancel();
        }
    }
}

impl Guest {
    /// Makes an instance, as soon as there is memory for it.
    ///
    /// # Errors
    /// [`ErrorKind::Limit`] where it needs more than it may have, [`ErrorKind::Bug`] where its start
    /// traps.
    pub(crate) async fn start(template: &Template, world: World) -> Result<Self> {
        let Template { pre, label, limits, admission } = template.clone();
        let observer = Arc::clone(&world.observer);
        let waiting = || {
            let message = "waits until there is memory for another instance".to_owned();
            observer.observe(&Event::Log { level: LogLevel::Debug, message });
        };
        let share = admission.admit(limits.memory_bytes, waiting).await?;
        let clock = Arc::clone(&world.clock);
        let passage = world.hooks.passage().cloned();
        let state = State::new(&limits, world);
        let gauge = Gauge { passage, memory_peak: state.memory.peak(), cpu: state.cpu.clone() };
        let mut store = Store::new(pre.engine(), state);
        store.limiter(|state| &mut state.memory);
        store.set_hostcall_fuel(limits.call_bytes);
        store.set_max_component_handles(limits.handles);
        store.set_epoch_deadline(1);
        store.epoch_deadline_callback(|cx| {
            cx.data().cpu.check(Instant::now())?;
            Ok(UpdateDeadline::Yield(1))
        });
        let instantiation = gauge.cpu.call(pre.instantiate_async(&mut store));
        let started = Instant::now();
        let exports = match tokio::time::timeout(limits.wall_per_call, instantiation).await {
            Err(_) => return Err(failure::too_slow(&label, "start", limits.wall_per_call)),
            Ok(Err(error)) => {
                return Err(trapped(store.data(), &label, &limits, "start", error));
            }
            Ok(Ok(exports)) => exports,
        };
        Ok(Guest { store, exports, label, limits, clock, started, gauge, _share: share })
    }

    pub(crate) fn gauge(&self) -> Gauge {
        self.gauge.clone()
    }

    pub(crate) fn label(&self) -> &Label {
        &self.label
    }

    /// Makes one call and judges it: the gate's verdict first, as a guest may have passed it over,
    /// then traps and time-outs, then what the guest itself says.
    pub(crate) async fn call<T>(
        self,
        name: &str,
        call: impl AsyncFnOnce(&Exports, &mut Store<State>) -> wasmtime::Result<Result<T, Failure>>,
    ) -> Result<(Self, T)> {
        let Called { said, verdict } = self.try_call(name, call).await;
        verdict.map_or(said, Err)
    }

    /// Makes one call, whose word counts for what was done before the gate ended it.
    pub(crate) async fn try_call<T>(
        mut self,
        name: &str,
        call: impl AsyncFnOnce(&Exports, &mut Store<State>) -> wasmtime::Result<Result<T, Failure>>,
    ) -> Called<(Self, T)> {
        let left = self.limits.wall_per_read.saturating_sub(self.started.elapsed());
        let limit = self.limits.wall_per_call.min(left);
        if let Some(passage) = &self.gauge.passage {
            passage.begin_call();
        }
        self.store.set_epoch_deadline(1);
        let exports = self.exports.tollgate_connector_connector();
        let running = self.gauge.cpu.call(call(exports, &mut self.store));
        let outcome = tokio::time::timeout(limit, running).await;
        let verdict = self.gauge.passage.as_ref().and_then(Passage::verdict);
        let verdict = verdict.map(|verdict| verdict.context(&self.label));
        let said = match outcome {
            Err(_) => Err(failure::too_slow(&self.label, name, limit)),
            Ok(Err(error)) => {
                Err(trapped(self.store.data(), &self.label, &self.limits, name, error))
            }
            Ok(Ok(Err(failure))) => Err(failure::reported(&self.label, failure, self.clock.now())),
            Ok(Ok(Ok(value))) => Ok((self, value)),
        };
        Called { said, verdict }
    }

    /// Whether a guest without network tried to use one.
    pub(crate) fn refuse_requests(&self, name: &str) -> Result<(), Error> {
        match self.store.data().hooks.refused() {
            0 => Ok(()),
            _ => {
                let text = format!("`{name}` makes a request, and it has no network");
                Err(self.label.error(ErrorKind::Bug, text))
            }
        }
    }
}

/// The error for a trap. All that is known about it goes to the log.
fn trapped(
    state: &State,
    label: &Label,
    limits: &Limits,
    call: &str,
    error: wasmtime::Error,
) -> Error {
    let stdio = state.stdio.text();
    for line in stdio.lines() {
        let line = excerpt(line, limits.log_line_bytes);
        state.log.tell(LogLevel::Error, format!("{label} wrote: {line}"));
    }
    for line in failure::backtrace(&error) {
        state.log.tell(LogLevel::Error, format!("{label} trapped at {line}"));
    }
    failure::trapped(label, call, error, &stdio, limits)
}
