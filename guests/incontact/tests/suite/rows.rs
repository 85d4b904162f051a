//! What the streams make of answers, of the current names and of older ones.

use tollgate_sdk::testing::Reply;

use crate::provider::{Values, of};

/// A stream, its options, an answer, and values by column: those of all rows.
type Case = (&'static str, Values<'static>, &'static str, Values<'static>);

/// Two days, so that the end of a slice is known.
const DAY: Values<'static> = &[("date", "single"), ("single_date_relative", "2026-08-01")];

const CURRENT: &[Case] = &[
    (
        "agents",
        &[],
        r#"{"businessUnitId":45,"_links":{"next":""},"lastPollTime":"2026-08-01T00:00:00Z",
            "totalRecords":1,"hiddenAgents":0,"agents":[{"agentId":5000000001,"userName":"ann",
            "userID":"u-1","emailAddress":"a@example.com","isActive":true,"teamId":7,
            "lastUpdated":"2026-08-01T08:00:00.5Z","custom5":"","hourlyCost":12.50,
            "recordingNumbers":[{"number":"555"}],"teamUuId":"t-1","apiKey":"k",
            "LoginAuthenticatorId":"l","DigitalEngagementEnabled":false,"Teams_channel_Id":"c",
            "DivisionNo":3,"ACWEnabled":true,"ACWRange":30,"AttendantUserStatus":1,
            "IsDirectVoicemailTransferEnabled":false,"inactiveDate":null}]}"#,
        &[
            ("agent_id", "5000000001"),
            ("user_name", "ann"),
            ("user_id", "u-1"),
            ("email_address", "a@example.com"),
            ("is_active", "true"),
            ("team_id", "7"),
            ("last_updated", "2026-08-01T08:00:00.500000Z"),
            ("custom5", ""),
            ("hourly_cost", "12.50"),
            ("recording_numbers", r#"[{"number":"555"}]"#),
            ("team_uu_id", "t-1"),
            ("login_authenticator_id", "l"),
            ("digital_engagement_enabled", "false"),
            ("teams_channel_id", "c"),
            ("division_no", "3"),
            ("acw_enabled", "true"),
            ("acw_range", "30"),
            ("attendant_user_status", "1"),
            ("is_direct_voicemail_transfer_enabled", "false"),
            ("inactive_date", "null"),
        ],
    ),
    (
        "teams",
        &[],
        r#"{"totalRecords":1,"teams":[{"teamId":7,"teamName":"Days","isActive":false,
            "lastUpdateTime":"2026-07-31T23:59:59Z","inViewLMSEnabled":true,"wfm2Enabled":false,
            "niceSurvey_CustomerEnabled":true,"teamLeadId":"x","teamUuid":"t-1",
            "unavailableCodes":[[{"outStateId":1}]]}]}"#,
        &[
            ("team_id", "7"),
            ("team_name", "Days"),
            ("is_active", "false"),
            ("last_update_time", "2026-07-31T23:59:59Z"),
            ("in_view_lms_enabled", "true"),
            ("wfm2_enabled", "false"),
            ("nice_survey_customer_enabled", "true"),
            ("team_lead_id", "x"),
            ("team_uuid", "t-1"),
            ("unavailable_codes", r#"[[{"outStateId":1}]]"#),
        ],
    ),
    (
        "skills",
        &[],
        r#"{"totalRecords":1,"skills":[{"skillId":9,"skillName":"Billing","acwTypeId":2,
            "stateIdACW":4,"stateNameACW":"Wrap","maxSecondsACW":60,"popThankYouURL":"http://x/",
            "minWFIAgents":1,"minWFIAvailableAgents":2,"IsSubSkill":false,"TenantId":"t",
            "evaluationCriteria":0.5,"dispositions":[{"dispositionId":1}]}]}"#,
        &[
            ("skill_id", "9"),
            ("skill_name", "Billing"),
            ("acw_type_id", "2"),
            ("state_id_acw", "4"),
            ("state_name_acw", "Wrap"),
            ("max_seconds_acw", "60"),
            ("pop_thank_you_url", "http://x/"),
            ("min_wfi_agents", "1"),
            ("min_wfi_available_agents", "2"),
            ("is_sub_skill", "false"),
            ("tenant_id", "t"),
            ("evaluation_criteria", "0.5"),
            ("dispositions", r#"[{"dispositionId":1}]"#),
            ("last_update_time", "null"),
        ],
    ),
    (
        "campaigns",
        &[],
        r#"{"totalRecords":1,"businessUnitId":45,"campaigns":[{"id":3,"name":"Summer",
            "isActive":true,"description":"","notes":null,
            "lastUpdateTime":"2025-12-01T00:00:00.000Z"}]}"#,
        &[
            ("campaign_id", "3"),
            ("campaign_name", "Summer"),
            ("is_active", "true"),
            ("description", ""),
            ("notes", "null"),
            ("last_update_time", "2025-12-01T00:00:00Z"),
        ],
    ),
    (
        "contacts",
        DAY,
        r#"{"totalRecords":1,"contacts":[{"contactId":2700000001,"masterContactId":2700000000,
            "contactStartDate":"2026-08-01T16:29:31.443Z","fromAddress":"5550100","acwSeconds":187,
            "conferenceSeconds":2,"isActive":false,"stateName":"EndContact","mediaTypeId":4,
            "dateACWWarehoused":"2026-08-01T16:40:13Z","tags":[{"tagId":1,"tagName":"vip"}],
            "refuseTime":12,"transferIndicatorName":"None"}]}"#,
        &[
            ("contact_id", "2700000001"),
            ("master_contact_id", "2700000000"),
            ("contact_start_date", "2026-08-01T16:29:31.443000Z"),
            ("from_address", "5550100"),
            ("acw_seconds", "187"),
            ("conference_seconds", "2"),
            ("is_active", "false"),
            ("state_name", "EndContact"),
            ("media_type_id", "4"),
            ("date_acw_warehoused", "2026-08-01T16:40:13Z"),
            ("tags", r#"[{"tagId":1,"tagName":"vip"}]"#),
            ("refuse_time", "12"),
            ("transfer_indicator_name", "None"),
            ("agent_start_date", "null"),
        ],
    ),
    (
        "contacts_completed",
        DAY,
        r#"{"totalRecords":1,"completedContacts":[{"contactId":2700000001,"abandoned":false,
            "contactStartDate":"2026-08-01T16:29:31Z","isWarehoused":true,"divisionNo":null,
            "tags":[{"contactId":2700000001,"tagId":1}],"serviceLevelFlag":-1}]}"#,
        &[
            ("contact_id", "2700000001"),
            ("abandoned", "false"),
            ("contact_start_date", "2026-08-01T16:29:31Z"),
            ("is_warehoused", "true"),
            ("division_no", "null"),
            ("tags", r#"[{"contactId":2700000001,"tagId":1}]"#),
            ("service_level_flag", "-1"),
        ],
    ),
    (
        "agent_performance",
        DAY,
        r#"{"agentPerformance":[{"agentId":5,"teamId":7,"agentOffered":54,"inboundTime":20881.139,
            "percentRefused":20.37,"loginTime":"P1DT19H18M29.651S"}]}"#,
        &[
            ("agent_id", "5"),
            ("team_id", "7"),
            ("start_date", "2026-08-01T00:00:00Z"),
            ("end_date", "2026-08-02T00:00:00Z"),
            ("agent_offered", "54"),
            ("inbound_time", "20881.139"),
            ("percent_refused", "20.37"),
            ("login_time", "155909.651"),
            ("refused", "null"),
        ],
    ),
    (
        "team_performance_totals",
        DAY,
        r#"{"teamPerformanceTotal":[{"teamId":7,"totalAvgHandled":15,
            "avgAvailableTime":"PT3H6M57.596S","avgUnavailableTime":"","occupancy":36.81}]}"#,
        &[
            ("team_id", "7"),
            ("start_date", "2026-08-01T00:00:00Z"),
            ("end_date", "2026-08-02T00:00:00Z"),
            ("total_avg_handled", "15"),
            ("avg_available_time", "11217.596"),
            ("avg_unavailable_time", "null"),
            ("occupancy", "36.81"),
        ],
    ),
    (
        "skill_summaries",
        DAY,
        r#"{"skillSummaries":[{"skillId":9,"businessUnitId":45,"agentsAvailable":5,
            "averageHandleTime":101,"contactsOutOfSLA":1,"contactsWithinSLA":2,"isOutbound":true,
            "serviceLevel":99.5,"connectsAHT":0.11}]}"#,
        &[
            ("skill_id", "9"),
            ("start_date", "2026-08-01T00:00:00Z"),
            ("end_date", "2026-08-02T00:00:00Z"),
            ("business_unit_id", "45"),
            ("agents_available", "5"),
            ("average_handle_time", "101"),
            ("contacts_out_of_sla", "1"),
            ("contacts_within_sla", "2"),
            ("is_outbound", "true"),
            ("service_level", "99.5"),
            ("connects_aht", "0.11"),
        ],
    ),
];

