//! The faults of one server, and the count of what each did.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use bytes::Bytes;

use super::kind::Stage;
use super::{Fault, Kind};
use crate::log::lock;
use crate::script::{Ending, Script};
use crate::vendor::Twist;

/// A fault in service.
#[derive(Debug)]
pub(crate) struct Armed {
    fault: Fault,
    is_armed: AtomicBool,
    /// Requests it was about, whether hit or not.
    matched: AtomicUsize,
    /// Requests on which it had an effect.
    fired: AtomicUsize,
}

impl Armed {
    pub(crate) fn kind(&self) -> &Kind {
        self.fault.kind()
    }

    pub(crate) fn mark_fired(&self) {
        self.fired.fetch_add(1, Ordering::SeqCst);
    }

    fn is_due(&self, path: &str) -> bool {
        if !self.is_armed.load(Ordering::SeqCst) || !self.fault.is_about(path) {
            return false;
        }
        let n = self.matched.fetch_add(1, Ordering::SeqCst) + 1;
        self.fault.when().hits(n)
    }
}

/// All faults of one server.
#[derive(Debug, Default)]
pub(crate) struct Armoury(Mutex<Vec<Arc<Armed>>>);

impl Armoury {
    pub(crate) fn new(faults: Vec<Fault>) -> Self {
        let armoury = Armoury::default();
        for fault in faults {
            armoury.add(fault);
        }
        armoury
    }

    pub(crate) fn add(&self, fault: Fault) {
        lock(&self.0).push(Arc::new(Armed {
            fault,
            is_armed: AtomicBool::new(true),
            matched: AtomicUsize::new(0),
            fired: AtomicUsize::new(0),
        }));
    }

    /// The faults that fall on a request for `path`, which is counted by all that are about it.
    pub(crate) fn draw(&self, path: &str) -> Drawn {
        let all = lock(&self.0);
        Drawn(all.iter().filter(|it| it.is_due(path)).cloned().collect())
    }

    pub(crate) fn disarm(&self) {
        for armed in lock(&self.0).iter() {
            armed.is_armed.store(false, Ordering::SeqCst);
        }
    }

    pub(crate) fn fired(&self, name: &str) -> usize {
        let all = lock(&self.0);
        let named = all.iter().filter(|it| it.fault.name() == name);
        named.map(|it| it.fired.load(Ordering::SeqCst)).sum()
    }

    pub(crate) fn unfired(&self) -> Vec<String> {
        let all = lock(&self.0);
        all.iter()
            .filter(|it| it.fired.load(Ordering::SeqCst) == 0)
            .map(|it| it.fault.name().to_owned())
            .collect()
    }
}

/// The faults that fall on one request.
#[derive(Debug)]
pub(crate) struct Drawn(pub(crate) Vec<Arc<Armed>>);

impl Drawn {
    /// Whether the request is turned away, so that what it asked for does not happen. Other faults
    /// fall on the answer to something that was done.
    pub(crate) fn refuses(&self) -> bool {
        let is_refusal = |kind: &Kind| {
            matches!(kind, Kind::Status { .. } | Kind::Redirect(_) | Kind::EchoHeaders)
        };
        self.0.iter().any(|it| is_refusal(it.kind()))
    }

    /// What is done in place of reading the request, if it is cut: it has not happened.
    pub(crate) fn cut(&self) -> Option<Script> {
        let cut = self.0.iter().find(|it| *it.kind() == Kind::CutUpload)?;
        cut.mark_fired();
        Some(Script::new(Bytes::new(), Ending::Reset))
    }

    /// What the vendor itself has to act out.
    pub(crate) fn twists(&self) -> Vec<Twist> {
        let stages = self.0.iter().map(|it| it.kind().stage());
        stages
            .filter_map(|stage| match stage {
                Stage::Page(twist) => Some(twist),
                _ => None,
            })
            .collect()
    }
}
