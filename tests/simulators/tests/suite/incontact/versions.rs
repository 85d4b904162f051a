//! What versions of the API do differently.

use serde_json::{Value, json};
use tollgate_simulators::incontact::{Excess, Versions};

use super::{MONTH, builder, get, read_all, rows, server, start};

#[test]
fn campaigns_were_wrapped_and_named_otherwise() {
    let server = server();
    let old = get(&server, "v32.0/campaigns").json();
    assert_eq!(old["resultSet"]["campaigns"][0]["campaignId"], 300_001);
    assert!(old["resultSet"]["_links"]["self"].is_string());
    let new = get(&server, "v33.0/campaigns").json();
    assert_eq!(new["campaigns"][0]["id"], 300_001);
    assert_eq!(new["campaigns"][0]["name"], old["resultSet"]["campaigns"][0]["campaignName"]);
}

#[test]
fn contacts_had_other_names() {
    let server = server();
    let path = |version| format!("{version}/contacts/completed?{MONTH}&top=1");
    let row = |version| rows(&get(&server, &path(version)), "completedContacts").remove(0);
    let (old, new) = (row("v21.0"), row("v22.0"));
    let renamed = [
        ("ACWSeconds", "acwSeconds"),
        ("confSeconds", "conferenceSeconds"),
        ("contactStart", "contactStartDate"),
        ("fromAddr", "fromAddress"),
        ("mediaType", "mediaTypeId"),
    ];
    for (before, now) in renamed {
        assert_eq!(old[before], new[now], "{before}");
        assert!(old.get(now).is_none() && new.get(before).is_none(), "{before}");
    }
    let filtered = format!("v21.0/contacts/completed?{MONTH}&toAddr=nobody");
    assert_eq!(get(&server, &filtered).status(), 204);
    assert_eq!(server.violations(), Vec::<String>::new());
    let filtered = format!("v22.0/contacts/completed?{MONTH}&toAddr=nobody");
    assert_eq!(get(&server, &filtered).status(), 200);
    assert!(server.violations()[0].contains("toAddr is not a parameter"));
}

#[test]
fn first_versions_write_pascal_case_and_texts_in_turn() {
    let server = server();
    let body = get(&server, "v6.0/agents").json();
    assert_eq!(body.as_object().unwrap().len(), 1);
    let (typed, texts) = (&body["agents"][0], &body["agents"][1]);
    assert_eq!(typed["AgentId"], 100_001);
    assert_eq!(texts["AgentId"], "100002");
    assert!(["True", "False"].contains(&texts["IsActive"].as_str().unwrap()));
    for name in ["Email", "LastModified", "ReportToFirstName", "ACWEnabled", "LoginAuthenticatorId"]
    {
        assert!(typed.get(name).is_some(), "{name}");
    }
    assert_eq!(read_all(&server, "v6.0/agents", "agents", 5).len(), 24);
    let contacts = get(&server, &format!("v6.0/contacts?{MONTH}")).json();
    let contacts = &contacts["resultSet"];
    assert_eq!(contacts["businessUnitId"], "4500001");
    assert!(contacts["contacts"][1]["ContactId"].is_string());
    let skills = get(&server, &format!("v6.0/skills/summary?{MONTH}")).json();
    assert!(skills["skillSummaries"][0]["AgentsAvaliable"].is_string());
}

#[test]
fn since_is_spelt_by_version() {
    let since = "Since=2026-11-21T15:30:00Z";
    let server = server();
    for (path, status) in [
        ("v33.0/agents?updated", 204),
        ("v34.0/agents?update", 204),
        ("v34.0/teams?update", 204),
        ("v34.0/skills?updated", 204),
    ] {
        assert_eq!(get(&server, &format!("{path}{since}")).status(), status, "{path}");
    }
    assert_eq!(server.violations(), Vec::<String>::new());
    assert_eq!(get(&server, &format!("v34.0/agents?updated{since}")).status(), 200);
    assert!(server.violations()[0].contains("updatedSince is not a parameter"));
    let strict = start(builder().spelling(Excess::Refused));
    assert_eq!(get(&strict, &format!("v33.0/agents?update{since}")).status(), 400);
}

#[test]
fn a_setting_moves_the_versions() {
    let versions = Versions { old_campaigns_below: 20, pascal_below: 2, ..Versions::default() };
    let server = start(builder().versions(versions));
    assert_eq!(get(&server, "v20.0/campaigns").json()["campaigns"][0]["id"], 300_001);
    let row = rows(&get(&server, "v6.0/teams"), "teams").remove(0);
    assert_eq!(row["teamId"], json!(200_001));
    let links: Value = get(&server, "v6.0/teams").json()["_links"].take();
    assert!(links["self"].as_str().unwrap().contains("/v6.0/teams?"));
}
