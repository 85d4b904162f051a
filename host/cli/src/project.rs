//! The files of a project: `tollgate.toml`, and beside it `tollgate.lock` and `connectors/`.

use std::path::{Path, PathBuf};

use tollgate_model::Result;

use crate::args::GlobalArgs;
use crate::config::Config;
use crate::environment::Environment;
use crate::failure::Outcome;
use crate::lock::{Installed, Lock};
use crate::origin::Origin;

const CONFIG_FILE: &str = "tollgate.toml";
const LOCK_FILE: &str = "tollgate.lock";
const CONNECTORS: &str = "connectors";
const COMPONENT: &str = "wasm";
const PACKAGE: &str = "tollgate";
const VAULT: &str = ".tollgate/vault";
const RUNS: &str = ".tollgate/runs.db";

/// Where the files of a project are.
#[derive(Clone, Debug)]
pub struct Project {
    config: PathBuf,
    origin: Origin,
}

impl Project {
    /// The project that was named: by flag, else by environment, else that of the current folder.
    pub fn of(args: &GlobalArgs, environment: &Environment) -> Self {
        let (config, origin) = if let Some(folder) = &args.project {
            (folder.join(CONFIG_FILE), Origin::Flag("--project"))
        } else if let Some(file) = &args.config {
            (file.clone(), Origin::Flag("--config"))
        } else if let Some(file) = &environment.config {
            (file.clone(), Origin::Environment("TOLLGATE_CONFIG"))
        } else {
            (PathBuf::from(CONFIG_FILE), Origin::Default)
        };
        Project { config, origin }
    }

    /// The configuration file.
    pub fn config_path(&self) -> &Path {
        &self.config
    }

    /// Who named it.
    pub fn origin(&self) -> Origin {
        self.origin
    }

    /// The lock file.
    pub fn lock_path(&self) -> PathBuf {
        self.folder().join(LOCK_FILE)
    }

    /// The file of an installed connector: a package is kept as such.
    pub fn connector_path(&self, installed: &Installed) -> PathBuf {
        let form = if installed.signed.is_some() { PACKAGE } else { COMPONENT };
        self.folder().join(CONNECTORS).join(format!("{}.{form}", installed.id))
    }

    /// The file with the tokens, where the configuration names no other.
    pub fn vault_path(&self) -> PathBuf {
        self.folder().join(VAULT)
    }

    /// The file with the runs, where the configuration names no other.
    pub fn runs_path(&self) -> PathBuf {
        self.folder().join(RUNS)
    }

    /// A path in the configuration file is relative to that file.
    pub fn resolve(&self, path: &Path) -> PathBuf {
        self.folder().join(path)
    }

    /// Reads the configuration.
    ///
    /// # Errors
    /// As [`Config::load`].
    pub fn load_config(&self) -> Outcome<Config> {
        Config::load(&self.config)
    }

    /// Reads the lock file.
    ///
    /// # Errors
    /// As [`Lock::load`].
    pub fn load_lock(&self) -> Result<Lock> {
        Lock::load(&self.lock_path())
    }

    fn folder(&self) -> &Path {
        self.config.parent().unwrap_or(Path::new(""))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_flag_comes_before_the_environment_and_that_before_the_default() {
        let environment = Environment { config: Some("e/x.toml".into()), ..Environment::default() };
        let none = GlobalArgs::default();
        let config = GlobalArgs { config: Some("f.toml".into()), ..GlobalArgs::default() };
        let folder = GlobalArgs { project: Some("p".into()), ..GlobalArgs::default() };
        for (args, environment, expected) in [
            (&none, &Environment::default(), "tollgate.toml"),
            (&none, &environment, "e/x.toml"),
            (&config, &environment, "f.toml"),
            (&folder, &environment, "p/tollgate.toml"),
        ] {
            assert_eq!(Project::of(args, environment).config_path(), Path::new(expected));
        }
    }

    #[test]
    fn everything_else_is_beside_the_file() {
        let environment = Environment { config: Some("e/x.toml".into()), ..Environment::default() };
        let project = Project::of(&GlobalArgs::default(), &environment);
        assert_eq!(project.lock_path(), Path::new("e/tollgate.lock"));
        assert_eq!(project.resolve(Path::new("out.db")), Path::new("e/out.db"));
        assert_eq!(project.resolve(Path::new("/out.db")), Path::new("/out.db"));
        let project = Project::of(&GlobalArgs::default(), &Environment::default());
        assert_eq!(project.lock_path(), Path::new("tollgate.lock"));
    }
}
