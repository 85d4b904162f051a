use super::*;

/// A world in which time passes only as far as the next decision.
struct World {
    syncs: Vec<(Planned, History)>,
    now: Timestamp,
    slots: usize,
    /// Every start: the time, the position of the sync, the number of the try.
    starts: Vec<(Timestamp, usize, u32)>,
}

/// What a run comes to.
#[derive(Clone, Copy)]
struct Course {
    takes: SignedDuration,
    status: Status,
    passes: bool,
    retry_at: Option<Timestamp>,
}

const OK: Course = Course {
    takes: SignedDuration::from_secs(90),
    status: Status::Succeeded,
    passes: false,
    retry_at: None,
};
const OUTAGE: Course = Course { status: Status::Failed, passes: true, ..OK };
const WRONG: Course = Course { status: Status::Failed, ..OK };
const KILLED: Course = Course { status: Status::Interrupted, ..OK };

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn planned(schedule: &str) -> Planned {
    Planned {
        schedule: schedule.parse().unwrap(),
        retry: RETRY_DEFAULT,
        place: schedule.to_owned(),
    }
}

impl World {
    fn new(now: &str, schedules: &[&str]) -> Self {
        let now = at(now);
        let sync = |schedule: &&str| (planned(schedule), History::since(now));
        World { syncs: schedules.iter().map(sync).collect(), now, slots: 4, starts: Vec::new() }
    }

    /// Lives until a time as the driver does: starts what is due, ends what has run its course, and
    /// sleeps in between. Gives how often it woke.
    fn live(&mut self, until: &str, course: impl Fn(usize, usize) -> Course) -> usize {
        let until = at(until);
        let mut under_way: Vec<(Timestamp, usize, u32, Timestamp, Course)> = Vec::new();
        let mut wakes = 0;
        while self.now < until {
            wakes += 1;
            let busy: Vec<String> = under_way
                .iter()
                .map(|(_, position, ..)| self.syncs[*position].0.place.clone())
                .collect();
            let busy: Vec<&str> = busy.iter().map(String::as_str).collect();
            let slots = self.slots - under_way.len();
            let decision = decide(&self.syncs, &busy, slots, self.now);
            for (position, attempt) in decision.start {
                let number = self.starts.iter().filter(|(_, other, _)| *other == position).count();
                let course = course(position, number);
                self.starts.push((self.now, position, attempt));
                assert!(!self.syncs[position].1.running, "a sync runs beside itself");
                self.syncs[position].1.running = true;
                under_way.push((self.now + course.takes, position, attempt, self.now, course));
            }
            let ends = under_way.iter().map(|(end, ..)| *end).min();
            self.now = [ends, decision.wake, Some(until)].into_iter().flatten().min().unwrap();
            let now = self.now;
            for (end, position, attempt, started, course) in
                under_way.extract_if(.., |(end, ..)| *end <= now)
            {
                self.end(position, attempt, started, end, course);
            }
        }
        wakes
    }

    fn end(
        &mut self,
        position: usize,
        attempt: u32,
        started: Timestamp,
        ended_at: Timestamp,
        course: Course,
    ) {
        let Course { status, passes, retry_at, .. } = course;
        let history = &mut self.syncs[position].1;
        history.running = false;
        history.loaded |= status == Status::Succeeded;
        if status != Status::Stopped {
            history.covered = Some(started);
        }
        let trigger = Trigger::Schedule;
        history.last = Some(Last { trigger, status, attempt, ended_at, passes, retry_at });
    }

    fn starts(&self) -> Vec<(String, u32)> {
        self.starts.iter().map(|(at, _, attempt)| (at.to_string(), *attempt)).collect()
    }

    fn state(&self) -> SyncState {
        self.syncs[0].1.state()
    }
}

