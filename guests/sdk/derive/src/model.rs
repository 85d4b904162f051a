//! What the struct and its attributes say.

use proc_macro2::{Span, TokenStream, TokenTree};
use syn::ext::IdentExt;
use syn::{Attribute, Data, DeriveInput, Error, Expr, ExprLit, Fields, Ident, Lit, LitStr, Meta};
use syn::{Result, Type};

/// More than any provider's widest row; with their aliases they stay below the keys of an object.
const FIELDS_MAX: usize = 192;

/// A struct to be made a record.
pub struct Model {
    /// Its name.
    pub name: Ident,
    /// Whether it borrows from the response, thus has a lifetime.
    pub borrows: bool,
    /// Its fields, in order.
    pub fields: Vec<Field>,
    /// Whether the first letter of its keys may be small or capital.
    pub either_case: bool,
}

/// A field of the struct.
pub struct Field {
    /// Its name.
    pub name: Ident,
    /// The column's name: the field's, without `r#`.
    pub column: String,
    /// Its type, with the struct's lifetime replaced by `'static`.
    pub static_type: TokenStream,
    /// Its doc comment.
    pub description: String,
    /// What it holds.
    pub role: Role,
    /// Other keys under which the JSON object may have it.
    pub aliases: Vec<String>,
    /// Whether it belongs to the primary key.
    pub is_key: bool,
    /// Whether a value must be there.
    pub is_required: bool,
    /// Whether it is decoded only if its column is wanted.
    pub is_large: bool,
}

/// Where a field's value comes from.
pub enum Role {
    /// The JSON value at this path of keys.
    Json(Vec<String>),
    /// The connector's own code.
    Computed,
    /// Unknown keys that are columns of their own.
    Dynamic,
    /// All unknown keys, as one JSON object.
    Others,
}

impl Model {
    /// Reads a struct.
    pub fn read(input: &DeriveInput) -> Result<Self> {
        let Data::Struct(data) = &input.data else {
            return Err(Error::new_spanned(&input.ident, "a record is a struct"));
        };
        let Fields::Named(named) = &data.fields else {
            return Err(Error::new_spanned(&input.ident, "a record has named fields"));
        };
        let lifetimes: Vec<_> = input.generics.lifetimes().collect();
        if lifetimes.len() != input.generics.params.len() || lifetimes.len() > 1 {
            let message = "a record has one lifetime at most and no other parameters";
            return Err(Error::new_spanned(&input.generics, message));
        }
        let lifetime = lifetimes.first().map(|lifetime| &lifetime.lifetime.ident);
        let Keys { naming, either_case } = Keys::read(&input.attrs)?;
        let mut fields = Vec::new();
        for field in &named.named {
            let Some(name) = &field.ident else { continue };
            fields.push(read_field(name, &field.ty, &field.attrs, lifetime, &naming)?);
        }
        let (name, borrows) = (input.ident.clone(), lifetime.is_some());
        let model = Self { name, borrows, fields, either_case };
        model.check()?;
        Ok(model)
    }

    fn check(&self) -> Result<()> {
        let fail = |message| Err(Error::new_spanned(&self.name, message));
        let count_of =
            |wanted: fn(&Role) -> bool| self.fields.iter().filter(|f| wanted(&f.role)).count();
        if self.fields.is_empty() || self.fields.len() > FIELDS_MAX {
            return fail("a record has from 1 to 192 fields");
        }
        if count_of(|role| matches!(role, Role::Dynamic)) > 1
            || count_of(|role| matches!(role, Role::Others)) > 1
        {
            return fail("only one field can take the unknown keys");
        }
        Ok(())
    }
}

