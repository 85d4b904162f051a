//! What is served is what the truth says, and the same seed says the same.

use serde_json::{Map, Value};
use tollgate_simulators::icontact::{
    AccountSettings, Contact, EventKind, Folder, RESOURCES, Shape, time,
};
use tollgate_simulators::row::Row;
use tollgate_simulators::{IContact, Simulator};

use crate::client::{get, read_all};

/// Whether a value on the wire says what the truth says, in any of the vendor's ways.
fn agrees(wire: &Value, truth: &Value) -> bool {
    let text = wire.as_str().unwrap_or_default();
    match truth {
        Value::Null => wire.is_null() || wire == "",
        Value::Bool(flag) => {
            let number = u64::from(*flag);
            wire == number || text == number.to_string()
        }
        Value::Number(number) => wire == truth || text == number.to_string(),
        Value::String(expected) if wire != truth => {
            let formats =
                [time::wall_clock, time::compact_wall_clock, time::iso, time::iso_plain_offset];
            let moment = expected.parse();
            moment.is_ok_and(|moment| formats.iter().any(|format| format(moment) == text))
        }
        _ => wire == truth,
    }
}

fn assert_served(resource: &str, wire: &[Value], truth: &[Map<String, Value>]) {
    assert_eq!(wire.len(), truth.len(), "{resource}");
    for (wire, truth) in wire.iter().zip(truth) {
        let wire = wire.as_object().unwrap();
        for (name, value) in wire {
            assert!(agrees(value, &truth[name]), "{resource} {name}: {value} for {truth:?}");
        }
        // What is in the truth alone follows from the path.
        for name in truth.keys().filter(|name| !wire.contains_key(*name)) {
            assert!(["messageId", "segmentId", "contactId"].contains(&name.as_str()), "{name}");
        }
    }
}

fn all(server: &Simulator<IContact>, parents: &[u64], parent: &str, child: &str) -> Vec<Value> {
    let lists = parents.iter().map(|id| read_all(server, &format!("/{parent}/{id}/{child}"), 30));
    lists.flatten().collect()
}

#[test]
fn complete_extract_of_every_resource_is_the_truth() {
    let server = IContact::builder().seed(7).contacts(120).start_blocking().unwrap();
    let truth = server.truth();
    let contacts: Vec<_> = truth.contacts().map(|contact| contact.contact_id).collect();
    let messages: Vec<_> = truth.messages().map(|message| message.message_id).collect();
    let segments: Vec<_> = truth.segments().map(|segment| segment.segment_id).collect();
    for resource in RESOURCES {
        let served = match resource {
            "contacts" => read_all(&server, "/contacts?status=total", 50),
            "actions" => all(&server, &contacts, "contacts", resource),
            "criteria" => all(&server, &segments, "segments", resource),
            "bounces" | "clicks" | "opens" | "unsubscribes" => {
                all(&server, &messages, "messages", resource)
            }
            "statistics" => {
                let paths = messages.iter().map(|id| format!("/messages/{id}/statistics"));
                paths.map(|path| get(&server, &path).json()["statistics"].take()).collect()
            }
            _ => read_all(&server, &format!("/{resource}"), 7),
        };
        let expected: Vec<_> = truth.plain(resource).collect();
        assert_eq!(truth.rows(resource), expected.len(), "{resource}");
        assert!(!expected.is_empty(), "{resource} has rows to compare");
        assert_served(resource, &served, &expected);
    }
    assert_eq!(server.violations(), Vec::<String>::new());
}

#[test]
fn statistics_agree_with_the_tracking_rows() {
    let vendor = IContact::builder().contacts(80).messages(30).vendor();
    let truth = vendor.truth();
    for statistics in truth.statistics() {
        let count = |kind| {
            let events = truth.events(kind);
            let mut contacts: Vec<_> = events
                .filter(|event| event.message_id == statistics.message_id)
                .map(|event| event.contact_id)
                .collect();
            let total = contacts.len() as u64;
            contacts.sort_unstable();
            contacts.dedup();
            (contacts.len() as u64, total)
        };
        let opens = (statistics.opens_unique, statistics.opens_total);
        let clicks = (statistics.clicks_unique, statistics.clicks_total);
        assert_eq!(count(EventKind::Open), opens);
        assert_eq!(count(EventKind::Click), clicks);
        let once = |number| (number, number);
        assert_eq!(count(EventKind::Bounce), once(statistics.bounces));
        assert_eq!(count(EventKind::Unsubscribe), once(statistics.unsubscribes));
    }
}

