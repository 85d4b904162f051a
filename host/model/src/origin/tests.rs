use proptest::prelude::*;

use super::*;

#[test]
fn origins_are_https_hosts_and_nothing_else() {
    let good = [
        "https://api.cc.email",
        "https://*.nice-incontact.com",
        "https://app.icontact.com:8443",
        "https://a.xn--p1ai",
        "https://1.2.example",
    ];
    for text in good {
        assert_eq!(text.parse::<Origin>().map(|o| o.to_string()).ok().as_deref(), Some(text));
    }
    let long = format!("https://{}.com", "a.".repeat(130));
    let bad = [
        "",
        "api.cc.email",
        "http://api.cc.email",
        "HTTPS://api.cc.email",
        "https://API.cc.email",
        "https://localhost",
        "https://*.com",
        "https://*",
        "https://a.*.com",
        "https://*api.example.com",
        "https://api.cc.email/",
        "https://api.cc.email/v3",
        "https://api.cc.email?x",
        "https://user@api.cc.email",
        "https://user:1@api.cc.email",
        "https://10.0.0.1",
        "https://1.2.3.0x4",
        "https://[::1]",
        "https://api.cc.email:",
        "https://api.cc.email:0",
        "https://api.cc.email:0443",
        "https://api.cc.email:+443",
        "https://api.cc.email:65536",
        "https://api.cc.email.",
        "https://.cc.email",
        "https://-a.email",
        "https://a_b.email",
        "https://ä.email",
        " https://api.cc.email",
        "https://api.cc.email\n",
        long.as_str(),
    ];
    for text in bad {
        assert!(text.parse::<Origin>().is_err(), "{text:?} was taken");
    }
}

#[test]
fn a_wildcard_stands_for_labels_and_never_for_none() -> Result<()> {
    let origin: Origin = "https://*.example.com".parse()?;
    assert!(origin.matches("a.example.com", 443) && origin.matches("a.b.example.com", 443));
    for (host, port) in [
        ("example.com", 443),
        (".example.com", 443),
        ("aexample.com", 443),
        ("a.example.com.evil.org", 443),
        ("a.example.com", 8443),
    ] {
        assert!(!origin.matches(host, port), "{host}:{port}");
    }
    Ok(())
}

#[test]
fn covering_is_about_all_hosts_of_the_other() -> Result<()> {
    let table = [
        ("https://a.example.com", "https://a.example.com:443", true),
        ("https://a.example.com", "https://b.example.com", false),
        ("https://a.example.com", "https://a.example.com:444", false),
        ("https://*.example.com", "https://a.example.com", true),
        ("https://*.example.com", "https://*.example.com", true),
        ("https://*.example.com", "https://*.a.example.com", true),
        ("https://*.a.example.com", "https://*.example.com", false),
        ("https://a.example.com", "https://*.a.example.com", false),
        ("https://*.example.com", "https://example.com", false),
    ];
    for (origin, other, expected) in table {
        let covers = origin.parse::<Origin>()?.covers(&other.parse()?);
        assert_eq!(covers, expected, "{origin} and {other}");
    }
    Ok(())
}

#[test]
fn audiences_end_at_a_whole_path_segment() -> Result<()> {
    let audience: Audience = "https://api.cc.email/v3".parse()?;
    assert_eq!((audience.origin().domain(), audience.path()), ("api.cc.email", "/v3"));
    for (path, expected) in
        [("/v3", true), ("/v3/", true), ("/v3/a", true), ("/v30", false), ("/", false)]
    {
        assert_eq!(audience.covers_path(path), expected, "{path}");
    }
    assert!("https://api.cc.email".parse::<Audience>()?.covers_path("/any"));
    let folder: Audience = "https://api.cc.email/v3/".parse()?;
    assert!(folder.covers_path("/v3/a") && folder.covers_path("/v3/"));
    assert!(!folder.covers_path("/v3"));
    let any: Audience = "https://api.cc.email/services/*/jobs".parse()?;
    for (path, expected) in [
        ("/services/v33.0/jobs", true),
        ("/services/v33.0/jobs/7", true),
        ("/services/v33.0/jobs7", false),
        ("/services/v33.0/agents", false),
        ("/services//jobs", false),
        ("/services/jobs", false),
        ("/services/a/b/jobs", false),
    ] {
        assert_eq!(any.covers_path(path), expected, "{path}");
    }
    for text in [
        "https://api.cc.email?x",
        "https://api.cc.email#x",
        "https://api.cc.email\\@evil.org",
        "https://api.cc.email/a/../b",
        "https://api.cc.email/./a",
        "https://api.cc.email/a%2fb",
        "https://api.cc.email//a",
        "https://api.cc.email/a?b",
        "https://api.cc.email/a b",
        "/v3",
    ] {
        assert!(text.parse::<Audience>().is_err(), "{text:?} was taken");
    }
    Ok(())
}

