//! The records of iContact, typed: what a test compares a destination with.

use jiff::Timestamp;
use serde_json::Value;

use super::time;
use crate::row::{Cell, Row};

/// Shows a list of fields in the order in which it is written.
macro_rules! show {
    ($see:ident; $($name:literal: $cell:expr,)*) => { $($see($name, $cell);)* };
}

/// An account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Account {
    /// The key.
    pub account_id: u64,
    /// Whether it may be used.
    pub enabled: bool,
    /// How many client folders it has.
    pub folders: usize,
}

impl Row for Account {
    fn cells(&self, see: &mut dyn FnMut(&str, Cell<'_>)) {
        show! { see;
            "billingStreet": Cell::Text(Some("")),
            "billingCity": Cell::Text(Some("")),
            "billingState": Cell::Text(Some("")),
            "billingPostalCode": Cell::Text(Some("")),
            "billingCountry": Cell::Text(Some("")),
            "city": Cell::Text(Some("Testville")),
            "accountId": Cell::Id(Some(self.account_id)),
            "companyName": Cell::Text(Some("Example & Sons")),
            "country": Cell::Text(Some("United States")),
            "email": Cell::Text(Some("owner@example.com")),
            "enabled": Cell::Flag(self.enabled),
            "fax": Cell::Text(Some("")),
            "firstName": Cell::Text(Some("Owner")),
            "lastName": Cell::Text(Some("Example")),
            "multiClientFolder": Cell::Flag(self.folders > 1),
            "multiUser": Cell::Flag(false),
            "phone": Cell::Text(Some("")),
            "postalCode": Cell::Text(Some("02108")),
            "state": Cell::Text(Some("MA")),
            "street": Cell::Text(Some("1 Example Street")),
            "title": Cell::Text(Some("")),
            "accountType": Cell::Flag(false),
            "subscriberLimit": Cell::Count(Some(250_000)),
        }
    }
}

/// A client folder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClientFolder {
    /// The key.
    pub client_folder_id: u64,
}

impl Row for ClientFolder {
    fn cells(&self, see: &mut dyn FnMut(&str, Cell<'_>)) {
        show! { see;
            "clientFolderId": Cell::Id(Some(self.client_folder_id)),
            "logoId": Cell::Text(None),
            "emailRecipient": Cell::Text(Some("owner@example.com")),
        }
    }
}

/// A campaign: in this vendor's words, a sender profile.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Campaign {
    /// The key.
    pub campaign_id: u64,
    /// Its name.
    pub name: String,
    /// The sender's name.
    pub from_name: String,
    /// The sender's address.
    pub from_email: String,
    /// 0 to 5.
    pub forward_to_friend: u64,
    /// 0 to 4.
    pub subscription_management: u64,
    /// Whether clicks are recorded.
    pub click_track_mode: bool,
    /// Whether the account's address is used.
    pub use_account_address: bool,
    /// Whether messages go to the public archive.
    pub archive_by_default: bool,
    /// A description.
    pub description: Option<String>,
    /// The address, where the campaign has its own: street, city, state, zip, country.
    pub address: Option<[String; 5]>,
}

