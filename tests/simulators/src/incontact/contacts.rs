//! Contacts: open ones, and completed ones in the two forms in which they are listed.

use jiff::SignedDuration;
use serde_json::{Value, json};

use super::data::{Data, Entry, Item, Topic};
use super::record::{Datum, Record, record};
use super::text;

/// What the list of completed contacts does not say.
const NOT_WHERE_COMPLETED: &[&str] = &[
    "digitalContactStateId",
    "digitalContactStateName",
    "stateId",
    "stateName",
    "isActive",
    "isWarehoused",
];

/// How versions below a certain one name fields of contacts.
pub(super) const OLD_NAMES: &[(&str, &str)] = &[
    ("acwSeconds", "ACWSeconds"),
    ("conferenceSeconds", "confSeconds"),
    ("contactStartDate", "contactStart"),
    ("fromAddress", "fromAddr"),
    ("toAddress", "toAddr"),
    ("mediaTypeId", "mediaType"),
    ("stateName", "state"),
];

impl Data {
    pub(super) fn contact_id(&self, place: usize) -> i64 {
        self.settings.id_base + 1 + place as i64
    }

    /// Whether a contact is still open.
    pub(super) fn is_open(&self, place: usize) -> bool {
        place % 50 == 49
    }

    /// The agent and the skill of a contact by their places.
    pub(super) fn parties(&self, contact: usize) -> (usize, usize) {
        let mut dice = self.dice(Topic::Contact, contact);
        let _ = dice.roll();
        (dice.below(self.settings.agents), dice.below(self.settings.skills))
    }

    /// A contact as the list of all contacts has it.
    pub(super) fn contact(&self, entry: &Entry) -> Record {
        let both = self.contact_core(entry);
        match self.is_open(entry.place) {
            true => both.and(self.open_part(entry)),
            false => both.and(self.completed_part(entry, false)).and(record! {
                "isActive": false, "isWarehoused": true,
            }),
        }
    }

    /// A contact as the list of completed ones has it.
    pub(super) fn completed_contact(&self, entry: &Entry) -> Record {
        let record = self.contact_core(entry).and(self.completed_part(entry, true));
        let division = entry.place.is_multiple_of(3).then_some(12);
        record.and(record! { "divisionNo": Datum::or_blank(division) }).without(NOT_WHERE_COMPLETED)
    }

    fn contact_core(&self, entry: &Entry) -> Record {
        let place = entry.place;
        let (agent, skill) = self.parties(place);
        let (first, last) = self.agent_name(agent);
        let (team, campaign) = (self.team_of(agent), self.campaign_of(skill));
        let media_type = self.media_type(skill);
        let mut dice = self.dice(Topic::Contact, place + (1 << 32));
        let number = dice.below(10_000);
        let is_open = self.is_open(place);
        let digital = (media_type == 3).then_some(2);
        record! {
            "contactId": self.contact_id(place),
            "masterContactId": self.contact_id(place - usize::from(place % 9 == 5)),
            "agentId": self.agent_id(agent),
            "firstName": first,
            "lastName": last,
            "teamId": self.team_id(team),
            "teamName": self.team_name(team),
            "campaignId": self.campaign_id(campaign),
            "campaignName": self.campaign_name(campaign),
            "skillId": self.skill_id(skill),
            "skillName": self.skill_name(skill),
            "mediaTypeId": media_type,
            "mediaTypeName": text::media_type_name(media_type),
            "mediaSubTypeId": Datum::or_blank(digital),
            "mediaSubTypeName": digital.map_or(Datum::Null, |_| Datum::from("WhatsApp")),
            "pointOfContactId": 500_001 + (place % 3) as i64,
            "pointOfContactName": "Customer line",
            "contactStartDate": entry.created,
            "lastUpdateTime": self.updated_at(Item::Contact, entry),
            "fromAddress": format!("555010{number:04}"),
            "toAddress": "5550199999",
            "isLogged": dice.chance(80),
            "isOutbound": self.is_outbound(skill),
            "isTakeover": dice.chance(5),
            "holdCount": dice.below(4) as i64,
            "highProficiency": 1_i64,
            "lowProficiency": 20_i64,
            "routingAttribute": dice.below(3) as i64,
            "stateId": if is_open { 4_i64 } else { 18 },
            "stateName": if is_open { "Active" } else { "EndContact" },
            "digitalContactStateId": Datum::or_blank(digital),
            "digitalContactStateName": digital.map_or(Datum::Null, |_| Datum::from("pending")),
            "transferIndicatorId": 0_i64,
            "transferIndicatorName": "None",
        }
    }