#[test]
fn the_origin_of_a_url_is_found_or_the_url_refused() -> Result<()> {
    for (url, origin) in [
        ("https://api.cc.email", "https://api.cc.email"),
        ("https://api.cc.email:8443/v3/a%20b?c=d", "https://api.cc.email:8443"),
        ("https://api.cc.email?c=d", "https://api.cc.email"),
    ] {
        assert_eq!(origin_of(url)?.to_string(), origin);
    }
    for url in [
        "http://api.cc.email/",
        "https://*.cc.email/",
        "https://a@api.cc.email/",
        "https://evil.org\\@api.cc.email/",
        "https://api.cc.email/#f",
        "https://api.cc.email/a b",
        "https://api.cc.email/a\u{202e}",
    ] {
        assert!(origin_of(url).is_err(), "{url:?} was taken");
    }
    Ok(())
}

/// Names of few labels, so that one is often another's or lies below it.
fn any_labels() -> impl Strategy<Value = Vec<String>> {
    prop::collection::vec(prop::sample::select(vec!["a", "b", "aa"]).prop_map(str::to_owned), 2..5)
}

proptest! {
    /// Label by label, from the right.
    // Proves: hosts
    #[test]
    fn a_host_is_of_an_origin_by_whole_labels(
        domain in any_labels(), below in any_labels(), wildcard: bool, port in 443_u16..445,
    ) {
        let (domain, below) = (domain.join("."), below.join("."));
        let star = if wildcard { "*." } else { "" };
        let origin: Origin = format!("https://{star}{domain}").parse().unwrap();
        prop_assert_eq!(origin.to_string().parse::<Origin>().unwrap(), origin.clone());
        let hosts = [
            domain.clone(),
            below.clone(),
            format!("{below}.{domain}"),
            format!("{below}{domain}"),
            format!("{domain}.{below}"),
        ];
        for host in hosts {
            let labels: Vec<&str> = host.split('.').collect();
            let of: Vec<&str> = domain.split('.').collect();
            let is_below = labels.len() > of.len() && labels.ends_with(&of);
            let is_there = if wildcard { is_below } else { host == domain };
            let matches = origin.matches(&host, port);
            prop_assert_eq!(matches, is_there && port == 443, "{} {}", origin, host);
        }
    }

    #[test]
    fn what_is_covered_is_covered_with_every_host(
        domain in any_labels(), below in any_labels(),
        stars: [bool; 2], ports: [bool; 2], turned: bool,
    ) {
        let origin = |domain: &str, star: bool, port: bool| {
            let (star, port) = (if star { "*." } else { "" }, if port { ":8443" } else { "" });
            format!("https://{star}{domain}{port}").parse::<Origin>().unwrap()
        };
        let (above, below) = (domain.join("."), [&below[..], &domain[..]].concat().join("."));
        for (first, second) in [(&above, &above), (&above, &below)] {
            let mut one = origin(first, stars[0], ports[0]);
            let mut other = origin(second, stars[1], ports[1]);
            if turned {
                std::mem::swap(&mut one, &mut other);
            }
            // Nobody else has this label, so that only a wildcard has the host.
            let hosts = [other.domain().to_owned(), format!("other.{}", other.domain())];
            let mut of_other = hosts.iter().filter(|host| other.matches(host, other.port()));
            let has_all = of_other.all(|host| one.matches(host, other.port()));
            prop_assert_eq!(one.covers(&other), has_all, "{} {}", one, other);
        }
    }

    /// A path that goes on within the last segment of the prefix is not below it.
    // Proves: audience
    #[test]
    fn a_path_is_below_a_prefix_by_whole_segments(
        prefix in "(/[ab]{1,2}){0,3}/?", path in "(/[ab]{0,2}){1,4}",
    ) {
        let audience: Audience = format!("https://api.example.com{prefix}").parse().unwrap();
        let folder = audience.path().trim_end_matches('/');
        let below = path.strip_prefix(folder).is_some_and(|rest| rest.starts_with('/'));
        let is_itself = path == folder && !audience.path().ends_with('/');
        prop_assert_eq!(audience.covers_path(&path), below || is_itself);
    }

    #[test]
    fn a_star_stands_for_one_segment(
        segments in prop::collection::vec("[ab]{1,2}", 1..5),
        star in 0_usize..4,
        other in "[a-z]{0,3}",
    ) {
        let star = star % segments.len();
        let with = |text: &str| {
            let mut segments = segments.clone();
            text.clone_into(&mut segments[star]);
            format!("/{}", segments.join("/"))
        };
        let audience: Audience = format!("https://api.example.com{}", with("*")).parse().unwrap();
        prop_assert!(audience.covers_path(&with("c")));
        prop_assert_eq!(audience.covers_path(&with(&other)), !other.is_empty());
        prop_assert!(!audience.covers_path(&with("c")[..with("c").rfind('/').unwrap()]));
    }
}
