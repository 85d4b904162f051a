//! The derive macro of `tollgate-sdk`: from one struct definition the schema, the decoding and the
//! columns of a stream. Its attributes are described in the README of `tollgate-sdk`.
//!
//! `model` reads the struct, `keys` arranges its fields by their place in the JSON object, and
//! `expand` writes the code. Nothing here knows any provider.

#![deny(missing_docs)]

mod expand;
mod keys;
mod model;

use proc_macro::TokenStream;
use syn::{DeriveInput, parse_macro_input};

/// Makes a struct the record of a stream.
#[proc_macro_derive(Record, attributes(record))]
pub fn derive_record(input: TokenStream) -> TokenStream {
    let input = parse_macro_input!(input as DeriveInput);
    let expanded = model::Model::read(&input).and_then(|model| expand::expand(&model));
    expanded.unwrap_or_else(|error| error.to_compile_error()).into()
}
