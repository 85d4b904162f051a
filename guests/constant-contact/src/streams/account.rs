//! The account itself: who it is, its addresses, what its user may do, how many contacts it has.

use std::marker::PhantomData;

use tollgate_sdk::http::Request;
use tollgate_sdk::values::{Int, Json, Text};
use tollgate_sdk::{Failure, Record, ScanRequest, Shape};

use super::collection::{Collection, as_it_is, no_options};
use crate::account::Api;
use crate::values::Moment;

/// The account.
#[derive(Record)]
pub struct Summary<'a> {
    /// The account's id.
    #[record(key)]
    pub encoded_account_id: Text<'a>,
    /// The organization.
    pub organization_name: Text<'a>,
    /// Its phone number.
    pub organization_phone: Text<'a>,
    /// The first name of the owner.
    pub first_name: Text<'a>,
    /// The last name of the owner.
    pub last_name: Text<'a>,
    /// The owner's e-mail address.
    pub contact_email: Text<'a>,
    /// The owner's phone number.
    pub contact_phone: Text<'a>,
    /// The country, two letters.
    pub country_code: Text<'a>,
    /// The state or province, two letters.
    pub state_code: Text<'a>,
    /// The time zone, for example US/Eastern.
    pub time_zone_id: Text<'a>,
    /// The website.
    pub website: Text<'a>,
    /// The partner that the account belongs to.
    pub encoded_partner_id: Text<'a>,
    /// The physical address, an object.
    pub physical_address: Json<'a>,
    /// The logo, an object with URLs.
    pub company_logo: Json<'a>,
}

/// An e-mail address of the account.
#[derive(Record)]
pub struct AccountEmail<'a> {
    /// The address's id.
    #[record(key)]
    pub email_id: Int,
    /// The address.
    pub email_address: Text<'a>,
    /// CONFIRMED or UNCONFIRMED.
    pub confirm_status: Text<'a>,
    /// When it was confirmed.
    pub confirm_time: Moment<'a>,
    /// Who confirmed it: SITE_OWNER, SUPPORT, FORCEVERIFY or PARTNER.
    pub confirm_source_type: Text<'a>,
    /// What it is used for, a list of texts.
    pub roles: Json<'a>,
    /// What it will be used for once it is confirmed, a list of texts.
    pub pending_roles: Json<'a>,
}

/// A privilege of the user who signed in.
#[derive(Record)]
pub struct UserPrivilege<'a> {
    /// The privilege's id.
    #[record(key)]
    pub privilege_id: Int,
    /// Its name, for example campaign:create.
    pub privilege_name: Text<'a>,
}

/// How many contacts there are.
#[derive(Record)]
pub struct ContactCounts {
    /// All contacts.
    pub total: Int,
    /// Those with explicit permission.
    pub explicit: Int,
    /// Those with implied permission.
    pub implicit: Int,
    /// Those who have not confirmed yet.
    pub pending: Int,
    /// Those who unsubscribed.
    pub unsubscribed: Int,
    /// New subscribers.
    pub new_subscriber: Int,
}

/// The stream of the account itself.
pub fn summary() -> Collection<Summary<'static>> {
    one(
        "account",
        "Account",
        "The account, in one row, with its address and logo.",
        "/account/summary",
        |first, _| Ok(first.query("extra_fields", "physical_address,company_logo")),
    )
}

/// The stream of contact counts.
pub fn contact_counts() -> Collection<ContactCounts> {
    one(
        "contact_counts",
        "Contact Counts",
        "How many contacts the account has, in one row.",
        "/contacts/counts",
        |first, _| Ok(first.query("include", "new_subscriber")),
    )
}

/// The stream of the account's e-mail addresses.
pub fn emails() -> Collection<AccountEmail<'static>> {
    Collection {
        shape: Shape::list(&[]),
        ..one(
            "account_emails",
            "Account Emails",
            "The e-mail addresses of the account.",
            "/account/emails",
            as_it_is,
        )
    }
}

/// The stream of the user's privileges.
pub fn user_privileges() -> Collection<UserPrivilege<'static>> {
    Collection {
        shape: Shape::list(&[]),
        ..one(
            "user_privileges",
            "User Privileges",
            "What the user who signed in may do.",
            "/account/user/privileges",
            as_it_is,
        )
    }
}

fn one<R: Record>(
    name: &'static str,
    title: &'static str,
    description: &'static str,
    path: &'static str,
    apply: fn(Request, &ScanRequest) -> Result<Request, Failure>,
) -> Collection<R> {
    Collection {
        name,
        title,
        description,
        api: Api::v3,
        path,
        shape: Shape::single(&[]),
        page_size: None,
        options: no_options,
        apply,
        record: PhantomData,
    }
}
