//! What a [`World`](crate::World) has to know about each provider.

use tollgate_simulators::constant_contact::CANARY_PASTED;
use tollgate_simulators::{ConstantContact, IContact, Simulator};
use tollgate_vault::{Account, Secret};

/// A provider with a stand-in and a connector.
pub trait Vendor: Sized {
    /// The connector's component, by its file.
    const COMPONENT: &'static str;
    /// The origins for which the stand-in stands in.
    const ORIGINS: &'static [&'static str];

    /// An account as the stand-in takes it.
    fn account(simulator: &Simulator<Self>) -> anyhow::Result<Account>;
}

impl Vendor for IContact {
    const COMPONENT: &'static str = "icontact";
    const ORIGINS: &'static [&'static str] = &["https://app.icontact.com"];

    fn account(simulator: &Simulator<Self>) -> anyhow::Result<Account> {
        let credentials = simulator.credentials();
        Ok(Account::new("acme".parse()?, "icontact".parse()?)
            .with_setting("username", credentials.username.clone())
            .with_secret("app_id", Secret::new(credentials.app_id.clone()))
            .with_secret("password", Secret::new(credentials.password.clone())))
    }
}

impl Vendor for ConstantContact {
    const COMPONENT: &'static str = "constant-contact";
    const ORIGINS: &'static [&'static str] = &[
        "https://api.cc.email",
        "https://authz.constantcontact.com",
        "https://api.constantcontact.com",
    ];

    /// An account of the API v3 with a pasted access token.
    fn account(simulator: &Simulator<Self>) -> anyhow::Result<Account> {
        Ok(Account::new("acme".parse()?, "constant_contact".parse()?)
            .with_auth_method("oauth")
            .with_setting("client_id", simulator.credentials().client_id.clone())
            .with_secret("access_token", Secret::new(CANARY_PASTED.to_owned())))
    }
}

/// An account of Constant Contact's API v2.
///
/// # Errors
/// Never, as long as the names are names.
pub fn legacy_account(simulator: &Simulator<ConstantContact>) -> anyhow::Result<Account> {
    let key = simulator.credentials().client_id.clone();
    Ok(Account::new("acme".parse()?, "constant_contact".parse()?)
        .with_auth_method("legacy")
        .with_secret("api_key", Secret::new(key))
        .with_secret("access_token", Secret::new(CANARY_PASTED.to_owned())))
}
