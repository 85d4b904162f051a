//! Runs the sync that it reads from standard input, has it meet its fault, and prints what came of
//! it, where it lives to do so.

use std::io::Read as _;

use tollgate_faults::sync::{Sync, component};

fn main() -> anyhow::Result<()> {
    let mut text = String::new();
    std::io::stdin().read_to_string(&mut text)?;
    let sync: Sync = serde_json::from_str(&text)?;
    let steps = sync.fault.arm()?;
    let executor = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let (_runtime, connector) = executor.block_on(component())?;
    let ended = executor.block_on(sync.run(&connector, &steps))?;
    println!("{}", serde_json::to_string(&ended)?);
    Ok(())
}
