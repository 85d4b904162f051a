//! `tollgate config show`: each value with its origin.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;
use tollgate_model::FieldKind;
use tollgate_runs::Keep;
use tollgate_vault::{KeySource, SecretRef};

use crate::config::{
    AccountConfig, Config, FieldValue, RunsConfig, Scheduled, Streams, SyncConfig, TIMEOUT_DEFAULT,
};
use crate::context::Context;
use crate::expand::Expand;
use crate::failure::Outcome;
use crate::host::Host;
use crate::limits::LIMITS;
use crate::modes;
use crate::origin::Origin;
use crate::output::{self, line};
use crate::process::ProcessSettings;
use crate::quantities;

/// An account and one of its fields.
type FieldKey = (String, String);

/// A value and where it comes from.
#[derive(Serialize)]
struct Entry {
    key: String,
    value: String,
    origin: String,
}

/// Shows the configuration.
///
/// # Errors
/// [`tollgate_model::ErrorKind::Config`] where the file is faulty.
pub async fn run(context: &Context) -> Outcome {
    let (host, config) = Host::with_config(context)?;
    let mut public = BTreeSet::new();
    for account in &config.accounts {
        public.extend(public_fields(&host, account).await);
    }
    let entries = entries(context, &config, host.settings(), &public);
    if context.args.json {
        return output::print_json(&entries);
    }
    let mut table = output::table(&["key", "value", "from"], context.width());
    for Entry { key, value, origin } in &entries {
        table.add_row([line(key), line(value), origin.clone()]);
    }
    output::print(&output::indented(&table, 0))
}

/// The fields of an account whose values are no secrets, as far as its connector can be asked.
async fn public_fields(host: &Host<'_>, account: &AccountConfig) -> Vec<FieldKey> {
    let Ok(connector) = host.connector(account.connector.get_ref().as_str()).await else {
        return Vec::new();
    };
    let descriptor = connector.descriptor();
    let of_methods = descriptor.auth_methods.iter().flat_map(|method| &method.fields);
    let fields: Vec<_> = descriptor.account_fields.iter().chain(of_methods).collect();
    let is_public = |name: &&String| {
        let mut same = fields.iter().filter(|field| field.name == **name).peekable();
        same.peek().is_some() && same.all(|field| field.kind != FieldKind::Secret)
    };
    let names = account.fields.keys().filter(is_public);
    names.map(|name| (account.name.to_string(), name.clone())).collect()
}

fn entries(
    context: &Context,
    config: &Config,
    settings: &ProcessSettings,
    public: &BTreeSet<FieldKey>,
) -> Vec<Entry> {
    let mut list = List { config, public, entries: Vec::new() };
    let path = context.project.config_path().display().to_string();
    list.add("config", path, context.project.origin());
    match &settings.cache_dir {
        Some((folder, origin)) => list.add("cache_dir", folder.display().to_string(), *origin),
        None => list.add("cache_dir", "none".to_owned(), Origin::Default),
    }
    if let Some(file) = &settings.ca_file {
        list.add("ca_file", file.display().to_string(), Origin::Flag("--ca-file"));
    }
    let vault = context.vault_settings(Some(config));
    list.add("vault.file", vault.path.display().to_string(), vault.path_origin);
    let key = match &vault.key {
        KeySource::Reference(reference) => place(reference),
        KeySource::OwnFile(path) => format!("file {}", path.display()),
        KeySource::Given(_) => "given".to_owned(),
    };
    list.add("vault.key", key, vault.key_origin);
    list.runs(context);
    list.notify();
    for account in &config.accounts {
        list.account(account);
    }
    for sync in &config.syncs {
        list.sync(sync);
    }
    for (remap, origin) in &settings.remaps {
        list.add(
            &format!("origins.{:?}", remap.from().to_string()),
            remap.to().to_string(),
            *origin,
        );
    }
    for limit in LIMITS {
        let key = format!("limits.{}", limit.key);
        list.add(&key, limit.show(&settings.limits), settings.limit_origin(limit.key));
    }
    list.entries
}

/// What becomes of rows where the file says nothing.
const MODE_DEFAULT: &str = "merge or replace, by the stream";

/// Where a secret lies, in a few words. Of a command only its name: its arguments may be anything.
pub fn place(reference: &SecretRef) -> String {
    match reference {
        SecretRef::Env(variable) => format!("env {variable}"),
        SecretRef::File(path) => format!("file {}", path.display()),
        SecretRef::Command(words) => {
            format!("command {}", words.first().map_or("", String::as_str))
        }
    }
}

/// The entries while they are collected.
struct List<'a> {
    config: &'a Config,
    public: &'a BTreeSet<FieldKey>,
    entries: Vec<Entry>,
}