/// Capital keys, `resultSet`, numbers and truth values as texts, names of long ago.
const OLDER: &[Case] = &[
    (
        "agents",
        &[],
        r#"{"agents":[{"BusinessUnitId":45,"AgentId":"5","UserName":"","Email":"a@example.com",
            "IsActive":"True","ReportToId":null,"ReportToFirstName":"Bo","ReportToMiddleName":"",
            "ReportToLastName":"Li","LastModified":"2015-08-18T19:03:46.21Z","Custom1":"x"}]}"#,
        &[
            ("business_unit_id", "45"),
            ("agent_id", "5"),
            ("user_name", ""),
            ("email_address", "a@example.com"),
            ("is_active", "true"),
            ("report_to_id", "null"),
            ("report_to_first_name", "Bo"),
            ("report_to_middle_name", ""),
            ("report_to_last_name", "Li"),
            ("last_updated", "2015-08-18T19:03:46.210000Z"),
            ("custom1", "x"),
        ],
    ),
    (
        "teams",
        &[],
        r#"{"resultSet":{"totalRecords":"1","teams":[{"TeamId":"7","TeamName":"Days",
            "IsActive":"False","MaxConcurrentChats":""}]}}"#,
        &[
            ("team_id", "7"),
            ("team_name", "Days"),
            ("is_active", "false"),
            ("max_concurrent_chats", "null"),
        ],
    ),
    (
        "skills",
        &[],
        r#"{"skills":[{"SkillId":"9","SkillName":"Billing","MediaTypeId":"4","IsActive":"True",
            "StateIdACW":"4","IsOutbound":"False"}]}"#,
        &[
            ("skill_id", "9"),
            ("skill_name", "Billing"),
            ("media_type_id", "4"),
            ("is_active", "true"),
            ("state_id_acw", "4"),
            ("is_outbound", "false"),
        ],
    ),
    (
        "campaigns",
        &[],
        r#"{"resultSet":{"_links":{},"businessUnitId":45,"totalRecords":1,"campaigns":[
            {"campaignId":3,"campaignName":"Summer","isActive":true,
             "lastUpdateTime":"2019-12-01T00:00:00.000Z"}]}}"#,
        &[
            ("campaign_id", "3"),
            ("campaign_name", "Summer"),
            ("is_active", "true"),
            ("last_update_time", "2019-12-01T00:00:00Z"),
        ],
    ),
    (
        "contacts",
        DAY,
        r#"{"resultSet":{"totalRecords":"1","contacts":[{"ContactId":"2700000001",
            "ContactStart":"2026-08-01T16:29:31.443Z","FromAddr":"555","ToAddr":"556",
            "ACWSeconds":"187","ConfSeconds":"0","MediaType":"4","State":"EndContact",
            "IsOutbound":"False","TeamName":""}]}}"#,
        &[
            ("contact_id", "2700000001"),
            ("contact_start_date", "2026-08-01T16:29:31.443000Z"),
            ("from_address", "555"),
            ("to_address", "556"),
            ("acw_seconds", "187"),
            ("conference_seconds", "0"),
            ("media_type_id", "4"),
            ("state_name", "EndContact"),
            ("is_outbound", "false"),
            ("team_name", ""),
        ],
    ),
    (
        "contacts_completed",
        DAY,
        r#"{"totalRecords":1,"completedContacts":[{"contactId":1,"ACWSeconds":187,"confSeconds":3,
            "contactStart":"2026-08-01T16:29:31Z","fromAddr":"555","toAddr":"556","mediaType":4,
            "refuseTime":"2026-08-01T16:29:40Z"}]}"#,
        &[
            ("acw_seconds", "187"),
            ("conference_seconds", "3"),
            ("contact_start_date", "2026-08-01T16:29:31Z"),
            ("from_address", "555"),
            ("to_address", "556"),
            ("media_type_id", "4"),
            ("refuse_time", "2026-08-01T16:29:40Z"),
        ],
    ),
    (
        "agent_performance",
        DAY,
        r#"{"agentPerformance":[{"agentId":"5","teamId":"7","agentOffered":"54",
            "inboundTime":"PT5H48M1.139S","consultTime":"PT0S","percentRefused":"20.37",
            "occupancy":""}]}"#,
        &[
            ("agent_id", "5"),
            ("agent_offered", "54"),
            ("inbound_time", "20881.139"),
            ("consult_time", "0"),
            ("percent_refused", "20.37"),
            ("occupancy", "null"),
        ],
    ),
    (
        "team_performance_totals",
        DAY,
        r#"{"resultSet":{"teamPerformanceTotal":[{"TeamId":"7","TotalAvgHandled":"15",
            "TotalTalkTime":"PT7H43M6.15S"}]}}"#,
        &[("team_id", "7"), ("total_avg_handled", "15"), ("total_talk_time", "27786.15")],
    ),
    (
        "skill_summaries",
        DAY,
        r#"{"skillSummaries":[{"SkillId":"9","AgentsAvaliable":"5","AgentsUnavaliable":"6",
            "HoldTime":"976","IsOutbound":"True","ContactsOutOfSLA":"0","AbandonRate":"0"}]}"#,
        &[
            ("skill_id", "9"),
            ("agents_available", "5"),
            ("agents_unavailable", "6"),
            ("hold_time", "976"),
            ("is_outbound", "true"),
            ("contacts_out_of_sla", "0"),
            ("abandon_rate", "0"),
        ],
    ),
];