impl Row for Campaign {
    fn cells(&self, see: &mut dyn FnMut(&str, Cell<'_>)) {
        show! { see;
            "campaignId": Cell::Id(Some(self.campaign_id)),
            "name": Cell::Text(Some(&self.name)),
            "fromName": Cell::Text(Some(&self.from_name)),
            "fromEmail": Cell::Text(Some(&self.from_email)),
            "forwardToFriend": Cell::Number(self.forward_to_friend),
            "subscriptionManagement": Cell::Number(self.subscription_management),
            "clickTrackMode": Cell::Flag(self.click_track_mode),
            "useAccountAddress": Cell::Flag(self.use_account_address),
            "archiveByDefault": Cell::Flag(self.archive_by_default),
            "description": Cell::Text(self.description.as_deref()),
        }
        if let Some(address) = &self.address {
            let names = ["street", "city", "state", "zip", "country"];
            for (name, value) in names.iter().zip(address) {
                see(name, Cell::Text(Some(value)));
            }
        }
    }
}

/// A contact.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Contact {
    /// The key.
    pub contact_id: u64,
    /// The address, unique in its folder.
    pub email: String,
    /// A title.
    pub prefix: Option<String>,
    /// The given name.
    pub first_name: Option<String>,
    /// The family name.
    pub last_name: Option<String>,
    /// What follows the name.
    pub suffix: Option<String>,
    /// The street and number.
    pub street: Option<String>,
    /// The second line of the street.
    pub street2: Option<String>,
    /// The city.
    pub city: Option<String>,
    /// The state.
    pub state: Option<String>,
    /// The postal code, leading zeros and all.
    pub postal_code: Option<String>,
    /// A telephone number.
    pub phone: Option<String>,
    /// A telefax number.
    pub fax: Option<String>,
    /// The company.
    pub business: Option<String>,
    /// Whether `business` is shown, which natural contacts do only when they are read alone.
    pub shows_business: bool,
    /// When it was created. On the wire an Eastern wall clock, never in the second showing of an
    /// hour.
    pub create_date: Timestamp,
    /// How many messages bounced, if known.
    pub bounce_count: Option<u64>,
    /// normal, bounced, donotcontact, pending, invitable or deleted.
    pub status: &'static str,
    /// Custom fields: their private name and their value.
    pub custom: Vec<(String, Option<String>)>,
    /// The lists it is on. Not a field on the wire; the filter `listId` looks at it.
    pub list_ids: Vec<u64>,
}

impl Row for Contact {
    fn cells(&self, see: &mut dyn FnMut(&str, Cell<'_>)) {
        show! { see;
            "email": Cell::Text(Some(&self.email)),
            "firstName": Cell::Text(self.first_name.as_deref()),
            "lastName": Cell::Text(self.last_name.as_deref()),
            "prefix": Cell::Text(self.prefix.as_deref()),
            "suffix": Cell::Text(self.suffix.as_deref()),
            "fax": Cell::Text(self.fax.as_deref()),
            "phone": Cell::Text(self.phone.as_deref()),
            "street": Cell::Text(self.street.as_deref()),
            "street2": Cell::Text(self.street2.as_deref()),
            "city": Cell::Text(self.city.as_deref()),
            "state": Cell::Text(self.state.as_deref()),
            "postalCode": Cell::Text(self.postal_code.as_deref()),
            "createDate": Cell::Time(Some(self.create_date), time::wall_clock),
            "status": Cell::Text(Some(self.status)),
            "bounceCount": Cell::Count(self.bounce_count),
            "contactId": Cell::Id(Some(self.contact_id)),
        }
        for (name, value) in &self.custom {
            see(name, Cell::Text(value.as_deref()));
        }
        if self.shows_business {
            see("business", Cell::Text(self.business.as_deref()));
        }
    }

    fn matches(&self, name: &str, wanted: &str) -> Option<bool> {
        (name == "listId").then(|| self.list_ids.iter().any(|id| id.to_string() == wanted))
    }
}

/// A contact's place on a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Subscription {
    /// The list.
    pub list_id: u64,
    /// The contact.
    pub contact_id: u64,
    /// normal, pending or unsubscribed.
    pub status: &'static str,
    /// When it was added.
    pub add_date: Timestamp,
    /// The message that asked for confirmation, where there was one.
    pub confirmation_message_id: Option<u64>,
}

impl Subscription {
    /// The key: `{listId}_{contactId}`.
    pub fn subscription_id(&self) -> String {
        format!("{}_{}", self.list_id, self.contact_id)
    }
}

impl Row for Subscription {
    fn cells(&self, see: &mut dyn FnMut(&str, Cell<'_>)) {
        show! { see;
            "status": Cell::Text(Some(self.status)),
            "addDate": Cell::Time(Some(self.add_date), time::iso),
            "contactId": Cell::Id(Some(self.contact_id)),
            "listId": Cell::Id(Some(self.list_id)),
            "subscriptionId": Cell::Text(Some(&self.subscription_id())),
        }
        if self.confirmation_message_id.is_some() {
            see("confirmationMessageId", Cell::Id(self.confirmation_message_id));
        }
    }
}

/// A list of contacts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct List {
    /// The key.
    pub list_id: u64,
    /// Its name.
    pub name: String,
    /// The name that subscribers see.
    pub public_name: Option<String>,
    /// A description.
    pub description: Option<String>,
    /// Whether the owner is told about changes.
    pub email_owner_on_change: bool,
    /// Whether contacts added by hand are welcomed.
    pub welcome_on_manual_add: bool,
    /// Whether contacts who sign up are welcomed.
    pub welcome_on_signup_add: bool,
    /// The welcoming message, which is an empty text on the wire when there is none.
    pub welcome_message_id: Option<u64>,
}

