use std::sync::Mutex;

use super::*;

/// Gives each lookup its own answer, and notes what is dialled. Dialling works where the last digit
/// of the address is even.
struct Scripted {
    answers: Mutex<Vec<Vec<&'static str>>>,
    dialled: Mutex<Vec<String>>,
}

fn scripted(answers: &[&[&'static str]]) -> Scripted {
    let answers = answers.iter().rev().map(|answer| answer.to_vec()).collect();
    Scripted { answers: Mutex::new(answers), dialled: Mutex::new(Vec::new()) }
}

impl Network for Scripted {
    fn lookup<'a>(&'a self, _: &'a str, port: u16) -> Pending<'a, Vec<SocketAddr>> {
        let answer = self.answers.lock().unwrap().pop();
        Box::pin(async move {
            let answer = answer.ok_or_else(|| io::Error::other("no such host"))?;
            Ok(answer.iter().map(|ip| SocketAddr::new(ip.parse().unwrap(), port)).collect())
        })
    }

    fn dial(&self, address: SocketAddr) -> Pending<'_, Box<dyn Link>> {
        self.dialled.lock().unwrap().push(address.to_string());
        Box::pin(async move {
            match address.ip().to_string().chars().last().unwrap() {
                '0' | '2' | '4' | '6' | '8' => Ok(Box::new(tokio::io::empty()) as Box<dyn Link>),
                '9' => std::future::pending().await,
                _ => Err(io::ErrorKind::ConnectionRefused.into()),
            }
        })
    }
}

/// What a lookup finds, what is dialled, and how that ends.
type Case = (&'static [&'static str], &'static [&'static str], Result<(), GateError>);

async fn dialled(
    network: &Scripted,
    reach: Reach,
    host: &str,
) -> (Vec<String>, Result<(), GateError>) {
    let outcome = connect(network, reach, host, 443, Duration::from_secs(10)).await;
    (std::mem::take(&mut *network.dialled.lock().unwrap()), outcome.map(drop))
}

// Proves: addresses
#[tokio::test(start_paused = true)]
async fn only_permitted_addresses_are_dialled() {
    let host = || "a.example".to_owned();
    let prohibited = || Err(GateError::AddressProhibited(host()));
    let no_dns = || Err(GateError::DnsFailed(host()));
    let refused = || Err(GateError::ConnectFailed("a.example: connection refused".to_owned()));
    let table: [Case; 8] = [
        (&["127.0.0.1"], &[], prohibited()),
        (&["169.254.169.254", "::1", "10.0.0.2"], &[], prohibited()),
        (&["127.0.0.1", "1.1.1.2", "169.254.169.254"], &["1.1.1.2:443"], Ok(())),
        (&["1.1.1.1", "2606:4700::2"], &["1.1.1.1:443", "[2606:4700::2]:443"], Ok(())),
        (&["1.1.1.9", "1.1.1.2"], &["1.1.1.9:443", "1.1.1.2:443"], Ok(())),
        (&["1.1.1.2", "1.1.1.4"], &["1.1.1.2:443"], Ok(())),
        (&["1.1.1.1"], &["1.1.1.1:443"], refused()),
        (&[], &[], no_dns()),
    ];
    for (found, expected, outcome) in table {
        let network = scripted(&[found]);
        assert_eq!(
            dialled(&network, Reach::Public, "a.example").await,
            (expected.iter().map(|address| (*address).to_owned()).collect(), outcome),
            "{found:?}"
        );
    }
    assert_eq!(dialled(&scripted(&[]), Reach::Public, "a.example").await, (vec![], no_dns()));
}

// Proves: addresses
#[tokio::test]
async fn an_answer_that_changes_is_checked_again_with_every_connection() {
    let network = scripted(&[&["1.1.1.2"], &["127.0.0.2"]]);
    assert_eq!(dialled(&network, Reach::Public, "a.example").await.0, ["1.1.1.2:443"]);
    assert_eq!(network.answers.lock().unwrap().len(), 1, "one connection, one lookup");
    let (dialled, outcome) = dialled(&network, Reach::Public, "a.example").await;
    assert_eq!(dialled, Vec::<String>::new());
    assert_eq!(outcome, Err(GateError::AddressProhibited("a.example".to_owned())));
}

#[tokio::test]
async fn what_the_operator_named_may_be_anywhere() {
    let network = scripted(&[&["127.0.0.2"]]);
    for (host, expected) in
        [("localhost", "127.0.0.2:443"), ("10.0.0.2", "10.0.0.2:443"), ("[::2]", "[::2]:443")]
    {
        assert_eq!(
            dialled(&network, Reach::Anywhere, host).await,
            (vec![expected.to_owned()], Ok(()))
        );
    }
    let (dialled, outcome) = dialled(&scripted(&[]), Reach::Public, "127.0.0.2").await;
    assert_eq!(dialled, Vec::<String>::new(), "not even where an address got past the URL check");
    assert!(outcome.is_err());
}

#[tokio::test(start_paused = true)]
async fn a_host_with_many_addresses_is_not_tried_forever() {
    let found = ["1.1.1.9"; 100];
    let network = scripted(&[&found]);
    let begun = tokio::time::Instant::now();
    assert_eq!(dialled(&network, Reach::Public, "a.example").await.0.len(), ADDRESSES_MAX);
    assert!(begun.elapsed() <= Duration::from_secs(11));
}
