//! What the destinations have in common that append whole files or objects, with a manifest that names
//! them and holds the state of the read.

use std::time::Duration;

use tollgate_model::{Column, DataType};
use tollgate_sync::{Change, Kept, Mode, Pace, Start, State};

/// Each time a new file begins, and many small ones are slow to read: better to read some minutes
/// again after a run was killed. A run that merely fails keeps what it has at any time.
pub(crate) const PACE: Pace = Pace { rows: 1_000_000, interval: Duration::from_secs(300) };

/// What is given to a load that appends, out of the state of a manifest; what is not to be gone on
/// with leaves the manifest.
pub(crate) fn keep_or_forget(stored: &mut Option<State>, start: Start<'_>, widen: bool) -> Kept {
    match (start, stored.take()) {
        (Start::GoOn(scope), Some(state)) if scope.goes_on(&state.scope, widen) => {
            *stored = Some(state.clone());
            Kept::Same(state)
        }
        (Start::GoOn(_), Some(state)) => Kept::Other(state.scope),
        (Start::Stateless, state) => {
            *stored = state;
            Kept::Nothing
        }
        _ => Kept::Nothing,
    }
}

/// What is stored of a replacement that is to be appended to by later loads.
pub(crate) fn appended_to(change: Option<&Change>) -> Option<&Change> {
    change.filter(|change| change.scope.mode == Mode::Append)
}

/// Gives a column the type of the rows that are there, where it is that or, to be widened, holds the
/// new rows too. `false`: it is neither.
pub(crate) fn settle(column: &mut Column, was: DataType, widen: bool) -> bool {
    let now = column.data_type;
    let goes = was == now || widen && was.widest(now) == was;
    if goes {
        column.data_type = was;
    }
    goes
}
