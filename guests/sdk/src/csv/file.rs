//! A CSV file that was looked through.

use super::names::names;
use super::reader::{Field, Place, Reader};
use super::rules::TypeRules;
use super::text::decode;
use super::types::Guess;
use crate::failure::Failure;
use crate::record::{Column, DataType};

/// The most columns that the interface allows.
const COLUMNS_MAX: usize = 1_000;

/// What stands between the fields of a row.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Delimiter {
    /// `,`
    #[default]
    Comma,
    /// `;`
    Semicolon,
    /// A tabulator.
    Tab,
}

impl Delimiter {
    pub(super) fn byte(self) -> u8 {
        match self {
            Self::Comma => b',',
            Self::Semicolon => b';',
            Self::Tab => b'\t',
        }
    }
}

/// A CSV file with a header. Its columns are known, and every row has a field for each of them.
#[derive(Debug)]
pub struct CsvFile {
    text: String,
    delimiter: Delimiter,
    columns: Vec<Column>,
    rows: u64,
    /// Where the first row begins.
    begin: Place,
}

impl CsvFile {
    /// Looks through the bytes of a file. None where it has not even a header.
    ///
    /// `declared` are the columns that the stream has beside those of the file, whose names those of
    /// the file are to be unlike.
    ///
    /// # Errors
    /// `unexpected-response` for a file that is no text or no CSV, for rows that have more or fewer
    /// fields than the header, and for more than 1,000 columns; `invalid-config` for a column whose
    /// type a user says and that is not there.
    pub fn read(
        bytes: Vec<u8>,
        delimiter: Delimiter,
        declared: &[Column],
        rules: &TypeRules,
    ) -> Result<Option<Self>, Failure> {
        let text = decode(bytes)?;
        let mut header = Vec::new();
        let fields_max = COLUMNS_MAX - declared.len().min(COLUMNS_MAX - 1);
        let mut reader = Reader::new(&text, delimiter, fields_max, Place::default());
        if !reader.next(&mut header)? {
            return Ok(None);
        }
        let begin = reader.place();
        let taken: Vec<&str> = declared.iter().map(|column| column.name.as_str()).collect();
        let names = names(header.iter().map(|heading| heading.text()), &taken);
        rules.check(&names)?;
        let types: Vec<_> = names.iter().map(|name| rules.data_type(name)).collect();
        let mut file = Self { text, delimiter, columns: Vec::new(), rows: 0, begin };
        let types = file.look_through(types)?;
        let column = |(name, data_type): (String, DataType)| Column {
            name,
            data_type,
            nullable: true,
            description: String::new(),
        };
        file.columns = names.into_iter().zip(types).map(column).collect();
        Ok(Some(file))
    }

    /// Its columns, with the provider's names.
    pub fn columns(&self) -> &[Column] {
        &self.columns
    }

    /// How many rows it has.
    pub fn rows(&self) -> u64 {
        self.rows
    }

    /// The first row's place.
    pub(super) fn begin(&self) -> Place {
        self.begin
    }

    /// Reads rows of so many fields from a place on.
    pub(super) fn reader(&self, fields: usize, place: Place) -> Reader<'_> {
        Reader::new(&self.text, self.delimiter, fields, place)
    }

    /// Counts the rows, and gives each column without a type the one that its values have.
    fn look_through(&mut self, types: Vec<Option<DataType>>) -> Result<Vec<DataType>, Failure> {
        let mut columns: Vec<_> = types.into_iter().map(|known| (known, Guess::NEW)).collect();
        let mut reader = self.reader(columns.len(), self.begin);
        let (mut row, mut rows): (Vec<Field<'_>>, u64) = (Vec::new(), 0);
        while reader.next(&mut row)? {
            if row.len() < columns.len() {
                let (has, needs) = (row.len(), columns.len());
                return Err(reader.wrong(&format!("it has {has} of {needs} fields")));
            }
            for ((known, guess), field) in columns.iter_mut().zip(&row) {
                if known.is_none() {
                    guess.see(&field.text());
                }
            }
            rows += 1;
        }
        self.rows = rows;
        Ok(columns.iter().map(|(known, guess)| known.unwrap_or(guess.data_type())).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{http, request, settings};

    fn read(text: &str) -> Result<Option<CsvFile>, Failure> {
        let declared = [Column::new("start_date", DataType::Timestamp, "")];
        CsvFile::read(text.into(), Delimiter::Comma, &declared, &TypeRules::default())
    }

    #[test]
    fn a_file_has_columns_and_rows() {
        let file =
            read("Id,start_date,Note\n7,2026-01-01,\n8,,\n").expect("CSV").expect("a header");
        let columns = file.columns().iter().map(|column| (&*column.name, column.data_type));
        let expected =
            [("Id", DataType::Int64), ("start_date_2", DataType::Date), ("Note", DataType::Text)];
        assert_eq!(format!("{:?}", columns.collect::<Vec<_>>()), format!("{expected:?}"));
        assert_eq!(file.rows(), 2);
        assert!(file.columns().iter().all(|column| column.nullable));
    }

    #[test]
    fn a_file_may_have_no_rows_and_no_header() {
        assert_eq!(read("A,B\r\n").expect("CSV").expect("a header").rows(), 0);
        for text in ["", "\u{feff}", "\r\n\r\n"] {
            assert!(read(text).expect("CSV").is_none(), "{text:?}");
        }
    }

    #[test]
    fn rows_have_as_many_fields_as_the_header() {
        for (text, told) in [
            ("A,B\n1\n", "line 2 of the CSV file: it has 1 of 2 fields"),
            ("A,B\n\n1,2\n1,2,3\n", "line 4 of the CSV file: it has more than 2 fields"),
            ("A\n\n1,2\n", "line 3 of the CSV file: it has more than 1 fields"),
        ] {
            assert_eq!(read(text).err(), Some(Failure::unexpected(told)), "{text:?}");
        }
    }

    #[test]
    fn a_type_for_a_column_that_is_not_there_is_a_wrong_option() {
        let (http, _) = http(|_| panic!("no request"));
        let mut request = request(&http, "report");
        request.options = settings(&[("column_types", &["B=text"])]);
        let rules = TypeRules::of(&request).expect("rules");
        let failure = CsvFile::read("A\n1\n".into(), Delimiter::Comma, &[], &rules).err();
        let told = "no column is named \"B\"; there are: A";
        assert_eq!(failure, Some(Failure::invalid("column_types", told)));
    }

    #[test]
    fn a_file_has_as_many_columns_as_the_interface_allows_beside_the_declared_ones() {
        let header = |count: usize| vec!["a"; count].join(",");
        assert_eq!(read(&header(999)).expect("CSV").expect("a header").columns().len(), 999);
        let told = "line 1 of the CSV file: it has more than 999 fields";
        assert_eq!(read(&header(1_000)).err(), Some(Failure::unexpected(told)));
    }
}
