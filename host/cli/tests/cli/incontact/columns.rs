//! Columns that change between two runs: renamed, retyped, widened, and read anew.

use tollgate_simulators::InContact;

use super::desk::{CXONE, Desk};

const SYNC: &str = "[syncs.weekly]\naccount = \"acme\"\nstream = \"custom_report\"\n\
    options = { custom_report = \"600002\" }\nto = \"sqlite:out.db\"\nmode = \"append\"\n";

/// How a column is declared.
fn declared(desk: &Desk, column: &str) -> Option<String> {
    let sql = "SELECT type FROM pragma_table_info('custom_report') WHERE name = ?";
    desk.database("out.db").query_row(sql, [column], |row| row.get(0)).ok()
}

fn number(desk: &Desk, sql: &str) -> i64 {
    desk.database("out.db").query_row(sql, [], |row| row.get(0)).unwrap()
}

#[test]
fn a_column_that_changed_is_refused_widened_or_read_anew() {
    let desk = Desk::new(InContact::builder(), CXONE);
    desk.configure(CXONE, SYNC);
    desk.run("sync weekly").exits(0);
    assert_eq!(declared(&desk, "Handled").as_deref(), Some("INTEGER"));
    desk.database("out.db").execute_batch("CREATE INDEX by_day ON custom_report (Day)").unwrap();

    let refused = desk.run("sync weekly --option types=text").exits(8);
    for part in ["\"Handled\"", "INTEGER", "text", "--widen", "--full-refresh"] {
        assert!(refused.stderr.contains(part), "{part}: {}", refused.stderr);
    }
    assert_eq!(desk.count("out.db", "custom_report"), 40);

    desk.run("sync weekly --option types=text --widen").exits(0);
    assert_eq!(desk.count("out.db", "custom_report"), 80);
    assert_eq!(declared(&desk, "Handled").as_deref(), Some("TEXT"));
    // Old and new rows say the same in the same words.
    let odd = "SELECT count(*) FROM (SELECT count(*) AS times FROM custom_report
               GROUP BY \"Contact ID\", Handled, Day) WHERE times <> 2";
    assert_eq!(number(&desk, odd), 0);
    // What comes in a narrower type again goes into the wider column.
    desk.run("sync weekly --widen").exits(0);
    assert_eq!(desk.count("out.db", "custom_report"), 120);
    assert_eq!(declared(&desk, "Handled").as_deref(), Some("TEXT"));

    desk.run("sync weekly --full-refresh").exits(0);
    assert_eq!(desk.count("out.db", "custom_report"), 40);
    assert_eq!(declared(&desk, "Handled").as_deref(), Some("INTEGER"));
    let indexes = "SELECT count(*) FROM sqlite_master WHERE name = 'by_day'";
    assert_eq!(number(&desk, indexes), 1, "what is attached stays");
    desk.offends_nobody();
}

#[test]
fn columns_get_other_names_and_types_and_come_and_go() {
    let desk = Desk::new(InContact::builder(), CXONE);
    desk.configure(CXONE, &format!("{SYNC}rename = {{ Handled = \"taken\" }}\n"));
    desk.run("sync weekly --type custom_report.Rate=text").exits(0);
    assert_eq!(declared(&desk, "taken").as_deref(), Some("INTEGER"));
    assert_eq!(declared(&desk, "Rate").as_deref(), Some("TEXT"));
    assert_eq!(declared(&desk, "Handled"), None);

    // The column of the first run is not there any more, and another one is new.
    desk.run("sync weekly --type Rate=text --rename Handled=handled_now").exits(0);
    let nulls = "SELECT count(*) FROM custom_report WHERE (taken IS NULL) <> (handled_now IS NULL)";
    assert_eq!((number(&desk, nulls), desk.count("out.db", "custom_report")), (80, 80));

    for (line, message, hint) in [
        ("--rename Handeld=x", "has no column `Handeld`", "did you mean `Handled`?"),
        ("--rename Rate=taken", "would both be called `taken`", "another name"),
        ("--type Handled=date", "holds int64, which cannot be turned into date", "`text`"),
        ("--type report_id=boolean", "`report_id` holds int64", "`text`"),
        ("--rename report_id=TAKEN", "are one name to SQLite", "another name"),
        ("--rename agents.name=x", "of a stream that is not read", "read the stream too"),
    ] {
        let refused = desk.run(&format!("sync weekly {line}"));
        // Columns that only the account tells are known to the destination when it begins.
        let code = if line.contains("TAKEN") { 8 } else { 2 };
        let refused = refused.exits(code);
        assert!(refused.stderr.contains(message), "{line}: {}", refused.stderr);
        assert!(refused.stderr.contains(hint), "{line}: {}", refused.stderr);
    }
    let refused = desk.run("sync weekly --type Note=int64 --full-refresh").exits(7);
    assert!(refused.stderr.contains("column \"Note\" holds `"), "{}", refused.stderr);
    assert!(refused.stderr.contains("which is no int64"), "{}", refused.stderr);
    assert_eq!(desk.count("out.db", "custom_report"), 80);
    desk.offends_nobody();
}
