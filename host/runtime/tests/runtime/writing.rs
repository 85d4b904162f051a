//! Writing, by a connector on the SDK, to a provider that does as it is told.

use std::sync::Arc;

use arrow_array::{
    ArrayRef, BinaryArray, BooleanArray, Date32Array, Decimal128Array, Float64Array, Int64Array,
    RecordBatch, StringArray, TimestampMicrosecondArray,
};
use tollgate_model::ErrorKind;
use tollgate_runtime::{Limits, Operation, RowOutcome, Session, Writer, Written};
use tollgate_simulators::{Deed, Provider, Received};

use crate::support::{connect, load, names};

const ORIGIN: &str = "https://api.example.com";

async fn session(provider: &Provider, limits: Limits) -> Session {
    let connector = load("writes_rows", limits).await.unwrap();
    connect(&connector, |access| access.remap(ORIGIN, provider.origin()))
}

async fn writer(provider: &Provider, operation: Operation) -> Writer {
    let session = session(provider, Limits::default()).await;
    let write = session.write("rows", operation).build().unwrap();
    session.writer(write).await.unwrap()
}

fn provider(script: impl Fn(usize, &Received) -> Deed + Send + Sync + 'static) -> Provider {
    Provider::start(script).unwrap()
}

fn ids(ids: &[i64]) -> RecordBatch {
    let ids: ArrayRef = Arc::new(Int64Array::from(ids.to_vec()));
    RecordBatch::try_from_iter([("id", ids)]).unwrap()
}

fn done(id: &str) -> RowOutcome {
    RowOutcome::Done(Some(id.to_owned()))
}

/// Writes all rows, call by call.
async fn write_all(writer: &mut Writer, mut rows: RecordBatch) -> (Vec<usize>, Written) {
    let (mut calls, mut all) = (Vec::new(), Vec::new());
    while rows.num_rows() > 0 {
        let written = writer.write(&rows).await;
        let count = written.outcomes.len();
        calls.push(count);
        all.extend(written.outcomes);
        if written.ended.is_some() {
            return (calls, Written { outcomes: all, ended: written.ended });
        }
        rows = rows.slice(count, rows.num_rows() - count);
    }
    (calls, Written { outcomes: all, ended: None })
}