#[test]
fn every_stream_reads_the_current_names() {
    hold(CURRENT, None);
}

#[test]
fn every_stream_reads_the_older_names() {
    hold(OLDER, Some("6"));
}

fn hold(cases: &[Case], version: Option<&str>) {
    for (stream, options, answer, columns) in cases {
        let body = *answer;
        // A list that names no total ends with an empty page.
        let reply = move |url: &str| match url.contains("skip=1") {
            true => Reply::status(204, ""),
            false => Reply::ok(body),
        };
        let read = crate::provider::Read { options, version, ..of(stream) };
        let (table, _) = read.with(reply);
        let table = table.unwrap_or_else(|failure| panic!("{stream}: {failure:?}"));
        for (column, value) in *columns {
            assert_eq!(table.column(column), [*value], "{stream}.{column}");
        }
    }
}

#[test]
fn every_stream_takes_status_204_for_no_rows() {
    for (stream, options, ..) in CURRENT {
        let read = crate::provider::Read { options, ..of(stream) };
        let (table, urls) = read.with(|_| Reply::status(204, ""));
        assert_eq!(table.expect(stream).rows.len(), 0, "{stream}");
        assert_eq!(urls.len(), 1, "{stream}");
    }
}

#[test]
fn contacts_of_both_kinds_are_rows_of_one_table() {
    let body = r#"{"totalRecords":2,"contacts":[
        {"contactId":1,"contactStartDate":"2026-08-01T01:00:00Z","isActive":false,"holdSeconds":4},
        {"contactId":2,"contactStartDate":"2026-08-01T02:00:00Z","contactStateCategory":"Active",
         "agentStartDate":"2026-08-01T02:00:09Z","targetAgentId":null}]}"#;
    let read = crate::provider::Read { options: DAY, ..of("contacts") };
    let table = read.with(move |_| Reply::ok(body)).0.expect("two rows");
    assert_eq!(table.column("hold_seconds"), ["4", "null"]);
    assert_eq!(table.column("contact_state_category"), ["null", "Active"]);
    assert_eq!(table.column("agent_start_date"), ["null", "2026-08-01T02:00:09Z"]);
}

#[test]
fn an_agents_api_key_is_no_column() {
    let descriptor = tollgate_sdk::connector::describe::<tollgate_incontact::Incontact>();
    for stream in descriptor.streams {
        assert!(stream.columns.iter().all(|column| column.name != "api_key"), "{}", stream.name);
    }
}
