//! The stand-in for a provider, in a process of its own, so that what is measured is the client.

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use anyhow::{Context, Result};
use clap::Args;
use serde::{Deserialize, Serialize};

use crate::provider::Provider;

/// What is served.
#[derive(Args, Clone, Copy, Debug)]
pub struct Serving {
    /// The provider.
    pub provider: Provider,
    /// Rows of its heaviest stream.
    #[arg(long)]
    pub rows: usize,
    /// Make each page once.
    #[arg(long)]
    pub remember: bool,
    /// Hold every answer back this long.
    #[arg(long, default_value_t = 0)]
    pub latency_ms: u64,
}

impl Serving {
    /// How long every answer is held back.
    pub fn latency(&self) -> Duration {
        Duration::from_millis(self.latency_ms)
    }
}

/// How to reach a stand-in.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub struct Place {
    /// Scheme, address and port.
    pub origin: String,
    /// The URL below which the provider's resources are.
    pub base: String,
    /// A token that it takes.
    pub token: Option<String>,
}

/// Serves until standard input is closed, which happens when the parent is gone.
pub fn serve(serving: &Serving) -> Result<()> {
    serving.provider.serve(serving, |place| {
        println!("{}", serde_json::to_string(place)?);
        std::io::copy(&mut std::io::stdin(), &mut std::io::sink())?;
        Ok(())
    })
}

/// A running stand-in; stopped when it is dropped.
pub struct Running {
    child: Child,
    /// How to reach it.
    pub place: Place,
}

impl Running {
    /// Starts one and waits until it listens.
    pub fn start(serving: &Serving) -> Result<Running> {
        let mut command = Command::new(std::env::current_exe()?);
        command.arg("serve").arg(serving.provider.name());
        command.args(["--rows", &serving.rows.to_string()]);
        command.args(["--latency-ms", &serving.latency_ms.to_string()]);
        command.args(serving.remember.then_some("--remember"));
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn()?;
        let stdout = child.stdout.take().context("the server has no output")?;
        let mut line = String::new();
        BufReader::new(stdout).read_line(&mut line)?;
        let place = serde_json::from_str(&line).context("the server did not start")?;
        Ok(Running { child, place })
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // Its end is the closing of its input; a server that is gone already is fine as well.
        drop(self.child.stdin.take());
        let _ = self.child.wait();
    }
}
