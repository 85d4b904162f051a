//! Writes change what is read afterwards.

use serde_json::{Value, json};
use tollgate_simulators::ConstantContact;

use super::{Server, get, places, read_all, server, start, write};

const NOW: &str = "2026-11-21T12:00:00Z";

fn still() -> Server {
    start(ConstantContact::builder().now(NOW.parse().unwrap()))
}

fn id_of(server: &Server, place: usize) -> String {
    server.truth().contacts().nth(place).unwrap().contact_id
}

#[test]
fn created_contact_is_read_back_and_found_by_its_time() {
    let server = still();
    let list = server.truth().lists().next().unwrap().list_id;
    let sent = json!({
        "create_source": "Account",
        "email_address": {"address": "New@Example.com", "permission_to_send": "explicit"},
        "first_name": "Nova",
        "birthday_month": 2,
        "birthday_day": 29,
        "list_memberships": [list],
        "phone_numbers": [{"phone_number": "+1 617 555 0199", "kind": "mobile"}],
        "notes": [{"content": "met at the fair"}],
    });
    let answer = write(&server, "POST", "/v3/contacts", &sent);
    assert_eq!(answer.status(), 201);
    let created = answer.json();
    assert_eq!(created["created_at"], NOW);
    assert_eq!(created["phone_numbers"][0]["create_source"], "Account");
    let path = format!("/v3/contacts?updated_after={NOW}&status=all");
    let rows = read_all(&server, &path, "contacts");
    assert_eq!(places(&rows), [100]);
    assert_eq!(rows[0]["first_name"], "Nova");
    assert_eq!(rows[0].get("notes"), None);
    let found = read_all(&server, "/v3/contacts?email=new@example.com", "contacts");
    assert_eq!(found.len(), 1);
    assert_eq!(server.truth().rows("contacts"), 101);
    assert_eq!(server.violations(), Vec::<String>::new());
}

#[test]
fn address_that_is_taken_is_a_conflict_until_it_is_free() {
    let server = server();
    let sent =
        |address: &str| json!({"create_source": "Account", "email_address": {"address": address}});
    let taken = write(&server, "POST", "/v3/contacts", &sent("CONTACT3@example.com"));
    assert_eq!(taken.status(), 409);
    assert!(taken.json()[0]["error_key"].is_string());
    let moved =
        json!({"update_source": "Account", "email_address": {"address": "moved@example.com"}});
    let path = format!("/v3/contacts/{}", id_of(&server, 3));
    assert_eq!(write(&server, "PUT", &path, &moved).status(), 200);
    assert_eq!(write(&server, "POST", "/v3/contacts", &sent("contact3@example.com")).status(), 201);
    assert_eq!(write(&server, "POST", "/v3/contacts", &sent("moved@example.com")).status(), 409);
    let path = format!("/v3/contacts/{}", id_of(&server, 4));
    assert_eq!(write(&server, "PUT", &path, &moved).status(), 409);
    assert_eq!(server.violations(), Vec::<String>::new());
}

#[test]
fn bodies_that_are_wrong_are_refused_with_a_list() {
    let server = server();
    let cases = [
        json!({"first_name": "No source"}),
        json!({"create_source": "Robot", "first_name": "A"}),
        json!({"create_source": "Account"}),
        json!({"create_source": "Account", "first_name": "x".repeat(51)}),
        json!({"create_source": "Account", "email_address": {"address": "nobody"}}),
        json!({"create_source": "Account", "first_name": "A", "birthday_month": 3}),
        json!({"create_source": "Account", "first_name": "A", "list_memberships": ["none"]}),
        json!({"create_source": "Account", "first_name": "A", "custom_fields": [{"value": "x"}]}),
        json!({"create_source": "Account", "first_name": "A", "phone_numbers": [{"kind": "fax"}]}),
    ];
    for body in &cases {
        let answer = write(&server, "POST", "/v3/contacts", body);
        assert_eq!(answer.status(), 400, "{body}");
        assert_eq!(answer.json()[0]["error_key"], "contacts.api.validation.error", "{body}");
    }
    assert_eq!(server.violations().len(), cases.len());
    assert_eq!(server.truth().rows("contacts"), 100);
    let extra = json!({"create_source": "Account", "first_name": "A", "contact_id": "mine"});
    assert_eq!(write(&server, "POST", "/v3/contacts", &extra).status(), 201);
    assert!(server.violations().last().unwrap().contains("no field contact_id"));
}

