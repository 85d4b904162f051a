//! Contacts and lists written from files: what is told of each row, and what the provider has then.

use std::fs;
use std::io::{BufRead, BufReader};

use serde_json::{Value, json};
use tollgate_simulators::ConstantContact;
use tollgate_simulators::constant_contact::{Builder, Contact};

use super::desk::{Desk, PASTED, Run};

const CREATE: &str = "write acme contacts --operation create --from";

fn desk() -> Desk {
    desk_with(ConstantContact::builder())
}

fn desk_with(simulator: Builder) -> Desk {
    Desk::new(simulator.contacts(6), PASTED)
}

impl Desk {
    fn contact(&self, address: &str) -> Option<Contact> {
        let is_it = |contact: &Contact| {
            contact.email_address.as_ref().is_some_and(|it| it.address == address)
        };
        self.server.truth().contacts().find(is_it)
    }

    /// New contacts with these names as JSON Lines.
    fn put_new(&self, names: &[&str]) {
        let lines = names.iter().map(|name| {
            format!("{{\"email_address\":\"{name}@example.com\",\"first_name\":\"{name}\"}}\n")
        });
        self.put("new.jsonl", &lines.collect::<String>());
    }

    fn writes(&self) -> Vec<String> {
        let writes = self.server.writes().into_iter();
        writes.map(|request| format!("{} {}", request.method, request.path)).collect()
    }
}

impl Run {
    /// The lines that tell of rows.
    fn rows(&self) -> Vec<Value> {
        self.stdout.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    }

    fn statuses(&self) -> Vec<String> {
        let rows = self.rows().into_iter();
        rows.map(|row| row["status"].as_str().unwrap().to_owned()).collect()
    }
}

#[test]
fn contacts_are_created_updated_upserted_and_deleted() {
    let desk = desk();
    let list = desk.server.truth().lists().next().unwrap().list_id;
    desk.put(
        "new.csv",
        &format!(
            "email_address,first_name,last_name,list_memberships\n\
             zoe@example.com,Zoë,\"O'Neil, Jr.\",\"[\"\"{list}\"\"]\"\nmax@example.com,Max,,\n"
        ),
    );
    desk.run(&format!("{CREATE} new.csv --dry-run")).exits(0);
    assert!(desk.server.requests().is_empty());
    let run = desk.run(&format!("{CREATE} new.csv")).exits(0);
    let zoe = desk.contact("zoe@example.com").unwrap();
    assert_eq!(run.rows()[0], json!({"row": 1, "status": "done", "id": zoe.contact_id}));
    assert_eq!(zoe.last_name.as_deref(), Some("O'Neil, Jr."));
    assert_eq!((&zoe.list_memberships, &*zoe.create_source), (&vec![list.clone()], "Account"));

    // What a row leaves out stays, though the provider's own rule is to empty it.
    let before = desk.server.truth().contacts().nth(1).unwrap();
    let row = json!({"contact_id": before.contact_id, "job_title": "Gärtnerin", "notes": null});
    desk.put("changed.jsonl", &format!("{row}\n"));
    desk.run("write acme contacts --operation update --from changed.jsonl").exits(0);
    let after = desk.server.truth().contact(&before.contact_id).unwrap();
    let expected = Contact {
        job_title: Some("Gärtnerin".to_owned()),
        notes: Vec::new(),
        email_address: after.email_address.clone(),
        update_source: "Account".to_owned(),
        updated_at: after.updated_at,
        phone_numbers: after.phone_numbers.clone(),
        street_addresses: after.street_addresses.clone(),
        ..before.clone()
    };
    assert_eq!(after, expected);
    let address = |contact: &Contact| contact.email_address.clone().unwrap();
    assert_eq!(address(&after).address, address(&before).address);
    assert_eq!(address(&after).permission_to_send, address(&before).permission_to_send);
    assert_eq!(after.phone_numbers.len(), before.phone_numbers.len());
    assert_eq!(after.street_addresses.len(), before.street_addresses.len());

    let upserts = ["zoe", "eva"].map(|name| {
        let row = json!({
            "email_address": format!("{name}@example.com"),
            "company_name": "Söhne & Co",
            "list_memberships": [list],
        });
        format!("{row}\n")
    });
    desk.put("upsert.jsonl", &upserts.concat());
    desk.run("write acme contacts --operation upsert --from upsert.jsonl").exits(0);
    for (address, first_name) in [("zoe@example.com", Some("Zoë")), ("eva@example.com", None)] {
        let contact = desk.contact(address).unwrap();
        assert_eq!(contact.company_name.as_deref(), Some("Söhne & Co"));
        assert_eq!(contact.first_name.as_deref(), first_name, "an upsert adds");
    }

    let gone = json!({"contact_id": zoe.contact_id});
    let nobody = json!({"contact_id": "00000000-0000-0000-0000-000000000000"});
    desk.put("gone.jsonl", &format!("{gone}\n{nobody}\n"));
    let delete = "write acme contacts --operation delete --from gone.jsonl --yes";
    assert_eq!(desk.run(delete).exits(0).statuses(), ["done", "unchanged"]);
    assert!(desk.contact("zoe@example.com").unwrap().deleted_at.is_some());
    assert_eq!(desk.server.truth().contacts().count(), 9);
    desk.offends_nobody();
}

