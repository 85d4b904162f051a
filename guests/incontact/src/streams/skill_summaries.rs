//! What came of skills.

use std::marker::PhantomData;

use tollgate_sdk::manifest::{Field, FieldKind};
use tollgate_sdk::values::{Flag, Float, Int, Seconds, Text};
use tollgate_sdk::{Fault, Record, Shape};

use super::options::{self, Filter};
use super::report::Report;
use crate::values::Moment;
use crate::window::{Begins, Slice, Window};

/// What came of a skill in a slice of time.
#[derive(Record)]
#[record(rename_all = "camelCase", either_case)]
pub struct SkillSummary<'a> {
    /// The skill.
    #[record(key)]
    pub skill_id: Int,
    /// When the slice begins that the row sums up.
    #[record(computed, key)]
    pub start_date: Moment<'a>,
    /// When that slice ends, exclusively.
    #[record(computed)]
    pub end_date: Moment<'a>,
    /// The skill's name.
    pub skill_name: Text<'a>,
    /// The business unit.
    pub business_unit_id: Int,
    /// The business unit's name.
    pub business_unit_name: Text<'a>,
    /// The campaign that the skill belongs to.
    pub campaign_id: Int,
    /// The campaign's name.
    pub campaign_name: Text<'a>,
    /// The number of the skill's type of media.
    pub media_type_id: Int,
    /// The type of media.
    pub media_type_name: Text<'a>,
    /// Whether contacts go out.
    pub is_outbound: Flag,
    /// Contacts that were abandoned.
    pub abandon_count: Int,
    /// The part of contacts that were abandoned, in percent.
    pub abandon_rate: Float,
    /// Agents in after-contact work, when the report was made.
    pub agents_acw: Int,
    /// Agents that were available, when the report was made.
    #[record(alias = "agentsAvaliable")]
    pub agents_available: Int,
    /// Agents that were idle, when the report was made.
    pub agents_idle: Int,
    /// Agents that were signed in, when the report was made.
    pub agents_logged_in: Int,
    /// Agents that were unavailable, when the report was made.
    #[record(alias = "agentsUnavaliable")]
    pub agents_unavailable: Int,
    /// Agents that were working, when the report was made.
    pub agents_working: Int,
    /// The average time from answer to the end of after-contact work, in seconds.
    pub average_handle_time: Seconds,
    /// The average time in the queue, in seconds.
    pub average_inqueue_time: Seconds,
    /// The average time to the answer, in seconds.
    pub average_speed_to_answer: Seconds,
    /// The average time of talking, in seconds.
    pub average_talk_time: Seconds,
    /// The average after-contact work, in seconds.
    pub average_wrap_time: Seconds,
    /// Contacts that were active when the report was made.
    pub contacts_active: Int,
    /// Contacts that were handled.
    pub contacts_handled: Int,
    /// Contacts that were offered.
    pub contacts_offered: Int,
    /// Contacts that waited in the queue.
    pub contacts_queued: Int,
    /// Contacts that missed the service level.
    #[record(rename = "contactsOutOfSLA")]
    pub contacts_out_of_sla: Int,
    /// Contacts that kept the service level.
    #[record(rename = "contactsWithinSLA")]
    pub contacts_within_sla: Int,
    /// All time on hold, in seconds.
    pub hold_time: Seconds,
    /// The longest time in the queue, in seconds.
    pub longest_queue_dur: Seconds,
    /// Contacts in the queue when the report was made.
    pub queue_count: Int,
    /// The service level, in percent.
    pub service_level: Float,
    /// The goal of the service level, in percent.
    pub service_level_goal: Int,
    /// Within how many seconds contacts are to be answered.
    pub service_level_threshold: Int,
    /// All time of contacts, in seconds.
    pub total_contact_time: Seconds,
    /// Calls that were dialed.
    pub dials: Int,
    /// Calls that reached somebody.
    pub connects: Int,
    /// The average handle time of calls that reached somebody, as the API gives it.
    #[record(rename = "connectsAHT")]
    pub connects_aht: Float,
    /// Calls that reached the right person.
    pub right_party_connects: Int,
    /// The average handle time of those calls, as the API gives it.
    #[record(rename = "rightPartyConnectsAHT")]
    pub right_party_connects_aht: Float,
}

/// The stream of what came of skills.
pub fn stream() -> Report<SkillSummary<'static>> {
    Report {
        name: "skill_summaries",
        title: "Skill Summaries Report",
        description: "What came of each skill in each slice of the chosen days, and how its agents and queue are when the report is made.",
        path: "/skills/summary",
        shape: Shape::list(&["skillSummaries"]).or(&["resultSet", "skillSummaries"]).or_nothing(),
        filters,
        window: Some(Window {
            date: "range",
            slice_days: 1,
            slice_days_max: 31,
            begins: Begins::AtFirstDay,
        }),
        in_slice: Some(in_slice),
        order: None,
        changes: None,
        record: PhantomData,
    }
}

fn filters() -> Vec<Filter> {
    let outbound = Field::new("is_outbound", "Outbound", FieldKind::Boolean)
        .describe("`true`: only outbound skills; `false`: only inbound ones. Left out: all.");
    vec![options::media_type("skills"), Filter::new("isOutbound", outbound)]
}

fn in_slice(row: &mut SkillSummary<'_>, slice: &Slice) -> Result<bool, Fault> {
    (row.start_date, row.end_date) = slice.bounds();
    Ok(true)
}