#[test]
fn campaigns_that_do_not_track_clicks_have_none() {
    let vendor = IContact::builder().messages(40).vendor();
    let truth = vendor.truth();
    let silent: Vec<_> = truth
        .campaigns()
        .filter(|campaign| !campaign.click_track_mode)
        .map(|campaign| campaign.campaign_id)
        .collect();
    let messages = truth.messages().filter(|it| silent.contains(&it.campaign_id));
    let ids: Vec<_> = messages.map(|message| message.message_id).collect();
    assert!(!ids.is_empty());
    assert!(truth.events(EventKind::Click).all(|click| !ids.contains(&click.message_id)));
    let opened = truth.events(EventKind::Open).any(|open| ids.contains(&open.message_id));
    assert!(opened, "the same messages were opened");
}

#[test]
fn same_seed_gives_the_same_rows_and_another_seed_others() {
    let rows = |seed, resource| {
        let vendor = IContact::builder().seed(seed).contacts(60).vendor();
        vendor.truth().plain(resource).collect::<Vec<_>>()
    };
    for resource in RESOURCES {
        assert_eq!(rows(3, resource), rows(3, resource), "{resource}");
    }
    assert_ne!(rows(3, "contacts"), rows(4, "contacts"));
}

#[test]
fn a_contact_does_not_depend_on_how_many_there_are_but_for_its_date() {
    let contact = |contacts| {
        let vendor = IContact::builder().contacts(contacts).vendor();
        let mut contact: Contact = vendor.truth().contacts().nth(40).unwrap();
        contact.create_date = "2026-01-01T00:00:00Z".parse().unwrap();
        contact
    };
    assert_eq!(contact(50), contact(5_000));
}

#[test]
fn contacts_hold_what_breaks_programs() {
    let vendor = IContact::builder().contacts(100).nul_text(true).vendor();
    let notes: Vec<_> =
        vendor.truth().contacts().filter_map(|contact| contact.custom[0].1.clone()).collect();
    for awkward in ["000123", "null", "\"hello\"", "\n", "👩", "日本語", "\0", "\u{1}"] {
        assert!(notes.iter().any(|note| note.contains(awkward)), "{awkward:?}");
    }
    assert!(notes.iter().any(|note| note.len() > 8_000));
    let dates: Vec<_> =
        vendor.truth().contacts().map(|it| time::wall_clock(it.create_date)).collect();
    for edge in ["2025-03-09 01:59:59", "2025-03-09 03:00:00", "2025-11-02 01:30:00"] {
        assert!(dates.iter().any(|date| date == edge), "{edge}");
    }
}

#[test]
fn ids_beyond_a_double_are_served_whole() {
    let base = 1 << 53;
    let server = IContact::builder().contacts(4).id_base(base).start_blocking().unwrap();
    let text = get(&server, "/contacts?status=total").json().to_string();
    for contact in server.truth().contacts() {
        assert!(contact.contact_id > base);
        assert!(text.contains(&contact.contact_id.to_string()));
    }
}

#[test]
fn bench_rows_have_eighteen_columns_and_about_900_bytes() {
    let builder = IContact::builder().contacts(1_000).shape(Shape::Bench);
    let rendered = builder.clone().prerender(true).start_blocking().unwrap();
    let server = builder.start_blocking().unwrap();
    let path = "/contacts?status=total&limit=500&offset=500";
    let answer = get(&server, path);
    assert_eq!(answer.json()["contacts"][0].as_object().unwrap().len(), 18);
    let bytes = answer.body().len() / 500;
    assert!((850..950).contains(&bytes), "{bytes}");
    assert_eq!(get(&rendered, path).body(), answer.body());
}

#[test]
fn folders_and_accounts_have_rows_of_their_own() {
    let account = |enabled, folders| AccountSettings { enabled, folders };
    let server = IContact::builder()
        .account(account(false, 1))
        .account(account(true, 3))
        .start_blocking()
        .unwrap();
    let accounts = server.vendor().accounts();
    assert_eq!(accounts.len(), 2);
    let folders = accounts[1].folders();
    let ids: Vec<_> = folders.iter().map(Folder::client_folder_id).collect();
    assert_eq!(ids, [222_223, 222_224, 222_225]);
    assert_eq!(server.truth().client_folder_id(), 222_223);
    let mut contacts: Vec<_> =
        folders.iter().flat_map(|it| it.contacts().map(|it| it.contact_id)).collect();
    contacts.sort_unstable();
    contacts.dedup();
    assert_eq!(contacts.len(), 300);
    let path = format!("{}/contacts?status=total", folders[2].path());
    let email = get(&server, &path).json()["contacts"][5]["email"].clone();
    let expected = folders[2].contacts().nth(5).unwrap();
    assert_eq!(expected.value("email"), Some(email));
}