#[test]
fn a_year_of_working_days_is_one_run_each() {
    let mut world = World::new("2026-01-01T00:00:00Z", &["0 6 * * 1-5 Europe/Berlin"]);
    let wakes = world.live("2027-01-01T00:00:00Z", |_, _| OK);
    assert_eq!(world.starts.len(), 261);
    assert!(wakes <= 2 * 261 + 1, "it woke {wakes} times");
    assert!(world.starts.iter().all(|(_, _, attempt)| *attempt == 1));
    let six_in_berlin = |(at, ..): &(Timestamp, usize, u32)| {
        let local = at.in_tz("Europe/Berlin").unwrap();
        (local.hour(), local.minute(), local.second()) == (6, 0, 0)
    };
    assert!(world.starts.iter().all(six_in_berlin));
}

#[test]
fn what_was_missed_is_caught_up_once() {
    let mut world = World::new("2026-01-01T00:00:00Z", &["0 * * * *", "every 15m"]);
    world.live("2026-01-01T03:30:00Z", |_, _| OK);
    world.starts.clear();
    world.now = at("2026-01-05T10:20:00Z");
    world.live("2026-01-05T11:01:00Z", |_, _| OK);
    let of = |position| {
        let starts = world.starts.iter().filter(move |(_, other, _)| *other == position);
        starts.map(|(at, ..)| at.to_string()).collect::<Vec<_>>()
    };
    assert_eq!(of(0), ["2026-01-05T10:20:00Z", "2026-01-05T11:00:00Z"]);
    assert_eq!(of(1), ["2026-01-05T10:20:00Z", "2026-01-05T10:35:00Z", "2026-01-05T10:50:00Z"]);
}

#[test]
fn a_run_that_takes_longer_than_its_pace_is_never_beside_itself() {
    let long = Course { takes: SignedDuration::from_mins(50), ..OK };
    let mut world = World::new("2026-01-01T00:00:00Z", &["*/15 * * * *"]);
    world.live("2026-01-01T03:00:00Z", |_, _| long);
    let starts: Vec<String> = world.starts().into_iter().map(|(at, _)| at).collect();
    // The times that passed meanwhile are caught up once, at the end of the run.
    assert_eq!(
        starts,
        [
            "2026-01-01T00:15:00Z",
            "2026-01-01T01:05:00Z",
            "2026-01-01T01:55:00Z",
            "2026-01-01T02:45:00Z"
        ]
    );
}

#[test]
fn what_may_pass_is_tried_again_and_what_does_not_waits_for_the_next_time() {
    let daily = "0 6 * * *";
    let mut world = World::new("2026-01-01T00:00:00Z", &[daily]);
    world.live("2026-01-02T07:00:00Z", |_, number| if number < 4 { OUTAGE } else { OK });
    let start = |at: &str, attempt| (at.to_owned(), attempt);
    assert_eq!(
        world.starts(),
        [
            start("2026-01-01T06:00:00Z", 1),
            start("2026-01-01T06:06:30Z", 2),
            start("2026-01-01T06:13:00Z", 3),
            start("2026-01-02T06:00:00Z", 1),
            start("2026-01-02T06:06:30Z", 2),
        ]
    );
    let mut world = World::new("2026-01-01T00:00:00Z", &[daily]);
    world.live("2026-01-02T07:00:00Z", |_, _| WRONG);
    assert_eq!(
        world.starts(),
        [start("2026-01-01T06:00:00Z", 1), start("2026-01-02T06:00:00Z", 1)]
    );
    // A process that always dies does not die all the time.
    let mut world = World::new("2026-01-01T00:00:00Z", &[daily]);
    world.live("2026-01-02T05:00:00Z", |_, _| KILLED);
    assert_eq!(world.starts.len(), 3);
}

#[test]
fn a_time_that_the_provider_named_is_waited_for_also_by_the_schedule() {
    let until = at("2026-01-01T11:30:00Z");
    let quota = Course { retry_at: Some(until), ..OUTAGE };
    let mut world = World::new("2026-01-01T10:00:00Z", &["every 15m"]);
    world.live("2026-01-01T11:50:00Z", |_, number| if number == 0 { quota } else { OK });
    let starts: Vec<Timestamp> = world.starts.iter().map(|(at, ..)| *at).collect();
    assert_eq!(starts, [at("2026-01-01T10:00:00Z"), until, at("2026-01-01T11:45:00Z")]);
}

