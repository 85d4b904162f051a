use std::sync::Arc;

use proptest::prelude::*;

use super::*;

fn limit(requests: u32, window_ms: u64) -> RateLimit {
    RateLimit { requests, window_ms }
}

const fn ms(millis: u64) -> Duration {
    Duration::from_millis(millis)
}

#[test]
fn a_token_comes_back_one_window_after_it_was_taken() {
    let mut pace = Pace::new(&[limit(2, 1000)]);
    assert_eq!(pace.take(ms(0)), Ok(()));
    assert_eq!(pace.take(ms(300)), Ok(()));
    assert_eq!(pace.take(ms(500)), Err(ms(510)), "the slot of the first token ends at 10 ms");
    assert_eq!(pace.take(ms(1009)), Err(ms(1)));
    assert_eq!(pace.take(ms(1010)), Ok(()));
    assert_eq!(pace.take(ms(1010)), Err(ms(300)));
}

#[test]
fn the_strictest_of_several_limits_holds() {
    let mut pace = Pace::new(&[limit(5, 1000), limit(6, 60_000)]);
    for _ in 0..5 {
        assert_eq!(pace.take(ms(0)), Ok(()));
    }
    assert_eq!(pace.take(ms(0)), Err(ms(1010)));
    assert_eq!(pace.take(ms(1010)), Ok(()));
    assert_eq!(pace.take(ms(2020)), Err(ms(60_600 - 2020)));
}

#[test]
fn absurd_limits_neither_panic_nor_block() {
    for limit in [limit(0, 0), limit(1, 0), limit(u32::MAX, u64::MAX), limit(1, u64::MAX)] {
        let mut pace = Pace::new(&[limit]);
        assert_eq!(pace.take(ms(1)), Ok(()), "{limit:?}");
        let _ = pace.take(ms(2));
    }
}

proptest! {
    #[test]
    fn no_window_sees_more_than_the_limit(
        requests in 1u32..20, window in 1u64..5000,
        steps in prop::collection::vec(0u64..400, 1..200),
    ) {
        let mut pace = Pace::new(&[limit(requests, window)]);
        let (mut now, mut sent) = (ms(0), Vec::new());
        for step in steps {
            now += ms(step);
            while pace.take(now).is_ok() {
                sent.push(now);
            }
            prop_assert!(!sent.is_empty());
        }
        for (position, start) in sent.iter().enumerate() {
            let end = *start + ms(window);
            let count = sent[position..].iter().take_while(|at| **at < end).count();
            prop_assert!(count <= requests as usize, "{count} in {window} ms from {start:?}");
        }
    }

    #[test]
    fn who_waits_as_told_passes(
        requests in 1u32..20, window in 1u64..100_000, start in 0u64..9999,
    ) {
        let mut pace = Pace::new(&[limit(requests, window)]);
        let mut now = ms(start);
        for _ in 0..3 * requests {
            if let Err(wait) = pace.take(now) {
                now += wait;
                prop_assert_eq!(pace.take(now), Ok(()));
            }
        }
        let spent = now - ms(start);
        prop_assert!(spent <= ms(window) * 2 * 102 / 100 + ms(1), "{:?} for three windows", spent);
    }
}

fn nobody(_: WaitReason, _: Duration) {}

#[tokio::test(start_paused = true)]
async fn the_queue_is_served_in_order_and_tells_its_waits() {
    let queue = Arc::new(Queue::new(&[limit(1, 1000)]));
    let (told, order) = (Arc::new(Mutex::new(Vec::new())), Arc::new(Mutex::new(Vec::new())));
    let mut tasks = tokio::task::JoinSet::new();
    for number in 0..4 {
        let (queue, told, order) = (queue.clone(), told.clone(), order.clone());
        tasks.spawn(async move {
            let tell = |reason, wait| told.lock().unwrap().push((reason, wait));
            queue.pass(ms(5000), tell).await.unwrap();
            order.lock().unwrap().push((number, queue.origin.elapsed()));
        });
        tokio::task::yield_now().await;
    }
    tasks.join_all().await;
    let order = order.lock().unwrap();
    assert_eq!(order.iter().map(|(number, _)| *number).collect::<Vec<_>>(), [0, 1, 2, 3]);
    for (number, at) in order.iter() {
        let expected = ms(1010) * *number;
        assert!(*at >= expected && *at <= expected + ms(10), "{number} passed after {at:?}");
    }
    assert_eq!(told.lock().unwrap().len(), 3);
}

#[tokio::test(start_paused = true)]
async fn who_stops_waiting_takes_no_token() {
    let queue = Queue::new(&[limit(1, 1000)]);
    queue.pass(ms(0), nobody).await.unwrap();
    for _ in 0..5 {
        assert!(tokio::time::timeout(ms(10), queue.pass(ms(5000), nobody)).await.is_err());
    }
    queue.pass(ms(5000), nobody).await.unwrap();
    assert!(queue.origin.elapsed() < ms(1100));
}

#[tokio::test(start_paused = true)]
async fn too_long_a_wait_is_refused_at_once() {
    let queue = Queue::new(&[limit(1, 86_400_000)]);
    queue.pass(ms(0), nobody).await.unwrap();
    let refused = queue.pass(ms(300_000), nobody).await.unwrap_err();
    assert!(refused.wait > ms(86_000_000), "{refused:?}");
    assert!(queue.origin.elapsed() < ms(1));
}

#[tokio::test(start_paused = true)]
async fn a_hold_stops_everybody() {
    let queue = Queue::new(&[]);
    queue.hold(ms(2000));
    queue.hold(ms(1000));
    let told = Mutex::new(Vec::new());
    queue.pass(ms(5000), |reason, wait| told.lock().unwrap().push((reason, wait))).await.unwrap();
    assert_eq!(*told.lock().unwrap(), [(WaitReason::RetryAfter, ms(2000))]);
    queue.hold(ms(3_600_000));
    assert_eq!(queue.pass(ms(5000), nobody).await, Err(TooLong { wait: ms(3_600_000) }));
}
