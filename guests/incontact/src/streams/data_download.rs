//! Data downloads: reports that NICE makes, as CSV files, a slice of days at a time.

use tollgate_sdk::connector::{Page, no_menu};
use tollgate_sdk::csv::{Constant, CsvFile, CsvScan, Delimiter, TypeRules};
use tollgate_sdk::failure::excerpt;
use tollgate_sdk::http::post;
use tollgate_sdk::manifest::{Choice, Column, DataType, Field, FieldKind, StreamDescription};
use tollgate_sdk::{Failure, Fault, Partition, Response, Scan, ScanRequest, Stream, log};

use crate::account::Api;
use crate::files::{self, NO_CONTENT};
use crate::window::{Begins, Slice, Window};

const REPORT: &str = "data_download_report";
/// The known reports. inContact lists them nowhere, and the names are those that their users have
/// for them.
const KNOWN: [(i64, &str); 6] = [
    (500, "Agent by Day"),
    (521, "Agent Summary"),
    (524, "Call Detail"),
    (531, "Agent List"),
    (532, "Agent List 2"),
    (544, "Agent State Log"),
];

const WINDOW: Window =
    Window { date: "range", slice_days: 31, slice_days_max: 31, begins: Begins::AtFirstDay };

/// The stream of a data download report.
pub struct DataDownload;

impl Stream for DataDownload {
    fn describe(&self) -> StreamDescription {
        StreamDescription::of_columns(
            declared().to_vec(),
            "data_download",
            "Data Download",
            "A Data Download report, with the columns that it has. Which ones an account has, it \
             shows on inContact's website.",
        )
        .dynamic_columns()
        .partitioned()
        .options([report()])
        .options(WINDOW.fields())
        .options(TypeRules::fields())
    }

    fn dynamic_columns(&self, request: &ScanRequest) -> Result<Vec<Column>, Failure> {
        Download::of(request)?.columns(&WINDOW.slices(request)?)
    }

    fn choices(&self, _: &ScanRequest, field: &str) -> Result<Vec<Choice>, Failure> {
        match field {
            REPORT => {
                Ok(KNOWN.iter().map(|(id, name)| Choice::new(id.to_string(), *name)).collect())
            }
            _ => Err(no_menu(field)),
        }
    }

    fn partitions(&self, request: &ScanRequest) -> Result<Vec<Partition>, Failure> {
        WINDOW.partitions(request)
    }

    fn open(&self, request: &ScanRequest) -> Result<Box<dyn Scan>, Failure> {
        if CsvScan::is_at_end(request)? {
            return CsvScan::open(request, constants(None), None);
        }
        let slices = WINDOW.slices(request)?;
        let request = settled(request, &slices)?;
        let columns = CsvScan::open(&request, constants(None), None)?.columns();
        let download = Download::of(&request)?;
        Ok(Box::new(Slices { request, download, slices, next: 0, scan: None, columns }))
    }
}

/// The columns that every report has beside its own.
fn declared() -> [Column; 2] {
    let column = |name, about| Column::new(name, DataType::Timestamp, about).required();
    [
        column("start_date", "When the slice of days begins that the row is from."),
        column("end_date", "When that slice ends, exclusively."),
    ]
}

/// The declared columns with what they hold in the rows of a slice.
fn constants(slice: Option<&Slice>) -> Vec<Constant> {
    let values = [slice.map(|slice| slice.start), slice.map(|slice| slice.end)];
    let constants = declared().into_iter().zip(values);
    constants.map(|(column, value)| Constant { column, value }).collect()
}

fn report() -> Field {
    Field::new(REPORT, "Data download report", FieldKind::Lookup)
        .describe(
            "The report, by its id or by one of the known names. inContact has no list of them: the \
             menu has those that are known from elsewhere, and an account may have others.",
        )
        .required()
}

/// The request with all its columns and their types. Where the host has not discovered them, they are
/// asked for, since every slice has to have the same.
fn settled(request: &ScanRequest, slices: &[Slice]) -> Result<ScanRequest, Failure> {
    if !request.columns.is_empty() && request.wanted().all(|(_, data_type)| data_type.is_some()) {
        return Ok(request.clone());
    }
    let mut all = declared().to_vec();
    all.extend(Download::of(request)?.columns(slices)?);
    let mut settled = request.clone();
    if request.columns.is_empty() {
        settled.columns = all.iter().map(|column| column.name.clone()).collect();
    }
    let typed = settled.wanted().map(|(name, data_type)| {
        let column = all.iter().find(|column| column.name == name);
        data_type.or(column.map(|column| column.data_type))
    });
    settled.column_types = typed.collect();
    Ok(settled)
}

/// The way to the files of a report.
struct Download {
    api: Api,
    report_id: i64,
    rules: TypeRules,
}

impl Download {
    fn of(request: &ScanRequest) -> Result<Self, Failure> {
        Ok(Self {
            api: Api::of(request)?.with_spans(),
            report_id: resolve(request.options.required(REPORT)?)?,
            rules: TypeRules::of(request)?,
        })
    }

