//! The rows of a CSV file, page by page.

use super::file::CsvFile;
use super::reader::{Place, Reader};
use super::rules::TypeRules;
use super::types::{push, spelling};
use crate::columns::{ColumnBuilder, IntColumn};
use crate::connector::{Batch, Column, Page, Scan};
use crate::failure::{BadValue, Failure};
use crate::record::DataType;
use crate::request::ScanRequest;

/// Rows of a page. The host takes ten times as many.
const PAGE_ROWS: u32 = 10_000;
/// Bytes of a file after which a page ends. A field of one byte becomes eight at most, and the host
/// takes 32 MiB.
const PAGE_BYTES: usize = 2 * 1_024 * 1_024;
/// The checkpoint of a read that came to its end.
const END: &str = "end";

/// A declared column that has one value in all rows of a file: of type `int64`, `date` or
/// `timestamp`.
#[derive(Clone, Debug)]
pub struct Constant {
    /// The column.
    pub column: Column,
    /// Its value, as such a column carries it.
    pub value: Option<i64>,
}

/// Reads a CSV file, of which only the wanted columns become values.
///
/// There is no checkpoint but at the end: a file is had anew, and is read whole or not at all.
pub struct CsvScan {
    file: Option<CsvFile>,
    constants: Vec<Option<i64>>,
    columns: Vec<Column>,
    sources: Vec<Source>,
    next: Place,
    rows_read: u64,
    is_done: bool,
}

/// Where a column's values come from.
#[derive(Clone, Copy, Debug)]
enum Source {
    /// The constant with this number.
    Constant(usize),
    /// The field with this number in each row.
    Field(usize),
    /// Nowhere: there are no rows.
    Nowhere,
}

impl CsvScan {
    /// What `request` asks for: the columns that the stream declares, then those of the file.
    /// Without a file there are no rows.
    ///
    /// # Errors
    /// `invalid-config` for a checkpoint that is not this scan's, and for a column that neither the
    /// stream nor the file has; `unexpected-response` for one that it had when it was discovered.
    pub fn open(
        request: &ScanRequest,
        declared: Vec<Constant>,
        file: Option<CsvFile>,
    ) -> Result<Box<dyn Scan>, Failure> {
        let is_done = Self::is_at_end(request)?;
        let all = declared.iter().map(|constant| &constant.column);
        let all: Vec<&Column> = all.chain(file.iter().flat_map(CsvFile::columns)).collect();
        let source = |index: usize| match index.checked_sub(declared.len()) {
            None => Source::Constant(index),
            Some(field) => Source::Field(field),
        };
        let (mut columns, mut sources) = (Vec::new(), Vec::new());
        for (name, data_type) in request.wanted() {
            let place = all.iter().position(|column| column.name == name);
            let (column, source) = match place {
                Some(index) => (all[index].clone(), source(index)),
                None if file.is_none() => {
                    (Column::new(name, data_type.unwrap_or(DataType::Text), ""), Source::Nowhere)
                }
                None => return Err(missing(name, data_type, &all)),
            };
            columns.push(column);
            sources.push(source);
        }
        if request.columns.is_empty() {
            columns.extend(all.iter().map(|&column| column.clone()));
            sources.extend((0..all.len()).map(source));
        }
        let next = file.as_ref().map(CsvFile::begin).unwrap_or_default();
        let constants = declared.into_iter().map(|constant| constant.value).collect();
        Ok(Box::new(Self { file, constants, columns, sources, next, rows_read: 0, is_done }))
    }

    /// Whether the read came to its end before. There is no need for a file then.
    ///
    /// # Errors
    /// `invalid-config` for a checkpoint that is not this scan's.
    pub fn is_at_end(request: &ScanRequest) -> Result<bool, Failure> {
        match request.checkpoint.as_deref() {
            None => Ok(false),
            Some(END) => Ok(true),
            Some(other) => {
                let text = format!("{other:?} is not a place in this stream");
                Err(Failure::invalid("checkpoint", text))
            }
        }
    }

