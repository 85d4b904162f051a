//! TLS, with a certificate of a test's own.

use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use tollgate_destinations::postgres::Tls;
use tollgate_destinations::{Postgres, postgres};
use tollgate_model::ErrorKind;
use tollgate_sync::Destination;
use tollgate_test_postgres::{Setup, TestServer};
use tollgate_vault::Secret;

#[test]
fn a_connection_is_protected_as_it_was_said() {
    let mut params = CertificateParams::new(Vec::new()).unwrap();
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let issuer = CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap();
    let key = KeyPair::generate().unwrap();
    let params = CertificateParams::new(vec!["127.0.0.1".to_owned()]).unwrap();
    let certificate = params.signed_by(&key, &issuer).unwrap().pem();
    let pem = key.serialize_pem();
    let setup = Setup { tls: Some((&certificate, &pem)), ..Setup::default() };
    let Some(server) = TestServer::start(&setup) else { return };
    let folder = tempfile::tempdir().unwrap();
    let [ca_file, empty] = ["ca.pem", "empty.pem"].map(|name| folder.path().join(name));
    std::fs::write(&ca_file, issuer.pem()).unwrap();
    std::fs::write(&empty, "").unwrap();

    let base: postgres::Server = server.url.parse().unwrap();
    let base = base.with_schema("x");
    let ask = |server: postgres::Server, password: &Option<String>| {
        Postgres::at(server, password.clone().map(Secret::new)).state("contacts")
    };
    for good in [
        base.clone().with_tls(Tls::Off),
        base.clone().with_tls(Tls::Require),
        base.clone().with_tls(Tls::Verify).with_ca_file(&ca_file),
    ] {
        assert_eq!(ask(good.clone(), &server.password).unwrap(), None, "{good}");
    }
    let other_name = server.url.replace("127.0.0.1", "localhost");
    let other_name: postgres::Server = other_name.parse().unwrap();
    for (bad, message) in [
        // Nobody that browsers trust has signed it.
        (base.clone().with_tls(Tls::Verify), "no TLS session with 127.0.0.1"),
        (
            other_name.with_schema("x").with_tls(Tls::Verify).with_ca_file(&ca_file),
            "no TLS session with localhost",
        ),
        (base.clone().with_tls(Tls::Verify).with_ca_file(&empty), "holds no certificates"),
        (
            base.with_tls(Tls::Verify).with_ca_file(folder.path().join("no")),
            "holds no certificates",
        ),
    ] {
        let error = ask(bad, &server.password).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Config, "{error}");
        assert!(error.message().contains(message), "{error}");
        assert!(error.hint().is_some());
    }
}

#[test]
fn a_server_without_tls_is_told_where_it_is_wanted() {
    let Some(server) = TestServer::start(&Setup::default()) else { return };
    let base: postgres::Server = server.url.parse().unwrap();
    for tls in [Tls::Require, Tls::Verify] {
        let asked = base.clone().with_schema("x").with_tls(tls);
        let error = Postgres::at(asked, server.password.clone().map(Secret::new))
            .state("contacts")
            .unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Config);
        assert!(error.message().ends_with("has no TLS"), "{error}");
        assert!(error.hint().is_some_and(|hint| hint.contains("tls = \"off\"")));
    }
}
