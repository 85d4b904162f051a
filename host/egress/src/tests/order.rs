//! The order of the gate: a request that breaks the rules of two stages fails at the first of them,
//! and leaves no trace at the second.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use tollgate_model::{LimitMeaning, LimitSign, RateLimit};

use super::harness::*;
use crate::error::GateError;
use crate::limits::ScanBudget;
use crate::purpose::Purpose;
use crate::resolve::{Link, Network, Pending};

/// A network in which every name leads to an address that may not be dialled.
#[derive(Clone, Default)]
struct Prohibited {
    lookups: Arc<AtomicUsize>,
}

impl Network for Prohibited {
    fn lookup<'a>(&'a self, _: &'a str, port: u16) -> Pending<'a, Vec<SocketAddr>> {
        self.lookups.fetch_add(1, Ordering::SeqCst);
        Box::pin(async move { Ok(vec![SocketAddr::from(([169, 254, 169, 254], port))]) })
    }

    fn dial(&self, address: SocketAddr) -> Pending<'_, Box<dyn Link>> {
        Box::pin(async move { Err(io::Error::other(format!("{address} was dialled"))) })
    }
}

/// One request a day, and it is spent.
fn spent(setup: Setup) -> Setup {
    setup.with(|config| {
        config.rate_limits = vec![RateLimit { requests: 1, window_ms: 86_400_000 }];
        config.limits.rate_wait = Duration::ZERO;
    })
}

fn without_budget(mut setup: Setup) -> Setup {
    setup.budget = ScanBudget { requests: 0, ..ScanBudget::default() };
    setup
}

// Proves: hosts
#[tokio::test(start_paused = true)]
async fn each_stage_comes_before_the_next() {
    let secret_url = format!("{API}?p={SECRET}");
    let large = vec![b'x'; 9 << 20];
    let large_with_secret = [large.as_slice(), SECRET.as_bytes()].concat();
    // The request, the stage that has to refuse it, the stage after it that would as well.
    let table: [(&str, &str, Vec<u8>, Expected); 6] = [
        (
            "canonical URL, then origin",
            "http://undeclared.example/",
            vec![],
            |error| matches!(error, GateError::Denied(text) if text.contains("scheme")),
        ),
        (
            "origin, then body",
            "https://undeclared.example/",
            large,
            |error| matches!(error, GateError::Denied(text) if text.contains("not declared")),
        ),
        ("body, then own secrets", API, large_with_secret, |error| {
            matches!(error, GateError::RequestTooLarge { .. })
        }),
        ("own secrets, then budget", &secret_url, vec![], |error| {
            matches!(error, GateError::Leak(_))
        }),
        ("budget, then pace", API, vec![], |error| matches!(error, GateError::Limit(_))),
        ("budget, then pace, with a body", API, b"x".to_vec(), |error| {
            matches!(error, GateError::Limit(_))
        }),
    ];
    for (stages, url, body, expected) in table {
        let network = Prohibited::default();
        let rig = spent(without_budget(setup())).start_on(network.clone());
        let error = rig.call(request("POST", url, &[], body)).await.unwrap_err();
        assert!(expected(&error), "{stages}: {error}");
        assert_eq!(rig.passage.usage().requests, 0, "{stages}");
        assert_eq!(network.lookups.load(Ordering::SeqCst), 0, "{stages}");
        assert_eq!(rig.events.requests().len(), 1, "{stages}: one line");
    }
}

#[tokio::test(start_paused = true)]
async fn the_pace_comes_before_the_network_and_the_address_before_the_request() {
    let network = Prohibited::default();
    let rig = spent(setup()).start_on(network.clone());
    let error = rig.get(API).await.unwrap_err();
    assert_eq!(error, GateError::AddressProhibited("api.example.com".to_owned()));
    assert_eq!(network.lookups.load(Ordering::SeqCst), 1);

    let next = rig.gate.passage(Purpose::Read, ScanBudget::default());
    let outcome = next.send(request("GET", API, &[], ""), Default::default()).await;
    assert!(matches!(outcome, Err(GateError::RateLimited { .. })), "{outcome:?}");
    assert_eq!(network.lookups.load(Ordering::SeqCst), 1, "it never came to the network");
}

