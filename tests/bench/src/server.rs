//! The stand-in for the provider, in a process of its own, so that what is measured is the client.

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};

use anyhow::{Context, Result};
use serde::{Deserialize, Serialize};
use tollgate_simulators::IContact;
use tollgate_simulators::icontact::Shape;

/// How to reach it.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub struct Server {
    /// Scheme, address and port.
    pub origin: String,
    /// The URL below which the lists are.
    pub folder_url: String,
    /// What it takes as `API-AppId`.
    pub app_id: String,
    /// What it takes as `API-Username`.
    pub username: String,
    /// What it takes as `API-Password`.
    pub password: String,
}

/// Serves until standard input is closed, which happens when the parent is gone.
pub fn serve(rows: usize) -> Result<()> {
    let simulator =
        IContact::builder().contacts(rows).shape(Shape::Bench).prerender(true).start_blocking()?;
    let credentials = simulator.credentials();
    let server = Server {
        origin: simulator.origin(),
        folder_url: format!("{}{}", simulator.origin(), simulator.truth().path()),
        app_id: credentials.app_id.clone(),
        username: credentials.username.clone(),
        password: credentials.password.clone(),
    };
    println!("{}", serde_json::to_string(&server)?);
    std::io::copy(&mut std::io::stdin(), &mut std::io::sink())?;
    Ok(())
}

/// A running server; stopped when it is dropped.
pub struct Running {
    child: Child,
    /// How to reach it.
    pub server: Server,
}

impl Running {
    /// Starts one and waits until it listens.
    pub fn start(rows: usize) -> Result<Running> {
        let mut child = Command::new(std::env::current_exe()?)
            .args(["serve", "--rows", &rows.to_string()])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()?;
        let stdout = child.stdout.take().context("the server has no output")?;
        let mut line = String::new();
        BufReader::new(stdout).read_line(&mut line)?;
        let server = serde_json::from_str(&line).context("the server did not start")?;
        Ok(Running { child, server })
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // Its end is the closing of its input; a server that is gone already is fine as well.
        drop(self.child.stdin.take());
        let _ = self.child.wait();
    }
}
