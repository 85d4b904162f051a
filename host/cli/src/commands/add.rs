//! `tollgate add`: installs a connector, after showing what it asks for.

pub mod publisher;

use std::collections::BTreeSet;
use std::fs;
use std::io::{self, IsTerminal};
use std::path::PathBuf;

use clap::Args;
use tollgate_model::origin::Origin;
use tollgate_model::{ConnectorId, Descriptor, Error, ErrorKind, Result, Version, near_miss};
use tollgate_runtime::{Connector, PublicKey};

use super::ask;
use super::screen::screen;
use crate::context::Context;
use crate::failure::Outcome;
use crate::file::{self, Content};
use crate::host::Host;
use crate::lock::{Installed, Lock, Signed, write_atomically};
use crate::output::line;
use crate::{output, quantities};
use publisher::{Standing, Told};

const EXAMPLES: &str = "\
Examples:
  tollgate add icontact.wasm                                        look, then answer y or n
  tollgate add icontact.wasm --grant                                grant all it wants
  tollgate add icontact-1.2.0.tollgate --grant --trust ed25519:…    and trust its publisher
  tollgate add icontact.wasm --grant-origin https://app.icontact.com  grant this origin alone";

/// The arguments of `add`.
#[derive(Args, Debug)]
#[command(
    about = "Install a connector, after showing what it asks for",
    after_help = EXAMPLES,
    long_about = "Install a connector, after showing what it asks for.\n\nThe file is copied to \
                  connectors/ beside tollgate.toml; its digest, its publisher and the granted \
                  origins are recorded in tollgate.lock. A file that changes, or asks for more, is \
                  refused by every command until it is added again.\n\nA package is added where its \
                  signature holds. To grant it at the terminal is to trust its publisher too; \
                  without a terminal, --trust or [packages] in tollgate.toml names whom to trust. \
                  Another publisher than that of the installed connector is refused."
)]
pub struct AddArgs {
    /// The package, or a component file that nobody signed
    #[arg(value_name = "FILE")]
    pub file: PathBuf,

    /// Grant every origin that it wants to reach, without asking
    #[arg(long, conflicts_with = "grant_origins")]
    pub grant: bool,

    /// Grant this origin, without asking (repeatable); the others are refused
    #[arg(long = "grant-origin", value_name = "ORIGIN")]
    pub grant_origins: Vec<String>,

    /// Trust this publisher; a file that it did not sign is refused
    #[arg(long, value_name = "KEY")]
    pub trust: Option<PublicKey>,

    /// Accept another publisher than that of the installed connector
    #[arg(long)]
    pub replace_publisher: bool,
}

/// Shows the permission screen, has it granted, and installs the connector.
///
/// # Errors
/// [`ErrorKind::Config`] where the file is no connector, its signature does not hold, its publisher
/// is not trusted, an origin is not one of its own, or nobody granted anything;
/// [`ErrorKind::Destination`] where it cannot be installed.
pub async fn run(args: &AddArgs, context: &Context) -> Outcome {
    let host = Host::without_config(context)?;
    let in_file = |error: Error| error.context(args.file.display());
    let limits = &host.settings().limits;
    let bytes = file::read(&args.file, limits)?;
    let content = Content::of(&bytes, limits).map_err(in_file)?;
    let connector = host.look_at(&content).await.map_err(in_file)?;
    let descriptor = connector.descriptor();
    let id: ConnectorId = descriptor.id.parse()?;
    let publisher = content.publisher();
    let before = host.lock().find(id.as_str());
    let told = Told { trust: args.trust.as_ref(), replace: args.replace_publisher };
    let standing = publisher::admit(&id, publisher, before, told, host.packages()?)?;

    let shown = standing.told(publisher);
    output::print(&screen(connector.inspection(), Some(descriptor), &shown, context.width()))?;
    output::print(&changes(host.lock(), &connector, publisher))?;
    let granted_origins = granted(args, descriptor, &standing, publisher, context).await?;

    let installed = Installed {
        id: id.clone(),
        version: descriptor.version.clone(),
        digest: *connector.digest(),
        signed: content.package().map(|package| Signed {
            publisher: package.manifest().publisher,
            manifest: *package.manifest_digest(),
        }),
        granted_origins,
        declared: connector.declared(),
    };
    install(installed, &bytes, context)?;
    context.messages.say(&format!(
        "installed {id} {} with {}; `tollgate init {id}` writes a configuration for it",
        descriptor.version,
        quantities::counted(descriptor.streams.len() as u64, "stream")
    ));
    Ok(())
}

