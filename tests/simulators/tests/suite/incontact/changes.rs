//! Items that are added and changed while a client reads.

use std::time::Duration;

use tollgate_simulators::incontact::Item;

use super::{builder, get, read_all, rows, server, start};

#[test]
fn what_was_changed_or_added_is_found_by_the_time_of_its_change() {
    let server = server();
    server.advance(Duration::from_secs(60));
    for item in [Item::Agent, Item::Team, Item::Skill, Item::Contact] {
        server.change(item, 1);
        server.add(item, 2);
    }
    let since = "2026-11-21T15:31:00Z";
    for (resource, path, field) in [
        ("agents", "v34.0/agents?updateSince", "agents"),
        ("teams", "v34.0/teams?updateSince", "teams"),
        ("skills", "v34.0/skills?updatedSince", "skills"),
        ("contacts_completed", "v34.0/contacts/completed?updatedSince", "completedContacts"),
    ] {
        let found = rows(&get(&server, &format!("{path}={since}")), field);
        assert_eq!(found.len(), 3, "{resource}");
        let expected = server.truth().matching(resource, &[("updatedSince", since)]);
        assert_eq!(expected.len(), 3, "{resource}");
        assert_eq!(rows(&get(&server, &format!("{path}=2026-11-21T15:31:01Z")), field).len(), 0);
    }
    let team = &server.truth().plain("teams")[1];
    assert_eq!(team["notes"], "revision 1");
    assert_eq!(team["last_update_time"], since);
    server.change(Item::Team, 1);
    assert_eq!(server.truth().plain("teams")[1]["notes"], "revision 2");
    assert_eq!(server.violations(), Vec::<String>::new());
}

#[test]
fn rows_that_appear_and_vanish_move_the_others() {
    for (fault, ids) in [("grow=2", [100_001, 100_002]), ("shrink=2", [100_005, 100_006])] {
        let fault = format!("{fault}:/agents@2").parse().unwrap();
        let server = start(builder().fault(fault));
        assert_eq!(rows(&get(&server, "v33.0/agents?top=2"), "agents")[0]["agentId"], 100_001);
        let second = rows(&get(&server, "v33.0/agents?skip=2&top=2"), "agents");
        let read: Vec<_> = second.iter().map(|row| row["agentId"].as_i64().unwrap()).collect();
        assert_eq!(read, ids);
    }
}

#[test]
fn same_seed_and_time_give_the_same_data() {
    let read = |seed| read_all(&start(builder().seed(seed)), "v33.0/agents", "agents", 50);
    assert_eq!(read(7), read(7));
    assert_ne!(read(7), read(8));
}