#[test]
fn lists_are_created_updated_and_deleted() {
    let desk = desk();
    desk.put("new.jsonl", "{\"name\":\"Fair\",\"description\":\"met at the fair\"}\n");
    let run = desk.run("write acme contact_lists --operation create --from new.jsonl").exits(0);
    let id = run.rows()[0]["id"].as_str().unwrap().to_owned();
    desk.put("changed.jsonl", &format!("{{\"list_id\":\"{id}\",\"name\":\"Fair 2026\"}}\n"));
    desk.run("write acme contact_lists --operation update --from changed.jsonl").exits(0);
    let list = |desk: &Desk| desk.server.truth().lists().find(|list| list.list_id == id).unwrap();
    assert_eq!(list(&desk).name, "Fair 2026");
    assert_eq!(list(&desk).description.as_deref(), Some("met at the fair"));
    desk.put("gone.csv", &format!("list_id\n{id}\n"));
    desk.run("write acme contact_lists --operation delete --from gone.csv --yes").exits(0);
    assert!(list(&desk).deleted_at.is_some());
    desk.offends_nobody();
}

#[test]
fn rows_that_the_provider_refuses_can_be_put_right_and_fed_back_in() {
    let desk = desk();
    let taken = "contact1@example.com";
    desk.put(
        "new.jsonl",
        &format!(
            "{{\"email_address\":\"{taken}\"}}\n{{\"email_address\":\"no address\"}}\n\
             {{\"email_address\":\"good@example.com\"}}\n"
        ),
    );
    let run = desk.run(&format!("{CREATE} new.jsonl --rejects r.jsonl")).exits(11);
    assert_eq!(run.statuses(), ["rejected", "rejected", "done"]);
    for row in &run.rows()[..2] {
        assert!(!row["error"].as_str().unwrap().is_empty());
    }
    let rejects = fs::read_to_string(desk.path("r.jsonl")).unwrap();
    assert_eq!(rejects.lines().count(), 2);
    let right = rejects.replace(taken, "a@example.com").replace("no address", "b@example.com");
    desk.put("right.jsonl", &right);
    desk.run(&format!("{CREATE} right.jsonl")).exits(0);
    assert_eq!(desk.server.truth().contacts().count(), 9);

    let nobody = json!({"contact_id": "00000000-0000-0000-0000-000000000000", "first_name": "A"});
    desk.put("nobody.jsonl", &format!("{nobody}\n"));
    let update = "write acme contacts --operation update --from nobody.jsonl";
    assert_eq!(desk.run(update).exits(11).statuses(), ["rejected"]);
}

/// The provider made the contact, and its answer was lost: nobody may try again by himself.
#[test]
fn a_connection_cut_behind_the_request_leaves_the_row_unknown() {
    let desk = desk();
    desk.put_new(&["a", "b", "c"]);
    desk.server.inject("close:/contacts@2".parse().unwrap());
    let run = desk.run(&format!("{CREATE} new.jsonl")).exits(11);
    assert_eq!(run.statuses(), ["done", "unknown", "done"]);
    assert!(desk.server.unfired().is_empty());
    assert_eq!(desk.writes(), ["POST /v3/contacts"; 3], "each row was sent once");
    assert!(desk.contact("b@example.com").is_some(), "it had been done");
}

/// The process is killed while the provider holds back an answer. What was told is true.
#[test]
fn a_kill_in_the_middle_loses_nothing_that_was_told() {
    let desk = desk();
    desk.put_new(&["a", "b", "c", "d"]);
    desk.server.inject("stall:/contacts@3".parse().unwrap());
    let mut child = desk.start(&format!("{CREATE} new.jsonl"));
    let mut lines = BufReader::new(child.stdout.take().unwrap());
    let mut told = String::new();
    while told.lines().count() < 2 {
        assert_ne!(lines.read_line(&mut told).unwrap(), 0, "it ended by itself");
    }
    while desk.writes().len() < 3 {
        std::thread::yield_now();
    }
    child.kill().unwrap();
    child.wait().unwrap();
    assert_eq!(lines.read_line(&mut told).unwrap(), 0, "nothing is told of the third");
    for (line, name) in told.lines().zip(["a", "b"]) {
        let row: Value = serde_json::from_str(line).unwrap();
        let contact = desk.contact(&format!("{name}@example.com")).unwrap();
        assert_eq!((&row["status"], &row["id"]), (&"done".into(), &contact.contact_id.into()));
    }
    assert!(desk.contact("d@example.com").is_none());
    // Whoever goes on behind what was told finds the third one there.
    desk.server.heal();
    let run = desk.run(&format!("{CREATE} new.jsonl --skip 2")).exits(11);
    assert_eq!(run.statuses(), ["rejected", "done"]);
    assert_eq!(desk.server.truth().contacts().count(), 10);
}
