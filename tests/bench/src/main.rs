//! Tollgate against a hand-written native program of the same job, in one run on one machine.
//!
//! The parent starts the stand-in for the provider in a process of its own, then the clients one
//! after another, those of one job in turn: what the machine does meanwhile falls on both alike.
//! A client measures itself and prints a sample; the parent prints medians and ratios.

mod clients;
mod measure;
mod native;
mod report;
mod server;

use std::path::PathBuf;
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail};
use clap::{Parser, Subcommand};

use crate::clients::{Client, Job};
use crate::measure::Sample;
use crate::server::{Running, Server};

/// Compares Tollgate with a native program of the same job.
#[derive(Parser)]
#[command(name = "tollgate-bench")]
struct Arguments {
    #[command(subcommand)]
    role: Option<Role>,
    /// Contacts to read.
    #[arg(long, default_value_t = 200_000)]
    rows: usize,
    /// How often each client runs.
    #[arg(long, default_value_t = 9)]
    rounds: usize,
    /// The iContact component.
    #[arg(long, default_value = "target/components/icontact.wasm")]
    component: PathBuf,
}

#[derive(Subcommand)]
enum Role {
    /// The stand-in for the provider.
    #[command(hide = true)]
    Serve {
        #[arg(long)]
        rows: usize,
    },
    /// One client.
    #[command(hide = true)]
    Client {
        client: Client,
        /// How to reach the server, as JSON.
        #[arg(long)]
        server: String,
        #[arg(long)]
        component: PathBuf,
        /// A folder to write to, which holds the cache of compiled components.
        #[arg(long)]
        folder: PathBuf,
    },
}

fn main() -> Result<()> {
    let arguments = Arguments::parse();
    match arguments.role {
        None => compare(&arguments),
        Some(Role::Serve { rows }) => server::serve(rows),
        Some(Role::Client { client, server, component, folder }) => {
            let server: Server = serde_json::from_str(&server)?;
            let sample = clients::run(client, Job { server, component, folder })?;
            println!("{}", serde_json::to_string(&sample)?);
            Ok(())
        }
    }
}

fn compare(arguments: &Arguments) -> Result<()> {
    if !arguments.component.is_file() {
        bail!("{} is not there; `make guests` builds it", arguments.component.display());
    }
    println!("{} contacts, {} rounds, medians", arguments.rows, arguments.rounds);
    let running = Running::start(arguments.rows)?;
    let folder = tempfile::tempdir()?;
    let start = |client| start(client, &running.server, arguments, folder.path());
    // The first start compiles; all later ones find the compiled component.
    let first = start(Client::FirstRow)?;
    let mut samples = vec![Vec::new(); Client::ALL.len()];
    // One job after the other: what a client leaves to the system to do, such as a database to
    // write to the disk, would fall on whichever comes next.
    for clients in Client::JOBS {
        for round in 1..=arguments.rounds {
            eprintln!("{}: round {round} of {}", clients[0].name(), arguments.rounds);
            for client in clients {
                samples[*client as usize].push(start(*client)?);
            }
        }
    }
    report::print(arguments.rows, first, &samples);
    Ok(())
}

fn start(
    client: Client,
    server: &Server,
    arguments: &Arguments,
    folder: &std::path::Path,
) -> Result<Sample> {
    let output = Command::new(std::env::current_exe()?)
        .arg("client")
        .arg(client.name())
        .arg("--server")
        .arg(serde_json::to_string(server)?)
        .arg("--component")
        .arg(&arguments.component)
        .arg("--folder")
        .arg(folder)
        .stderr(Stdio::inherit())
        .output()?;
    if !output.status.success() {
        bail!("the client {} failed", client.name());
    }
    serde_json::from_slice(&output.stdout)
        .with_context(|| format!("the client {} printed no sample", client.name()))
}
