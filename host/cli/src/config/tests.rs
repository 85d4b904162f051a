use jiff::Timestamp;

use super::*;
use crate::failure::{Failure, render};

const GOOD: &str = r#"
[accounts.acme]
connector = "icontact"
auth = "headers"
time_zone = "America/New_York"
requests_per_second = 0.5
concurrent_requests = 2
username = "anna@example.com"
app_id = 17
folders = ["1", "2"]
password = { env = "ICONTACT_PASSWORD" }
other = { file = "secrets/other" }

[syncs.nightly]
account = "acme"
streams = ["contacts", "lists"]
options = { status = ["normal", "pending"], created = 2026-01-31, full = true }
columns = ["email"]
to = "out.db"
table = "ic_"
mode = "append"
concurrency = 3
limit = 100
schedule = "0 6 * * 1-5 Europe/Berlin"
retry = { delay = "90s" }

[syncs.another]
account = "acme"
streams = "all"
to = "parquet:out"

[packages]
require_signed = true
publishers = { acme = "ed25519:11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=" }

[limits]
guest_memory = "64MiB"
pages = 1_000

[origins]
"https://app.icontact.com" = "http://127.0.0.1:8088"

[vault]
file = "tokens/vault"
key = { command = ["secret-tool", "lookup", "service", "tollgate"] }

[runs]
file = "state/runs.db"
days = 7

[notify]
command = ["bin/tell", "team/a"]
timeout = "60s"
"#;

fn parse(text: &str) -> Outcome<Config> {
    Config::parse(Source::new(Path::new("dir/tollgate.toml"), text.to_owned()))
}

fn problems(text: &str) -> String {
    let Err(Failure::Errors(errors)) = parse(text) else { panic!("no problem found in {text}") };
    let shown: Vec<String> =
        errors.iter().map(|error| render(error, Timestamp::UNIX_EPOCH)).collect();
    shown.join("\n")
}

/// A sync and an account around one line that is wrong.
fn with_sync(line: &str) -> String {
    format!(
        "[accounts.acme]\nconnector = \"icontact\"\n\n\
         [syncs.nightly]\naccount = \"acme\"\nstream = \"contacts\"\nto = \"out.db\"\n{line}\n"
    )
}

fn with_account(lines: &str) -> String {
    format!("[accounts.acme]\nconnector = \"icontact\"\n{lines}\n")
}

#[test]
fn a_whole_file_is_read() {
    let config = parse(GOOD).unwrap();
    let account = &config.accounts[0];
    assert_eq!(account.connector.get_ref().as_str(), "icontact");
    assert_eq!(account.requests_per_second, Some(0.5));
    assert_eq!(account.fields["app_id"].value, FieldValue::Plain(vec!["17".to_owned()]));
    assert_eq!(*config.vault.file.as_ref().unwrap().get_ref(), Path::new("dir/tokens/vault"));
    let words = ["secret-tool", "lookup", "service", "tollgate"].map(str::to_owned);
    let command = tollgate_vault::SecretRef::Command(words.into());
    assert_eq!(*config.vault.key.as_ref().unwrap().get_ref(), command);
    let file = tollgate_vault::SecretRef::File("dir/secrets/other".into());
    assert_eq!(account.fields["other"].value, FieldValue::Reference(file));
    let names: Vec<&str> = config.syncs.iter().map(|sync| sync.name.as_str()).collect();
    assert_eq!(names, ["nightly", "another"], "syncs keep the order of the file");
    let sync = &config.syncs[0];
    assert_eq!(sync.options["status"], ["normal", "pending"]);
    assert_eq!(sync.options["created"], ["2026-01-31"]);
    assert_eq!(sync.options["full"], ["true"]);
    assert!(matches!(&sync.streams, Streams::Named(streams) if streams.len() == 2));
    assert!(matches!(config.syncs[1].streams, Streams::All));
    let scheduled = sync.scheduled.as_ref().unwrap();
    assert_eq!(scheduled.schedule.get_ref().to_string(), "0 6 * * 1-5 Europe/Berlin");
    assert_eq!((scheduled.retry.attempts, scheduled.retry.delay.as_secs()), (3, 90));
    assert!(config.syncs[1].scheduled.is_none());
    assert_eq!(*config.runs.file.as_ref().unwrap().get_ref(), Path::new("dir/state/runs.db"));
    let keep = config.runs.keep();
    assert_eq!((keep.runs_per_sync, keep.days, keep.log_lines), (200, 7, 500));
    let notify = config.notify.unwrap();
    assert_eq!(*notify.command.get_ref(), ["dir/bin/tell", "team/a"], "only the program is a path");
    assert_eq!(notify.timeout.unwrap().get_ref().as_secs(), 60);
    assert_eq!(config.limits[0].1, "64MiB");
    assert_eq!(config.origins[0].get_ref().to().to_string(), "http://127.0.0.1:8088");
}

