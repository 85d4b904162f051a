//! A destination in memory that survives what a real one has to survive, and fails when told to.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use arrow_array::{RecordBatch, cast::AsArray, types::Int64Type};
use tollgate_model::{Error, ErrorKind, Result};
use tollgate_sync::{
    Begun, Change, Destination, Kept, Load, Loaded, Mode, Pace, Start, State, Table,
};

/// At every page.
const PACE: Pace = Pace { rows: 10, interval: Duration::from_secs(3600) };

/// What is on the disk, so to say.
#[derive(Default)]
pub struct Shelf {
    pub durable: Mutex<Durable>,
    /// Calls so far.
    pub calls: AtomicUsize,
    /// Loads under way.
    pub loads: AtomicUsize,
}

#[derive(Clone, Debug, Default)]
pub struct Durable {
    pub rows: Option<Vec<i64>>,
    pub staged: Vec<i64>,
    pub state: Option<State>,
}

/// At which call something fails, and whether it was done nevertheless.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fault {
    pub call: usize,
    pub is_done: bool,
    pub kind: ErrorKind,
}

#[derive(Clone, Default)]
pub struct Memory {
    pub shelf: Arc<Shelf>,
    pub fault: Option<Fault>,
    pub keeps_nothing: bool,
    /// Whether it takes no table.
    pub refuses: bool,
}

impl Memory {
    /// The rows that readers see, ascending.
    pub fn rows(&self) -> Option<Vec<i64>> {
        let mut rows = self.shelf.durable.lock().unwrap().rows.clone()?;
        rows.sort_unstable();
        Some(rows)
    }

    /// Does something durable, unless the process is told to end before.
    fn call<T>(&self, act: impl FnOnce(&mut Durable) -> T) -> Result<T> {
        let call = self.shelf.calls.fetch_add(1, Ordering::SeqCst) + 1;
        let fault = self.fault.filter(|fault| fault.call == call);
        let kind = fault.map_or(ErrorKind::Destination, |fault| fault.kind);
        let failed = || Err(Error::new(kind, "the disk is full"));
        if fault.is_some_and(|fault| !fault.is_done) {
            return failed();
        }
        let done = act(&mut self.shelf.durable.lock().unwrap());
        if fault.is_some() { failed() } else { Ok(done) }
    }
}

impl Destination for Memory {
    fn begin(&mut self, table: &Table, start: Start<'_>) -> Result<Begun> {
        if self.refuses {
            return Err(Error::new(ErrorKind::Destination, "the table cannot be loaded"));
        }
        let mode = table.mode;
        let kept = self.call(|durable| {
            let kept = match (start, durable.state.clone()) {
                (Start::GoOn(scope), Some(state)) if state.scope == *scope => Kept::Same(state),
                (Start::GoOn(_), Some(state)) => {
                    durable.state = None;
                    Kept::Other(state.scope)
                }
                _ => Kept::Nothing,
            };
            let goes_on = matches!(&kept, Kept::Same(state) if !state.round.ended);
            if mode != Mode::Replace || !goes_on {
                durable.staged.clear();
            }
            kept
        })?;
        self.shelf.loads.fetch_add(1, Ordering::SeqCst);
        let (memory, is_fresh) = (self.clone(), start == Start::Fresh);
        let load = MemoryLoad { memory, mode, is_fresh, rows: Vec::new(), is_paused: false };
        Ok(Begun { load: Box::new(load), kept, table: table.clone() })
    }

    fn forget(&mut self, _table: &str) -> Result<bool> {
        self.call(|durable| {
            durable.staged.clear();
            durable.state.take().is_some()
        })
    }

    fn state(&self, _table: &str) -> Result<Option<State>> {
        Ok(self.shelf.durable.lock().unwrap().state.clone())
    }
}

struct MemoryLoad {
    memory: Memory,
    mode: Mode,
    is_fresh: bool,
    rows: Vec<i64>,
    is_paused: bool,
}

impl MemoryLoad {
    fn put(&mut self, change: Option<&Change>, is_end: bool) -> Result<u64> {
        let (mode, rows) = (self.mode, std::mem::take(&mut self.rows));
        let forgets = self.is_fresh && is_end;
        self.memory.call(|durable| {
            let count = rows.len() as u64;
            match mode {
                Mode::Replace => durable.staged.extend(rows),
                Mode::Append => durable.rows.get_or_insert_default().extend(rows),
                Mode::Merge => {
                    let stored = durable.rows.get_or_insert_default();
                    // One by one: a row may come twice between two calls, if a part was read again.
                    for id in rows {
                        stored.retain(|stored| *stored != id);
                        stored.push(id);
                    }
                }
            }
            if mode == Mode::Replace && is_end {
                durable.rows = Some(std::mem::take(&mut durable.staged));
            }
            if forgets {
                durable.state = None;
            }
            if let Some(change) = change {
                durable.state = Some(State::after(durable.state.take(), change));
            }
            count
        })
    }
}

impl Load for MemoryLoad {
    fn write(&mut self, batch: &RecordBatch, _children: &[RecordBatch]) -> Result<()> {
        self.memory.call(|_| ())?;
        self.rows.extend(batch.column(0).as_primitive::<Int64Type>().values());
        Ok(())
    }

    fn pace(&self) -> Option<Pace> {
        (!self.memory.keeps_nothing && !self.is_fresh).then_some(PACE)
    }

    fn keep(&mut self, change: &Change) -> Result<()> {
        self.put(Some(change), false).map(|_| ())
    }

    fn commit(mut self: Box<Self>, change: Option<&Change>) -> Result<Loaded> {
        let rows = self.put(change, true)?;
        Ok(Loaded { rows, ..Loaded::default() })
    }

    fn pause(mut self: Box<Self>) -> Result<()> {
        self.is_paused = true;
        self.memory.call(|_| ())
    }
}

impl Drop for MemoryLoad {
    fn drop(&mut self) {
        if self.mode == Mode::Replace && !self.is_paused {
            let mut durable = self.memory.shelf.durable.lock().unwrap();
            durable.staged.clear();
            let is_staged = |state: &State| !state.round.ended && state.scope.mode == Mode::Replace;
            if durable.state.as_ref().is_some_and(is_staged) {
                durable.state = None;
            }
        }
        self.memory.shelf.loads.fetch_sub(1, Ordering::SeqCst);
    }
}
