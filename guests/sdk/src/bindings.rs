//! What wit-bindgen makes of `wit/connector`. Connectors use the re-exports of the other modules.

#![expect(missing_docs, reason = "generated modules have no place for documentation")]

wit_bindgen::generate!({
    path: "../../wit/connector",
    world: "connector-guest",
    pub_export_macro: true,
    export_macro_name: "export_connector",
    default_bindings_module: "tollgate_sdk::bindings",
    generate_all,
});
