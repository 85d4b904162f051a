//! What a complete extract has to contain.

use serde_json::{Map, Value};

use super::data::Folder;
use super::mailing::{Event, EventKind, Message, Send, Statistics};
use super::rows::{Action, Campaign, Contact, Criterion, CustomField, List, Segment, Subscription};
use crate::row::Row;

/// The names that [`Folder::rows`] and [`Folder::plain`] know: the last segment of the path.
pub const RESOURCES: [&str; 15] = [
    "campaigns",
    "contacts",
    "actions",
    "subscriptions",
    "lists",
    "messages",
    "statistics",
    "bounces",
    "clicks",
    "opens",
    "unsubscribes",
    "sends",
    "segments",
    "criteria",
    "customfields",
];

type Rows<'a> = Box<dyn Iterator<Item = Map<String, Value>> + 'a>;

impl Folder {
    /// Every contact, on a list or not, as it stands in a list of contacts.
    pub fn contacts(&self) -> impl Iterator<Item = Contact> + '_ {
        (0..self.settings.contacts).map(|place| self.contact(place))
    }

    /// The contacts on at least one list, which is what a query without `status` returns.
    pub fn listed_contacts(&self) -> impl Iterator<Item = Contact> + '_ {
        self.listed.iter().map(|place| self.contact(*place as usize))
    }

    /// The contacts on no list.
    pub fn unlisted_contacts(&self) -> impl Iterator<Item = Contact> + '_ {
        self.unlisted.iter().map(|place| self.contact(*place as usize))
    }

    /// The history of every contact, in the order of contacts, the latest entry first.
    pub fn actions(&self) -> impl Iterator<Item = Action> + '_ {
        (0..self.settings.contacts).flat_map(move |contact| {
            (0..self.action_count(contact)).map(move |place| self.action(contact, place))
        })
    }

    /// Every subscription.
    pub fn subscriptions(&self) -> impl Iterator<Item = Subscription> + '_ {
        (0..self.memberships.len()).map(|place| self.subscription(place))
    }

    /// Every list.
    pub fn lists(&self) -> impl Iterator<Item = List> + '_ {
        (0..self.settings.lists).map(|place| self.list(place))
    }

    /// Every campaign.
    pub fn campaigns(&self) -> impl Iterator<Item = Campaign> + '_ {
        (0..self.settings.campaigns).map(|place| self.campaign(place))
    }

    /// Every message.
    pub fn messages(&self) -> impl Iterator<Item = Message> + '_ {
        (0..self.settings.messages).map(|place| self.message(place))
    }

    /// The statistics of every message, zeros for those that were never sent.
    pub fn statistics(&self) -> impl Iterator<Item = Statistics> + '_ {
        self.all_statistics().iter().copied()
    }

    /// The tracking rows of every message, in the order of messages.
    pub fn events(&self, kind: EventKind) -> impl Iterator<Item = Event> + '_ {
        (0..self.settings.messages).flat_map(move |message| {
            (0..self.event_count(kind, message)).map(move |place| self.event(kind, message, place))
        })
    }

    /// Every send.
    pub fn sends(&self) -> impl Iterator<Item = Send> + '_ {
        (0..self.settings.messages).map(|place| self.send(place))
    }

    /// Every segment.
    pub fn segments(&self) -> impl Iterator<Item = Segment> + '_ {
        (0..self.settings.segments).map(|place| self.segment(place))
    }

    /// The conditions of every segment, in the order of segments.
    pub fn criteria(&self) -> impl Iterator<Item = Criterion> + '_ {
        (0..self.settings.segments).flat_map(move |segment| {
            (0..self.criterion_count(segment)).map(move |place| self.criterion(segment, place))
        })
    }

    /// Every custom field.
    pub fn custom_fields(&self) -> impl Iterator<Item = CustomField> + '_ {
        (0..self.settings.custom_field_count()).map(|place| self.custom_field(place))
    }

    /// How many rows a complete extract of `resource` has, over all parents.
    ///
    /// # Panics
    /// When there is no such resource, so that a slip of the pen cannot look like an empty one.
    pub fn rows(&self, resource: &str) -> usize {
        match resource {
            "contacts" => self.settings.contacts,
            "subscriptions" => self.memberships.len(),
            _ => self.plain(resource).count(),
        }
    }

    /// Every row of `resource` in plain values (see [`Cell::to_value`](crate::row::Cell::to_value))
    /// under their names on the wire, with the parent's id (`messageId`, `segmentId`,
    /// `contactId`) where it follows from the path.
    ///
    /// # Panics
    /// When there is no such resource.
    pub fn plain(&self, resource: &str) -> Rows<'_> {
        match resource {
            "campaigns" => Box::new(self.campaigns().map(|row| row.plain())),
            "contacts" => Box::new(self.contacts().map(|row| row.plain())),
            "actions" => Box::new(self.actions().map(|row| row.plain())),
            "subscriptions" => Box::new(self.subscriptions().map(|row| row.plain())),
            "lists" => Box::new(self.lists().map(|row| row.plain())),
            "messages" => Box::new(self.messages().map(|row| row.plain())),
            "statistics" => Box::new(self.statistics().map(|row| row.plain())),
            "sends" => Box::new(self.sends().map(|row| row.plain())),
            "segments" => Box::new(self.segments().map(|row| row.plain())),
            "criteria" => Box::new(self.criteria().map(|row| row.plain())),
            "customfields" => Box::new(self.custom_fields().map(|row| row.plain())),
            _ => {
                let kind = EventKind::ALL.into_iter().find(|kind| kind.path() == resource);
                let kind = kind.unwrap_or_else(|| panic!("no resource is called {resource:?}"));
                Box::new(self.events(kind).map(|row| row.plain()))
            }
        }
    }
}
