use std::path::Path;

use clap::Parser;

use super::*;
use crate::args::{Cli, Command};
use crate::environment::Environment;
use crate::failure::Failure;

const FILE: &str = r#"
[accounts.acme]
connector = "icontact"

[syncs.nightly]
account = "acme"
streams = ["contacts", "lists"]
options = { status = "normal" }
columns = ["email"]
to = "out.db"
table = "ic_"
mode = "append"
concurrency = 2
limit = 100

[syncs.weekly]
account = "acme"
stream = "sends"
to = "/data/out.db"
"#;

fn with_file(file: &str, line: &str) -> Outcome<Vec<Job>> {
    let words = ["tollgate", "sync"].into_iter().chain(line.split_whitespace());
    let cli = Cli::try_parse_from(words).unwrap();
    let Command::Sync(args) = cli.command else { panic!("another command") };
    let environment = Environment { config: Some("dir/t.toml".into()), ..Environment::default() };
    let project = Project::of(&cli.global, &environment);
    let config = Config::parse(Source::new(Path::new("dir/t.toml"), file.to_owned())).unwrap();
    jobs(&args, &config, &project)
}

fn jobs_of(line: &str) -> Outcome<Vec<Job>> {
    with_file(FILE, line)
}

fn refusal(outcome: Outcome<Vec<Job>>) -> String {
    match outcome {
        Err(Failure::Errors(errors)) => errors[0].to_string(),
        other => panic!("not refused: {other:?}"),
    }
}

fn stream_names(job: &Job) -> Vec<&str> {
    let Streams::Named(streams) = &job.streams else { return vec!["all"] };
    streams.iter().map(|stream| stream.get_ref().as_str()).collect()
}

#[test]
fn without_names_every_sync_of_the_file_runs_in_its_order() {
    let jobs = jobs_of("").unwrap();
    let labels: Vec<&str> = jobs.iter().map(|job| job.label.as_str()).collect();
    assert_eq!(labels, ["nightly", "weekly"]);
    assert_eq!(jobs[0].to.to_string(), "sqlite:dir/out.db");
    assert_eq!(jobs[1].to.to_string(), "sqlite:/data/out.db");
    assert_eq!((jobs[0].mode, jobs[1].mode), (Some(Mode::Append), None));
    assert_eq!((jobs[0].limit, jobs[0].concurrency), (Some(100), Some(2)));
}

#[test]
fn flags_come_before_the_file() {
    let line = "nightly --stream lists --limit 5 --mode replace --to csv:x --columns a,b \
                --option status=pending --option more=1 --concurrency 7 --table t";
    let job = &jobs_of(line).unwrap()[0];
    assert_eq!(stream_names(job), ["lists"]);
    assert_eq!((job.limit, job.concurrency), (Some(5), Some(7)));
    assert_eq!((job.mode, job.to.to_string().as_str()), (Some(Mode::Replace), "csv:x"));
    assert_eq!(job.columns, ["a", "b"]);
    assert_eq!(job.options["status"], ["pending"]);
    assert_eq!(job.options["more"], ["1"]);
    assert_eq!(job.table("lists", 1), "t");
}

#[test]
fn a_table_is_a_prefix_where_there_are_several_streams() {
    let jobs = jobs_of("").unwrap();
    assert_eq!(jobs[0].table("lists", 2), "ic_lists");
    assert_eq!(jobs[0].table("lists", 1), "ic_");
    assert_eq!(jobs[1].table("sends", 1), "sends");
}

#[test]
fn streams_without_a_name_are_a_sync_of_their_own() {
    let jobs = jobs_of("--stream contacts --stream sends --to out.db").unwrap();
    assert_eq!(jobs.len(), 1);
    assert_eq!(
        (jobs[0].label.as_str(), jobs[0].to.to_string().as_str()),
        ("acme", "sqlite:out.db")
    );
    assert_eq!(stream_names(&jobs[0]), ["contacts", "sends"]);
    assert!(refusal(jobs_of("--stream contacts")).contains("--to"));
}

#[test]
fn a_database_has_a_schema_for_each_sync() {
    let file = FILE.replace("to = \"out.db\"", "to = { postgres = \"postgres://me@db/x\" }");
    let file = file.replace("\"/data/out.db\"", "\"postgres://me@db/x?schema=all&ca_file=ca\"");
    let jobs = with_file(&file, "").unwrap();
    assert_eq!(jobs[0].to.to_string(), "postgres://me@db:5432/x?schema=nightly");
    assert_eq!(jobs[1].to.to_string(), "postgres://me@db:5432/x?schema=all&ca_file=dir/ca");
    assert_ne!(jobs[0].to.place(), jobs[1].to.place());
    let job = &jobs_of("--stream contacts --to postgres://me@db/x").unwrap()[0];
    assert_eq!(job.to.to_string(), "postgres://me@db:5432/x?schema=acme");
    assert!(job.to.merges());
}

#[test]
fn the_secrets_of_the_file_are_for_the_destination_of_the_file() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("password");
    std::fs::write(&path, "canary\n").unwrap();
    let to = format!(
        "to = {{ postgres = \"postgres://me@db/x\", password = {{ file = {:?} }} }}",
        path.display().to_string()
    );
    let file = FILE.replace("to = \"out.db\"", &to);
    let messages = Messages::of(&crate::args::GlobalArgs::default());
    let job = &with_file(&file, "nightly").unwrap()[0];
    assert!(job.secrets.secret.is_some() && job.access(&messages).is_ok());
    assert!(!format!("{job:?} {:?}", job.access(&messages)).contains("canary"));
    std::fs::remove_file(&path).unwrap();
    assert_eq!(job.access(&messages).unwrap_err().kind(), ErrorKind::Config);
    for line in ["nightly --to postgres://me@other/x", "nightly --to out.db"] {
        let job = &with_file(&file, line).unwrap()[0];
        assert!(job.secrets.secret.is_none() && job.access(&messages).is_ok());
    }
}

#[test]
fn a_destination_that_is_none_is_refused_without_its_password() {
    for to in ["out.csv", "postgres://me:canary@db/x", "s3://me:canary@acme"] {
        let refused = refusal(jobs_of(&format!("--stream contacts --to {to}")));
        assert!(!refused.contains("canary"), "{refused}");
    }
}

#[test]
fn what_is_not_there_is_told() {
    assert!(refusal(jobs_of("nigthly")).contains("there is no sync `nigthly`"));
    assert!(refusal(with_file("", "")).contains("has no sync"));
    assert!(refusal(with_file("", "--stream a --to b.db")).contains("has no account"));
}
