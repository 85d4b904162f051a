//! Teams and campaigns.

use serde_json::json;

use super::data::{Data, Entry, Item, Topic};
use super::record::{Datum, Fields, Record, record};
use super::text;

const OTHERS: Fields = Fields {
    flags: &[
        "inViewEnabled",
        "wfoEnabled",
        "wfm2Enabled",
        "qm2Enabled",
        "inViewGamificationEnabled",
        "inViewChatEnabled",
        "inViewWallboardEnabled",
        "inViewLMSEnabled",
        "analyticsEnabled",
        "requestContact",
        "contactAutoFocus",
        "niceAudioRecordingEnabled",
        "niceDesktopAnalyticsEnabled",
        "niceQmEnabled",
        "niceScreenRecordingEnabled",
        "niceSpeechAnalyticsEnabled",
        "niceWfmEnabled",
        "niceQualityOptimizationEnabled",
        "niceSurvey_CustomerEnabled",
        "nicePerformanceManagementEnabled",
        "niceAnalyticsEnabled",
        "niceLessonManagementEnabled",
        "niceCoachingEnabled",
        "niceStrategicPlannerEnabled",
        "niceShiftBiddingEnabled",
        "niceWfoAdvancedEnabled",
        "niceWfoEssentialsEnabled",
        "cxoneCustomerAuthenticationEnabled",
        "channelLock",
    ],
    wholes: &[
        "maxConcurrentChats",
        "maxEmailAutoParkingLimit",
        "chatThreshold",
        "emailThreshold",
        "workItemThreshold",
        "smsThreshold",
        "digitalThreshold",
        "voiceThreshold",
        "totalContactCount",
        "socialThreshold",
        "divisionNo",
    ],
    texts: &["description", "teamLeadId"],
};

impl Data {
    pub(super) fn team_id(&self, place: usize) -> i64 {
        200_001 + place as i64
    }

    pub(super) fn team_name(&self, place: usize) -> String {
        format!("{} {}", text::TEAMS[place % text::TEAMS.len()], place + 1)
    }

    pub(super) fn team(&self, entry: &Entry) -> Record {
        let place = entry.place;
        let mut dice = self.dice(Topic::Team, place);
        let agents = (0..self.settings.agents).filter(|agent| self.team_of(*agent) == place);
        record! {
            "teamId": self.team_id(place),
            "teamName": self.team_name(place),
            "isActive": place % 4 != 3,
            "notes": entry.note(""),
            "lastUpdateTime": self.updated_at(Item::Team, entry),
            "agentCount": agents.count() as i64,
            "teamUuid": format!("7d444840-9dc0-11d1-b245-{:012x}", place),
            "deliveryMode": dice.pick(&["Single", "Omni"]),
            // The vendor wraps the list in another one.
            "unavailableCodes": json!([[{
                "outStateId": place + 1, "outstateName": "Pause – \"Kaffee\"", "isActive": true,
                "isAcw": false, "agentTimeoutMins": "0",
            }]]),
        }
        .fill(&OTHERS, &mut dice)
    }

    pub(super) fn campaign_id(&self, place: usize) -> i64 {
        300_001 + place as i64
    }

    pub(super) fn campaign_name(&self, place: usize) -> String {
        format!("{} {}", text::CAMPAIGNS[place % text::CAMPAIGNS.len()], place + 1)
    }

    pub(super) fn campaign(&self, entry: &Entry) -> Record {
        let place = entry.place;
        record! {
            "id": self.campaign_id(place),
            "name": self.campaign_name(place),
            "isActive": place % 3 != 2,
            "description": match place % 3 {
                0 => Datum::Null,
                1 => Datum::from(""),
                _ => Datum::from(text::AWKWARD[place % text::AWKWARD.len()]),
            },
            "notes": entry.note(""),
            "lastUpdateTime": self.updated_at(Item::Campaign, entry),
        }
    }
}

/// How earlier versions name fields of campaigns, which is how columns are named.
pub(super) const OLD_CAMPAIGN_NAMES: &[(&str, &str)] =
    &[("id", "campaignId"), ("name", "campaignName")];
