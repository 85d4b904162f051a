//! What every stand-in takes on the command line, and how it is run.

use std::io::Write as _;

use clap::Args;
use tokio::signal::unix::{SignalKind, signal};
use tollgate_simulators::{Fault, Server};

/// How the server behaves.
#[derive(Args)]
#[command(next_help_heading = "Server")]
pub struct ServerArguments {
    /// Port on 127.0.0.1; 0 takes any free one
    #[arg(long, default_value_t = 0)]
    pub port: u16,
    /// Hold every answer back this long
    #[arg(long, value_name = "MS", default_value_t = 0)]
    pub latency_ms: u64,
    /// Compress answers for clients that accept gzip
    #[arg(long)]
    pub gzip: bool,
    /// Make something go wrong (repeatable; see below)
    #[arg(long = "fault", value_name = "FAULT")]
    pub faults: Vec<Fault>,
    /// Print a line about every request to stderr
    #[arg(long)]
    pub verbose: bool,
}

/// The signals that end a stand-in.
///
/// They are caught before the address is told, so that whoever reads the address can end the
/// server in good order from then on.
pub struct Signals {
    interrupt: tokio::signal::unix::Signal,
    terminate: tokio::signal::unix::Signal,
}

impl Signals {
    /// Catches them from here on.
    pub fn catch() -> anyhow::Result<Self> {
        let interrupt = signal(SignalKind::interrupt())?;
        let terminate = signal(SignalKind::terminate())?;
        Ok(Signals { interrupt, terminate })
    }

    /// Tells the address, then `notes`, and serves until a signal comes.
    pub async fn serve(mut self, server: &Server, notes: &[String]) -> anyhow::Result<()> {
        let mut stdout = std::io::stdout().lock();
        writeln!(stdout, "listening on {}", server.origin())?;
        stdout.flush()?;
        drop(stdout);
        for note in notes {
            eprintln!("{note}");
        }
        tokio::select! {
            _ = self.interrupt.recv() => {}
            _ = self.terminate.recv() => {}
        }
        eprintln!("stopped after {} requests", server.request_count());
        for violation in server.violations() {
            eprintln!("violation: {violation}");
        }
        Ok(())
    }
}