impl List<'_> {
    fn add(&mut self, key: &str, value: String, origin: Origin) {
        self.entries.push(Entry { key: key.to_owned(), value, origin: origin.to_string() });
    }

    /// A value of the file where there is one, else its default.
    fn add_or(&mut self, key: &str, value: Option<(String, usize)>, default: &str) {
        match value {
            Some((value, position)) => self.add(key, value, self.at(position)),
            None => self.add(key, default.to_owned(), Origin::Default),
        }
    }

    fn at(&self, position: usize) -> Origin {
        Origin::File(self.config.source.line(position))
    }

    fn runs(&mut self, context: &Context) {
        let RunsConfig { file, per_sync, days, log_lines } = &self.config.runs;
        let set =
            file.as_ref().map(|file| (file.get_ref().display().to_string(), file.span().start));
        let default = context.project.runs_path().display().to_string();
        self.add_or("runs.file", set, &default);
        let keep = Keep::default();
        for (key, set, default) in [
            ("runs.per_sync", per_sync, keep.runs_per_sync),
            ("runs.days", days, keep.days),
            ("runs.log_lines", log_lines, keep.log_lines),
        ] {
            let set = set.as_ref().map(|set| (set.get_ref().to_string(), set.span().start));
            self.add_or(key, set, &default.to_string());
        }
    }

    /// Of the command only the program, as with secrets: a webhook's address often is one.
    fn notify(&mut self) {
        let notify = self.config.notify.as_ref();
        let command = notify.map(|notify| {
            let program = notify.command.get_ref().first().cloned().unwrap_or_default();
            (program, notify.command.span().start)
        });
        self.add_or("notify.command", command, "none");
        let timeout = notify.and_then(|notify| notify.timeout.as_ref());
        let timeout = timeout.map(|set| (quantities::duration(*set.get_ref()), set.span().start));
        self.add_or("notify.timeout", timeout, &quantities::duration(TIMEOUT_DEFAULT));
    }

    fn account(&mut self, account: &AccountConfig) {
        let key = |name: &str| format!("accounts.{}.{name}", account.name);
        let start = account.span.start;
        let connector = account.connector.get_ref().to_string();
        self.add(&key("connector"), connector, self.at(account.connector.span().start));
        let auth = account.auth.as_ref().map(|auth| (auth.get_ref().clone(), auth.span().start));
        self.add_or(&key("auth"), auth, "the connector's first");
        let zone = account.time_zone.as_ref().map(|zone| {
            (zone.get_ref().iana_name().unwrap_or("UTC").to_owned(), zone.span().start)
        });
        self.add_or(&key("time_zone"), zone, "UTC");
        let rate = account.requests_per_second.map(|rate| (rate.to_string(), start));
        self.add_or(&key("requests_per_second"), rate, "the connector's own");
        let at_once = account.concurrent_requests.map(|number| (number.to_string(), start));
        self.add_or(&key("concurrent_requests"), at_once, "the connector's own");
        for (name, field) in &account.fields {
            let value = match &field.value {
                FieldValue::Plain(values) => self.plain(account, name, values),
                FieldValue::Reference(reference) => place(reference),
            };
            self.add(&key(name), value, self.at(field.span.start));
        }
    }

    /// A value that stands where a secret belongs is not shown, and no more is one of which nobody
    /// can tell whether it does.
    fn plain(&self, account: &AccountConfig, name: &str, values: &[String]) -> String {
        match self.public.contains(&(account.name.to_string(), name.to_owned())) {
            true => values.join(", "),
            false => "[not shown]".to_owned(),
        }
    }

    fn sync(&mut self, sync: &SyncConfig) {
        let key = |name: &str| format!("syncs.{}.{name}", sync.name);
        let start = sync.span.start;
        let account = sync.account.get_ref().to_string();
        self.add(&key("account"), account, self.at(sync.account.span().start));
        let streams = match &sync.streams {
            Streams::All => "all".to_owned(),
            Streams::Named(streams) => streams
                .iter()
                .map(|stream| stream.get_ref().as_str())
                .collect::<Vec<_>>()
                .join(", "),
        };
        self.add(&key("streams"), streams, self.at(start));
        let to = sync.to.get_ref();
        self.add(&key("to"), to.target.to_string(), self.at(sync.to.span().start));
        if let Some(reference) = &to.password {
            self.add(&key("to.password"), place(reference), self.at(sync.to.span().start));
        }
        for (name, values) in &sync.options {
            self.add(&key(&format!("options.{name}")), values.join(", "), self.at(start));
        }
        let columns = Some(sync.columns.join(", ")).filter(|columns| !columns.is_empty());
        let names = pairs(&sync.changes.names);
        let types = pairs(&sync.changes.types);
        let widen = sync.widen.then(|| "true".to_owned());
        let expand = Some(sync.expand.show()).filter(|_| sync.expand != Expand::Nothing);
        let scheduled = sync.scheduled.as_ref();
        let schedule = scheduled.map(|scheduled| scheduled.schedule.get_ref().to_string());
        let retry = scheduled.map(|Scheduled { retry, .. }| {
            let delay = quantities::duration(retry.delay.unsigned_abs());
            format!("{} attempts, {delay} apart", retry.attempts)
        });
        let optional = [
            ("columns", columns, "all"),
            ("rename", names, "none"),
            ("types", types, "none"),
            ("widen", widen, "false"),
            ("table", sync.table.clone(), "called like the stream"),
            ("expand", expand, "false"),
            ("mode", sync.mode.map(|mode| modes::name(mode).to_owned()), MODE_DEFAULT),
            ("deletes", sync.deletes.map(|it| modes::deletes_name(it).to_owned()), "remove"),
            ("concurrency", sync.concurrency.map(|number| number.to_string()), "4"),
            ("part_retries", sync.part_retries.map(|number| number.to_string()), "2"),
            ("limit", sync.limit.map(|number| number.to_string()), "all"),
            ("history", sync.history.clone(), "all"),
            ("schedule", schedule, "none"),
            ("retry", retry, "none"),
        ];
        for (name, value, default) in optional {
            self.add_or(&key(name), value.map(|value| (value, start)), default);
        }
    }
}

/// Columns with what each is to be; `None` where there are none.
fn pairs<T: std::fmt::Display>(changes: &BTreeMap<String, T>) -> Option<String> {
    let pairs: Vec<String> = changes.iter().map(|(key, to)| format!("{key} = {to}")).collect();
    (!pairs.is_empty()).then(|| pairs.join(", "))
}
