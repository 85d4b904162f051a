//! The code of an implementation: a table, and a function that lends fields.

use proc_macro2::TokenStream;
use quote::quote;
use syn::Result;

use crate::keys::{Behind, Object};
use crate::model::{Field, Model, Role};

/// Writes the implementations of `Record`, of `Slots` and of `Default` for a row.
pub fn expand(model: &Model) -> Result<TokenStream> {
    let name = &model.name;
    let (static_args, row_args, de_args) = match model.borrows {
        true => (quote!(<'static>), quote!(<'__row>), quote!(<'de>)),
        false => (quote!(), quote!(), quote!()),
    };
    // A row that borrows something has its lifetime from its type, another borrows nothing.
    let default_generics = if model.borrows { quote!(<'de>) } else { quote!() };
    let names: Vec<_> = model.fields.iter().map(|field| &field.name).collect();
    let numbers = 0..names.len();
    let fields = model.fields.iter().map(field);
    let keys = keys(&Object::of(model)?);
    let either_case = model.either_case;
    Ok(quote! {
        const _: () = {
            use ::tollgate_sdk::record as sdk;

            impl sdk::Record for #name #static_args {
                type Row<'__row> = #name #row_args;

                const TABLE: &'static sdk::Table = &sdk::Table {
                    fields: &[#(#fields),*],
                    keys: #keys,
                    either_case: #either_case,
                };
            }

            impl #default_generics ::core::default::Default for #name #de_args {
                fn default() -> Self {
                    Self { #(#names: ::core::default::Default::default(),)* }
                }
            }

            impl<'de> sdk::Slots<'de> for #name #de_args {
                fn slot(&mut self, field: usize) -> sdk::Slot<'_, 'de> {
                    match field {
                        #(#numbers => sdk::Value::slot(&mut self.#names),)*
                        _ => ::core::unreachable!("the table has fewer fields"),
                    }
                }

                fn push_to(&mut self, columns: &mut sdk::Columns<'_>) {
                    #(columns.push(sdk::Value::slot(&mut self.#names));)*
                }
            }
        };
    })
}

fn field(field: &Field) -> TokenStream {
    let Field { column, description, is_key, is_required, is_large, static_type, .. } = field;
    let (path, origin) = match &field.role {
        Role::Json(path) => (path.join("."), quote!(Json)),
        Role::Computed => (column.clone(), quote!(Computed)),
        Role::Dynamic => (column.clone(), quote!(Dynamic)),
        Role::Others => (column.clone(), quote!(Others)),
    };
    quote! {
        sdk::Field {
            name: #column,
            data_type: <#static_type as sdk::Value<'static>>::DATA_TYPE,
            description: #description,
            path: #path,
            origin: sdk::Origin::#origin,
            is_key: #is_key,
            is_required: #is_required,
            is_large: #is_large,
        }
    }
}

fn keys(object: &Object) -> TokenStream {
    let keys = object.keys.iter().map(|(name, behind)| {
        let behind = match behind {
            Behind::Field(field) => quote!(Field(#field)),
            Behind::Object(object) => {
                let keys = keys(object);
                quote!(Object(#keys))
            }
        };
        quote!(sdk::Key { name: #name, behind: sdk::Behind::#behind })
    });
    quote!(&[#(#keys),*])
}
