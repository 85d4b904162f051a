//! What options make of the requests.

use tollgate_sdk::testing::Reply;

use crate::provider::{Read, Values, of};

/// The first URL of a read below the version, without the columns' values.
fn asked(stream: &str, version: &str, options: Values<'_>) -> String {
    let read = Read { version: Some(version), options, ..of(stream) };
    let (table, urls) = read.with(|_| Reply::status(204, ""));
    table.unwrap_or_else(|failure| panic!("{stream} {options:?}: {failure:?}"));
    urls.into_iter().next().expect("a request")
}

#[test]
fn a_list_asks_for_pages_in_the_order_of_ids() {
    for (stream, version, url) in [
        ("agents", "33", "agents?orderBy=agentId%20asc&top=500&skip=0"),
        ("teams", "33", "teams?orderBy=teamId%20asc&top=500&skip=0"),
        ("skills", "33", "skills?orderBy=skillId%20asc&top=500&skip=0"),
        ("campaigns", "33", "campaigns?orderBy=id%20asc&top=500&skip=0"),
        ("campaigns", "32", "campaigns?orderBy=campaignId%20asc&top=500&skip=0"),
    ] {
        assert_eq!(asked(stream, version, &[]), url);
    }
}

#[test]
fn the_order_and_the_size_of_pages_can_be_chosen() {
    for (options, url) in [
        (&[("order_by", "none")][..], "teams?top=500&skip=0"),
        (&[("order_by", "teamName desc")], "teams?orderBy=teamName%20desc&top=500&skip=0"),
        (&[("page_size", "10000")], "teams?orderBy=teamId%20asc&top=10000&skip=0"),
    ] {
        assert_eq!(asked("teams", "33", options), url);
    }
    let read = Read { rows_wanted: Some(5), ..of("teams") };
    let (_, urls) = read.with(|_| Reply::status(204, ""));
    assert_eq!(urls, ["teams?orderBy=teamId%20asc&top=5&skip=0"]);
}

#[test]
fn each_filter_becomes_its_parameter() {
    for (stream, option, value, parameter) in [
        ("agents", "is_active", "true", "isActive=true"),
        ("agents", "is_locked", "false", "isLocked=false"),
        ("agents", "search_string", "a b", "searchString=a%20b"),
        ("teams", "is_active", "false", "isActive=false"),
        ("teams", "search_string", "x", "searchString=x"),
        ("campaigns", "is_active", "true", "isActive=true"),
        ("campaigns", "search_string", "x", "searchString=x"),
        ("campaigns", "is_skill_filtered", "true", "isSkillFiltered=true"),
        ("skills", "media_type_id", "4", "mediaTypeId=4"),
        ("skills", "outbound_strategy", "x", "outboundStrategy=x"),
        ("skills", "is_active", "true", "isActive=true"),
        ("skills", "search_string", "x", "searchString=x"),
        ("skill_summaries", "media_type_id", "4", "mediaTypeId=4"),
        ("skill_summaries", "is_outbound", "true", "isOutbound=true"),
        ("contacts_completed", "agent_id", "5", "agentId=5"),
        ("contacts_completed", "team_id", "5", "teamId=5"),
        ("contacts_completed", "skill_id", "5", "skillId=5"),
        ("contacts_completed", "campaign_id", "5", "campaignId=5"),
        ("contacts_completed", "media_type_id", "5", "mediaTypeId=5"),
        ("contacts_completed", "media_sub_type_id", "5", "mediaSubTypeId=5"),
        ("contacts_completed", "media_sub_type_name", "x", "mediaSubTypeName=x"),
        ("contacts_completed", "from_address", "555", "fromAddress=555"),
        ("contacts_completed", "to_address", "555", "toAddress=555"),
        ("contacts_completed", "is_logged", "true", "isLogged=true"),
        ("contacts_completed", "is_refused", "true", "isRefused=true"),
        ("contacts_completed", "is_takeover", "true", "isTakeover=true"),
        ("contacts_completed", "tags", "true", "tags=true"),
        ("contacts_completed", "analytics_processed", "true", "analyticsProcessed=true"),
    ] {
        let url = asked(stream, "33", &[(option, value)]);
        let has = |url: &str| url.split(['?', '&']).any(|pair| pair == parameter);
        assert!(has(&url), "{stream}.{option}: {url}");
        assert!(!has(&asked(stream, "33", &[])), "{stream}.{option} is asked for without it");
    }
}

/// So that none of the filters that are described goes untested.
#[test]
fn every_option_is_one_of_those_tested() {
    let known = [
        "date",
        "slice_days",
        "page_size",
        "order_by",
        "overlap_seconds",
        "is_active",
        "is_locked",
        "search_string",
        "is_skill_filtered",
        "media_type_id",
        "outbound_strategy",
        "is_outbound",
        "agent_id",
        "team_id",
        "skill_id",
        "campaign_id",
        "media_sub_type_id",
        "media_sub_type_name",
        "from_address",
        "to_address",
        "is_logged",
        "is_refused",
        "is_takeover",
        "tags",
        "analytics_processed",
        "custom_report",
        "dates",
        "reuse_minutes",
        "data_download_report",
        "types",
        "column_types",
    ];
    for stream in tollgate_sdk::connector::describe::<tollgate_incontact::Incontact>().streams {
        for option in stream.options {
            let is_day = option.shown_when.iter().any(|when| when.field.contains("date"));
            let name = option.name.as_str();
            assert!(is_day || known.contains(&name), "{}.{name}", stream.name);
        }
    }
}

#[test]
fn addresses_are_filtered_by_the_name_of_the_version() {
    let options: Values<'_> = &[("from_address", "1"), ("to_address", "2")];
    for (version, pairs) in [("21", "?fromAddr=1&toAddr=2&"), ("22", "?fromAddress=1&toAddress=2&")]
    {
        let url = asked("contacts_completed", version, options);
        assert!(url.contains(pairs), "{url}");
    }
}
