//! What the streams of the API v2 make of answers.

use crate::provider::{Answers, Case, Read, of};

const FILE: &str = r#"{"meta":{"pagination":{}},"results":[{"name":"a.png","id":"182",
    "description":"A","folder":"Images","height":360,"width":640,"size":26271,
    "url":"https://a.example/a.png","source":"MyComputer","status":"Active",
    "thumbnail":{"url":"https://a.example/t.png"},"created_date":"2015-01-09T00:14:08.000-05:00",
    "modified_date":"2015-01-09T00:14:08.000-05:00","folder_id":null,"is_image":true,
    "file_type":"PNG"},{"id":9,"folder_id":"-3","type":"PDF"}]}"#;
const FILES: &[(&str, &[&str])] = &[
    ("id", &["182", "9"]),
    ("size", &["26271", "null"]),
    ("thumbnail", &[r#"{"url":"https://a.example/t.png"}"#, "null"]),
    ("created_date", &["2015-01-09T05:14:08Z", "null"]),
    ("folder_id", &["null", "-3"]),
    ("is_image", &["true", "null"]),
    ("file_type", &["PNG", "PDF"]),
];

const CONTACTS: Answers = &[
    (
        "/contacts?status=ALL&limit=500",
        r#"{"meta":{"pagination":{"next_link":"/v2/contacts?next=c3Rhc"}},"results":[{"id":230,
            "status":"REMOVED","fax":"","addresses":[{"id":"1","line1":"1 Road","city":"Boston",
            "address_type":"PERSONAL","state_code":"MA","country_code":"us","postal_code":"00112",
            "sub_postal_code":""}],"notes":[{"id":1,"note":"Hi",
            "created_date":"2012-12-03T17:09:22.702Z"}],"confirmed":false,
            "lists":[{"id":9,"status":"ACTIVE"}],"source":"API","email_addresses":[
            {"status":"ACTIVE","opt_in_source":"ACTION_BY_VISITOR",
             "opt_in_date":"2012-09-17T14:40:41.271Z","opt_out_date":"1969-12-31T19:00:00.000Z",
             "email_address":"a@example.com"},
            {"opt_out_date":"","email_address":"b@example.com"},
            {"opt_out_date":"2012-06-18T13:13:46.974Z","email_address":"c@example.com"}],
            "prefix_name":"Mr.","middle_name":"B","home_phone":"555-1212",
            "custom_fields":[{"name":"CustomField1","value":"x"}],
            "created_date":"2013-01-23T13:48:44.108Z","modified_date":"1969-12-31T19:00:00.000Z",
            "source_details":"s","source_is_url":false}]}"#,
    ),
    (
        "/contacts?next=c3Rhc",
        r#"{"meta":{"pagination":{}},"results":[{"id":"231","home_phone":5551212}]}"#,
    ),
];

const CASES: &[Case] = &[
    (
        "v2_contacts",
        &[],
        CONTACTS,
        &[
            ("id", &["230", "231"]),
            ("status", &["REMOVED", "null"]),
            ("confirmed", &["false", "null"]),
            ("lists", &[r#"[{"id":9,"status":"ACTIVE"}]"#, "null"]),
            ("middle_name", &["B", "null"]),
            ("home_phone", &["555-1212", "5551212"]),
            ("custom_fields", &[r#"[{"name":"CustomField1","value":"x"}]"#, "null"]),
            ("created_date", &["2013-01-23T13:48:44.108000Z", "null"]),
            ("modified_date", &["null", "null"]),
            ("source_details", &["s", "null"]),
        ],
    ),
    (
        "v2_email_campaigns",
        &[],
        &[(
            "/emailmarketing/campaigns",
            r#"{"meta":{"pagination":{}},"results":[{"id":"1100371240640","name":"N","status":"SENT",
                "modified_date":"2012-11-29T16:15:17.468Z"}]}"#,
        )],
        &[("id", &["1100371240640"]), ("modified_date", &["2012-11-29T16:15:17.468000Z"])],
    ),
    ("v2_my_library_files", &[], &[("/library/files", FILE)], FILES),
    ("v2_trash_files", &[], &[("/library/folders/trash/files", FILE)], FILES),
    (
        "v2_account_info",
        &[],
        &[(
            "/account/info",
            r#"{"website":"http://a.example","email":"a@example.com","country_code":"US",
                "state_code":"MA","organization_addresses":[{"city":"Anytown"}]}"#,
        )],
        &[
            ("email", &["a@example.com"]),
            ("status_code", &["MA"]),
            ("organization_addresses", &[r#"[{"city":"Anytown"}]"#]),
        ],
    ),
    (
        "v2_contact_lists",
        &[],
        &[(
            "/lists",
            r#"[{"id":1,"name":"General","status":"ACTIVE","contact_count":17,
                 "opt_in_default":false},{"id":"2","created_date":"2013-03-11T20:37:28.000Z"}]"#,
        )],
        &[
            ("id", &["1", "2"]),
            ("contact_count", &["17", "null"]),
            ("created_date", &["null", "2013-03-11T20:37:28Z"]),
        ],
    ),
    ("v2_contact_lists", &[], &[("/lists", r#"{"results":[{"id":1}]}"#)], &[("id", &["1"])]),
    (
        "v2_contact_tracking",
        &[("contacts", &["39"])],
        &[(
            "/contacts/39/tracking",
            r#"{"meta":{"pagination":{}},"results":[{"activity_type":"EMAIL_OPEN",
                "campaign_id":1100394165287,"contact_id":"39","email_address":"x@example.com",
                "open_date":"2012-12-06T08:06:30.641Z"},{"activity_type":"EMAIL_SEND",
                "campaign_id":"1100394165288","contact_id":39,
                "send_date":"2012-12-06T08:06:30.641Z"}]}"#,
        )],
        &[
            ("activity_type", &["EMAIL_OPEN", "EMAIL_SEND"]),
            ("campaign_id", &["1100394165287", "1100394165288"]),
            ("contact_id", &["39", "39"]),
            ("open_date", &["2012-12-06T08:06:30.641000Z", "null"]),
        ],
    ),
    (
        "v2_email_campaign_summary",
        &[],
        &[
            (
                "/emailmarketing/campaigns",
                r#"{"meta":{"pagination":{}},"results":[{"id":"1100394165290"},{"id":"7"}]}"#,
            ),
            (
                "/emailmarketing/campaigns/1100394165290/tracking/reports/summary",
                r#"{"sends":15,"opens":10,"clicks":9,"forwards":3,"unsubscribes":2,"bounces":18}"#,
            ),
        ],
        &[
            ("checkid", &["1100394165290"]),
            ("start_date", &["null"]),
            ("sends", &["15"]),
            ("clicks", &["9"]),
            ("bounces", &["18"]),
            ("spam_count", &["null"]),
        ],
    ),
    (
        "v2_events",
        &[],
        &[(
            "/eventspot/events",
            r#"{"meta":{"pagination":{}},"results":[{"id":"a07","name":"N","title":"T",
                "status":"DRAFT","type":"AUCTION","address":{"city":""},
                "start_date":"2013-01-01T13:00:00.000Z","is_checkin_available":false,
                "total_registered_count":0,"event_detail_url":"/v2/eventspot/events/a07"}]}"#,
        )],
        &[
            ("id", &["a07"]),
            ("type", &["AUCTION"]),
            ("address", &[r#"{"city":""}"#]),
            ("total_registered_count", &["0"]),
            ("is_checkin_available", &["false"]),
        ],
    ),
];