    /// Reads the rows of a page.
    fn read(&mut self) -> Result<Batch, Failure> {
        let Self { file, columns, sources, constants, .. } = self;
        let mut builders: Vec<_> =
            columns.iter().map(|column| ColumnBuilder::new(column.data_type)).collect();
        let mut rows = 0;
        if let Some(file) = file {
            let mut reader = file.reader(file.columns().len(), self.next);
            let (begin, mut row) = (self.next.at, Vec::new());
            while rows < PAGE_ROWS
                && reader.place().at - begin < PAGE_BYTES
                && reader.next(&mut row)?
            {
                for ((source, column), builder) in sources.iter().zip(&*columns).zip(&mut builders)
                {
                    match *source {
                        Source::Constant(number) => push_constant(builder, constants[number]),
                        Source::Field(number) => {
                            let text = row[number].text();
                            if !push(builder, column.data_type, &text) {
                                return Err(unfit(&reader, column, &text));
                            }
                        }
                        Source::Nowhere => {}
                    }
                }
                rows += 1;
            }
            self.next = reader.place();
        }
        Ok(Batch { rows, columns: builders.iter_mut().map(ColumnBuilder::take).collect() })
    }
}

impl Scan for CsvScan {
    fn columns(&self) -> Vec<Column> {
        self.columns.clone()
    }

    fn next(&mut self) -> Result<Option<Page>, Failure> {
        if self.is_done {
            return Ok(None);
        }
        let batch = self.read()?;
        self.rows_read += u64::from(batch.rows);
        let rows_total = self.file.as_ref().map(CsvFile::rows).unwrap_or_default();
        self.is_done = self.rows_read >= rows_total;
        Ok(Some(Page {
            batch,
            children: Vec::new(),
            checkpoint: self.is_done.then(|| END.to_owned()),
            next_cursor: (!self.is_done).then(|| format!("row {}", self.rows_read + 1)),
            rows_total: Some(rows_total),
        }))
    }
}

/// Every constant is an integer, and so is its column.
fn push_constant(builder: &mut ColumnBuilder, value: Option<i64>) {
    if let ColumnBuilder::Int(column) = builder {
        IntColumn::push(column, value);
    }
}

fn missing(name: &str, discovered: Option<DataType>, all: &[&Column]) -> Failure {
    let names: Vec<&str> = all.iter().map(|column| column.name.as_str()).collect();
    let text = format!("no column is named {name:?}; there are: {}", names.join(", "));
    match discovered {
        Some(_) => Failure::unexpected(format!("the file's header has changed: {text}")),
        None => Failure::invalid("columns", text),
    }
}

fn unfit(reader: &Reader<'_>, column: &Column, text: &str) -> Failure {
    let bad = BadValue::new(&spelling(column.data_type), text).in_field(&column.name);
    reader.wrong(&format!("{bad}; {}", TypeRules::advice(&column.name)))
}

#[cfg(test)]
mod tests {
    use super::super::Delimiter;
    use super::*;
    use crate::testing::{Table, http, read, request, settings};

    /// A request for these columns, none meaning all, with the types that were discovered.
    fn wanted(columns: &[(&str, Option<DataType>)]) -> ScanRequest {
        let (http, _) = http(|_| panic!("no request"));
        let mut request = request(&http, "report");
        request.columns = columns.iter().map(|&(name, _)| name.to_owned()).collect();
        request.column_types = columns.iter().map(|&(_, data_type)| data_type).collect();
        request
    }

    fn declared() -> Vec<Constant> {
        let column = |name| Column::new(name, DataType::Date, "").required();
        vec![
            Constant { column: column("start_date"), value: Some(0) },
            Constant { column: column("end_date"), value: Some(31) },
        ]
    }

    fn open(request: &ScanRequest, text: &str) -> Result<Box<dyn Scan>, Failure> {
        let columns: Vec<_> = declared().into_iter().map(|constant| constant.column).collect();
        let rules = TypeRules::of(request)?;
        let file = CsvFile::read(text.into(), Delimiter::Comma, &columns, &rules)?;
        CsvScan::open(request, declared(), file)
    }

    fn rows(request: &ScanRequest, text: &str) -> Result<Table, Failure> {
        read(open(request, text)?)
    }

    const FILE: &str = "Id,Name,Rate,Is Open,Day,At\n\
                        1,\"a, \"\"b\"\"\",1.50,true,2026-01-31,2026-01-31T10:00:00+01:00\n\
                        ,,\"\",,,\n\
                        -2,é,2,FALSE,1969-12-31,2026-01-31T10:00:00.5Z\n";