#[test]
fn a_database_is_a_table_with_a_password_by_reference() {
    let to = "to = { postgres = \"postgres://me@db/x\", password = { file = \"p\" }, schema = \"s\", \
              tls = \"verify\", ca_file = \"ca.pem\", lock_timeout = \"90s\" }";
    let config = parse(&with_sync("").replace("to = \"out.db\"", to)).unwrap();
    let to = config.syncs[0].to.get_ref();
    let shown = "postgres://me@db:5432/x?schema=s&tls=verify&ca_file=ca.pem&lock_timeout=90s";
    assert_eq!(to.target.to_string(), shown);
    assert_eq!(to.secret, Some(tollgate_vault::SecretRef::File("dir/p".into())));
}

#[test]
fn an_object_store_is_a_table_with_its_secrets_by_reference() {
    let to = "to = { s3 = \"s3://acme/lake\", endpoint = \"http://10.0.0.1:9000\", region = \"r\", \
              access_key_id = \"A\", secret_access_key = { file = \"k\" }, \
              session_token = { env = \"T\" }, path_style = false, allow_http = true }";
    let config = parse(&with_sync("").replace("to = \"out.db\"", to)).unwrap();
    let to = config.syncs[0].to.get_ref();
    let shown = "s3://acme/lake?endpoint=http://10.0.0.1:9000&region=r&access_key_id=A\
                 &path_style=false&allow_http=true";
    assert_eq!(to.target.to_string(), shown);
    assert_eq!(to.secret, Some(tollgate_vault::SecretRef::File("dir/k".into())));
    assert!(to.session_token.is_some());
}

#[test]
fn what_is_wrong_with_an_object_store_is_told_without_a_secret() {
    for (keys, message) in [
        ("regoin = \"r\"", "did you mean `region`?"),
        ("password = { env = \"P\" }", "`to` has no key `password`"),
        ("access_key_id = \"A\", secret_access_key = \"canary\"", "takes a reference"),
        ("session_token = \"canary\"", "takes a reference"),
        ("secret_access_key = { env = \"S\" }", "`to` needs the key `access_key_id`"),
        ("session_token = { env = \"S\" }", "`to` needs the key `secret_access_key`"),
        ("endpoint = \"http://10.0.0.1\"", "the endpoint is not encrypted"),
        ("endpoint = \"https://me:canary@minio\"", "an endpoint has a scheme"),
        ("path_style = \"true\"", "`path_style` takes true or false"),
    ] {
        let to = format!("to = {{ s3 = \"s3://acme/lake\", {keys} }}");
        let problems = problems(&with_sync("").replace("to = \"out.db\"", &to));
        assert!(problems.contains(message), "{problems}");
        assert!(!problems.contains("canary"), "{problems}");
    }
    let to = "to = { s3 = \"s3://me:canary@acme\" }";
    let problems = problems(&with_sync("").replace("to = \"out.db\"", to));
    assert!(problems.contains("keys do not belong into a URL"), "{problems}");
    assert!(!problems.contains("canary"), "{problems}");
}

#[test]
fn what_is_wrong_with_a_database_is_told_without_a_password() {
    for (to, message) in [
        ("{ password = { env = \"P\" } }", "`to` needs the key `postgres`"),
        ("{ postgres = \"postgres://me@db/x\", tsl = \"off\" }", "did you mean `tls`?"),
        ("{ postgres = \"postgres://me@db/x\", tls = \"of\" }", "did you mean `off`?"),
        ("{ postgres = \"postgres://me@db/x?tls=off\", tls = \"off\" }", "tls is said twice"),
        ("{ postgres = \"postgres://me@db/x\", password = \"canary\" }", "takes a reference"),
        ("{ postgres = \"postgres://me@db/x\", password = { evn = \"canary\" } }", "`env`?"),
        ("{ postgres = \"postgres://me:canary@db/x\" }", "does not belong into a URL"),
        ("\"postgres://me:canary@db/x\"", "does not belong into a URL"),
        ("\"postgress://me:canary@db/x\"", "did you mean `postgres`?"),
        ("{ sqlite = \"out.db\" }", "`to` has no key `sqlite`"),
        (
            "{ postgres = \"postgres://me@db/x\", tls = \"off\", ca_file = \"ca\" }",
            "ca_file is of use only",
        ),
        ("7", "`to` takes a text in quotes"),
    ] {
        let text = with_sync("").replace("to = \"out.db\"", &format!("to = {to}"));
        let problems = problems(&text);
        assert!(problems.contains(message), "{problems}");
        assert!(!problems.contains("canary"), "{problems}");
    }
}

