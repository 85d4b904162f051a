//! Accounts of three providers, synced side by side into one database server, each at the pace that
//! its provider allows: measured where the requests arrive.

use std::time::Duration;

use tollgate_simulators::constant_contact::{CANARY_PASTED, RateLimits};
use tollgate_simulators::icontact::CANARY;
use tollgate_simulators::incontact::{CANARY_KEY, CANARY_SECRET};
use tollgate_simulators::{ConstantContact, IContact, InContact, LoggedRequest, Simulator};
use tollgate_test_postgres::{Setup, TestServer};

use crate::constant_contact::desk::PASTED;
use crate::incontact::desk::CXONE;
use crate::place::Place;
use crate::postgres::connect;

/// What an account of iContact and one of inContact are held to here; Constant Contact's own four a
/// second stand in its descriptor.
const PER_SECOND: usize = 5;
const AT_ONCE: usize = 2;
const CC_PER_SECOND: usize = 4;

#[test]
fn three_providers_load_side_by_side_and_each_pace_is_held() {
    let Some(database) = TestServer::start(&Setup::default()) else { return };
    let icontact = IContact::builder().contacts(120).start_blocking().unwrap();
    let limits = RateLimits { per_second: Some(CC_PER_SECOND), ..RateLimits::default() };
    let constant_contact = ConstantContact::builder().contacts(120).rate_limits(limits);
    let constant_contact = constant_contact.start_blocking().unwrap();
    let incontact = InContact::builder().start_blocking().unwrap();
    let place = place(&icontact, &constant_contact, &incontact, &database);

    let report = place.run("sync --jobs 3 --json").exits(0).json();
    let runs = report["runs"].as_array().unwrap();
    let rows: Vec<_> = runs.iter().map(|run| run["rows_loaded"].as_u64().unwrap()).collect();
    let alive = constant_contact.truth().contacts().filter(|it| it.deleted_at.is_none()).count();
    assert_eq!(rows[..2], [120, alive as u64]);

    let mut client = connect(&database);
    let tag = std::process::id();
    for (account, rows) in ["ic", "cc", "nice"].into_iter().zip(rows) {
        let schema = format!("{account}_{tag}");
        let count = format!("SELECT count(*) FROM {schema}.contacts");
        let count: i64 = client.query_one(&count, &[]).unwrap().get(0);
        assert_eq!(u64::try_from(count).unwrap(), rows, "{schema}");
        client.batch_execute(&format!("DROP SCHEMA {schema} CASCADE")).unwrap();
    }

    // Signing in is asked of another host, which has a pace of its own.
    let mut calls = incontact.requests();
    calls.retain(|request| request.path.contains("/services/"));
    let requests = [icontact.requests(), constant_contact.requests(), calls];
    for (requests, per_second) in requests.iter().zip([PER_SECOND, CC_PER_SECOND, PER_SECOND]) {
        assert!(requests.len() > 2 * per_second, "{} are too few to tell", requests.len());
        never_faster(requests, per_second);
    }
    for most in [icontact.in_flight_max(), incontact.in_flight_max()] {
        assert!(most <= AT_ONCE, "{most} requests at once");
    }
    // Each began before any other had ended.
    let first = requests.iter().map(|requests| requests[0].at).max().unwrap();
    let last = requests.iter().map(|requests| requests[requests.len() - 1].at).min().unwrap();
    assert!(first < last, "one began at {first:?}, another had ended at {last:?}");
}

/// A request may be late, so that a single second sees the late ones of the second before; over the
/// whole time the pace is what was allowed.
fn never_faster(requests: &[LoggedRequest], per_second: usize) {
    let span = requests[requests.len() - 1].at - requests[0].at;
    let windows = u32::try_from((requests.len() - 1) / per_second).unwrap();
    let slack = Duration::from_millis(500);
    let count = requests.len();
    assert!(span + slack >= Duration::from_secs(1) * windows, "{count} in {span:?}");
}

/// A project with an account at each of them, and a sync of each into the database, which is called
/// by the process as well: a server may serve several test runs.
fn place(
    icontact: &Simulator<IContact>,
    constant_contact: &Simulator<ConstantContact>,
    incontact: &Simulator<InContact>,
    database: &TestServer,
) -> Place {
    let secrets = [CANARY, CANARY_PASTED, CANARY_SECRET, CANARY_KEY];
    let login = icontact.credentials().clone();
    let variables = vec![
        ("IC_PASSWORD", login.password),
        ("IC_APP_ID", login.app_id),
        ("ACME_TOKEN", CANARY_PASTED.to_owned()),
        ("ACME_CLIENT_SECRET", CANARY_SECRET.to_owned()),
        ("ACME_KEY_SECRET", CANARY_KEY.to_owned()),
        ("WAREHOUSE", database.password.clone().unwrap_or_default()),
    ];
    let place = Place::new(icontact.origin(), &secrets, variables);
    let pace = format!("requests_per_second = {PER_SECOND}\nconcurrent_requests = {AT_ONCE}\n");
    let sync = |account: &str, options: &str| {
        format!(
            "[syncs.{account}_{tag}]\naccount = \"{account}\"\nstream = \"contacts\"\n\
             options = {{ {options} }}\n\
             to = {{ postgres = \"{url}\", password = {{ env = \"WAREHOUSE\" }} }}\n\n",
            tag = std::process::id(),
            url = database.url,
        )
    };
    let accounts = format!(
        "[accounts.ic]\nconnector = \"icontact\"\nusername = \"{username}\"\n\
         password = {{ env = \"IC_PASSWORD\" }}\napp_id = {{ env = \"IC_APP_ID\" }}\n{pace}\n\
         [accounts.cc]\nconnector = \"constant_contact\"\n{PASTED}\n\
         [accounts.nice]\nconnector = \"incontact\"\n{CXONE}{pace}\n",
        username = login.username,
    );
    let origins = format!(
        "[origins]\n\"https://app.icontact.com\" = \"{}\"\n\
         \"https://api.cc.email\" = \"{}\"\n\"https://*.incontact.com\" = \"{nice}\"\n\
         \"https://*.nice-incontact.com\" = \"{nice}\"\n\
         \"https://*.niceincontact.com\" = \"{nice}\"\n",
        icontact.origin(),
        constant_contact.origin(),
        nice = incontact.origin(),
    );
    let syncs = [
        sync("ic", "page_size = 5"),
        sync("cc", "page_size = 10"),
        sync("nice", "date = \"offset\", date_offset = 30, slice_days = 1"),
    ];
    place.put("tollgate.toml", &format!("{accounts}{}{origins}", syncs.concat()));
    for connector in ["icontact", "constant-contact", "incontact"] {
        place.install(connector);
    }
    place
}
