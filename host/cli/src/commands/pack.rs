//! `tollgate pack`: a component as a signed package.

use std::path::PathBuf;

use clap::Args;
use jiff::Timestamp;
use serde::Serialize;
use tollgate_model::{Error, ErrorKind};
use tollgate_package::{SigningKey, pack};

use crate::context::Context;
use crate::failure::Outcome;
use crate::file::{self, Content};
use crate::host::Host;
use crate::lock::write_atomically;
use crate::output;
use crate::views::PackageView;

const EXAMPLES: &str = "\
Examples:
  tollgate keys new acme.key
  tollgate pack acme_orders.wasm --key acme.key                 writes acme_orders-1.2.0.tollgate
  tollgate pack acme_orders.wasm --key <(pass show acme) -o out.tollgate";

/// The arguments of `pack`.
#[derive(Args, Debug)]
#[command(
    about = "Put a component into one file that is signed",
    after_help = EXAMPLES,
    long_about = "Put a component into one file that is signed.\n\nThe package has the component and \
                  a manifest: id, version, digest, and what the component asks for. `tollgate add` \
                  installs it where the signature holds and the manifest is true, and from then on \
                  both are looked at whenever it is loaded. The same input makes the same bytes."
)]
pub struct PackArgs {
    /// The component file
    #[arg(value_name = "FILE.wasm")]
    pub file: PathBuf,

    /// The file with the signing key; `tollgate keys new` makes one
    #[arg(long, value_name = "FILE")]
    pub key: PathBuf,

    /// The file that is written [default: ID-VERSION.tollgate]
    #[arg(short, long, value_name = "FILE")]
    pub output: Option<PathBuf>,

    /// A time to be told in the manifest, such as 2026-01-31T12:00:00Z [default: none]
    #[arg(long, value_name = "TIME")]
    pub packed_at: Option<Timestamp>,
}

/// A package that was made, in `--json`.
#[derive(Serialize)]
struct PackedView {
    file: String,
    id: String,
    version: String,
    component_digest: String,
    package: PackageView,
}

/// Loads the component, so that what is signed is what it says, and writes the package.
///
/// # Errors
/// [`ErrorKind::Config`] where the file is no connector or the key is none;
/// [`ErrorKind::Destination`] where the package cannot be written.
pub async fn run(args: &PackArgs, context: &Context) -> Outcome {
    let host = Host::without_config(context)?;
    let limits = &host.settings().limits;
    let key = SigningKey::read(&args.key)?;
    let bytes = file::read(&args.file, limits)?;
    let content = Content::of(&bytes, limits)?;
    if content.package().is_some() {
        let message = format!("{} is a package already", args.file.display());
        return Err(Error::new(ErrorKind::Config, message)
            .with_hint("`tollgate pack` takes the component, FILE.wasm")
            .into());
    }
    let connector = host.look_at(&content).await;
    let connector = connector.map_err(|error| error.context(args.file.display()))?;
    let about = connector.about()?;
    let path = args.output.clone();
    let path = path.unwrap_or_else(|| format!("{}-{}.tollgate", about.id, about.version).into());
    let packed = pack(about, &bytes, args.packed_at, &key)?;
    write_atomically(&path, &packed)?;

    let Content::Package(package) = Content::of(&packed, limits)? else {
        return Err(Error::new(ErrorKind::Bug, "the package does not begin as one").into());
    };
    let about = &package.manifest().about;
    if context.args.json {
        return output::print_json(&PackedView {
            file: path.display().to_string(),
            id: about.id.to_string(),
            version: about.version.to_string(),
            component_digest: package.manifest().component.to_string(),
            package: PackageView::of(&package, None),
        });
    }
    context.messages.say(&format!(
        "packed {} {} into {}, signed by {}",
        about.id,
        about.version,
        path.display(),
        key.public()
    ));
    Ok(())
}
