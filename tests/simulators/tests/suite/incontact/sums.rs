//! The reports that sum up over a span of time.

use serde_json::{Map, Value};
use tollgate_simulators::incontact::SUMS;

use super::{Server, at, builder, get, rows, server, start};

const PATHS: [(&str, &str, &str); 3] = [
    ("agent_performance", "agents/performance", "agentPerformance"),
    ("team_performance_totals", "teams/performance-total", "teamPerformanceTotal"),
    ("skill_summaries", "skills/summary", "skillSummaries"),
];

fn report(server: &Server, path: &str, field: &str, start: &str, end: &str) -> Vec<Value> {
    let path = format!("v33.0/{path}?startDate={start}&endDate={end}");
    rows(&get(server, &path), field)
}

fn sum(rows: &[Map<String, Value>], column: &str) -> f64 {
    rows.iter().map(|row| row[column].as_f64().unwrap()).sum()
}

/// A duration of ISO 8601 in seconds.
fn seconds(text: &str) -> f64 {
    let (mut total, mut number) = (0.0, String::new());
    for letter in text.chars() {
        let unit = match letter {
            'D' => 86_400.0,
            'H' => 3_600.0,
            'M' => 60.0,
            'S' => 1.0,
            'P' | 'T' => continue,
            digit => {
                number.push(digit);
                continue;
            }
        };
        total += number.parse::<f64>().unwrap() * unit;
        number.clear();
    }
    total
}

#[test]
fn values_are_texts_and_mean_the_truth() {
    let server = server();
    let (start, end) = ("2026-11-01T00:00:00Z", "2026-11-08T00:00:00Z");
    for (name, path, field) in PATHS {
        let read = report(&server, path, field, start, end);
        let truth = server.truth().summed(name, &[(at(start), at(end))]);
        assert_eq!(read.len(), truth.len(), "{name}");
        assert!(truth.len() > 3, "{name}");
        for (row, expected) in read.iter().zip(&truth) {
            assert!(row.as_object().unwrap().values().all(Value::is_string), "{name}: {row}");
            assert_eq!(row.as_object().unwrap().len() + 2, expected.len(), "{name}");
        }
    }
    let agent = &report(&server, "agents/performance", "agentPerformance", start, end)[0];
    let truth = &server.truth().summed("agent_performance", &[(at(start), at(end))])[0];
    assert_eq!(agent["agentId"], truth["agent_id"].to_string());
    assert_eq!(agent["percentRefused"], truth["percent_refused"].to_string());
    let login = seconds(agent["loginTime"].as_str().unwrap());
    assert_eq!(login, truth["login_time"].as_f64().unwrap());
    assert!(login > 86_400.0, "{agent}");
    assert_eq!(truth["start_date"], start);
    let skill = &report(&server, "skills/summary", "skillSummaries", start, end)[1];
    assert_eq!(skill["isOutbound"], "True");
    assert_eq!(server.violations(), Vec::<String>::new());
}

#[test]
fn counts_and_times_of_slices_add_up_to_those_of_the_whole() {
    let server = start(builder().days(90));
    let (start, middle, end) =
        (at("2026-10-01T04:00:00Z"), at("2026-10-12T04:00:00Z"), at("2026-10-30T04:00:00Z"));
    let columns = [
        ("agent_performance", "login_time"),
        ("team_performance_totals", "inbound_handled"),
        ("skill_summaries", "contacts_offered"),
    ];
    for (report, column) in columns {
        let whole = sum(&server.truth().summed(report, &[(start, end)]), column);
        let slices = [(start, middle), (middle, end)];
        let parts = sum(&server.truth().summed(report, &slices), column);
        assert!((whole - parts).abs() < 0.001 && whole > 100.0, "{report}: {whole} {parts}");
    }
    assert_eq!(SUMS.len(), columns.len());
}

#[test]
fn teams_have_what_their_agents_have() {
    let server = server();
    let span = [(at("2026-11-01T00:00:00Z"), at("2026-11-15T00:00:00Z"))];
    let agents = server.truth().summed("agent_performance", &span);
    let teams = server.truth().summed("team_performance_totals", &span);
    for column in ["total_handled", "agent_offered", "refused"] {
        assert_eq!(sum(&agents, column), sum(&teams, column), "{column}");
    }
    // Some agents worked for two teams, each of which is a row.
    assert!(agents.len() > 24, "{}", agents.len());
}

#[test]
fn nothing_happened_at_night_or_in_the_future() {
    let server = server();
    let (path, field) = ("agents/performance", "agentPerformance");
    let at_night = report(&server, path, field, "2026-11-20T00:00:00Z", "2026-11-20T05:00:00Z");
    assert_eq!(at_night, Vec::<Value>::new());
    let (path, field) = ("skills/summary", "skillSummaries");
    let later = report(&server, path, field, "2026-11-22T00:00:00Z", "2026-11-23T00:00:00Z");
    assert_eq!(later, Vec::<Value>::new());
}

#[test]
fn filters_and_columns_of_skill_summaries_are_honoured() {
    let server = server();
    let span = "startDate=2026-11-01T00:00:00Z&endDate=2026-11-08T00:00:00Z";
    let read = |more: &str| {
        rows(&get(&server, &format!("v33.0/skills/summary?{span}&{more}")), "skillSummaries")
    };
    assert_eq!(read("isOutbound=true").len(), 2);
    assert_eq!(read("mediaTypeId=3").len(), 1);
    let row = read("fields=skillId,dials").remove(0);
    assert_eq!(row.as_object().unwrap().len(), 2);
    assert_eq!(server.violations(), Vec::<String>::new());
}
