//! What a complete extract has to contain.

use jiff::Timestamp;
use serde_json::{Map, Value, json};

use super::data::{Entry, Item};
use super::record::Record;
use super::table::Table;
use super::{InContact, lists};
use crate::query::Query;

/// The names that [`Truth::rows`] and [`Truth::plain`] know.
pub const RESOURCES: [&str; 7] =
    ["agents", "teams", "skills", "campaigns", "contacts", "contacts_completed", "reports"];

/// The names that [`Truth::summed`] knows: reports that sum up over a span of time.
pub const SUMS: [&str; 3] = ["agent_performance", "team_performance_totals", "skill_summaries"];

/// Everything there is, as things stand now: items that were added and changed are in it, faults
/// are not.
///
/// Rows are values by the columns of a connector. Ids and counts are numbers, decimals and
/// durations (in seconds) are numbers too, moments are RFC 3339 in UTC, what has no value is null.
/// An empty text is an empty text. Versions differ in one value only: the first ones have no
/// `report_to_name` of agents, but its parts.
#[derive(Clone, Copy, Debug)]
pub struct Truth<'a> {
    vendor: &'a InContact,
}

impl<'a> Truth<'a> {
    pub(super) fn new(vendor: &'a InContact) -> Self {
        Truth { vendor }
    }

    /// How many rows `resource` has, whenever they came to be.
    ///
    /// # Panics
    /// When there is no such resource, so that a slip of the pen cannot look like an empty one.
    pub fn rows(self, resource: &str) -> usize {
        self.plain(resource).len()
    }

    /// Every row of `resource`, whenever it came to be.
    ///
    /// # Panics
    /// When there is no such resource.
    pub fn plain(self, resource: &str) -> Vec<Map<String, Value>> {
        self.matching(resource, &[])
    }

    /// The rows of `resource` that the parameters of a query ask for: filters, `updatedSince`,
    /// `orderBy`, in the words of the latest version.
    ///
    /// # Panics
    /// When there is no such resource, or nothing can be sorted by what `orderBy` says.
    pub fn matching(self, resource: &str, parameters: &[(&str, &str)]) -> Vec<Map<String, Value>> {
        self.select(resource, parameters, None)
    }

    /// The same, of the contacts that began from `start` on and before `end`.
    ///
    /// # Panics
    /// As [`matching`](Truth::matching).
    pub fn within(
        self,
        resource: &str,
        parameters: &[(&str, &str)],
        start: Timestamp,
        end: Timestamp,
    ) -> Vec<Map<String, Value>> {
        self.select(resource, parameters, Some((start, end)))
    }

    fn select(
        self,
        resource: &str,
        parameters: &[(&str, &str)],
        span: Option<(Timestamp, Timestamp)>,
    ) -> Vec<Map<String, Value>> {
        if resource == "reports" {
            let places = 0..self.vendor.settings.reports;
            return places.map(|place| self.vendor.data.report(place).plain()).collect();
        }
        let list = lists::named(resource);
        let list = list.unwrap_or_else(|| panic!("no resource is called {resource:?}"));
        let pairs =
            parameters.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        let query = Query { pairs: pairs.collect(), ..Query::default() };
        let found = self.vendor.select(list, &query, span);
        let found = found.unwrap_or_else(|reason| panic!("{resource}: {reason}"));
        let is_before_end = |entry: &Entry| span.is_none_or(|(_, end)| entry.created < end);
        let rows = found.into_iter().filter(|(entry, _)| is_before_end(entry));
        rows.map(|(_, record)| column_names(list.item, record)).collect()
    }

    /// The rows of a report that sums up, over each of these spans, whose ends are excluded. Each
    /// row has the columns `start_date` and `end_date`.
    ///
    /// # Panics
    /// When there is no such report.
    pub fn summed(self, report: &str, spans: &[(Timestamp, Timestamp)]) -> Vec<Map<String, Value>> {
        let data = &self.vendor.data;
        let rows = spans.iter().flat_map(|(start, end)| {
            let records = match report {
                "agent_performance" => data.agent_performance(*start, *end),
                "team_performance_totals" => data.team_performance(*start, *end),
                "skill_summaries" => data.skill_summaries(*start, *end),
                _ => panic!("no report is called {report:?}"),
            };
            records.into_iter().map(move |record| {
                let mut row = record.plain();
                row.insert("start_date".to_owned(), json!(start.to_string()));
                row.insert("end_date".to_owned(), json!(end.to_string()));
                row
            })
        });
        rows.collect()
    }

    /// The ids and names of all custom reports.
    pub fn reports(self) -> Vec<(i64, String)> {
        let rows = self.plain("reports").into_iter().map(|row| {
            let id = row["report_id"].as_i64().unwrap_or_default();
            (id, row["report_name"].as_str().unwrap_or_default().to_owned())
        });
        rows.collect()
    }

    /// What the custom report of this id finds.
    ///
    /// # Panics
    /// When there is no such report.
    pub fn report(self, id: i64) -> Table {
        let mut places = 0..self.vendor.settings.reports;
        let place = places.find(|place| self.vendor.data.report_id(*place) == id);
        let place = place.unwrap_or_else(|| panic!("no report has the id {id}"));
        self.vendor.data.report_table(place)
    }

    /// What the data download of this id finds from `start` on and before `end`.
    pub fn download(self, id: u32, start: Timestamp, end: Timestamp) -> Table {
        self.vendor.download_table(id, start, end)
    }

    /// The first moment of all data: a midnight in UTC.
    pub fn first(self) -> Timestamp {
        self.vendor.data.first
    }

    /// The time of the simulator's start, after which there is nothing but what was added.
    pub fn last(self) -> Timestamp {
        self.vendor.data.now
    }
}

/// A record as a row. Campaigns go by the names that they have beside other records.
fn column_names(item: Item, record: Record) -> Map<String, Value> {
    let mut row = record.plain();
    if item == Item::Campaign {
        for (field, column) in [("id", "campaign_id"), ("name", "campaign_name")] {
            let value = row.remove(field).unwrap_or_default();
            row.insert(column.to_owned(), value);
        }
    }
    row
}
