//! The account, by the API v2.

use std::marker::PhantomData;

use tollgate_sdk::values::{Json, Text};
use tollgate_sdk::{Record, Shape};

use crate::account::Api;
use crate::streams::collection::{Collection, as_it_is, no_options};

/// The account.
#[derive(Record)]
pub struct AccountInfo<'a> {
    /// The website.
    pub website: Text<'a>,
    /// The organization.
    pub organization_name: Text<'a>,
    /// The time zone, for example US/Eastern.
    pub time_zone: Text<'a>,
    /// The first name of the owner.
    pub first_name: Text<'a>,
    /// The last name of the owner.
    pub last_name: Text<'a>,
    /// The owner's e-mail address.
    pub email: Text<'a>,
    /// The owner's phone number.
    pub phone: Text<'a>,
    /// Where the logo is.
    pub company_logo: Text<'a>,
    /// The country, two letters.
    pub country_code: Text<'a>,
    /// The state or province, two letters: what the API calls state_code.
    #[record(rename = "state_code", alias = "status_code")]
    pub status_code: Text<'a>,
    /// The organization's addresses, a list of objects.
    pub organization_addresses: Json<'a>,
}

/// The stream of the account.
pub fn stream() -> Collection<AccountInfo<'static>> {
    Collection {
        name: "v2_account_info",
        title: "Account Info (v2)",
        description: "The account in one row, by the API v2.",
        api: Api::v2,
        path: "/account/info",
        shape: Shape::single(&[]),
        page_size: None,
        options: no_options,
        apply: as_it_is,
        record: PhantomData,
    }
}