#[tokio::test]
async fn every_type_arrives_and_what_is_left_out_stays_out() {
    let provider = provider(|number, _| Deed::answer(201, format!("{{\"id\": \"{number}\"}}")));
    let session = session(&provider, Limits::default()).await;
    let write = session.write("rows", Operation::Create).option("tag", "t").build().unwrap();
    let mut writer = session.writer(write).await.unwrap();
    let decimals = Decimal128Array::from(vec![Some(-1_250), None]);
    let times = TimestampMicrosecondArray::from(vec![Some(i64::MIN), None]).with_timezone("UTC");
    let columns: [(&str, ArrayRef); 10] = [
        ("name", Arc::new(StringArray::from(vec!["é \"q\"", ""]))),
        ("amount", Arc::new(decimals.with_precision_and_scale(10, 2).unwrap())),
        ("born", Arc::new(Date32Array::from(vec![Some(19_782), None]))),
        ("seen", Arc::new(times)),
        ("is_new", Arc::new(BooleanArray::from(vec![Some(true), None]))),
        ("count", Arc::new(Int64Array::from(vec![Some(i64::MAX), None]))),
        ("ratio", Arc::new(Float64Array::from(vec![Some(0.5), None]))),
        ("extra", Arc::new(StringArray::from(vec![Some("{\"a\": 1.10}"), None]))),
        ("photo", Arc::new(BinaryArray::from(vec![Some(&b"\xff\x00"[..]), None]))),
        ("unused", Arc::new(StringArray::from(vec!["", ""]))),
    ];
    let rows = RecordBatch::try_from_iter(columns[..9].to_vec()).unwrap();
    let (calls, written) = write_all(&mut writer, rows).await;
    assert_eq!((calls, written.outcomes), (vec![1, 1], vec![done("0"), done("1")]));
    let left_out = RecordBatch::try_from_iter(columns[..1].to_vec()).unwrap();
    assert_eq!(writer.write(&left_out.slice(1, 1)).await.outcomes, [done("2")]);
    let bodies: Vec<_> = provider.received().into_iter().map(|request| request.body).collect();
    let full = concat!(
        r#"{"name":"é \"q\"","amount":-12.50,"born":"2024-02-29","seen":-9223372036854775808,"#,
        r#""is_new":true,"count":9223372036854775807,"ratio":0.5,"extra":{"a": 1.10},"photo":2,"tag":"t"}"#
    );
    let nulls = concat!(
        r#"{"name":"","amount":null,"born":null,"seen":null,"is_new":null,"count":null,"#,
        r#""ratio":null,"extra":null,"photo":null,"tag":"t"}"#
    );
    assert_eq!(bodies, [full, nulls, r#"{"name":"","tag":"t"}"#]);
    assert_eq!(writer.usage().requests, 3);
}

#[tokio::test]
async fn what_does_not_fit_is_told_before_any_request() {
    let provider = provider(|_, _| Deed::answer(200, "{}"));
    let session = session(&provider, Limits::default()).await;
    let build = |stream: &str, operation, option: &str| {
        session.write(stream, operation).option(option, "x").build().unwrap_err()
    };
    let error = build("row", Operation::Create, "tag");
    assert_eq!(error.hint(), Some("did you mean `rows`?"));
    let error = build("rows", Operation::Upsert, "tag");
    assert_eq!(error.message(), "the stream `rows` does not offer to upsert rows");
    assert_eq!(error.hint(), Some("it offers create, update, delete"));
    let error = build("rows", Operation::Create, "tga");
    assert_eq!(error.hint(), Some("did you mean `tag`?"));

    let named: ArrayRef = Arc::new(StringArray::from(vec![Some("a"), None]));
    let rows = |columns: &[(&str, &ArrayRef)]| {
        RecordBatch::try_from_iter(columns.iter().map(|(n, a)| (*n, Arc::clone(a)))).unwrap()
    };
    for (rows, text) in [
        (rows(&[("nmae", &named)]), "`create` of the stream `rows` takes no column `nmae`"),
        (rows(&[("count", &named)]), "needs int64 in the column `count`, not Utf8"),
        (rows(&[("extra", &named)]), "`create` of the stream `rows` needs the column `name`"),
        (rows(&[("name", &named)]), "the column `name` has a row without a value"),
    ] {
        let write = session.write("rows", Operation::Create).build().unwrap();
        let written = session.writer(write).await.unwrap().write(&rows).await;
        let error = written.ended.unwrap();
        assert_eq!((error.kind(), written.outcomes.len()), (ErrorKind::Config, 0));
        assert!(error.message().contains(text), "{error}");
    }
    assert!(provider.received().is_empty());
}

#[tokio::test]
async fn each_answer_of_the_provider_has_its_outcome() {
    let provider = provider(|number, _| match number {
        0 => Deed::answer(204, ""),
        1 => Deed::answer(404, "{}"),
        2 => Deed::answer(409, "it is\n in use"),
        3 => Deed::Answer(429, "{}".to_owned(), vec![("retry-after".into(), "0".into())]),
        4 => Deed::answer(400, "no"),
        5 => Deed::Close,
        6 => Deed::answer(500, "oh"),
        _ => Deed::answer(401, "who?"),
    });
    let mut writer = writer(&provider, Operation::Delete).await;
    let (calls, written) = write_all(&mut writer, ids(&[0, 1, 2, 4, 5, 6, 7, 8])).await;
    let unknown = |text: &str| RowOutcome::Unknown(text.to_owned());
    let rejected = |text: &str| RowOutcome::Rejected(text.to_owned());
    assert_eq!(
        written.outcomes,
        [
            RowOutcome::Done(None),
            RowOutcome::Unchanged("it is not there".to_owned()),
            rejected("status 409: it is in use"),
            rejected("status 400: no"),
            unknown("/rows/5: the connection broke off"),
            unknown("/rows/6: status 500: oh"),
        ]
    );
    assert_eq!(calls, [3, 2, 1, 0], "a call ends behind a row whose outcome is unknown");
    assert_eq!(written.ended.unwrap().kind(), ErrorKind::Unauthorized);
    let requests: Vec<_> = provider.received().iter().map(Received::line).collect();
    let twice = requests.iter().filter(|line| *line == "DELETE /rows/4").count();
    assert_eq!((requests.len(), twice), (8, 2), "only the one behind 429 came again: {requests:?}");
}

#[tokio::test]
async fn what_was_done_before_the_gate_ended_it_is_kept() {
    let provider = provider(|number, _| match number {
        0 => Deed::answer(200, "{}"),
        _ => Deed::Answer(429, "{}".to_owned(), vec![("retry-after".into(), "3600".into())]),
    });
    let mut writer = writer(&provider, Operation::Delete).await;
    let written = writer.write(&ids(&[1, 2, 3])).await;
    assert_eq!(written.outcomes, [RowOutcome::Done(None)]);
    let error = written.ended.unwrap();
    assert_eq!(error.kind(), ErrorKind::RateLimited);
    assert!(error.retry_at().is_some());
}

#[tokio::test]
async fn a_call_that_takes_too_long_leaves_its_row_unknown() {
    let provider = provider(|_, _| Deed::Hang);
    let limits =
        Limits { wall_per_call: std::time::Duration::from_millis(300), ..Limits::default() };
    let session = session(&provider, limits).await;
    let write = session.write("rows", Operation::Create).build().unwrap();
    let mut writer = session.writer(write).await.unwrap();
    let written = writer.write(&names(&["a", "b"])).await;
    assert!(matches!(written.outcomes.as_slice(), [RowOutcome::Unknown(_)]), "{written:?}");
    assert_eq!(written.ended.unwrap().kind(), ErrorKind::Limit);
    assert_eq!(provider.received().len(), 1);
}

#[tokio::test]
async fn nothing_is_unknown_where_nothing_was_sent() {
    let provider = provider(|_, _| Deed::answer(200, "{}"));
    let limits = Limits {
        gate: tollgate_runtime::GateLimits {
            retry: tollgate_egress::RetryLimits {
                attempts: 1,
                ..tollgate_egress::RetryLimits::default()
            },
            ..tollgate_runtime::GateLimits::default()
        },
        ..Limits::default()
    };
    let connector = load("writes_rows", limits).await.unwrap();
    // Nobody listens at port 1.
    let session = connect(&connector, |access| access.remap(ORIGIN, "http://127.0.0.1:1"));
    let write = session.write("rows", Operation::Create).build().unwrap();
    let written = session.writer(write).await.unwrap().write(&names(&["a"])).await;
    assert_eq!(written.outcomes, []);
    assert_eq!(written.ended.unwrap().kind(), ErrorKind::Unavailable);
    assert!(provider.received().is_empty());
}