#[test]
fn every_value_arrives() {
    crate::provider::hold(CASES);
}

#[test]
fn what_belongs_to_a_contact_can_be_had_as_tables() {
    let children = ["addresses", "notes", "lists", "email_addresses", "custom_fields"];
    let (tables, _) = Read { children: &children, ..of("v2_contacts") }.with(CONTACTS);
    let tables = tables.expect("contacts").1;
    let [addresses, notes, lists, emails, fields] = &tables[..] else { panic!("five tables") };
    assert_eq!((addresses.column("id"), addresses.column("address_id")), (vec!["230"], vec!["1"]));
    assert_eq!((notes.column("note"), lists.column("list_id")), (vec!["Hi"], vec!["9"]));
    assert_eq!(fields.column("name"), ["CustomField1"]);
    // "Never" has two spellings.
    let opted_out = emails.column("opt_out_date");
    assert_eq!(opted_out, ["null", "null", "2012-06-18T13:13:46.974000Z"]);
}

/// The columns of a replication product that documents these nine tables, in its order.
const COLUMNS: &[(&str, &str)] = &[
    (
        "v2_contacts",
        "id status fax addresses notes confirmed lists source email_addresses prefix_name \
         first_name middle_name last_name job_title company_name home_phone work_phone cell_phone \
         custom_fields created_date modified_date source_details",
    ),
    ("v2_email_campaigns", "id name status modified_date"),
    (
        "v2_my_library_files",
        "name id description folder height width size url source status thumbnail created_date \
         modified_date folder_id is_image file_type",
    ),
    (
        "v2_account_info",
        "website organization_name time_zone first_name last_name email phone company_logo \
         country_code status_code organization_addresses",
    ),
    (
        "v2_trash_files",
        "name id description folder height width size url source status thumbnail created_date \
         modified_date folder_id is_image file_type",
    ),
    ("v2_contact_lists", "id name status created_date modified_date contact_count"),
    ("v2_contact_tracking", "activity_type campaign_id contact_id open_date"),
    (
        "v2_email_campaign_summary",
        "checkid start_date end_date sends opens clicks forwards unsubscribes bounces spam_count",
    ),
    (
        "v2_events",
        "id name title status location type address description start_date end_date created_date \
         total_registered_count time_zone_id active_date is_checkin_available event_detail_url",
    ),
];

#[test]
fn the_nine_tables_have_exactly_these_columns() {
    type Connector = tollgate_constant_contact::ConstantContact;
    let streams = tollgate_sdk::connector::describe::<Connector>().streams;
    let v2 = streams.iter().filter(|stream| stream.name.starts_with("v2_"));
    let columns = v2.map(|stream| {
        let names: Vec<_> = stream.columns.iter().map(|column| column.name.as_str()).collect();
        (stream.name.as_str(), names.join(" "))
    });
    let columns: Vec<_> = columns.collect();
    let expected: Vec<_> = COLUMNS.iter().map(|&(name, all)| (name, all.to_owned())).collect();
    assert_eq!(columns, expected);
}
