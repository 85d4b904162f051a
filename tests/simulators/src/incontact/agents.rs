//! Agents.

use jiff::SignedDuration;
use serde_json::json;

use super::data::{Data, Entry, Item, Topic};
use super::record::{Datum, Fields, Record, record};
use super::text;

const OTHERS: Fields = Fields {
    flags: &[
        "useTeamMaxConcurrentChats",
        "rehireStatus",
        "atHome",
        "useTeamEmailAutoParkingLimit",
        "useAgentTimeZone",
        "sendEmailNotifications",
        "isWhatIfAgent",
        "requestContact",
        "useTeamChatThreshold",
        "customerCard",
        "useTeamEmailThreshold",
        "useTeamWorkItemThreshold",
        "useTeamSmsThreshold",
        "useTeamDigitalThreshold",
        "contactAutoFocus",
        "useTeamContactAutoFocus",
        "useTeamRequestContact",
        "useTeamVoiceThreshold",
        "isOpenIdProfileComplete",
        "maxPreview",
        "useTeamDeliveryModeSettings",
        "isBillable",
        "agentContactAutoFocus",
        "agentRequestContact",
        "noFixedAddress",
        "agentCxaReleasePrevious",
        "agentIntegration",
        "channelLock",
        "DigitalEngagementEnabled",
        "ACWEnabled",
        "IsDirectVoicemailTransferEnabled",
    ],
    wholes: &[
        "profileId",
        "chatRefusalTimeout",
        "phoneRefusalTimeout",
        "workItemRefusalTimeout",
        "defaultDialingPattern",
        "maxConcurrentChats",
        "employmentType",
        "hiringSource",
        "scheduleNotification",
        "maxEmailAutoParkingLimit",
        "chatThreshold",
        "emailThreshold",
        "workItemThreshold",
        "rowNumber",
        "smsThreshold",
        "digitalThreshold",
        "voiceThreshold",
        "totalContactCount",
        "emailRefusalTimeout",
        "voicemailRefusalTimeout",
        "agentVoiceThreshold",
        "agentEmailThreshold",
        "agentWorkItemThreshold",
        "agentTotalContactCount",
        "smsRefusalTimeout",
        "agentMaxVersion",
        "agentPhoneTimeout",
        "agentPhoneTimeoutSeconds",
        "digitalRefusalTimeout",
        "agentCxaClientVersion",
        "DivisionNo",
        "ACWRange",
        "AttendantUserStatus",
    ],
    texts: &[
        "userID",
        "location",
        "custom2",
        "custom3",
        "custom4",
        "custom5",
        "profileName",
        "timeZone",
        "country",
        "countryName",
        "state",
        "city",
        "defaultDialingPatternName",
        "notes",
        "referral",
        "ntLoginName",
        "federatedId",
        "sipUser",
        "systemUser",
        "systemDomain",
        "crmUserName",
        "timeDisplayFormat",
        "telephone2",
        "timeZoneOffset",
        "userNameDomain",
        "combinedUserNameDomain",
        "LoginAuthenticatorId",
        "subject",
        "issuer",
        "teamUuId",
        "deliveryMode",
        "agentDeliveryMode",
        "address1",
        "address2",
        "zipCode",
        "stateCode",
        "Teams_channel_Id",
    ],
};

impl Data {
    pub(super) fn agent_id(&self, place: usize) -> i64 {
        100_001 + place as i64
    }

    /// The team of an agent by their places.
    pub(super) fn team_of(&self, agent: usize) -> usize {
        agent % self.settings.teams.max(1)
    }

    pub(super) fn agent_name(&self, place: usize) -> (&'static str, &'static str) {
        let mut dice = self.dice(Topic::Agent, place);
        (dice.pick(text::FIRST_NAMES), dice.pick(text::LAST_NAMES))
    }

    pub(super) fn agent(&self, entry: &Entry) -> Record {
        let place = entry.place;
        let mut dice = self.dice(Topic::Agent, place);
        let (first, last) = (dice.pick(text::FIRST_NAMES), dice.pick(text::LAST_NAMES));
        let team = self.team_of(place);
        let email = format!("agent{place}@example.com");
        let is_active = !dice.chance(20);
        let boss = dice.below(self.settings.agents);
        let (boss_first, boss_last) = self.agent_name(boss);
        let hired = entry.created - SignedDuration::from_hours(24 * 30);
        record! {
            "agentId": self.agent_id(place),
            "userName": email.clone(),
            "firstName": first,
            "middleName": if place.is_multiple_of(3) { Datum::Null } else { Datum::from("") },
            "lastName": last,
            "emailAddress": email,
            "isActive": is_active,
            "teamId": self.team_id(team),
            "teamName": self.team_name(team),
            "reportToId": Datum::or_blank((!place.is_multiple_of(4)).then(|| self.agent_id(boss))),
            "reportToName": format!("{boss_first} {boss_last}"),
            "isSupervisor": place.is_multiple_of(8),
            "lastLogin": Datum::or_blank((!place.is_multiple_of(5)).then_some(entry.created)),
            "lastUpdated": self.updated_at(Item::Agent, entry),
            "custom1": entry.note(text::AWKWARD[place % text::AWKWARD.len()]),
            "internalId": format!("{place:06}"),
            "createDate": entry.created,
            "inactiveDate": Datum::or_blank((!is_active).then_some(self.now)),
            "hireDate": hired,
            "terminationDate": Datum::Blank,
            "hourlyCost": Datum::Hundredths(dice.below(10_000) as i64),
            "employmentTypeName": dice.pick(&["Full-Time", "Part-Time", "Outsourced"]),
            "userType": "Agent",
            "apiKey": Datum::Null,
            "locked": dice.chance(10),
            "telephone1": format!("+1 555 010 {:04}", dice.below(10_000)),
            "recordingNumbers": match place % 3 {
                0 => json!([]),
                1 => json!([{"number": "5550100001"}, {"number": ""}]),
                _ => json!([{"number": null}]),
            },
        }
        .fill(&OTHERS, &mut dice)
    }
}

/// How the first versions name fields of agents.
pub(super) const OLD_NAMES: &[(&str, &str)] =
    &[("emailAddress", "email"), ("lastUpdated", "lastModified")];

/// An agent of the first versions, which name the business unit and part the name of whom it
/// reports to.
pub(super) fn of_old(record: Record, business_unit: i64) -> Record {
    let name = record.get("reportToName").map(Datum::text).unwrap_or_default();
    let (first, last) = name.split_once(' ').unwrap_or((&name, ""));
    let parts = record! {
        "businessUnitId": business_unit,
        "reportToFirstName": first, "reportToMiddleName": "", "reportToLastName": last,
    };
    record.without(&["reportToName"]).and(parts)
}