    fn open_part(&self, entry: &Entry) -> Record {
        let target = (entry.place % 100 == 99).then(|| self.agent_id(0));
        record! {
            "agentStartDate": entry.created + SignedDuration::from_secs(20),
            "contactStateCategory": "Active",
            "fileName": if entry.place % 100 == 99 { Datum::Null } else { Datum::from("") },
            "targetAgentId": Datum::or_blank(target),
        }
    }

    fn completed_part(&self, entry: &Entry, names_contact: bool) -> Record {
        let place = entry.place;
        let mut dice = self.dice(Topic::Contact, place + (1 << 33));
        let mut seconds = |most| dice.below(most) as i64;
        let (queue, talk, acw, hold) = (seconds(120), seconds(1_800), seconds(200), seconds(60));
        let (routing, release) = (seconds(20_000), seconds(30));
        let is_abandoned = dice.chance(8);
        let is_refused = dice.chance(6);
        let ended = entry.created + SignedDuration::from_secs(queue + talk + acw);
        let secondary = dice.chance(30).then(|| dice.below(90) as i64);
        let refused_at = ended.to_string();
        record! {
            "abandoned": is_abandoned,
            "abandonSeconds": if is_abandoned { queue } else { 0 },
            "acwSeconds": acw,
            "agentSeconds": talk,
            "analyticsProcessedDate": Datum::or_blank(place.is_multiple_of(2).then_some(ended)),
            "callbackTime": 0_i64,
            "conferenceSeconds": 0_i64,
            "dateACWWarehoused": ended + SignedDuration::from_secs(300),
            "dateContactWarehoused": ended,
            "dispositionNotes": entry.note(text::AWKWARD[place % text::AWKWARD.len()]),
            "endReason": if is_abandoned { "Abandoned" } else { "Contact Hung Up" },
            "holdSeconds": hold,
            "inQueueSeconds": queue,
            "isAnalyticsProcessed": place.is_multiple_of(2),
            "isRefused": is_refused,
            "isShortAbandon": false,
            "postQueueSeconds": 0_i64,
            "preQueueSeconds": dice.below(10) as i64,
            "primaryDispositionId": dice.below(90) as i64,
            "secondaryDispositionId": Datum::or_blank(secondary),
            "refuseReason": if is_refused { Datum::from("Timeout") } else { Datum::Null },
            "refuseTime": if is_refused { Datum::from(refused_at) } else { Datum::Null },
            "releaseSeconds": release,
            "routingTime": routing,
            "serviceLevelFlag": i64::from(queue <= 30),
            "totalDurationSeconds": queue + talk + acw,
            "tags": tags(place, self.contact_id(place), names_contact),
        }
    }
}

/// The tags of a contact, which in one of the lists name the contact itself.
fn tags(place: usize, contact_id: i64, names_contact: bool) -> Value {
    let names: &[(i64, &str)] = match place % 4 {
        0 => &[(1, "vip")],
        1 => &[(1, "vip"), (2, "über \"alles\"")],
        _ => &[],
    };
    let tag = |(id, name): &(i64, &str)| {
        let mut tag = json!({"tagId": id, "tagName": name});
        if names_contact {
            tag["contactId"] = json!(contact_id);
        }
        tag
    };
    names.iter().map(tag).collect()
}
