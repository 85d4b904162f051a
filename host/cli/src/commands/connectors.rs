//! `tollgate connectors`: what is installed.

use std::fs;

use clap::Args;
use serde::Serialize;

use crate::context::Context;
use crate::failure::Outcome;
use crate::host::Host;
use crate::lock::Installed;
use crate::{output, quantities};

const EXAMPLES: &str = "\
Examples:
  tollgate connectors
  tollgate connectors --json";

/// The arguments of `connectors`.
#[derive(Args, Debug)]
#[command(about = "List the installed connectors", after_help = EXAMPLES)]
pub struct ConnectorsArgs {}

/// An installed connector in `--json`.
#[derive(Serialize)]
struct InstalledView {
    id: String,
    version: String,
    title: Option<String>,
    streams: Vec<String>,
    interface_version: Option<String>,
    digest: String,
    /// Who signed it; `null` where nobody did.
    publisher: Option<String>,
    size_bytes: Option<u64>,
    granted_origins: Vec<String>,
    /// Why it cannot be used, where that is so.
    problem: Option<String>,
}

/// Lists the installed connectors. One that cannot be used does not hide the others.
///
/// # Errors
/// [`tollgate_model::ErrorKind::Config`] where the lock file cannot be read.
pub async fn run(_args: &ConnectorsArgs, context: &Context) -> Outcome {
    let host = Host::without_config(context)?;
    let mut views = Vec::new();
    for installed in host.lock().connectors() {
        views.push(view(&host, context, installed).await);
    }
    if context.args.json {
        return output::print_json(&views);
    }
    if views.is_empty() {
        context.messages.say("no connector is installed; `tollgate add FILE.wasm` installs one");
        return Ok(());
    }
    output::print(&text(&views, context.width()))
}

async fn view(host: &Host<'_>, context: &Context, installed: &Installed) -> InstalledView {
    let path = context.project.connector_path(installed);
    let view = InstalledView {
        id: installed.id.to_string(),
        version: installed.version.clone(),
        title: None,
        streams: Vec::new(),
        interface_version: None,
        digest: installed.digest.to_string(),
        publisher: installed.publisher().map(ToString::to_string),
        size_bytes: fs::metadata(path).ok().map(|metadata| metadata.len()),
        granted_origins: installed.granted_origins.iter().cloned().collect(),
        problem: None,
    };
    match host.connector(installed.id.as_str()).await {
        Ok(connector) => {
            let descriptor = connector.descriptor();
            InstalledView {
                title: Some(descriptor.title.clone()),
                streams: descriptor.streams.iter().map(|stream| stream.name.clone()).collect(),
                interface_version: connector.inspection().interface_version.clone(),
                ..view
            }
        }
        Err(error) => {
            let problem = match error.hint() {
                Some(hint) => format!("{error}; {hint}"),
                None => error.to_string(),
            };
            InstalledView { problem: Some(problem), ..view }
        }
    }
}

fn text(views: &[InstalledView], width: u16) -> String {
    let header = ["id", "version", "streams", "interface", "size", "digest", "signed by"];
    let mut table = output::table(&header, width);
    output::align_right(&mut table, &[2, 4]);
    for view in views {
        let unknown = || "?".to_owned();
        table.add_row([
            view.id.clone(),
            output::line(&view.version),
            match &view.problem {
                None => view.streams.len().to_string(),
                Some(_) => unknown(),
            },
            view.interface_version.as_deref().map_or_else(unknown, output::line),
            view.size_bytes.map_or_else(unknown, quantities::size),
            short_digest(&view.digest),
            view.publisher.as_deref().map_or("nobody".to_owned(), short_key),
        ]);
    }
    let mut text = output::indented(&table, 0);
    for view in views {
        if let Some(problem) = &view.problem {
            text.push_str(&format!("\n{} cannot be used: {}\n", view.id, output::line(problem)));
        }
    }
    text
}

/// Enough of a key to tell publishers apart who do not deceive; `--json` has all of it.
fn short_key(key: &str) -> String {
    const SHOWN: usize = "ed25519:".len() + 12;
    key.get(..SHOWN).map_or_else(|| key.to_owned(), |start| format!("{start}…"))
}

/// Enough of a digest to tell two files apart; `--json` has all of it.
pub fn short_digest(digest: &str) -> String {
    const SHOWN: usize = "sha256:".len() + 12;
    match digest.get(..SHOWN) {
        Some(start) if digest.len() > SHOWN => format!("{start}…"),
        _ => digest.to_owned(),
    }
}
