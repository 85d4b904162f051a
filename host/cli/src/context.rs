//! What every command is given.

use tokio_util::sync::CancellationToken;

use crate::args::GlobalArgs;
use crate::config::Config;
use crate::environment::Environment;
use crate::messages::Messages;
use crate::output;
use crate::project::Project;
use crate::vault::VaultSettings;

/// What every command is given.
#[derive(Clone, Debug)]
pub struct Context {
    /// The flags that hold for every command.
    pub args: GlobalArgs,
    /// The environment.
    pub environment: Environment,
    /// The files of the project.
    pub project: Project,
    /// Standard error.
    pub messages: Messages,
    /// Set when the user asks to stop.
    pub cancel: CancellationToken,
}

impl Context {
    /// The context of this process.
    pub fn of_process(args: GlobalArgs) -> Self {
        let environment = Environment::of_process();
        Context {
            project: Project::of(&args, &environment),
            messages: Messages::of(&args),
            cancel: CancellationToken::new(),
            environment,
            args,
        }
    }

    /// Where the project's tokens are kept.
    pub fn vault_settings(&self, config: Option<&Config>) -> VaultSettings {
        VaultSettings::resolve(&self.project, &self.environment, config)
    }

    /// How wide text on standard output may be.
    pub fn width(&self) -> u16 {
        output::width(self.environment.columns)
    }
}
