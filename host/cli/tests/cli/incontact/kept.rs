//! `tollgate state`: what is kept is saved, set back, and set to another place.

use std::cell::Cell;

use serde_json::{Value, json};
use tollgate_simulators::InContact;

use super::desk::{CXONE, Desk};

const SYNC: &str = "[syncs.people]\naccount = \"acme\"\nstreams = [\"agents\", \"campaigns\"]\n\
                    to = \"out.db\"\nmode = \"append\"\n";
const SET: &str = "state set people --stream agents --checkpoint 1600000000000000";

fn desk() -> Desk {
    let desk = Desk::new(InContact::builder().agents(100).days(400), CXONE);
    desk.configure(CXONE, SYNC);
    desk
}

fn shown(desk: &Desk) -> Value {
    desk.run("state show people --json").exits(0).json()
}

/// Since when agents were asked for last.
fn asked(desk: &Desk) -> Option<String> {
    let requests = desk.server.requests();
    let last = requests.iter().rfind(|request| request.path.ends_with("/agents"));
    last?.parameter("updatedSince").map(str::to_owned)
}

#[test]
fn what_was_saved_is_set_back_and_a_checkpoint_is_set_by_hand() {
    let desk = desk();
    desk.run("sync people --stream agents").exits(0);
    let saved = shown(&desk);
    assert_eq!((&saved[0]["state"]["ended"], &saved[1]["state"]), (&json!(true), &json!(null)));
    desk.put("kept.json", &saved.to_string());
    let set = desk.run(SET).exits(0).stdout;
    assert_eq!(set, "people: agents: the next run goes on after it\n");
    assert_eq!(shown(&desk)[0]["state"]["parts"][0]["checkpoint"], "1600000000000000");
    desk.run("sync people").exits(0);
    // Less the overlap of an hour.
    assert_eq!(asked(&desk).as_deref(), Some("2020-09-13T11:26:40Z"));
    assert!(shown(&desk)[1]["state"].is_object());

    let set = desk.run("state set people --from kept.json --json").exits(0).json();
    assert_eq!((&set[0]["parts"], &set[1]["parts"]), (&json!(1), &json!(null)));
    assert_eq!(shown(&desk), saved, "what had not been kept is not kept again");
    let rows = desk.count("out.db", "agents");
    desk.run("sync people --stream agents").exits(0);
    assert!(asked(&desk).as_deref() > Some("2026"), "{:?}", asked(&desk));
    assert!(desk.count("out.db", "agents") >= rows, "rows stay");

    // On another machine, into a place where nothing is.
    std::fs::remove_file(desk.path("out.db")).unwrap();
    desk.run("state set people --from kept.json").exits(0);
    assert_eq!(shown(&desk)[0]["state"], saved[0]["state"]);
}

#[test]
fn a_state_that_cannot_be_is_refused_and_changes_nothing() {
    let desk = desk();
    desk.run("sync people").exits(0);
    let saved = shown(&desk);
    let files = Cell::new(0);
    let file = |change: &dyn Fn(&mut Value)| {
        let mut state = saved.clone();
        change(&mut state);
        files.set(files.get() + 1);
        let name = format!("{}.json", files.get());
        desk.put(&name, &state.to_string());
        format!("state set people --from {name}")
    };
    let state = |key: &str, value: Value| file(&|it| it[0]["state"][key] = value.clone());
    // Elsewhere: every file of the project is searched for secrets after each command.
    let elsewhere = tempfile::NamedTempFile::new().unwrap();
    elsewhere.as_file().set_len((64 << 20) + 1).unwrap();
    let large = format!("state set people --from {}", elsewhere.path().display());
    let long = format!("{SET}{}", "0".repeat(64 << 10));
    let cases = [
        (format!("{SET} --part x"), "read as one"),
        (SET.replace("agents", "agent"), "did you mean `agents`?"),
        (SET.replace("people", "peple"), "did you mean `people`?"),
        (long, "65536 are the most"),
        ("state set people".to_owned(), "required"),
        ("state set people --checkpoint 1".to_owned(), "--stream"),
        (format!("{SET} --from x"), "cannot be used with"),
        ("state set people --from none.json".to_owned(), "none.json cannot be read"),
        (large, "more than 67108864 bytes"),
        ("state set people --from tollgate.toml".to_owned(), "does not hold states"),
        (
            file(&|states| {
                states.as_array_mut().unwrap().iter_mut().for_each(|it| it["sync"] = json!("x"));
            }),
            "hint: it holds some of x",
        ),
        (file(&|states| states[1]["stream"] = json!("agents")), "two states of stream"),
        (state("mode", json!("merge")), "is of the mode merge; the sync has append"),
        (state("mode", json!("replace")), "of a replacement"),
        (state("source", json!("x")), "is of x, not of incontact, account acme"),
        (state("round", json!(0)), "round 0"),
        (state("began_at", json!("soon")), "no time: `soon`"),
        (state("more", json!(1)), "does not hold states"),
    ];
    for (command, expected) in cases {
        let told = desk.run(&command).exits(2).stderr;
        assert!(told.contains(expected), "{command}: {told}");
        assert_eq!(shown(&desk), saved, "{command}");
    }
    desk.run("state reset people").exits(0);
    let told = desk.run(SET).exits(2).stderr;
    assert!(told.contains("nothing is kept of stream agents"), "{told}");
}
