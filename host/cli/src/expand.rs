//! Which child tables of a stream are loaded beside it, as users write it.

use std::convert::Infallible;

use tollgate_model::{Error, ErrorKind, Result, Stream, near_miss};

/// The word for all child tables.
const ALL: &str = "all";

/// Which child tables are loaded.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Expand {
    /// None.
    #[default]
    Nothing,
    /// All that a stream has.
    All,
    /// Those of these names.
    Named(Vec<String>),
}

impl Expand {
    /// The value of `--expand`: names parted by commas, or `all`.
    pub fn parse(text: &str) -> Result<Self, Infallible> {
        Ok(match text {
            ALL => Expand::All,
            names => Expand::Named(names.split(',').map(|name| name.trim().to_owned()).collect()),
        })
    }

    /// The child tables of this stream that are loaded.
    pub fn of(&self, stream: &Stream) -> Vec<String> {
        match self {
            Expand::Nothing => Vec::new(),
            Expand::All => stream.children.iter().map(|child| child.name.clone()).collect(),
            Expand::Named(names) => {
                names.iter().filter(|name| stream.child(name).is_some()).cloned().collect()
            }
        }
    }

    /// Whether every name is a child table of one of these streams, and there once.
    ///
    /// # Errors
    /// [`ErrorKind::Config`] with what was likely meant.
    pub fn check(&self, streams: &[&Stream]) -> Result<()> {
        let Expand::Named(names) = self else { return Ok(()) };
        for (index, name) in names.iter().enumerate() {
            if names[..index].contains(name) {
                return Err(Error::new(
                    ErrorKind::Config,
                    format!("child table `{name}` is named twice"),
                ));
            }
            if streams.iter().all(|stream| stream.child(name).is_none()) {
                let children = streams.iter().flat_map(|stream| &stream.children);
                let known = children.map(|child| child.name.as_str());
                let who = match streams {
                    [stream] => format!("stream {} has no", stream.name),
                    _ => "none of these streams has a".to_owned(),
                };
                let message = format!("{who} child table `{}`", name.escape_debug());
                return Err(
                    Error::new(ErrorKind::Config, message).with_hint(near_miss::hint(name, known))
                );
            }
        }
        Ok(())
    }

    /// As it is written in a file.
    pub fn show(&self) -> String {
        match self {
            Expand::Nothing => "false".to_owned(),
            Expand::All => "true".to_owned(),
            Expand::Named(names) => names.join(", "),
        }
    }
}

#[cfg(test)]
mod tests {
    use tollgate_model::ChildTable;

    use super::*;

    fn stream(name: &str, children: &[&str]) -> Stream {
        let child = |name: &&str| ChildTable {
            name: (*name).to_owned(),
            description: String::new(),
            columns: Vec::new(),
            primary_key: Vec::new(),
        };
        Stream {
            name: name.to_owned(),
            title: String::new(),
            description: String::new(),
            columns: Vec::new(),
            dynamic_columns: false,
            primary_key: Vec::new(),
            cursor: None,
            deletion: None,
            partitioned: false,
            writes: Vec::new(),
            children: children.iter().map(child).collect(),
            options: Vec::new(),
        }
    }

    #[test]
    fn each_stream_gets_those_of_its_child_tables_that_are_wanted() {
        let contacts = stream("contacts", &["notes", "phones"]);
        for (text, expected) in
            [("all", vec!["notes", "phones"]), ("phones, tags", vec!["phones"]), ("tags", vec![])]
        {
            let Ok(expand) = Expand::parse(text);
            assert_eq!(expand.of(&contacts), expected);
        }
        assert!(Expand::Nothing.of(&contacts).is_empty());
    }

    #[test]
    fn a_name_that_no_stream_has_is_an_error_that_helps() {
        let (contacts, lists) = (stream("contacts", &["phones"]), stream("lists", &["tags"]));
        let Ok(expand) = Expand::parse("phones,tags");
        assert!(expand.check(&[&contacts, &lists]).is_ok());
        let error = expand.check(&[&contacts]).unwrap_err();
        assert_eq!(error.message(), "stream contacts has no child table `tags`");
        let Ok(expand) = Expand::parse("phone");
        let error = expand.check(&[&contacts, &lists]).unwrap_err();
        assert_eq!(error.message(), "none of these streams has a child table `phone`");
        assert_eq!(error.hint(), Some("did you mean `phones`?"));
        let Ok(expand) = Expand::parse("tags,tags");
        assert!(expand.check(&[&lists]).unwrap_err().message().ends_with("twice"));
    }
}
