use tollgate_model::{Setting, Settings};

use super::*;
use crate::destination::Mode;

const NOW: i64 = 1_000;
const PACE: Pace = Pace { rows: 100, interval: Duration::from_secs(5) };

fn scope() -> Scope {
    Scope { stream: "contacts".to_owned(), ..Scope::default() }
}

fn position(round: u64, checkpoint: &str, ended: bool) -> Position {
    let checkpoint = Some(checkpoint.to_owned()).filter(|checkpoint| !checkpoint.is_empty());
    Position { round, checkpoint, ended }
}

/// What a run of today would read.
fn read() -> Read {
    Read {
        stream: "contacts".to_owned(),
        options: option("2026-01-02"),
        entered: Settings::new(),
        since: Some(2),
        columns: Vec::new(),
        children: Vec::new(),
        started_at: NOW,
        rows_wanted: None,
    }
}

fn option(day: &str) -> Vec<Setting> {
    vec![Setting { name: "day".to_owned(), values: vec![day.to_owned()] }]
}

fn state(round: Round, parts: &[(&str, Position)]) -> Kept {
    let parts = parts.iter().map(|(key, position)| ((*key).to_owned(), position.clone()));
    Kept::Same(State { scope: scope(), round, parts: parts.collect() })
}

fn after(checkpoint: &str) -> Begin {
    Begin::After(checkpoint.to_owned())
}

fn interrupted() -> Round {
    Round { number: 2, began_at: 500, rows: 30, ..Round::default() }
}

fn over() -> Round {
    Round { ended: true, ..interrupted() }
}

fn first() -> Round {
    Round { number: 1, began_at: NOW, ..Round::default() }
}

/// What is kept, whether the stream has a cursor, and where a part begins then.
#[test]
fn a_part_begins_where_what_is_kept_of_it_ends() {
    let cases = [
        ("nothing kept", Kept::Nothing, true, Begin::AtStart),
        ("of another scope", Kept::Other(Scope::default()), true, Begin::AtStart),
        (
            "in the middle",
            state(interrupted(), &[("", position(2, "c", false))]),
            false,
            after("c"),
        ),
        ("at its end", state(interrupted(), &[("", position(2, "c", true))]), false, Begin::Done),
        (
            "not begun",
            state(interrupted(), &[("/x", position(2, "c", true))]),
            false,
            Begin::AtStart,
        ),
        ("read before", state(interrupted(), &[("", position(1, "c", true))]), true, after("c")),
        ("no way on", state(interrupted(), &[("", position(1, "c", true))]), false, Begin::AtStart),
        (
            "no checkpoint",
            state(interrupted(), &[("", position(2, "", false))]),
            true,
            Begin::AtStart,
        ),
        ("all read, a cursor", state(over(), &[("", position(2, "c", true))]), true, after("c")),
        ("all read, none", state(over(), &[("", position(2, "c", true))]), false, Begin::AtStart),
    ];
    for (what, kept, has_cursor, expected) in cases {
        let course = Course::new(scope(), has_cursor, kept, first());
        assert_eq!(course.begin(None), expected, "{what}");
    }
}

#[test]
fn a_read_that_was_interrupted_began_with_its_first_run() {
    for (kept, began_at, from, rows) in [
        (Kept::Nothing, NOW, None, 0),
        (state(interrupted(), &[]), 500, Some(ResumedFrom::Interruption), 30),
        (state(over(), &[("", position(2, "c", true))]), NOW, Some(ResumedFrom::End), 0),
    ] {
        let course = Course::new(scope(), true, kept, first());
        assert_eq!(course.read(&read()).started_at, began_at);
        let resumed = course.resumed.as_ref();
        assert_eq!(resumed.map(|resumed| resumed.from), from);
        assert_eq!(resumed.map_or(0, |resumed| resumed.rows), rows);
    }
}

/// A day later, `today` is another day: parts of two days would be no read.
#[test]
fn a_read_that_was_interrupted_keeps_its_options_and_its_bound_and_another_has_its_own() {
    let terms = Round { options: option("2026-01-01"), since: Some(1), ..interrupted() };
    let ended = Round { ended: true, ..terms.clone() };
    for (kept, day, since) in [
        (Kept::Nothing, "2026-01-02", Some(2)),
        (state(terms, &[]), "2026-01-01", Some(1)),
        (state(ended, &[("", position(2, "c", true))]), "2026-01-02", Some(2)),
    ] {
        let course = Course::new(scope(), true, kept, Round::first(&read()));
        let read = course.read(&read());
        assert_eq!((read.options, read.since), (option(day), since));
        let ledger = Ledger::new(course);
        assert_eq!(ledger.end().round.options, option(day), "it is kept for the next run");
        assert_eq!(ledger.end().round.since, since);
    }
}

