//! The data: generated record by record from the seed, so that a large account costs little.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use jiff::{Timestamp, ToSpan};

use super::settings::Settings;
use super::tracking::Touch;
use crate::random::Dice;

/// The first moment of all data.
const FIRST: i64 = 1_546_318_800; // 2019-01-01T05:00:00Z
/// The last moment at which a record is created.
const LAST: i64 = 1_782_792_000; // 2026-06-30T04:00:00Z

/// What a throw of the dice is for; each has its own, so that no two values are related.
#[derive(Clone, Copy, Debug)]
pub(super) enum Topic {
    Contact = 1,
    Membership,
    Collections,
    List,
    Tag,
    CustomField,
    Segment,
    Campaign,
    Activity,
    Tracking,
    Event,
    Track,
    Registration,
    File,
    Phone,
    Street,
    Note,
    Sms,
    Task,
}

/// What follows from the seed alone, before any write.
#[derive(Debug)]
pub(super) struct Data {
    pub(super) settings: Arc<Settings>,
    /// What became of each campaign activity, as far as somebody asked.
    pub(super) touches: Mutex<HashMap<usize, Arc<Vec<Touch>>>>,
}

impl Data {
    pub(super) fn new(settings: Arc<Settings>) -> Self {
        Data { settings, touches: Mutex::default() }
    }

    pub(super) fn dice(&self, topic: Topic, place: usize) -> Dice {
        Dice::new(&[self.settings.seed, topic as u64, place as u64])
    }

    /// A moment that grows with `place`, so that `count` of them fill the whole span.
    pub(super) fn moment(&self, topic: Topic, place: usize, count: usize) -> Timestamp {
        let step = (LAST - FIRST) / i64::try_from(count.max(1)).unwrap_or(i64::MAX);
        let jitter = self.dice(topic, place).below(usize::try_from(step).unwrap_or(0));
        let place = i64::try_from(place.min(count)).unwrap_or(0);
        let second = FIRST + step * place + i64::try_from(jitter).unwrap_or(0);
        Timestamp::from_second(second).unwrap_or(Timestamp::UNIX_EPOCH)
    }

    /// The lists a contact is on at the start, by their places, none twice.
    pub(super) fn list_places(&self, contact: usize) -> impl Iterator<Item = usize> + use<> {
        let mut dice = self.dice(Topic::Membership, contact);
        let lists = self.settings.lists;
        let count: usize = match dice.below(100) {
            0..10 => 0,
            10..70 => 1,
            70..90 => 2,
            _ => 3,
        };
        let first = dice.below(lists);
        (0..count.min(lists)).map(move |step| (first + step) % lists)
    }

    /// The tags a contact has at the start, by their places.
    pub(super) fn tag_places(&self, contact: usize) -> impl Iterator<Item = usize> + use<> {
        let mut dice = self.dice(Topic::Tag, contact + 1_000_000);
        let tags = self.settings.tags;
        let count = dice.below(3).min(tags);
        let first = dice.below(tags);
        (0..count).map(move |step| (first + step) % tags)
    }

    /// Whether a contact is in a segment.
    pub(super) fn is_in_segment(&self, contact: usize, segment: usize) -> bool {
        contact % self.settings.segments.max(1) == segment
    }
}

/// `time` and so many seconds, as whole seconds.
pub(super) fn later(time: Timestamp, seconds: usize) -> Timestamp {
    let seconds = i64::try_from(seconds).unwrap_or(0);
    time.checked_add(seconds.seconds()).unwrap_or(time)
}