// Proves: audience
#[tokio::test]
async fn credentials_come_after_the_connectors_own_were_taken_away() {
    let rig = setup().start(|_, _| ok("{}")).await;
    let own = [("API-Password", "guest"), ("Authorization", "guest"), ("Cookie", "guest")];
    rig.call(request("GET", API, &own, "")).await.unwrap();
    let elsewhere = "https://a.other.example.com/v3";
    rig.call(request("GET", elsewhere, &own, "")).await.unwrap();
    let heads = rig.server.heads();
    assert!(heads[0].contains(&format!("api-password: {SECRET}\r\n")), "{}", heads[0]);
    assert!(!heads[1].contains("api-password"), "{}", heads[1]);
    assert!(!heads.concat().contains("guest"));
}

#[tokio::test(start_paused = true)]
async fn an_answer_is_capped_then_decompressed_then_measured_then_searched() {
    let gzip = |text: &[u8]| super::body::gzip(text);
    let hidden = gzip(SECRET.as_bytes());
    let bomb = gzip(&[vec![b'x'; 8 << 20], SECRET.as_bytes().to_vec()].concat());
    let table: [(Vec<u8>, u64, Expected); 3] = [
        // The secret shows only once it is decompressed.
        (hidden, 1000, |error| matches!(error, GateError::Leak(_))),
        // The ratio is passed before the secret at the end is reached.
        (
            bomb.clone(),
            1 << 20,
            |error| matches!(error, GateError::BodyTooLarge(text) if text.contains("times")),
        ),
        // The cap on the wire is passed before anything is decompressed.
        (
            bomb,
            100,
            |error| matches!(error, GateError::BodyTooLarge(text) if text.contains("wire")),
        ),
    ];
    for (body, wire_max, expected) in table {
        let setup = setup().with(|config| config.limits.response_wire_bytes = wire_max);
        let rig =
            setup.start_in_memory(move |_, _| answer(200, &[("content-encoding", "gzip")], &body));
        let error = rig.get(API).await.unwrap_err();
        assert!(expected(&error), "{error}");
        assert!(rig.passage.verdict().is_some());
    }
}

#[tokio::test(start_paused = true)]
async fn a_retry_comes_before_the_answer_is_looked_at() {
    let rig = setup().start_in_memory(|number, _| match number {
        0 => answer(503, &[("content-encoding", "unknown"), ("x", SECRET)], SECRET),
        _ => ok("good"),
    });
    assert_eq!(rig.get(API).await.unwrap().body, "good");
    assert_eq!(rig.passage.usage().wire_bytes, 4);
    assert!(rig.passage.verdict().is_none());
}

#[tokio::test(start_paused = true)]
async fn own_secrets_come_before_a_sign_and_a_sign_before_the_head_is_looked_at() {
    let table: [(&str, Option<Expected>); 2] = [
        ("over.qps", None),
        ("over.qps canary-hunter-2", Some(|error| matches!(error, GateError::Leak(_)))),
    ];
    for (body, expected) in table {
        let sign = LimitSign {
            status: 401,
            text: "over.qps".to_owned(),
            meaning: LimitMeaning::Throttled,
        };
        let setup = setup().with(|config| config.limit_signs = vec![sign]);
        let rig = setup.start_in_memory(move |number, _| match number {
            0 => answer(401, &[("x", SECRET)], body),
            _ => ok("good"),
        });
        match (rig.get(API).await, expected) {
            (Ok(reply), None) => assert_eq!(reply.body, "good"),
            (Err(error), Some(expected)) => assert!(expected(&error), "{error}"),
            (outcome, _) => panic!("{body}: {outcome:?}"),
        }
    }
}
