//! What a [`World`](crate::World) has to know about each provider.

use tollgate_simulators::constant_contact::CANARY_PASTED;
use tollgate_simulators::{ConstantContact, IContact, InContact, Simulator};
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

/// A way to sign in to NICE inContact.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum InContactLogin {
    /// CXone OpenID.
    Cxone,
    /// The access key alone.
    AccessKey,
    /// User name and password.
    Password,
}

impl InContactLogin {
    /// All of them, in the order of the connector.
    pub const ALL: [InContactLogin; 3] =
        [InContactLogin::Cxone, InContactLogin::AccessKey, InContactLogin::Password];
}

impl Vendor for InContact {
    const COMPONENT: &'static str = "incontact";
    const ORIGINS: &'static [&'static str] =
        &["https://*.incontact.com", "https://*.nice-incontact.com", "https://*.niceincontact.com"];

    /// An account that signs in by CXone OpenID.
    fn account(simulator: &Simulator<Self>) -> anyhow::Result<Account> {
        in_contact_account(simulator, InContactLogin::Cxone)
    }
}

/// An account of NICE inContact that signs in in this way.
///
/// # Errors
/// Never, as long as the names are names.
pub fn in_contact_account(
    simulator: &Simulator<InContact>,
    login: InContactLogin,
) -> anyhow::Result<Account> {
    let known = simulator.credentials().clone();
    let account = Account::new("acme".parse()?, "incontact".parse()?);
    let key = Secret::new(known.access_key_secret);
    Ok(match login {
        InContactLogin::Cxone => account
            .with_auth_method("cxone")
            .with_setting("client_id", known.client_id)
            .with_secret("client_secret", Secret::new(known.client_secret))
            .with_setting("access_key_id", known.access_key_id)
            .with_secret("access_key_secret", key),
        InContactLogin::AccessKey => account
            .with_auth_method("access_key")
            .with_setting("cluster", "c30")
            .with_setting("access_key_id", known.access_key_id)
            .with_secret("access_key_secret", key),
        InContactLogin::Password => account
            .with_auth_method("password")
            .with_setting("application_name", known.application_name)
            .with_setting("vendor_name", known.vendor_name)
            .with_setting("business_unit", known.business_unit)
            .with_setting("username", known.username)
            .with_secret("password", Secret::new(known.password)),
    })
}
