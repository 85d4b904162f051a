//! What the store says, in XML.

use std::fmt::Write as _;

use crate::vendor::Reply;

pub(super) const CONTENT_TYPE: &str = "application/xml";
const DECLARATION: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>";

/// A refusal.
pub(super) fn error(status: u16, code: &str, message: &str) -> Reply {
    reply(status, "Error", &[("Code", code), ("Message", message)])
}

/// A document of one element with these in it.
pub(super) fn reply(status: u16, name: &str, inner: &[(&str, &str)]) -> Reply {
    let mut text = format!("{DECLARATION}<{name}>");
    for (name, value) in inner {
        text.push_str(&element(name, value));
    }
    // Writing into a string cannot fail.
    let _ = write!(text, "</{name}>");
    Reply::new(status, CONTENT_TYPE, text)
}

/// One element with a text.
pub(super) fn element(name: &str, text: &str) -> String {
    format!("<{name}>{}</{name}>", escaped(text))
}

/// A document whose inner elements stand there already.
pub(super) fn document(name: &str, inner: &str) -> Reply {
    Reply::new(200, CONTENT_TYPE, format!("{DECLARATION}<{name}>{inner}</{name}>"))
}

/// The texts of all elements of a name.
pub(super) fn texts<'a>(xml: &'a str, name: &str) -> Vec<&'a str> {
    let (open, close) = (format!("<{name}>"), format!("</{name}>"));
    let rest = xml.split(open.as_str()).skip(1);
    rest.filter_map(|rest| rest.split_once(close.as_str()).map(|(text, _)| text)).collect()
}

/// A text with its entities resolved.
pub(super) fn unescaped(text: &str) -> String {
    let pairs = [("&quot;", "\""), ("&lt;", "<"), ("&gt;", ">"), ("&apos;", "'"), ("&amp;", "&")];
    pairs.iter().fold(text.to_owned(), |text, (entity, c)| text.replace(entity, c))
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}