#[test]
fn an_empty_file_is_a_file() {
    assert!(parse("").unwrap().accounts.is_empty());
}

#[test]
fn unknown_keys_name_their_near_miss() {
    insta::assert_snapshot!(problems(&with_sync("colums = [\"email\"]")), @r#"
    error: dir/tollgate.toml:8:1: a sync has no key `colums`
      |
    8 | colums = ["email"]
      | ^^^^^^
    hint: did you mean `columns`?
    "#);
    insta::assert_snapshot!(problems("[syncs.a]\nacount = \"x\"\nstrem = \"y\"\nto = \"a.db\""), @r#"
    error: dir/tollgate.toml:2:1: a sync has no key `acount`
      |
    2 | acount = "x"
      | ^^^^^^
    hint: did you mean `account`?
    error: dir/tollgate.toml:3:1: a sync has no key `strem`
      |
    3 | strem = "y"
      | ^^^^^
    hint: did you mean `stream`?
    "#);
    insta::assert_snapshot!(problems("[acounts.acme]\nconnector = \"icontact\""), @r"
    error: dir/tollgate.toml:1:2: the file has no key `acounts`
      |
    1 | [acounts.acme]
      |  ^^^^^^^
    hint: did you mean `accounts`?
    ");
    insta::assert_snapshot!(problems("[accounts.acme]\nconector = \"icontact\""), @r"
    error: dir/tollgate.toml:2:1: an account has no key `conector`
      |
    2 | conector = [not shown]
      | ^^^^^^^^
    hint: did you mean `connector`?
    ");
    insta::assert_snapshot!(problems(&with_sync("zebra = 1")), @r"
    error: dir/tollgate.toml:8:1: a sync has no key `zebra`
      |
    8 | zebra = 1
      | ^^^^^
    hint: there are: account, stream, streams, options, columns, rename, types, widen, to, expand, table, mode, deletes, concurrency, part_retries, limit, history, schedule, retry
    ");
}

#[test]
fn wrong_types_and_values_are_named_where_they_are() {
    insta::assert_snapshot!(problems(&with_sync("limit = \"ten\"\ncolumns = 3\ntable = true")), @r#"
    error: dir/tollgate.toml:8:9: `limit` takes a whole number, not a text
      |
    8 | limit = "ten"
      |         ^^^^^
    error: dir/tollgate.toml:9:11: `columns` takes a list of texts in quotes, not a whole number
      |
    9 | columns = 3
      |           ^
    error: dir/tollgate.toml:10:9: `table` takes a text in quotes, not true or false
       |
    10 | table = true
       |         ^^^^
    "#);
    insta::assert_snapshot!(problems(&with_sync("limit = 0\nconcurrency = 65\nexpand = 3\nmode = \"mrge\"")), @r#"
    error: dir/tollgate.toml:8:9: `limit` is 0; it takes a whole number from 1
      |
    8 | limit = 0
      |         ^
    error: dir/tollgate.toml:9:15: `concurrency` is 65; it takes a whole number from 1 to 64
      |
    9 | concurrency = 65
      |               ^^
    error: dir/tollgate.toml:10:10: `expand` takes true, false or a list of child tables, not a whole number
       |
    10 | expand = 3
       |          ^
    error: dir/tollgate.toml:11:8: there is no mode "mrge"
       |
    11 | mode = "mrge"
       |        ^^^^^^
    hint: did you mean `merge`?
    "#);
}

#[test]
fn packages_are_read_and_a_requirement_that_nobody_meets_is_told() {
    let packages = parse(GOOD).unwrap().packages;
    let [(name, key)] = packages.publishers.as_slice() else { panic!("{packages:?}") };
    assert_eq!((name.as_str(), packages.name_of(key.get_ref())), ("acme", Some("acme")));
    assert_eq!(packages.require_signed.map(|set| *set.get_ref()), Some(true));
    insta::assert_snapshot!(problems("[packages]\nrequire_signed = true"), @r#"
    error: dir/tollgate.toml:2:18: `require_signed` is set, and no publisher is named: nothing could run
      |
    2 | require_signed = [not shown]
    hint: for example `publishers = { acme = "ed25519:…" }`
    "#);
    let wrong = "require_signed = 1\nrequired = true\npublishers = { a = \"ed25519:AA\", b = 3 }";
    insta::assert_snapshot!(problems(&format!("[packages]\n{wrong}")), @r"
    error: dir/tollgate.toml:2:18: `require_signed` takes true or false, not a whole number
      |
    2 | require_signed = [not shown]
    error: dir/tollgate.toml:3:1: `[packages]` has no key `required`
      |
    3 | required = [not shown]
      | ^^^^^^^^
    hint: there are: require_signed, publishers
    error: dir/tollgate.toml:4:20: the text is not a public key
      |
    4 | publishers = [not shown]
    hint: a public key is `ed25519:` and 44 characters of base64
    error: dir/tollgate.toml:4:38: `b` takes a text in quotes, not a whole number
      |
    4 | publishers = [not shown]
    ");
    assert!(parse("[packages]\nrequire_signed = false").is_ok());
}

#[test]
fn schedules_and_what_is_remembered_are_checked_where_they_stand() {
    insta::assert_snapshot!(problems(&with_sync("schedule = \"0 6 * * 8\"\nretry = { attempts = 0, delay = \"5\", dlay = 1 }")), @r#"
    error: dir/tollgate.toml:8:12: the schedule "0 6 * * 8": "8" is no weekday, 0 to 7
      |
    8 | schedule = "0 6 * * 8"
      |            ^^^^^^^^^^^
    hint: a schedule is `every 15m`, `every 2h` or `every 1d`, or minute, hour, day, month and weekday as in `0 6 * * 1-5 Europe/Berlin`
    error: dir/tollgate.toml:9:22: `attempts` is 0; it takes a whole number from 1 to 20
      |
    9 | retry = { attempts = 0, delay = "5", dlay = 1 }
      |                      ^
    error: dir/tollgate.toml:9:33: `delay` takes a duration from `1s` to `24h`
      |
    9 | retry = { attempts = 0, delay = "5", dlay = 1 }
      |                                 ^^^
    hint: a duration is a number with a unit, such as `500ms`, `30s`, `5min` or `1h`
    error: dir/tollgate.toml:9:38: `retry` has no key `dlay`
      |
    9 | retry = { attempts = 0, delay = "5", dlay = 1 }
      |                                      ^^^^
    hint: did you mean `delay`?
    "#);
    insta::assert_snapshot!(problems(&with_sync("retry = { attempts = 2 }")), @r#"
    error: dir/tollgate.toml:8:1: `retry` is for a sync with a `schedule`
      |
    8 | retry = { attempts = 2 }
      | ^^^^^
    "#);
    insta::assert_snapshot!(problems("[runs]\nper_snc = 2\ndays = 0\nfile = \"\""), @r#"
    error: dir/tollgate.toml:2:1: `[runs]` has no key `per_snc`
      |
    2 | per_snc = 2
      | ^^^^^^^
    hint: did you mean `per_sync`?
    error: dir/tollgate.toml:3:8: `days` is 0; it takes a whole number from 1 to 100000
      |
    3 | days = 0
      |        ^
    error: dir/tollgate.toml:4:8: `file` takes a path
      |
    4 | file = ""
      |        ^^
    "#);
}

#[test]
fn a_sync_without_what_it_needs_is_told_what_that_is() {
    insta::assert_snapshot!(problems(&with_sync("streams = [\"lists\"]")), @r#"
    error: dir/tollgate.toml:8:1: a sync has `stream` or `streams`, not both
      |
    8 | streams = ["lists"]
      | ^^^^^^^
    "#);
    insta::assert_snapshot!(problems(&with_sync("[syncs.b]\naccount = \"acme\"")), @r#"
    error: dir/tollgate.toml:8:8: a sync needs the key `stream`
      |
    8 | [syncs.b]
      |        ^
    hint: `stream = "contacts"`, `streams = ["contacts", "lists"]` or `streams = "all"`
    error: dir/tollgate.toml:8:8: a sync needs the key `to`
      |
    8 | [syncs.b]
      |        ^
    hint: for example `to = "sqlite:out.db"`
    "#);
    insta::assert_snapshot!(problems(&with_sync("options = { a = { b = 1 } }")), @r"
    error: dir/tollgate.toml:8:17: `a` takes a text or a list of texts, not a table
      |
    8 | options = { a = { b = 1 } }
      |                 ^^^^^^^^^
    ");
}

#[test]
fn what_a_sync_refers_to_has_to_be_there() {
    insta::assert_snapshot!(
        problems(&with_sync("[syncs.b]\naccount = \"acm\"\nstream = \"a\"\nto = \"pasquet:x\"")),
        @r#"
        error: dir/tollgate.toml:11:6: "pasquet:x" is not a destination
           |
        11 | to = "pasquet:x"
           |      ^^^^^^^^^^^
        hint: did you mean `parquet`?
        "#
    );
    insta::assert_snapshot!(
        problems(&with_sync("[syncs.b]\naccount = \"acm\"\nstream = \"a\"\nto = \"a.db\"")),
        @r#"
        error: dir/tollgate.toml:9:11: there is no account `acm`
          |
        9 | account = "acm"
          |           ^^^^^
        hint: did you mean `acme`?
        "#
    );
    insta::assert_snapshot!(problems("[syncs]\na = 1\n[syncs.\"a/b\"]\n"), @r#"
    error: dir/tollgate.toml:2:1: a sync is a table with the keys `account`, `stream` and `to`
      |
    2 | a = 1
      | ^
    error: dir/tollgate.toml:3:8: "a/b" is not a sync name
      |
    3 | [syncs."a/b"]
      |        ^^^^^
    hint: a name holds letters, digits, _ - . and spaces inside (64 bytes at most)
    "#);
}

#[test]
fn accounts_are_checked_without_showing_their_values() {
    insta::assert_snapshot!(
        problems(&with_account("time_zone = \"Mars/Base\"\nrequests_per_second = 0")),
        @r#"
        error: dir/tollgate.toml:3:13: there is no time zone "Mars/Base"
          |
        3 | time_zone = "Mars/Base"
          |             ^^^^^^^^^^^
        hint: a time zone is a name of the IANA database, such as `America/New_York`
        error: dir/tollgate.toml:4:23: `requests_per_second` takes a number greater than zero
          |
        4 | requests_per_second = 0
          |                       ^
        "#
    );
    insta::assert_snapshot!(problems(&with_account("password = { evn = \"CANARY\" }")), @r"
    error: dir/tollgate.toml:3:14: `password` is no reference by `env`, `file` or `command`
      |
    3 | password = [not shown]
    hint: did you mean `env`?
    ");
    insta::assert_snapshot!(problems(&with_account("password = { value = \"CANARY\" }")), @r#"
    error: dir/tollgate.toml:3:14: `password` is no reference by `env`, `file` or `command`
      |
    3 | password = [not shown]
    hint: a secret is `{ env = "VARIABLE" }`, `{ file = "PATH" }` or `{ command = ["PROGRAM", "ARGUMENT"] }`
    "#);
    insta::assert_snapshot!(problems(&with_account("password = { env = 3 }")), @r#"
    error: dir/tollgate.toml:3:1: `password` refers to something that is no text
      |
    3 | password = [not shown]
      | ^^^^^^^^
    hint: a secret is `{ env = "VARIABLE" }`, `{ file = "PATH" }` or `{ command = ["PROGRAM", "ARGUMENT"] }`
    "#);
    insta::assert_snapshot!(problems(&with_account("password = {}")), @r#"
    error: dir/tollgate.toml:3:1: `password` refers to 0 places, not to one
      |
    3 | password = [not shown]
      | ^^^^^^^^
    hint: a secret is `{ env = "VARIABLE" }`, `{ file = "PATH" }` or `{ command = ["PROGRAM", "ARGUMENT"] }`
    "#);
    insta::assert_snapshot!(problems(&with_account("password = [[\"CANARY\"]]")), @r"
    error: dir/tollgate.toml:3:1: `password` takes a text or a list of texts
      |
    3 | password = [not shown]
      | ^^^^^^^^
    ");
    insta::assert_snapshot!(problems(&with_account("password = \"CANARY")), @r#"
    error: dir/tollgate.toml:3:19: not TOML: invalid basic string, expected `"`
      |
    3 | password = [not shown]
    "#);
}

#[test]
fn limits_and_origins_are_checked() {
    insta::assert_snapshot!(problems("[limits]\nguest_memry = \"1MiB\"\npages = [1]"), @r#"
    error: dir/tollgate.toml:2:1: there is no limit "guest_memry"
      |
    2 | guest_memry = "1MiB"
      | ^^^^^^^^^^^
    hint: did you mean `guest_memory`?
    error: dir/tollgate.toml:3:9: `pages` takes a limit, not a list
      |
    3 | pages = [1]
      |         ^^^
    "#);
    insta::assert_snapshot!(problems("[limits]\nguest_memory = 128"), @r#"
    error: dir/tollgate.toml:2:16: the limit guest_memory cannot be "128"
      |
    2 | guest_memory = 128
      |                ^^^
    hint: a size is a number with a unit, such as `128MiB`, `64 KiB` or `500 bytes`
    "#);
    insta::assert_snapshot!(problems("[origins]\n\"app.icontact.com\" = \"http://127.0.0.1:1\""), @r#"
    error: dir/tollgate.toml:2:1: the origin `app.icontact.com` does not begin with https://
      |
    2 | "app.icontact.com" = "http://127.0.0.1:1"
      | ^^^^^^^^^^^^^^^^^^
    hint: an entry is `"https://HOST[:PORT]" = "http[s]://HOST[:PORT]"`
    "#);
    insta::assert_snapshot!(problems("[origins]\n\"https://app.icontact.com\" = \"127.0.0.1\""), @r#"
    error: dir/tollgate.toml:2:30: `https://app.icontact.com` takes the place where it is
      |
    2 | "https://app.icontact.com" = "127.0.0.1"
      |                              ^^^^^^^^^^^
    hint: an entry is `"https://HOST[:PORT]" = "http[s]://HOST[:PORT]"`
    "#);
}

#[test]
fn a_secret_in_the_wrong_table_is_not_shown() {
    for table in ["origins", "limits", "runs", "packages", "notify", "vault", "syncs.nightly"] {
        for line in
            ["password = \"canary\"", "password: canary", "username = \"x\" token = \"canary\""]
        {
            let shown = problems(&format!("[{table}]\n{line}\n"));
            assert!(!shown.contains("canary"), "{shown}");
        }
    }
}

#[test]
fn what_is_not_toml_is_told_with_its_line() {
    insta::assert_snapshot!(problems("[limits]\npages = \n"), @r"
    error: dir/tollgate.toml:2:9: not TOML: string values must be quoted, expected literal string
      |
    2 | pages =
    ");
    insta::assert_snapshot!(problems("[limits]\npages = 1\npages = 2\n"), @r"
    error: dir/tollgate.toml:3:1: not TOML: duplicate key
      |
    3 | pages = 2
      | ^^^^^
    ");
}

#[test]
fn a_vault_that_cannot_work_is_told_and_no_key_is_shown() {
    let text = "[vault]\nfile = 3\nkey = \"canary\"\nkye = \"canary\"\n";
    insta::assert_snapshot!(problems(text), @r#"
    error: dir/tollgate.toml:2:8: `file` takes a text in quotes, not a whole number
      |
    2 | file = [not shown]
    error: dir/tollgate.toml:3:1: `key` takes a reference to a key, never the key itself
      |
    3 | key = [not shown]
      | ^^^
    hint: for example `key = { env = "TOLLGATE_VAULT_KEY" }`
    error: dir/tollgate.toml:4:1: `[vault]` has no key `kye`
      |
    4 | kye = [not shown]
      | ^^^
    hint: did you mean `key`?
    "#);
    for (line, expected) in [
        ("file = \"\"", "`file` takes a path"),
        ("key = { command = [] }", "the command of `key` is no list of texts"),
        ("key = { command = \"canary\" }", "the command of `key` is no list of texts"),
        ("key = { command = [\"a\", 1] }", "the command of `key` is no list of texts"),
        ("key = { comand = [\"canary\"] }", "did you mean `command`?"),
        ("key = { env = \"\" }", "refers to something that is no text"),
    ] {
        let shown = problems(&format!("[vault]\n{line}\n"));
        assert!(shown.contains(expected), "{line}: {shown}");
        assert!(!shown.contains("canary"), "{shown}");
    }
}
