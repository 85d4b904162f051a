//! Reports that come as CSV files: bytes to text, text to rows, a header to columns, and a [`Scan`]
//! of the rows.
//!
//! A [`CsvFile`] is looked through once, when it is taken in: every row has as many fields as the
//! header, and each column has the type that [`TypeRules`] gives it. It is then held as one text, and
//! a [`CsvScan`] makes pages of it.
//!
//! **Text.** UTF-8, with a byte order mark or without; UTF-16 with one; anything else is taken for
//! windows-1252, and a warning says so.
//!
//! **Rows.** As in RFC 4180; the delimiter may be another. Lines end in CRLF, LF or CR. A row with
//! more or fewer fields than the header is an error that names its line, and so is a quote that is
//! not closed. A line with nothing in it has no values and is passed over; in a file of one column it
//! is a row without a value, unless it is the last.
//!
//! **Names.** Columns keep the provider's names, without white space around them. A column without a
//! name is `column_N`; one whose name is taken, in whatever case, gets `_2`, `_3` and so on; a name
//! over 128 bytes is cut and ends in a hash of the whole.
//!
//! **Values.** An empty field is null, in quotes or not, whatever its column's type.
//!
//! **Types.** A column's type is what all its values are:
//!
//! | type | values |
//! |---|---|
//! | `int64` | whole numbers of 64 bits, without plus sign, leading zeros or spaces |
//! | `decimal(38, s)` | numbers as `12` and `-12.50`; `s` is their most digits behind the point, 18 at most |
//! | `boolean` | `true` and `false` in any case |
//! | `date` | `YYYY-MM-DD` |
//! | `timestamp` | ISO 8601 with `Z` or an offset |
//! | `text` | anything else; also a column without values |

mod file;
mod names;
mod reader;
mod rules;
mod scan;
mod text;
mod types;

pub use file::{CsvFile, Delimiter};
pub use rules::TypeRules;
pub use scan::{Constant, CsvScan};

#[cfg(doc)]
use crate::connector::Scan;
