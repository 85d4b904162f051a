//! The stand-in for the provider: contacts with their phone numbers, which change between runs, and
//! what has to come of them in a table.

use std::time::Duration;

use anyhow::ensure;
use jiff::Timestamp;
use serde_json::{Value, json};
use tollgate_simulators::constant_contact::CANARY_PASTED;
use tollgate_simulators::{ConstantContact, Request, Simulator, Vendor as _};
use tollgate_sync::Mode;

use crate::place::Rows;

/// The stream that is read.
pub const STREAM: &str = "contacts";
/// Its child table that is read with it.
pub const CHILD: &str = "phone_numbers";
/// Its columns that are read: the key, what changes, the cursor, and what tells deletions.
pub const COLUMNS: [&str; 4] = ["contact_id", "company_name", "updated_at", "deleted_at"];
/// The tables that come of it.
pub const TABLES: [&str; 2] = ["contacts", "contacts_phone_numbers"];
/// Rows of a page.
pub const PAGE_ROWS: usize = 2;
/// What there is at the start: three pages.
const CONTACTS: usize = 5;
/// What changes between two runs: two pages.
const CHANGES: usize = 3;
const BEGIN: &str = "2026-11-21T12:00:00Z";
const HALF_AN_HOUR: Duration = Duration::from_secs(1_800);

/// A stand-in, and a table that is loaded from it again and again.
pub struct Provider {
    /// The stand-in.
    pub simulator: Simulator<ConstantContact>,
    /// What the clock shows.
    pub now: Timestamp,
    /// Rows that were there once and are not any more.
    past: Rows,
    changes: usize,
}

impl Provider {
    /// One with three pages of contacts.
    ///
    /// # Errors
    /// Where no server can be started.
    pub fn start() -> anyhow::Result<Provider> {
        let now: Timestamp = BEGIN.parse()?;
        let simulator = ConstantContact::builder().contacts(CONTACTS).now(now).start_blocking()?;
        Ok(Provider { simulator, now, past: Rows::default(), changes: 0 })
    }

    /// Changes two contacts and makes a new one, or changes three, and sets the clock forward so that
    /// neither the run before nor the one after falls into the same moment.
    ///
    /// # Errors
    /// Where the stand-in does not take it.
    pub fn change(&mut self, makes_one: bool) -> anyhow::Result<()> {
        self.simulator.advance(HALF_AN_HOUR);
        self.changes += 1;
        let before = self.rows(true);
        let changed = if makes_one { CHANGES - 1 } else { CHANGES };
        for place in 0..changed {
            // Others each time.
            let contacts: Vec<_> = self.simulator.truth().contacts().collect();
            let at = (self.changes * CHANGES + place) % contacts.len();
            let id = &contacts[at].contact_id;
            self.send("PUT", &format!("/v3/contacts/{id}"), "update_source")?;
        }
        if makes_one {
            self.send("POST", "/v3/contacts", "create_source")?;
        }
        self.past.add(before.without(&self.rows(true)));
        self.simulator.advance(HALF_AN_HOUR);
        self.now += HALF_AN_HOUR;
        self.now += HALF_AN_HOUR;
        Ok(())
    }

    fn send(&self, method: &str, path: &str, source: &str) -> anyhow::Result<()> {
        let number = self.changes;
        let mut body = json!({
            "first_name": "Anna",
            "company_name": format!("company {number}"),
            "phone_numbers": [{ "phone_number": format!("555 {number}"), "kind": "work" }],
        });
        body[source] = "Account".into();
        let header = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        let request = Request {
            method: method.to_owned(),
            path: path.to_owned(),
            headers: vec![
                header("authorization", &format!("Bearer {CANARY_PASTED}")),
                header("accept", "application/json"),
                header("content-type", "application/json"),
            ],
            has_body: true,
            body: body.to_string().into(),
            ..Request::default()
        };
        let reply = self.simulator.vendor().respond(&request, &[]);
        ensure!(reply.status < 300, "{method} {path}: {}", String::from_utf8_lossy(&reply.body));
        Ok(())
    }

    /// What the provider has now, with what is deleted or without.
    fn rows(&self, with_deleted: bool) -> Rows {
        let mut rows = Rows::default();
        let contacts = self.simulator.truth().contacts();
        for contact in contacts.filter(|contact| with_deleted || contact.deleted_at.is_none()) {
            let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
            let id = contact.contact_id;
            for number in &contact.phone_numbers {
                let (phone, number) = (&number["phone_number_id"], &number["phone_number"]);
                rows.child(&id, &text(phone), &text(number));
            }
            rows.parent(&id, contact.company_name.as_deref().unwrap_or_default());
        }
        rows
    }

    /// What a table has to hold that was loaded before each change and is loaded now.
    pub fn expected(&self, mode: Mode) -> Rows {
        // A merge takes away what was deleted.
        let mut rows = self.rows(mode != Mode::Merge);
        if mode == Mode::Append {
            rows.add(self.past.clone());
        }
        rows
    }
}
