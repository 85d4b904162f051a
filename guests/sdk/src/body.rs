//! JSON for the bodies of requests.
//!
//! ```
//! use tollgate_sdk::body::{List, Object};
//! use tollgate_sdk::rows::Given;
//!
//! let mut contact = Object::new();
//! contact.set("name", "Ada \"the first\"").set("lists", List::of(["7", "8"]));
//! contact.set_given("title", Given::<&str>::Null);
//! contact.set_given("phone", Given::<&str>::LeftOut);
//! let expected = r#"{"name":"Ada \"the first\"","lists":["7","8"],"title":null}"#;
//! assert_eq!(contact.into_body(), expected.as_bytes());
//! ```

use crate::rows::Given;
use crate::time::CivilDate;

/// What can stand in JSON.
pub trait ToJson {
    /// Adds it as JSON.
    fn write(&self, out: &mut Vec<u8>);
}

/// An object, built key by key. Nobody checks that a key comes once.
#[derive(Clone, Debug)]
pub struct Object(Vec<u8>);

impl Default for Object {
    fn default() -> Self {
        Self::new()
    }
}

impl Object {
    /// An object without keys.
    pub fn new() -> Self {
        Self(vec![b'{'])
    }

    /// Adds a key and its value.
    pub fn set(&mut self, key: &str, value: impl ToJson) -> &mut Self {
        if self.0.len() > 1 {
            self.0.push(b',');
        }
        key.write(&mut self.0);
        self.0.push(b':');
        value.write(&mut self.0);
        self
    }

    /// Adds what a row says: nothing where it left it out, `null` where there is no value.
    pub fn set_given(&mut self, key: &str, given: Given<impl ToJson>) -> &mut Self {
        match given {
            Given::LeftOut => self,
            Given::Null => self.set(key, None::<&str>),
            Given::Value(value) => self.set(key, value),
        }
    }

    /// The body of a request.
    pub fn into_body(mut self) -> Vec<u8> {
        self.0.push(b'}');
        self.0
    }
}

/// A list, built item by item.
#[derive(Clone, Debug)]
pub struct List(Vec<u8>);

impl Default for List {
    fn default() -> Self {
        Self::new()
    }
}

impl List {
    /// A list without items.
    pub fn new() -> Self {
        Self(vec![b'['])
    }

    /// A list of these.
    pub fn of<T: ToJson>(items: impl IntoIterator<Item = T>) -> Self {
        let mut list = Self::new();
        for item in items {
            list.push(item);
        }
        list
    }

    /// Adds an item.
    pub fn push(&mut self, item: impl ToJson) -> &mut Self {
        if self.0.len() > 1 {
            self.0.push(b',');
        }
        item.write(&mut self.0);
        self
    }

    /// The body of a request.
    pub fn into_body(mut self) -> Vec<u8> {
        self.0.push(b']');
        self.0
    }
}

/// A text that is JSON already: the value of a `json` or `decimal` column, a part of an answer.
#[derive(Clone, Copy, Debug)]
pub struct Raw<'a>(pub &'a str);

impl ToJson for Raw<'_> {
    fn write(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(self.0.as_bytes());
    }
}

impl ToJson for Object {
    fn write(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(&self.0);
        out.push(b'}');
    }
}

impl ToJson for List {
    fn write(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(&self.0);
        out.push(b']');
    }
}

impl ToJson for &str {
    fn write(&self, out: &mut Vec<u8>) {
        out.push(b'"');
        for byte in self.bytes() {
            match byte {
                b'"' | b'\\' => out.extend_from_slice(&[b'\\', byte]),
                0..=0x1f => out.extend_from_slice(format!("\\u{byte:04x}").as_bytes()),
                _ => out.push(byte),
            }
        }
        out.push(b'"');
    }
}

impl ToJson for i64 {
    fn write(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(self.to_string().as_bytes());
    }
}

impl ToJson for bool {
    fn write(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(if *self { b"true" } else { b"false" });
    }
}

/// `null` for what JSON has no number for.
impl ToJson for f64 {
    fn write(&self, out: &mut Vec<u8>) {
        match self.is_finite() {
            // Unlike `{}`, this form has an exponent where there would be hundreds of zeros.
            true => out.extend_from_slice(format!("{self:?}").as_bytes()),
            false => None::<f64>.write(out),
        }
    }
}

/// As `YYYY-MM-DD`.
impl ToJson for CivilDate {
    fn write(&self, out: &mut Vec<u8>) {
        self.to_string().as_str().write(out);
    }
}

/// `null` where there is none.
impl<T: ToJson> ToJson for Option<T> {
    fn write(&self, out: &mut Vec<u8>) {
        match self {
            Some(value) => value.write(out),
            None => out.extend_from_slice(b"null"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_of_value_has_its_form() {
        let mut inner = Object::new();
        inner.set("b", false);
        let mut object = Object::new();
        object
            .set("text \"\n", "é\u{1}\\")
            .set("int", i64::MIN)
            .set("float", 0.1)
            .set("nan", f64::NAN)
            .set("none", None::<i64>)
            .set("some", Some(true))
            .set("raw", Raw("[1.50, 2]"))
            .set("date", CivilDate::from_days(0))
            .set("object", inner)
            .set("empty", Object::new())
            .set("list", List::of([1, 2]))
            .set("none at all", List::new());
        let expected = concat!(
            r#"{"text \"\u000a":"é\u0001\\","int":-9223372036854775808,"float":0.1,"nan":null,"#,
            r#""none":null,"some":true,"raw":[1.50, 2],"date":"1970-01-01","object":{"b":false},"#,
            r#""empty":{},"list":[1,2],"none at all":[]}"#
        );
        assert_eq!(String::from_utf8(object.into_body()).as_deref(), Ok(expected));
        assert_eq!(List::of(["a"]).into_body(), br#"["a"]"#);
    }

    proptest::proptest! {
        #[test]
        fn strings_are_written_as_serde_json_reads_them(text: String) {
            let mut written = Vec::new();
            text.as_str().write(&mut written);
            let read = serde_json::from_slice::<String>(&written).ok();
            proptest::prop_assert_eq!(read, Some(text));
        }
    }
}
