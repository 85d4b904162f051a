//! The day's requests spent half-way, and the next day.

use std::time::Duration;

use tollgate_simulators::ConstantContact;
use tollgate_simulators::constant_contact::{Builder, RateLimits};

use super::desk::{Desk, PASTED, Run};

const DAY: Duration = Duration::from_secs(86_400);

fn so_many_a_day(requests: usize) -> Builder {
    let limits = RateLimits { per_day: Some(requests), ..RateLimits::default() };
    ConstantContact::builder().contacts(30).rate_limits(limits)
}

/// The time from which on there is a next day, as the text says it.
fn says_midnight(run: &Run) {
    let tomorrow = jiff::Timestamp::now().to_zoned(jiff::tz::TimeZone::UTC).tomorrow().unwrap();
    let midnight = format!("{}T00:00:00Z", tomorrow.date());
    assert!(run.stderr.contains(&midnight), "no {midnight} in {}", run.stderr);
}

#[test]
fn a_read_goes_on_the_next_day() {
    let desk = Desk::new(so_many_a_day(2), PASTED);
    let sync = "sync --stream contacts --to out.db --mode merge --option page_size=10";
    let run = desk.run(sync).exits(5);
    says_midnight(&run);
    assert_eq!(desk.texts("out.db", "contacts", "contact_id").len(), 20, "what came is kept");
    assert_eq!(desk.server.requests().len(), 3, "what is spent is not asked for again");
    desk.server.advance(DAY);
    let run = desk.run(sync).exits(0);
    assert!(run.stdout.contains("went on after 20 rows"), "{}", run.stdout);
    let truth = desk.server.truth().contacts().filter(|it| it.deleted_at.is_none());
    let mut ids: Vec<_> = truth.map(|contact| contact.contact_id).collect();
    ids.sort();
    assert_eq!(desk.texts("out.db", "contacts", "contact_id"), ids);
}

/// Parts that had come to their end are not read again.
#[test]
fn a_read_in_parts_goes_on_the_next_day() {
    let desk = Desk::new(so_many_a_day(6), PASTED);
    let sync = "sync --stream contact_activity_details --to out.db --mode append \
                --option contact_status=deleted,unsubscribed,pending_confirmation,not_set";
    says_midnight(&desk.run(sync).exits(5));
    desk.server.advance(DAY);
    let mut days = 1;
    while desk.run(sync).code == Some(5) {
        desk.server.advance(DAY);
        days += 1;
        assert!(days < 4, "it makes no headway");
    }
    let truth = desk.server.truth();
    let chosen = ["unsubscribed", "pending_confirmation", "not_set"];
    let is_chosen = |id: &str| {
        let contact = truth.contact(id).unwrap();
        let permission = contact.email_address.map(|it| it.permission_to_send);
        contact.deleted_at.is_some() || permission.is_none_or(|it| chosen.contains(&it.as_str()))
    };
    let rows = truth.plain("activity_details").into_iter();
    let ids = rows.map(|row| row["contact_id"].as_str().unwrap().to_owned());
    let mut ids: Vec<_> = ids.filter(|id| is_chosen(id)).collect();
    ids.sort();
    assert_eq!(desk.texts("out.db", "contact_activity_details", "contact_id"), ids);
}

#[test]
fn a_write_goes_on_the_next_day() {
    let desk = Desk::new(so_many_a_day(2), PASTED);
    desk.put("new.csv", "email_address\na@example.com\nb@example.com\nc@example.com\n");
    let write = "write acme contacts --operation create --from new.csv";
    let run = desk.run(write).exits(5);
    says_midnight(&run);
    assert!(run.stderr.contains("--skip 2"), "{}", run.stderr);
    desk.server.advance(DAY);
    desk.run(&format!("{write} --skip 2")).exits(0);
    assert_eq!(desk.server.truth().contacts().count(), 33);
    assert_eq!(desk.server.writes().len(), 4, "three rows, of which one was refused once");
}