/// Puts the file in its place, and then the entry into the lock file.
fn install(installed: Installed, bytes: &[u8], context: &Context) -> Outcome {
    let path = context.project.connector_path(&installed);
    write_atomically(&path, bytes)?;
    let mut lock = context.project.load_lock()?;
    let before = lock.find(installed.id.as_str()).map(|old| context.project.connector_path(old));
    lock.insert(installed);
    lock.save(&context.project.lock_path())?;
    if let Some(before) = before.filter(|before| *before != path) {
        // Nothing refers to it any more; where it cannot be removed, it does no harm.
        let _ = fs::remove_file(before);
    }
    Ok(())
}

/// What is different from the connector of the same id that is installed.
fn changes(lock: &Lock, connector: &Connector, publisher: Option<&PublicKey>) -> String {
    let descriptor = connector.descriptor();
    let Some(installed) = lock.find(&descriptor.id) else { return String::new() };
    let (id, version) = (&installed.id, line(&installed.version));
    if installed.digest == *connector.digest() && installed.publisher() == publisher {
        return format!("\nInstalled already: {id} {version}\n");
    }
    let now = connector.declared();
    let more = now.beyond(&installed.declared).into_iter().map(|text| format!("+ {text}"));
    let less = installed.declared.beyond(&now).into_iter().map(|text| format!("- {text}"));
    let lines: Vec<String> = more.chain(less).map(|text| format!("  {}\n", line(&text))).collect();
    let older = is_older(&descriptor.version, &installed.version);
    let older = if older { ", which is newer than this" } else { "" };
    let asking = match lines.is_empty() {
        true => "asking for the same\n".to_owned(),
        false => format!("asking for\n{}", lines.concat()),
    };
    let signed = match (installed.publisher(), publisher) {
        (before, now) if before == now => String::new(),
        (None, _) => "It was not signed before\n".to_owned(),
        (Some(key), None) => format!("ITS PUBLISHER WAS {key}, and now nobody signed it\n"),
        (Some(key), Some(_)) => format!("ITS PUBLISHER WAS {key}\n"),
    };
    format!("\nReplaces {id} {version}{older}, {asking}{signed}")
}

/// Whether a version is older than another; of texts that are none, nobody can tell.
fn is_older(version: &str, than: &str) -> bool {
    let parsed = (version.parse::<Version>(), than.parse::<Version>());
    matches!(parsed, (Ok(version), Ok(than)) if version < than)
}

/// The granted origins. A publisher that nobody knows has to be trusted by a person who sees its key.
async fn granted(
    args: &AddArgs,
    descriptor: &Descriptor,
    standing: &Standing,
    publisher: Option<&PublicKey>,
    context: &Context,
) -> Result<BTreeSet<String>> {
    let is_granted = args.grant || !args.grant_origins.is_empty();
    let unknown = publisher.filter(|_| *standing == Standing::Unknown);
    match (is_granted, unknown) {
        (true, Some(key)) => return Err(nobody_trusts(&descriptor.id, key)),
        (true, None) => {}
        (false, _) => {
            let question = match unknown {
                Some(_) => "\nGrant this, and trust its publisher?",
                None => "\nGrant this?",
            };
            if !answered_yes(question, context).await? {
                let message = "nothing was granted, so nothing is installed";
                return Err(Error::new(ErrorKind::Config, message));
            }
        }
    }
    if !args.grant_origins.is_empty() {
        return chosen(&args.grant_origins, descriptor);
    }
    Ok(descriptor.origins.iter().cloned().collect())
}

fn nobody_trusts(id: &str, key: &PublicKey) -> Error {
    let message = format!("{id} is signed by {key}, and nobody has said that it is trusted");
    Error::new(ErrorKind::Config, message).with_hint(format!(
        "compare the key with what its publisher tells elsewhere, then add --trust {key}"
    ))
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
async fn answered_yes(question: &str, context: &Context) -> Result<bool> {
    let is_person = io::stdin().is_terminal() && context.messages.is_terminal();
    if !is_person {
        return Err(Error::new(
            ErrorKind::Config,
            "there is no terminal to ask whether to grant this",
        )
        .with_hint("--grant grants all of it, --grant-origin ORIGIN a part"));
    }
    ask::yes(question.to_owned()).await.map_err(|error| {
        Error::new(ErrorKind::Config, "cannot ask whether to grant this").with_source(error)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_version_is_older_by_its_numbers() {
        assert!(is_older("1.9.0", "1.10.0"));
        assert!(!is_older("1.10.0", "1.9.0") && !is_older("1.9.0", "1.9.0"));
        assert!(!is_older("1.9.0", "\u{1b}"));
    }

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
