//! Completed contacts.

use std::marker::PhantomData;

use tollgate_sdk::manifest::{Field, FieldKind};
use tollgate_sdk::values::{Flag, Int, Json, Text};
use tollgate_sdk::{Fault, Record, Shape};

use super::options::{self, Filter};
use super::report::{Changes, Order, Report};
use crate::values::Moment;
use crate::window::{Begins, Slice, Window};

/// A completed contact.
#[derive(Record)]
#[record(rename_all = "camelCase", either_case)]
pub struct CompletedContact<'a> {
    /// The contact's id.
    #[record(key)]
    pub contact_id: Int,
    /// The contact that this one is a part of; its own id for the first.
    pub master_contact_id: Int,
    /// When it began.
    #[record(alias = "contactStart")]
    pub contact_start_date: Moment<'a>,
    /// When it was changed last.
    pub last_update_time: Moment<'a>,
    /// The agent.
    pub agent_id: Int,
    /// The agent's first name.
    pub first_name: Text<'a>,
    /// The agent's last name.
    pub last_name: Text<'a>,
    /// The agent's team.
    pub team_id: Int,
    /// The team's name.
    pub team_name: Text<'a>,
    /// The campaign.
    pub campaign_id: Int,
    /// The campaign's name.
    pub campaign_name: Text<'a>,
    /// The skill.
    pub skill_id: Int,
    /// The skill's name.
    pub skill_name: Text<'a>,
    /// The number of the type of media: 4 is calls.
    #[record(alias = "mediaType")]
    pub media_type_id: Int,
    /// The type of media.
    pub media_type_name: Text<'a>,
    /// The number of the kind within the type.
    pub media_sub_type_id: Int,
    /// The kind within the type.
    pub media_sub_type_name: Text<'a>,
    /// The id of the number, address or page that was contacted.
    pub point_of_contact_id: Int,
    /// The name of the number, address or page that was contacted.
    pub point_of_contact_name: Text<'a>,
    /// The number or address that it came from.
    #[record(alias = "fromAddr")]
    pub from_address: Text<'a>,
    /// The number or address that it went to.
    #[record(alias = "toAddr")]
    pub to_address: Text<'a>,
    /// Whether it went out.
    pub is_outbound: Flag,
    /// Whether it was recorded.
    pub is_logged: Flag,
    /// Whether a supervisor took it over.
    pub is_takeover: Flag,
    /// The number of how it was transferred.
    pub transfer_indicator_id: Int,
    /// How it was transferred.
    pub transfer_indicator_name: Text<'a>,
    /// The highest proficiency of agents that were asked.
    pub high_proficiency: Int,
    /// The lowest proficiency of agents that were asked.
    pub low_proficiency: Int,
    /// The attribute that it was routed by.
    pub routing_attribute: Int,
    /// How often it was on hold.
    pub hold_count: Int,
    /// Seconds on hold.
    pub hold_seconds: Int,
    /// Seconds before the queue.
    pub pre_queue_seconds: Int,
    /// Seconds in the queue.
    pub in_queue_seconds: Int,
    /// Seconds after the queue.
    pub post_queue_seconds: Int,
    /// Seconds with the agent.
    pub agent_seconds: Int,
    /// Seconds of after-contact work.
    #[record(alias = "ACWSeconds")]
    pub acw_seconds: Int,
    /// Seconds of conferences.
    #[record(alias = "confSeconds")]
    pub conference_seconds: Int,
    /// Seconds after it was released.
    pub release_seconds: Int,
    /// Seconds until it was abandoned.
    pub abandon_seconds: Int,
    /// Seconds in all.
    pub total_duration_seconds: Int,
    /// The time of a callback, as the API gives it.
    pub callback_time: Int,
    /// The time of routing, as the API gives it.
    pub routing_time: Int,
    /// Whether it was abandoned.
    pub abandoned: Flag,
    /// Whether it was abandoned so soon that it does not count.
    pub is_short_abandon: Flag,
    /// Whether the agent refused it.
    pub is_refused: Flag,
    /// Why it was refused.
    pub refuse_reason: Text<'a>,
    /// When or how long it was refused, as the API gives it.
    pub refuse_time: Text<'a>,
    /// Whether it kept the service level, as the API gives it.
    pub service_level_flag: Int,
    /// Why it ended.
    pub end_reason: Text<'a>,
    /// The disposition.
    pub primary_disposition_id: Int,
    /// The second disposition.
    pub secondary_disposition_id: Int,
    /// Notes about the disposition.
    pub disposition_notes: Text<'a>,
    /// Its tags, a list of objects.
    pub tags: Json<'a>,
    /// Whether analytics has looked at it.
    pub is_analytics_processed: Flag,
    /// When analytics looked at it.
    pub analytics_processed_date: Moment<'a>,
    /// Whether it has been put into the warehouse.
    pub is_warehoused: Flag,
    /// When it was put into the warehouse.
    pub date_contact_warehoused: Moment<'a>,
    /// When its after-contact work was put there.
    #[record(rename = "dateACWWarehoused")]
    pub date_acw_warehoused: Moment<'a>,
    /// The number of the division.
    pub division_no: Int,
}

