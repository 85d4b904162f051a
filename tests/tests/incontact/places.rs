//! Addresses that the provider's replies name: none that the connector may not reach is reached, and
//! no token goes there.

use tollgate_model::{ErrorKind, Event};
use tollgate_simulators::InContact;
use tollgate_simulators::incontact::{Builder, Urls};
use tollgate_tests::{InContactLogin, in_contact_account};

use crate::world::{World, calls, offends_nobody, world};

const ELSEWHERE: &str = "https://api.example.net";

async fn told(login: InContactLogin, urls: Urls) -> anyhow::Result<World> {
    let mut world = world(InContact::builder().urls(urls)).await?;
    world.account = in_contact_account(&world.simulator, login)?;
    Ok(world)
}

/// Reads agents, which is refused.
async fn is_denied(world: &World, why: &str) -> anyhow::Result<()> {
    let Err(failed) = world.sync("agents", &[]).await? else { anyhow::bail!("it was let through") };
    assert_eq!(failed.error.kind(), ErrorKind::Denied, "{why}: {:?}", failed.error);
    assert_eq!(calls(world), Vec::<String>::new(), "{why}");
    nothing_went_elsewhere(world);
    offends_nobody(world)
}

fn nothing_went_elsewhere(world: &World) {
    let went = |event: &Event| match event {
        Event::Request(request) => request.url.contains("example.net") && request.error.is_none(),
        _ => false,
    };
    assert!(!world.events.all().iter().any(went), "{:?}", world.events.all());
}

#[tokio::test(flavor = "multi_thread")]
async fn an_api_elsewhere_is_never_asked() -> anyhow::Result<()> {
    for api in [
        ELSEWHERE,
        "https://incontact.com.example.net",
        "http://api-na1.niceincontact.com",
        "https://user@api-na1.niceincontact.com",
        "https://api-na1.niceincontact.com:8443",
        "https://127.0.0.1",
    ] {
        let api_endpoint = api.to_owned();
        let urls = Urls { api_endpoint, ..Urls::default() };
        is_denied(&told(InContactLogin::Cxone, urls).await?, api).await?;
        let resource_server = format!("{api}/inContactAPI/");
        let urls = Urls { resource_server, ..Urls::default() };
        is_denied(&told(InContactLogin::Password, urls).await?, api).await?;
    }
    Ok(())
}

/// The secret would go to whoever the discovery document names.
#[tokio::test(flavor = "multi_thread")]
async fn a_sign_in_elsewhere_gets_no_secret() -> anyhow::Result<()> {
    let token_endpoint = format!("{ELSEWHERE}/token");
    let world = told(InContactLogin::Cxone, Urls { token_endpoint, ..Urls::default() }).await?;
    is_denied(&world, "token_endpoint").await?;
    assert_eq!(world.simulator.sign_ins().requests, 0);
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_renewal_elsewhere_gets_no_refresh_token() -> anyhow::Result<()> {
    let refresh_server = format!("{ELSEWHERE}/token");
    let urls = Urls { refresh_server, ..Urls::default() };
    let world = told(InContactLogin::Password, urls).await?;
    world.simulator.inject("401:/agents@1".parse()?);
    let Err(failed) = world.sync("agents", &[]).await? else { anyhow::bail!("it was renewed") };
    assert_eq!(failed.error.kind(), ErrorKind::Denied, "{:?}", failed.error);
    nothing_went_elsewhere(&world);
    offends_nobody(&world)
}

/// A file whose address lies elsewhere is not fetched: the request would carry the token.
#[tokio::test(flavor = "multi_thread")]
async fn a_result_file_elsewhere_is_not_fetched() -> anyhow::Result<()> {
    for files in [ELSEWHERE, "https://niceincontact.com.example.net"] {
        let urls = Urls { files: files.to_owned(), ..Urls::default() };
        for login in InContactLogin::ALL {
            let world = told(login, urls.clone()).await?;
            let run = world.sync("custom_report", &[("custom_report", "600001")]).await?;
            let Err(failed) = run else { anyhow::bail!("{login:?}: {files} was asked") };
            assert_eq!(failed.error.kind(), ErrorKind::Denied, "{:?}", failed.error);
            assert!(failed.error.to_string().contains("example.net"), "{:?}", failed.error);
            assert!(!calls(&world).iter().any(|call| call.contains("/files")));
            nothing_went_elsewhere(&world);
            offends_nobody(&world)?;
        }
    }
    Ok(())
}

/// Any host below the declared names may have files, the next page and the API.
#[tokio::test(flavor = "multi_thread")]
async fn other_hosts_of_the_provider_are_reached() -> anyhow::Result<()> {
    let urls = Urls {
        resource_server: "https://api-b2.ucnlabext.incontact.com/inContactAPI".to_owned(),
        api_endpoint: "https://api-eu1.niceincontact.com/".to_owned(),
        files: "https://files-l36.nice-incontact.com".to_owned(),
        ..Urls::default()
    };
    for login in InContactLogin::ALL {
        let world = told(login, urls.clone()).await?;
        let agents = world.sync("agents", &[("page_size", "5")]).await??;
        assert_eq!(agents.rows, 24);
        let report = world.sync("custom_report", &[("custom_report", "600001")]).await??;
        assert_eq!(report.rows, 40);
        offends_nobody(&world)?;
    }
    Ok(())
}

/// Nobody is followed, not even to a host that may be reached.
#[tokio::test(flavor = "multi_thread")]
async fn a_redirect_is_not_followed() -> anyhow::Result<()> {
    for path in ["/agents", "/auth/token", "/.well-known/openid-configuration"] {
        for place in [ELSEWHERE, "https://api-na1.niceincontact.com"] {
            let fault = format!("redirect={place}/moved:{path}").parse()?;
            let redirecting: Builder = InContact::builder().fault(fault);
            let world = world(redirecting).await?;
            let run = world.sync("agents", &[]).await?;
            let Err(failed) = run else { anyhow::bail!("{path} was followed to {place}") };
            assert_eq!(failed.error.kind(), ErrorKind::Data, "{path}: {:?}", failed.error);
            assert!(!world.simulator.requests().iter().any(|it| it.path == "/moved"));
            nothing_went_elsewhere(&world);
            offends_nobody(&world)?;
        }
    }
    Ok(())
}
