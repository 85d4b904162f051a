//! What `wit/connector` becomes in Rust.
//!
//! A connector's world also imports `wasi:http`. That is left out here: its host side is wasmtime's
//! own, and `linker` links it.

wasmtime::component::bindgen!({
    path: "../../wit/connector",
    inline: "
        package tollgate:runtime;

        world connector-host {
            import tollgate:connector/host@0.1.0;
            export tollgate:connector/connector@0.1.0;
        }
    ",
    world: "tollgate:runtime/connector-host",
    imports: { default: trappable },
    exports: { default: async },
    require_store_data_send: true,
});
