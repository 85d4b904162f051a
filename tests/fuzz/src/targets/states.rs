//! States of reads, as destinations keep them and `tollgate state set` takes them: JSON texts.

use tollgate_model::text::is_line;
use tollgate_sync::state::{CHECKPOINT_BYTES_MAX, PART_ID_BYTES_MAX};
use tollgate_sync::{Keeps, Mode, Position, State};

/// A JSON text.
pub fn run(input: &[u8]) {
    let Ok(state) = serde_json::from_slice::<State>(input) else { return };
    let text = serde_json::to_string(&state).expect("a state has a form in JSON");
    assert_eq!(serde_json::from_str::<State>(&text).ok().as_ref(), Some(&state));
    for is_partitioned in [false, true] {
        match state.check(is_partitioned) {
            Ok(()) => look_at(&state, is_partitioned),
            Err(why) => assert!(is_line(&why) && why.len() < 1_000, "{why:?}"),
        }
    }
    assert!(state.scope.goes_on(&state.scope, false) && state.scope.goes_on(&state.scope, true));
    assert_eq!(state.scope.difference(&state.scope), None);
    look_at_changes(&state);
}

/// A state that may be put in the place of what is kept: a read can go on with each of its parts.
fn look_at(state: &State, is_partitioned: bool) {
    assert_ne!(state.scope.mode, Mode::Replace);
    assert!(is_partitioned || state.parts.len() <= 1);
    for (key, Position { round, checkpoint, ended }) in &state.parts {
        assert_eq!(key.starts_with('/'), is_partitioned, "{key:?}");
        assert!(is_line(key) && key.len() <= 1 + PART_ID_BYTES_MAX, "{key:?}");
        assert!((1..=state.round.number).contains(round), "{key:?}");
        assert!(*ended || checkpoint.is_some(), "{key:?}");
        assert!(checkpoint.as_ref().is_none_or(|text| text.len() <= CHECKPOINT_BYTES_MAX));
    }
}

fn look_at_changes(state: &State) {
    let whole = state.as_change();
    assert_eq!(State::after(None, &whole), *state);
    assert_eq!(State::after(Some(state.clone()), &whole), *state);
    let mut of_this_round = whole.clone();
    of_this_round.keeps = Keeps::OfThisRound;
    of_this_round.parts.clear();
    let left = State::after(Some(state.clone()), &of_this_round);
    let is_of_it = |position: &&Position| position.round == state.round.number;
    assert!(left.parts.values().all(|position| is_of_it(&position)));
    assert_eq!(left.parts.len(), state.parts.values().filter(is_of_it).count());
    let none = tollgate_sync::Change { keeps: Keeps::None, ..whole };
    assert!(State::after(Some(state.clone()), &none).parts.is_empty());
}
