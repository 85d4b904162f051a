//! Answers that come in more than one form: keys in either case, records in one of two places, no
//! content at all, rows wider than a word has bits.

use tollgate_sdk::http::{Request, get};
use tollgate_sdk::paging::{Offset, OffsetNames, Pages, Whole};
use tollgate_sdk::testing::{self, Reply, Table};
use tollgate_sdk::values::{Flag, Int, Seconds, Text};
use tollgate_sdk::{Failure, Record, RecordScan, Shape};

/// An agent.
#[derive(Record)]
#[record(rename_all = "camelCase", either_case)]
struct Agent<'a> {
    #[record(key)]
    agent_id: Int,
    #[record(alias = "email")]
    email_address: Text<'a>,
    is_active: Flag,
    login_time: Seconds,
}

const NAMES: OffsetNames = OffsetNames { offset: "skip", limit: "top", total: "totalRecords" };
const SHAPE: Shape = Shape::list(&["agents"]).or(&["resultSet", "agents"]).or_nothing();

fn read(shape: Shape, reply: impl FnMut(&Request) -> Reply + 'static) -> Result<Table, Failure> {
    let (http, _) = testing::http(reply);
    let request = testing::request(&http, "agents");
    let pager = Offset::new(get("https://example.com/agents"), 2).named(NAMES);
    let scan = RecordScan::new::<Agent<'static>>(&request, Pages::new(http, pager, shape))?;
    testing::read(scan.boxed())
}

fn read_one(body: &'static str) -> Result<Table, Failure> {
    read(SHAPE, move |_| Reply::ok(body))
}

#[test]
fn keys_may_begin_small_or_capital() {
    let body = r#"{"totalRecords":"1","agents":[
        {"AgentId":"7","Email":"a@b.c","IsActive":"True","LoginTime":"PT1M"}]}"#;
    let table = read_one(body).unwrap();
    let row =
        ["agent_id", "email_address", "is_active", "login_time"].map(|name| table.column(name)[0]);
    assert_eq!(row, ["7", "a@b.c", "true", "60"]);
    let twice = read_one(r#"{"agents":[{"AgentId":7,"agentId":7}],"totalRecords":1}"#);
    assert!(twice.unwrap_err().to_string().contains("agentId: the key comes twice"));
    let unlike = read_one(r#"{"totalRecords":1,"agents":[{"AGENTID":7,"agentId":8}]}"#).unwrap();
    assert_eq!(unlike.column("agent_id"), ["8"]);
}

#[test]
fn records_lie_in_one_of_two_places_with_their_total() {
    let wrapped = r#"{"resultSet":{"totalRecords":1,"agents":[{"agentId":1}]}}"#;
    assert_eq!(read_one(wrapped).unwrap().column("agent_id"), ["1"]);
    let short = r#"{"resultSet":{"totalRecords":2,"agents":[]}}"#;
    assert!(read_one(short).unwrap_err().to_string().contains("it is empty at row 0 of 2"));
    let both = r#"{"totalRecords":1,"agents":[{"agentId":1}],"resultSet":{"agents":[]}}"#;
    assert!(read_one(both).unwrap_err().to_string().contains("resultSet: the key comes twice"));
    assert!(read_one(r#"{"resultSet":{"totalRecords":0}}"#).is_err(), "no records there either");
}

#[test]
fn no_content_is_no_records_where_the_shape_says_so() {
    let nothing = |_: &Request| Reply::status(204, "");
    assert_eq!(read(SHAPE, nothing).unwrap().column("agent_id"), [""; 0]);
    assert!(read(Shape::list(&["agents"]), nothing).is_err());
}

#[test]
fn no_content_ends_a_read_but_not_before_its_total() {
    let pages = |total: &'static str| {
        move |request: &Request| match request.url.contains("skip=0") {
            true => Reply::ok(format!(r#"{{{total}"agents":[{{"agentId":1}},{{"agentId":2}}]}}"#)),
            false => Reply::status(204, ""),
        }
    };
    assert_eq!(read(SHAPE, pages("")).unwrap().column("agent_id"), ["1", "2"]);
    let early = read(SHAPE, pages(r#""totalRecords":3,"#)).unwrap_err();
    assert!(early.to_string().contains("it is empty at row 2 of 3"), "{early}");
}

/// A record with these fields.
macro_rules! wide {
    ($($field:ident)*) => {
        /// A wide row.
        #[derive(Record)]
        struct Wide {
            $($field: Int,)*
        }
        const FIELDS: &[&str] = &[$(stringify!($field)),*];
    };
}

wide! {
    c_000 c_001 c_002 c_003 c_004 c_005 c_006 c_007 c_008 c_009 c_010 c_011 c_012
    c_013 c_014 c_015 c_016 c_017 c_018 c_019 c_020 c_021 c_022 c_023 c_024 c_025
    c_026 c_027 c_028 c_029 c_030 c_031 c_032 c_033 c_034 c_035 c_036 c_037 c_038
    c_039 c_040 c_041 c_042 c_043 c_044 c_045 c_046 c_047 c_048 c_049 c_050 c_051
    c_052 c_053 c_054 c_055 c_056 c_057 c_058 c_059 c_060 c_061 c_062 c_063 c_064
    c_065 c_066 c_067 c_068 c_069 c_070 c_071 c_072 c_073 c_074 c_075 c_076 c_077
    c_078 c_079 c_080 c_081 c_082 c_083 c_084 c_085 c_086 c_087 c_088 c_089 c_090
    c_091 c_092 c_093 c_094 c_095 c_096 c_097 c_098 c_099 c_100 c_101 c_102 c_103
    c_104 c_105 c_106 c_107 c_108 c_109 c_110 c_111 c_112 c_113 c_114 c_115 c_116
    c_117 c_118 c_119 c_120 c_121 c_122 c_123 c_124 c_125 c_126 c_127 c_128 c_129
}

#[test]
fn a_row_may_be_wider_than_a_word_has_bits() {
    let members = |fields: &[&str]| {
        let members = fields.iter().enumerate().map(|(value, name)| format!("\"{name}\":{value}"));
        members.collect::<Vec<_>>().join(",")
    };
    let all = members(FIELDS);
    let read = |body: String| {
        let (http, _) = testing::http(move |_| Reply::ok(body.clone()));
        let request = testing::request(&http, "wide");
        let pages = Pages::new(http, Whole::new(get("https://example.com/")), Shape::list(&[]));
        testing::read(RecordScan::new::<Wide>(&request, pages)?.boxed())
    };
    // The second row in another order, so that no key is where it was before.
    let mut turned = FIELDS.to_vec();
    turned.reverse();
    let table = read(format!("[{{{all}}},{{{}}}]", members(&turned))).unwrap();
    for (number, name) in FIELDS.iter().enumerate() {
        let (first, second) = (number.to_string(), (FIELDS.len() - 1 - number).to_string());
        assert_eq!(table.column(name), [first, second], "{name}");
    }
    for name in ["c_000", "c_064", "c_128"] {
        let twice = read(format!("[{{{all},\"{name}\":1}}]")).unwrap_err();
        assert!(twice.to_string().contains(&format!("{name}: the key comes twice")), "{twice}");
    }
}
