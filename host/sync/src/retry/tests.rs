use jiff::Timestamp;
use proptest::prelude::*;

use super::*;

const TERMS: Terms = Terms { retries: 2, merges: false, keeps: true };

fn unavailable() -> Error {
    Error::new(ErrorKind::Unavailable, "no answer")
}

fn tries(pages: &[(u64, Option<&str>)]) -> Tries {
    let mut tries = Tries::from(Some("begin".to_owned()));
    pages.iter().for_each(|(rows, checkpoint)| tries.page(*rows, checkpoint.map(str::to_owned)));
    tries
}

#[test]
fn only_what_may_pass_for_this_part_alone_is_tried_again() {
    for kind in ErrorKind::ALL {
        let next = tries(&[]).failed(&Error::new(kind, "told to fail"), TERMS, 0);
        assert_eq!(next != Next::EndRun, kind == ErrorKind::Unavailable, "{kind}");
        assert!(next == Next::EndRun || kind.consequence().passes, "{kind}");
    }
    let later = unavailable().with_retry_at(Timestamp::UNIX_EPOCH);
    assert_eq!(tries(&[]).failed(&later, TERMS, 0), Next::EndRun);
}

/// The pages of a try, where the part goes on, and whether it does so in the modes in which rows
/// must not come twice.
#[test]
fn rows_behind_the_last_checkpoint_come_again_only_where_they_take_their_own_places() {
    for (pages, checkpoint, is_ahead) in [
        (&[][..], "begin", false),
        (&[(10, Some("a"))], "a", false),
        (&[(10, Some("a")), (10, None)], "a", true),
        (&[(10, Some("a")), (0, None)], "a", false),
        (&[(10, None)], "begin", true),
        (&[(10, None), (10, Some("b"))], "b", false),
        (&[(10, None), (0, Some("b"))], "b", false),
    ] {
        let tries = tries(pages);
        assert_eq!(tries.checkpoint(), Some(checkpoint), "{pages:?}");
        for merges in [false, true] {
            let next = tries.clone().failed(&unavailable(), Terms { merges, ..TERMS }, 0);
            assert_eq!(next == Next::EndRun, is_ahead && !merges, "{pages:?}");
        }
    }
}

#[test]
fn the_delays_grow_and_then_the_part_is_left() {
    let mut tries = tries(&[]);
    let terms = Terms { retries: PART_RETRIES_MAX, ..TERMS };
    let mut delays = Vec::new();
    while let Next::Again { retry, delay } = tries.failed(&unavailable(), terms, 0) {
        delays.push(delay.as_secs());
        assert_eq!(retry as usize, delays.len());
        tries.page(10, Some("further".to_owned()));
    }
    assert_eq!(delays, [1, 2, 4, 8, 16, 30, 30, 30, 30, 30], "a page does not begin them anew");
    assert_eq!(tries.failed(&unavailable(), terms, 0), Next::Leave);
}

#[test]
fn a_part_is_left_only_where_that_is_of_use() {
    let terms = Terms { retries: 0, ..TERMS };
    let failed = |terms, left| tries(&[]).failed(&unavailable(), terms, left);
    assert_eq!(failed(terms, 0), Next::Leave);
    assert_eq!(failed(Terms { keeps: false, ..terms }, 0), Next::EndRun, "nothing could be kept");
    assert_eq!(failed(terms, LEFT_IN_A_ROW_MAX - 2), Next::Leave);
    assert_eq!(failed(terms, LEFT_IN_A_ROW_MAX - 1), Next::EndRun, "the provider is down");
}

proptest! {
    /// However pages and failures follow each other: never more retries than allowed, and what is
    /// read from where a part goes on is, with what came before, every row once.
    #[test]
    fn every_row_comes_once_however_often_a_part_fails(
        steps in prop::collection::vec((any::<bool>(), any::<bool>()), 0..40),
        retries in 0..=PART_RETRIES_MAX,
    ) {
        let mut tries = Tries::from(None);
        let (mut at, mut taken, mut made) = (0, Vec::new(), 0);
        for (fails, tells) in steps {
            if fails {
                match tries.failed(&unavailable(), Terms { retries, ..TERMS }, 0) {
                    Next::Again { .. } => made += 1,
                    Next::Leave | Next::EndRun => break,
                }
                at = tries.checkpoint().map_or(0, |checkpoint| checkpoint.parse().unwrap());
            } else {
                taken.push(at);
                at += 1;
                tries.page(1, tells.then(|| at.to_string()));
            }
        }
        prop_assert!(made <= retries);
        prop_assert_eq!(&taken, &(0..taken.len()).collect::<Vec<_>>());
    }
}
