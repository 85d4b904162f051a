use std::pin::pin;

use arrow_array::BinaryArray;
use arrow_schema::{DataType, Field, Schema};
use futures_util::FutureExt;

use super::*;

/// A page of so many KiB and a little more.
fn page(kib: usize) -> Message {
    with_checkpoint(kib, None)
}

fn with_checkpoint(kib: usize, checkpoint: Option<String>) -> Message {
    let bytes: Arc<BinaryArray> = Arc::new(BinaryArray::from_vec(vec![&vec![0; kib * 1024]]));
    let schema = Schema::new(vec![Field::new("bytes", DataType::Binary, false)]);
    let batch = RecordBatch::try_new(Arc::new(schema), vec![bytes]).unwrap();
    Message::Page { part: None, batch, children: Vec::new(), checkpoint }
}

#[test]
fn a_checkpoint_takes_room_too() {
    let checkpoint = "x".repeat(64 * 1024);
    assert_eq!(with_checkpoint(1, Some(checkpoint)).kib(), page(65).kib());
    assert!(page(0).kib() > 0);
}

#[tokio::test]
async fn pages_wait_for_room_and_one_larger_than_it_waits_alone() {
    let (messages, mut taken) = mpsc::unbounded_channel();
    let (word, written) = (oneshot::channel().0, oneshot::channel().1);
    let room = Arc::new(Semaphore::new(WAITING_KIB_MAX as usize));
    let writer = Writer { keeps: true, messages, room, word, written };

    let has_room = |_: &i32| writer.send(page(1_000)).now_or_never().is_some();
    assert_eq!((0..9).take_while(has_room).count(), 4);
    assert!(writer.send(Message::Ended { part: None }).now_or_never().is_some());

    let mut large = pin!(writer.send(page(9 * 1024)));
    for _ in 0..4 {
        assert!(large.as_mut().now_or_never().is_none());
        let message = taken.recv().await;
        assert!(large.as_mut().now_or_never().is_none(), "a page that is written is there still");
        drop(message);
    }
    assert!(large.now_or_never().is_some_and(|sent| sent.is_ok()));

    let mut last = pin!(writer.send(page(1)));
    assert!(last.as_mut().now_or_never().is_none());
    drop(taken);
    assert!(last.await.is_err(), "the writer is gone");
}
