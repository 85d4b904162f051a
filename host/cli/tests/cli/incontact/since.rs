//! How far back a read goes: `history` of a sync, and `--since`.

use tollgate_simulators::InContact;

use super::desk::{CXONE, Desk};

/// A project whose account is in New York, with a sync of these lines.
fn desk(lines: &str) -> Desk {
    let desk = Desk::new(InContact::builder().agents(100).days(400), CXONE);
    configure(&desk, lines);
    desk
}

fn configure(desk: &Desk, lines: &str) {
    let account = format!("{CXONE}time_zone = \"America/New_York\"\n");
    let sync = format!("[syncs.people]\naccount = \"acme\"\nto = \"out.db\"\n{lines}");
    desk.configure(&account, &sync);
}

/// Since when agents were asked for, page by page.
fn asked(desk: &Desk) -> Vec<Option<String>> {
    let requests = desk.server.requests();
    let pages = requests.iter().filter(|request| request.path.ends_with("/agents"));
    pages.map(|request| request.parameter("updatedSince").map(str::to_owned)).collect()
}

fn at(time: &str) -> Option<String> {
    Some(time.to_owned())
}

#[test]
fn the_first_run_goes_as_far_back_as_the_file_says_and_the_command_line_begins_anew() {
    let desk = desk("streams = [\"agents\", \"campaigns\"]\nhistory = \"2020-01-01\"\n");
    let told = desk.run("sync people").exits(0).stderr;
    let note = "sync people: stream campaigns does not tell what is new since 2020-01-01; it is \
                read as a whole";
    assert!(told.contains(note), "{told}");
    let began = at("2020-01-01T05:00:00Z");
    assert_eq!(asked(&desk), std::slice::from_ref(&began), "the day begins on the account's clock");
    assert_eq!(desk.count("out.db", "agents"), 100);
    desk.run("sync people").exits(0);
    assert!(asked(&desk)[1] > at("2026"), "the run after it goes on where it ended");
    let since = desk.run("sync people --since 2021-07-01 --stream agents --json").exits(0).json();
    assert_eq!(since["runs"][0]["resumed"], serde_json::json!(null));
    assert_eq!(since["runs"][0]["not_resumed"], serde_json::json!(null), "it was asked for");
    assert_eq!(asked(&desk)[2], at("2021-07-01T04:00:00Z"));
    assert_eq!(desk.count("out.db", "agents"), 100, "rows stay, and none is there twice");
    desk.run("sync people").exits(0);
    assert!(asked(&desk)[3] > at("2026"), "and so does the run after that");
    desk.offends_nobody();
}

#[test]
fn a_run_that_was_cut_is_gone_on_with_from_the_same_day() {
    let lines = "stream = \"agents\"\noptions = { page_size = \"40\" }\n";
    for (first, history) in
        [("sync", "history = \"2020-01-01\"\n"), ("sync --since 2020-01-01", "")]
    {
        let desk = desk(&format!("{lines}{history}"));
        desk.server.inject("429=3600:/agents@2".parse().unwrap());
        desk.run(first).exits(5);
        assert_eq!(desk.count("out.db", "agents"), 40);
        desk.server.heal();
        configure(&desk, &format!("{lines}history = \"2021-07-01\"\n"));
        desk.run("sync").exits(0);
        let began = at("2020-01-01T05:00:00Z");
        assert_eq!(asked(&desk), vec![began; 4], "three pages, the second twice");
        assert_eq!(desk.count("out.db", "agents"), 100);
    }
}

#[test]
fn a_first_day_that_cannot_be_is_refused_before_the_first_request() {
    let agents = "stream = \"agents\"\n";
    for (lines, command, expected) in [
        (
            "stream = \"agents\"\nmode = \"replace\"\n",
            "sync --since 7",
            "stream agents is replaced: what is new since a day would take the place of all",
        ),
        (
            "stream = \"agents\"\nmode = \"replace\"\nhistory = \"7\"\n",
            "sync",
            "hint: the modes merge and append keep the rows that are there",
        ),
        (
            "stream = \"campaigns\"\nhistory = \"7\"\n",
            "sync",
            "no stream of it tells what is new since 7",
        ),
        (
            agents,
            "sync --since 2999-01-01",
            "the first day is 2999-01-01, which lies in the future",
        ),
        (agents, "sync --since soon", "the first day is `soon`, which is not a day"),
        (agents, "sync --since 7 --full-refresh", "cannot be used with"),
        (agents, "sync --since 7 --limit 3", "cannot be used with"),
    ] {
        let desk = desk(lines);
        let told = desk.run(command).exits(2).stderr;
        assert!(told.contains(expected), "{command}: {told}");
        assert_eq!(asked(&desk), []);
    }
}
