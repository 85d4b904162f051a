//! Signed packages: from a key to a connector that runs as long as its signature holds.

use std::fs;

use tollgate_simulators::IContact;

use crate::harness::{Project, Run, component, words};

const VERSIONED: &str = "icontact-0.1.0.tollgate";

/// A project with a configuration, a key in `acme.key`, and the package that it signed.
struct Publisher {
    project: Project,
    key: String,
}

impl Publisher {
    fn new() -> Self {
        let project = Project::empty(IContact::builder().contacts(10));
        project.write_config("");
        let key = key(&project, "acme.key");
        pack(&project, "acme.key", VERSIONED);
        Publisher { project, key }
    }

    /// With the package installed.
    fn installed() -> Self {
        let publisher = Publisher::new();
        publisher.add(&["--grant", "--trust", &publisher.key]).succeeds();
        publisher
    }

    fn add(&self, more: &[&str]) -> Run {
        self.project.run(&[&["add", VERSIONED], more].concat())
    }

    fn add_component(&self, more: &[&str]) -> Run {
        let component = component();
        self.project.run(&[&["add", component.to_str().unwrap()], more].concat())
    }

    fn write_packages(&self, text: &str) {
        self.project.write_config(&format!("[packages]\n{}\n", text.replace("KEY", &self.key)));
    }

    /// Fails the test unless the connector is refused, for this, before any request.
    #[track_caller]
    fn refuses_to_run(&self, text: &str) {
        let requests = self.project.server.request_count();
        for command in ["check", "describe icontact", "sync --stream lists --to out.db"] {
            let run = self.project.run(&words(command)).exits(2);
            assert!(run.stderr.contains(text), "{command}: {}", run.stderr);
        }
        assert_eq!(self.project.server.request_count(), requests);
    }
}

fn key(project: &Project, file: &str) -> String {
    project.run(&["keys", "new", file]).succeeds().stdout.trim().to_owned()
}

fn pack(project: &Project, key: &str, to: &str) -> Run {
    let component = component();
    project.run(&["pack", component.to_str().unwrap(), "--key", key, "-o", to]).succeeds()
}

