//! What came in for each skill in each hour, and the report that sums it up over any span of time.

use jiff::Timestamp;

use super::data::{Data, Topic};
use super::record::{Datum, Record, record};
use super::text;
use crate::random::Dice;

/// What came in: counts, and times in seconds.
#[derive(Clone, Copy, Debug, Default)]
struct Traffic {
    offered: u64,
    abandoned: u64,
    within_goal: u64,
    talk_s: u64,
    wrap_s: u64,
    queue_s: u64,
    hold_s: u64,
    longest_queue_s: u64,
    dials: u64,
    connects: u64,
    right_parties: u64,
}

impl Traffic {
    fn in_an_hour(is_outbound: bool, dice: &mut Dice) -> Traffic {
        let mut part = |most: usize| dice.below(most) as u64;
        let offered = part(12);
        let abandoned = part(3).min(offered);
        let handled = offered - abandoned;
        let dials = if is_outbound { part(40) } else { 0 };
        let connects = dials * part(60) / 100;
        let longest_queue_s = part(200);
        Traffic {
            offered,
            abandoned,
            within_goal: handled * part(101) / 100,
            talk_s: handled * part(240),
            wrap_s: handled * part(60),
            queue_s: offered * longest_queue_s / 2,
            hold_s: part(90),
            longest_queue_s,
            dials,
            connects,
            right_parties: connects * part(50) / 100,
        }
    }

    fn add(&mut self, more: Traffic) {
        self.offered += more.offered;
        self.abandoned += more.abandoned;
        self.within_goal += more.within_goal;
        self.talk_s += more.talk_s;
        self.wrap_s += more.wrap_s;
        self.queue_s += more.queue_s;
        self.hold_s += more.hold_s;
        self.longest_queue_s = self.longest_queue_s.max(more.longest_queue_s);
        self.dials += more.dials;
        self.connects += more.connects;
        self.right_parties += more.right_parties;
    }

    fn record(&self) -> Record {
        let handled = self.offered - self.abandoned;
        let average = |sum: u64, count: u64| sum.checked_div(count).unwrap_or(0) as i64;
        let percent = |part: u64, whole: u64| match whole {
            0 => Datum::Blank,
            whole => Datum::Hundredths((part * 10_000 / whole) as i64),
        };
        let contact_s = self.talk_s + self.wrap_s;
        let per_connect = |count: u64| Datum::Hundredths(average(contact_s, count.max(1)));
        record! {
            "abandonCount": self.abandoned as i64,
            "abandonRate": percent(self.abandoned, self.offered),
            "averageHandleTime": average(contact_s, handled),
            "averageInqueueTime": average(self.queue_s, self.offered),
            "averageSpeedToAnswer": average(self.queue_s, self.offered),
            "averageTalkTime": average(self.talk_s, handled),
            "averageWrapTime": average(self.wrap_s, handled),
            "contactsHandled": handled as i64,
            "contactsOffered": self.offered as i64,
            "contactsOutOfSLA": (handled - self.within_goal) as i64,
            "contactsWithinSLA": self.within_goal as i64,
            "holdTime": self.hold_s as i64,
            "longestQueueDur": self.longest_queue_s as i64,
            "serviceLevel": percent(self.within_goal, handled),
            "totalContactTime": contact_s as i64,
            "dials": self.dials as i64,
            "connects": self.connects as i64,
            "connectsAHT": per_connect(self.connects),
            "rightPartyConnects": self.right_parties as i64,
            "rightPartyConnectsAHT": per_connect(self.right_parties),
        }
    }
}

/// How the first versions name fields of skill summaries: with the slip of the pen.
pub(super) const OLD_NAMES: &[(&str, &str)] = &[("agentsAvailable", "agentsAvaliable")];

impl Data {
    pub(super) fn skill_summaries(&self, start: Timestamp, end: Timestamp) -> Vec<Record> {
        let hours = self.hours(start, end);
        if hours.is_empty() {
            return Vec::new();
        }
        let skills = 0..self.settings.skills;
        skills.map(|skill| self.skill_summary(skill, hours.clone())).collect()
    }

    fn skill_summary(&self, skill: usize, hours: impl Iterator<Item = i64>) -> Record {
        let is_outbound = self.is_outbound(skill);
        let mut sum = Traffic::default();
        for hour in hours {
            let hour = hour.cast_unsigned();
            let key = [self.settings.seed, Topic::Traffic as u64, skill as u64, hour];
            sum.add(Traffic::in_an_hour(is_outbound, &mut Dice::new(&key)));
        }
        let (media_type, campaign) = (self.media_type(skill), self.campaign_of(skill));
        // How many there are at this moment, which no span of time has an influence on.
        let mut dice = self.dice(Topic::Traffic, skill);
        let mut now = |most| dice.below(most) as i64;
        record! {
            "businessUnitId": self.business_unit(),
            "businessUnitName": "Example & Söhne",
            "agentsAcw": now(4),
            "agentsAvailable": now(9),
            "agentsIdle": now(9),
            "agentsLoggedIn": now(30),
            "agentsUnavailable": now(9),
            "agentsWorking": now(9),
            "campaignId": self.campaign_id(campaign),
            "campaignName": self.campaign_name(campaign),
            "contactsActive": now(6),
            "contactsQueued": now(6),
            "isOutbound": is_outbound,
            "mediaTypeId": media_type,
            "mediaTypeName": text::media_type_name(media_type),
            "queueCount": now(5),
            "skillName": self.skill_name(skill),
            "skillId": self.skill_id(skill),
            "serviceLevelGoal": 90_i64,
            "serviceLevelThreshold": 30_i64,
        }
        .and(sum.record())
    }
}
