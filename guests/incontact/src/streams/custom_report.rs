//! Custom reports: their rows come as a CSV file that a report job makes.

use tollgate_sdk::connector::no_menu;
use tollgate_sdk::csv::{Constant, CsvFile, CsvScan, Delimiter, TypeRules};
use tollgate_sdk::manifest::{Choice, Column, DataType, Field, FieldKind, StreamDescription};
use tollgate_sdk::paging::Whole;
use tollgate_sdk::time::MICROS_PER_SECOND;
use tollgate_sdk::values::{Int, Text};
use tollgate_sdk::{Failure, Record, Scan, ScanRequest, Shape, Stream, log};

use crate::account::Api;
use crate::jobs::Run;
use crate::window;

const REPORT: &str = "custom_report";
/// How days are chosen where nobody says, once they are chosen here.
const DATE: &str = "range";
const REUSE_MINUTES: i64 = 10;
/// As long as inContact is asked to keep a file.
const REUSE_MINUTES_MAX: i64 = 10_080;
/// Names that an error shows.
const NAMES_SHOWN: usize = 20;

/// A report that a user made.
#[derive(Record)]
#[record(rename_all = "camelCase", either_case)]
struct Report<'a> {
    /// Its id.
    #[record(key)]
    report_id: Int,
    /// Its name.
    report_name: Text<'a>,
}

/// The stream of a custom report.
pub struct CustomReport;

impl Stream for CustomReport {
    fn describe(&self) -> StreamDescription {
        let [id, start] = declared();
        StreamDescription::of_columns(
            vec![id, start],
            "custom_report",
            "Custom inContact Report",
            "A report that was made on inContact's website, with the columns that it has. It is run \
             as a report job, which takes a while.",
        )
        .dynamic_columns()
        .options([report()])
        .options(dates())
        .options(TypeRules::fields())
    }

    fn dynamic_columns(&self, request: &ScanRequest) -> Result<Vec<Column>, Failure> {
        let (_, file) = file(request)?;
        Ok(file.map_or(Vec::new(), |file| file.columns().to_vec()))
    }

    fn choices(&self, request: &ScanRequest, field: &str) -> Result<Vec<Choice>, Failure> {
        match field {
            REPORT => {
                let entries = reports(&Api::of(request)?)?.into_iter();
                Ok(entries.map(|(id, name)| Choice::new(id.to_string(), name)).collect())
            }
            _ => Err(no_menu(field)),
        }
    }

    fn open(&self, request: &ScanRequest) -> Result<Box<dyn Scan>, Failure> {
        let (values, file) = match CsvScan::is_at_end(request)? {
            true => ([None; 2], None),
            false => file(request)?,
        };
        let constants = declared().into_iter().zip(values);
        let constants = constants.map(|(column, value)| Constant { column, value });
        CsvScan::open(request, constants.collect(), file)
    }
}

/// The columns that every report has beside its own.
fn declared() -> [Column; 2] {
    [
        Column::new("report_id", DataType::Int64, "The report's id.").required(),
        Column::new(
            "job_start",
            DataType::Timestamp,
            "When the report job began whose result this is; UTC where inContact gives no offset.",
        ),
    ]
}

fn report() -> Field {
    Field::new(REPORT, "Custom report name", FieldKind::Lookup)
        .describe("The report, by its id or its name.")
        .required()
}

/// The options for the days that a report is about, and for taking a result that is there.
fn dates() -> Vec<Field> {
    let dates = [("template", "As saved in the report"), ("override", "As chosen here")];
    let mut fields = vec![
        Field::choice("dates", "Dates", &dates)
            .describe(
                "Which days the report is about: those that are saved in it, or those chosen here. \
                 Whether inContact heeds the latter is not documented: look at the rows.",
            )
            .default("template"),
        Field::new(
            "reuse_minutes",
            "Reuse in minutes",
            FieldKind::Integer((0, REUSE_MINUTES_MAX)),
        )
        .describe(
            "The result of a job of this report will do that began so many minutes before the run \
             or later: finding out the columns and reading them then make one job, and so does a \
             run that is begun again. Jobs that others started count too. 0: always a new job.",
        )
        .default(&REUSE_MINUTES.to_string())
        .shown_when("dates", &["template"]),
    ];
    let days = window::days(DATE).into_iter();
    fields.extend(days.map(|field| field.shown_when("dates", &["override"])));
    fields
}

