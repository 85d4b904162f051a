use jiff::SignedDuration;
use tempfile::TempDir;
use tollgate_runs::Route;

use super::*;
use crate::args::GlobalArgs;

fn store(folder: &TempDir) -> Store {
    let path = folder.path().join("runs.db");
    Store::open(path, Owner::this_process(), Keep::default()).unwrap()
}

/// A recorder whose runs show all the time that they live.
fn recorder(folder: &TempDir) -> Recorder {
    Recorder {
        store: Some(Arc::new(Mutex::new(store(folder)))),
        keep: Keep::default(),
        beat_every: Duration::from_millis(1),
        notifier: None,
        messages: Messages::of(&GlobalArgs { quiet: true, ..GlobalArgs::default() }),
    }
}

fn start() -> Option<Start> {
    let sync = "nightly".to_owned();
    Some(Start {
        sync,
        trigger: Trigger::Schedule,
        varied: false,
        attempt: 1,
        route: Route::default(),
    })
}

#[tokio::test]
async fn a_run_that_loses_its_lock_is_stopped_and_says_why() {
    let folder = tempfile::tempdir().unwrap();
    let recording = recorder(&folder).begin(start(), &CancellationToken::new()).await.unwrap();
    let id = recording.id().unwrap();
    recording.log().add(Level::Info, None, "under way");
    let mut other = store(&folder);
    while other.log(id).unwrap().is_empty() {
        tokio::task::yield_now().await;
    }
    assert!(recording.lost().is_none() && !recording.cancel().is_cancelled());
    other.settle(Timestamp::now() + SignedDuration::from_hours(1)).unwrap();
    recording.cancel().cancelled().await;
    assert_eq!(recording.lost().unwrap().kind(), ErrorKind::Busy);
    recording.end(&[]).await;
    assert_eq!(other.get(id).unwrap().unwrap().outcome.status, Status::Interrupted);
}

#[tokio::test]
async fn a_run_ends_when_the_command_does_and_its_end_is_written_down() {
    let folder = tempfile::tempdir().unwrap();
    let recorder = recorder(&folder);
    let command = CancellationToken::new();
    let recording = recorder.begin(start(), &command).await.unwrap();
    let id = recording.id().unwrap();
    let Err(busy) = recorder.begin(start(), &command).await else { panic!("it runs twice") };
    assert_eq!(busy.kind(), ErrorKind::Busy);
    command.cancel();
    assert!(recording.cancel().is_cancelled() && recording.lost().is_none());
    recording.end(&[]).await;
    assert_eq!(store(&folder).get(id).unwrap().unwrap().outcome.status, Status::Succeeded);
    assert!(recorder.begin(None, &command).await.unwrap().id().is_none());
}