#[test]
fn what_changed_is_said() {
    for (change, what) in [
        (Scope { source: "x".to_owned(), ..scope() }, "account"),
        (Scope { mode: Mode::Merge, ..scope() }, "mode"),
        (Scope { options: [("a".to_owned(), vec![])].into(), ..scope() }, "options"),
        (Scope { columns: vec!["id int64".to_owned()], ..scope() }, "columns"),
    ] {
        let course = Course::new(scope(), true, Kept::Other(change), first());
        let reason = course.not_resumed.unwrap();
        assert!(reason.starts_with(&format!("the {what} changed")), "{reason}");
    }
}

fn ledger(kept: Kept, has_cursor: bool) -> Ledger {
    Ledger::new(Course::new(scope(), has_cursor, kept, first()))
}

fn at(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

#[test]
fn rows_are_kept_after_enough_of_them_or_enough_time() {
    let mut ledger = ledger(Kept::Nothing, false);
    assert!(!ledger.is_due(PACE, at(100)), "there is nothing to keep");
    ledger.page(None, 60, Some("a".to_owned()));
    assert!(!ledger.is_due(PACE, at(4)));
    assert!(ledger.is_due(PACE, at(5)));
    ledger.page(None, 40, Some("b".to_owned()));
    assert!(ledger.is_due(PACE, at(1)));
    assert_eq!(ledger.rows_kept(), 0);
    assert_eq!(ledger.change().parts, [(String::new(), position(1, "b", false))]);
    ledger.kept(at(1));
    assert_eq!(ledger.rows_kept(), 100);
    assert!(!ledger.is_due(PACE, at(100)), "nothing has moved since");
}

#[test]
fn nothing_is_kept_while_a_part_is_ahead_of_its_checkpoint() {
    let mut ledger = ledger(Kept::Nothing, false);
    ledger.page(Some("x"), 200, None);
    ledger.page(Some("y"), 200, Some("b".to_owned()));
    assert!(!ledger.is_due(PACE, at(100)) && !ledger.can_keep());
    ledger.page(Some("x"), 0, None);
    assert!(!ledger.can_keep(), "an empty page brings nothing back");
    let mut other = ledger.clone();
    other.page(Some("x"), 1, Some("a".to_owned()));
    assert!(other.can_keep());
    ledger.ended(Some("x"));
    assert!(ledger.can_keep());
    let parts = ledger.change().parts;
    let expected = [("/x", position(1, "", true)), ("/y", position(1, "b", false))];
    assert_eq!(parts, expected.map(|(key, position)| (key.to_owned(), position)));
}

#[test]
fn a_part_that_brings_nothing_new_keeps_its_checkpoint_if_that_is_still_of_use() {
    for (has_cursor, expected) in [(true, "c"), (false, "")] {
        let kept = state(over(), &[("", position(2, "c", true))]);
        let mut ledger = ledger(kept, has_cursor);
        ledger.ended(None);
        assert_eq!(ledger.end().parts, [(String::new(), position(3, expected, true))]);
    }
}

/// A round takes two runs, a part of it vanishes before the next: what is kept is of parts that are.
#[test]
fn at_the_end_only_what_the_next_read_needs_is_kept() {
    for (has_cursor, expected) in [(true, vec!["/x", "/y"]), (false, vec![])] {
        let parts = [
            ("/gone", position(1, "g", true)),
            ("/x", position(2, "x", true)),
            ("/y", position(1, "y", true)),
        ];
        let kept = state(interrupted(), &parts);
        let Kept::Same(before) = kept.clone() else { panic!("it is the same") };
        let mut ledger = ledger(kept, has_cursor);
        ledger.page(Some("y"), 5, Some("z".to_owned()));
        ledger.ended(Some("y"));
        let end = ledger.end();
        assert_eq!((end.round.ended, end.round.rows, end.round.began_at), (true, 35, 500));
        let state = State::after(Some(before), &end);
        assert_eq!(state.parts.keys().map(String::as_str).collect::<Vec<_>>(), expected);
    }
}

#[test]
fn a_connector_that_does_not_take_its_checkpoint_gets_a_hint() {
    let refused = || Error::new(ErrorKind::Config, "no place in this stream");
    let fresh = Course::new(scope(), true, Kept::Nothing, first());
    assert_eq!(fresh.explain(refused()).hint(), None);
    let resumed = Course::new(scope(), true, state(interrupted(), &[]), first());
    assert!(resumed.explain(refused()).hint().is_some_and(|hint| hint.contains("anew")));
    let data = resumed.explain(Error::new(ErrorKind::Data, "cut"));
    assert_eq!(data.hint(), None);
}

/// A page of a part: its rows, and whether it has a checkpoint.
type Pages = Vec<(u64, bool)>;

/// The ledger after the pages of all parts, taken in the order of these choices, each part with its
/// own in order. Looks at every step whether what could be kept is what the state says.
fn interleaved(parts: &[Pages], choices: &[usize]) -> Ledger {
    let mut ledger = ledger(Kept::Nothing, true);
    let mut at = vec![0; parts.len()];
    let mut choices = choices.iter().copied().cycle();
    while let Some(choice) =
        choices.next().filter(|_| at.iter().zip(parts).any(|(at, p)| *at <= p.len()))
    {
        let open: Vec<usize> =
            (0..parts.len()).filter(|part| at[*part] <= parts[*part].len()).collect();
        let part = open[choice % open.len()];
        let id = part.to_string();
        match parts[part].get(at[part]) {
            Some((rows, tells)) => {
                ledger.page(Some(&id), *rows, tells.then(|| at[part].to_string()))
            }
            None => ledger.ended(Some(&id)),
        }
        at[part] += 1;
        if ledger.can_keep() {
            let covered = |(key, position): &(String, Position)| {
                let pages = &parts[key[1..].parse::<usize>().unwrap()];
                let last =
                    position.checkpoint.as_ref().map_or(0, |c| c.parse::<usize>().unwrap() + 1);
                let covered = if position.ended { &pages[..] } else { &pages[..last] };
                covered.iter().map(|(rows, _)| rows).sum::<u64>()
            };
            assert_eq!(ledger.change().parts.iter().map(covered).sum::<u64>(), ledger.round.rows);
        }
    }
    ledger
}

proptest::proptest! {
    /// In which order the parts' pages come is of no importance to the state, neither at the end nor
    /// anywhere before it.
    #[test]
    fn a_state_does_not_depend_on_how_parts_alternate(
        parts in proptest::collection::vec(
            proptest::collection::vec((0..5_u64, proptest::bool::ANY), 0..6), 1..5),
        choices in proptest::collection::vec(0..100_usize, 1..30),
    ) {
        let (one, other) = (interleaved(&parts, &choices).end(), interleaved(&parts, &[0]).end());
        proptest::prop_assert_eq!(one, other);
    }

    /// Runs that end anywhere, without a word: in the end every page was kept, under `merge` at
    /// least once, else once.
    #[test]
    fn no_end_of_a_run_loses_a_page_or_has_it_twice(
        parts in proptest::collection::vec(
            proptest::collection::vec((0..5_u64, proptest::bool::ANY), 0..6), 1..4),
        runs in proptest::collection::vec(
            proptest::collection::vec((0..100_usize, proptest::bool::ANY), 0..12), 0..5),
        merges: bool,
    ) {
        let mode = if merges { Mode::Merge } else { Mode::Append };
        let mut table = Runs { parts: &parts, mode, state: None, kept: BTreeMap::new() };
        for steps in runs {
            if table.run(&mut steps.into_iter()) {
                break;
            }
        }
        if table.state.as_ref().is_none_or(|state| !state.round.ended) {
            proptest::prop_assert!(table.run(&mut std::iter::repeat((0, true))));
        }
        for (part, pages) in parts.iter().enumerate() {
            for page in (0..pages.len()).filter(|page| pages[*page].0 > 0) {
                let times = table.kept.get(&(part, page)).copied().unwrap_or_default();
                proptest::prop_assert!(times == 1 || merges && times > 1, "{part} {page}: {times}");
            }
        }
    }
}

/// What several runs of one read come to.
struct Runs<'a> {
    parts: &'a [Pages],
    mode: Mode,
    state: Option<State>,
    /// How often each page of each part was kept.
    kept: BTreeMap<(usize, usize), u32>,
}

