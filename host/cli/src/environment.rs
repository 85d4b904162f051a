//! The environment of the process. Nothing else in this program reads it.

use std::path::PathBuf;

/// What the environment says, read once.
#[derive(Clone, Debug, Default)]
pub struct Environment {
    /// `TOLLGATE_CONFIG`.
    pub config: Option<PathBuf>,
    /// `TOLLGATE_CACHE_DIR`.
    pub cache_dir: Option<PathBuf>,
    /// The user's own cache folder: `XDG_CACHE_HOME`, else `.cache` at home.
    pub user_cache: Option<PathBuf>,
    /// The user's own configuration folder: `XDG_CONFIG_HOME`, else `.config` at home.
    pub user_config: Option<PathBuf>,
    /// `COLUMNS`, where output does not go to a terminal.
    pub columns: Option<u16>,
}

impl Environment {
    /// The environment of this process.
    pub fn of_process() -> Self {
        let path = |name: &str| {
            std::env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from)
        };
        // The specification has relative paths ignored.
        let xdg = |name: &str| path(name).filter(|folder| folder.is_absolute());
        let home = || path("HOME").or_else(|| path("USERPROFILE"));
        Environment {
            config: path("TOLLGATE_CONFIG"),
            cache_dir: path("TOLLGATE_CACHE_DIR"),
            user_cache: xdg("XDG_CACHE_HOME").or_else(|| home().map(|home| home.join(".cache"))),
            user_config: xdg("XDG_CONFIG_HOME").or_else(|| home().map(|home| home.join(".config"))),
            columns: std::env::var("COLUMNS").ok().and_then(|columns| columns.parse().ok()),
        }
    }
}

/// A variable that a secret refers to. Read only when the secret is needed.
pub fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok()
}
