//! The fields of a record by their place in the JSON object.

use syn::{Error, Result};

use crate::model::{Model, Role};

/// The most keys of an object, aliases among them: the decoder keeps one bit each.
const KEYS_MAX: usize = 256;

/// A JSON object: its keys, in the order of the struct.
pub struct Object {
    /// The keys and what lies behind them.
    pub keys: Vec<(String, Behind)>,
}

/// What lies behind a key.
pub enum Behind {
    /// The field with this index.
    Field(usize),
    /// Another object.
    Object(Object),
}

impl Object {
    /// Arranges the fields of a record.
    pub fn of(model: &Model) -> Result<Self> {
        let mut root = Self { keys: Vec::new() };
        for (index, field) in model.fields.iter().enumerate() {
            if let Role::Json(path) = &field.role {
                let aliases = field.aliases.iter().map(|alias| {
                    let mut path = path.clone();
                    path.pop();
                    path.push(alias.clone());
                    path
                });
                for path in [path.clone()].into_iter().chain(aliases) {
                    let placed = root.place(&path, index);
                    placed.map_err(|message| Error::new(field.name.span(), message))?;
                }
            }
        }
        Ok(root)
    }

    fn place(&mut self, path: &[String], index: usize) -> std::result::Result<(), &'static str> {
        let Some((key, rest)) = path.split_first() else { return Err("the path is empty") };
        if key.is_empty() {
            return Err("a key of the path is empty");
        }
        if self.keys.len() == KEYS_MAX {
            return Err("an object has at most 256 keys, aliases among them");
        }
        let found = self.keys.iter_mut().find(|(one, _)| one == key);
        match (found, rest.is_empty()) {
            (None, true) => self.keys.push((key.clone(), Behind::Field(index))),
            (None, false) => {
                let mut object = Self { keys: Vec::new() };
                object.place(rest, index)?;
                self.keys.push((key.clone(), Behind::Object(object)));
            }
            (Some((_, Behind::Object(object))), false) => object.place(rest, index)?,
            (Some(_), _) => return Err("another field has this key"),
        }
        Ok(())
    }
}