impl Row for List {
    fn cells(&self, see: &mut dyn FnMut(&str, Cell<'_>)) {
        show! { see;
            "listId": Cell::Id(Some(self.list_id)),
            "name": Cell::Text(Some(&self.name)),
            "publicname": Cell::Text(self.public_name.as_deref()),
            "emailOwnerOnChange": Cell::Flag(self.email_owner_on_change),
            "welcomeOnManualAdd": Cell::Flag(self.welcome_on_manual_add),
            "welcomeOnSignupAdd": Cell::Flag(self.welcome_on_signup_add),
            "welcomeMessageId": Cell::Id(self.welcome_message_id),
            "description": Cell::Text(self.description.as_deref()),
        }
    }
}

/// A segment of a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Segment {
    /// The key.
    pub segment_id: u64,
    /// The list it is a part of.
    pub list_id: u64,
    /// Its name.
    pub name: String,
    /// A description.
    pub description: Option<String>,
}

impl Row for Segment {
    fn cells(&self, see: &mut dyn FnMut(&str, Cell<'_>)) {
        show! { see;
            "segmentId": Cell::Id(Some(self.segment_id)),
            "listId": Cell::Id(Some(self.list_id)),
            "name": Cell::Text(Some(&self.name)),
            "description": Cell::Text(self.description.as_deref()),
        }
    }
}

/// One condition of a segment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Criterion {
    /// The segment, from the path.
    pub segment_id: u64,
    /// The key within the segment, from 0.
    pub criterion_id: u64,
    /// The field of a contact it looks at.
    pub field_name: String,
    /// How it compares.
    pub operator: String,
    /// With what: a list of texts.
    pub values: Value,
}

impl Row for Criterion {
    fn cells(&self, see: &mut dyn FnMut(&str, Cell<'_>)) {
        show! { see;
            "criterionId": Cell::Id(Some(self.criterion_id)),
            "fieldName": Cell::Text(Some(&self.field_name)),
            "operator": Cell::Text(Some(&self.operator)),
            "values": Cell::Json(&self.values),
        }
    }

    fn path_cells(&self, see: &mut dyn FnMut(&str, Cell<'_>)) {
        see("segmentId", Cell::Id(Some(self.segment_id)));
    }
}

/// A custom field of contacts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CustomField {
    /// The key, and the key under which contacts carry it.
    pub private_name: String,
    /// The name that people see.
    pub public_name: String,
    /// Whether contacts see it themselves.
    pub display_to_user: bool,
    /// text or checkbox.
    pub field_type: &'static str,
}

impl Row for CustomField {
    fn cells(&self, see: &mut dyn FnMut(&str, Cell<'_>)) {
        show! { see;
            "customFieldId": Cell::Text(Some(&self.private_name)),
            "privateName": Cell::Text(Some(&self.private_name)),
            "publicName": Cell::Text(Some(&self.public_name)),
            "displayToUser": Cell::Flag(self.display_to_user),
            "fieldType": Cell::Text(Some(self.field_type)),
        }
    }
}

/// One entry of a contact's history.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Action {
    /// The contact, from the path.
    pub contact_id: u64,
    /// What happened.
    pub action_type: &'static str,
    /// When.
    pub action_time: Timestamp,
    /// Who did it.
    pub actor: String,
    /// An object, or an empty list.
    pub details: Value,
}

impl Row for Action {
    fn cells(&self, see: &mut dyn FnMut(&str, Cell<'_>)) {
        show! { see;
            "actionType": Cell::Text(Some(self.action_type)),
            "actionTime": Cell::Time(Some(self.action_time), time::iso_plain_offset),
            "actor": Cell::Text(Some(&self.actor)),
            "details": Cell::Json(&self.details),
        }
    }

    fn path_cells(&self, see: &mut dyn FnMut(&str, Cell<'_>)) {
        see("contactId", Cell::Id(Some(self.contact_id)));
    }
}
