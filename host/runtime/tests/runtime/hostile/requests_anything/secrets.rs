//! What becomes of the account's secret.

use super::*;

/// What a provider makes of a request.
type Answer = fn(&Received) -> Deed;

// Proves: secrets, traces
#[tokio::test]
async fn an_echo_of_the_secret_reaches_nobody() {
    let echoes: [(&str, Answer); 6] = [
        ("in the body", |request| Deed::answer(200, format!("{request:?}"))),
        ("in an error's text", |request| Deed::answer(500, format!("{request:?}"))),
        ("in base64", |_| Deed::answer(200, "{\"t\": \"Y2FuYXJ5LTVmMmI3Yw==\"}")),
        ("in a header", |request| {
            let token = header(request, "x-token").concat();
            Deed::Answer(200, "{}".to_owned(), vec![("x-echo".to_owned(), token)])
        }),
        ("in a header, escaped without need", |_| {
            let token = "c%61nary%2d5f2b7c".to_owned();
            Deed::Answer(200, "{}".to_owned(), vec![("x-echo".to_owned(), token)])
        }),
        ("in a redirect", |request| {
            let token = header(request, "x-token").concat();
            let location = format!("{ELSEWHERE}/?token={token}");
            Deed::Answer(302, String::new(), vec![("location".to_owned(), location)])
        }),
    ];
    for (place, echo) in echoes {
        let came = request(format!("GET {ORIGIN}/echo"), move |_, request| echo(request)).await;
        came.assert_denied(place);
        assert_eq!(came.received.len(), 1, "{place}: nothing goes on with it");
        let error = came.end.unwrap_err();
        assert!(error.message().contains("one of the account's secrets"), "{place}: {error}");
    }
}

// Proves: audience
#[tokio::test]
async fn the_secret_goes_nowhere_but_to_its_audience() {
    let came = request(format!("GET {ELSEWHERE}/echo"), |_, request| {
        Deed::answer(200, format!("{request:?}"))
    });
    let came = came.await;
    assert_eq!(came.end.unwrap(), 0);
    assert!(!format!("{:?}", came.received).contains(CANARY));
    // A component that knows it, from wherever, cannot send it on.
    for url in [
        format!("{ELSEWHERE}/?t={CANARY}"),
        format!("{ELSEWHERE}/{CANARY}"),
        format!("{ORIGIN}/ | x-note: {CANARY}"),
        format!("{ORIGIN}/?t=Y2FuYXJ5LTVmMmI3Yw"),
        format!("{ORIGIN}/?t=canary%2D5f2b7c"),
        format!("{ORIGIN}/c%61nary%2d5f2b7c"),
        format!("{ORIGIN}/ | x-note: canary%2d5f2b7c"),
    ] {
        let came = request(format!("GET {url}"), ok).await;
        came.assert_denied(&url);
        assert!(came.received.is_empty(), "{url}");
    }
}
