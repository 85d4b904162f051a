//! Skills.

use std::marker::PhantomData;

use tollgate_sdk::manifest::{Field, FieldKind};
use tollgate_sdk::values::{Flag, Float, Int, Json, Text};
use tollgate_sdk::{Record, Shape};

use super::options::{self, Filter};
use super::report::{Changes, Order, Report};
use crate::values::Moment;

/// A skill.
#[derive(Record)]
#[record(rename_all = "camelCase", either_case)]
pub struct Skill<'a> {
    /// The skill's id.
    #[record(key)]
    pub skill_id: Int,
    /// Its name.
    pub skill_name: Text<'a>,
    /// The number of its type of media: 4 is phone calls.
    pub media_type_id: Int,
    /// The type of media.
    pub media_type_name: Text<'a>,
    /// The type of queue of a skill for work items.
    pub work_item_queue_type: Text<'a>,
    /// Whether it is active.
    pub is_active: Flag,
    /// When it was changed last, where the API says so: no documented answer does.
    pub last_update_time: Moment<'a>,
    /// The campaign that it belongs to.
    pub campaign_id: Int,
    /// The name of that campaign.
    pub campaign_name: Text<'a>,
    /// Notes about it.
    pub notes: Text<'a>,
    /// The number of the kind of after-contact work, 1 to 3.
    pub acw_type_id: Int,
    /// The id of the state for after-contact work.
    #[record(rename = "stateIdACW")]
    pub state_id_acw: Int,
    /// The name of the state for after-contact work.
    #[record(rename = "stateNameACW")]
    pub state_name_acw: Text<'a>,
    /// The longest after-contact work, in seconds.
    #[record(rename = "maxSecondsACW")]
    pub max_seconds_acw: Int,
    /// The id of the state after the longest after-contact work.
    pub acw_post_timeout_state_id: Int,
    /// The name of the state after the longest after-contact work.
    pub acw_post_timeout_state_name: Text<'a>,
    /// Whether agents have to choose a disposition.
    pub require_disposition: Flag,
    /// Whether agents may choose a second disposition.
    pub allow_secondary_disposition: Flag,
    /// Whether the script chooses the disposition.
    pub script_disposition: Flag,
    /// The dispositions to choose from, a list of objects.
    pub dispositions: Json<'a>,
    /// The rest of agents after a contact, in seconds.
    pub agent_rest_time: Int,
    /// Whether patrons can have a transcript of a chat.
    pub make_transcript_available: Flag,
    /// The address that sends transcripts.
    pub transcript_from_address: Text<'a>,
    /// Whether a chat ends with thanks.
    pub display_thankyou: Flag,
    /// The link in the thanks.
    pub thank_you_link: Text<'a>,
    /// Whether a page opens with the thanks.
    pub pop_thank_you: Flag,
    /// The URL of the page that opens with the thanks.
    #[record(rename = "popThankYouURL")]
    pub pop_thank_you_url: Text<'a>,
    /// Whether contacts go out.
    pub is_outbound: Flag,
    /// How outbound contacts are made, for example Personal Connection.
    pub outbound_strategy: Text<'a>,
    /// Whether an outbound skill is running.
    pub is_running: Flag,
    /// Whether inbound and outbound are blended by priority.
    pub priority_blending: Flag,
    /// The number that is shown to people who are called.
    pub caller_id_override: Text<'a>,
    /// The id of the script.
    pub script_id: Int,
    /// The name of the script.
    pub script_name: Text<'a>,
    /// The address that e-mails come from.
    pub email_from_address: Text<'a>,
    /// Whether agents may change the address that e-mails come from.
    pub email_from_editable: Flag,
    /// The address that has blind copies of e-mails.
    pub email_bcc_address: Text<'a>,
    /// Whether e-mails can be parked.
    pub email_parking: Flag,
    /// When agents are warned of a chat that waits, in seconds.
    pub chat_warning_threshold: Int,
    /// Whether patrons see that the agent types.
    pub agent_typing_indicator: Flag,
    /// Whether agents see what patrons type.
    pub patron_typing_preview: Flag,
    /// Whether a contact can be interrupted.
    pub interruptible: Flag,
    /// The id of the script that suppresses calls.
    pub call_suppression_script_id: Int,
    /// The id of the hours of operation for moving contacts to another skill.
    pub reskill_hours: Int,
    /// The name of the hours for moving contacts to another skill.
    pub reskill_hours_name: Text<'a>,
    /// Whether contacts that are moved to another skill are counted.
    pub count_reskill_hours: Flag,
    /// The fewest agents for work force intelligence.
    #[record(rename = "minWFIAgents")]
    pub min_wfi_agents: Int,
    /// The fewest available agents for work force intelligence.
    #[record(rename = "minWFIAvailableAgents")]
    pub min_wfi_available_agents: Int,
    /// Whether a page opens with a contact.
    pub use_screen_pops: Flag,
    /// What opens the page of a contact.
    pub screen_pop_trigger_event: Text<'a>,
    /// Whether the page of a contact is the business unit's own.
    pub use_custom_screen_pops: Flag,
    /// Where the page of a contact is.
    pub screen_pop_detail: Text<'a>,
    /// The shortest working time that counts, in seconds.
    pub min_working_time: Int,
    /// Whether contacts are made without agents.
    pub agentless: Flag,
    /// How many contacts are made at once without agents.
    pub agentless_ports: Int,
    /// The priority of a contact that comes.
    pub initial_priority: Int,
    /// How fast the priority grows while it waits.
    pub acceleration: Int,
    /// The highest priority that a contact reaches.
    pub max_priority: Int,
    /// Within how many seconds contacts are to be answered.
    pub service_level_threshold: Int,
    /// How many contacts are to be answered in that time, in percent.
    pub service_level_goal: Int,
    /// Whether contacts abandoned soon are told apart.
    pub enable_short_abandon: Flag,
    /// How soon a short abandon is, in seconds.
    pub short_abandon_threshold: Int,
    /// Whether short abandons count for the service level.
    pub count_short_abandons: Flag,
    /// Whether other abandons count for the service level.
    pub count_other_abandons: Flag,
    /// The id of the template for messages.
    pub message_template_id: Int,
    /// The id of the code for text messages.
    pub sms_transport_code_id: Int,
    /// The code for text messages.
    pub sms_transport_code: Text<'a>,
    /// Whether several numbers of a contact are called one after the other.
    pub deliver_multiple_numbers_serially: Flag,
    /// Whether one agent keeps a record for all its attempts.
    pub cradle_to_grave: Flag,
    /// Whether contacts of a higher priority interrupt others.
    pub priority_interrupt: Flag,
    /// The id of the route for outbound calls.
    pub outbound_telecom_route_id: Int,
    /// Whether agents have to accept contacts.
    pub require_manual_accept: Flag,
    /// The time for an agent's first response, as the API gives it.
    pub agent_first_response_time: Int,
    /// The time for further responses, as the API gives it.
    pub agent_follow_on_response_time: Int,
    /// Whether the times for agents' responses count.
    pub agent_response_enabled: Flag,
    /// How long a patron may be idle, as the API gives it.
    pub customer_idle_time: Int,
    /// Whether the time for idle patrons counts.
    pub customer_response_enabled: Flag,
    /// Whether times can be extended.
    pub time_extension_enabled: Flag,
    /// Whether it is part of another skill.
    pub is_sub_skill: Flag,
    /// Whether agents may accept or reject contacts.
    pub present_accept_reject: Flag,
    /// The id of the routing queue.
    pub routing_queue_id: Int,
    /// The tenant.
    pub tenant_id: Text<'a>,
    /// The level of equity in routing, as the API gives it.
    pub equity_level: Int,
    /// The criteria of evaluation, as the API gives it.
    pub evaluation_criteria: Float,
    /// When routing falls back, as the API gives it.
    pub fallback_time: Int,
    /// The lock of the focus, as the API gives it.
    pub focus_lock: Int,
    /// The metric of the focus, as the API gives it.
    pub focus_metric: Int,
}

/// The stream of skills.
pub fn stream() -> Report<Skill<'static>> {
    Report {
        name: "skills",
        title: "Skills",
        description: "The skills of the business unit.",
        path: "/skills",
        shape: Shape::list(&["skills"]).or(&["resultSet", "skills"]).or_nothing(),
        filters,
        window: None,
        in_slice: None,
        order: Some(Order { id: |_| "skillId" }),
        changes: Some(Changes { cursor: "last_update_time", parameter: options::updated_since }),
        record: PhantomData,
    }
}

fn filters() -> Vec<Filter> {
    let strategy = Field::new("outbound_strategy", "Outbound strategy", FieldKind::Text)
        .describe("Only skills with this strategy, by the API's name for it.");
    vec![
        options::media_type("skills"),
        Filter::new("outboundStrategy", strategy),
        options::is_active("skills"),
        options::search("skills"),
    ]
}
