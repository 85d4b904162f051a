//! Every stream, into a database, from the command line.

use tollgate_simulators::ConstantContact;

use super::desk::{Desk, LEGACY, PASTED};

/// All streams of one of the two APIs.
fn every(account: &str, is_v2: bool) -> (Desk, Vec<String>) {
    let few = ConstantContact::builder().contacts(3).lists(2).campaigns(1).events(1).files(2);
    let desk = Desk::new(few, account);
    let described = desk.run("describe constant_contact --json").exits(0).json();
    let streams = described["streams"].as_array().unwrap().iter();
    let names = streams.map(|stream| stream["name"].as_str().unwrap().to_owned());
    let names: Vec<_> = names.filter(|name| name.starts_with("v2_") == is_v2).collect();
    (desk, names)
}

fn all_are_loaded(desk: &Desk, account: &str, streams: &[String]) {
    let named = streams.iter().map(|name| format!("{name:?}")).collect::<Vec<_>>().join(", ");
    let sync =
        format!("[syncs.all]\naccount = \"acme\"\nstreams = [{named}]\nto = \"sqlite:out.db\"\n");
    desk.configure(account, &sync);
    desk.run("sync").exits(0);
    let tables = desk.texts("out.db", "sqlite_master", "name");
    for stream in streams {
        assert!(tables.contains(stream), "{stream} is not in {tables:?}");
    }
    desk.offends_nobody();
}

#[test]
fn every_stream_of_the_api_v3_is_loaded() {
    let (desk, streams) = every(PASTED, false);
    assert_eq!(streams.len(), 28);
    all_are_loaded(&desk, PASTED, &streams);
    assert_eq!(desk.texts("out.db", "contact_lists", "list_id").len(), 2);
}

#[test]
fn every_table_of_the_api_v2_is_loaded() {
    let (desk, streams) = every(LEGACY, true);
    assert_eq!(streams.len(), 9);
    all_are_loaded(&desk, LEGACY, &streams);
    assert_eq!(desk.texts("out.db", "v2_contact_lists", "id").len(), 2);
}
