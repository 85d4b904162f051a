//! Statistics and summaries of campaigns, and what single contacts did.

use jiff::Timestamp;
use serde_json::{Map, Value, json};

use super::ConstantContact;
use super::data::{Data, Topic};
use super::record::{Datum, Record, record};
use super::settings::{StatsKeys, Summaries};
use super::tracking::{Tally, Touch, TouchKind};
use super::{text, time};

impl Data {
    /// Everything that became of the given activities.
    fn all_touches(&self, activities: &[usize]) -> Vec<Touch> {
        activities.iter().flat_map(|it| self.touches(*it).as_ref().clone()).collect()
    }

    pub(super) fn campaign_tally(&self, campaign: usize) -> Tally {
        Tally::of(&self.all_touches(&self.activity_places(campaign)))
    }

    /// The campaigns that were sent, the latest first.
    pub(super) fn sent_campaigns(&self) -> Vec<usize> {
        let campaigns = 0..self.settings.campaigns;
        let mut sent: Vec<_> = campaigns.filter(|it| self.sent_at(it * 4).is_some()).collect();
        sent.sort_by_key(|campaign| std::cmp::Reverse(self.sent_at(campaign * 4)));
        sent
    }

    /// The row of a campaign in the summary of all that were sent.
    pub(super) fn campaign_summary(&self, campaign: usize) -> Record {
        let tally = self.campaign_tally(campaign);
        let count = |count: usize| match self.settings.summaries {
            Summaries::Numbers => Value::from(count),
            Summaries::Texts => count.to_string().into(),
        };
        record! {
            "campaign_id": self.uuid(Topic::Campaign, campaign),
            "campaign_type": "Newsletter",
            "last_sent_date": Datum::time(self.sent_at(campaign * 4), time::millis),
            "unique_counts": json!({
                "sends": count(tally.sends),
                "opens": count(tally.opens),
                "clicks": count(tally.clicks),
                "forwards": count(tally.forwards),
                "optouts": count(tally.optouts),
                "abuse": count(0),
                "bounces": count(tally.bounces),
                "not_opened": count(tally.not_opened()),
            }),
        }
    }

    /// The percentages over all campaigns.
    pub(super) fn aggregate_percents(&self) -> Value {
        let activities: Vec<_> = self.reported_activities().collect();
        let tally = Tally::of(&self.all_touches(&activities));
        let percent = |count| match self.settings.summaries {
            Summaries::Numbers => json!(tally.percent(count)),
            Summaries::Texts => tally.percent(count).to_string().into(),
        };
        let percents = json!({
            "click": percent(tally.clicks),
            "open": percent(tally.opens),
            "did_not_open": percent(tally.not_opened()),
            "bounce": percent(tally.bounces),
            "unsubscribe": percent(tally.optouts),
        });
        match self.settings.summaries {
            Summaries::Numbers => percents,
            Summaries::Texts => json!([percents]),
        }
    }

    /// The statistics of a campaign.
    pub(super) fn campaign_stats(&self, campaign: usize) -> Record {
        let touches = self.all_touches(&self.activity_places(campaign));
        let tally = Tally::of(&touches);
        record! {
            "campaign_id": self.uuid(Topic::Campaign, campaign),
            "stats": self.stats(&touches),
            "percents": json!({
                "open": tally.percent(tally.opens),
                "click": tally.percent(tally.clicks),
                "bounce": tally.percent(tally.bounces),
                "unsubscribe": tally.percent(tally.optouts),
                "did_not_open": tally.percent(tally.not_opened()),
                "desktop_open": 60.0,
                "desktop_click": 55.5,
                "mobile_open": 40.0,
                "mobile_click": 44.5,
            }),
            "last_refresh_time": Datum::time(self.campaign_updated(campaign), time::millis),
        }
    }

    /// The statistics of an activity.
    pub(super) fn activity_stats(&self, activity: usize) -> Record {
        let touches = self.touches(activity);
        let mut stats = self.stats(&touches);
        stats[self.key("em_abuse")] = json!(0);
        let codes = [
            ("em_bounces_nonexistent_address", "B"),
            ("em_bounces_undeliverable", "D"),
            ("em_bounces_mailbox_full", "F"),
            ("em_bounces_suspended", "S"),
            ("em_bounces_vacation", "V"),
            ("em_bounces_other", "X"),
            ("em_bounces_blocked", "Z"),
        ];
        for (name, code) in codes {
            let bounces = touches.iter().filter(|it| it.kind == TouchKind::Bounce);
            stats[self.key(name)] = json!(bounces.filter(|it| it.bounce_code == code).count());
        }
        record! {
            "campaign_id": self.uuid(Topic::Campaign, activity / 4),
            "campaign_activity_id": self.uuid(Topic::Activity, activity),
            "stats": stats,
            "last_refresh_time": Datum::time(self.campaign_updated(activity / 4), time::millis),
        }
    }