/// The file of the report, and what the declared columns hold.
fn file(request: &ScanRequest) -> Result<([Option<i64>; 2], Option<CsvFile>), Failure> {
    let rules = TypeRules::of(request)?;
    let is_override = request.options.text("dates") == Some("override");
    let (dates, reuse_since) = match is_override {
        // Jobs do not say which dates they were given, so that none of them will do.
        true => {
            let span = window::span(request, DATE)?;
            (Some((span.start_text(), span.end_text())), None)
        }
        false => (None, reuse_since(request)?),
    };
    let api = Api::of(request)?;
    let report_id = resolve(&api, request.options.required(REPORT)?)?;
    let made = Run { report_id, dates, reuse_since }.file(&api)?;
    let file = CsvFile::read(made.bytes, Delimiter::Comma, &declared(), &rules)?;
    if file.is_none() {
        log::warn(format!(
            "the file of report {report_id} is empty: it has no rows, and no header that would \
             tell its columns"
        ));
    }
    Ok(([Some(report_id), made.job_start], file))
}

fn reuse_since(request: &ScanRequest) -> Result<Option<i64>, Failure> {
    let minutes = request.options.integer("reuse_minutes")?.unwrap_or(REUSE_MINUTES);
    let minutes = minutes.clamp(0, REUSE_MINUTES_MAX);
    Ok((minutes > 0).then(|| request.started_at - minutes * 60 * MICROS_PER_SECOND))
}

/// The ids and names of all custom reports.
fn reports(api: &Api) -> Result<Vec<(i64, String)>, Failure> {
    let shape = Shape::list(&["reports"]).or(&["resultSet", "reports"]).or_nothing();
    let mut pages = api.pages(Box::new(Whole::new(api.get("/reports"))), shape);
    pages.collect::<Report<'static>, _>(|row| {
        let id = row.report_id.0.unwrap_or_default();
        Ok((id, row.report_name.as_str().map_or_else(|| id.to_string(), str::to_owned)))
    })
}

/// The id of the report that a user means: digits are an id, anything else is a name.
fn resolve(api: &Api, entered: &str) -> Result<i64, Failure> {
    if entered.bytes().all(|byte| byte.is_ascii_digit())
        && let Ok(id) = entered.parse()
    {
        return Ok(id);
    }
    let reports = reports(api)?;
    let named = |is_same: fn(&str, &str) -> bool| {
        let same = reports.iter().filter(|(_, name)| is_same(name.trim(), entered.trim()));
        same.collect::<Vec<_>>()
    };
    let exact = named(|name, entered| name == entered);
    let same = match exact.is_empty() {
        true => named(str::eq_ignore_ascii_case),
        false => exact,
    };
    match same.as_slice() {
        [(id, _)] => Ok(*id),
        [] => {
            let near = near(entered, &reports);
            Err(Failure::invalid(REPORT, format!("no custom report is named {entered:?}; {near}")))
        }
        several => {
            let ids: Vec<_> = several.iter().map(|(id, _)| id.to_string()).collect();
            let text = format!(
                "{} custom reports are named {entered:?}: set the id of one, of {}",
                several.len(),
                ids.join(", ")
            );
            Err(Failure::invalid(REPORT, text))
        }
    }
}

/// Names in which a word of what was entered comes, or the first ones.
fn near(entered: &str, reports: &[(i64, String)]) -> String {
    let entered = entered.to_ascii_lowercase();
    let is_near = |name: &&String| {
        let name = name.to_ascii_lowercase();
        entered.split_whitespace().any(|word| name.contains(word))
            || name.split_whitespace().any(|word| entered.contains(word))
    };
    let names = || reports.iter().map(|(_, name)| name);
    let near: Vec<_> = names().filter(is_near).collect();
    let (intro, shown) = match (reports.is_empty(), near.is_empty()) {
        (true, _) => return "there is none, or the user may see none".to_owned(),
        (_, true) => ("there are", names().collect()),
        (_, false) => ("near it are", near),
    };
    let more = shown.len().saturating_sub(NAMES_SHOWN);
    let mut listed: Vec<_> =
        shown.iter().take(NAMES_SHOWN).map(|name| format!("{name:?}")).collect();
    if more > 0 {
        listed.push(format!("and {more} more"));
    }
    format!("{intro}: {}", listed.join(", "))
}
