//! What writes have changed, laid over the data that grows from the seed.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use jiff::Timestamp;

use super::ConstantContact;
use super::collection::INSERTED;
use super::contact::Contact;
use super::data::Topic;
use super::small::ContactList;
use crate::log::lock;

/// How many selections of contacts are remembered; each may take a megabyte.
const SELECTIONS_MAX: usize = 32;

/// Everything that is not as it was at the start.
#[derive(Debug, Default)]
pub(super) struct State {
    /// Counts the writes, so that what was found before one is not served after it.
    generation: u64,
    contacts: HashMap<usize, Contact>,
    contacts_added: usize,
    /// The addresses of changed contacts, in small letters.
    addresses: HashMap<String, usize>,
    lists: HashMap<usize, ContactList>,
    lists_added: usize,
    /// The ids of deleted lists, which no contact is on any more.
    lists_deleted: HashSet<String>,
    pub(super) tasks: Vec<Task>,
    /// How often the contacts of each segment were asked for.
    pub(super) segment_requests: HashMap<usize, usize>,
    /// Contacts found for a query, with the generation in which they were.
    selections: HashMap<String, (u64, Arc<Vec<usize>>)>,
}

/// Work that goes on after its request was answered.
#[derive(Clone, Debug)]
pub(super) struct Task {
    pub(super) started: Timestamp,
    /// How often somebody asked how far it is.
    pub(super) polls: usize,
}

impl ConstantContact {
    /// The contact at `place` as it is now.
    pub(super) fn contact(&self, place: usize) -> Contact {
        let state = lock(&self.state);
        let changed = state.contacts.get(&place).cloned();
        let mut contact = changed.unwrap_or_else(|| self.data.contact(place));
        if !state.lists_deleted.is_empty() {
            contact.list_memberships.retain(|list| !state.lists_deleted.contains(list));
        }
        contact
    }

    /// Whether the contact at `place` is still as it was at the start.
    pub(super) fn is_untouched(&self, place: usize) -> bool {
        let state = lock(&self.state);
        state.lists_deleted.is_empty() && !state.contacts.contains_key(&place)
    }

    /// The places of all contacts, deleted ones included.
    pub(super) fn contact_places(&self) -> std::ops::Range<usize> {
        0..self.settings.contacts + lock(&self.state).contacts_added
    }

    /// The place of the contact of this id, those included that a fault inserted.
    pub(super) fn find_contact(&self, id: &str) -> Option<usize> {
        let place = self.data.uuid_place(Topic::Contact, id)?;
        let change = self.changes.of("/v3/contacts");
        let is_inserted = (INSERTED..INSERTED + change.inserted).contains(&place);
        (self.contact_places().contains(&place) || is_inserted).then_some(place)
    }

    /// The place of the contact that has this address, deleted ones included.
    pub(super) fn find_address(&self, address: &str) -> Option<usize> {
        let address = address.to_lowercase();
        let state = lock(&self.state);
        if let Some(place) = state.addresses.get(&address) {
            return Some(*place);
        }
        let place = self.data.address_place(&address)?;
        (!state.contacts.contains_key(&place)).then_some(place)
    }

    /// Puts a contact in its place.
    pub(super) fn store_contact(&self, place: usize, contact: Contact) {
        let mut state = lock(&self.state);
        state.generation += 1;
        state.addresses.retain(|_, owner| *owner != place);
        if let Some(address) = &contact.email_address {
            state.addresses.insert(address.address.to_lowercase(), place);
        }
        state.contacts.insert(place, contact);
    }

    /// The place for one more contact.
    pub(super) fn add_contact_place(&self) -> usize {
        let mut state = lock(&self.state);
        state.contacts_added += 1;
        self.settings.contacts + state.contacts_added - 1
    }

    /// The places of the contacts that `admits`, remembered under `key` until the next write.
    pub(super) fn select(&self, key: &str, admits: impl Fn(&Contact) -> bool) -> Arc<Vec<usize>> {
        let generation = {
            let state = lock(&self.state);
            match state.selections.get(key) {
                Some((generation, places)) if *generation == state.generation => {
                    return Arc::clone(places);
                }
                _ => state.generation,
            }
        };
        let places = self.contact_places().filter(|place| admits(&self.contact(*place)));
        let places = Arc::new(places.collect::<Vec<_>>());
        let mut state = lock(&self.state);
        if state.selections.len() == SELECTIONS_MAX {
            state.selections.clear();
        }
        state.selections.insert(key.to_owned(), (generation, Arc::clone(&places)));
        places
    }

    /// The list at `place` as it is now.
    pub(super) fn list(&self, place: usize) -> ContactList {
        let changed = lock(&self.state).lists.get(&place).cloned();
        changed.unwrap_or_else(|| self.data.list(place))
    }

    /// The places of all lists, deleted ones included.
    pub(super) fn list_places(&self) -> std::ops::Range<usize> {
        0..self.settings.lists + lock(&self.state).lists_added
    }

    /// The place of the list of this id, deleted or not.
    pub(super) fn find_list(&self, id: &str) -> Option<usize> {
        let place = self.data.uuid_place(Topic::List, id)?;
        self.list_places().contains(&place).then_some(place)
    }

    /// Puts a list in its place.
    pub(super) fn store_list(&self, place: usize, list: ContactList) {
        let mut state = lock(&self.state);
        state.generation += 1;
        if list.deleted_at.is_some() {
            state.lists_deleted.insert(list.list_id.clone());
        }
        state.lists.insert(place, list);
    }

    /// The place for one more list.
    pub(super) fn add_list_place(&self) -> usize {
        let mut state = lock(&self.state);
        state.lists_added += 1;
        self.settings.lists + state.lists_added - 1
    }
}
