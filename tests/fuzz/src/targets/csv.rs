//! CSV files, as connectors read them: what is written after RFC 4180 comes back, and of any bytes
//! that are taken every row is read.

use tollgate_sdk::csv::{CsvFile, CsvScan, Delimiter, TypeRules};
use tollgate_sdk::record::{Column, DataType};
use tollgate_sdk::testing::{self, Table};
use tollgate_sdk::{Failure, ScanRequest};

/// The most bytes of a column's name.
const NAME_BYTES_MAX: usize = 128;

/// A byte for the delimiter, then the bytes of a file. They are also taken for the fields of a
/// table, three a row, one a line, which is written and read again.
pub fn run(input: &[u8]) {
    let Some((choice, file)) = input.split_first() else { return };
    let delimiter = match choice % 4 {
        0 => Delimiter::Comma,
        1 => Delimiter::Semicolon,
        2 => Delimiter::Tab,
        _ => return look_at_written(file, choice / 4),
    };
    let request = request();
    if let Ok(Some(read)) =
        CsvFile::read(file.to_vec(), delimiter, &declared(), &TypeRules::default())
    {
        let (columns, rows) = (read.columns().to_vec(), read.rows());
        look_at_names(&columns);
        let table = table(&request, read).expect("a file that was looked through can be read");
        assert_eq!(table.columns.len(), columns.len());
        assert_eq!(table.rows.len() as u64, rows);
        assert!(table.rows.iter().flatten().flatten().all(|text| !text.is_empty()));
    }
    testing::logged();
}

/// A column of the stream's own, whose name no column of the file may have.
fn declared() -> [Column; 1] {
    [Column::new("start_date", DataType::Timestamp, "")]
}

fn request() -> ScanRequest {
    let (http, _) = testing::http(|_| panic!("a file needs no request"));
    testing::request(&http, "report")
}

fn table(request: &ScanRequest, file: CsvFile) -> Result<Table, Failure> {
    testing::read(CsvScan::open(request, Vec::new(), Some(file))?)
}

fn look_at_names(columns: &[Column]) {
    let mut seen = vec!["start_date".to_owned()];
    for column in columns {
        let name = column.name.as_str();
        assert!(!name.trim().is_empty() && name.len() <= NAME_BYTES_MAX, "{name:?}");
        assert!(!name.contains(tollgate_model::text::is_control), "{name:?}");
        let folded = name.to_ascii_lowercase();
        assert!(!seen.contains(&folded), "{name:?} is there twice");
        seen.push(folded);
    }
}

/// Writes the lines of a text as rows of three fields, and reads them.
fn look_at_written(text: &[u8], choice: u8) {
    let text = String::from_utf8_lossy(text).replace(['\u{0}', '\u{feff}'], "");
    // A line end within a field is written as `\`, so that lines are fields.
    let fields: Vec<String> = text.split('\n').map(|field| field.replace('\\', "\r\n")).collect();
    let rows: Vec<&[String]> = fields.chunks_exact(3).collect();
    let line_end = ["\r\n", "\n", "\r"][usize::from(choice % 3)];
    let (delimiter, byte) =
        [(Delimiter::Comma, ","), (Delimiter::Tab, "\t")][usize::from(choice / 3 % 2)];
    let mut file = ["a", "b", "c"].join(byte);
    for row in &rows {
        file.push_str(line_end);
        let quoted = row.iter().map(|field| format!("\"{}\"", field.replace('"', "\"\"")));
        file.push_str(&quoted.collect::<Vec<_>>().join(byte));
    }
    let mut request = request();
    request.options = testing::settings(&[("types", &["text"])]);
    let rules = TypeRules::of(&request).expect("the option has that choice");
    let read = CsvFile::read(file.clone().into_bytes(), delimiter, &[], &rules);
    let read = read.expect("it was written after the rules").expect("it has a header");
    let read = table(&request, read).expect("it can be read");
    let expected: Vec<Vec<Option<String>>> = rows
        .iter()
        .map(|row| {
            row.iter().map(|field| Some(field.clone()).filter(|text| !text.is_empty())).collect()
        })
        .collect();
    assert_eq!(read.rows, expected, "{file:?}");
}
