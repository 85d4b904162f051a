//! The data: generated record by record from the seed, so that a large account costs little.

use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};

use super::settings::Settings;
use crate::random::Dice;

const DAY_S: i64 = 86_400;

/// The place of the first record that a fault inserts: far beyond all that are real.
pub(super) const INSERTED: usize = 1 << 40;

/// What a throw of the dice is for; each has its own, so that no two values are related.
#[derive(Clone, Copy, Debug)]
pub(super) enum Topic {
    Agent = 1,
    Team,
    Skill,
    Contact,
    Moment,
    Work,
    Traffic,
    Report,
}

/// What lists hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Item {
    /// Agents.
    Agent,
    /// Teams.
    Team,
    /// Skills.
    Skill,
    /// Campaigns.
    Campaign,
    /// Contacts, open or completed.
    Contact,
}

/// One item and what became of it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Entry {
    pub(super) place: usize,
    /// When it came to be.
    pub(super) created: Timestamp,
    /// How often it was changed while the simulator ran, and when last.
    pub(super) change: Option<(u32, Timestamp)>,
}

impl Entry {
    /// A text that is different after each change.
    pub(super) fn note(&self, first: &str) -> String {
        match self.change {
            None => first.to_owned(),
            Some((revision, _)) => format!("revision {revision}"),
        }
    }
}

/// What follows from the seed and the time of the start alone.
#[derive(Debug)]
pub(super) struct Data {
    pub(super) settings: Arc<Settings>,
    /// The first moment of all data: a midnight in UTC.
    pub(super) first: Timestamp,
    /// The time of the start.
    pub(super) now: Timestamp,
}

impl Data {
    pub(super) fn new(settings: Arc<Settings>, now: Timestamp) -> Self {
        let midnight = now.as_second().div_euclid(DAY_S) * DAY_S;
        let first = midnight - i64::from(settings.days) * DAY_S;
        let first = Timestamp::from_second(first).unwrap_or(Timestamp::UNIX_EPOCH);
        Data { settings, first, now }
    }

    pub(super) fn dice(&self, topic: Topic, place: usize) -> Dice {
        Dice::new(&[self.settings.seed, topic as u64, place as u64])
    }

    /// How many items of a kind there are at the start.
    pub(super) fn count(&self, item: Item) -> usize {
        match item {
            Item::Agent => self.settings.agents,
            Item::Team => self.settings.teams,
            Item::Skill => self.settings.skills,
            Item::Campaign => self.settings.campaigns,
            Item::Contact => self.settings.contacts,
        }
    }

    /// When an item that is there at the start came to be: later ones later, up to the start.
    pub(super) fn created(&self, item: Item, place: usize) -> Timestamp {
        let count = self.count(item).max(1);
        let span = (self.now - self.first).get_seconds();
        let step = span / i64::try_from(count).unwrap_or(i64::MAX);
        let mut dice =
            Dice::new(&[self.settings.seed, Topic::Moment as u64, item as u64, place as u64]);
        let jitter = dice.below(usize::try_from(step).unwrap_or(0)) as i64;
        let place_s = i64::try_from(place.min(count - 1)).unwrap_or(0);
        let offset = step * place_s + jitter;
        // Some contacts begin exactly where a day does, which is where slices meet.
        let (offset, ms) = match item == Item::Contact && place % 7 == 3 {
            true => (offset.div_euclid(DAY_S) * DAY_S, 0),
            false => (offset, dice.below(1_000) as i64),
        };
        self.first + SignedDuration::from_millis(offset * 1_000 + ms)
    }

    /// When `entry` was changed last: so many seconds after it came to be, but a minute before the
    /// start at the latest, unless it came to be or was changed later.
    pub(super) fn updated(&self, entry: &Entry, after_s: i64) -> Timestamp {
        let usual = entry.created + SignedDuration::from_secs(after_s);
        let latest = (self.now - SignedDuration::from_mins(1)).max(entry.created);
        entry.change.map_or(usual.min(latest), |(_, at)| at)
    }

    pub(super) fn business_unit(&self) -> i64 {
        self.settings.credentials.business_unit.parse().unwrap_or_default()
    }

    /// When an item was changed last.
    pub(super) fn updated_at(&self, item: Item, entry: &Entry) -> Timestamp {
        let after_s = match item {
            Item::Contact => 60 + self.dice(Topic::Contact, entry.place).below(5_400) as i64,
            _ => self.dice(Topic::Moment, entry.place).below(20 * 86_400) as i64,
        };
        self.updated(entry, after_s)
    }
}
