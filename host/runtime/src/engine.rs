//! The engine: what every guest of a process shares, and the thread that makes time pass in it.

use tollgate_model::{Error, ErrorKind, Result};
use wasmtime::{
    Config, Engine, InstanceAllocationStrategy, OptLevel, PoolingAllocationConfig,
    WasmBacktraceDetails,
};

use crate::limits::Limits;
use crate::meter::TICK;

/// The guest's stack. Rust's own main thread has 8 MiB, but a connector that needs more than this
/// follows a document that was built to make it do so.
const WASM_STACK_BYTES: usize = 512 << 10;
/// The stack on which guest and host functions run together.
const FIBER_STACK_BYTES: usize = 2 << 20;

/// An engine and its ticking clock. The clock's thread ends with the last engine.
///
/// With a pool, instances take slots that stay reserved between reads. A process that is not
/// granted the address space for them (about 4 GiB each) gets every instance on demand instead.
pub(crate) fn engine(pool: Option<u32>, limits: &Limits) -> Result<Engine> {
    let engine = match pool {
        None => Engine::new(&config()),
        Some(slots) => {
            let mut config = config();
            config.allocation_strategy(strategy(slots, limits));
            Engine::new(&config).or_else(|_| Engine::new(&self::config()))
        }
    };
    let engine = engine.map_err(|error| {
        Error::new(ErrorKind::Bug, "cannot start the WebAssembly engine")
            .with_hint("is this a platform that wasmtime compiles for?")
            .with_source(error)
    })?;
    start_clock(&engine)?;
    Ok(engine)
}

fn config() -> Config {
    let mut config = Config::new();
    config
        .wasm_component_model(true)
        // Asynchronous exports and their machinery: not part of the interface, and 10 % CPU.
        .concurrency_support(false)
        // Ends guests that spin; costs about 10 % CPU, a fuel counter 24 %.
        .epoch_interruption(true)
        // Results that differ between machines, or address spaces that no limit fits.
        .wasm_relaxed_simd(false)
        .wasm_memory64(false)
        .max_wasm_stack(WASM_STACK_BYTES)
        .async_stack_size(FIBER_STACK_BYTES)
        .cranelift_opt_level(OptLevel::Speed)
        // Otherwise an environment variable decides.
        .wasm_backtrace_details(WasmBacktraceDetails::Disable);
    config
}

fn strategy(slots: u32, limits: &Limits) -> InstanceAllocationStrategy {
    let per_component = |count: usize| u32::try_from(count).unwrap_or(u32::MAX);
    let mut pool = PoolingAllocationConfig::new();
    pool.total_component_instances(slots)
        .total_core_instances(slots.saturating_mul(8))
        .total_memories(slots)
        .total_tables(slots.saturating_mul(2))
        .total_stacks(slots)
        .max_core_instances_per_component(per_component(limits.instances))
        .max_memories_per_component(per_component(limits.memories))
        .max_tables_per_component(per_component(limits.memories))
        .table_elements(limits.table_elements)
        .max_memory_size(limits.memory_bytes);
    InstanceAllocationStrategy::Pooling(pool)
}

fn start_clock(engine: &Engine) -> Result<()> {
    // Weak, or the thread would keep the engine and itself alive for ever.
    let engine = engine.weak();
    let clock = move || {
        while let Some(engine) = engine.upgrade() {
            engine.increment_epoch();
            drop(engine);
            std::thread::sleep(TICK);
        }
    };
    let thread = std::thread::Builder::new().name("tollgate-epoch".to_owned()).spawn(clock);
    thread.map(drop).map_err(|error| {
        Error::new(ErrorKind::Bug, "cannot start the engine's clock").with_source(error)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_engine_starts_with_and_without_a_pool() {
        let limits = Limits::default();
        assert!(engine(None, &limits).is_ok());
        assert!(engine(Some(4), &limits).is_ok());
    }
}
