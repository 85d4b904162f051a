use jiff::SignedDuration;

use super::*;
use crate::agenda::{Last, RETRY_DEFAULT, Retry};
use crate::record::Trigger;

/// Something that happens to a sync, an hour after what happened before.
#[derive(Clone, Copy, Debug)]
enum Step {
    /// A run by hand, and how it ended.
    Hand(Status),
    /// A try of its schedule, how it ended, and whether what went wrong may pass.
    Try(u32, Status, bool),
    /// Its schedule is paused.
    Pause,
    /// That ends.
    Resume,
}

use Status::{Failed, Interrupted, Stopped, Succeeded};
use Step::{Hand, Pause, Resume, Try};

/// What is told after each of the steps: `F` for failing, `R` for recovered, else `.`.
fn told(planned: Option<&Planned>, steps: &[Step]) -> String {
    let mut now: Timestamp = "2026-03-01T12:00:00Z".parse().unwrap();
    let mut history = History::since(now);
    let mut told = String::new();
    for step in steps {
        now += SignedDuration::from_hours(1);
        let (trigger, attempt, status, passes) = match *step {
            Hand(status) => (Trigger::Hand, 1, status, true),
            Try(attempt, status, passes) => (Trigger::Schedule, attempt, status, passes),
            Pause | Resume => {
                history.paused = matches!(step, Pause).then_some(now);
                told.push('.');
                continue;
            }
        };
        match status {
            Succeeded => history.failing = None,
            Failed | Interrupted => history.failing = history.failing.or(Some(now)),
            _ => {}
        }
        history.covered = Some(now);
        history.last =
            Some(Last { trigger, status, attempt, ended_at: now, passes, retry_at: None });
        // Whoever looks again finds nothing.
        let notices = [(); 2].map(|()| {
            let notice = notice(planned, &history);
            match notice {
                Some((Event::Failing, since)) => history.told = Some(since),
                Some((Event::Recovered, _)) => history.told = None,
                None => {}
            }
            notice
        });
        told.push(match notices {
            [Some((Event::Failing, _)), None] => 'F',
            [Some((Event::Recovered, _)), None] => 'R',
            [None, None] => '.',
            _ => panic!("{notices:?} after {step:?}"),
        });
    }
    told
}

fn daily() -> Planned {
    Planned {
        schedule: "every 1d".parse().unwrap(),
        retry: RETRY_DEFAULT,
        place: "out.db".to_owned(),
    }
}

#[test]
fn a_sync_by_hand_is_told_at_its_first_failure_and_at_its_first_success_after_it() {
    for (steps, expected) in [
        (&[Hand(Succeeded), Hand(Succeeded)][..], ".."),
        (&[Hand(Failed), Hand(Failed), Hand(Succeeded), Hand(Succeeded)], "F.R."),
        (&[Hand(Succeeded), Hand(Failed), Hand(Succeeded), Hand(Failed)], ".FRF"),
        (&[Hand(Interrupted), Hand(Failed), Hand(Succeeded)], "F.R"),
        (&[Hand(Stopped), Hand(Failed), Hand(Stopped), Hand(Failed), Hand(Succeeded)], ".F..R"),
    ] {
        assert_eq!(told(None, steps), expected, "{steps:?}");
        assert_eq!(told(Some(&daily()), steps), expected, "{steps:?}, beside a schedule");
    }
}

#[test]
fn a_scheduled_sync_is_told_when_it_is_not_tried_again_by_itself() {
    let outage = |attempt| Try(attempt, Failed, true);
    let killed = |attempt| Try(attempt, Interrupted, false);
    let wrong = Try(1, Failed, false);
    let good = |attempt| Try(attempt, Succeeded, false);
    for (steps, expected) in [
        (&[outage(1), outage(2), good(3)][..], "..."),
        (&[outage(1), outage(2), outage(3), outage(1), good(2)], "..F.R"),
        (&[wrong, wrong, good(1)], "F.R"),
        (&[outage(1), Try(2, Failed, false), good(1)], ".FR"),
        (&[killed(1), killed(2), killed(3), good(1)], "..FR"),
        (&[outage(1), Try(2, Stopped, false), outage(1), outage(2), outage(3)], "....F"),
        (&[outage(1), Hand(Failed), Hand(Succeeded)], ".FR"),
        // No retry comes while it is paused; and a pause makes nothing good.
        (&[Pause, outage(1), Resume, outage(1), good(2)], ".F..R"),
        (&[wrong, Pause, Resume, wrong, good(1)], "F...R"),
        (&[outage(1), Pause, Hand(Succeeded), Resume, good(1)], "....."),
    ] {
        assert_eq!(told(Some(&daily()), steps), expected, "{steps:?}");
    }
    let once = Planned { retry: Retry { attempts: 1, ..RETRY_DEFAULT }, ..daily() };
    assert_eq!(told(Some(&once), &[outage(1), killed(1), good(1)]), "F.R");
}

#[test]
fn a_pace_so_fast_that_it_comes_before_every_retry_hides_nothing() {
    let fast = Planned { schedule: "every 1m".parse().unwrap(), ..daily() };
    let outage = Try(1, Failed, true);
    assert_eq!(told(Some(&fast), &[outage, outage, Try(1, Succeeded, true)]), "F.R");
}

#[test]
fn what_happened_while_nobody_was_to_be_told_is_made_up_for_only_as_it_stands() {
    let noon: Timestamp = "2026-03-01T12:00:00Z".parse().unwrap();
    let last = |status| Last {
        trigger: Trigger::Hand,
        status,
        attempt: 1,
        ended_at: noon,
        passes: false,
        retry_at: None,
    };
    let history = |status, failing, told| History {
        last: Some(last(status)),
        failing,
        told,
        ..History::since(noon)
    };
    let later = noon + SignedDuration::from_hours(1);
    for (status, failing, told, expected) in [
        // It recovered and failed again unheard: it was told to fail, and it does.
        (Failed, Some(later), Some(noon), None),
        (Failed, Some(noon), None, Some((Event::Failing, noon))),
        (Succeeded, None, Some(noon), Some((Event::Recovered, noon))),
        (Stopped, None, Some(noon), None),
        (Stopped, Some(noon), None, None),
        (Succeeded, None, None, None),
    ] {
        assert_eq!(notice(None, &history(status, failing, told)), expected, "{status:?}");
    }
    assert_eq!(notice(None, &History::since(noon)), None);
}
