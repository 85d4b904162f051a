//! Agents.

use std::marker::PhantomData;

use tollgate_sdk::manifest::{Field, FieldKind};
use tollgate_sdk::values::{Decimal, Flag, Int, Json, Text};
use tollgate_sdk::{Record, Shape};

use super::options::{self, Filter};
use super::report::{Changes, Order, Report};
use crate::values::Moment;

/// An agent.
#[derive(Record)]
#[record(rename_all = "camelCase", either_case)]
pub struct Agent<'a> {
    /// The agent's id.
    #[record(key)]
    pub agent_id: Int,
    /// The name that the agent signs in with.
    pub user_name: Text<'a>,
    /// The first name.
    pub first_name: Text<'a>,
    /// The middle name.
    pub middle_name: Text<'a>,
    /// The last name.
    pub last_name: Text<'a>,
    /// The user's id beyond contact handling.
    #[record(rename = "userID")]
    pub user_id: Text<'a>,
    /// The e-mail address.
    #[record(alias = "email")]
    pub email_address: Text<'a>,
    /// Whether the agent is active.
    pub is_active: Flag,
    /// The team that the agent is on.
    pub team_id: Int,
    /// The name of that team.
    pub team_name: Text<'a>,
    /// The id of the person that the agent reports to.
    pub report_to_id: Int,
    /// The name of the person that the agent reports to.
    pub report_to_name: Text<'a>,
    /// That person's first name: old versions have it in place of the name.
    pub report_to_first_name: Text<'a>,
    /// That person's middle name, from old versions.
    pub report_to_middle_name: Text<'a>,
    /// That person's last name, from old versions.
    pub report_to_last_name: Text<'a>,
    /// Whether the agent is a supervisor.
    pub is_supervisor: Flag,
    /// When the agent last signed in.
    pub last_login: Moment<'a>,
    /// When the agent was changed last.
    #[record(alias = "lastModified")]
    pub last_updated: Moment<'a>,
    /// Where the agent works.
    pub location: Text<'a>,
    /// The first custom text.
    pub custom1: Text<'a>,
    /// The second custom text.
    pub custom2: Text<'a>,
    /// The third custom text.
    pub custom3: Text<'a>,
    /// The fourth custom text.
    pub custom4: Text<'a>,
    /// The fifth custom text.
    pub custom5: Text<'a>,
    /// The id that the business unit itself gave the agent.
    pub internal_id: Text<'a>,
    /// The business unit. Only old versions have it in the row.
    pub business_unit_id: Int,
    /// The id of the security profile.
    pub profile_id: Int,
    /// The name of the security profile.
    pub profile_name: Text<'a>,
    /// The agent's time zone, as inContact names it.
    pub time_zone: Text<'a>,
    /// The country's code.
    pub country: Text<'a>,
    /// The country.
    pub country_name: Text<'a>,
    /// The state or province.
    pub state: Text<'a>,
    /// The city.
    pub city: Text<'a>,
    /// How long a chat is offered before it counts as refused, in seconds.
    pub chat_refusal_timeout: Int,
    /// How long a call is offered before it counts as refused, in seconds.
    pub phone_refusal_timeout: Int,
    /// How long a work item is offered before it counts as refused, in seconds.
    pub work_item_refusal_timeout: Int,
    /// The id of the dialing pattern.
    pub default_dialing_pattern: Int,
    /// The name of the dialing pattern.
    pub default_dialing_pattern_name: Text<'a>,
    /// Whether the team's limit of chats at once counts.
    pub use_team_max_concurrent_chats: Flag,
    /// How many chats the agent takes at once.
    pub max_concurrent_chats: Int,
    /// Notes about the agent.
    pub notes: Text<'a>,
    /// When the agent was made.
    pub create_date: Moment<'a>,
    /// When the agent became inactive.
    pub inactive_date: Moment<'a>,
    /// When the agent was hired.
    pub hire_date: Moment<'a>,
    /// When the agent left.
    pub termination_date: Moment<'a>,
    /// What an hour of the agent costs.
    pub hourly_cost: Decimal<'a, 28, 10>,
    /// Whether the agent may be hired again.
    pub rehire_status: Flag,
    /// The number of the type of employment.
    pub employment_type: Int,
    /// The type of employment.
    pub employment_type_name: Text<'a>,
    /// Who referred the agent.
    pub referral: Text<'a>,
    /// Whether the agent works at home.
    pub at_home: Flag,
    /// The number of the source that the agent was hired from.
    pub hiring_source: Int,
    /// The name in a Windows domain.
    pub nt_login_name: Text<'a>,
    /// How long before a shift the agent is told, as the API gives it.
    pub schedule_notification: Int,
    /// The id at an external identity provider.
    pub federated_id: Text<'a>,
    /// Whether the team's limit of parked e-mails counts.
    pub use_team_email_auto_parking_limit: Flag,
    /// How many e-mails are parked at most.
    pub max_email_auto_parking_limit: Int,
    /// The SIP user.
    pub sip_user: Text<'a>,
    /// The user name at the computer.
    pub system_user: Text<'a>,
    /// The domain of that user.
    pub system_domain: Text<'a>,
    /// The user name in the CRM system.
    pub crm_user_name: Text<'a>,
    /// Whether the agent's own time zone counts.
    pub use_agent_time_zone: Flag,
    /// How times are shown to the agent.
    pub time_display_format: Text<'a>,
    /// Whether notifications come by e-mail.
    pub send_email_notifications: Flag,
    /// The first telephone number.
    pub telephone1: Text<'a>,
    /// The second telephone number.
    pub telephone2: Text<'a>,
    /// The type of user, for example Agent.
    pub user_type: Text<'a>,
    /// Whether the agent exists only for planning.
    pub is_what_if_agent: Flag,
    /// How far the agent's clock is from UTC, as the API gives it.
    pub time_zone_offset: Text<'a>,
    /// Whether the agent may ask for another contact.
    pub request_contact: Flag,
    /// How many chats the agent handles at once.
    pub chat_threshold: Int,
    /// Whether the team's number of chats counts.
    pub use_team_chat_threshold: Flag,
    /// How many e-mails the agent handles at once.
    pub email_threshold: Int,
    /// Whether the customer card is shown.
    pub customer_card: Flag,
    /// Whether the team's number of e-mails counts.
    pub use_team_email_threshold: Flag,
    /// How many work items the agent handles at once.
    pub work_item_threshold: Int,
    /// Whether the team's number of work items counts.
    pub use_team_work_item_threshold: Flag,
    /// Whether the agent is locked out.
    pub locked: Flag,
    /// The domain of the user name.
    pub user_name_domain: Text<'a>,
    /// The user name with its domain.
    pub combined_user_name_domain: Text<'a>,
    /// The number of the row in the answer.
    pub row_number: Int,
    /// How many text messages the agent handles at once.
    pub sms_threshold: Int,
    /// Whether the team's number of text messages counts.
    pub use_team_sms_threshold: Flag,
    /// How many digital contacts the agent handles at once.
    pub digital_threshold: Int,
    /// The id of the authenticator that the agent signs in with.
    pub login_authenticator_id: Text<'a>,
    /// Whether the team's number of digital contacts counts.
    pub use_team_digital_threshold: Flag,
    /// Whether a new contact comes into view by itself.
    pub contact_auto_focus: Flag,
    /// Whether the team's setting for new contacts counts.
    pub use_team_contact_auto_focus: Flag,
    /// Whether the team's setting for asking for contacts counts.
    pub use_team_request_contact: Flag,
    /// How many calls the agent handles at once.
    pub voice_threshold: Int,
    /// The subject at the OpenID issuer.
    pub subject: Text<'a>,
    /// The OpenID issuer.
    pub issuer: Text<'a>,
    /// Whether the team's number of calls counts.
    pub use_team_voice_threshold: Flag,
    /// The numbers at which the agent records, a list of objects.
    pub recording_numbers: Json<'a>,
    /// Whether the OpenID profile is complete.
    pub is_open_id_profile_complete: Flag,
    /// The other id of the agent's team.
    pub team_uu_id: Text<'a>,
    /// Whether the MAX agent client is a preview.
    pub max_preview: Flag,
    /// How contacts are delivered, for example Single.
    pub delivery_mode: Text<'a>,
    /// How many contacts the agent handles at once in all.
    pub total_contact_count: Int,
    /// Whether the team's delivery mode counts.
    pub use_team_delivery_mode_settings: Flag,
    /// How long an e-mail is offered before it counts as refused, in seconds.
    pub email_refusal_timeout: Int,
    /// How long a voicemail is offered before it counts as refused, in seconds.
    pub voicemail_refusal_timeout: Int,
    /// Whether the agent is billed.
    pub is_billable: Flag,
    /// The agent's own number of calls at once.
    pub agent_voice_threshold: Int,
    /// The agent's own number of e-mails at once.
    pub agent_email_threshold: Int,
    /// The agent's own number of work items at once.
    pub agent_work_item_threshold: Int,
    /// The agent's own delivery mode.
    pub agent_delivery_mode: Text<'a>,
    /// The agent's own number of contacts at once in all.
    pub agent_total_contact_count: Int,
    /// The agent's own setting for new contacts.
    pub agent_contact_auto_focus: Flag,
    /// How long a text message is offered before it counts as refused, in seconds.
    pub sms_refusal_timeout: Int,
    /// The agent's own setting for asking for contacts.
    pub agent_request_contact: Flag,
    /// The version of the MAX agent client.
    pub agent_max_version: Int,
    /// When an idle phone is disconnected, as the API gives it.
    pub agent_phone_timeout: Int,
    /// When an idle phone is disconnected, in seconds.
    pub agent_phone_timeout_seconds: Int,
    /// The first line of the address.
    pub address1: Text<'a>,
    /// The second line of the address.
    pub address2: Text<'a>,
    /// The postal code.
    pub zip_code: Text<'a>,
    /// Whether the agent has no fixed address.
    pub no_fixed_address: Flag,
    /// How long a digital contact is offered before it counts as refused, in seconds.
    pub digital_refusal_timeout: Int,
    /// The version of the CXone Agent client.
    pub agent_cxa_client_version: Int,
    /// Whether the client stays at the release before.
    pub agent_cxa_release_previous: Flag,
    /// The code of the state or province.
    pub state_code: Text<'a>,
    /// Whether the agent works in an integrated client.
    pub agent_integration: Flag,
    /// Whether the agent keeps to one channel at a time.
    pub channel_lock: Flag,
    /// Whether digital engagement is on.
    pub digital_engagement_enabled: Flag,
    /// The channel in Microsoft Teams.
    #[record(rename = "Teams_channel_Id")]
    pub teams_channel_id: Text<'a>,
    /// The number of the division.
    pub division_no: Int,
    /// Whether the agent has after-contact work.
    #[record(rename = "ACWEnabled")]
    pub acw_enabled: Flag,
    /// The range of after-contact work, as the API gives it.
    #[record(rename = "ACWRange")]
    pub acw_range: Int,
    /// Whether calls can be passed to the agent's voicemail.
    pub is_direct_voicemail_transfer_enabled: Flag,
    /// The state as an attendant's user, as the API gives it.
    pub attendant_user_status: Int,
}

/// The stream of agents.
pub fn stream() -> Report<Agent<'static>> {
    Report {
        name: "agents",
        title: "Agents",
        description: "The agents of the business unit.",
        path: "/agents",
        shape: Shape::list(&["agents"]).or(&["resultSet", "agents"]).or_nothing(),
        filters,
        window: None,
        in_slice: None,
        order: Some(Order { id: |_| "agentId" }),
        changes: Some(Changes { cursor: "last_updated", parameter: options::update_since }),
        record: PhantomData,
    }
}

fn filters() -> Vec<Filter> {
    let locked = Field::new("is_locked", "Locked", FieldKind::Boolean)
        .describe("`true`: only agents that are locked out; `false`: only others. Left out: all.");
    vec![options::is_active("agents"), Filter::new("isLocked", locked), options::search("agents")]
}