#[test]
fn update_empties_fields_and_keeps_collections_that_are_left_out() {
    let server = server();
    let mut contacts = server.truth().contacts().zip(0..);
    let (before, place) = contacts
        .find(|(it, _)| it.first_name.is_some() && it.notes.len() == 2 && !it.taggings.is_empty())
        .unwrap();
    let address = before.email_address.as_ref().unwrap().address.clone();
    let sent = json!({
        "update_source": "Contact",
        "email_address": {"address": address},
        "last_name": "Changed",
        "taggings": [],
    });
    let path = format!("/v3/contacts/{}", id_of(&server, place));
    assert_eq!(write(&server, "PUT", &path, &sent).status(), 200);
    let after = server.truth().contacts().nth(place).unwrap();
    assert_eq!((after.first_name, after.last_name.as_deref()), (None, Some("Changed")));
    assert_eq!((after.notes, after.taggings), (before.notes, Vec::new()));
    assert_eq!(after.email_address.unwrap().address, address);
    let bare = json!({"update_source": "Contact", "last_name": "Again"});
    assert_eq!(write(&server, "PUT", &path, &bare).status(), 200);
    let kept = server.truth().contacts().nth(place).unwrap().email_address;
    assert_eq!(kept.unwrap().address, address);
    assert_eq!(after.created_at, before.created_at);
    assert!(after.updated_at > before.updated_at);
}

#[test]
fn deleted_contact_comes_back_when_the_account_updates_it() {
    let server = still();
    let path = format!("/v3/contacts/{}", id_of(&server, 0));
    let answer = write(&server, "DELETE", &path, &Value::Null);
    assert_eq!((answer.status(), answer.body()), (204, &b""[..]));
    assert_eq!(get(&server, &path).json()["deleted_at"], "2026-11-21");
    let rows =
        read_all(&server, &format!("/v3/contacts?updated_after={NOW}&status=all"), "contacts");
    assert_eq!(places(&rows), [0]);
    let by = |source: &str| {
        let sent = json!({"update_source": source, "first_name": "Back"});
        write(&server, "PUT", &path, &sent).json().get("deleted_at").is_some()
    };
    assert!(by("Contact"));
    assert!(!by("Account"));
    assert_eq!(server.violations(), Vec::<String>::new());
}

#[test]
fn sign_up_form_makes_or_adds_to_a_contact() {
    let server = server();
    let lists: Vec<_> = server.truth().lists().map(|list| list.list_id).collect();
    let sent = |list: &str, name: &str| {
        let address = "form@example.com";
        json!({"email_address": address, "list_memberships": [list], "first_name": name})
    };
    let path = "/v3/contacts/sign_up_form";
    let first = write(&server, "POST", path, &sent(&lists[0], "One"));
    assert_eq!((first.status(), &first.json()["action"]), (201, &json!("created")));
    let second = write(&server, "POST", path, &sent(&lists[1], "Two"));
    assert_eq!((second.status(), &second.json()["action"]), (200, &json!("updated")));
    let id = first.json()["contact_id"].as_str().unwrap().to_owned();
    let contact = server.truth().contact(&id).unwrap();
    assert_eq!(contact.list_memberships, lists[..2]);
    assert_eq!(contact.first_name.as_deref(), Some("Two"));
    assert_eq!(server.violations(), Vec::<String>::new());
    let without = json!({"email_address": "form@example.com", "list_memberships": []});
    assert_eq!(write(&server, "POST", path, &without).status(), 400);
}

#[test]
fn list_lives_and_its_deletion_takes_a_while() {
    let server = server();
    let created = write(&server, "POST", "/v3/contact_lists", &json!({"name": "Fresh"}));
    assert_eq!(created.status(), 201);
    let id = created.json()["list_id"].as_str().unwrap().to_owned();
    let path = format!("/v3/contact_lists/{id}");
    let again = write(&server, "POST", "/v3/contact_lists", &json!({"name": "Fresh"}));
    assert_eq!(again.status(), 409);
    let sent = json!({"name": "Fresher", "favorite": true});
    assert_eq!(write(&server, "PUT", &path, &sent).json()["favorite"], true);
    let deleted = write(&server, "DELETE", &path, &Value::Null);
    assert_eq!(deleted.status(), 202);
    let task = deleted.json()["_links"]["self"]["href"].as_str().unwrap().to_owned();
    assert_eq!(get(&server, &task).json()["state"], "processing");
    assert_eq!(get(&server, &task).json()["state"], "completed");
    assert_eq!(read_all(&server, "/v3/contact_lists", "lists").len(), 6);
    assert_eq!(read_all(&server, "/v3/contact_lists?status=deleted", "lists").len(), 1);
    assert_eq!(server.violations(), Vec::<String>::new());
}

#[test]
fn nobody_is_on_a_deleted_list() {
    let server = server();
    let on =
        |list: &str| read_all(&server, &format!("/v3/contacts?lists={list}"), "contacts").len();
    let list = server.truth().lists().next().unwrap().list_id;
    assert!(on(&list) > 0);
    write(&server, "DELETE", &format!("/v3/contact_lists/{list}"), &Value::Null);
    assert_eq!(on(&list), 0);
    assert!(server.truth().contacts().all(|it| !it.list_memberships.contains(&list)));
}
