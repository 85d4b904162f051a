//! What a component can ask the host for: the least that Rust's standard library links, plain HTTP
//! through the gate, and a log.
//!
//! Nothing here opens a file or a socket: the preopened directories are none, so the file system is
//! a set of functions that can only fail, and `wasi:sockets` is not linked at all.

use tollgate_model::{Error, ErrorKind, Result};
use wasmtime::Engine;
use wasmtime::component::{HasData, HasSelf, Linker, ResourceTable};
use wasmtime_wasi::WasiView;
use wasmtime_wasi::cli::{WasiCli, WasiCliView};
use wasmtime_wasi::clocks::{WasiClocks, WasiClocksView};
use wasmtime_wasi::filesystem::{WasiFilesystem, WasiFilesystemView};
use wasmtime_wasi::p2::bindings::{cli, clocks, filesystem, io, random};
use wasmtime_wasi::random::WasiRandom;

use crate::bindings::tollgate::connector;
use crate::state::State;

/// The interfaces that are linked, without their versions, and why each is.
const PROVIDED: [(&str, &str); 25] = [
    ("tollgate:connector/host", "the log, the calendar"),
    ("tollgate:connector/manifest", "types only"),
    ("tollgate:connector/types", "types only"),
    ("wasi:cli/environment", "std: empty arguments and variables"),
    ("wasi:cli/exit", "std: a guest that ends itself is stopped"),
    ("wasi:cli/stderr", "std: panic messages, kept in a small buffer"),
    ("wasi:cli/stdin", "std: empty"),
    ("wasi:cli/stdout", "std: kept in a small buffer"),
    ("wasi:cli/terminal-input", "std: there is none"),
    ("wasi:cli/terminal-output", "std: there is none"),
    ("wasi:cli/terminal-stderr", "std: there is none"),
    ("wasi:cli/terminal-stdin", "std: there is none"),
    ("wasi:cli/terminal-stdout", "std: there is none"),
    ("wasi:clocks/monotonic-clock", "std: `Instant`, waiting"),
    ("wasi:clocks/wall-clock", "std: `SystemTime`"),
    ("wasi:filesystem/preopens", "std: there are none"),
    ("wasi:filesystem/types", "std: nothing to open"),
    ("wasi:http/outgoing-handler", "requests, through the gate"),
    ("wasi:http/types", "requests and answers"),
    ("wasi:io/error", "streams"),
    ("wasi:io/poll", "waiting"),
    ("wasi:io/streams", "bodies and standard output"),
    ("wasi:random/insecure", "std of other languages"),
    ("wasi:random/insecure-seed", "std: the seed of `HashMap`"),
    ("wasi:random/random", "std of other languages"),
];

/// Whether an import of this full name is linked. Its version is matched by the linker.
pub(crate) fn provides(import: &str) -> bool {
    let name = import.split_once('@').map_or(import, |(name, _)| name);
    PROVIDED.iter().any(|(provided, _)| *provided == name)
}

/// The linker for every component.
pub(crate) fn linker(engine: &Engine) -> Result<Linker<State>> {
    let mut linker = Linker::new(engine);
    link_streams_and_clocks(&mut linker)
        .and_then(|()| link_standard_library(&mut linker))
        .and_then(|()| wasmtime_wasi_http::p2::add_only_http_to_linker_async(&mut linker))
        .and_then(|()| link_connector(&mut linker))
        .map_err(|error| {
            Error::new(ErrorKind::Bug, "cannot link the host's functions").with_source(error)
        })?;
    Ok(linker)
}

struct Table;

impl HasData for Table {
    type Data<'a> = &'a mut ResourceTable;
}

fn table(state: &mut State) -> &mut ResourceTable {
    state.ctx().table
}

fn link_streams_and_clocks(l: &mut Linker<State>) -> wasmtime::Result<()> {
    io::error::add_to_linker::<State, Table>(l, table)?;
    io::poll::add_to_linker::<State, Table>(l, table)?;
    io::streams::add_to_linker::<State, Table>(l, table)?;
    clocks::wall_clock::add_to_linker::<State, WasiClocks>(l, State::clocks)?;
    clocks::monotonic_clock::add_to_linker::<State, WasiClocks>(l, State::clocks)?;
    random::random::add_to_linker::<State, WasiRandom>(l, |s| s.ctx().ctx.random())?;
    random::insecure::add_to_linker::<State, WasiRandom>(l, |s| s.ctx().ctx.random())?;
    random::insecure_seed::add_to_linker::<State, WasiRandom>(l, |s| s.ctx().ctx.random())
}

fn link_standard_library(l: &mut Linker<State>) -> wasmtime::Result<()> {
    cli::environment::add_to_linker::<State, WasiCli>(l, State::cli)?;
    cli::exit::add_to_linker::<State, WasiCli>(l, State::cli)?;
    cli::stdin::add_to_linker::<State, WasiCli>(l, State::cli)?;
    cli::stdout::add_to_linker::<State, WasiCli>(l, State::cli)?;
    cli::stderr::add_to_linker::<State, WasiCli>(l, State::cli)?;
    cli::terminal_input::add_to_linker::<State, WasiCli>(l, State::cli)?;
    cli::terminal_output::add_to_linker::<State, WasiCli>(l, State::cli)?;
    cli::terminal_stdin::add_to_linker::<State, WasiCli>(l, State::cli)?;
    cli::terminal_stdout::add_to_linker::<State, WasiCli>(l, State::cli)?;
    cli::terminal_stderr::add_to_linker::<State, WasiCli>(l, State::cli)?;
    filesystem::preopens::add_to_linker::<State, WasiFilesystem>(l, State::filesystem)?;
    filesystem::types::add_to_linker::<State, WasiFilesystem>(l, State::filesystem)
}

fn link_connector(l: &mut Linker<State>) -> wasmtime::Result<()> {
    connector::types::add_to_linker::<State, HasSelf<State>>(l, |state| state)?;
    connector::host::add_to_linker::<State, HasSelf<State>>(l, |state| state)
}

#[cfg(test)]
mod tests {
    use super::*;

    // Proves: machine
    #[test]
    fn sockets_and_strangers_are_not_provided() {
        for name in ["wasi:io/poll@0.2.6", "wasi:http/types@0.2.2", "tollgate:connector/host@0.1.0"]
        {
            assert!(provides(name), "{name}");
        }
        for name in [
            "wasi:sockets/tcp@0.2.6",
            "wasi:sockets/network@0.2.6",
            "wasi:http/incoming-handler@0.2.2",
            "wasi:keyvalue/store@0.2.0",
            "env",
        ] {
            assert!(!provides(name), "{name}");
        }
    }
}
