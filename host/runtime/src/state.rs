//! What belongs to one instance: everything the host's functions work on.

use jiff::tz::TimeZone;
use wasmtime::component::ResourceTable;
use wasmtime_wasi::{WasiCtx, WasiCtxView, WasiView};
use wasmtime_wasi_http::{WasiHttpCtx, WasiHttpCtxView, WasiHttpView};

use crate::bindings::tollgate::connector::types;
use crate::clocks::{Ticks, TimeOfDay};
use crate::guest::World;
use crate::http::Hooks;
use crate::limits::Limits;
use crate::log::GuestLog;
use crate::meter::{CpuMeter, MemoryBounds, MemoryMeter};
use crate::stdio::Tail;

/// The data of a store.
pub(crate) struct State {
    wasi: WasiCtx,
    http: WasiHttpCtx,
    table: ResourceTable,
    pub(crate) hooks: Hooks,
    pub(crate) memory: MemoryMeter,
    pub(crate) cpu: CpuMeter,
    pub(crate) log: GuestLog,
    pub(crate) stdio: Tail,
    pub(crate) time_zone: TimeZone,
}

impl State {
    pub(crate) fn new(limits: &Limits, world: World) -> Self {
        let World { hooks, observer, clock, time_zone } = world;
        let stdio = Tail::new(limits.stdio_bytes);
        let mut wasi = WasiCtx::builder();
        wasi.stdout(stdio.clone())
            .stderr(stdio.clone())
            .max_random_size(limits.random_bytes)
            .wall_clock(TimeOfDay::new(clock))
            .monotonic_clock(Ticks::new());
        let mut http = WasiHttpCtx::new();
        http.set_field_size_limit(limits.header_bytes);
        let mut table = ResourceTable::new();
        table.set_max_capacity(limits.handles);
        let bounds = MemoryBounds {
            bytes: limits.memory_bytes,
            table_elements: limits.table_elements,
            instances: limits.instances,
            memories: limits.memories,
        };
        State {
            wasi: wasi.build(),
            http,
            table,
            hooks,
            memory: MemoryMeter::new(bounds),
            cpu: CpuMeter::new(limits.cpu_per_call, limits.cpu_per_read),
            log: GuestLog::new(observer, limits.log_lines, limits.log_line_bytes),
            stdio,
            time_zone,
        }
    }
}

impl WasiView for State {
    fn ctx(&mut self) -> WasiCtxView<'_> {
        WasiCtxView { ctx: &mut self.wasi, table: &mut self.table }
    }
}

impl WasiHttpView for State {
    fn http(&mut self) -> WasiHttpCtxView<'_> {
        WasiHttpCtxView { hooks: &mut self.hooks, table: &mut self.table, ctx: &mut self.http }
    }
}

impl types::Host for State {}
