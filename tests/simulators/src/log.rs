//! What the server saw: requests, violations of the protocol, requests in flight.

use std::collections::{HashMap, VecDeque};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use bytes::Bytes;

use crate::vendor::Request;

/// How many requests and violations are remembered; the oldest go first.
///
/// A demonstration may run for days. A test makes a few hundred requests, and a record of one
/// takes about a kilobyte, so this bounds the log to a hundred megabytes and never bites a test.
const REMEMBERED_MAX: usize = 100_000;

/// How many paths have a count of their own of what is in flight; later ones have none.
///
/// Tests ask about a handful of fixed paths, which turn up long before a thousand others have.
const COUNTED_PATHS_MAX: usize = 1_000;

/// One request as it arrived. Headers and body are whole: they include the test credentials.
#[derive(Clone, Debug)]
pub struct LoggedRequest {
    /// The request's place in the order of arrival, from 1.
    pub number: usize,
    /// When it arrived, counted from the start of the server.
    pub at: Duration,
    /// The method, in capitals.
    pub method: String,
    /// The path, still percent-encoded, without the query.
    pub path: String,
    /// The query's pairs, decoded, in the order in which they were sent.
    pub query: Vec<(String, String)>,
    /// The headers, their names in small letters.
    pub headers: Vec<(String, String)>,
    /// The body, as far as it was read (see [`Request::body`]).
    pub body: Bytes,
}

impl LoggedRequest {
    /// The first value of the header `name`, which is given in small letters.
    pub fn header(&self, name: &str) -> Option<&str> {
        let found = self.headers.iter().find(|(key, _)| key == name)?;
        Some(&found.1)
    }

    /// The first value of the query parameter `name`.
    pub fn parameter(&self, name: &str) -> Option<&str> {
        let found = self.query.iter().find(|(key, _)| key == name)?;
        Some(&found.1)
    }
}

/// Everything the server saw.
#[derive(Debug)]
pub(crate) struct Log {
    started: Instant,
    count: AtomicUsize,
    in_flight: AtomicUsize,
    in_flight_max: AtomicUsize,
    in_flight_on: Mutex<HashMap<String, Flight>>,
    requests: Mutex<VecDeque<LoggedRequest>>,
    violations: Mutex<VecDeque<String>>,
}

impl Log {
    pub(crate) fn new() -> Self {
        Log {
            started: Instant::now(),
            count: AtomicUsize::new(0),
            in_flight: AtomicUsize::new(0),
            in_flight_max: AtomicUsize::new(0),
            in_flight_on: Mutex::default(),
            requests: Mutex::default(),
            violations: Mutex::default(),
        }
    }

    /// Notes that `request` arrived and returns its number.
    pub(crate) fn record(&self, request: &Request) -> usize {
        let number = self.count.fetch_add(1, Ordering::SeqCst) + 1;
        push(
            &self.requests,
            LoggedRequest {
                number,
                at: self.started.elapsed(),
                method: request.method.clone(),
                path: request.path.clone(),
                query: request.query.clone(),
                headers: request.headers.clone(),
                body: request.body.clone(),
            },
        );
        number
    }

    pub(crate) fn violation(&self, what: String) {
        push(&self.violations, what);
    }

    /// Counts a request for `path` as in flight until the returned guard is dropped.
    pub(crate) fn enter(self: &Arc<Self>, path: &str) -> InFlight {
        let now = self.in_flight.fetch_add(1, Ordering::SeqCst) + 1;
        self.in_flight_max.fetch_max(now, Ordering::SeqCst);
        let mut flights = lock(&self.in_flight_on);
        let is_counted = flights.contains_key(path) || flights.len() < COUNTED_PATHS_MAX;
        if is_counted {
            let flight = flights.entry(path.to_owned()).or_default();
            flight.now += 1;
            flight.most = flight.most.max(flight.now);
        }
        let path = is_counted.then(|| path.to_owned());
        InFlight { log: Arc::clone(self), path }
    }

    pub(crate) fn in_flight_max_on(&self, path: &str) -> usize {
        lock(&self.in_flight_on).get(path).map_or(0, |flight| flight.most)
    }

    pub(crate) fn count(&self) -> usize {
        self.count.load(Ordering::SeqCst)
    }

    pub(crate) fn in_flight_max(&self) -> usize {
        self.in_flight_max.load(Ordering::SeqCst)
    }

    pub(crate) fn requests(&self) -> Vec<LoggedRequest> {
        lock(&self.requests).iter().cloned().collect()
    }

    pub(crate) fn violations(&self) -> Vec<String> {
        lock(&self.violations).iter().cloned().collect()
    }

    /// Forgets requests, violations and counters, so that a second run can be looked at alone.
    pub(crate) fn clear(&self) {
        lock(&self.requests).clear();
        lock(&self.violations).clear();
        self.count.store(0, Ordering::SeqCst);
        let now = self.in_flight.load(Ordering::SeqCst);
        self.in_flight_max.store(now, Ordering::SeqCst);
        for flight in lock(&self.in_flight_on).values_mut() {
            flight.most = flight.now;
        }
    }
}

/// How many requests for one path are being answered.
#[derive(Debug, Default)]
struct Flight {
    now: usize,
    most: usize,
}

/// Marks one request as in flight; dropped when the last byte of its answer was handed over.
#[derive(Debug)]
pub(crate) struct InFlight {
    log: Arc<Log>,
    /// The path, if it has a count of its own.
    path: Option<String>,
}

impl Drop for InFlight {
    fn drop(&mut self) {
        self.log.in_flight.fetch_sub(1, Ordering::SeqCst);
        let Some(path) = &self.path else {
            return;
        };
        if let Some(flight) = lock(&self.log.in_flight_on).get_mut(path) {
            flight.now -= 1;
        }
    }
}

fn push<T>(queue: &Mutex<VecDeque<T>>, item: T) {
    let mut queue = lock(queue);
    if queue.len() == REMEMBERED_MAX {
        queue.pop_front();
    }
    queue.push_back(item);
}

/// A panic elsewhere leaves the log readable: it is what explains the panic.
pub(crate) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