    fn stats(&self, touches: &[Touch]) -> Value {
        let tally = Tally::of(touches);
        let mut stats = Map::new();
        let mut put = |name: &str, count: usize| {
            stats.insert(self.key(name), count.into());
        };
        put("em_sends", tally.sends);
        put("em_opens", tally.opens);
        put("em_opens_all", tally.opens_all);
        put("em_clicks", tally.clicks);
        put("em_clicks_all", tally.clicks_all);
        put("em_forwards", tally.forwards);
        put("em_optouts", tally.optouts);
        put("em_bounces", tally.bounces);
        put("em_not_opened", tally.not_opened());
        for (name, kind) in [("opens", TouchKind::Open), ("clicks", TouchKind::Click)] {
            for device in text::DEVICES {
                let all = touches.iter().filter(|it| it.kind == kind);
                let count = all.filter(|it| it.device == *device).count();
                put(&format!("em_{name}_all_{device}"), count);
            }
            put(&format!("em_{name}_all_none"), 0);
        }
        Value::Object(stats)
    }

    /// A name of the statistics in the spelling of the settings.
    fn key(&self, name: &str) -> String {
        match self.settings.stats_keys {
            StatsKeys::Underscores => name.to_owned(),
            StatsKeys::Dots => name.replacen("_all", ".all", 1).replace("all_", "all."),
        }
    }

    /// What a contact did with every activity that was sent to it in a stretch of time, the
    /// latest first.
    pub(super) fn activity_summaries(
        &self,
        contact: usize,
        (start, end): (Timestamp, Timestamp),
    ) -> Vec<Record> {
        let mut found: Vec<_> = self
            .reported_activities()
            .filter_map(|activity| {
                let touches = self.touches_of(activity, contact);
                let sent_at = touches.first()?.at;
                (start <= sent_at && sent_at <= end).then_some((sent_at, activity, touches))
            })
            .collect();
        found.sort_by_key(|(sent_at, ..)| std::cmp::Reverse(*sent_at));
        let records = found.into_iter().map(|(sent_at, activity, touches)| {
            let tally = Tally::of(&touches);
            record! {
                "campaign_activity_id": self.uuid(Topic::Activity, activity),
                "start_on": Datum::time(sent_at, time::millis),
                "em_sends": tally.sends,
                "em_opens": tally.opens_all,
                "em_clicks": tally.clicks_all,
                "em_forwards": tally.forwards,
                "em_bounces": tally.bounces,
                "em_unsubscribes": tally.optouts,
            }
        });
        records.collect()
    }

    /// Everything a contact did, the latest first, each with its activity.
    pub(super) fn contact_touches(&self, contact: usize) -> Vec<(usize, Touch)> {
        let mut found: Vec<_> = self
            .reported_activities()
            .flat_map(|activity| {
                let touches = self.touches_of(activity, contact);
                touches.into_iter().map(move |touch| (activity, touch))
            })
            .collect();
        found.sort_by_key(|(_, touch)| std::cmp::Reverse(touch.at));
        found
    }
}

impl ConstantContact {
    /// A row of what a contact did.
    pub(super) fn detail_row(&self, activity: usize, touch: &Touch, is_named: bool) -> Record {
        let name = is_named.then(|| self.data.campaign_name(activity / 4));
        record! {
            "contact_id": self.data.uuid(Topic::Contact, touch.contact),
            "campaign_activity_id": self.data.uuid(Topic::Activity, activity),
            "created_time": Datum::time(touch.at, time::millis),
            "tracking_activity_type": touch.kind.v3_name(),
            "campaign_activity_name": name,
        }
    }

    /// How often a contact opens and follows what it is sent.
    pub(super) fn rates(&self, contact: usize, stretch: (Timestamp, Timestamp)) -> Record {
        let (start, end) = stretch;
        let all: Vec<_> = self.data.contact_touches(contact);
        let within = all.iter().filter(|(_, it)| start <= it.at && it.at <= end);
        let tally = Tally::of(within.map(|(_, touch)| touch));
        let rate = |count| match tally.sends {
            0 => 0.0,
            sends => count as f64 / sends as f64,
        };
        record! {
            "contact_id": self.data.uuid(Topic::Contact, contact),
            "included_activities_count": tally.sends,
            "average_open_rate": rate(tally.opens),
            "average_click_rate": rate(tally.clicks),
        }
    }
}