impl Runs<'_> {
    /// One run, which ends when its steps do: each says which part goes on, and whether what can be
    /// kept is kept then. Whether it came to the end of all parts.
    fn run(&mut self, steps: &mut dyn Iterator<Item = (usize, bool)>) -> bool {
        let scope = Scope { mode: self.mode, ..scope() };
        let kept = self.state.clone().map_or(Kept::Nothing, Kept::Same);
        let course = Course::new(scope, false, kept, first());
        let begin = |part: usize| match course.begin(Some(&part.to_string())) {
            Begin::Done => self.parts[part].len() + 1,
            Begin::AtStart => 0,
            Begin::After(checkpoint) => checkpoint.parse::<usize>().unwrap() + 1,
        };
        let mut at: Vec<usize> = (0..self.parts.len()).map(begin).collect();
        let (mut ledger, mut written) = (Ledger::new(course), Vec::new());
        loop {
            let is_open = |part: &usize| at[*part] <= self.parts[*part].len();
            let open: Vec<usize> = (0..at.len()).filter(is_open).collect();
            if open.is_empty() {
                self.keep(&ledger.end(), &mut written);
                return true;
            }
            let Some((choice, keeps)) = steps.next() else { return false };
            let part = open[choice % open.len()];
            let (id, page) = (part.to_string(), at[part]);
            match self.parts[part].get(page) {
                Some((rows, tells)) => {
                    ledger.page(Some(&id), *rows, tells.then(|| page.to_string()));
                    written.push((part, page));
                }
                None => ledger.ended(Some(&id)),
            }
            at[part] += 1;
            if keeps && ledger.can_keep() {
                self.keep(&ledger.change(), &mut written);
                ledger.kept(Duration::ZERO);
            }
        }
    }

    fn keep(&mut self, change: &Change, written: &mut Vec<(usize, usize)>) {
        self.state = Some(State::after(self.state.take(), change));
        for page in written.drain(..) {
            *self.kept.entry(page).or_default() += 1;
        }
    }
}
