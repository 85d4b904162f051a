//! One renewal, however many share the account.

use futures_util::future::join_all;

use super::*;

/// A provider that replaces refresh tokens and takes each of them once.
fn rotating(number: usize, head: &str) -> Vec<Step> {
    match is_token_request(head) {
        true if number == 0 => grant("canary-2", Some("canary-r2")),
        true => refuse(400, "invalid_grant"),
        false if head.contains("canary-1") => answer(401, &[], "no"),
        false => ok("{}"),
    }
}

#[tokio::test]
async fn runs_of_one_gate_wait_for_one_renewal() {
    let Scene { folder: _folder, setup } = scene();
    let rig = setup.start(rotating).await;
    connect(&rig, "canary-1", Some("canary-r1"), 0);
    let passages =
        [(); 8].map(|()| rig.gate.passage(crate::purpose::Purpose::Write, Default::default()));
    let answers = passages.iter().map(|passage| {
        let request = request("GET", API, &[], "");
        async { passage.send(request, Default::default()).await.unwrap().status() }
    });
    assert!(join_all(answers).await.iter().all(|status| *status == 200));
    assert_eq!((exchanges(&rig), kept(&rig)), (1, pair("canary-2", "canary-r2")));
}

#[test]
fn processes_that_renew_at_once_make_one_exchange() {
    let Scene { folder, setup } = scene();
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let rig = runtime.block_on(setup.start(rotating));
    connect(&rig, "canary-1", Some("canary-r1"), 0);
    let barrier = std::sync::Barrier::new(4);
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                // A runtime, a gate and a handle of the vault of its own: as a process has it.
                let runtime = tokio::runtime::Runtime::new().unwrap();
                let other = rig.beside(|config| config.vault = Some(vault_in(&folder)));
                barrier.wait();
                let reply = runtime.block_on(other.get(API)).unwrap();
                assert_eq!(reply.status, 200);
            });
        }
    });
    assert_eq!(exchanges(&rig), 1);
    assert_eq!(sent(&rig), ["canary-2"; 4]);
}

#[tokio::test]
async fn a_401_finds_the_token_that_another_process_has_renewed() {
    let Scene { folder: _folder, setup } = scene();
    let rig = setup
        .start(|_, head| match head.contains("canary-1") {
            true => answer(401, &[], "no"),
            false => ok("{}"),
        })
        .await;
    connect(&rig, "canary-0", Some("canary-r0"), 3_600);
    rig.get(API).await.unwrap();
    connect(&rig, "canary-1", Some("canary-r1"), 3_600);
    let other = rig.beside(|_| ());
    connect(&rig, "canary-2", Some("canary-r2"), 3_600);
    assert_eq!(other.get(API).await.unwrap().status, 200);
    connect(&rig, "canary-1", Some("canary-r1"), 3_600);
    let third = rig.beside(|_| ());
    let (first, _) = tokio::join!(third.get(API), async {
        // Between the first request of the third and its 401.
        connect(&rig, "canary-3", Some("canary-r3"), 3_600);
    });
    assert_eq!(first.unwrap().status, 200);
    assert_eq!(exchanges(&rig), 0);
}

#[tokio::test]
async fn a_renewal_goes_on_where_nobody_waits_for_it_any_more() {
    let Scene { folder: _folder, setup } = scene();
    let (asked, is_asked) = tokio::sync::mpsc::unbounded_channel();
    let mut is_asked = is_asked;
    let rig = setup
        .start(move |number, head| {
            if is_token_request(head) {
                asked.send(()).unwrap();
            }
            rotating(number, head)
        })
        .await;
    connect(&rig, "canary-1", Some("canary-r1"), 0);
    let passage = rig.gate.passage(crate::purpose::Purpose::Write, Default::default());
    {
        let sending = passage.send(request("GET", API, &[], ""), Default::default());
        tokio::select! {
            biased;
            _ = is_asked.recv() => passage.cancel(),
            outcome = sending => panic!("{outcome:?}"),
        }
    }
    // The next one waits for its turn, and so for the one that was given up.
    assert_eq!(rig.get(API).await.unwrap().status, 200);
    assert_eq!((exchanges(&rig), kept(&rig)), (1, pair("canary-2", "canary-r2")));
}
