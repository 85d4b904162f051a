//! The machine that figures were measured on.

use std::fs;
use std::process::Command;

use serde::{Deserialize, Serialize};

/// Processes that want to run, for each core, above which a machine is not quiet.
const LOAD_MAX: f64 = 0.5;

/// A machine, as far as it decides about figures.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub struct Machine {
    /// Its processor.
    pub processor: String,
    /// Its cores.
    pub cores: usize,
    /// Its memory in GiB.
    pub memory_gib: u64,
    /// Its system.
    pub system: String,
    /// The compiler.
    pub rustc: String,
    /// Processes that wanted to run before the start, over a minute.
    pub load: f64,
}

impl Machine {
    /// This one. What cannot be found out is empty.
    pub fn this() -> Machine {
        let first = |file: &str, name: &str| -> Option<String> {
            let text = fs::read_to_string(file).ok()?;
            let line = text.lines().find(|line| line.starts_with(name))?;
            Some(line.split_once(':')?.1.trim().to_owned())
        };
        let said = |program: &str, arguments: &[&str]| {
            let output = Command::new(program).args(arguments).output();
            output.map(|output| String::from_utf8_lossy(&output.stdout).trim().to_owned())
        };
        let memory_kib = first("/proc/meminfo", "MemTotal")
            .and_then(|text| text.trim_end_matches(" kB").parse::<u64>().ok());
        let load = fs::read_to_string("/proc/loadavg").ok();
        let load = load.and_then(|text| text.split(' ').next()?.parse().ok());
        Machine {
            processor: first("/proc/cpuinfo", "model name").unwrap_or_default(),
            cores: std::thread::available_parallelism().map_or(1, usize::from),
            memory_gib: memory_kib.unwrap_or_default() >> 20,
            system: said("uname", &["-sr"]).unwrap_or_default(),
            rustc: said("rustc", &["--version"]).unwrap_or_default(),
            load: load.unwrap_or_default(),
        }
    }

    /// Whether nothing else kept it busy.
    pub fn is_quiet(&self) -> bool {
        self.load <= LOAD_MAX * self.cores as f64
    }
}
