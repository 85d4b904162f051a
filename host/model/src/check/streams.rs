//! The rules of streams.

use std::collections::HashSet;

use super::form::{Form, Use};
use super::report::{Place, Report};
use super::{COLUMNS_MAX, STREAMS_MAX, columns};
use crate::descriptor::{ChildTable, Operation, Stream};
use crate::schema::Column;
use crate::text::quote;

/// The most child tables of a stream.
const CHILDREN_MAX: usize = 20;
/// The most rows of one call of `write`.
const ROWS_PER_WRITE_MAX: usize = 1_000;

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
    check_key_cursor_and_deletion(report, place, stream);
    Form::new("option", Use::Options).add(report, place, &stream.options);
    check_writes(report, place, stream);
    check_children(report, place, stream);
}

fn check_writes(report: &mut Report, place: &Place<'_>, stream: &Stream) {
    report.amount(place, "write operations", stream.writes.len(), 0..=Operation::ALL.len());
    let mut seen = HashSet::new();
    for write in stream.writes.iter().take(Operation::ALL.len()) {
        let place = place.at("write operation", write.operation.name());
        if !seen.insert(write.operation) {
            report.add(&place, format_args!("it is there twice"));
        }
        report.description(&place, &write.description);
        columns::check(report, &place, &write.columns, stream.dynamic_columns);
        let rows = write.rows_per_call as usize;
        report.amount(&place, "rows per call", rows, 1..=ROWS_PER_WRITE_MAX);
        Form::new("option", Use::Options).add(report, &place, &write.options);
    }
}

fn check_children(report: &mut Report, place: &Place<'_>, stream: &Stream) {
    report.amount(place, "child tables", stream.children.len(), 0..=CHILDREN_MAX);
    let mut seen = HashSet::new();
    for child in stream.children.iter().take(CHILDREN_MAX) {
        let place = place.at("child table", &child.name);
        report.name(&place, &child.name);
        if !seen.insert(child.name.as_str()) {
            report.add(&place, format_args!("it is there twice"));
        }
        report.description(&place, &child.description);
        columns::check(report, &place, &child.columns, false);
        check_key(report, &place, &child.columns, &child.primary_key);
        check_parent_key(report, &place, stream, child);
    }
}

/// A child row says which row it belongs to: with the parent's key, as the parent has it.
fn check_parent_key(report: &mut Report, place: &Place<'_>, stream: &Stream, child: &ChildTable) {
    if stream.primary_key.is_empty() {
        report.add(place, format_args!("the stream has no key that its rows could name"));
    }
    for (at, name) in stream.primary_key.iter().take(COLUMNS_MAX).enumerate() {
        let of_parent = stream.columns.iter().find(|column| column.name == *name);
        let is_there = child.columns.get(at).is_some_and(|column| {
            column.name == *name
                && of_parent.is_none_or(|parent| parent.data_type == column.data_type)
        });
        if !is_there {
            let rule = "is not the stream's key column";
            report.add(place, format_args!("its column {} {rule} {}", at + 1, quote(name)));
        }
        if !child.primary_key.is_empty() && !child.primary_key.contains(name) {
            report.add(place, format_args!("its key lacks the stream's {}", quote(name)));
        }
    }
}

/// Dynamic columns are nothing of these: those are known before the provider is asked.
fn check_key_cursor_and_deletion(report: &mut Report, place: &Place<'_>, stream: &Stream) {
    check_key(report, place, &stream.columns, &stream.primary_key);
    for (what, name) in [("cursor", &stream.cursor), ("deletion", &stream.deletion)] {
        let Some(name) = name else { continue };
        report.count(name);
        if !stream.columns.iter().take(COLUMNS_MAX).any(|column| column.name == *name) {
            report.add(place, format_args!("its {what} {} is no column", quote(name)));
        }
    }
    if let Some(deletion) = &stream.deletion {
        if stream.primary_key.is_empty() {
            report.add(place, format_args!("it tells deletions, but has no key"));
        }
        if stream.primary_key.contains(deletion) {
            report.add(place, format_args!("its deletion {} is in its key", quote(deletion)));
        }
    }
}

fn check_key(report: &mut Report, place: &Place<'_>, columns: &[Column], key: &[String]) {
    let names: HashSet<&str> =
        columns.iter().take(COLUMNS_MAX).map(|column| column.name.as_str()).collect();
    report.amount(place, "key columns", key.len(), 0..=COLUMNS_MAX);
    let mut seen = HashSet::new();
    for name in key.iter().take(COLUMNS_MAX) {
        report.count(name);
        let shown = || quote(name);
        if !names.contains(name.as_str()) {
            report.add(place, format_args!("its key names {}, which is no column", shown()));
        }
        if !seen.insert(name.as_str()) {
            report.add(place, format_args!("its key names {} twice", shown()));
        }
    }
}