fn read_field(
    name: &Ident,
    field_type: &Type,
    attributes: &[Attribute],
    lifetime: Option<&Ident>,
    naming: &Naming,
) -> Result<Field> {
    let column = name.unraw().to_string();
    let static_type = make_static(quote::quote!(#field_type), lifetime);
    let mut field = Field {
        role: Role::Json(vec![naming.key(&column)]),
        aliases: Vec::new(),
        name: name.clone(),
        column,
        static_type,
        description: description(attributes),
        is_key: false,
        is_required: false,
        is_large: false,
    };
    for attribute in attributes.iter().filter(|one| one.path().is_ident("record")) {
        attribute.parse_nested_meta(|meta| {
            let is = |name| meta.path.is_ident(name);
            if is("key") {
                (field.is_key, field.is_required) = (true, true);
            } else if is("required") {
                field.is_required = true;
            } else if is("large") {
                field.is_large = true;
            } else if is("computed") {
                field.role = Role::Computed;
            } else if is("dynamic") {
                field.role = Role::Dynamic;
            } else if is("others") {
                field.role = Role::Others;
            } else if is("rename") {
                field.role = Role::Json(vec![meta.value()?.parse::<LitStr>()?.value()]);
            } else if is("alias") {
                field.aliases.push(meta.value()?.parse::<LitStr>()?.value());
            } else if is("nested") {
                let path = meta.value()?.parse::<LitStr>()?.value();
                field.role = Role::Json(path.split('.').map(str::to_owned).collect());
            } else {
                return Err(meta.error(
                    "known: key, required, large, computed, dynamic, others, rename, alias, nested",
                ));
            }
            Ok(())
        })?;
    }
    Ok(field)
}

/// How the name of a field becomes a JSON key.
enum Naming {
    Same,
    Camel,
    Pascal,
}

/// What the struct's attributes say of its keys.
struct Keys {
    naming: Naming,
    either_case: bool,
}

impl Keys {
    fn read(attributes: &[Attribute]) -> Result<Self> {
        let mut keys = Self { naming: Naming::Same, either_case: false };
        for attribute in attributes.iter().filter(|one| one.path().is_ident("record")) {
            attribute.parse_nested_meta(|meta| {
                if meta.path.is_ident("rename_all") {
                    keys.naming = Naming::parse(&meta.value()?.parse()?)?;
                } else if meta.path.is_ident("either_case") {
                    keys.either_case = true;
                } else {
                    return Err(meta.error("known here: rename_all, either_case"));
                }
                Ok(())
            })?;
        }
        Ok(keys)
    }
}

impl Naming {
    fn parse(style: &LitStr) -> Result<Self> {
        match style.value().as_str() {
            "snake_case" => Ok(Self::Same),
            "camelCase" => Ok(Self::Camel),
            "PascalCase" => Ok(Self::Pascal),
            _ => Err(Error::new_spanned(style, "known: snake_case, camelCase, PascalCase")),
        }
    }

    fn key(&self, column: &str) -> String {
        if matches!(self, Self::Same) {
            return column.to_owned();
        }
        let mut key = String::new();
        let mut raises_next = matches!(self, Self::Pascal);
        for letter in column.chars() {
            if letter != '_' {
                key.push(if raises_next { letter.to_ascii_uppercase() } else { letter });
            }
            raises_next = letter == '_';
        }
        key
    }
}

/// The doc comment as one line: a description may not have more.
fn description(attributes: &[Attribute]) -> String {
    let mut text = String::new();
    for attribute in attributes {
        let Meta::NameValue(meta) = &attribute.meta else { continue };
        let Expr::Lit(ExprLit { lit: Lit::Str(line), .. }) = &meta.value else { continue };
        if !meta.path.is_ident("doc") {
            continue;
        }
        text.push(' ');
        text.push_str(line.value().trim());
    }
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Replaces one lifetime by `'static`, wherever it stands.
fn make_static(tokens: TokenStream, lifetime: Option<&Ident>) -> TokenStream {
    let Some(lifetime) = lifetime else { return tokens };
    let mut replaced = TokenStream::new();
    let mut after_quote = false;
    for token in tokens {
        let token = match token {
            TokenTree::Group(group) => {
                let inner = make_static(group.stream(), Some(lifetime));
                TokenTree::Group(proc_macro2::Group::new(group.delimiter(), inner))
            }
            TokenTree::Ident(ident) if after_quote && ident == *lifetime => {
                TokenTree::Ident(Ident::new("static", Span::call_site()))
            }
            other => other,
        };
        after_quote = matches!(&token, TokenTree::Punct(punct) if punct.as_char() == '\'');
        replaced.extend([token]);
    }
    replaced
}