#[test]
fn a_run_that_was_stopped_is_gone_on_with_at_once() {
    let mut world = World::new("2026-01-01T05:00:00Z", &["0 6 * * *"]);
    let stopped = Course { status: Status::Stopped, takes: SignedDuration::from_secs(10), ..OK };
    world.live("2026-01-01T06:00:10Z", |_, _| stopped);
    assert_eq!(world.state(), SyncState::Pending);
    world.now = at("2026-01-01T08:00:00Z");
    world.live("2026-01-01T09:00:00Z", |_, _| OK);
    let starts: Vec<String> = world.starts().into_iter().map(|(at, _)| at).collect();
    assert_eq!(starts, ["2026-01-01T06:00:00Z", "2026-01-01T08:00:00Z"]);
}

#[test]
fn a_paused_sync_starts_nothing_and_goes_on_from_when_it_is_resumed() {
    let mut world = World::new("2026-01-01T00:00:00Z", &["0 6 * * *"]);
    world.syncs[0].1.paused = Some(world.now);
    world.live("2026-01-10T12:00:00Z", |_, _| OK);
    assert!(world.starts.is_empty());
    assert_eq!(world.state(), SyncState::Paused);
    world.syncs[0].1 = History { since: world.now, paused: None, ..world.syncs[0].1.clone() };
    world.live("2026-01-11T12:00:00Z", |_, _| OK);
    assert_eq!(world.starts(), [("2026-01-11T06:00:00Z".to_owned(), 1)]);
}

#[test]
fn slots_and_places_hold_starts_up_and_the_longest_due_goes_first() {
    let mut world = World::new("2026-01-01T00:00:00Z", &["0 3 * * *", "0 2 * * *", "0 1 * * *"]);
    for (planned, _) in &mut world.syncs {
        planned.place = "out.db".to_owned();
    }
    world.slots = 1;
    world.now = at("2026-01-01T12:00:00Z");
    world.live("2026-01-01T13:00:00Z", |_, _| OK);
    let order: Vec<usize> = world.starts.iter().map(|(_, position, _)| *position).collect();
    assert_eq!(order, [2, 1, 0]);
    let start = |syncs: &[(Planned, History)], busy: &[&str], slots| {
        decide(syncs, busy, slots, at("2026-01-02T04:00:00Z")).start
    };
    assert_eq!(start(&world.syncs, &[], 2), [(2, 1)], "one place, one run");
    assert_eq!(start(&world.syncs, &["out.db"], 2), []);
    world.syncs[0].0.place = "other.db".to_owned();
    assert_eq!(start(&world.syncs, &[], 2), [(2, 1), (0, 1)]);
    assert_eq!(start(&world.syncs, &["out.db"], 2), [(0, 1)]);
    assert_eq!(start(&world.syncs, &[], 0), []);
    world.syncs[2].1.running = true;
    assert_eq!(start(&world.syncs, &[], 2), [(1, 1), (0, 1)], "it runs in another process");
}

#[test]
fn a_sync_is_pending_until_data_came_and_failing_until_it_comes_again() {
    let mut world = World::new("2026-01-01T00:00:00Z", &["0 6 * * *"]);
    assert_eq!(world.state(), SyncState::Pending);
    world.live("2026-01-01T12:00:00Z", |_, _| WRONG);
    assert_eq!(world.state(), SyncState::Pending);
    world.live("2026-01-02T12:00:00Z", |_, _| OK);
    assert_eq!(world.state(), SyncState::Active);
    world.live("2026-01-03T12:00:00Z", |_, _| WRONG);
    assert_eq!(world.state(), SyncState::Failing);
    world.live("2026-01-04T12:00:00Z", |_, _| OK);
    assert_eq!(world.state(), SyncState::Active);
}
