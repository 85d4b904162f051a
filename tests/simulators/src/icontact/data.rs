//! The data: generated row by row from the seed, so that a large account costs little memory.

use std::collections::HashSet;
use std::sync::{Arc, OnceLock};

use jiff::{Timestamp, ToSpan};

use super::contacts;
use super::mailing::{Event, EventKind, Statistics};
use super::rows::Account;
use super::settings::{AccountSettings, Settings};
use crate::random::Dice;

/// The first moment of all data; the rule for the clock is older.
const FIRST: i64 = 1_546_318_800; // 2019-01-01T05:00:00Z
/// The last moment at which a contact or a message is created.
const LAST: i64 = 1_782_792_000; // 2026-06-30T04:00:00Z

/// What a throw of the dice is for; each has its own, so that no two values are related.
#[derive(Clone, Copy, Debug)]
pub(super) enum Topic {
    Contact = 1,
    Membership,
    Custom,
    Subscription,
    Action,
    List,
    Campaign,
    Message,
    Send,
    Segment,
    Tracking,
}

/// One account with its client folders.
#[derive(Debug)]
pub struct AccountData {
    pub(super) row: Account,
    pub(super) folders: Vec<Folder>,
}

impl AccountData {
    pub(super) fn all(settings: &Arc<Settings>) -> Vec<AccountData> {
        let mut ordinal = 0;
        let accounts = settings.accounts.iter().zip(111_111..);
        accounts
            .map(|(account, account_id)| {
                let AccountSettings { enabled, folders } = *account;
                let first = ordinal;
                ordinal += folders;
                AccountData {
                    row: Account { account_id, enabled, folders },
                    folders: (first..ordinal)
                        .map(|ordinal| Folder::new(settings, account_id, ordinal))
                        .collect(),
                }
            })
            .collect()
    }

    /// The account itself.
    pub fn account(&self) -> &Account {
        &self.row
    }

    /// Its client folders.
    pub fn folders(&self) -> &[Folder] {
        &self.folders
    }
}

/// One client folder: all rows of it, as they are before any fault. This is the truth that a test
/// compares a destination with.
#[derive(Debug)]
pub struct Folder {
    pub(super) settings: Arc<Settings>,
    account_id: u64,
    ordinal: usize,
    /// Contacts on at least one list, and contacts on none.
    pub(super) listed: Arc<Vec<u32>>,
    pub(super) unlisted: Arc<Vec<u32>>,
    /// Every subscription as the places of its contact and its list.
    pub(super) memberships: Vec<(u32, u32)>,
    statistics: OnceLock<Vec<Statistics>>,
}

impl Folder {
    fn new(settings: &Arc<Settings>, account_id: u64, ordinal: usize) -> Self {
        let mut folder = Folder {
            settings: Arc::clone(settings),
            account_id,
            ordinal,
            listed: Arc::default(),
            unlisted: Arc::default(),
            memberships: Vec::new(),
            statistics: OnceLock::new(),
        };
        let (mut listed, mut unlisted) = (Vec::new(), Vec::new());
        let contacts = u32::try_from(settings.contacts).expect("fewer than four thousand million");
        for contact in 0..contacts {
            let lists = folder.list_places(contact as usize);
            let group = if lists.len() == 0 { &mut unlisted } else { &mut listed };
            group.push(contact);
            folder.memberships.extend(lists.map(|list| (contact, list)));
        }
        (folder.listed, folder.unlisted) = (Arc::new(listed), Arc::new(unlisted));
        folder
    }

    /// The account the folder belongs to.
    pub fn account_id(&self) -> u64 {
        self.account_id
    }

    /// The folder's own id.
    pub fn client_folder_id(&self) -> u64 {
        222_222 + self.ordinal as u64
    }

    /// The path below which the folder's resources are, without a trailing slash.
    pub fn path(&self) -> String {
        format!("/icp/a/{}/c/{}", self.account_id, self.client_folder_id())
    }

    pub(super) fn dice(&self, topic: Topic, place: usize) -> Dice {
        let key = [self.settings.seed, self.ordinal as u64, topic as u64, place as u64];
        Dice::new(&key)
    }

    /// The id of the record at `place`. Those of different folders never meet.
    fn id(&self, first: u64, place: usize) -> u64 {
        first + self.ordinal as u64 * 1_000_000 + place as u64
    }

    pub(super) fn contact_id(&self, place: usize) -> u64 {
        let ordinal = self.ordinal as u64;
        self.settings.id_base + 333_001 + ordinal * 1_000_000_000 + place as u64
    }

    /// The place a contact's id stands for, whether or not there is such a contact.
    pub(super) fn contact_place(&self, id: u64) -> Option<usize> {
        usize::try_from(id.checked_sub(self.contact_id(0))?).ok()
    }

    pub(super) fn list_id(&self, place: usize) -> u64 {
        self.id(444_001, place)
    }

    pub(super) fn campaign_id(&self, place: usize) -> u64 {
        self.id(777_001, place)
    }

    pub(super) fn message_id(&self, place: usize) -> u64 {
        self.id(666_001, place)
    }

    pub(super) fn message_place(&self, id: u64) -> Option<usize> {
        let place = usize::try_from(id.checked_sub(self.message_id(0))?).ok()?;
        (place < self.settings.messages).then_some(place)
    }

    pub(super) fn send_id(&self, place: usize) -> u64 {
        self.id(999_001, place)
    }

