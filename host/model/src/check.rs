//! The rules a descriptor has to keep.
//!
//! A descriptor is hostile input: everything in it was chosen by whoever wrote the connector. What
//! passes here can be shown to people, used as a name in a destination, and carried out by the
//! gate, without another look at its form. The work is linear in the size of the descriptor.

mod auth;
mod columns;
mod exchange;
mod form;
mod report;
mod streams;

#[cfg(test)]
mod tests;

use crate::descriptor::Descriptor;
use crate::error::Result;
use crate::origin::{Audience, Origin};
use crate::text::quote;
use crate::version::Version;

pub use columns::check_columns;
use form::{Form, Use};
use report::{Place, Report};

/// The most bytes of all texts of a descriptor together.
pub const DESCRIPTOR_BYTES_MAX: usize = 1_024 * 1_024;
/// The most bytes of a title.
pub const TITLE_BYTES_MAX: usize = 200;
/// The most bytes of a description.
pub const DESCRIPTION_BYTES_MAX: usize = 4_000;
/// The most streams of a connector.
pub const STREAMS_MAX: usize = 500;
/// The most columns of a stream.
pub const COLUMNS_MAX: usize = 1_000;
/// The most fields of one form: more than anybody fills in.
pub const FIELDS_MAX: usize = 100;
/// The most choices of one field: as many as an account's lists may come to.
pub const CHOICES_MAX: usize = 1_000;
/// The most auth methods of a connector.
pub const AUTH_METHODS_MAX: usize = 16;
/// The most origins of a connector, and audiences of an auth method: a list that people can read
/// before they grant it.
pub const ORIGINS_MAX: usize = 32;
/// The most rate limits of a connector.
pub const RATE_LIMITS_MAX: usize = 16;
/// The most limit signs of a connector.
pub const LIMIT_SIGNS_MAX: usize = 16;
/// The most bytes of the text of a limit sign.
const SIGN_BYTES_MAX: usize = 200;
/// The most requests of one account under way at once.
pub const CONCURRENT_REQUESTS_MAX: u32 = 64;
/// The longest window of a rate limit: a day.
pub const WINDOW_MS_MAX: u64 = 86_400_000;

/// Looks at everything a descriptor says: names, duplicates, keys and conditions that exist, sizes,
/// origins, templates.
///
/// # Errors
/// [`crate::ErrorKind::Bug`] that lists every broken rule (the first 20 of them), one a line.
pub fn check(descriptor: &Descriptor) -> Result<()> {
    let mut report = Report::default();
    let place = Place::root();
    check_identity(&mut report, &place, descriptor);
    let mut account = Form::new("account field", Use::Account);
    account.add(&mut report, &place, &descriptor.account_fields);
    let origins = check_origins(&mut report, &place, &descriptor.origins);
    check_limits(&mut report, &place, descriptor);
    auth::check(&mut report, &place, &descriptor.auth_methods, &account, &origins);
    check_reads_by_post(&mut report, &place, &descriptor.reads_by_post, &origins);
    streams::check(&mut report, &place, &descriptor.streams);
    let bytes = report.bytes();
    if bytes > DESCRIPTOR_BYTES_MAX {
        let rule =
            format_args!("its texts have {bytes} bytes; {DESCRIPTOR_BYTES_MAX} are the most");
        report.add(&place, rule);
    }
    report.finish("the connector breaks the rules of its interface")
}

fn check_identity(report: &mut Report, place: &Place<'_>, descriptor: &Descriptor) {
    report.name(&place.at("id", &descriptor.id), &descriptor.id);
    report.count(&descriptor.version);
    if descriptor.version.parse::<Version>().is_err() {
        let place = place.at("version", &descriptor.version);
        report.add(&place, format_args!("it is not MAJOR.MINOR.PATCH, three numbers"));
    }
    report.title(place, &descriptor.title);
    report.description(place, &descriptor.description);
}

/// The origins that are well-formed.
fn check_origins(report: &mut Report, place: &Place<'_>, origins: &[String]) -> Vec<Origin> {
    report.amount(place, "origins", origins.len(), 1..=ORIGINS_MAX);
    let mut parsed = Vec::new();
    for text in origins.iter().take(ORIGINS_MAX) {
        report.count(text);
        match text.parse::<Origin>() {
            Err(error) => report.add(place, format_args!("{error}")),
            Ok(origin) if parsed.contains(&origin) => {
                report.add(place, format_args!("the origin `{origin}` is there twice"));
            }
            Ok(origin) => parsed.push(origin),
        }
    }
    parsed
}

/// A read that may POST anywhere could write anywhere.
fn check_reads_by_post(
    report: &mut Report,
    place: &Place<'_>,
    prefixes: &[String],
    origins: &[Origin],
) {
    report.amount(place, "prefixes for reads by POST", prefixes.len(), 0..=ORIGINS_MAX);
    for text in prefixes.iter().take(ORIGINS_MAX) {
        report.count(text);
        match text.parse::<Audience>() {
            Err(error) => report.add(place, format_args!("{error}")),
            Ok(prefix) if !origins.iter().any(|origin| origin.covers(prefix.origin())) => {
                let rule = "does not lie within the origins";
                report.add(place, format_args!("the prefix {} {rule}", quote(text)));
            }
            Ok(_) => {}
        }
    }
}

fn check_limits(report: &mut Report, place: &Place<'_>, descriptor: &Descriptor) {
    report.amount(place, "rate limits", descriptor.rate_limits.len(), 0..=RATE_LIMITS_MAX);
    for limit in descriptor.rate_limits.iter().take(RATE_LIMITS_MAX) {
        if limit.requests == 0 {
            report.add(place, format_args!("a rate limit allows no request"));
        }
        if !(1..=WINDOW_MS_MAX).contains(&limit.window_ms) {
            let window = limit.window_ms;
            report.add(
                place,
                format_args!("a rate limit has a window of {window} ms, not 1 to {WINDOW_MS_MAX}"),
            );
        }
    }
    report.amount(place, "limit signs", descriptor.limit_signs.len(), 0..=LIMIT_SIGNS_MAX);
    for sign in descriptor.limit_signs.iter().take(LIMIT_SIGNS_MAX) {
        let place = place.at("limit sign", &sign.text);
        report.line(&place, "text", &sign.text, SIGN_BYTES_MAX);
        if sign.text.is_empty() {
            report.add(&place, format_args!("it has no text"));
        }
        if !(400..=599).contains(&sign.status) {
            let status = sign.status;
            report.add(&place, format_args!("its status is {status}, not 400 to 599"));
        }
    }
    let concurrent = descriptor.concurrent_requests;
    if !(1..=CONCURRENT_REQUESTS_MAX).contains(&concurrent) {
        report.add(
            place,
            format_args!(
                "concurrent requests are {concurrent}, not 1 to {CONCURRENT_REQUESTS_MAX}"
            ),
        );
    }
}
