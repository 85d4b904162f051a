//! Skills.

use serde_json::json;

use super::data::{Data, Entry, Topic};
use super::record::{Datum, Fields, Record, record};
use super::text;

const OTHERS: Fields = Fields {
    flags: &[
        "agentResponseEnabled",
        "customerResponseEnabled",
        "IsSubSkill",
        "PresentAcceptReject",
        "timeExtensionEnabled",
        "requireDisposition",
        "allowSecondaryDisposition",
        "makeTranscriptAvailable",
        "displayThankyou",
        "popThankYou",
        "isRunning",
        "priorityBlending",
        "emailFromEditable",
        "emailParking",
        "agentTypingIndicator",
        "patronTypingPreview",
        "interruptible",
        "countReskillHours",
        "useScreenPops",
        "useCustomScreenPops",
        "agentless",
        "enableShortAbandon",
        "countShortAbandons",
        "deliverMultipleNumbersSerially",
        "cradleToGrave",
        "priorityInterrupt",
        "requireManualAccept",
        "scriptDisposition",
        "countOtherAbandons",
    ],
    wholes: &[
        "acwTypeId",
        "agentFirstResponseTime",
        "agentFollowOnResponseTime",
        "customerIdleTime",
        "routingQueueId",
        "stateIdACW",
        "maxSecondsACW",
        "acwPostTimeoutStateId",
        "agentRestTime",
        "scriptId",
        "EquityLevel",
        "FallbackTime",
        "FocusLock",
        "FocusMetric",
        "chatWarningThreshold",
        "callSuppressionScriptId",
        "reskillHours",
        "minWFIAgents",
        "minWFIAvailableAgents",
        "minWorkingTime",
        "agentlessPorts",
        "initialPriority",
        "acceleration",
        "maxPriority",
        "serviceLevelThreshold",
        "serviceLevelGoal",
        "shortAbandonThreshold",
        "messageTemplateId",
        "smsTransportCodeId",
        "outboundTelecomRouteId",
    ],
    texts: &[
        "workItemQueueType",
        "TenantId",
        "stateNameACW",
        "acwPostTimeoutStateName",
        "transcriptFromAddress",
        "thankYouLink",
        "popThankYouURL",
        "callerIdOverride",
        "scriptName",
        "emailFromAddress",
        "emailBccAddress",
        "reskillHoursName",
        "screenPopTriggerEvent",
        "screenPopDetail",
        "smsTransportCode",
    ],
};

impl Data {
    pub(super) fn skill_id(&self, place: usize) -> i64 {
        400_001 + place as i64
    }

    pub(super) fn skill_name(&self, place: usize) -> String {
        let (name, _) = text::SKILLS[place % text::SKILLS.len()];
        format!("{name} {}", place + 1)
    }

    pub(super) fn media_type(&self, skill: usize) -> i64 {
        let (_, media_type) = text::SKILLS[skill % text::SKILLS.len()];
        media_type
    }

    /// Whether agents of a skill call, and are not called.
    pub(super) fn is_outbound(&self, skill: usize) -> bool {
        skill % text::SKILLS.len() == 1
    }

    /// The campaign of a skill by their places.
    pub(super) fn campaign_of(&self, skill: usize) -> usize {
        skill % self.settings.campaigns.max(1)
    }

    pub(super) fn skill(&self, entry: &Entry) -> Record {
        let place = entry.place;
        let mut dice = self.dice(Topic::Skill, place);
        let (media_type, campaign) = (self.media_type(place), self.campaign_of(place));
        let is_outbound = self.is_outbound(place);
        record! {
            "skillId": self.skill_id(place),
            "skillName": self.skill_name(place),
            "mediaTypeId": media_type,
            "mediaTypeName": text::media_type_name(media_type),
            "isActive": place % 5 != 4,
            "campaignId": self.campaign_id(campaign),
            "campaignName": self.campaign_name(campaign),
            "notes": entry.note(text::AWKWARD[place % text::AWKWARD.len()]),
            "isOutbound": is_outbound,
            "outboundStrategy": match is_outbound {
                true => Datum::from("Personal Connection"),
                false => Datum::from(""),
            },
            "evaluationCriteria": Datum::Hundredths(dice.below(500) as i64),
            "dispositions": match place % 3 {
                0 => json!([]),
                _ => json!([{
                    "dispositionId": place, "dispositionName": "Gelöst, \"ok\"", "priority": 1,
                    "isPreviewDisposition": false,
                }]),
            },
        }
        .fill(&OTHERS, &mut dice)
    }
}
