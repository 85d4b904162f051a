//! Where a sign-in says that the API is.

use tollgate_model::{Error, ErrorKind};

use super::*;

#[tokio::test]
async fn a_base_url_that_is_not_allowed_is_denied_before_the_token_goes_anywhere() {
    let table = [
        ("https://evil.example.org/v3", "https://evil.example.org is not declared"),
        ("https://b.other.example.com/v3", "https://b.other.example.com is declared by the"),
        ("http://api.example.com/v3", "scheme"),
        ("https://u@api.example.com/v3", "user info"),
        ("https://api.example.com/v3?a=b", "has a query"),
        ("https://api.example.com/v3#a", "fragment"),
        ("https://api.example.com/../v3", "dot segments"),
        ("https://api.example.com/canary-token-1", "contains one of its secrets"),
        ("https://api.example.com/v3/canary%2Drefresh%2D1", "contains one of its secrets"),
        ("https://canary-token-1.other.example.com", "contains one of its secrets"),
        ("api.example.com", "base URL"),
    ];
    for (found, expected) in table {
        let setup = key_scene_with(|exchange| {
            exchange.sign_in[0].takes.push(taken("base", "/base"));
            exchange.base_url = Some("{base}".to_owned());
        });
        let rig = setup
            .with(|config| config.granted.truncate(1))
            .with(|config| config.granted.push("https://a.other.example.com".parse().unwrap()))
            .start(move |_, _| {
                ok(format!(
                    r#"{{"access_token":"canary-token-1","refresh_token":"canary-refresh-1",
                         "base":"{found}"}}"#
                ))
            })
            .await;
        let error = rig.gate.base_url().await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Denied, "{found}: {error}");
        assert!(error.message().contains(expected), "{found}: {error}");
        assert_eq!(Error::from(rig.get(API).await.unwrap_err()).kind(), ErrorKind::Denied);
        assert_eq!(sent(&rig), [""; 0], "{found}");
        assert_eq!(exchanges(&rig), 1, "{found}: what is denied would be denied again");
        assert_clean(&rig, Some(&error));
    }
}

#[tokio::test]
async fn no_template_makes_a_base_url_of_a_secret() {
    let secret = "contains one of its secrets";
    let table = [
        ("https://api.example.com/{refresh_token}", secret),
        ("https://api.example.com/{access_token}", secret),
        ("https://api.example.com/x{key}", secret),
        ("{refresh_token}/v3", "is not valid: in its URL, its scheme is not https"),
    ];
    for (template, expected) in table {
        let setup = key_scene_with(|exchange| exchange.base_url = Some(template.to_owned()));
        let rig = setup.start(|_, _| grant("canary-token-1", Some("canary-refresh-1"))).await;
        let error = rig.gate.base_url().await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Denied, "{template}: {error}");
        assert!(error.message().contains(expected), "{template}: {error}");
        assert_eq!(sent(&rig), [""; 0]);
        assert_clean(&rig, Some(&error));
    }
}
