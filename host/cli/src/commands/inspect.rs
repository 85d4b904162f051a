//! `tollgate inspect`: the permission screen of a component file or a package.

use std::path::PathBuf;

use clap::Args;
use serde::Serialize;
use tollgate_model::Error;

use super::add::publisher::Standing;
use super::screen::screen;
use crate::context::Context;
use crate::failure::Outcome;
use crate::file::{self, Content};
use crate::host::Host;
use crate::output;
use crate::views::{ConnectorView, InspectionView, PackageView};

const EXAMPLES: &str = "\
Examples:
  tollgate inspect icontact.wasm
  tollgate inspect icontact-1.2.0.tollgate
  tollgate inspect icontact.wasm --json";

/// The arguments of `inspect`.
#[derive(Args, Debug)]
#[command(
    about = "Look at a component or package: who signed it, and what it asks for",
    after_help = EXAMPLES,
    long_about = "Look at a component or package: who signed it, what it imports, which origins it \
                  wants, where credentials go.\n\nA package whose signature does not hold is an \
                  error. Imports and exports are read from the file itself. An \
                  interface that is not imported cannot be used, so the list is what the component \
                  could ever do. The rest is its own description, for which it runs without network."
)]
pub struct InspectArgs {
    /// The component file or package
    #[arg(value_name = "FILE")]
    pub file: PathBuf,
}

/// A component file in `--json`.
#[derive(Serialize)]
struct FileView {
    file: String,
    /// `null` where it is a bare component, which nobody signed.
    package: Option<PackageView>,
    component: InspectionView,
    connector: Option<ConnectorView>,
    /// Why it cannot be loaded, where that is so.
    problem: Option<String>,
}

/// Shows what a component asks for.
///
/// # Errors
/// [`tollgate_model::ErrorKind::Config`] where the file is no component, or a package whose signature
/// does not hold; where it is one and cannot be loaded, that is told after its imports and exports.
pub async fn run(args: &InspectArgs, context: &Context) -> Outcome {
    let host = Host::without_config(context)?;
    let in_file = |error: Error| error.context(args.file.display());
    let limits = &host.settings().limits;
    let bytes = file::read(&args.file, limits)?;
    let content = Content::of(&bytes, limits).map_err(in_file)?;
    let inspection = host.runtime().inspect(content.component()).map_err(in_file)?;
    let loaded = host.look_at(&content).await;
    let descriptor = loaded.as_ref().ok().map(|connector| connector.descriptor());
    // Who is trusted matters to what is added; a file can be looked at without.
    let packages = host.packages().cloned().unwrap_or_default();
    if context.args.json {
        let name = content.publisher().and_then(|publisher| packages.name_of(publisher));
        output::print_json(&FileView {
            file: args.file.display().to_string(),
            package: content.package().map(|package| PackageView::of(package, name)),
            component: InspectionView::from(&inspection),
            connector: descriptor.map(ConnectorView::from),
            problem: loaded.as_ref().err().map(ToString::to_string),
        })?;
    } else {
        let publisher = content.publisher();
        let installed = descriptor.and_then(|descriptor| host.lock().find(&descriptor.id));
        let shown = Standing::of(publisher, installed, None, &packages).told(publisher);
        output::print(&screen(&inspection, descriptor, &shown, context.width()))?;
    }
    loaded.map_err(in_file)?;
    Ok(())
}
