//! Identifiers that can be read back: each tells the place of its record.

use super::data::{Data, Topic};

/// Where v2 starts to count contacts.
const V2_CONTACT_FIRST: u64 = 1_000_001;
/// Where v2 starts to count campaigns.
const V2_CAMPAIGN_FIRST: u64 = 1_300_000_000_001;
/// Where v2 starts to count files.
const V2_FILE_FIRST: u64 = 101;

impl Data {
    /// The UUID of the record at `place`. Its last group is the place, so that no table is needed
    /// to find a record by its id.
    pub(super) fn uuid(&self, topic: Topic, place: usize) -> String {
        let head = self.dice(topic, usize::MAX).roll();
        let (time_low, time_mid) = (head >> 32, head >> 16 & 0xffff);
        let (time_high, sequence) = (head & 0x0fff, head >> 8 & 0x3fff);
        format!(
            "{time_low:08x}-{time_mid:04x}-1{time_high:03x}-{:04x}-{place:012x}",
            sequence | 0x8000
        )
    }

    /// The place a UUID stands for, whether or not there is such a record.
    pub(super) fn uuid_place(&self, topic: Topic, id: &str) -> Option<usize> {
        let (_, node) = id.rsplit_once('-')?;
        let place = usize::from_str_radix(node, 16).ok()?;
        (self.uuid(topic, place) == id).then_some(place)
    }

    /// Letters and digits in place of a UUID, for records that have something shorter.
    pub(super) fn short_id(&self, topic: Topic, place: usize) -> String {
        const DIGITS: &[char] =
            &['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'j', 'k', 'm', 'n', 'p', 'q'];
        let mut dice = self.dice(topic, place);
        let letters: String = (0..4).map(|_| dice.pick(DIGITS)).collect();
        format!("{letters}{place:x}")
    }

    pub(super) fn v2_contact_id(&self, place: usize) -> u64 {
        V2_CONTACT_FIRST + place as u64
    }

    pub(super) fn v2_contact_place(&self, id: &str) -> Option<usize> {
        place_after(V2_CONTACT_FIRST, id)
    }

    pub(super) fn v2_campaign_id(&self, place: usize) -> u64 {
        V2_CAMPAIGN_FIRST + place as u64
    }

    pub(super) fn v2_campaign_place(&self, id: &str) -> Option<usize> {
        place_after(V2_CAMPAIGN_FIRST, id)
    }

    pub(super) fn v2_list_id(&self, place: usize) -> u64 {
        1 + place as u64
    }

    pub(super) fn v2_file_id(&self, place: usize) -> u64 {
        V2_FILE_FIRST + place as u64
    }
}

fn place_after(first: u64, id: &str) -> Option<usize> {
    usize::try_from(id.parse::<u64>().ok()?.checked_sub(first)?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::constant_contact::Settings;

    #[test]
    fn uuid_tells_its_place_and_only_for_its_own_kind() {
        let data = Data::new(Settings::default().into());
        let id = data.uuid(Topic::Contact, 41);
        assert_eq!(id.len(), 36);
        assert_eq!(data.uuid_place(Topic::Contact, &id), Some(41));
        assert_eq!(data.uuid_place(Topic::List, &id), None);
        for wrong in ["", "-", "41", "00000000-0000-0000-0000-000000000029"] {
            assert_eq!(data.uuid_place(Topic::Contact, wrong), None, "{wrong}");
        }
    }
}