    pub(super) fn segment_id(&self, place: usize) -> u64 {
        self.id(888_001, place)
    }

    pub(super) fn segment_place(&self, id: u64) -> Option<usize> {
        let place = usize::try_from(id.checked_sub(self.segment_id(0))?).ok()?;
        (place < self.settings.segments).then_some(place)
    }

    /// The lists a contact is on, by their places, none twice.
    pub(super) fn list_places(&self, contact: usize) -> impl ExactSizeIterator<Item = u32> + use<> {
        let mut dice = self.dice(Topic::Membership, contact);
        let lists = self.settings.lists;
        let count = match dice.below(100) {
            0..10 => 0,
            10..70 => 1,
            70..90 => 2,
            _ => 3,
        };
        let first = dice.below(lists);
        (0..u32::try_from(count.min(lists)).unwrap_or(0)).map(move |step| {
            let place = (first + step as usize) % lists;
            u32::try_from(place).unwrap_or(0)
        })
    }

    /// A moment that grows with `place`, so that `count` of them fill the whole span.
    pub(super) fn moment(&self, topic: Topic, place: usize, count: usize) -> Timestamp {
        let step = (LAST - FIRST) / i64::try_from(count.max(1)).unwrap_or(i64::MAX);
        let jitter = self.dice(topic, place).below(usize::try_from(step).unwrap_or(0));
        let place = i64::try_from(place).unwrap_or(0);
        let second = FIRST + step * place + i64::try_from(jitter).unwrap_or(0);
        Timestamp::from_second(second).unwrap_or(Timestamp::UNIX_EPOCH)
    }

    /// Statistics of every message, sent or not, in the order of messages.
    pub(super) fn all_statistics(&self) -> &[Statistics] {
        self.statistics.get_or_init(|| {
            let messages = 0..self.settings.messages;
            messages.map(|message| self.count_statistics(message)).collect()
        })
    }

    fn count_statistics(&self, message: usize) -> Statistics {
        let message_id = self.message_id(message);
        if !self.was_sent(message) {
            return Statistics { message_id, ..Statistics::default() };
        }
        let unique = |kind| {
            let events = (0..self.event_count(kind, message)).map(|i| self.event(kind, message, i));
            events.map(|event| event.contact_id).collect::<HashSet<_>>().len() as u64
        };
        let total = |kind| self.event_count(kind, message) as u64;
        let mut dice = self.dice(Topic::Send, message);
        let opens_unique = unique(EventKind::Open);
        Statistics {
            message_id,
            bounces: total(EventKind::Bounce),
            delivered: opens_unique + dice.below(self.settings.events + 1) as u64,
            unsubscribes: total(EventKind::Unsubscribe),
            opens_unique,
            opens_total: total(EventKind::Open),
            clicks_unique: unique(EventKind::Click),
            clicks_total: total(EventKind::Click),
            forwards: dice.below(4) as u64,
            comments: dice.below(2) as u64,
            complaints: dice.below(2) as u64,
        }
    }

    /// How many tracking rows of a kind a message has.
    pub(super) fn event_count(&self, kind: EventKind, message: usize) -> usize {
        // The third message was sent and nobody stirred: every counter is 0.
        if !self.was_sent(message) || message == 2 || self.settings.contacts == 0 {
            return 0;
        }
        let most = self.settings.events;
        // The first message has as much of everything as there can be, so that a test knows of a
        // message with several pages.
        let share = match message {
            0 => 100,
            _ => 50 + self.dice(Topic::Tracking, message).below(51),
        };
        let opens = most * share / 100;
        match kind {
            EventKind::Open => opens,
            EventKind::Click if self.tracks_clicks(message) => opens / 2,
            EventKind::Click => 0,
            EventKind::Bounce => (opens / 5).min(self.settings.contacts),
            EventKind::Unsubscribe => (opens / 8).min(self.settings.contacts),
        }
    }

    /// One tracking row. A contact bounces or unsubscribes once, but opens and clicks repeatedly.
    pub(super) fn event(&self, kind: EventKind, message: usize, place: usize) -> Event {
        let contacts = self.settings.contacts.max(1);
        let mut start = self.dice(Topic::Tracking, message * 8 + kind as usize);
        let contact = match kind {
            EventKind::Bounce | EventKind::Unsubscribe => {
                (start.below(contacts) + place) % contacts
            }
            EventKind::Open => self.opener(message, place),
            EventKind::Click => {
                let opens = self.event_count(EventKind::Open, message).max(1);
                self.opener(message, place * 3 % opens)
            }
        };
        let mut dice = Dice::new(&[start.roll(), place as u64]);
        let seconds = (place * 97 + dice.below(97)) as i64;
        Event {
            kind,
            message_id: self.message_id(message),
            contact_id: self.contact_id(contact),
            at: contacts::later(self.sent_at(message), seconds.seconds()),
            link: (kind == EventKind::Click).then(|| dice.pick(super::text::LINKS)),
        }
    }

    /// Who opened a message for the `place`-th time: drawn from fewer contacts than there are
    /// opens, so that some open it twice.
    fn opener(&self, message: usize, place: usize) -> usize {
        let contacts = self.settings.contacts.max(1);
        let few = (self.settings.events * 3 / 4).clamp(1, contacts);
        let mut start = self.dice(Topic::Tracking, message * 8 + 7);
        let first = start.below(contacts);
        let mut dice = Dice::new(&[start.roll(), place as u64]);
        (first + dice.below(few)) % contacts
    }
}
