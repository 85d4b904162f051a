//! The rules of streams.

use std::collections::HashSet;

use super::form::{Form, Use};
use super::report::{Place, Report};
use super::{COLUMNS_MAX, STREAMS_MAX, columns};
use crate::descriptor::{Operation, Stream};
use crate::text::quote;

pub(super) fn check(report: &mut Report, place: &Place<'_>, streams: &[Stream]) {
    report.amount(place, "streams", streams.len(), 1..=STREAMS_MAX);
    let mut seen = HashSet::new();
    for stream in streams.iter().take(STREAMS_MAX) {
        let place = place.at("stream", &stream.name);
        report.name(&place, &stream.name);
        if !seen.insert(stream.name.as_str()) {
            report.add(&place, format_args!("it is there twice"));
        }
        check_stream(report, &place, stream);
    }
}

fn check_stream(report: &mut Report, place: &Place<'_>, stream: &Stream) {
    report.title(place, &stream.title);
    report.description(place, &stream.description);
    columns::check(report, place, &stream.columns, stream.dynamic_columns);
    check_key_and_cursor(report, place, stream);
    if !stream.operations.contains(&Operation::Read) {
        report.add(place, format_args!("its operations do not include read"));
    }
    Form::new("option", Use::Options).add(report, place, &stream.options);
}

/// Dynamic columns are neither key nor cursor: those are known before the provider is asked.
fn check_key_and_cursor(report: &mut Report, place: &Place<'_>, stream: &Stream) {
    let names: HashSet<&str> =
        stream.columns.iter().take(COLUMNS_MAX).map(|column| column.name.as_str()).collect();
    report.amount(place, "key columns", stream.primary_key.len(), 0..=COLUMNS_MAX);
    let mut seen = HashSet::new();
    for name in stream.primary_key.iter().take(COLUMNS_MAX) {
        report.count(name);
        let shown = || quote(name);
        if !names.contains(name.as_str()) {
            report.add(place, format_args!("its key names {}, which is no column", shown()));
        }
        if !seen.insert(name.as_str()) {
            report.add(place, format_args!("its key names {} twice", shown()));
        }
    }
    if let Some(cursor) = &stream.cursor {
        report.count(cursor);
        if !names.contains(cursor.as_str()) {
            report.add(place, format_args!("its cursor {} is no column", quote(cursor)));
        }
    }
}
