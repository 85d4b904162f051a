//! Campaigns.

use std::marker::PhantomData;

use tollgate_sdk::manifest::{Field, FieldKind};
use tollgate_sdk::values::{Flag, Int, Text};
use tollgate_sdk::{Record, Shape};

use super::options::{self, Filter};
use super::report::{Order, Report};
use crate::values::Moment;

/// A campaign.
#[derive(Record)]
#[record(rename_all = "camelCase", either_case)]
pub struct Campaign<'a> {
    /// The campaign's id.
    #[record(key, alias = "id")]
    pub campaign_id: Int,
    /// Its name.
    #[record(alias = "name")]
    pub campaign_name: Text<'a>,
    /// Whether it is active.
    pub is_active: Flag,
    /// What it is about.
    pub description: Text<'a>,
    /// Notes about it.
    pub notes: Text<'a>,
    /// When it was changed last.
    pub last_update_time: Moment<'a>,
}

/// The stream of campaigns.
pub fn stream() -> Report<Campaign<'static>> {
    Report {
        name: "campaigns",
        title: "Campaigns",
        description: "The campaigns of the business unit.",
        path: "/campaigns",
        shape: Shape::list(&["campaigns"]).or(&["resultSet", "campaigns"]).or_nothing(),
        filters,
        window: None,
        in_slice: None,
        order: Some(Order { id }),
        changes: None,
        record: PhantomData,
    }
}

fn filters() -> Vec<Filter> {
    let skill_filtered = Field::new("is_skill_filtered", "Skill filtered", FieldKind::Boolean)
        .describe("Sent to the API as `isSkillFiltered`, which NICE does not explain.");
    vec![
        options::is_active("campaigns"),
        options::search("campaigns"),
        Filter::new("isSkillFiltered", skill_filtered),
    ]
}

fn id(version: i64) -> &'static str {
    if version >= options::NEW_CAMPAIGN_NAMES_SINCE { "id" } else { "campaignId" }
}
