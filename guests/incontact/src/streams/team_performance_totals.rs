//! What teams did.

use std::marker::PhantomData;

use tollgate_sdk::values::{Float, Int, Seconds};
use tollgate_sdk::{Fault, Record, Shape};

use super::options;
use super::report::Report;
use crate::values::Moment;
use crate::window::{Begins, Slice, Window};

/// What a team did in a slice of time.
#[derive(Record)]
#[record(rename_all = "camelCase", either_case)]
pub struct TeamPerformanceTotal<'a> {
    /// The team.
    #[record(key)]
    pub team_id: Int,
    /// When the slice begins that the row sums up.
    #[record(computed, key)]
    pub start_date: Moment<'a>,
    /// When that slice ends, exclusively.
    #[record(computed)]
    pub end_date: Moment<'a>,
    /// Contacts that were offered.
    pub agent_offered: Int,
    /// Inbound contacts that were handled.
    pub inbound_handled: Int,
    /// The time of inbound contacts, in seconds.
    pub inbound_time: Seconds,
    /// The time of talking in inbound contacts, in seconds.
    pub inbound_talk_time: Seconds,
    /// The average time of talking in an inbound contact, in seconds.
    pub inbound_avg_talk_time: Seconds,
    /// Outbound contacts that were handled.
    pub outbound_handled: Int,
    /// The time of outbound contacts, in seconds.
    pub outbound_time: Seconds,
    /// The time of talking in outbound contacts, in seconds.
    pub outbound_talk_time: Seconds,
    /// The average time of talking in an outbound contact, in seconds.
    pub outbound_avg_talk_time: Seconds,
    /// All contacts that were handled.
    pub total_handled: Int,
    /// The average number of contacts that an agent handled.
    pub total_avg_handled: Int,
    /// All time of talking, in seconds.
    pub total_talk_time: Seconds,
    /// The average time of talking in a contact, in seconds.
    pub total_avg_talk_time: Seconds,
    /// The average time from answer to the end of after-contact work, in seconds.
    pub total_avg_handle_time: Seconds,
    /// The time of consulting others, in seconds.
    pub consult_time: Seconds,
    /// The time of being available, in seconds.
    pub available_time: Seconds,
    /// The time of being unavailable, in seconds.
    pub unavailable_time: Seconds,
    /// The average time of being available, in seconds.
    pub avg_available_time: Seconds,
    /// The average time of being unavailable, in seconds.
    pub avg_unavailable_time: Seconds,
    /// The time of after-contact work, in seconds.
    pub acw_time: Seconds,
    /// Contacts that were refused.
    pub refused: Int,
    /// The part of offered contacts that were refused, in percent.
    pub percent_refused: Float,
    /// The time signed in, in seconds.
    pub login_time: Seconds,
    /// The part of the time signed in that was spent working, in percent.
    pub working_rate: Float,
    /// The part of the time signed in that was spent with contacts, in percent.
    pub occupancy: Float,
}

/// The stream of what teams did.
pub fn stream() -> Report<TeamPerformanceTotal<'static>> {
    Report {
        name: "team_performance_totals",
        title: "Team Performance totals",
        description: "What each team did in each slice of the chosen days.",
        path: "/teams/performance-total",
        shape: Shape::list(&["teamPerformanceTotal"])
            .or(&["resultSet", "teamPerformanceTotal"])
            .or_nothing(),
        filters: options::no_filters,
        window: Some(Window {
            date: "range",
            slice_days: 1,
            slice_days_max: 30,
            begins: Begins::AtFirstDay,
        }),
        in_slice: Some(in_slice),
        order: None,
        changes: None,
        record: PhantomData,
    }
}

fn in_slice(row: &mut TeamPerformanceTotal<'_>, slice: &Slice) -> Result<bool, Fault> {
    (row.start_date, row.end_date) = slice.bounds();
    Ok(true)
}
