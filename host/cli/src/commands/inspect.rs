//! `tollgate inspect`: the permission screen of a component file.

use std::fs;
use std::path::{Path, PathBuf};

use clap::Args;
use serde::Serialize;
use tollgate_model::{Error, ErrorKind, Result};

use super::screen::screen;
use crate::context::Context;
use crate::failure::Outcome;
use crate::host::Host;
use crate::output;
use crate::views::{ConnectorView, InspectionView};

const EXAMPLES: &str = "\
Examples:
  tollgate inspect icontact.wasm
  tollgate inspect icontact.wasm --json";

/// The arguments of `inspect`.
#[derive(Args, Debug)]
#[command(
    about = "Look at a component file: what it imports, which origins it wants, where credentials go",
    after_help = EXAMPLES,
    long_about = "Look at a component file: what it imports, which origins it wants, where \
                  credentials go.\n\nImports and exports are read from the file itself. An \
                  interface that is not imported cannot be used, so the list is what the component \
                  could ever do. The rest is its own description, for which it runs without network."
)]
pub struct InspectArgs {
    /// The component file
    #[arg(value_name = "FILE.wasm")]
    pub file: PathBuf,
}

/// A component file in `--json`.
#[derive(Serialize)]
struct FileView {
    file: String,
    component: InspectionView,
    connector: Option<ConnectorView>,
    /// Why it cannot be loaded, where that is so.
    problem: Option<String>,
}

/// Shows what a component asks for.
///
/// # Errors
/// [`ErrorKind::Config`] where the file is no component; where it is one and cannot be loaded, that
/// is told after its imports and exports.
pub async fn run(args: &InspectArgs, context: &Context) -> Outcome {
    let host = Host::without_config(context)?;
    let wasm = read(&args.file)?;
    let inspection =
        host.runtime().inspect(&wasm).map_err(|error| error.context(args.file.display()))?;
    let loaded = host.runtime().load(&wasm).await;
    let descriptor = loaded.as_ref().ok().map(|connector| connector.descriptor());
    if context.args.json {
        output::print_json(&FileView {
            file: args.file.display().to_string(),
            component: InspectionView::from(&inspection),
            connector: descriptor.map(ConnectorView::from),
            problem: loaded.as_ref().err().map(ToString::to_string),
        })?;
    } else {
        output::print(&screen(&inspection, descriptor, context.width()))?;
    }
    loaded.map_err(|error| error.context(args.file.display()))?;
    Ok(())
}

/// The bytes of a component file.
///
/// # Errors
/// [`ErrorKind::Config`] where it cannot be read.
pub fn read(file: &Path) -> Result<Vec<u8>> {
    fs::read(file).map_err(|error| {
        Error::new(ErrorKind::Config, format!("cannot read {}", file.display())).with_source(error)
    })
}
