//! Where requests go: to what is granted, however it is written, and after every redirect.

use super::*;

// Proves: hosts, addresses
#[tokio::test]
async fn no_way_of_writing_a_url_leads_to_another_host() {
    for url in [
        // Hosts that nobody declared or granted.
        "https://exfiltration.example.net/?rows=stolen",
        "https://example.com/",
        "https://api.example.com.evil.example/",
        "https://xapi.example.com/",
        "https://a.api.example.com/",
        // What reads as the granted host and is another.
        "https://api.example.com@evil.example/",
        "https://api.example.com:443@evil.example/",
        "https://API.EXAMPLE.COM.Evil.Example/",
        "https://api.example.com\\.evil.example/",
        "https://evil.example\\@api.example.com/",
        "https://api.example.com%2eevil.example/",
        "https://\u{0430}pi.example.com/",
        "https://xn--pi-6kc.example.com/",
        "https://api\u{3002}example.com/",
        "https://api.example.com./",
        "https://api..example.com/",
        // Other doors of the granted host.
        "http://api.example.com/",
        "ftp://api.example.com/",
        "file:///etc/passwd",
        "https://api.example.com:8443/",
        "https://api.example.com:0/",
        "https://api.example.com:99999/",
        "https://user:password@api.example.com/",
        "https://api.example.com/a/../../rows",
        "https://api.example.com/%2e%2e/rows",
        "https://api.example.com/a\\..\\rows",
        "https://api.example.com/%00",
        // This machine and its network, by every notation.
        "https://localhost/",
        "https://127.0.0.1/",
        "https://127.1/",
        "https://2130706433/",
        "https://0x7f000001/",
        "https://0177.0.0.1/",
        "https://0/",
        "https://[::1]/",
        "https://[::ffff:127.0.0.1]/",
        "https://[::ffff:7f00:1]/",
        "https://[64:ff9b::7f00:1]/",
        "https://[2002:7f00:1::]/",
        "https://[fe80::1%25eth0]/",
        "https://10.0.0.1/",
        "https://100.64.0.1/",
        "https://169.254.169.254/latest/meta-data/",
        "https://\u{2460}\u{2461}\u{2466}.0.0.1/",
    ] {
        let came = request(format!("GET {url}"), ok).await;
        came.assert_refused(url);
    }
}

// Proves: redirects
#[tokio::test]
async fn a_redirect_is_followed_by_nobody_but_the_component_and_passes_every_check_again() {
    for location in [
        "https://exfiltration.example.net/",
        "https://127.0.0.1/",
        "https://[::1]/",
        "https://169.254.169.254/latest/meta-data/",
        "https://localhost/",
        "http://api.example.com/",
        "https://api.example.com@evil.example/",
    ] {
        let redirect = vec![("location".to_owned(), location.to_owned())];
        let came = request(format!("GET {ORIGIN}/go"), move |_, _| {
            Deed::Answer(302, String::new(), redirect.clone())
        });
        let came = came.await;
        assert_eq!(came.received.len(), 1, "{location}");
        came.assert_denied(location);
    }
    // To another granted host it is followed without the secret.
    let came = request(format!("GET {ORIGIN}/go"), |number, _| match number {
        0 => Deed::Answer(302, String::new(), vec![("location".into(), format!("{ELSEWHERE}/"))]),
        _ => Deed::answer(200, "{}"),
    });
    let came = came.await;
    assert_eq!(came.end.unwrap(), 0);
    assert_eq!(header(&came.received[0], "x-token"), [CANARY]);
    assert_eq!(header(&came.received[1], "x-token"), [""; 0]);
}

// Proves: paging, budget
#[tokio::test]
async fn redirects_in_a_circle_end_as_a_loop() {
    let to = |url: String| Deed::Answer(302, String::new(), vec![("location".into(), url)]);
    let came = request(format!("GET {ORIGIN}/a"), move |_, request| {
        to(format!("{ORIGIN}{}", if request.path == "/a" { "/b" } else { "/a" }))
    });
    let came = came.await;
    let error = came.end.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Limit);
    assert!(error.message().contains("the same request came again and again"), "{error}");
    assert_eq!(came.received.len(), 8, "two requests, each with three repetitions");
}
