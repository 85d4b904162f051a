//! Teams.

use std::marker::PhantomData;

use tollgate_sdk::values::{Flag, Int, Json, Text};
use tollgate_sdk::{Record, Shape};

use super::options::{self, Filter};
use super::report::{Changes, Order, Report};
use crate::values::Moment;

/// A team.
#[derive(Record)]
#[record(rename_all = "camelCase", either_case)]
pub struct Team<'a> {
    /// The team's id.
    #[record(key)]
    pub team_id: Int,
    /// Its name.
    pub team_name: Text<'a>,
    /// Whether it is active.
    pub is_active: Flag,
    /// What it is about.
    pub description: Text<'a>,
    /// Notes about it.
    pub notes: Text<'a>,
    /// When it was changed last.
    pub last_update_time: Moment<'a>,
    /// How many agents are on it.
    pub agent_count: Int,
    /// How many chats an agent takes at once.
    pub max_concurrent_chats: Int,
    /// How many e-mails are parked at most.
    pub max_email_auto_parking_limit: Int,
    /// Whether agents may ask for another contact.
    pub request_contact: Flag,
    /// Whether a new contact comes into view by itself.
    pub contact_auto_focus: Flag,
    /// How many chats an agent handles at once.
    pub chat_threshold: Int,
    /// How many e-mails an agent handles at once.
    pub email_threshold: Int,
    /// How many work items an agent handles at once.
    pub work_item_threshold: Int,
    /// How many text messages an agent handles at once.
    pub sms_threshold: Int,
    /// How many digital contacts an agent handles at once.
    pub digital_threshold: Int,
    /// How many calls an agent handles at once.
    pub voice_threshold: Int,
    /// How many contacts in social media an agent handles at once.
    pub social_threshold: Int,
    /// How contacts are delivered, for example Single.
    pub delivery_mode: Text<'a>,
    /// How many contacts an agent handles at once in all.
    pub total_contact_count: Int,
    /// Whether agents keep to one channel at a time.
    pub channel_lock: Flag,
    /// The id of the team's lead.
    pub team_lead_id: Text<'a>,
    /// The team's other id.
    pub team_uuid: Text<'a>,
    /// The number of the division.
    pub division_no: Int,
    /// The codes for being unavailable that agents may choose, a list.
    pub unavailable_codes: Json<'a>,
    /// Whether analytics is on.
    pub analytics_enabled: Flag,
    /// Whether workforce optimization is on.
    pub wfo_enabled: Flag,
    /// Whether workforce management 2 is on.
    pub wfm2_enabled: Flag,
    /// Whether quality management 2 is on.
    pub qm2_enabled: Flag,
    /// Whether inView is on.
    pub in_view_enabled: Flag,
    /// Whether inView's gamification is on.
    pub in_view_gamification_enabled: Flag,
    /// Whether inView's chat is on.
    pub in_view_chat_enabled: Flag,
    /// Whether inView's wallboard is on.
    pub in_view_wallboard_enabled: Flag,
    /// Whether inView's learning is on.
    #[record(rename = "inViewLMSEnabled")]
    pub in_view_lms_enabled: Flag,
    /// Whether NICE audio recording is on.
    pub nice_audio_recording_enabled: Flag,
    /// Whether NICE screen recording is on.
    pub nice_screen_recording_enabled: Flag,
    /// Whether NICE desktop analytics is on.
    pub nice_desktop_analytics_enabled: Flag,
    /// Whether NICE speech analytics is on.
    pub nice_speech_analytics_enabled: Flag,
    /// Whether NICE analytics is on.
    pub nice_analytics_enabled: Flag,
    /// Whether NICE quality management is on.
    pub nice_qm_enabled: Flag,
    /// Whether NICE quality optimization is on.
    pub nice_quality_optimization_enabled: Flag,
    /// Whether NICE workforce management is on.
    pub nice_wfm_enabled: Flag,
    /// Whether NICE WFO Advanced is on.
    pub nice_wfo_advanced_enabled: Flag,
    /// Whether NICE WFO Essentials is on.
    pub nice_wfo_essentials_enabled: Flag,
    /// Whether NICE Strategic Planner is on.
    pub nice_strategic_planner_enabled: Flag,
    /// Whether NICE shift bidding is on.
    pub nice_shift_bidding_enabled: Flag,
    /// Whether NICE customer surveys are on.
    #[record(rename = "niceSurvey_CustomerEnabled")]
    pub nice_survey_customer_enabled: Flag,
    /// Whether NICE performance management is on.
    pub nice_performance_management_enabled: Flag,
    /// Whether NICE lesson management is on.
    pub nice_lesson_management_enabled: Flag,
    /// Whether NICE coaching is on.
    pub nice_coaching_enabled: Flag,
    /// Whether CXone customer authentication is on.
    pub cxone_customer_authentication_enabled: Flag,
}

/// The stream of teams.
pub fn stream() -> Report<Team<'static>> {
    Report {
        name: "teams",
        title: "Teams",
        description: "The teams of the business unit.",
        path: "/teams",
        shape: Shape::list(&["teams"]).or(&["resultSet", "teams"]).or_nothing(),
        filters,
        window: None,
        in_slice: None,
        order: Some(Order { id: |_| "teamId" }),
        changes: Some(Changes { cursor: "last_update_time", parameter: options::update_since }),
        record: PhantomData,
    }
}

fn filters() -> Vec<Filter> {
    vec![options::is_active("teams"), options::search("teams")]
}