    /// The report's columns: those of the newest slice that has rows. Where none has, a header tells
    /// their names.
    fn columns(&self, slices: &[Slice]) -> Result<Vec<Column>, Failure> {
        let mut columns = Vec::new();
        for slice in slices.iter().rev() {
            let Some(file) = self.file(slice)? else { continue };
            if file.rows() > 0 {
                return Ok(file.columns().to_vec());
            }
            if columns.is_empty() {
                columns = file.columns().to_vec();
            }
        }
        let unknown = if columns.is_empty() { "columns" } else { "types of its columns" };
        log::warn(format!(
            "the report has no rows in the chosen days: the {unknown} are not known"
        ));
        Ok(columns)
    }

    /// The file of a slice; none where there is nothing to report.
    fn file(&self, slice: &Slice) -> Result<Option<CsvFile>, Failure> {
        CsvFile::read(self.bytes(slice)?, Delimiter::Comma, &declared(), &self.rules)
    }

    fn bytes(&self, slice: &Slice) -> Result<Vec<u8>, Failure> {
        let url = self.api.url(&format!("/report-jobs/datadownload/{}", self.report_id));
        let request = slice.apply(post(url, ""));
        let request = request.query("saveAsFile", "false").query("includeHeaders", "true");
        let (mut bytes, mut saved_at) = (Vec::new(), None);
        let read =
            self.api.http.read_answer(&request.repeatable(), &mut Vec::new(), &mut |head, body| {
                bytes.clear();
                if head.status != NO_CONTENT {
                    (bytes, saved_at) = content(body)?;
                }
                Ok(())
            });
        match (read, saved_at) {
            (Ok(()), Some(url)) => files::fetch(&self.api, &url),
            (Ok(()), None) => Ok(bytes),
            (Err(Failure::NotFound(says)), _) => {
                let id = self.report_id;
                let text = format!("inContact has no data download report {id}: {says}");
                Err(Failure::invalid(REPORT, text))
            }
            (Err(failure), _) => Err(failure),
        }
    }
}

/// The bytes of the file in an answer, or else where it was saved.
fn content(body: &[u8]) -> Result<(Vec<u8>, Option<String>), Fault> {
    let answer = Response::document(body)?;
    if let Some(says) = answer.text("errorMessage")? {
        let text = format!("inContact has no file for it: {}", excerpt(&says));
        return Err(Failure::unexpected(text).into());
    }
    let file = files::content(&answer, "file")?;
    let saved_at = answer.text("URI")?.map(String::from);
    match (file, saved_at) {
        (Some(bytes), _) if !bytes.is_empty() => Ok((bytes, None)),
        (_, Some(url)) => Ok((Vec::new(), Some(url))),
        (Some(bytes), None) => Ok((bytes, None)),
        (None, None) => Err(Fault::malformed("it has no file")),
    }
}

/// The id of the report that a user means.
fn resolve(entered: &str) -> Result<i64, Failure> {
    let entered = entered.trim();
    if let Some(id) = entered.parse().ok().filter(|&id: &i64| id >= 0) {
        return Ok(id);
    }
    let known = KNOWN.iter().find(|(_, name)| name.eq_ignore_ascii_case(entered));
    known.map(|&(id, _)| id).ok_or_else(|| {
        let names: Vec<_> = KNOWN.iter().map(|(id, name)| format!("{name} ({id})")).collect();
        let text = format!(
            "{entered:?} is neither the id of a report nor a known name; known are {}",
            names.join(", ")
        );
        Failure::invalid(REPORT, text)
    })
}

/// Reads slice after slice.
struct Slices {
    /// With all its columns and their types.
    request: ScanRequest,
    download: Download,
    slices: Vec<Slice>,
    /// The slice that is read, or is the next.
    next: usize,
    scan: Option<Box<dyn Scan>>,
    columns: Vec<Column>,
}

impl Scan for Slices {
    fn columns(&self) -> Vec<Column> {
        self.columns.clone()
    }

    fn next(&mut self) -> Result<Option<Page>, Failure> {
        let Some(slice) = self.slices.get(self.next) else { return Ok(None) };
        let scan = match &mut self.scan {
            Some(scan) => scan,
            None => {
                let file = self.download.file(slice)?;
                self.scan.insert(CsvScan::open(&self.request, constants(Some(slice)), file)?)
            }
        };
        let Some(page) = scan.next()? else { return Ok(None) };
        if page.next_cursor.is_none() {
            self.scan = None;
            self.next += 1;
        }
        let place = match self.slices.get(self.next) {
            // The end of a slice is the end of the read only behind the last one.
            Some(slice) => Page {
                next_cursor: Some(format!("{} {:?}", slice.start_text(), page.next_cursor)),
                checkpoint: None,
                rows_total: page.rows_total.filter(|_| self.slices.len() == 1),
                ..page
            },
            None => page,
        };
        Ok(Some(place))
    }
}
