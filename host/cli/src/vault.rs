//! Where the project's tokens are kept: each setting with where it comes from.

use std::path::PathBuf;
use std::sync::Arc;

use tollgate_vault::{KeySource, SecretRef, Vault};

use crate::config::Config;
use crate::environment::{self, Environment};
use crate::messages::Messages;
use crate::origin::Origin;
use crate::project::Project;

/// The key's file below the user's configuration folder: one for all projects.
const KEY_FILE: &str = "tollgate/vault.key";
/// The variable with the key, where nobody knows the user's configuration folder.
const KEY_VARIABLE: &str = "TOLLGATE_VAULT_KEY";

/// Where the vault is, and its key.
#[derive(Clone, Debug)]
pub struct VaultSettings {
    /// Its file.
    pub path: PathBuf,
    /// Who named it.
    pub path_origin: Origin,
    /// Where its key comes from.
    pub key: KeySource,
    /// Who named that.
    pub key_origin: Origin,
}

impl VaultSettings {
    /// As the file says, else the defaults.
    pub fn resolve(project: &Project, environment: &Environment, config: Option<&Config>) -> Self {
        let at = |config: &Config, position| Origin::File(config.source.line(position));
        let file = config.and_then(|config| {
            let file = config.vault.file.as_ref()?;
            Some((file.get_ref().clone(), at(config, file.span().start)))
        });
        let key = config.and_then(|config| {
            let key = config.vault.key.as_ref()?;
            let source = KeySource::Reference(key.get_ref().clone());
            Some((source, at(config, key.span().start)))
        });
        let (path, path_origin) = file.unwrap_or((project.vault_path(), Origin::Default));
        let (key, key_origin) = key.unwrap_or_else(|| {
            let own = environment.user_config.as_ref().map(|folder| folder.join(KEY_FILE));
            let variable = || KeySource::Reference(SecretRef::Env(KEY_VARIABLE.to_owned()));
            (own.map_or_else(variable, KeySource::OwnFile), Origin::Default)
        });
        VaultSettings { path, path_origin, key, key_origin }
    }

    /// The vault. Nothing is read yet.
    pub fn open(self, messages: &Messages) -> Arc<Vault> {
        let messages = messages.clone();
        let tell = Arc::new(move |note: &str| messages.warn(note));
        Arc::new(Vault::new(self.path, self.key, environment::variable, tell))
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::args::GlobalArgs;
    use crate::config::Source;

    fn resolved(text: &str, user_config: Option<&str>) -> VaultSettings {
        let environment =
            Environment { user_config: user_config.map(PathBuf::from), ..Environment::default() };
        let args = GlobalArgs { project: Some("p".into()), ..GlobalArgs::default() };
        let project = Project::of(&args, &environment);
        let source = Source::new(Path::new("p/tollgate.toml"), text.to_owned());
        let config = Config::parse(source).unwrap();
        VaultSettings::resolve(&project, &environment, Some(&config))
    }

    #[test]
    fn the_file_comes_before_the_defaults() {
        let settings = resolved("", Some("/home/a/.config"));
        assert_eq!(settings.path, Path::new("p/.tollgate/vault"));
        assert_eq!((settings.path_origin, settings.key_origin), (Origin::Default, Origin::Default));
        assert_eq!(settings.key.to_string(), "file \"/home/a/.config/tollgate/vault.key\"");
        let settings = resolved("", None);
        assert_eq!(settings.key.to_string(), "environment variable `TOLLGATE_VAULT_KEY`");

        let text = "[vault]\nfile = \"t/v\"\nkey = { command = [\"pass\", \"show\", \"v\"] }\n";
        let settings = resolved(text, Some("/home/a/.config"));
        assert_eq!(settings.path, Path::new("p/t/v"));
        assert_eq!((settings.path_origin, settings.key_origin), (Origin::File(2), Origin::File(3)));
        assert_eq!(settings.key.to_string(), "command `pass`");
        let settings = resolved("[vault]\nkey = { file = \"k\" }\n", None);
        assert_eq!(settings.key.to_string(), "file \"p/k\"");
    }
}