/// The stream of completed contacts.
pub fn stream() -> Report<CompletedContact<'static>> {
    Report {
        name: "contacts_completed",
        title: "Completed contacts",
        description: "The completed contacts of the chosen days; later reads go on with what has changed since.",
        path: "/contacts/completed",
        shape: Shape::list(&["completedContacts"])
            .or(&["resultSet", "completedContacts"])
            .or_nothing(),
        filters,
        window: Some(Window {
            date: "offset",
            slice_days: 7,
            slice_days_max: 31,
            begins: Begins::OnFixedDays,
        }),
        in_slice: Some(in_slice),
        order: Some(Order { id: |_| "contactId" }),
        changes: Some(Changes { cursor: "last_update_time", parameter: options::updated_since }),
        record: PhantomData,
    }
}

fn filters() -> Vec<Filter> {
    let id = |name, title, about| options::id_of(name, title).describe(about);
    let text = |name, title, about| Field::new(name, title, FieldKind::Text).describe(about);
    let flag = |name, title, what: &str| {
        let about = format!("`true`: only contacts that {what}; `false`: only others.");
        Field::new(name, title, FieldKind::Boolean).describe(&about)
    };
    let agent = id("agent_id", "Agent", "Only contacts of this agent, by id.");
    let team = id("team_id", "Team", "Only contacts of this team, by id.");
    let skill = id("skill_id", "Skill", "Only contacts of this skill, by id.");
    let campaign = id("campaign_id", "Campaign", "Only contacts of this campaign, by id.");
    let sub_type =
        id("media_sub_type_id", "Media subtype", "Only contacts of this subtype, by id.");
    let sub_type_name = text(
        "media_sub_type_name",
        "Media subtype name",
        "Only contacts of this subtype, by name.",
    );
    let from = text("from_address", "From address", "Only contacts from this number or address.");
    let to = text("to_address", "To address", "Only contacts to this number or address.");
    vec![
        Filter::new("agentId", agent),
        Filter::new("teamId", team),
        Filter::new("skillId", skill),
        Filter::new("campaignId", campaign),
        options::media_type("contacts"),
        Filter::new("mediaSubTypeId", sub_type),
        Filter::new("mediaSubTypeName", sub_type_name),
        Filter::new("fromAddress", from).older("fromAddr"),
        Filter::new("toAddress", to).older("toAddr"),
        Filter::new("isLogged", flag("is_logged", "Logged", "were recorded")),
        Filter::new("isRefused", flag("is_refused", "Refused", "were refused")),
        Filter::new("isTakeover", flag("is_takeover", "Takeover", "were taken over")),
        Filter::new("tags", flag("tags", "Tags", "have tags")),
        Filter::new(
            "analyticsProcessed",
            flag("analytics_processed", "Analytics processed", "analytics has looked at"),
        ),
    ]
}

fn in_slice(row: &mut CompletedContact<'_>, slice: &Slice) -> Result<bool, Fault> {
    slice.has(&row.contact_start_date, "contactStartDate")
}
