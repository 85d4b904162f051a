//! What is installed, if it is still what was granted.

use std::path::Path;

use tollgate_model::{Error, ErrorKind, Result};
use tollgate_runtime::{Connector, Digest};

use super::Host;
use crate::file::{self, Content};
use crate::lock::Installed;

impl Host<'_> {
    /// An installed connector, if it is still what was granted, down to its signature.
    ///
    /// # Errors
    /// [`ErrorKind::Config`] where it is not installed, its file is missing, it was changed, or the
    /// configuration does not trust its publisher; and as [`tollgate_runtime::Runtime::load`].
    pub async fn connector(&self, id: &str) -> Result<Connector> {
        let installed = self.lock().get(id)?;
        self.packages()?.permits(&installed.id, installed.publisher())?;
        let limits = &self.settings().limits;
        let path = self.context.project.connector_path(installed);
        let bytes = file::read(&path, limits).map_err(|error| {
            let again = format!("`tollgate add FILE` installs {id} again");
            error.context(format_args!("the file of connector {id}")).with_hint(again)
        })?;
        let content = match &installed.signed {
            None => Content::Component(&bytes),
            Some(_) => Content::of_package(&bytes, limits)
                .map_err(|error| damaged(installed, &path, error))?,
        };
        if !is_recorded(installed, &content) {
            return Err(self.changed(installed, &path, &content).await);
        }
        let connector = self.look_at(&content).await?;
        let wider = connector.declared().beyond(&installed.declared);
        if wider.is_empty() { Ok(connector) } else { Err(wider_than_granted(installed, &wider)) }
    }

    /// The error for a file that is not what was granted, with what it asks for beyond that.
    async fn changed(&self, installed: &Installed, path: &Path, content: &Content<'_>) -> Error {
        // A package tells it without anything of it being run.
        let asked = match content {
            Content::Component(_) => self.look_at(content).await.map(|found| found.declared()),
            Content::Package(package) => Ok(package.manifest().about.declared.clone()),
        };
        let more = match asked.map(|asked| asked.beyond(&installed.declared)) {
            Err(error) => format!("the changed file is no connector that could run: {error}"),
            Ok(wider) if wider.is_empty() => {
                "the changed file asks for nothing more than before".to_owned()
            }
            Ok(wider) => format!("the changed file asks for more: {}", wider.join(", ")),
        };
        let hint =
            format!("{more}; if you trust it, `tollgate add {}` grants it again", path.display());
        let why = match content {
            Content::Component(_) => "has another digest than tollgate.lock says",
            Content::Package(_) => "is another package than tollgate.lock says",
        };
        not_granted(installed, path, why).with_hint(hint)
    }
}

/// Whether this is, byte for byte, what the lock file has. With the digest of a manifest, all of a
/// package is given but its signature, and that was checked against the publisher in the manifest.
fn is_recorded(installed: &Installed, content: &Content<'_>) -> bool {
    let signed = installed.signed.as_ref().map(|signed| (signed.publisher, signed.manifest));
    let found = content.package().map(|p| (p.manifest().publisher, *p.manifest_digest()));
    signed == found && Digest::of(content.component()) == installed.digest
}

fn damaged(installed: &Installed, path: &Path, error: Error) -> Error {
    let hint =
        format!("get the package again; `tollgate add FILE.tollgate` installs {}", installed.id);
    not_granted(installed, path, "is no package whose signature holds")
        .with_hint(hint)
        .with_source(error)
}

fn not_granted(installed: &Installed, path: &Path, why: &str) -> Error {
    let message =
        format!("connector {} is not what was granted: {} {why}", installed.id, path.display());
    Error::new(ErrorKind::Config, message)
}

fn wider_than_granted(installed: &Installed, wider: &[String]) -> Error {
    let message =
        format!("connector {} asks for more than was granted: {}", installed.id, wider.join(", "));
    Error::new(ErrorKind::Config, message)
        .with_hint("look at it with `tollgate inspect`, then `tollgate add` it again")
}
