//! `tollgate add`: installs a connector, after showing what it asks for.

use std::collections::BTreeSet;
use std::io::{self, IsTerminal};
use std::path::PathBuf;

use clap::Args;
use tollgate_model::origin::Origin;
use tollgate_model::{ConnectorId, Descriptor, Error, ErrorKind, Result, near_miss};
use tollgate_runtime::Connector;

use super::ask;
use super::inspect;
use super::screen::screen;
use crate::context::Context;
use crate::failure::Outcome;
use crate::host::{Host, declared};
use crate::lock::{Installed, Lock, write_atomically};
use crate::output::line;
use crate::{output, quantities};

const EXAMPLES: &str = "\
Examples:
  tollgate add icontact.wasm                                        look, then answer y or n
  tollgate add icontact.wasm --grant                                grant all it wants
  tollgate add icontact.wasm --grant-origin https://app.icontact.com  grant this origin alone";

/// The arguments of `add`.
#[derive(Args, Debug)]
#[command(
    about = "Install a connector, after showing what it asks for",
    after_help = EXAMPLES,
    long_about = "Install a connector, after showing what it asks for.\n\nThe file is copied to \
                  connectors/ beside tollgate.toml; its digest and the granted origins are recorded \
                  in tollgate.lock. A file that changes, or asks for more, is refused by every \
                  command until it is added again."
)]
pub struct AddArgs {
    /// The component file
    #[arg(value_name = "FILE.wasm")]
    pub file: PathBuf,

    /// Grant every origin that it wants to reach, without asking
    #[arg(long, conflicts_with = "grant_origins")]
    pub grant: bool,

    /// Grant this origin, without asking (repeatable); the others are refused
    #[arg(long = "grant-origin", value_name = "ORIGIN")]
    pub grant_origins: Vec<String>,
}

/// Shows the permission screen, has it granted, and installs the connector.
///
/// # Errors
/// [`ErrorKind::Config`] where the file is no connector, an origin is not one of its own, or nobody
/// granted anything; [`ErrorKind::Destination`] where it cannot be installed.
pub async fn run(args: &AddArgs, context: &Context) -> Outcome {
    let host = Host::without_config(context)?;
    let wasm = inspect::read(&args.file)?;
    let loaded = host.runtime().load(&wasm).await;
    let connector = loaded.map_err(|error| error.context(args.file.display()))?;
    let descriptor = connector.descriptor();
    let id: ConnectorId = descriptor.id.parse()?;

    output::print(&screen(connector.inspection(), Some(descriptor), context.width()))?;
    output::print(&changes(host.lock(), &connector))?;
    let granted_origins = granted(args, descriptor, context).await?;

    write_atomically(&context.project.component_path(&id), &wasm)?;
    let mut lock = context.project.load_lock()?;
    lock.insert(Installed {
        id: id.clone(),
        version: descriptor.version.clone(),
        digest: *connector.digest(),
        granted_origins,
        declared: declared(&connector),
    });
    lock.save(&context.project.lock_path())?;
    context.messages.say(&format!(
        "installed {id} {} with {}; `tollgate init {id}` writes a configuration for it",
        descriptor.version,
        quantities::counted(descriptor.streams.len() as u64, "stream")
    ));
    Ok(())
}

/// What is different from the connector of the same id that is installed.
fn changes(lock: &Lock, connector: &Connector) -> String {
    let Some(installed) = lock.find(&connector.descriptor().id) else { return String::new() };
    if installed.digest == *connector.digest() {
        return format!("\nInstalled already: {} {}\n", installed.id, line(&installed.version));
    }
    let now = declared(connector);
    let more = now.beyond(&installed.declared).into_iter().map(|text| format!("+ {text}"));
    let less = installed.declared.beyond(&now).into_iter().map(|text| format!("- {text}"));
    let lines: Vec<String> = more.chain(less).map(|text| format!("  {}\n", line(&text))).collect();
    let version = line(&installed.version);
    match lines.is_empty() {
        true => format!("\nReplaces {} {version}, asking for the same\n", installed.id),
        false => format!("\nReplaces {} {version}, asking for\n{}", installed.id, lines.concat()),
    }
}

async fn granted(
    args: &AddArgs,
    descriptor: &Descriptor,
    context: &Context,
) -> Result<BTreeSet<String>> {
    if !args.grant_origins.is_empty() {
        return chosen(&args.grant_origins, descriptor);
    }
    if !args.grant && !answered_yes(context).await? {
        return Err(Error::new(ErrorKind::Config, "nothing was granted, so nothing is installed"));
    }
    Ok(descriptor.origins.iter().cloned().collect())
}

/// The chosen origins: each has to lie within one that the connector wants.
fn chosen(origins: &[String], descriptor: &Descriptor) -> Result<BTreeSet<String>> {
    let declared = || descriptor.origins.iter().map(String::as_str);
    for text in origins {
        let origin: Origin = text.parse().map_err(|error: Error| {
            Error::new(ErrorKind::Config, error.message())
                .with_hint(error.hint().unwrap_or_default())
        })?;
        let within =
            |wanted: &str| wanted.parse().is_ok_and(|wanted: Origin| wanted.covers(&origin));
        if !declared().any(within) {
            let message = format!("{} does not want to reach {origin}", descriptor.id);
            return Err(
                Error::new(ErrorKind::Config, message).with_hint(near_miss::hint(text, declared()))
            );
        }
    }
    Ok(origins.iter().cloned().collect())
}

/// Only a person at a terminal can be asked.
async fn answered_yes(context: &Context) -> Result<bool> {
    let is_person = io::stdin().is_terminal() && context.messages.is_terminal();
    if !is_person {
        return Err(Error::new(
            ErrorKind::Config,
            "there is no terminal to ask whether to grant this",
        )
        .with_hint("--grant grants all of it, --grant-origin ORIGIN a part"));
    }
    ask::yes("\nGrant this?".to_owned()).await.map_err(|error| {
        Error::new(ErrorKind::Config, "cannot ask whether to grant this").with_source(error)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_wanted_can_be_granted() {
        let descriptor = Descriptor {
            id: "a".to_owned(),
            version: "1.0.0".to_owned(),
            title: String::new(),
            description: String::new(),
            account_fields: Vec::new(),
            auth_methods: Vec::new(),
            origins: vec!["https://a.example.com".into(), "https://*.b.example.com".into()],
            rate_limits: Vec::new(),
            limit_signs: Vec::new(),
            concurrent_requests: 1,
            reads_by_post: Vec::new(),
            streams: Vec::new(),
        };
        let grant = |text: &str| chosen(&[text.to_owned()], &descriptor);
        for good in ["https://a.example.com", "https://x.b.example.com", "https://*.b.example.com"]
        {
            assert_eq!(grant(good).unwrap().len(), 1, "{good}");
        }
        for bad in ["https://b.example.com", "http://a.example.com", "https://*.example.com", "a"] {
            assert_eq!(grant(bad).unwrap_err().kind(), ErrorKind::Config, "{bad}");
        }
    }
}