    #[test]
    fn all_columns_come_behind_the_declared_ones() {
        let table = rows(&wanted(&[]), FILE).expect("rows");
        let names = ["start_date", "end_date", "Id", "Name", "Rate", "Is Open", "Day", "At"];
        assert_eq!(table.columns, names);
        for (name, expected) in [
            ("start_date", ["1970-01-01"; 3]),
            ("end_date", ["1970-02-01"; 3]),
            ("Id", ["1", "null", "-2"]),
            ("Name", ["a, \"b\"", "null", "é"]),
            ("Rate", ["1.50", "null", "2"]),
            ("Is Open", ["true", "null", "false"]),
            ("Day", ["2026-01-31", "null", "1969-12-31"]),
            ("At", ["2026-01-31T09:00:00Z", "null", "2026-01-31T10:00:00.500000Z"]),
        ] {
            assert_eq!(table.column(name), expected, "{name}");
        }
        assert_eq!(table.pages, [(3, Some(END.to_owned()), None)]);
    }

    #[test]
    fn wanted_columns_come_in_their_order_with_the_types_that_were_discovered() {
        let wanted = wanted(&[("Id", Some(DataType::Text)), ("end_date", None), ("Rate", None)]);
        let scan = open(&wanted, FILE).expect("a scan");
        assert!(matches!(scan.columns()[0].data_type, DataType::Text));
        let table = read(scan).expect("rows");
        assert_eq!(table.columns, ["Id", "end_date", "Rate"]);
        assert_eq!(table.column("Id"), ["1", "null", "-2"]);
    }

    #[test]
    fn a_value_of_another_type_names_its_column_its_line_and_a_way_out() {
        let wanted = wanted(&[("Id", Some(DataType::Int64))]);
        let failure = rows(&wanted, "Name,Id\n\"a\nb\",1\nc,007\n").err();
        let told = "line 4 of the CSV file: Id: expected a whole number of 64 bits, found \"007\"; \
                    to read it as it is, put `Id=text` into the option `column_types`";
        assert_eq!(failure, Some(Failure::unexpected(told)));

        let mut chosen = super::tests::wanted(&[]);
        chosen.options = settings(&[("column_types", &["Id=date"])]);
        let failure = rows(&chosen, "Id\n7\n").err();
        assert!(matches!(failure, Some(Failure::UnexpectedResponse(_))), "{failure:?}");
    }

    #[test]
    fn a_column_that_is_not_there_is_an_error() {
        let failure = rows(&wanted(&[("Name", None)]), "Id\n1\n").err();
        let told = "no column is named \"Name\"; there are: start_date, end_date, Id";
        assert_eq!(failure, Some(Failure::invalid("columns", told)));
        let failure = rows(&wanted(&[("Name", Some(DataType::Text))]), "Id\n1\n").err();
        assert!(matches!(failure, Some(Failure::UnexpectedResponse(_))), "{failure:?}");
    }

    #[test]
    fn without_a_file_or_rows_there_is_one_empty_page_of_the_wanted_columns() {
        let wanted = [("Id", Some(DataType::Int64)), ("start_date", None), ("Name", None)];
        for text in ["", "Name,Id\n"] {
            let scan = open(&super::tests::wanted(&wanted), text).expect("a scan");
            let types: Vec<_> = scan.columns().iter().map(|column| column.data_type).collect();
            let expected = [DataType::Int64, DataType::Date, DataType::Text];
            assert_eq!(format!("{types:?}"), format!("{expected:?}"));
            let table = read(scan).expect("no rows");
            assert_eq!(table.pages, [(0, Some(END.to_owned()), None)]);
        }
    }

    #[test]
    fn a_page_ends_after_so_many_rows_or_bytes() {
        let text = format!("Id\n{}", "1\n".repeat(25_000));
        let table = rows(&wanted(&[]), &text).expect("rows");
        let next = |row: u64| Some(format!("row {row}"));
        let expected = [
            (10_000, None, next(10_001)),
            (10_000, None, next(20_001)),
            (5_000, Some(END.to_owned()), None),
        ];
        assert_eq!(table.pages, expected);
        assert_eq!(table.rows.len(), 25_000);

        let text = format!("Text\n{}", format!("{}\n", "x".repeat(PAGE_BYTES - 1)).repeat(3));
        let table = rows(&wanted(&[("Text", None)]), &text).expect("rows");
        assert_eq!(table.pages.iter().map(|page| page.0).collect::<Vec<_>>(), [1, 1, 1]);
    }

    #[test]
    fn a_read_that_came_to_its_end_has_nothing_more() {
        let mut request = wanted(&[]);
        request.checkpoint = Some(END.to_owned());
        assert_eq!(rows(&request, FILE).expect("nothing").pages, []);
        request.checkpoint = Some("row 2".to_owned());
        let failure = rows(&request, FILE).err();
        assert!(matches!(failure, Some(Failure::InvalidConfig(_))), "{failure:?}");
    }
}
