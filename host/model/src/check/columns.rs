//! The rules of columns.

use std::collections::HashSet;

use super::COLUMNS_MAX;
use super::report::{Place, Report};
use crate::data_type::DataType;
use crate::error::Result;
use crate::schema::Column;
use crate::text::is_line;

/// The most bytes of the name of a column of a stream with dynamic columns.
const DYNAMIC_NAME_BYTES_MAX: usize = 128;
/// The most digits of a decimal.
const PRECISION_MAX: u8 = 38;

/// Looks at the columns that a connector gives for a stream. `dynamic` says whether the stream has
/// dynamic columns, whose names are the provider's.
///
/// # Errors
/// [`crate::ErrorKind::Bug`] that lists every broken rule (the first 20 of them).
pub fn check_columns(columns: &[Column], dynamic: bool) -> Result<()> {
    let mut report = Report::default();
    check(&mut report, &Place::root(), columns, dynamic);
    report.finish("the connector gives columns that break the rules of its interface")
}

pub(super) fn check(report: &mut Report, place: &Place<'_>, columns: &[Column], dynamic: bool) {
    report.amount(place, "columns", columns.len(), 1..=COLUMNS_MAX);
    let mut seen = HashSet::new();
    for column in columns.iter().take(COLUMNS_MAX) {
        let place = place.at("column", &column.name);
        check_name(report, &place, &column.name, dynamic);
        // Databases fold the case of names, so two that differ by it alone would be one there.
        if !seen.insert(column.name.to_ascii_lowercase()) {
            let rule = "it is there twice, or another name differs from it only by case";
            report.add(&place, format_args!("{rule}"));
        }
        report.description(&place, &column.description);
        check_type(report, &place, column.data_type);
    }
}

fn check_name(report: &mut Report, place: &Place<'_>, name: &str, dynamic: bool) {
    if !dynamic {
        return report.name(place, name);
    }
    report.count(name);
    if name.trim().is_empty() || name.len() > DYNAMIC_NAME_BYTES_MAX || !is_line(name) {
        let rule = "without control characters";
        report.add(
            place,
            format_args!("its name is not a text of 1 to {DYNAMIC_NAME_BYTES_MAX} bytes {rule}"),
        );
    }
}

fn check_type(report: &mut Report, place: &Place<'_>, data_type: DataType) {
    let DataType::Decimal { precision, scale } = data_type else { return };
    if !(1..=PRECISION_MAX).contains(&precision) {
        report.add(place, format_args!("its precision is {precision}, not 1 to {PRECISION_MAX}"));
    }
    if scale > precision {
        report.add(place, format_args!("its scale {scale} is over its precision {precision}"));
    }
}