#[test]
fn a_key_is_made_once_shown_by_its_public_key_and_refused_where_others_can_read_it() {
    let Publisher { project, key } = Publisher::new();
    let file = project.path("acme.key");
    let secret = fs::read_to_string(&file).unwrap();
    let again = project.run(&words("keys new acme.key")).exits(2);
    insta::assert_snapshot!(again.errors(), @r"
    error: acme.key is there already
    hint: a key is never overwritten; name another file
    ");
    assert_eq!(fs::read_to_string(&file).unwrap(), secret);
    assert_eq!(project.run(&words("keys show acme.key")).succeeds().stdout.trim(), key);
    let shown = project.run(&words("keys show acme.key --json")).succeeds().json();
    assert_eq!(shown["public_key"], key.as_str());
    let body = secret.lines().nth(1).unwrap();
    for command in ["keys show acme.key", "keys new acme.key", "keys show --json acme.key"] {
        let run = project.run(&words(command));
        assert!(!run.stdout.contains(body) && !run.stderr.contains(body), "{command}");
    }
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        fs::set_permissions(&file, fs::Permissions::from_mode(0o644)).unwrap();
        let component = component();
        let args = ["pack", component.to_str().unwrap(), "--key", "acme.key"];
        insta::assert_snapshot!(project.run(&args).exits(2).errors(), @r"
        error: others can read the signing key acme.key
        hint: `chmod 600 acme.key` closes it; if somebody may have read it, make another key
        ");
    }
}

#[test]
fn the_same_component_makes_the_same_package_which_tells_who_signed_it() {
    let Publisher { project, key } = Publisher::new();
    let first = fs::read(project.path(VERSIONED)).unwrap();
    fs::remove_file(project.path(VERSIONED)).unwrap();
    let component = component();
    let args = ["pack", component.to_str().unwrap(), "--key", "acme.key", "--json"];
    let made = project.run(&args).succeeds().json();
    assert_eq!(
        (&made["file"], &made["package"]["publisher"]),
        (&VERSIONED.into(), &key.as_str().into())
    );
    assert_eq!(fs::read(project.path(VERSIONED)).unwrap(), first);

    let shown = project.run(&["inspect", VERSIONED]).succeeds().stdout;
    assert!(shown.contains(&format!("publisher  {key} (not known to this project)")), "{shown}");
    let json = project.run(&["inspect", VERSIONED, "--json"]).succeeds().json();
    assert_eq!(json["package"]["publisher"], key.as_str());
    assert_eq!(json["component"]["digest"], made["component_digest"]);
    let bare = project.run(&["inspect", component.to_str().unwrap()]).succeeds().stdout;
    assert!(bare.contains("publisher  none: it is not signed"), "{bare}");

    let twice = project.run(&["pack", VERSIONED, "--key", "acme.key"]).exits(2);
    assert!(twice.stderr.contains("is a package already"), "{}", twice.stderr);
}

#[test]
fn an_unknown_publisher_is_trusted_by_name_only_and_then_pinned() {
    let publisher = Publisher::new();
    let Publisher { project, key } = &publisher;
    let run = publisher.add(&["--grant"]).exits(2);
    assert!(run.stderr.contains("nobody has said that it is trusted"), "{}", run.stderr);
    assert!(run.stderr.contains(&format!("add --trust {key}")), "{}", run.stderr);
    let other = self::key(project, "other.key");
    let run = publisher.add(&["--grant", "--trust", &other]).exits(2);
    assert!(run.stderr.contains(&format!("not by {other}")), "{}", run.stderr);
    assert!(!project.path("tollgate.lock").exists());

    let run = publisher.add(&["--grant", "--trust", key]).succeeds();
    assert!(run.stdout.contains("(named by --trust)"), "{}", run.stdout);
    project.run(&["check"]).succeeds();
    let lock = fs::read_to_string(project.path("tollgate.lock")).unwrap();
    assert!(lock.contains(&format!("publisher = \"{key}\"")), "{lock}");
    assert!(project.path("connectors/icontact.tollgate").exists());
    let listed = project.run(&words("connectors --json")).succeeds().json();
    assert_eq!(
        (&listed[0]["publisher"], &listed[0]["problem"]),
        (&key.as_str().into(), &().into())
    );
    let run = publisher.add(&["--grant"]).succeeds();
    assert!(run.stdout.contains("(as before)"), "{}", run.stdout);
    project.run(&words("remove icontact")).succeeds();
    assert!(!project.path("connectors/icontact.tollgate").exists());
}

#[test]
fn another_publisher_or_none_is_refused_unless_that_is_said() {
    let publisher = Publisher::installed();
    let project = &publisher.project;
    let other = key(project, "other.key");
    pack(project, "other.key", VERSIONED);
    for run in
        [publisher.add(&["--grant", "--trust", &other]), publisher.add_component(&["--grant"])]
    {
        let run = run.exits(2);
        assert!(run.stderr.contains("if its publisher really is another now"), "{}", run.stderr);
    }
    project.run(&["check"]).succeeds();

    publisher.add(&["--grant", "--replace-publisher"]).exits(2);
    let run = publisher.add(&["--grant", "--replace-publisher", "--trust", &other]).succeeds();
    assert!(
        run.stdout.contains(&format!("ITS PUBLISHER WAS {}\n", publisher.key)),
        "{}",
        run.stdout
    );
    project.run(&["check"]).succeeds();
    let run = publisher.add_component(&["--grant", "--replace-publisher"]).succeeds();
    assert!(run.stdout.contains("and now nobody signed it"), "{}", run.stdout);
    assert!(!project.path("connectors/icontact.tollgate").exists());
    project.run(&["check"]).succeeds();
}

#[test]
fn an_older_version_is_told() {
    let publisher = Publisher::installed();
    let path = publisher.project.path("tollgate.lock");
    let lock = fs::read_to_string(&path).unwrap();
    let newer = lock
        .replace("\"0.1.0\"", "\"0.10.0\"")
        .replace("digest = \"sha256:", "digest = \"sha256:0");
    // A digest of another component, of the same length.
    let digest = newer.find("sha256:0").unwrap() + "sha256:0".len() + 63;
    let newer = [&newer[..digest], &newer[digest + 1..]].concat();
    fs::write(&path, newer).unwrap();
    let run = publisher.add(&["--grant"]).succeeds();
    assert!(
        run.stdout.contains("Replaces icontact 0.10.0, which is newer than this"),
        "{}",
        run.stdout
    );
}

#[test]
fn an_installed_package_runs_only_as_it_was_signed() {
    let publisher = Publisher::installed();
    let project = &publisher.project;
    let file = project.path("connectors/icontact.tollgate");
    let whole = fs::read(&file).unwrap();
    // In the manifest, the signature, the component and the end.
    for at in [600, whole.len() / 2, whole.len() - 1] {
        let mut changed = whole.clone();
        changed[at] ^= 1;
        fs::write(&file, &changed).unwrap();
        publisher.refuses_to_run("is no package whose signature holds");
    }
    fs::write(&file, &whole[..whole.len() - 512]).unwrap();
    publisher.refuses_to_run("is no package whose signature holds");
    // Whole in itself, and not what was granted.
    key(project, "other.key");
    pack(project, "other.key", "connectors/icontact.tollgate");
    publisher.refuses_to_run("is another package than tollgate.lock says");
    fs::copy(component(), &file).unwrap();
    publisher.refuses_to_run("is no package whose signature holds");
    fs::write(&file, &whole).unwrap();
    project.run(&["check"]).succeeds();
}

#[test]
fn where_signatures_are_required_nothing_else_is_added_or_run() {
    let publisher = Publisher::new();
    let project = &publisher.project;
    publisher.add_component(&["--grant"]).succeeds();
    project.run(&["check"]).succeeds();
    publisher.write_packages("require_signed = true\npublishers = { acme = \"KEY\" }");
    publisher.refuses_to_run("connector icontact is not signed");
    let run = publisher.add_component(&["--grant"]).exits(2);
    assert!(run.stderr.contains("is not signed"), "{}", run.stderr);
    let run = publisher.add(&["--grant"]).succeeds();
    assert!(run.stdout.contains("(acme in tollgate.toml)"), "{}", run.stdout);
    project.run(&["check"]).succeeds();
    let shown = project.run(&words("config show")).succeeds().stdout;
    assert!(shown.contains("packages.publishers.acme"), "{shown}");

    let other = key(project, "other.key");
    let config = fs::read_to_string(project.path("tollgate.toml")).unwrap();
    fs::write(project.path("tollgate.toml"), config.replace(&publisher.key, &other)).unwrap();
    publisher.refuses_to_run("who is not among the publishers");
    publisher.add(&["--grant", "--trust", &publisher.key]).exits(2);
}

#[test]
fn a_faulty_configuration_does_not_lift_the_requirement() {
    let publisher = Publisher::new();
    publisher.add_component(&["--grant"]).succeeds();
    let describe = || publisher.project.run(&words("describe icontact"));
    publisher.write_packages("require_signed = true\npublishers = { a = \"KEY\" }\n[nonsense]");
    assert!(describe().exits(2).stderr.contains("is not signed"));
    for packages in ["require_signed = true", "require_signed = 1", "require_signed = true\n]"] {
        publisher.write_packages(packages);
        let run = describe().exits(2);
        assert!(run.stderr.contains("cannot tell whose connectors"), "{}", run.stderr);
    }
    publisher.write_packages("require_signed = false\n[nonsense]");
    describe().succeeds();
}

#[test]
fn a_file_larger_than_any_package_is_not_read_to_its_end() {
    let publisher = Publisher::new();
    let large = fs::File::create(publisher.project.path("large.tollgate")).unwrap();
    large.set_len(1 << 40).unwrap();
    for command in ["inspect large.tollgate", "add large.tollgate --grant"] {
        let run = publisher.project.run(&words(command)).exits(2);
        assert!(run.stderr.contains("more bytes than any connector may"), "{}", run.stderr);
    }
}
